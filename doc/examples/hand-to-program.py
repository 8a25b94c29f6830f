#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Has another program work in a directory, which is there until that program
has ended: whoever waits for it holds the reference."""

import os
import sys

import gi

gi.require_version('Tmp', '1')
from gi.repository import Gio, GLib, Tmp  # noqa: E402


def start(directory, argv, on_exited):
    """The program finds its files by their names, and puts its own temporary
    files beside them."""
    launcher = Gio.SubprocessLauncher()
    launcher.set_cwd(directory.name)
    launcher.setenv('TMPDIR', directory.name, True)
    program = launcher.spawnv(argv)

    def on_waited(program, result):
        # The closure has the reference; not before the program has ended,
        # which may have files open until then.
        directory.cleanup()
        on_exited(program.wait_check_finish(result))

    program.wait_check_async(None, on_waited)


def main():
    loop = GLib.MainLoop()
    directory = Tmp.Directory(prefix='hand-to-program-')
    with open(os.path.join(directory.name, 'input.txt'), 'w') as file:
        file.write('c\na\nb\n')

    start(directory, ['sort', 'input.txt'], lambda success: loop.quit())
    loop.run()
    return os.path.exists(directory.name)


sys.exit(main())
