#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Builds in a temporary directory beside the destination, and moves the result
there when it is complete: whoever looks there finds the old one or the new one,
and a build that fails leaves the old one and nothing else."""

import html
import sys
from pathlib import Path

import gi

gi.require_version('Tmp', '1')
from gi.repository import Tmp  # noqa: E402


def render(notes, pages):
    """Makes a page of every note."""
    for note in sorted(notes.iterdir()):
        text = note.read_text()
        if not text:
            raise ValueError(f'{note} is empty')
        page = pages / f'{note.name}.html'
        page.write_text(f'<h1>{html.escape(text)}</h1>\n')


def build(notes, site):
    directory = Tmp.Directory(prefix='.build-', dir=site.parent)
    # What is in it at the end is deleted: the old one, or what has failed.
    with directory as path:
        render(notes, Path(path))
        # Others may read it; until now nobody else could.
        Path(path).chmod(0o755)
        if site.exists():
            directory.persist(site, Tmp.PersistFlags.EXCHANGE)
        else:
            directory.persist(site)


def check(folder, text):
    """The site has to have this text, and the folder nothing but the notes and
    the site."""
    page = folder / 'site' / 'apples.html'
    print(f'{page}: {page.read_text()}', end='')
    if text not in page.read_text():
        sys.exit(f'{page} should say {text}')
    names = sorted(child.name for child in folder.iterdir())
    if names != ['notes', 'site']:
        sys.exit(f'{folder} has {names}')


def main(folder):
    notes = folder / 'notes'
    site = folder / 'site'

    notes.mkdir()
    (notes / 'apples').write_text('Red apples')
    build(notes, site)
    check(folder, 'Red')

    (notes / 'apples').write_text('Green apples')
    build(notes, site)
    check(folder, 'Green')

    (notes / 'apples').write_text('Rotten apples')
    (notes / 'pears').touch()
    try:
        build(notes, site)
    except ValueError as error:
        check(folder, 'Green')
        print(f'What failed is not seen: {error}')
    else:
        sys.exit('It should have failed')


with Tmp.Directory(prefix='build-') as path:
    main(Path(path))
