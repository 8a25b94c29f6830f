#!/usr/bin/env -S gjs -m
// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Builds in a temporary directory beside the destination, and moves the result there
// when it is complete: whoever looks there finds the old one or the new one, and a
// build that fails leaves the old one and nothing else.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';
import Tmp from 'gi://Tmp?version=1';

Gio._promisify(Gio.File.prototype, 'load_contents_async', 'load_contents_finish');
Gio._promisify(Gio.File.prototype, 'replace_contents_bytes_async', 'replace_contents_finish');

async function read(file) {
    return new TextDecoder().decode((await file.load_contents_async(null))[0]);
}

async function write(file, text) {
    await file.replace_contents_bytes_async(new GLib.Bytes(text), null, false,
        Gio.FileCreateFlags.NONE, null);
}

// The names of what is in a folder
function list(folder) {
    const children = folder.enumerate_children('standard::name', Gio.FileQueryInfoFlags.NONE, null);

    return [...children].map(info => info.get_name()).sort();
}

// Makes a page of every note.
async function render(notes, pages) {
    for (const name of list(notes)) {
        const text = await read(notes.get_child(name));

        if (text.trim() === '')
            throw new Error(`${name} is empty`);
        await write(pages.get_child(`${name}.html`),
            `<h1>${GLib.markup_escape_text(text, -1)}</h1>\n`);
    }
}

async function build(notes, site) {
    const parent = site.get_parent();

    // What is in it at the end is deleted: the old one, or what has failed.
    await Tmp.Directory.with({parent, prefix: '.build-'}, async directory => {
        await render(notes, directory.file);
        // Others may read it; until now nobody else could.
        directory.file.set_attribute_uint32('unix::mode', 0o755,
            Gio.FileQueryInfoFlags.NONE, null);
        await directory.persist_async(site, site.query_exists(null)
            ? Tmp.PersistFlags.EXCHANGE : Tmp.PersistFlags.NONE);
    });
}

// The site has to have this text, and the folder nothing but the notes and the site.
async function check(folder, text) {
    const page = folder.get_child('site').get_child('apples.html');
    const contents = await read(page);
    const names = list(folder).join();

    print(`${page.get_path()}: ${contents.trim()}`);
    if (!contents.includes(text) || names !== 'notes,site')
        throw new Error(`There should be ${text}, and nothing else in ${names}`);
}

async function main(folder) {
    const notes = folder.get_child('notes');
    const site = folder.get_child('site');

    notes.make_directory(null);
    await write(notes.get_child('apples'), 'Red apples');
    await build(notes, site);
    await check(folder, 'Red');

    await write(notes.get_child('apples'), 'Green apples');
    await build(notes, site);
    await check(folder, 'Green');

    await write(notes.get_child('apples'), 'Rotten apples');
    await write(notes.get_child('pears'), '\n');
    const error = await build(notes, site).then(() => null, reason => reason);
    if (error === null)
        throw new Error('It should have failed');
    await check(folder, 'Green');
    print(`What failed is not seen: ${error.message}`);
}

const loop = new GLib.MainLoop(null, false);
let status = 0;

Tmp.Directory.with({prefix: 'build-'}, directory => main(directory.file)).catch(error => {
    printerr(error.message);
    status = 1;
}).finally(() => loop.quit());
loop.run();
System.exit(status);
