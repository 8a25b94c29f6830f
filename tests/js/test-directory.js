// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Tmp from 'gi://Tmp?version=1';

import {assert, assertEqual, assertError, children, exists, makeTree, run, sleep, test, until}
    from './harness.js';

const {IOErrorEnum} = Gio;

function cancelled() {
    const cancellable = new Gio.Cancellable();
    cancellable.cancel();
    return cancellable;
}

test('override comes from the source tree', () => {
    const root = Gio.File.new_for_uri(import.meta.url).resolve_relative_path('../../..');
    const override = root.resolve_relative_path('introspection/overrides/Tmp.js');
    // Installed themselves, they are about the installed one.
    const path = exists(override) ? override.get_path() : '/gjs-1.0/overrides/Tmp.js';
    let stack = '';

    try {
        new Tmp.Directory({prefix: 'a/b'});
    } catch (error) {
        stack = error.stack;
    }
    assert(stack.includes(path), `Tmp.js is not ours: ${stack}`);
});

test('create', () => {
    const directory = new Tmp.Directory();

    assertEqual(GLib.path_get_dirname(directory.path), GLib.get_tmp_dir());
    assert(directory.file.get_basename().startsWith('tmp'), directory.path);
    assertEqual(children(directory.file).length, 0);
    assert(directory.cleanup());
    assert(!exists(directory.file));
});

test('mode', base => {
    const directory = new Tmp.Directory({parent: base});
    const info = directory.file.query_info('unix::*', Gio.FileQueryInfoFlags.NOFOLLOW_SYMLINKS, null);

    assertEqual(info.get_attribute_uint32('unix::mode') & 0o7777, 0o700);
    assertEqual(info.get_attribute_uint32('unix::uid'), new Gio.Credentials().get_unix_user());
    directory.cleanup();
});

test('names', base => {
    for (const [prefix, suffix] of [['pre', null], [null, '.suf'], ['ä ', '\n.d'], ['', '']]) {
        const directory = new Tmp.Directory({parent: base, prefix, suffix});
        const name = directory.file.get_basename();

        assertEqual(children(base).join(), name);
        assert(name.startsWith(prefix ?? 'tmp'), name);
        assert(name.endsWith(suffix ?? ''), name);
        directory.cleanup();
    }
});

test('properties', base => {
    const directory = new Tmp.Directory({
        parent: base, prefix: 'a', suffix: 'z',
        auto_cleanup: false, ignore_cleanup_errors: true,
    });

    assert(directory.parent.equal(base));
    assertEqual(directory.prefix, 'a');
    assertEqual(directory.suffix, 'z');
    assertEqual(directory.auto_cleanup, false);
    assertEqual(directory.autoCleanup, false);
    assertEqual(directory.ignore_cleanup_errors, true);
    assertEqual(directory.entries_removed, 0);
    assertEqual(directory.path, directory.get_path());
    assertEqual(directory.file.get_path(), directory.path);
    directory.auto_cleanup = true;
    assertEqual(directory.get_auto_cleanup(), true);
    directory.cleanup();
});

test('properties that are undefined', async base => {
    const {prefix, options} = {};

    const directory = new Tmp.Directory({parent: base, prefix, suffix: undefined});
    assertEqual(directory.prefix, null);
    assert(directory.file.get_basename().startsWith('tmp'));
    directory.cleanup();
    await Tmp.Directory.with({parent: base, prefix, auto_cleanup: options}, inside => {
        assert(inside.auto_cleanup);
    });
    assertEqual(children(base).length, 0);
});

test('constructors', base => {
    for (const directory of [Tmp.Directory.new(), Tmp.Directory.new('x'),
        Tmp.Directory.new_in(base), Tmp.Directory.new_in(base, 'x', null)]) {
        assert(directory instanceof Tmp.Directory);
        assert(exists(directory.file));
        directory.cleanup();
    }
});

test('constructors refuse', async base => {
    const missing = base.get_child('missing');
    const path = missing.get_path();

    await assertError(IOErrorEnum.NOT_FOUND, path, () => new Tmp.Directory({parent: missing}));
    await assertError(IOErrorEnum.NOT_FOUND, path, () => Tmp.Directory.new_in(missing));
    await assertError(IOErrorEnum.NOT_FOUND, path, () => Tmp.Directory.create_async(missing));
    for (const names of [{prefix: 'a/b'}, {suffix: '/'}, {prefix: 'x'.repeat(256)}]) {
        await assertError(IOErrorEnum.INVALID_FILENAME, null,
            () => new Tmp.Directory({parent: base, ...names}));
    }

    const file = base.get_child('file');
    file.create(Gio.FileCreateFlags.NONE, null).close(null);
    await assertError(IOErrorEnum.NOT_DIRECTORY, file.get_path(),
        () => new Tmp.Directory({parent: file}));
    file.delete(null);
});

