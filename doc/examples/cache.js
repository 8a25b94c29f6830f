#!/usr/bin/env -S gjs -m
// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A cache in a temporary directory, which is cleared when it has grown too large.
// The directory itself stays, so that its path may be kept.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';
import Tmp from 'gi://Tmp?version=1';

Gio._promisify(Gio.File.prototype, 'load_contents_async', 'load_contents_finish');
Gio._promisify(Gio.File.prototype, 'replace_contents_bytes_async', 'replace_contents_finish');

const SIZE = 1000;

// What takes long: the decimals of 1/n
function decimals(n) {
    return (10n ** BigInt(SIZE) / BigInt(n)).toString().padStart(SIZE, '0');
}

class Cache {
    hits = 0;
    misses = 0;
    size = 0;

    constructor(directory, limit) {
        this.directory = directory;
        this.limit = limit;
    }

    // One call after the other
    async get(n) {
        const file = this.directory.get_child(`${n}.txt`);

        try {
            const [bytes] = await file.load_contents_async(null);
            this.hits++;
            return new TextDecoder().decode(bytes);
        } catch (error) {
            if (!error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.NOT_FOUND))
                throw error;
            this.misses++;
        }

        const text = decimals(n);
        if (this.size + text.length > this.limit) {
            await this.directory.clear_async();
            this.size = 0;
        }
        await file.replace_contents_bytes_async(new GLib.Bytes(text), null, false,
            Gio.FileCreateFlags.NONE, null);
        this.size += text.length;
        return text;
    }
}

// Asks for 2 to 7, then for 4 to 9, and so on, until 8 to 13.
async function use(cache) {
    for (let first = 2; first <= 8; first += 2) {
        for (let n = first; n < first + 6; n++) {
            if (await cache.get(n) !== decimals(n))
                throw new Error(`1/${n} is 0.${decimals(n)}`);
        }
    }
}

function inode(path) {
    return Gio.File.new_for_path(path)
        .query_info('unix::inode', Gio.FileQueryInfoFlags.NONE, null)
        .get_attribute_uint64('unix::inode');
}

async function main(directory) {
    const {path} = directory;
    const cache = new Cache(directory, 8 * SIZE);
    const before = inode(path);

    await use(cache);
    print(`${cache.hits} hits, ${cache.misses} misses; ${cache.size} bytes are in ${path}`);

    // It was asked for 12 numbers, and has room for 8: before the ninth, 10, it was
    // cleared, and 8 and 9 were asked for once more.
    if (cache.hits !== 10 || cache.misses !== 14)
        throw new Error('That should have been 10 and 14');
    if (inode(path) !== before)
        throw new Error(`${path} has become another directory`);
}

const loop = new GLib.MainLoop(null, false);
let status = 0;

Tmp.Directory.with({prefix: 'cache-'}, main).catch(error => {
    printerr(error.message);
    status = 1;
}).finally(() => loop.quit());
loop.run();
System.exit(status);
