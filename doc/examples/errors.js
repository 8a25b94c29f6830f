#!/usr/bin/env -S gjs -m
// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Publishes a new directory, and does the right thing about the one error that it
// expects: that there is one already.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';
import Tmp from 'gi://Tmp?version=1';

function publish(directory, destination) {
    try {
        directory.persist(destination);
    } catch (error) {
        if (!error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.EXISTS))
            throw error;
        // The old one is deleted with the directory then.
        directory.persist(destination, Tmp.PersistFlags.EXCHANGE);
    }
}

async function makeAndPublish(parent, text) {
    await Tmp.Directory.with({prefix: '.new-', parent}, async directory => {
        GLib.file_set_contents(directory.get_child('index.html').get_path(), text);
        publish(directory, parent.get_child('site'));
    });
}

async function main() {
    const directory = new Tmp.Directory({prefix: 'errors-'});
    const parent = directory.file;

    await makeAndPublish(parent, 'old');
    await makeAndPublish(parent, 'new');
    const [, text] = directory.get_child('site/index.html').load_contents(null);
    await directory.cleanup_async();

    // Here is no such parent any more.
    const error = await makeAndPublish(parent, 'newer').catch(reason => reason);
    if (!error?.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.NOT_FOUND))
        throw error;
    print(error.message);
    return new TextDecoder().decode(text) === 'new' ? 0 : 1;
}

const loop = new GLib.MainLoop(null, false);
let status = 1;

main().then(result => {
    status = result;
}).catch(error => printerr(error.message)).finally(() => loop.quit());
loop.run();
System.exit(status);
