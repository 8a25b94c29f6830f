// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// When a directory goes: with the garbage, and with its process.

import System from 'system';
import Tmp from 'gi://Tmp?version=1';

import {assert, assertEqual, children, exists, makeTree, run, runScript, test, until}
    from './harness.js';

function makeGarbage(base, number) {
    const files = [];

    for (let count = 0; count < number; count++) {
        const directory = new Tmp.Directory({parent: base});
        makeTree(directory.file, 10);
        files.push(directory.file);
    }
    return files;
}

test('garbage', async base => {
    // The collector looks at the stack for what might be a reference, and may
    // take the last object's address there for one.
    const files = makeGarbage(base, 20);
    assert(files.every(exists));

    await until(() => {
        System.gc();
        return files.filter(exists).length <= 1;
    });
    files.filter(exists).forEach(file => Tmp.delete_tree(file));
    await Tmp.flush_async();
    assertEqual(children(base).length, 0);
});

const LIVE = `
    const directory = new Tmp.Directory({prefix: 'left'});
    if (!directory.file.get_parent().equal(Gio.File.new_for_path(GLib.get_tmp_dir())))
        throw new Error(directory.path);
    for (let number = 0; number < 500; number++)
        directory.get_child(String(number)).make_directory(null);
`;

const AS_MODULE = 'printf %s "$1" | gjs -m /dev/stdin';

async function leavesNothing(base, script, status, output = '', command = undefined) {
    const result = await runScript(base, script, command);

    assertEqual(result.status, status);
    assert(result.stderr.includes(output), result.stderr);
    assert(!result.stderr.includes('tmpdir-glib-'), result.stderr);
    assertEqual(children(base).length, 0);
}

// Collected, and then at exit, whichever comes first for each.
const DROP = `
    const files = [];
    for (let count = 0; count < 20; count++) {
        const directory = new Tmp.Directory();
        directory.get_child('a').make_directory(null);
        // A cycle of two objects that only the collector sees
        directory.self = () => directory;
        files.push(directory.file);
    }
    imports.system.gc();
    Tmp.flush();
    print(files.filter(file => file.query_exists(null)).length);
`;

test('collected in a process that ends', async base => {
    const {status, stdout, stderr} = await runScript(base, `(() => { ${DROP} })();`);

    assertEqual(stderr, '');
    assertEqual(status, 0);
    // The collector may take what is on the stack for the last one.
    assert(Number(stdout) <= 1, `${stdout.trim()} were not collected`);
    assertEqual(children(base).length, 0);
});

test('end of script', base => leavesNothing(base, LIVE, 0));

test('exit', base => leavesNothing(base, `${LIVE} imports.system.exit(3)`, 3));

test('uncaught exception', base =>
    leavesNothing(base, `${LIVE} throw new Error('for good')`, 1, 'for good'));

test('end of module', base => leavesNothing(base, `${LIVE} await directory.cleanup_async();
    globalThis.alive = new Tmp.Directory();`, 0, '', AS_MODULE));

// In a promise, exit() does not end GJS 1.74, whatever else the script does.
test('exit while a body of with runs', base => leavesNothing(base, `
    Tmp.Directory.with({}, async directory => {
        await directory.new_subdirectory_async();
        await new Promise(() => {});
    });
    const loop = new GLib.MainLoop(null, false);
    GLib.timeout_add(GLib.PRIORITY_DEFAULT, 100, () => imports.system.exit(3));
    loop.run();`, 3));

test('rejection that nobody handles', base => leavesNothing(base, `
    Tmp.Directory.with({}, () => Promise.reject(new Error('for good')));
    const loop = new GLib.MainLoop(null, false);
    GLib.timeout_add(GLib.PRIORITY_DEFAULT, 100, () => loop.quit());
    loop.run();`, 0, 'Unhandled promise rejection'));

test('end of script while cleaning up', base =>
    leavesNothing(base, `${LIVE} directory.cleanup_async();`, 0));

test('kept', async base => {
    const {status, stdout} = await runScript(base,
        'print(new Tmp.Directory({auto_cleanup: false}).path)');

    assertEqual(status, 0);
    const file = base.get_child(children(base)[0]);
    assertEqual(file.get_path(), stdout.trim());
    file.delete(null);
});

test('TMPDIR that is not UTF-8', async base => {
    // No string of JavaScript can name such a file, but a GFile does.
    const {status, stderr} = await runScript(base, `
        const directory = new Tmp.Directory();
        const {file} = directory;

        if (!file.get_uri().includes('/%FF/tmp'))
            throw new Error(file.get_uri());
        if (!file.query_exists(null))
            throw new Error('was not created');
        directory.get_child('a').make_directory(null);

        const loop = new GLib.MainLoop(null, false);
        let done = false;
        directory.cleanup_async().then(value => {
            done = value;
        }).finally(() => loop.quit());
        loop.run();
        if (!done || file.query_exists(null))
            throw new Error('was not deleted');

        const left = new Tmp.Directory();
    `, `TMPDIR="$TMPDIR/$(printf '\\377')"; mkdir "$TMPDIR" && gjs -c "$1" && rmdir "$TMPDIR"`);

    assertEqual(stderr, '');
    assertEqual(status, 0);
});

run();
