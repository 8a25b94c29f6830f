#!/usr/bin/env -S gjs -m
// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Copies a tree into a temporary directory, measures it, and drops the directory
// while a main loop goes on ticking.
//
//     gjs -m demo.js [TREE]

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';
import Tmp from 'gi://Tmp?version=1';

// Returns the number of entries and their bytes.
function copyTree(source, destination) {
    const enumerator = source.enumerate_children('standard::name,standard::type,standard::size',
        Gio.FileQueryInfoFlags.NOFOLLOW_SYMLINKS, null);
    let entries = 0;
    let size = 0;
    let info;

    while ((info = enumerator.next_file(null))) {
        const child = enumerator.get_child(info);
        const copy = destination.get_child(info.get_name());

        entries++;
        size += info.get_size();
        if (info.get_file_type() === Gio.FileType.DIRECTORY) {
            copy.make_directory(null);
            const inside = copyTree(child, copy);
            entries += inside.entries;
            size += inside.size;
        } else {
            child.copy(copy, Gio.FileCopyFlags.NOFOLLOW_SYMLINKS, null, null);
        }
    }
    enumerator.close(null);
    return {entries, size};
}

// Resolves to the milliseconds that it took to delete the directory, and to
// the longest pause of the main loop meanwhile.
async function drop(directory) {
    const now = () => GLib.get_monotonic_time() / 1000;
    const start = now();
    let last = start;
    let pause = 0;

    const tick = () => {
        const time = now();
        pause = Math.max(pause, time - last);
        last = time;
        return GLib.SOURCE_CONTINUE;
    };
    const timer = GLib.timeout_add(GLib.PRIORITY_DEFAULT, 1, tick);

    // One does not wait for a garbage collector: say when it is time.
    try {
        await directory.cleanup_async();
    } finally {
        tick();
        GLib.source_remove(timer);
    }
    return [last - start, pause];
}

async function main([tree = '/usr/share/doc']) {
    // Where nothing is to be measured, this is all there is to it:
    //
    //     await Tmp.Directory.with({prefix: 'demo-js-'}, async directory => {
    //         ...
    //     });
    const directory = new Tmp.Directory({prefix: 'demo-js-'});
    const {file, path} = directory;

    const {entries, size} = copyTree(Gio.File.new_for_commandline_arg(tree), file);
    print(`${path}: ${entries} entries, ${(size / 1e6).toFixed(1)} MB`);

    // Copying has left thousands of GFiles behind, and a loop does pause while
    // they are collected; that is not what is to be measured.
    System.gc();

    const [duration, pause] = await drop(directory);
    print(`Dropped ${directory.entries_removed} entries in ${duration.toFixed(1)} ms; ` +
        `the main loop never paused longer than ${pause.toFixed(1)} ms`);

    if (file.query_exists(null))
        throw new Error(`${path} still exists`);
    print(`${path} is gone`);
}

const loop = new GLib.MainLoop(null, false);
let status = 0;

main(System.programArgs).catch(error => {
    printerr(error.message);
    status = 1;
}).finally(() => loop.quit());
loop.run();
System.exit(status);
