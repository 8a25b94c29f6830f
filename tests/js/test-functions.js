// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Tmp from 'gi://Tmp?version=1';

import {assert, assertEqual, assertError, children, exists, makeTree, run, runScript, test}
    from './harness.js';

const {IOErrorEnum} = Gio;
const {KEEP_ROOT, IGNORE_ERRORS, NONE} = Tmp.DeleteFlags;

function makeDirectory(base) {
    const tree = base.get_child('tree');

    tree.make_directory(null);
    makeTree(tree, 250);
    tree.get_child('root').make_symbolic_link('/', null);
    return tree;
}

test('delete_tree', base => {
    for (const options of [[], [NONE], [NONE, null]]) {
        assert(Tmp.delete_tree(makeDirectory(base), ...options));
        assertEqual(children(base).length, 0);
    }
});

test('delete_tree of what is not there', base => {
    assert(Tmp.delete_tree(base.get_child('missing')));
});

test('delete_tree keeps the root', base => {
    const tree = makeDirectory(base);

    assert(Tmp.delete_tree(tree, KEEP_ROOT));
    assertEqual(children(tree).length, 0);
    assert(Tmp.delete_tree(tree));
});

test('delete_tree does not follow a link', base => {
    const tree = makeDirectory(base);
    const link = base.get_child('link');

    link.make_symbolic_link(tree.get_path(), null);
    assert(Tmp.delete_tree(link));
    assertEqual(children(base).join(), 'tree');
    assertEqual(children(tree).length, 4);
    Tmp.delete_tree(tree);
});

test('delete_tree fails', async base => {
    const file = base.get_child('file');
    const path = file.get_path();

    file.create(Gio.FileCreateFlags.NONE, null).close(null);
    await assertError(IOErrorEnum.NOT_DIRECTORY, path, () => Tmp.delete_tree(file, KEEP_ROOT));
    await assertError(IOErrorEnum.NOT_DIRECTORY, path, () => Tmp.delete_tree_async(file, KEEP_ROOT));
    assert(Tmp.delete_tree(file, KEEP_ROOT | IGNORE_ERRORS));
    assert(exists(file));
    file.delete(null);
});

test('delete_tree_async', async base => {
    for (const options of [[], [NONE], [NONE, GLib.PRIORITY_LOW], [NONE, GLib.PRIORITY_LOW, null]]) {
        const result = await Tmp.delete_tree_async(makeDirectory(base), ...options);
        assertEqual(result, true);
        assertEqual(children(base).length, 0);
    }
});

test('delete_tree_async with a callback', async base => {
    const tree = makeDirectory(base);
    const done = await new Promise(resolve => {
        Tmp.delete_tree_async(tree, NONE, GLib.PRIORITY_DEFAULT, null,
            (_source, result) => resolve(Tmp.delete_tree_finish(result)));
    });

    assertEqual(done, true);
    assertEqual(children(base).length, 0);
});

test('delete_tree_async cancelled', async base => {
    const tree = makeDirectory(base);
    const cancellable = new Gio.Cancellable();

    cancellable.cancel();
    await assertError(IOErrorEnum.CANCELLED, null,
        () => Tmp.delete_tree_async(tree, NONE, GLib.PRIORITY_DEFAULT, cancellable));
    assertEqual(children(tree).length, 4);
    Tmp.delete_tree(tree);
});

test('flush', async () => {
    assert(Tmp.flush());
    assert(Tmp.flush(null));
    assertEqual(await Tmp.flush_async(), true);
    assertEqual(await Tmp.flush_async(null), true);

    const {flush_async: flushAsync} = Tmp;
    assertEqual(await flushAsync(), true);
});

// In processes of their own, with a folder for their state that nobody else
// reclaims from.
test('reclaim', async base => {
    const command = 'XDG_STATE_HOME="$TMPDIR/state" gjs -c "$1"; exit 0';
    const scripts = [
        'print(Tmp.reclaim());',
        'print(Tmp.reclaim(null));',
        `const loop = new GLib.MainLoop(null, false);
        Tmp.reclaim_async().then(n => print(n)).finally(() => loop.quit());
        loop.run();`,
    ];
    const state = base.get_child('state');

    state.make_directory(null);
    for (const script of scripts) {
        await runScript(base, `
            const directory = Tmp.Directory.new_in(Gio.File.new_for_path(GLib.get_tmp_dir()));
            const pid = new Gio.Credentials().get_unix_pid();
            GLib.spawn_command_line_sync(\`sh -c "kill -KILL \${pid}"\`);`, command);
        assertEqual(children(base).length, 2);

        const {stdout} = await runScript(base, script, command);
        assertEqual(stdout, '1\n');
        assertEqual(children(base).join(), 'state');
    }
    Tmp.delete_tree(state);
});

test('reclaim cancelled', async () => {
    const cancellable = new Gio.Cancellable();

    cancellable.cancel();
    await assertError(IOErrorEnum.CANCELLED, null, () => Tmp.reclaim(cancellable));
    await assertError(IOErrorEnum.CANCELLED, null, () => Tmp.reclaim_async(cancellable));
});

run();
