#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A pipeline in one directory, where each stage reads the file of the one
before: squares are made, sorted by another program, compressed, and counted.
The event loop waits for none of it."""

import asyncio
import gzip
import shutil
import subprocess
import sys
from pathlib import Path

import gi

gi.require_version('Tmp', '1')
from gi.repository import Tmp  # noqa: E402

# The squares modulo a prime have (PRIME + 1) / 2 different values.
PRIME = 1009


def generate(target):
    with target.open('w') as file:
        file.writelines(f'{number ** 2 % PRIME}\n' for number in range(10 * PRIME))


async def sort(source, target):
    command = 'sort', '-n', '-u', '-o', target, source
    program = await asyncio.create_subprocess_exec(*command)
    if await program.wait() != 0:
        raise subprocess.CalledProcessError(program.returncode, command)


def compress(source, target):
    with source.open('rb') as plain, gzip.open(target, 'wb') as packed:
        shutil.copyfileobj(plain, packed)


def count_lines(source):
    with gzip.open(source) as lines:
        return sum(1 for line in lines)


async def count_squares():
    async with Tmp.Directory(prefix='data-pipeline-') as path:
        squares = Path(path, 'squares')
        ordered = Path(path, 'sorted')
        packed = Path(path, 'sorted.gz')

        await asyncio.to_thread(generate, squares)
        await sort(squares, ordered)
        await asyncio.to_thread(compress, ordered, packed)
        return await asyncio.to_thread(count_lines, packed)


values = asyncio.run(count_squares())
print(f'The squares modulo {PRIME} have {values} values')
sys.exit(values != (PRIME + 1) / 2)
