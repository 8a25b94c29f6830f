#!/usr/bin/env -S gjs -m
// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A pipeline in one directory, where each stage reads the file of the one before:
// squares are made, sorted by another program, compressed, and counted. The main
// loop waits for none of it.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';
import Tmp from 'gi://Tmp?version=1';

// The squares modulo a prime have (PRIME + 1) / 2 different values.
const PRIME = 1009;

Gio._promisify(Gio.File.prototype, 'create_async', 'create_finish');
Gio._promisify(Gio.File.prototype, 'read_async', 'read_finish');
Gio._promisify(Gio.File.prototype, 'replace_contents_bytes_async', 'replace_contents_finish');
Gio._promisify(Gio.OutputStream.prototype, 'splice_async', 'splice_finish');
Gio._promisify(Gio.Subprocess.prototype, 'wait_check_async', 'wait_check_finish');

async function generate(target) {
    const numbers = Array.from({length: 10 * PRIME}, (_value, number) => number ** 2 % PRIME);

    await target.replace_contents_bytes_async(new GLib.Bytes(`${numbers.join('\n')}\n`),
        null, false, Gio.FileCreateFlags.NONE, null);
}

async function sort(source, target) {
    const argv = ['sort', '-n', '-u', '-o', target.get_path(), source.get_path()];

    await Gio.Subprocess.new(argv, Gio.SubprocessFlags.NONE).wait_check_async(null);
}

async function copy(input, output) {
    const {CLOSE_SOURCE, CLOSE_TARGET} = Gio.OutputStreamSpliceFlags;

    await output.splice_async(input, CLOSE_SOURCE | CLOSE_TARGET, GLib.PRIORITY_DEFAULT, null);
}

async function compress(source, target) {
    const input = await source.read_async(GLib.PRIORITY_DEFAULT, null);
    const output = await target.create_async(Gio.FileCreateFlags.NONE, GLib.PRIORITY_DEFAULT, null);
    const converter = new Gio.ZlibCompressor({format: Gio.ZlibCompressorFormat.GZIP});

    await copy(input, Gio.ConverterOutputStream.new(output, converter));
}

async function countLines(source) {
    const input = await source.read_async(GLib.PRIORITY_DEFAULT, null);
    const converter = new Gio.ZlibDecompressor({format: Gio.ZlibCompressorFormat.GZIP});
    const memory = Gio.MemoryOutputStream.new_resizable();

    await copy(Gio.ConverterInputStream.new(input, converter), memory);
    return new TextDecoder().decode(memory.steal_as_bytes().get_data()).split('\n').length - 1;
}

function countSquares() {
    return Tmp.Directory.with({prefix: 'data-pipeline-'}, async directory => {
        const squares = directory.get_child('squares');
        const sorted = directory.get_child('sorted');
        const packed = directory.get_child('sorted.gz');

        await generate(squares);
        await sort(squares, sorted);
        await compress(sorted, packed);
        return countLines(packed);
    });
}

const loop = new GLib.MainLoop(null, false);
let status = 1;

countSquares().then(values => {
    print(`The squares modulo ${PRIME} have ${values} values`);
    status = values === (PRIME + 1) / 2 ? 0 : 1;
}).catch(error => printerr(error.message)).finally(() => loop.quit());
loop.run();
System.exit(status);
