#!/usr/bin/env -S gjs -m
// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Creates a directory, fills it and deletes it, and says how far that is. No call
// waits for the disk.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';
import Tmp from 'gi://Tmp?version=1';

async function fillAndDelete(cancellable) {
    const directory = await Tmp.Directory.create_async(
        null, 'asynchronous-', GLib.PRIORITY_DEFAULT, cancellable);

    try {
        const [file, stream] = await directory.new_file_async('page-', '.html');
        print(file.get_path());
        stream.close(null);
    } finally {
        directory.connect('notify::entries-removed', () => {
            print(`${directory.entries_removed} files and directories deleted`);
        });
        await directory.cleanup_async(GLib.PRIORITY_DEFAULT, cancellable);
    }
}

const loop = new GLib.MainLoop(null, false);
let status = 0;

fillAndDelete(new Gio.Cancellable()).catch(error => {
    printerr(error.message);
    status = 1;
}).finally(() => loop.quit());
loop.run();
System.exit(status);
