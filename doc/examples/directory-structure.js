#!/usr/bin/env -S gjs -m
// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Builds a tree of folders and files in one temporary directory, and lists it.
// None of them has to be remembered: all of it goes with the directory, at once.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Tmp from 'gi://Tmp?version=1';

const FOLDERS = ['data/2026', 'src'];

const FILES = {
    'README.md': '# Rain\n',
    'data/2026/april.csv': 'day,rain\n1,4\n2,0\n',
    'data/2026/may.csv': 'day,rain\n1,0\n2,7\n',
    'src/main.js': 'print("Rain");\n',
};

const EXPECTED = ['README.md', 'data', 'data/2026', 'data/2026/april.csv',
    'data/2026/may.csv', 'src', 'src/main.js'];

// The names of all that is in a folder and below it
function* walk(folder, before = '') {
    const children = folder.enumerate_children('standard::name,standard::type',
        Gio.FileQueryInfoFlags.NOFOLLOW_SYMLINKS, null);

    for (const info of children) {
        const name = before + info.get_name();

        yield name;
        if (info.get_file_type() === Gio.FileType.DIRECTORY)
            yield* walk(children.get_child(info), `${name}/`);
    }
}

let top, listing;

await Tmp.Directory.with({prefix: 'structure-'}, directory => {
    for (const name of FOLDERS)
        directory.get_child(name).make_directory_with_parents(null);
    for (const [name, text] of Object.entries(FILES))
        GLib.file_set_contents(directory.get_child(name).get_path(), text);

    top = directory.file;
    listing = [...walk(top)].sort();
});

print(listing.join('\n'));
if (listing.join() !== EXPECTED.join())
    throw new Error('that is not what was built');
if (top.query_exists(null))
    throw new Error(`${top.get_path()} still exists`);
print(`Now there is no ${top.get_path()}`);
