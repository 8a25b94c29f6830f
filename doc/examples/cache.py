#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A cache in a temporary directory, which is cleared when it has grown too
large. The directory itself stays, so that its path may be kept."""

import sys
from pathlib import Path

import gi

gi.require_version('Tmp', '1')
from gi.repository import Tmp  # noqa: E402

SIZE = 1000


def decimals(n):
    """What takes long: the decimals of 1/n"""
    return str(10 ** SIZE // n).zfill(SIZE)


class Cache:
    def __init__(self, directory, limit):
        self.directory = directory
        self.limit = limit
        self.size = self.hits = self.misses = 0

    def get(self, n):
        path = Path(self.directory, f'{n}.txt')
        try:
            text = path.read_text()
            self.hits += 1
        except FileNotFoundError:
            text = decimals(n)
            self.misses += 1
            if self.size + len(text) > self.limit:
                self.directory.clear()
                self.size = 0
            path.write_text(text)
            self.size += len(text)
        return text


def use(cache):
    """Asks for 2 to 7, then for 4 to 9, and so on, until 8 to 13."""
    for first in range(2, 9, 2):
        for n in range(first, first + 6):
            if cache.get(n) != decimals(n):
                sys.exit(f'1/{n} is 0.{decimals(n)}')


directory = Tmp.Directory(prefix='cache-')
with directory as path:
    cache = Cache(directory, 8 * SIZE)
    before = Path(path).stat()
    use(cache)
    after = Path(path).stat()

print(f'{cache.hits} hits, {cache.misses} misses; {cache.size} bytes were in {path}')
# It was asked for 12 numbers, and has room for 8: before the ninth, 10, it was
# cleared, and 8 and 9 were asked for once more.
if (cache.hits, cache.misses) != (10, 14):
    sys.exit('That should have been 10 and 14')
if before.st_ino != after.st_ino:
    sys.exit(f'{path} has become another directory')
