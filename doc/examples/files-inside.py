#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Writes to files in a temporary directory and reads them again: one with a name,
for others to open, and a stream that is in memory while it is small, and in a
file without a name from then on."""

import os
import sys

import gi

gi.require_version('Tmp', '1')
from gi.repository import Tmp  # noqa: E402

TABLE = b'day,rain\n1,4\n2,0\n3,7\n'


def use_named_file(directory):
    """The file stays after it is closed, until the directory goes."""
    with directory.new_file('table-', '.csv') as file:
        file.write(TABLE)
        file.seek(0)
        return file.name, file.read()


def use_spooled_stream(directory, count):
    """Writes numbers, and reads them again to add them up."""
    with Tmp.SpooledStream(directory, max_size=1024) as stream, \
            stream.makefile('w+', encoding='utf-8') as file:
        for number in range(1, count + 1):
            print(number, file=file)
        file.seek(0)
        return sum(int(line) for line in file), stream.get_rolled()


def main():
    directory = Tmp.Directory(prefix='files-inside-')
    with directory:
        path, table = use_named_file(directory)
        names = os.listdir(directory)
        few, few_rolled = use_spooled_stream(directory, 10)
        many, many_rolled = use_spooled_stream(directory, 1000)
        if os.listdir(directory) != names:
            sys.exit('the stream has left something')

    print(f'{path} has:\n{table.decode()}'
          f'The sum of 10 numbers is {few}, rolled over to a file: {few_rolled}\n'
          f'The sum of 1000 numbers is {many}, rolled over to a file: {many_rolled}')
    name = os.path.basename(path)
    if not (names == [name] and name.startswith('table-') and name.endswith('.csv')):
        sys.exit(f'{names} are wrong')
    if (table, few, few_rolled, many, many_rolled) != (TABLE, 55, False, 500500, True):
        sys.exit('that is not what was written')


if __name__ == '__main__':
    main()
