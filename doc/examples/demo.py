#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Copies a tree into a temporary directory, measures it, and drops the directory
while a main loop goes on ticking.

    demo.py [TREE]
"""

import os
import shutil
import sys
import time

import gi

gi.require_version('Tmp', '1')
from gi.repository import GLib, Tmp  # noqa: E402


def measure(top):
    """Returns the number of entries and their bytes."""
    entries = size = 0
    for folder, directories, files in os.walk(top):
        entries += len(directories) + len(files)
        size += sum(os.lstat(os.path.join(folder, name)).st_size
                    for name in directories + files)
    return entries, size


def drop(directory):
    """Cleans up in the background, and returns the seconds that this took and
    the longest pause of the main loop meanwhile."""
    loop = GLib.MainLoop()
    start = time.monotonic()
    ticks = [start]

    def on_tick():
        ticks.append(time.monotonic())
        return GLib.SOURCE_CONTINUE

    def on_cleaned_up(directory, result):
        try:
            directory.cleanup_finish(result)
        except OSError as error:  # or GLib.Error, it is both
            print(error, file=sys.stderr)
        loop.quit()

    timer = GLib.timeout_add(1, on_tick)
    directory.cleanup_async(GLib.PRIORITY_DEFAULT, None, on_cleaned_up)
    loop.run()
    on_tick()
    GLib.source_remove(timer)

    pauses = [after - before for before, after in zip(ticks, ticks[1:])]
    return ticks[-1] - start, max(pauses)


def main(source='/usr/share/doc'):
    # Where no main loop runs this is all there is to it, as with tempfile:
    #
    #     with Tmp.Directory(prefix='demo-py-') as path:
    #         ...
    directory = Tmp.Directory(prefix='demo-py-')
    path = directory.name
    shutil.copytree(source, path, symlinks=True, dirs_exist_ok=True)

    entries, size = measure(path)
    print(f'{path}: {entries} entries, {size / 1e6:.1f} MB')

    duration, pause = drop(directory)
    print(f'Dropped {directory.get_entries_removed()} entries in '
          f'{duration * 1e3:.1f} ms; the main loop never paused longer than '
          f'{pause * 1e3:.1f} ms')

    if os.path.lexists(path):
        sys.exit(f'{path} still exists')
    print(f'{path} is gone')


if __name__ == '__main__':
    main(*sys.argv[1:])
