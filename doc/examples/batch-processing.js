#!/usr/bin/env -S gjs -m
// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Has a program, which wants files, work on many items, some of them at once. Each
// of them has a folder of its own, and all have one temporary directory.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Tmp from 'gi://Tmp?version=1';

Gio._promisify(Gio.Subprocess.prototype, 'communicate_utf8_async', 'communicate_utf8_finish');

const AT_ONCE = 3;
// What was installed on a machine, what is, and what is to be found out of that
const ITEMS = [
    ['bash\ncurl\ngit\n', 'bash\ncurl\ngit\njq\n', 'jq\n'],
    ['bash\nperl\nzsh\n', 'bash\nmake\nperl\nvim\n', 'make\nvim\n'],
    ['dash\n', 'dash\n', ''],
    ['gcc\nmake\n', 'gcc\nmake\nmeson\nninja\n', 'meson\nninja\n'],
    ['', 'dash\nnano\n', 'dash\nnano\n'],
    ['less\nvim\n', 'less\n', ''],
    ['bash\nwget\n', 'bash\ncurl\nwget\n', 'curl\n'],
];

// In a folder that nobody else has, files can have simple names.
async function compare(directory, before, after) {
    const folder = await directory.new_subdirectory_async('item-');
    GLib.file_set_contents(folder.get_child('before').get_path(), before);
    GLib.file_set_contents(folder.get_child('after').get_path(), after);

    const launcher = new Gio.SubprocessLauncher({flags: Gio.SubprocessFlags.STDOUT_PIPE});
    launcher.set_cwd(folder.get_path());
    const comm = launcher.spawnv(['comm', '-13', 'before', 'after']);
    const [output] = await comm.communicate_utf8_async(null, null);
    if (!comm.get_successful())
        throw new Error('comm has failed');
    return output;
}

function process(items) {
    return Tmp.Directory.with({prefix: 'batch-'}, async directory => {
        const results = [];

        for (let start = 0; start < items.length; start += AT_ONCE) {
            const batch = items.slice(start, start + AT_ONCE);

            results.push(...await Promise.all(
                batch.map(([before, after]) => compare(directory, before, after))));
            // The next ones need not find the disk full of these.
            await directory.clear_async();
        }
        return results;
    });
}

const results = await process(ITEMS);
const expected = ITEMS.map(item => item[2]);

print(`New are: ${results.join('').trim().replaceAll('\n', ' ')}`);
if (JSON.stringify(results) !== JSON.stringify(expected))
    throw new Error('that is not what has been added');
