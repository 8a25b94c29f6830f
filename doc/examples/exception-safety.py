#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Raises in the middle of a 'with' block. Nothing is left, and the caller gets
the exception that it was."""

import os
import sys
from pathlib import Path

import gi

gi.require_version('Tmp', '1')
from gi.repository import Tmp  # noqa: E402


def import_rain(text, parent):
    """Puts the rain of each place into a file, and adds it up."""
    with Tmp.Directory(prefix='import-', dir=parent) as path:
        total = 0
        for line in text.splitlines():
            place, rain = line.split()
            file = Path(path, place)
            file.write_text(rain)
            # An exception leaves through 'with', as does a return.
            total += int(rain)
            print(f'{file} has {rain}')
        return total


def main():
    with Tmp.Directory(prefix='exception-safety-') as parent:
        total = import_rain('Oslo 4\nBergen 11\n', parent)
        if total != 15 or os.listdir(parent):
            sys.exit(f'{total}, {os.listdir(parent)}')

        try:
            import_rain('Oslo 4\nNarvik much\nMolde 7\n', parent)
        except ValueError as error:
            print(f'Failed: {error}')
            if 'much' not in str(error) or error.__context__ is not None:
                raise
        else:
            sys.exit('there was no exception')
        if os.listdir(parent):
            sys.exit(f'{os.listdir(parent)} is left')
        print('Nothing is left')


if __name__ == '__main__':
    main()
