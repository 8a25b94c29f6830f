#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Builds a tree of folders and files in one temporary directory, and lists it.
None of them has to be remembered: all of it goes with the directory, at once."""

import sys
from pathlib import Path

import gi

gi.require_version('Tmp', '1')
from gi.repository import Tmp  # noqa: E402

FILES = {
    'README.md': '# Rain\n',
    'data/2026/april.csv': 'day,rain\n1,4\n2,0\n',
    'data/2026/may.csv': 'day,rain\n1,0\n2,7\n',
    'src/main.py': 'print("Rain")\n',
}

EXPECTED = ['README.md', 'data', 'data/2026', 'data/2026/april.csv',
            'data/2026/may.csv', 'src', 'src/main.py']


def main():
    with Tmp.Directory(prefix='structure-') as path:
        top = Path(path)
        for name, text in FILES.items():
            file = top / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

        listing = sorted(file.relative_to(top).as_posix() for file in top.rglob('*'))

    print(*listing, sep='\n')
    if listing != EXPECTED:
        sys.exit('that is not what was built')
    if top.exists():
        sys.exit(f'{top} still exists')
    print(f'Now there is no {top}')


if __name__ == '__main__':
    main()