test('uninitialised', async () => {
    // The only way to get one is to go behind the override's back.
    const {_init} = Tmp.Directory.prototype;
    Tmp.Directory.prototype._init = GObject.Object.prototype._init;
    const directory = new Tmp.Directory();
    Tmp.Directory.prototype._init = _init;

    assertEqual(directory.file, null);
    assertEqual(directory.get_path(), null);
    assertEqual(directory.detach(), null);
    await assertError(IOErrorEnum.NOT_INITIALIZED, null, () => directory.cleanup());
    await assertError(IOErrorEnum.NOT_INITIALIZED, null, () => directory.cleanup_async());
    await assertError(IOErrorEnum.NOT_INITIALIZED, null, () => directory.get_child('x'));

    assert(directory.init(null));
    assert(exists(directory.file));
    directory.cleanup();
});

test('create_async', async base => {
    for (const options of [[], ['x'], ['x', GLib.PRIORITY_LOW], ['x', GLib.PRIORITY_LOW, null]]) {
        const directory = await Tmp.Directory.create_async(base, ...options);
        assert(directory instanceof Tmp.Directory);
        assertEqual(children(base).join(), directory.file.get_basename());
        directory.cleanup();
    }
    await assertError(IOErrorEnum.CANCELLED, null,
        () => Tmp.Directory.create_async(base, null, GLib.PRIORITY_DEFAULT, cancelled()));
});

test('create_async with a callback', async base => {
    const directory = await new Promise(resolve => {
        const nothing = Tmp.Directory.create_async(base, null, GLib.PRIORITY_DEFAULT, null,
            (_source, result) => resolve(Tmp.Directory.create_finish(result)));
        assertEqual(nothing, undefined);
    });

    assert(exists(directory.file));
    directory.cleanup();
});

test('get_child', async base => {
    const directory = new Tmp.Directory({parent: base});

    assertEqual(directory.get_child('a/b').get_path(), `${directory.path}/a/b`);
    for (const name of ['/etc', '..', 'a/../../b'])
        await assertError(IOErrorEnum.INVALID_FILENAME, null, () => directory.get_child(name));
    directory.cleanup();
});

test('cleanup', async base => {
    const directory = new Tmp.Directory({parent: base});

    makeTree(directory.file, 250);
    directory.get_child('root').make_symbolic_link('/', null);
    await assertError(IOErrorEnum.CANCELLED, null, () => directory.cleanup(cancelled()));
    assertEqual(children(directory.file).length, 4);
    assert(directory.cleanup(null));
    assert(directory.cleanup());
    assertEqual(children(base).length, 0);
    // 250 files in 3 directories, the link, and the root.
    assertEqual(directory.entries_removed, 255);
});

test('new_file', async base => {
    const directory = new Tmp.Directory({parent: base});

    for (const options of [[], ['a-'], ['a-', '.txt'], ['a-', null, new Gio.Cancellable()]]) {
        const [file, stream] = directory.new_file(...options);

        assert(file.has_parent(directory.file));
        stream.output_stream.write_all('hello', null);
        stream.close(null);
        assertEqual(new TextDecoder().decode(file.load_contents(null)[1]), 'hello');
    }

    const [file, stream] = await directory.new_file_async('b-');
    assert(file.get_basename().startsWith('b-'));
    assert(stream instanceof Gio.FileIOStream);
    assertEqual(children(directory.file).length, 5);

    await assertError(IOErrorEnum.INVALID_FILENAME, 'a/b', () => directory.new_file('a/b'));
    await assertError(IOErrorEnum.INVALID_FILENAME, 'a/b', () => directory.new_file_async('a/b'));
    directory.cleanup();
    await assertError(IOErrorEnum.CLOSED, null, () => directory.new_file());
});

test('new_subdirectory', async base => {
    const directory = new Tmp.Directory({parent: base});
    const file = directory.new_subdirectory(null, '.d');

    assert(file.get_basename().endsWith('.d'));
    assert((await directory.new_subdirectory_async()).has_parent(directory.file));
    assertEqual(children(directory.file).length, 2);
    directory.cleanup();
    await assertError(IOErrorEnum.CLOSED, null, () => directory.new_subdirectory_async());
});

test('clear', async base => {
    const directory = new Tmp.Directory({parent: base});

    for (const clear of [() => directory.clear(), () => directory.clear_async()]) {
        makeTree(directory.file, 250);
        assertEqual(await clear(), true);
        assertEqual(children(directory.file).length, 0);
    }
    directory.cleanup();
    await assertError(IOErrorEnum.CLOSED, null, () => directory.clear());
    await assertError(IOErrorEnum.CLOSED, null, () => directory.clear_async());
});

