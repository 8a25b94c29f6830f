#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Creates a directory, fills it and deletes it without keeping an event loop
waiting: with asyncio, and with callbacks in GLib's own main loop."""

import asyncio
import os
import sys

import gi

gi.require_version('Tmp', '1')
from gi.repository import GLib, Tmp  # noqa: E402


async def with_asyncio():
    async with Tmp.Directory(prefix='asynchronous-') as path:
        await asyncio.to_thread(fill, path)
    return path


def fill(path):
    with open(os.path.join(path, 'page.html'), 'w') as page:
        page.write('<h1>Page</h1>\n')


def with_callbacks(loop):
    def on_created(_source, result):
        directory = Tmp.Directory.create_finish(result)
        fill(directory.name)
        directory.connect('notify::entries-removed', on_progress)
        directory.cleanup_async(GLib.PRIORITY_DEFAULT, None, on_cleaned_up)

    def on_progress(directory, _pspec):
        print(directory.get_entries_removed(), 'files and directories deleted')

    def on_cleaned_up(directory, result):
        try:
            directory.cleanup_finish(result)
        except OSError as error:
            print(error, file=sys.stderr)
        loop.quit()

    Tmp.Directory.create_async(None, 'asynchronous-', GLib.PRIORITY_DEFAULT, None, on_created)


def main():
    path = asyncio.run(with_asyncio())

    loop = GLib.MainLoop()
    with_callbacks(loop)
    loop.run()
    return os.path.exists(path)


sys.exit(main())
