#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Has a program, which wants files, work on many items, some of them at once. Each
of them has a folder of its own, and all have one temporary directory."""

import asyncio
import sys
from pathlib import Path

import gi

gi.require_version('Tmp', '1')
from gi.repository import Tmp  # noqa: E402

AT_ONCE = 3
# What was installed on a machine, what is, and what is to be found out of that
ITEMS = [
    ('bash\ncurl\ngit\n', 'bash\ncurl\ngit\njq\n', 'jq\n'),
    ('bash\nperl\nzsh\n', 'bash\nmake\nperl\nvim\n', 'make\nvim\n'),
    ('dash\n', 'dash\n', ''),
    ('gcc\nmake\n', 'gcc\nmake\nmeson\nninja\n', 'meson\nninja\n'),
    ('', 'dash\nnano\n', 'dash\nnano\n'),
    ('less\nvim\n', 'less\n', ''),
    ('bash\nwget\n', 'bash\ncurl\nwget\n', 'curl\n'),
]


async def compare(directory, before, after):
    """In a folder that nobody else has, files can have simple names."""
    folder = Path(directory.new_subdirectory('item-').get_path())
    (folder / 'before').write_text(before)
    (folder / 'after').write_text(after)
    comm = await asyncio.create_subprocess_exec(
        'comm', '-13', 'before', 'after', cwd=folder, stdout=asyncio.subprocess.PIPE)
    output, _ = await comm.communicate()
    if comm.returncode != 0:
        raise ChildProcessError('comm has failed')
    return output.decode()


async def process(items):
    results = []
    directory = Tmp.Directory(prefix='batch-')
    async with directory:
        for start in range(0, len(items), AT_ONCE):
            results += await asyncio.gather(
                *(compare(directory, before, after)
                  for before, after, _ in items[start:start + AT_ONCE]))
            # The next ones need not find the disk full of these.
            await asyncio.to_thread(directory.clear)
    return results


def main():
    results = asyncio.run(process(ITEMS))
    print('New are:', *' '.join(results).split())
    if results != [expected for _, _, expected in ITEMS]:
        sys.exit('that is not what has been added')


if __name__ == '__main__':
    main()
