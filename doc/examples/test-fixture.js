#!/usr/bin/env -S gjs -m
// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A fixture that gives every test case a folder of its own, and deletes it
// afterwards. What is tested here remembers a number in its folder: if they shared
// one, the case that comes second would fail.

import GLib from 'gi://GLib';
import Tmp from 'gi://Tmp?version=1';

// Under jasmine-gjs these are there without an import.
import {afterEach, beforeEach, describe, expect, it, run} from './describe.js';

// Returns 1 in an empty folder, then 2, and so on.
function nextInvoice(folder) {
    const path = GLib.build_filenamev([folder, 'last-invoice']);
    let number = 1;

    if (GLib.file_test(path, GLib.FileTest.EXISTS))
        number += Number(new TextDecoder().decode(GLib.file_get_contents(path)[1]));
    GLib.file_set_contents(path, `${number}\n`);
    return number;
}

describe('The number of an invoice', () => {
    let directory;

    beforeEach(() => {
        directory = new Tmp.Directory({prefix: 'test-fixture-'});
    });

    afterEach(async () => {
        await directory.cleanup_async();
    });

    it('is 1 at first', () => {
        expect(nextInvoice(directory.path)).toBe(1);
    });

    it('is one more each time', () => {
        expect(nextInvoice(directory.path)).toBe(1);
        expect(nextInvoice(directory.path)).toBe(2);
        expect(nextInvoice(directory.path)).toBe(3);
    });
});

run();
