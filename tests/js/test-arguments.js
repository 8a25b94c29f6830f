// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What makes no sense throws an exception that says why. Nothing is created, and no
// critical is logged, which would abort these tests.

import Gio from 'gi://Gio';
import Tmp from 'gi://Tmp?version=1';

import {assert, assertEqual, assertError, children, run, test} from './harness.js';

const {IOErrorEnum} = Gio;

// Has function throw, or its promise rejected, with a message like this.
async function refuses(message, body) {
    let error = null;

    try {
        await body();
    } catch (caught) {
        error = caught;
    }
    assert(error instanceof Error || error instanceof Gio.IOErrorEnum, `${body}: ${error}`);
    assert(message.test(error.message), `${body}: ${error.message}`);
}

test('properties of a wrong type', async base => {
    const wrong = [
        [/string expected/, {prefix: 5}],
        [/string expected/, {prefix: {}}],
        [/string expected/, {prefix: Symbol('a')}],
        [/string expected/, {suffix: ['.txt']}],
        [/GFile expected/, {parent: base.get_path()}],
        [/cannot convert to GFile/, {parent: new Gio.Cancellable()}],
    ];

    for (const [message, properties] of wrong) {
        await refuses(message, () => new Tmp.Directory({parent: base, ...properties}));
        await refuses(message, () => Tmp.Directory.with({parent: base, ...properties}, () => {
            throw new Error('the body was called');
        }));
    }
    for (const properties of ['a', 5, null])
        await refuses(/should be an? .*object/, () => new Tmp.Directory(properties));
    assertEqual(children(base).length, 0);
});

test('properties that are not there, or not to be set', async base => {
    await refuses(/No property dir\b/, () => new Tmp.Directory({parent: base, dir: '/'}));
    for (const name of ['path', 'file', 'entries_removed']) {
        await refuses(/not writable/, () => new Tmp.Directory({parent: base, [name]: null}));
        const directory = new Tmp.Directory({parent: base});
        await refuses(/not writable/, () => {
            directory[name] = null;
        });
        directory.cleanup();
    }
    assertEqual(children(base).length, 0);
});

test('arguments of a wrong type', async base => {
    const {Directory, SpooledStream} = Tmp;
    const directory = new Directory({parent: base});
    const path = base.get_path();
    const wrong = [
        [/type string.*prefix/, () => Directory.new(5)],
        [/type GFile.*parent/, () => Directory.new_in()],
        [/type GFile.*parent/, () => Directory.new_in(path)],
        [/type GCancellable/, () => Directory.new_in(base, null, 'now')],
        [/type GFile.*parent/, () => Directory.create_async(path)],
        [/type string.*prefix/, () => Directory.create_async(base, {})],
        [/type string.*name/, () => directory.get_child()],
        [/type string.*name/, () => directory.get_child(5)],
        [/type string.*prefix/, () => directory.new_file({})],
        [/type string.*suffix/, () => directory.new_file_async(null, 5)],
        [/type string.*prefix/, () => directory.new_subdirectory(base)],
        [/type GCancellable/, () => directory.clear('now')],
        [/not a subclass/, () => directory.cleanup({})],
        [/type GCancellable/, () => directory.cleanup_async(0, 'now')],
        [/type GFile.*destination/, () => directory.persist()],
        [/destination may not be null/, () => directory.persist_async(null)],
        [/(64|0x40) is not a valid value/, () => directory.persist(base.get_child('a'), 64)],
        [/type GFile.*file/, () => Tmp.delete_tree()],
        [/type GFile.*file/, () => Tmp.delete_tree(path)],
        [/type GFile.*file/, () => Tmp.delete_tree_async(path)],
        [/(64|0x40) is not a valid value/, () => Tmp.delete_tree(base, 64)],
        [/type GCancellable/, () => Tmp.flush_async('now')],
        [/type GCancellable/, () => Tmp.reclaim('now')],
        [/cannot convert to TmpDirectory/, () => new SpooledStream({directory: base})],
        [/directory may not be null/, () => SpooledStream.new(null, 5)],
        [/out of range/, () => SpooledStream.new(directory, -1)],
        [/only on instances/, () => Directory.prototype.cleanup()],
        [/only on instances/, () => Directory.prototype.cleanup_async()],
        [/not a function/, () => Directory.with({parent: base})],
        [/not a function/, () => Directory.with({parent: base}, directory)],
    ];

    for (const [message, body] of wrong)
        await refuses(message, body);
    assertEqual(children(base).join(), directory.file.get_basename());
    assertEqual(children(directory.file).length, 0);
    directory.cleanup();
});

test('names with a slash', async base => {
    const directory = new Tmp.Directory({parent: base});

    for (const name of ['a/b', '/', '../a']) {
        for (const body of [
            () => new Tmp.Directory({parent: base, prefix: name}),
            () => new Tmp.Directory({parent: base, suffix: name}),
            () => Tmp.Directory.new(name),
            () => Tmp.Directory.new_in(base, name),
            () => Tmp.Directory.create_async(base, name),
            () => Tmp.Directory.with({parent: base, prefix: name}, () => {}),
            () => directory.new_file(name),
            () => directory.new_file_async(null, name),
            () => directory.new_subdirectory(name),
            () => directory.new_subdirectory_async(null, name),
        ])
            await assertError(IOErrorEnum.INVALID_FILENAME, name, body);
    }
    assertEqual(children(directory.file).length, 0);
    directory.cleanup();
});

// A string of C ends at the NUL, and what is before it is a good name.
test('names with a NUL', async base => {
    const directory = new Tmp.Directory({parent: base});
    const name = 'a\0b';

    for (const body of [
        () => new Tmp.Directory({parent: base, prefix: name}),
        () => new Tmp.Directory({parent: base, suffix: name}),
        () => Tmp.Directory.new(name),
        () => Tmp.Directory.new_in(base, name),
        () => Tmp.Directory.create_async(base, name),
        () => Tmp.Directory.with({parent: base, prefix: name}, () => {}),
        () => directory.get_child(name),
        () => directory.new_file(name),
        () => directory.new_file_async(null, name),
        () => directory.new_subdirectory(name),
        () => directory.new_subdirectory_async(null, name),
    ])
        await assertError(IOErrorEnum.INVALID_FILENAME, 'a\\0b', body);

    // With a callback it is thrown: there is no promise.
    await refuses(/NUL/, () => {
        directory.new_file_async(name, null, 0, null, () => {});
    });
    assertEqual(children(directory.file).length, 0);
    directory.cleanup();
    assertEqual(children(base).length, 0);
});

run();
