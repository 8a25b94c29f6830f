// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What Node's disposable temporary directories do, as its own tests have it: sync
// is test-fs-mkdtempDisposableSync.js, async test-fs-promises-mkdtempDisposable.js.
// What is remove() there is cleanup() here.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Tmp from 'gi://Tmp?version=1';

import {assert, assertEqual, asyncScript, children, makeTree, run, runScript, skip, test}
    from './harness.js';

// What a script in a process of its own needs
const SCRIPT = `
    const {IOErrorEnum} = Gio;
    const exists = directory => directory.file.query_exists(null);
    const assert = value => {
        if (!value)
            throw new Error('assertion failed');
    };
    // What a promise is rejected with, or a function throws
    const errorOf = async body => {
        try {
            await body();
        } catch (error) {
            return error;
        }
        throw new Error('nothing was thrown');
    };
    const fill = directory =>
        directory.get_child('a/b/c').make_directory_with_parents(null);
`;

// The symbols of an engine that has them, for one that has not
const SYMBOLS = `
    for (const name of ['dispose', 'asyncDispose'])
        Symbol[name] ??= Symbol(name);
`;

async function passes(base, body, command) {
    const {status, stdout, stderr} = await runScript(base, SCRIPT + asyncScript(body), command);

    // What sh says if the script cannot be run here
    if (status === 77)
        skip(stdout.trim());
    assertEqual(stderr, '');
    assertEqual(status, 0);
    assertEqual(children(base).length, 0);
}

const passesWithSymbols = (base, body) =>
    passes(base, body, `exec gjs -c '${SYMBOLS.replaceAll('\'', '"')}'"$1"`);

// Both files: basic usage. The path is absolute and in the parent.
for (const [name, create, cleanup] of [
    ['sync: basic usage',
        parent => new Tmp.Directory({parent, prefix: 'foo.'}),
        directory => directory.cleanup()],
    ['async: basic usage',
        parent => Tmp.Directory.create_async(parent, 'foo.'),
        directory => directory.cleanup_async()],
]) {
    test(name, async base => {
        const directory = await create(base);
        const {path} = directory;

        assertEqual(typeof path, 'string');
        assertEqual(GLib.path_get_dirname(path), base.get_path());
        assert(GLib.path_get_basename(path).startsWith('foo.'), path);
        assert(GLib.path_get_basename(path).length >= 'foo.XXXXXX'.length, path);
        assert(GLib.file_test(path, GLib.FileTest.IS_DIR));

        makeTree(directory.file, 10);
        assertEqual(await cleanup(directory), true);
        assert(!GLib.file_test(path, GLib.FileTest.EXISTS));
        // A second removal does not throw, nor does the path change.
        assertEqual(await cleanup(directory), true);
        assertEqual(directory.path, path);
    });
}

// Both files remove with force: what somebody else has removed is no error.
test('removed by somebody else', async base => {
    for (const method of ['cleanup', 'cleanup_async']) {
        const directory = new Tmp.Directory({parent: base});

        directory.file.delete(null);
        assertEqual(await directory[method](), true);
    }
});

// sync: usage with [Symbol.dispose]
test('sync: dispose', base => passesWithSymbols(base, `
    const directory = new Tmp.Directory();

    fill(directory);
    assert(directory[Symbol.dispose]() === undefined);
    assert(!exists(directory));
    directory[Symbol.dispose]();

    const kept = new Tmp.Directory({auto_cleanup: false});
    kept[Symbol.dispose]();
    assert(exists(kept));
    kept.cleanup();`));

// async: symbolAsyncDispose
test('async: dispose', base => passesWithSymbols(base, `
    const directory = await Tmp.Directory.create_async();

    fill(directory);
    assert(await directory[Symbol.asyncDispose]() === undefined);
    assert(!exists(directory));
    await directory[Symbol.asyncDispose]();

    const kept = new Tmp.Directory({auto_cleanup: false});
    await kept[Symbol.asyncDispose]();
    assert(exists(kept));
    kept.cleanup();`));

