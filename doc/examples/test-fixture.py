#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A fixture that gives every test case a folder of its own, and deletes it
afterwards. What is tested here remembers a number in its folder: if they
shared one, the case that comes second would fail."""

import unittest
from pathlib import Path

import gi

gi.require_version('Tmp', '1')
from gi.repository import Tmp  # noqa: E402


def next_invoice(folder):
    """Returns 1 in an empty folder, then 2, and so on."""
    file = folder / 'last-invoice'
    number = int(file.read_text()) + 1 if file.exists() else 1
    file.write_text(f'{number}\n')
    return number


class InvoiceTest(unittest.TestCase):
    def setUp(self):
        directory = Tmp.Directory(prefix='test-fixture-')
        # Whether the test passes or not
        self.addCleanup(directory.cleanup)
        self.folder = Path(directory.name)

    def test_first(self):
        self.assertEqual(next_invoice(self.folder), 1)

    def test_in_a_row(self):
        self.assertEqual(next_invoice(self.folder), 1)
        self.assertEqual(next_invoice(self.folder), 2)
        self.assertEqual(next_invoice(self.folder), 3)


if __name__ == '__main__':
    unittest.main(verbosity=2)
