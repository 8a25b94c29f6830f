#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""check-figures.py SOURCE: what the documentation says was measured is what was.

The tables of doc/performance.md have to be those that follow from
doc/performance.json, which './run.sh bench' has written, and the README the same
figures. Prints what should be there.

check-figures.py --self-test: shows that this script finds what is wrong.
"""

import itertools
import json
import pathlib
import re
import sys
import unittest

US = 'tmpdir-glib'
PEERS = [US, 'std::filesystem', 'GFileEnumerator', 'shutil.rmtree', 'QDir', 'DzlDirectoryReaper',
         'g_file_delete_async']


class Measured:

    def __init__(self, text):
        self.medians = {(table['row'], table['label']): table['median']
                        for table in json.loads(text)['tables']}

    def median(self, row, label, peer=US):
        return self.medians[row, label][peer]

    def ratio(self, row, label, peer=US, reference='rm -rf'):
        medians = self.medians[row, label]
        return medians[reference] / medians[peer]


def rows_deleting(m):
    """The cells of the first table of the page, without what is on the left"""
    for row, label in (('disk', 'small'), ('memory', 'small'), ('memory', 'share'),
                       ('memory', 'kernel'), ('memory', 'tiny')):
        yield [f'{m.ratio(row, label, peer):.2f}' for peer in PEERS]
    nobody = [''] * (len(PEERS) - 1)
    yield [f'{m.ratio("deep", "tmpfs"):.2f}', *nobody]
    yield [f'{m.ratio("wide", "tmpfs"):.2f}', *nobody]
    yield [f'{m.ratio("btrfs", "small"):.2f}, {m.ratio("xfs", "small"):.2f}', *nobody]


def rows_else(m):
    """Those of the second"""
    def create(label):
        return [f'{m.median("create", label):.0f} µs',
                f'{m.median("create", label, "mkdtemp + rmdir"):.0f} µs `mkdtemp()`, `rmdir()`; '
                f'{m.median("create", label, "Python tempfile"):.0f} µs Python; '
                f'{m.median("create", label, "QTemporaryDir"):.0f} µs Qt']

    def spooled(label):
        return [f'{m.median("spooled", label):.0f} µs',
                f'{m.median("spooled", label, "GFileIOStream"):.0f} µs GFileIOStream; '
                f'{m.median("spooled", label, "Python tempfile"):.0f} µs Python']

    yield [f'{m.median("unref", "tmpfs", "1 entry"):.0f} or '
           f'{m.median("unref", "tmpfs", "1,000,000 entries"):.0f} µs', '']
    yield [f'{m.median("loop", "tmpfs"):.0f} ms', f'{m.median("loop", "tmpfs", "idle loop"):.0f} ms when idle']
    yield [f'{m.median("pool", "tmpfs"):.1f} ms',
           f'{m.median("pool", "tmpfs", "in GTask" + chr(39) + "s pool"):,.0f} ms with the trees in GTask\'s threads']
    yield create('tmpfs')
    yield create('ext4 in a file on ext4')
    yield spooled('tmpfs, in memory')
    yield spooled('tmpfs, rolled over')
    yield [f'{m.median("size", "stripped"):.0f} KiB', '']


def sentences(m):
    """(file, what it has to say)"""
    def by_name(row):
        return m.ratio(row, row, reference='GFileEnumerator')

    yield 'doc/performance.md', f'it is {by_name("fuse"):.1f} and {by_name("sftp"):.1f} times'
    def both(peer):
        return f'{m.ratio("disk", "small", peer):.2f}, {m.ratio("memory", "small", peer):.2f}'

    yield 'README.md', f'| {both("GFileEnumerator")} | {both("shutil.rmtree")} | {both(US)} |'
    for cells in itertools.islice(rows_deleting(m), 3):
        yield 'README.md', f'| {" | ".join(cells)} |'
    yield 'README.md', f'comes after {m.median("loop", "tmpfs"):.0f} ms at the 99.9th percentile'
    yield 'README.md', (f'in {m.median("create", "tmpfs"):.0f} µs in memory and in '
                        f'{m.median("create", "ext4 in a file on ext4"):.0f} µs on ext4')
    yield 'README.md', f'The library is {m.median("size", "stripped"):.0f} KiB'


def check(texts, measured):
    """Returns one message for each figure that is wrong."""
    errors = []
    rows = [[cell.strip() for cell in line.strip('|').split('|')]
            for line in texts['doc/performance.md'].splitlines() if line.startswith('|')]
    # Without the head, and the line below
    tables = [row[1:] for row in rows if not set(''.join(row)) <= set('-') and row[1] != 'here']
    wanted = [*rows_deleting(measured), *rows_else(measured)]
    if len(tables) != len(wanted):
        errors.append(f'doc/performance.md: {len(tables)} rows, and not {len(wanted)}')
    errors += [f'doc/performance.md: not {there}, but {row}'
               for there, row in zip(tables, wanted) if there != row]
    for name, sentence in sentences(measured):
        if sentence not in re.sub(r'\s+', ' ', texts[name]):
            errors.append(f'{name}: has not got “{sentence}”')
    return errors


def read(source):
    return ({name: (source / name).read_text(encoding='utf-8') for name in ('README.md', 'doc/performance.md')},
            (source / 'doc/performance.json').read_text(encoding='utf-8'))


class SelfTest(unittest.TestCase):
    """With what there is, one figure of which is made wrong"""

    def setUp(self):
        texts, measured = read(pathlib.Path(__file__).parent.parent)
        self.texts, self.measured = texts, Measured(measured)

    def assertWrong(self, name, old, new):
        self.assertIn(old, self.texts[name])
        errors = check({**self.texts, name: self.texts[name].replace(old, new)}, self.measured)
        self.assertEqual(len(errors), 1, errors)
        self.assertTrue(errors[0].startswith(f'{name}: '), errors)

    def test_right(self):
        self.assertEqual(check(self.texts, self.measured), [])

    def test_tables(self):
        self.assertWrong('doc/performance.md', '| 0.93 | 2.02 |', '| 0.93 | 2.03 |')
        self.assertWrong('doc/performance.md', '| 118 KiB |', '| 117 KiB |')
        self.assertWrong('doc/performance.md', '| 1.01 | | | | | | |', '| 1.01 | | | | | | 1 |')

    def test_sentences(self):
        self.assertWrong('doc/performance.md', '4.0 and 6.6', '4.1 and 6.6')
        self.assertWrong('README.md', '118 KiB', '117 KiB')
        self.assertWrong('README.md', '2.73, 1.63', '2.73, 1.73')
        self.assertWrong('README.md', '| 0.56 | 0.41 |', '| 0.56 | 0.42 |')

    def test_measured_anew(self):
        self.measured.medians['size', 'stripped'][US] = 200
        self.assertEqual(len(check(self.texts, self.measured)), 2)


def main():
    if sys.argv[1:] == ['--self-test']:
        unittest.main(argv=[sys.argv[0], '-v'])
    texts, measured = read(pathlib.Path(sys.argv[1]))
    errors = check(texts, Measured(measured))
    for error in errors:
        print(error, file=sys.stderr)
    sys.exit(1 if errors else 0)


if __name__ == '__main__':
    main()
