#!/usr/bin/env -S gjs -m
// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import GLib from 'gi://GLib';
import Tmp from 'gi://Tmp?version=1';

await Tmp.Directory.with({prefix: 'hello-'}, async dir => {
    const file = dir.get_child('greeting');
    GLib.file_set_contents(file.get_path(), 'hello\n');
    print(file.get_path());
});
