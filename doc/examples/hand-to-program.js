#!/usr/bin/env -S gjs -m
// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Has another program work in a directory, which is there until that program has
// ended.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';
import Tmp from 'gi://Tmp?version=1';

Gio._promisify(Gio.Subprocess.prototype, 'wait_check_async', 'wait_check_finish');

// The program finds its files by their names, and puts its own temporary files
// beside them.
async function run(directory, argv) {
    const launcher = new Gio.SubprocessLauncher();

    launcher.set_cwd(directory.path);
    launcher.setenv('TMPDIR', directory.path, true);
    await launcher.spawnv(argv).wait_check_async(null);
}

async function main() {
    // with() cleans up after the promise, so not before the program has ended.
    await Tmp.Directory.with({prefix: 'hand-to-program-'}, async directory => {
        const input = GLib.build_filenamev([directory.path, 'input.txt']);

        GLib.file_set_contents(input, 'c\na\nb\n');
        await run(directory, ['sort', 'input.txt']);
    });
}

const loop = new GLib.MainLoop(null, false);
let status = 0;

main().catch(error => {
    printerr(error.message);
    status = 1;
}).finally(() => loop.quit());
loop.run();
System.exit(status);
