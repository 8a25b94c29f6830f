#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Everything that tempfile has, as this library has it."""

import io
import os
import shutil
import sys
import tempfile

import gi

gi.require_version('Tmp', '1')
from gi.repository import Tmp  # noqa: E402


def before():
    """What a program with tempfile does"""
    with tempfile.TemporaryDirectory(prefix='report-') as path:
        with open(os.path.join(path, 'report.txt'), 'w') as report:
            report.write('…\n')
    return path


def after():
    """The same program here"""
    with Tmp.Directory(prefix='report-') as path:
        with open(os.path.join(path, 'report.txt'), 'w') as report:
            report.write('…\n')
    return path


def named_file(directory):
    """NamedTemporaryFile(dir=…, delete=False)"""
    with directory.new_file('page-', '.html') as file:
        file.write(b'<h1>Page</h1>\n')
    return file.name


def text_file(directory):
    """NamedTemporaryFile('w+', dir=…, delete=False)"""
    with directory.new_file(suffix='.txt').makefile('w+', encoding='utf-8') as file:
        file.write('…\n')
    return file.name


def spooled(directory, source):
    """SpooledTemporaryFile(max_size=1 << 20)"""
    with Tmp.SpooledStream(directory, 1 << 20) as stream:
        file = stream.makefile()
        shutil.copyfileobj(source, file)
        file.seek(0)
        return file.read()


def main():
    for path in before(), after():
        if os.path.exists(path):
            return f'{path} is left'

    directory = Tmp.Directory(prefix='from-tempfile-')
    with directory as path:
        for name in named_file(directory), text_file(directory):
            if os.path.dirname(name) != path or os.path.getsize(name) == 0:
                return name
        if spooled(directory, io.BytesIO(b'spooled')) != b'spooled':
            return 'not what was written'

        kept = Tmp.Directory(dir=path, delete=False)
        Tmp.delete_tree(kept.name)
    return os.path.exists(path)


sys.exit(main())
