#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Publishes a new directory, and does the right thing about the one error that
it expects: that there is one already."""

import sys
from pathlib import Path

import gi

gi.require_version('Tmp', '1')
from gi.repository import Gio, GLib, Tmp  # noqa: E402


def publish(directory, destination):
    try:
        directory.persist(destination)
    except FileExistsError:
        # The old one is deleted with the directory then.
        directory.persist(destination, Tmp.PersistFlags.EXCHANGE)


def make_and_publish(parent, text):
    directory = Tmp.Directory(prefix='.new-', dir=parent)
    with directory as path:
        Path(path, 'index.html').write_text(text)
        publish(directory, Path(parent, 'site'))


def main():
    with Tmp.Directory(prefix='errors-') as parent:
        make_and_publish(parent, 'old')
        make_and_publish(parent, 'new')
        text = Path(parent, 'site', 'index.html').read_text()

    # Here is no such parent any more.
    try:
        make_and_publish(parent, 'newer')
    except GLib.Error as error:
        # The same is also a FileNotFoundError.
        assert error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.NOT_FOUND)
        assert isinstance(error, FileNotFoundError) and error.filename == parent
        print(error)
        return text != 'new'
    return True


sys.exit(main())
