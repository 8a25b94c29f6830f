// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// As much of Jasmine as test-fixture.js needs. Where jasmine-gjs runs the tests, with
//
//     jasmine --module test-fixture.js
//
// this is Jasmine itself, and run() does nothing.

import GLib from 'gi://GLib';
import System from 'system';

const jasmine = globalThis.jasmine !== undefined ? globalThis : null;
const befores = [];
const afters = [];
const cases = [];
let suite = '';

function addSuite(name, body) {
    suite = name;
    body();
}

function compare(actual) {
    return {
        toBe(expected) {
            if (!Object.is(actual, expected))
                throw new Error(`Expected ${actual} to be ${expected}.`);
        },
    };
}

export const describe = jasmine?.describe ?? addSuite;
export const beforeEach = jasmine?.beforeEach ?? (body => befores.push(body));
export const afterEach = jasmine?.afterEach ?? (body => afters.push(body));
export const it = jasmine?.it ?? ((name, body) => cases.push({name: `${suite} ${name}`, body}));
export const expect = jasmine?.expect ?? compare;

async function runCase(body) {
    try {
        for (const before of befores)
            await before();
        await body();
    } finally {
        for (const after of afters)
            await after();
    }
}

// Prints the Test Anything Protocol, and ends the program.
export function run() {
    if (jasmine !== null)
        return;

    const loop = new GLib.MainLoop(null, false);
    let status = 0;

    (async () => {
        print(`1..${cases.length}`);
        for (const [index, {name, body}] of cases.entries()) {
            try {
                await runCase(body);
                print(`ok ${index + 1} - ${name}`);
            } catch (error) {
                status = 1;
                print(`not ok ${index + 1} - ${name}\n# ${error.message}`);
            }
        }
    })().finally(() => loop.quit());
    loop.run();
    System.exit(status);
}
