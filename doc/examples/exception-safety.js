#!/usr/bin/env -S gjs -m
// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Throws in the middle of Tmp.Directory.with(). Nothing is left, and the caller
// gets the error that it was.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Tmp from 'gi://Tmp?version=1';

// Puts the rain of each place into a file, and resolves to the sum.
function importRain(lines, parent) {
    return Tmp.Directory.with({prefix: 'import-', parent}, directory => {
        let sum = 0;

        for (const line of lines) {
            // What this throws rejects the promise, once the directory is gone.
            const {place, rain} = JSON.parse(line);
            const path = directory.get_child(place).get_path();

            GLib.file_set_contents(path, `${rain}`);
            print(`${path} has ${rain}`);
            sum += rain;
        }
        return sum;
    });
}

function assertEmpty(directory) {
    const {NONE} = Gio.FileQueryInfoFlags;

    for (const info of directory.file.enumerate_children('standard::name', NONE, null))
        throw new Error(`${info.get_name()} is left`);
}

const GOOD = ['{"place": "Oslo", "rain": 4}', '{"place": "Bergen", "rain": 11}'];
const BAD = ['{"place": "Oslo", "rain": 4}', '{"place": "Narvik", "rain": much}',
    '{"place": "Molde", "rain": 7}'];

await Tmp.Directory.with({prefix: 'exception-safety-'}, async outer => {
    const sum = await importRain(GOOD, outer.file);
    assertEmpty(outer);
    if (sum !== 15)
        throw new Error(`${sum} is wrong`);

    const error = await importRain(BAD, outer.file).catch(reason => reason);
    assertEmpty(outer);
    if (!(error instanceof SyntaxError))
        throw new Error(`${error} is not what was thrown`);
    print(`Failed: ${error.message}`);
    print('Nothing is left');
});
