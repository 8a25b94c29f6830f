// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A test is a function, perhaps asynchronous, that throws if it fails; run()
// calls them one after the other and prints the Test Anything Protocol.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';

// Seconds after which anything that should have happened is a failure.
const TIMEOUT = 60;

const tests = [];

class Skip extends Error {}

export function test(name, body) {
    tests.push({name, body});
}

export function run() {
    const loop = new GLib.MainLoop(null, false);
    let failed = 0;

    async function runAll() {
        print(`1..${tests.length}`);
        for (const [index, {name, body}] of tests.entries()) {
            const base = Gio.File.new_for_path(GLib.Dir.make_tmp('baseXXXXXX'));
            let verdict = 'ok';
            let directive = '';

            try {
                await withTimeout(body(base), name);
                // A test leaves its folder empty, or this throws.
                base.delete(null);
            } catch (error) {
                if (error instanceof Skip) {
                    directive = ` # SKIP ${error.message}`;
                    base.delete(null);
                } else {
                    verdict = 'not ok';
                    failed++;
                    print(`# ${error}\n${error.stack}`.trim().replaceAll('\n', '\n# '));
                }
            }
            print(`${verdict} ${index + 1} - ${name}${directive}`);
        }
    }

    runAll().catch(error => {
        failed++;
        print(`Bail out! ${error}`);
    }).finally(() => loop.quit());

    loop.run();
    System.exit(failed > 0 ? 1 : 0);
}

function withTimeout(promise, name) {
    let timer;
    const late = new Promise((_resolve, reject) => {
        timer = GLib.timeout_add_seconds(GLib.PRIORITY_DEFAULT, TIMEOUT, () => {
            timer = 0;
            reject(new Error(`${name} was not over after ${TIMEOUT} seconds`));
            return GLib.SOURCE_REMOVE;
        });
    });

    return Promise.race([promise, late]).finally(() => {
        if (timer)
            GLib.source_remove(timer);
    });
}

export function sleep(milliseconds) {
    return new Promise(resolve => {
        GLib.timeout_add(GLib.PRIORITY_DEFAULT, milliseconds, () => {
            resolve();
            return GLib.SOURCE_REMOVE;
        });
    });
}

export async function until(condition) {
    while (!condition())
        await sleep(5);
}

// Ends the test where it cannot be done, which is to be seen.
export function skip(reason) {
    throw new Skip(reason);
}

export function assert(value, message = 'assertion failed') {
    if (!value)
        throw new Error(message);
}

export function assertEqual(actual, expected) {
    assert(Object.is(actual, expected), `got ${actual}, expected ${expected}`);
}

// What function throws, or what its promise is rejected with, has to be of
// this Gio.IOErrorEnum and to tell the path.
export async function assertError(code, path, body) {
    let error = null;

    try {
        await body();
    } catch (caught) {
        error = caught;
    }

    assert(error !== null, 'nothing was thrown');
    assert(error instanceof GLib.Error, `${error} is no GLib.Error`);
    assert(error.matches(Gio.IOErrorEnum, code), `${error} has code ${error.code}, not ${code}`);
    if (path !== null)
        assert(error.message.includes(path), `${error} does not tell ${path}`);
    return error;
}

export function exists(file) {
    return file.query_exists(null);
}

export function children(file) {
    const names = [];
    const enumerator = file.enumerate_children('standard::name',
        Gio.FileQueryInfoFlags.NOFOLLOW_SYMLINKS, null);
    let info;

    while ((info = enumerator.next_file(null)))
        names.push(info.get_name());
    enumerator.close(null);
    return names;
}

export function makeTree(directory, files) {
    for (let number = 0; number < files; number++) {
        const parent = directory.get_child(`directory-${Math.trunc(number / 100)}`);

        if (number % 100 === 0)
            parent.make_directory(null);
        parent.get_child(`file-${number}`)
            .create(Gio.FileCreateFlags.NONE, null).close(null);
    }
}

// The body of an asynchronous function as an old-style script
export function asyncScript(body) {
    return `
        const loop = new GLib.MainLoop(null, false);
        let failure = null;

        (async () => {
            ${body}
        })().catch(error => {
            failure = error;
        }).finally(() => loop.quit());
        loop.run();
        if (failure !== null)
            throw failure;`;
}

// Runs an old-style script in a process of its own, with base as its TMPDIR,
// and resolves to what became of it.
export async function runScript(base, script, command = 'exec gjs -c "$1"') {
    const launcher = new Gio.SubprocessLauncher({
        flags: Gio.SubprocessFlags.STDOUT_PIPE | Gio.SubprocessFlags.STDERR_PIPE,
    });
    launcher.setenv('TMPDIR', base.get_path(), true);
    // GJS logs an uncaught exception as a critical; that shall not abort it.
    launcher.unsetenv('G_DEBUG');
    const process = launcher.spawnv(['sh', '-c', command, 'sh', `
        imports.gi.versions.Tmp = '1';
        const {Gio, GLib, Tmp} = imports.gi;
        ${script}`]);
    const [stdout, stderr] = await new Promise((resolve, reject) => {
        process.communicate_utf8_async(null, null, (_process, result) => {
            try {
                resolve(process.communicate_utf8_finish(result).slice(1));
            } catch (error) {
                reject(error);
            }
        });
    });

    assert(process.get_if_exited(), `the script died:\n${stderr}`);
    return {status: process.get_exit_status(), stdout, stderr};
}