// What both symbols are for
for (const using of ['using', 'await using']) {
    test(using, base => {
        const AsyncFunction = (async () => {}).constructor;
        const block = statements => `{ ${using} directory = new Tmp.Directory(); ${statements} }`;

        try {
            new AsyncFunction(block(''));
        } catch (error) {
            skip(`this GJS cannot parse it: ${error.message}`);
        }
        return passes(base, `
            let file = null;
            ${block('({file} = directory); fill(directory);')}
            assert(!file.query_exists(null));

            const error = await errorOf(async () => {
                ${block('({file} = directory); throw new RangeError();')}
            });
            assert(error instanceof RangeError);
            assert(!file.query_exists(null));`);
    });
}

// sync: chdir does not affect removal; async: chdirDoesNotAffectRemoval
const CHDIR = (create, cleanup) => `
    const path = GLib.get_tmp_dir();
    const inside = name => GLib.build_filenamev([path, name]);

    GLib.chdir(path);
    const first = ${create('first.')};
    const second = ${create('second.')};
    // Here a path is absolute, wherever the process was.
    for (const directory of [first, second])
        assert(directory.path === inside(directory.file.get_basename()));
    fill(first);

    GLib.chdir(first.path);
    ${cleanup('second')};
    assert(!exists(second));
    assert(exists(first));

    GLib.chdir(path);
    ${cleanup('first')};
    assert(!exists(first));`;

test('sync: chdir', base => passes(base, CHDIR(
    prefix => `new Tmp.Directory({parent: Gio.File.new_for_path('.'), prefix: '${prefix}'})`,
    name => `${name}.cleanup()`)));

test('async: chdir', base => passes(base, CHDIR(
    prefix => `await Tmp.Directory.create_async(Gio.File.new_for_path('.'), '${prefix}')`,
    name => `await ${name}.cleanup_async()`)));

// sync: errors from cleanup are thrown; async: errorsAreReThrown. Root may do what is
// not allowed to others, so it is done by 'nobody'.
const AS_NOBODY = `
    test "$(id -u)" = 0 || exec gjs -c "$1"
    as_nobody='setpriv --reuid=65534 --regid=65534 --clear-groups'
    chown 65534:65534 "$TMPDIR"
    if ! $as_nobody test -w "$TMPDIR"; then
        echo "the user 'nobody' cannot reach TMPDIR"
        exit 77
    fi
    exec $as_nobody gjs -c "$1"`;

const FAILS = cleanup => `
    const base = new Tmp.Directory({prefix: 'foo.'});
    const child = new Tmp.Directory({parent: base.file, prefix: 'bar.'});
    const setMode = mode => base.file.set_attribute_uint32('unix::mode', mode,
        Gio.FileQueryInfoFlags.NONE, null);

    fill(child);
    setMode(0o444);
    const error = await errorOf(() => child.${cleanup}());
    assert(error instanceof GLib.Error);
    assert(error.matches(IOErrorEnum, IOErrorEnum.PERMISSION_DENIED));
    assert(error.message.includes(child.path));
    // The same as Node's EACCES
    assert(error.code === Gio.io_error_from_errno(13));

    // Once it is allowed, it works.
    setMode(0o700);
    assert(exists(child));
    assert(await child.${cleanup}() === true);
    assert(!exists(child));
    assert(await base.${cleanup}() === true);
    assert(!exists(base));`;

test('sync: errors', base => passes(base, FAILS('cleanup'), AS_NOBODY));

test('async: errors', base => passes(base, FAILS('cleanup_async'), AS_NOBODY));

// The same with a block, for the engines that have no 'using'
test('with', base => passes(base, `
    let file = null;

    GLib.chdir(GLib.get_tmp_dir());
    const parent = Gio.File.new_for_path('.');
    await Tmp.Directory.with({parent, prefix: 'foo.'}, async directory => {
        ({file} = directory);
        fill(directory);
        GLib.chdir(directory.path);
        await directory.cleanup_async();
        assert(!exists(directory));
    });
    assert(!file.query_exists(null));`));

run();