test('accessors say what the properties do', base => {
    const directory = new Tmp.Directory({
        parent: base, prefix: 'a-', suffix: '.z', auto_cleanup: false, ignore_cleanup_errors: true,
    });

    assert(directory.get_file().equal(directory.file));
    assertEqual(directory.get_path(), directory.path);
    assert(directory.get_parent().equal(base));
    assertEqual(directory.get_prefix(), 'a-');
    assertEqual(directory.get_suffix(), '.z');
    assertEqual(directory.get_auto_cleanup(), false);
    assertEqual(directory.get_ignore_cleanup_errors(), true);
    assertEqual(directory.get_entries_removed(), 0);
    directory.set_auto_cleanup(true);
    directory.set_ignore_cleanup_errors(false);
    assertEqual(directory.auto_cleanup, true);
    assertEqual(directory.ignore_cleanup_errors, false);
    directory.cleanup();
    assertEqual(directory.get_entries_removed(), 1);

    const version = [Tmp.MAJOR_VERSION, Tmp.MINOR_VERSION, Tmp.MICRO_VERSION];
    assert(version.every(Number.isInteger), `${version}`);
});

test('persist', async base => {
    const destination = base.get_child('destination');

    for (const method of ['persist', 'persist_async']) {
        const directory = new Tmp.Directory({parent: base});
        makeTree(directory.file, 250);
        const before = children(directory.file).length;
        assertEqual(await directory[method](destination, Tmp.PersistFlags.NONE), true);
        assert(!exists(directory.file));
        assertEqual(children(destination).length, before);
        await assertError(IOErrorEnum.CLOSED, directory.path, () => directory[method](destination));

        const other = new Tmp.Directory({parent: base});
        await assertError(IOErrorEnum.EXISTS, destination.get_path(), () => other[method](destination));
        assertEqual(await other[method](destination, Tmp.PersistFlags.EXCHANGE), true);
        assertEqual(children(other.file).length, before);
        assertEqual(children(destination).length, 0);
        other.cleanup();
        destination.delete(null);
    }

    const directory = new Tmp.Directory({parent: base});
    await assertError(IOErrorEnum.CANCELLED, null,
        () => directory.persist_async(destination, undefined, undefined, cancelled()));
    await assertError(IOErrorEnum.NOT_FOUND, destination.get_path(),
        () => directory.persist(destination, Tmp.PersistFlags.EXCHANGE));
    directory.cleanup();
});

test('async iteration over what is inside', async base => {
    const directory = new Tmp.Directory({parent: base});
    const names = [];

    makeTree(directory.file, 250);
    for await (const info of directory.file.enumerate_children('standard::name',
        Gio.FileQueryInfoFlags.NOFOLLOW_SYMLINKS, null))
        names.push(info.get_name());
    assertEqual(`${names.sort()}`, `${children(directory.file).sort()}`);
    directory.cleanup();
});

test('cleanup_async', async base => {
    for (const options of [[], [GLib.PRIORITY_LOW], [GLib.PRIORITY_LOW, new Gio.Cancellable()]]) {
        const directory = new Tmp.Directory({parent: base});

        makeTree(directory.file, 250);
        assertEqual(await directory.cleanup_async(...options), true);
        assertEqual(await directory.cleanup_async(), true);
        assertEqual(children(base).length, 0);
    }
});

test('cleanup_async with a callback', async base => {
    const directory = new Tmp.Directory({parent: base});
    const done = await new Promise((resolve, reject) => {
        directory.cleanup_async(GLib.PRIORITY_DEFAULT, null, (source, result) => {
            try {
                resolve(source.cleanup_finish(result));
            } catch (error) {
                reject(error);
            }
        });
    });

    assertEqual(done, true);
});

test('cleanup_async cancelled', async base => {
    const directory = new Tmp.Directory({parent: base});

    await assertError(IOErrorEnum.CANCELLED, null,
        () => directory.cleanup_async(GLib.PRIORITY_DEFAULT, cancelled()));
    assert(exists(directory.file));

    makeTree(directory.file, 2000);
    const cancellable = new Gio.Cancellable();
    const promise = directory.cleanup_async(GLib.PRIORITY_DEFAULT, cancellable);
    cancellable.cancel();
    try {
        await promise;
    } catch (error) {
        assert(error.matches(Gio.IOErrorEnum, IOErrorEnum.CANCELLED), error);
        assert(exists(directory.file));
        await directory.cleanup_async();
    }
    assertEqual(children(base).length, 0);
});

test('cleanup fails', async base => {
    const directory = new Tmp.Directory({parent: base});
    const elsewhere = base.get_child('elsewhere');

    directory.file.move(elsewhere, Gio.FileCopyFlags.NONE, null, null);
    await assertError(IOErrorEnum.NOT_FOUND, directory.path, () => directory.cleanup());
    await assertError(IOErrorEnum.NOT_FOUND, directory.path, () => directory.cleanup_async());
    directory.detach();
    elsewhere.delete(null);
});

