# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A directory on the mount that with-sftp makes, as a Python program has it."""

import os
import unittest

from testlib import TestCase, wait_for
from gi.repository import Gio, GLib, Tmp


class TestSftp(TestCase):

    def setUp(self):
        super().setUp()
        self.local = os.environ['SFTP_DIR']
        self.remote = Gio.File.new_for_uri(os.environ['SFTP_URI'])
        self.addCleanup(self.assertEmpty, self.local)

    def fill(self, directory):
        for name in 'a', 'b':
            directory.get_child(name).make_directory()
            directory.get_child(f'{name}/file').replace_contents(
                b'far', None, False, Gio.FileCreateFlags.NONE, None)

    def test_create_and_cleanup(self):
        directory = Tmp.Directory.new_in(self.remote, 'far-')
        name, = os.listdir(self.local)
        self.assertTrue(name.startswith('far-'))
        self.assertIsNone(directory.get_path())
        self.fill(directory)
        with open(os.path.join(self.local, name, 'a', 'file')) as file:
            self.assertEqual(file.read(), 'far')
        directory.cleanup()
        self.assertEmpty(self.local)
        self.assertEqual(directory.props.entries_removed, 5)

    def test_last_reference(self):
        directory = Tmp.Directory.new_in(self.remote)
        self.fill(directory)
        del directory
        Tmp.flush()
        self.assertEmpty(self.local)

    def test_callbacks(self):
        _source, result = wait_for(
            lambda callback: Tmp.Directory.create_async(
                self.remote, None, GLib.PRIORITY_DEFAULT, None, callback))
        directory = Tmp.Directory.create_finish(result)
        self.fill(directory)
        _source, result = wait_for(
            lambda callback: directory.cleanup_async(GLib.PRIORITY_DEFAULT, None, callback))
        self.assertTrue(directory.cleanup_finish(result))
        self.assertEmpty(self.local)

    def test_error(self):
        missing = self.remote.get_child('missing')
        with self.assertRaises(FileNotFoundError) as caught:
            Tmp.Directory.new_in(missing)
        self.assertIOError(caught.exception, Gio.IOErrorEnum.NOT_FOUND, missing.get_uri())


if __name__ == '__main__':
    unittest.main()
