#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Keeps one directory for as long as an application runs."""

import os
import sys

import gi

gi.require_version('Tmp', '1')
from gi.repository import Gio, Tmp  # noqa: E402


class Application(Gio.Application):
    def __init__(self):
        super().__init__(flags=Gio.ApplicationFlags.NON_UNIQUE)

    def do_startup(self):
        Gio.Application.do_startup(self)
        self.scratch = Tmp.Directory(prefix='keep-until-quit-')

    def do_activate(self):
        path = os.path.join(self.scratch.name, 'notes.txt')
        with open(path, 'w') as notes:
            notes.write('Until we quit\n')
        print(path)

    def do_shutdown(self):
        # Python says ResourceWarning where one leaves that to the collector.
        self.scratch.cleanup()
        Gio.Application.do_shutdown(self)


sys.exit(Application().run(sys.argv))
