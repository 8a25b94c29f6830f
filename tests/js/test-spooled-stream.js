// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Tmp from 'gi://Tmp?version=1';

import {assert, assertEqual, assertError, children, run, test} from './harness.js';

const {IOErrorEnum} = Gio;

Gio._promisify(Gio.InputStream.prototype, 'read_bytes_async', 'read_bytes_finish');
Gio._promisify(Gio.OutputStream.prototype, 'write_bytes_async', 'write_bytes_finish');

function contents(stream) {
    stream.seek(0, GLib.SeekType.SET, null);
    return new TextDecoder().decode(stream.input_stream.read_bytes(1000, null).toArray());
}

test('in memory, and then in a file', base => {
    const directory = new Tmp.Directory({parent: base});
    const stream = new Tmp.SpooledStream({directory, max_size: 8});

    assertEqual(stream.directory, directory);
    assertEqual(stream.max_size, 8);
    assertEqual(stream.get_directory(), directory);
    assertEqual(stream.get_max_size(), 8);
    assertEqual(stream.get_rolled(), false);
    stream.output_stream.write_all('12345678', null);
    assertEqual(stream.rolled, false);
    assertEqual(stream.tell(), 8);
    stream.output_stream.write_all('9', null);
    assertEqual(stream.rolled, true);
    assertEqual(contents(stream), '123456789');

    stream.seek(-4, GLib.SeekType.END, null);
    stream.output_stream.write_all('x', null);
    stream.truncate(7, null);
    assertEqual(contents(stream), '12345x7');
    assertEqual(children(directory.file).length, 0);

    stream.close(null);
    directory.cleanup();
});

test('nothing in memory by default', base => {
    const directory = new Tmp.Directory({parent: base});

    for (const stream of [new Tmp.SpooledStream({directory}), Tmp.SpooledStream.new(directory),
        new Tmp.SpooledStream({directory, max_size: undefined})]) {
        assertEqual(stream.max_size, 0);
        stream.output_stream.write_all('1', null);
        assertEqual(stream.rolled, true);
        stream.close(null);
    }
    directory.cleanup();
});

test('one position, and promises', async base => {
    const directory = new Tmp.Directory({parent: base});

    for (const maxSize of [0, 1000]) {
        const stream = Tmp.SpooledStream.new(directory, maxSize);

        assertEqual(await stream.output_stream.write_bytes_async(new GLib.Bytes('hello'),
            GLib.PRIORITY_DEFAULT, null), 5);
        stream.seek(1, GLib.SeekType.SET, null);
        const bytes = await stream.input_stream.read_bytes_async(3, GLib.PRIORITY_DEFAULT, null);
        assertEqual(new TextDecoder().decode(bytes.toArray()), 'ell');
        assertEqual(stream.output_stream.tell(), 4);
        assertEqual(stream.rolled, maxSize === 0);
        stream.close(null);
    }
    directory.cleanup();
});

test('rollover', async base => {
    const directory = new Tmp.Directory({parent: base});

    for (const method of ['rollover', 'rollover_async']) {
        const stream = Tmp.SpooledStream.new(directory, 1000);

        stream.output_stream.write_all('hello', null);
        assertEqual(await stream[method](), true);
        assertEqual(stream.rolled, true);
        assertEqual(stream.tell(), 5);
        assertEqual(contents(stream), 'hello');
        stream.close(null);
        await assertError(IOErrorEnum.CLOSED, null, () => stream[method]());
    }

    const stream = Tmp.SpooledStream.new(directory, 2);
    directory.cleanup();
    stream.output_stream.write_all('12', null);
    await assertError(IOErrorEnum.CLOSED, directory.path, () => stream.rollover_async());
    await assertError(IOErrorEnum.CLOSED, directory.path, () => stream.output_stream.write_all('3', null));
    await assertError(IOErrorEnum.CLOSED, directory.path, () => stream.rollover());
    assertEqual(contents(stream), '12');
    assert(!stream.rolled);
    stream.close(null);
});

run();
