# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import pathlib
import unittest

from testlib import TestCase, make_tree, wait_for
from gi.repository import Gio, GLib, Tmp


class TestDeleteTree(TestCase):

    def setUp(self):
        super().setUp()
        self.tree = os.path.join(self.base, 'tree')

    def make(self):
        os.mkdir(self.tree)
        make_tree(self.tree, 250)
        os.symlink('/', os.path.join(self.tree, 'root'))

    def test_kinds_of_path(self):
        for path in (self.tree, os.fsencode(self.tree), pathlib.Path(self.tree),
                     Gio.File.new_for_path(self.tree)):
            with self.subTest(path=path):
                self.make()
                self.assertTrue(Tmp.delete_tree(path))
                self.assertEmpty(self.base)

    def test_invalid_utf8(self):
        tree = os.path.join(os.fsencode(self.base), b'\xff')
        for path in tree, os.fsdecode(tree):
            with self.subTest(path=path):
                os.makedirs(os.path.join(tree, b'\xfe\n', b'a b'))
                Tmp.delete_tree(path)
                self.assertEmpty(self.base)

    def test_every_argument(self):
        self.make()
        Tmp.delete_tree(Gio.File.new_for_path(self.tree), Tmp.DeleteFlags.NONE, None)
        self.assertEmpty(self.base)

    def test_keep_root(self):
        self.make()
        Tmp.delete_tree(self.tree, Tmp.DeleteFlags.KEEP_ROOT)
        self.assertEmpty(self.tree)
        Tmp.delete_tree(self.tree)

    def test_file(self):
        open(self.tree, 'w').close()
        Tmp.delete_tree(self.tree)
        self.assertEmpty(self.base)

    def test_missing(self):
        self.assertTrue(Tmp.delete_tree(self.tree))

    def test_symbolic_link(self):
        """The link goes, and what it leads to stays."""
        self.make()
        link = os.path.join(self.base, 'link')
        os.symlink(self.tree, link)
        Tmp.delete_tree(link)
        self.assertEqual(os.listdir(self.base), ['tree'])
        self.assertEqual(len(os.listdir(self.tree)), 4)
        Tmp.delete_tree(self.tree)

    def test_keep_root_of_a_file(self):
        open(self.tree, 'w').close()
        with self.assertRaises(NotADirectoryError) as caught:
            Tmp.delete_tree(self.tree, Tmp.DeleteFlags.KEEP_ROOT)
        self.assertIOError(caught.exception, Gio.IOErrorEnum.NOT_DIRECTORY, self.tree)
        self.assertEqual(caught.exception.filename, self.tree)
        self.assertTrue(Tmp.delete_tree(
            self.tree,
            Tmp.DeleteFlags.KEEP_ROOT | Tmp.DeleteFlags.IGNORE_ERRORS))
        self.assertEqual(os.listdir(self.base), ['tree'])
        os.unlink(self.tree)

    def test_cancelled(self):
        self.make()
        cancellable = Gio.Cancellable()
        cancellable.cancel()
        with self.assertRaises(OSError) as caught:
            Tmp.delete_tree(self.tree, cancellable=cancellable)
        self.assertIOError(caught.exception, Gio.IOErrorEnum.CANCELLED)
        self.assertEqual(len(os.listdir(self.tree)), 4)
        Tmp.delete_tree(self.tree)

    def test_async(self):
        self.make()
        _source, result = wait_for(
            lambda callback: Tmp.delete_tree_async(
                self.tree, Tmp.DeleteFlags.NONE, GLib.PRIORITY_DEFAULT, None,
                callback))
        self.assertTrue(Tmp.delete_tree_finish(result))
        self.assertEmpty(self.base)

    def test_async_error(self):
        open(self.tree, 'w').close()
        _source, result = wait_for(
            lambda callback: Tmp.delete_tree_async(
                self.tree, Tmp.DeleteFlags.KEEP_ROOT, cancellable=None,
                callback=callback))
        with self.assertRaises(NotADirectoryError) as caught:
            Tmp.delete_tree_finish(result)
        self.assertIOError(caught.exception, Gio.IOErrorEnum.NOT_DIRECTORY, self.tree)
        os.unlink(self.tree)


class TestFlush(TestCase):

    def test_flush(self):
        directory = Tmp.Directory.new_in(self.base)
        make_tree(directory.name, 2000)
        path = directory.name
        del directory
        self.assertGone(path)
        self.assertTrue(Tmp.flush())
        self.assertEmpty(self.base)

    def test_async(self):
        directory = Tmp.Directory.new_in(self.base)
        make_tree(directory.name, 2000)
        del directory
        _source, result = wait_for(
            lambda callback: Tmp.flush_async(None, callback))
        self.assertTrue(Tmp.flush_finish(result))
        self.assertEmpty(self.base)

    def test_nothing_to_wait_for(self):
        self.assertTrue(Tmp.flush())
        self.assertTrue(Tmp.flush(None))


class TestReclaim(TestCase):
    """In processes of their own, with a folder for their state that nobody else
    reclaims from."""

    LEAVE = '''
directory = Tmp.Directory.new_in(sys.argv[1])
os.kill(os.getpid(), 9)
'''

    def setUp(self):
        super().setUp()
        self.state = os.path.join(self.base, 'state')
        os.mkdir(self.state)
        self.addCleanup(Tmp.delete_tree, self.state)

    def run_with_state(self, script):
        process = self.run_script(
            script, env={b'XDG_STATE_HOME': os.fsencode(self.state)})
        return process.returncode, process.stdout.strip(), process.stderr

    def assertReclaims(self, script):
        self.assertEqual(self.run_with_state(self.LEAVE)[0], -9)
        self.assertEqual(len(os.listdir(self.base)), 2)
        self.assertEqual(self.run_with_state(script), (0, '1', ''))
        self.assertEqual(os.listdir(self.base), ['state'])

    def test_reclaim(self):
        self.assertReclaims('print(Tmp.reclaim())')

    def test_async(self):
        self.assertReclaims('''
loop = GLib.MainLoop()
def done(_source, result):
    print(Tmp.reclaim_finish(result))
    loop.quit()
Tmp.reclaim_async(None, done)
loop.run()
''')

    def test_cancelled(self):
        cancellable = Gio.Cancellable()
        cancellable.cancel()
        with self.assertRaises(OSError) as caught:
            Tmp.reclaim(cancellable)
        self.assertIOError(caught.exception, Gio.IOErrorEnum.CANCELLED)


if __name__ == '__main__':
    unittest.main()
