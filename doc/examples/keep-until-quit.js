#!/usr/bin/env -S gjs -m
// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Keeps one directory for as long as an application runs. What is still there
// when the program ends is deleted then.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Tmp from 'gi://Tmp?version=1';

const Application = GObject.registerClass(class Application extends Gio.Application {
    vfunc_startup() {
        super.vfunc_startup();
        this._scratch = new Tmp.Directory({prefix: 'keep-until-quit-'});
    }

    vfunc_activate() {
        const path = GLib.build_filenamev([this._scratch.path, 'notes.txt']);

        GLib.file_set_contents(path, 'Until we quit\n');
        print(path);
    }
});

new Application({flags: Gio.ApplicationFlags.NON_UNIQUE}).run([]);