// GJS calls nothing in any thread but its own, and complains instead.
test('entries-removed', async base => {
    const directory = new Tmp.Directory({parent: base});
    const seen = [];

    makeTree(directory.file, 2000);
    directory.connect('notify::entries-removed', () => seen.push(directory.entries_removed));
    await directory.cleanup_async();
    // 2000 files in 20 directories, and the root.
    await until(() => seen.at(-1) === 2021);
    assertEqual(directory.entries_removed, 2021);
    assert(seen.every((count, index) => index === 0 || count >= seen[index - 1]), seen);
});

test('entries-removed while cleanup waits', base => {
    const directory = new Tmp.Directory({parent: base});
    const seen = [];

    makeTree(directory.file, 2000);
    directory.connect('notify::entries-removed', () => seen.push(directory.entries_removed));
    directory.cleanup();
    assertEqual(seen.at(-1), 2021);
});

test('cleanup_async does not block', async base => {
    let most = 0;

    // A machine may be busy for a moment, but not three times in a row.
    for (let tries = 0; tries < 3 && most < 5; tries++) {
        const directory = new Tmp.Directory({parent: base});
        let ticks = 0;

        makeTree(directory.file, 5000);
        const timer = GLib.timeout_add(GLib.PRIORITY_DEFAULT, 1, () => {
            ticks++;
            return GLib.SOURCE_CONTINUE;
        });
        await directory.cleanup_async();
        GLib.source_remove(timer);
        most = Math.max(most, ticks);
    }
    assert(most >= 5, `the main loop ticked ${most} times`);
});

test('detach', base => {
    const directory = new Tmp.Directory({parent: base});
    const file = directory.detach();

    assert(file.equal(directory.file));
    assert(directory.cleanup());
    assert(exists(file));
    file.delete(null);
});

test('with', async base => {
    let file = null;
    const result = await Tmp.Directory.with({parent: base, prefix: 'w'}, async directory => {
        ({file} = directory);
        assert(file.get_basename().startsWith('w'));
        makeTree(file, 10);
        await sleep(1);
        assert(exists(file));
        return 5;
    });

    assertEqual(result, 5);
    assert(!exists(file));
});

test('with a body alone', async base => {
    let path = null;

    assertEqual(await Tmp.Directory.with(directory => {
        ({path} = directory);
        assert(GLib.file_test(path, GLib.FileTest.IS_DIR));
        return path.length;
    }), path.length);
    assert(!GLib.file_test(path, GLib.FileTest.EXISTS));
});

test('with a body that throws', async base => {
    for (const body of [() => {
        throw new RangeError('body');
    }, async () => {
        await sleep(1);
        throw new RangeError('body');
    }]) {
        let caught = null;

        try {
            await Tmp.Directory.with({parent: base}, body);
        } catch (error) {
            caught = error;
        }
        assert(caught instanceof RangeError, caught);
        assertEqual(children(base).length, 0);
    }
});

test('with a cleanup that fails', async base => {
    const elsewhere = base.get_child('elsewhere');
    let lost;
    const lose = directory => {
        lost = directory;
        directory.file.move(elsewhere, Gio.FileCopyFlags.NONE, null, null);
    };

    await assertError(IOErrorEnum.NOT_FOUND, null, () => Tmp.Directory.with({parent: base}, lose));
    lost.detach();
    elsewhere.delete(null);

    let caught = null;
    try {
        await Tmp.Directory.with({parent: base}, directory => {
            lose(directory);
            throw new RangeError('body');
        });
    } catch (error) {
        caught = error;
    }
    assert(caught instanceof RangeError, caught);
    lost.detach();
    elsewhere.delete(null);
});

test('with what shall stay', async base => {
    const file = await Tmp.Directory.with({parent: base, auto_cleanup: false},
        directory => directory.file);

    assert(exists(file));
    file.delete(null);
});

test('with what cannot be created', async base => {
    await assertError(IOErrorEnum.NOT_FOUND, null,
        () => Tmp.Directory.with({parent: base.get_child('missing')}, () => {
            throw new Error('the body was called');
        }));
});

test('disposal symbols', async base => {
    for (const symbol of [Symbol.dispose, Symbol.asyncDispose]) {
        // undefined in an engine without them: then nothing may be patched.
        if (!symbol) {
            assert(!Object.hasOwn(Tmp.Directory.prototype, 'undefined'));
            continue;
        }
        const directory = new Tmp.Directory({parent: base});
        await directory[symbol]();
        assert(!exists(directory.file));
    }
});

run();
