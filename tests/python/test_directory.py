# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import asyncio
import copy
import errno
import os
import pathlib
import pickle
import stat
import tempfile
import unittest
import unittest.mock

from testlib import TestCase, make_tree, wait_for
from gi.repository import Gio, GLib, GObject, Tmp


class TestOverride(TestCase):

    def test_from_source_tree(self):
        """These tests are about the override beside them, not about one that
        happens to be installed."""
        root = pathlib.Path(__file__).resolve().parents[2]
        override = pathlib.Path(Tmp.delete_tree.__code__.co_filename).resolve()
        if (root / 'introspection').exists():
            self.assertEqual(override,
                             root / 'introspection' / 'gi' / 'overrides' / 'Tmp.py')
        else:
            # Installed themselves, they are about the installed one.
            self.assertEqual(override.parts[-3:],
                             ('gi', 'overrides', 'Tmp.py'))

    def test_patched_in_place(self):
        """Whatever made the object, Python sees the same class."""
        directory = Tmp.Directory.new_in(Gio.File.new_for_path(self.base))
        self.assertIs(type(directory), Tmp.Directory)
        with directory as path:
            self.assertEqual(directory.name, path)
        self.assertEmpty(self.base)


class TestCreate(TestCase):

    def test_default(self):
        directory = Tmp.Directory()
        self.addCleanup(directory.cleanup)
        self.assertEqual(os.path.dirname(directory.name),
                         os.path.abspath(GLib.get_tmp_dir()))
        self.assertTrue(os.path.basename(directory.name).startswith('tmp'))
        self.assertEmpty(directory.name)

    def test_names(self):
        for suffix, prefix in ((None, 'pre'), ('.suf', None), ('.suf', 'pre'),
                               ('', ''), ('ä ö', '-\n')):
            with self.subTest(suffix=suffix, prefix=prefix), \
                    Tmp.Directory(suffix, prefix, self.base) as path:
                self.assertEqual(os.listdir(self.base), [os.path.basename(path)])
                name = os.path.basename(path)
                self.assertTrue(name.startswith('tmp' if prefix is None else prefix))
                self.assertTrue(name.endswith(suffix or ''))
                self.assertGreaterEqual(
                    len(name), len(prefix or '') + 16 + len(suffix or ''))

    def test_unpredictable(self):
        names = set()
        for _number in range(50):
            with Tmp.Directory(dir=self.base) as path:
                names.add(os.path.basename(path)[:12])
        self.assertEqual(len(names), 50)

    def test_mode(self):
        umask = os.umask(0)
        self.addCleanup(os.umask, umask)
        for mask in 0o000, 0o022, 0o077, 0o777:
            os.umask(mask)
            with self.subTest(umask=oct(mask)), \
                    Tmp.Directory(dir=self.base) as path:
                status = os.stat(path)
                self.assertTrue(stat.S_ISDIR(status.st_mode))
                self.assertEqual(stat.S_IMODE(status.st_mode), 0o700)
                self.assertEqual(status.st_uid, os.geteuid())

    def test_kinds_of_path(self):
        for where in (self.base, os.fsencode(self.base),
                      pathlib.Path(self.base), Gio.File.new_for_path(self.base)):
            with self.subTest(dir=where), Tmp.Directory(dir=where) as path:
                # As from tempfile: bytes for bytes, and str for all others
                same = os.fsencode if isinstance(where, bytes) else os.fsdecode
                self.assertIs(type(path), type(same(path)))
                self.assertEqual(os.path.dirname(path), same(self.base))

    def test_bytes(self):
        for names in {'suffix': b's'}, {'prefix': b'p'}, {'prefix': b'p', 'suffix': b's'}:
            with self.subTest(**names), \
                    Tmp.Directory(dir=os.fsencode(self.base), **names) as path:
                directory = Tmp.Directory(dir=path)
                self.assertEqual(os.path.dirname(directory.name), path)
                self.assertEqual(os.fspath(directory), directory.name)
                self.assertEqual(repr(directory), f'<Tmp.Directory {directory.name!r}>')
                directory.cleanup()
            with self.subTest(mixed=names), self.assertRaises(TypeError):
                Tmp.Directory(dir=self.base, **names)
        with Tmp.Directory(dir=Gio.File.new_for_path(self.base), prefix=b'p') as path:
            self.assertIs(type(path), bytes)

    def test_default_of_tempfile(self):
        """A program may have set it."""
        with unittest.mock.patch.object(tempfile, 'tempdir', self.base), \
                Tmp.Directory() as path:
            self.assertEqual(os.path.dirname(path), self.base)

    def test_subclass(self):
        class Directory(Tmp.Directory):
            def __init__(self, *args, **kwargs):
                super().__init__(*args, **kwargs)
                self.extra = 5

        directory = Directory(dir=self.base)
        self.assertEqual(repr(directory), f'<Directory {directory.name!r}>')
        # C gives back what it was given.
        store = Gio.ListStore.new(Tmp.Directory)
        store.append(directory)
        del directory
        self.assertEqual(store.get_item(0).extra, 5)
        store.get_item(0).cleanup()
        self.assertEmpty(self.base)
        self.assertIsNotNone(Tmp.Directory[str])

    def test_relative_to_current_directory(self):
        before = os.getcwd()
        self.addCleanup(os.chdir, before)
        os.chdir(self.base)
        for where in '.', '':
            with self.subTest(dir=where), Tmp.Directory(dir=where) as path:
                os.chdir('/')
                self.assertTrue(os.path.isabs(path))
                self.assertTrue(os.path.samefile(os.path.dirname(path), self.base))
                os.chdir(self.base)

    def test_temporary_directory_as_dir(self):
        """os.fspath() of one makes the place for another."""
        with Tmp.Directory(dir=self.base) as outer:
            outside = Tmp.Directory(dir=outer)
            with Tmp.Directory(dir=outside) as inner:
                self.assertEqual(os.path.dirname(inner), os.fspath(outside))
            outside.cleanup()

    def test_gi_names(self):
        parent = Gio.File.new_for_path(self.base)
        directory = Tmp.Directory(parent=parent, prefix='a', suffix='z',
                                  auto_cleanup=False, ignore_cleanup_errors=True)
        self.addCleanup(directory.cleanup)
        self.assertTrue(directory.props.parent.equal(parent))
        self.assertEqual(directory.props.prefix, 'a')
        self.assertEqual(directory.props.suffix, 'z')
        self.assertIs(directory.props.auto_cleanup, False)
        self.assertIs(directory.props.ignore_cleanup_errors, True)
        self.assertEqual(directory.props.path, directory.name)
        self.assertEqual(directory.props.file.get_path(), directory.name)
        self.assertEqual(directory.props.entries_removed, 0)
        self.assertEqual(directory.get_prefix(), 'a')
        self.assertEqual(directory.get_suffix(), 'z')
        self.assertTrue(directory.get_parent().equal(parent))

    def test_gi_constructors(self):
        parent = Gio.File.new_for_path(self.base)
        for arguments in ((parent, 'x', None), (parent, 'x'), (self.base, 'x')):
            directory = Tmp.Directory.new_in(*arguments)
            name = os.path.basename(directory.name)
            self.assertEqual(os.listdir(self.base), [name])
            self.assertTrue(name.startswith('x'))
            self.assertTrue(directory.cleanup(None))
        directory = Tmp.Directory.new('x')
        self.assertTrue(os.path.basename(directory.name).startswith('x'))
        self.assertTrue(directory.cleanup())
        self.assertGone(directory.name)

    def test_conveniences(self):
        directory = Tmp.Directory(dir=self.base)
        self.addCleanup(directory.cleanup)
        self.assertEqual(os.fspath(directory), directory.name)
        self.assertEqual(os.listdir(directory), [])
        self.assertEqual(repr(directory), f'<Tmp.Directory {directory.name!r}>')

    def test_copy(self):
        with Tmp.Directory(dir=self.base) as path:
            directory = Tmp.Directory(dir=path)
            for same in copy.copy(directory), copy.deepcopy({'directory': directory})['directory']:
                self.assertIs(same, directory)
            directory.cleanup()

    def test_init_again(self):
        with Tmp.Directory(dir=self.base) as path:
            directory = Tmp.Directory(dir=path)
            name = directory.name
            self.assertTrue(directory.init(None))
            self.assertEqual(directory.name, name)
            self.assertEqual(os.listdir(path), [os.path.basename(name)])
            directory.cleanup()


class TestAccessors(TestCase):
    def test_methods(self):
        """Each says what the property does."""
        with Tmp.Directory('.z', 'a-', self.base):
            pass
        directory = Tmp.Directory('.z', 'a-', self.base, True, delete=False)
        self.assertTrue(directory.get_file().equal(directory.props.file))
        self.assertEqual(os.fsdecode(directory.get_path()), directory.props.path)
        self.assertEqual(directory.get_parent().get_path(), self.base)
        self.assertEqual(directory.get_prefix(), 'a-')
        self.assertEqual(directory.get_suffix(), '.z')
        self.assertIs(directory.get_auto_cleanup(), False)
        self.assertIs(directory.get_ignore_cleanup_errors(), True)
        self.assertEqual(directory.get_entries_removed(), 0)
        directory.set_auto_cleanup(True)
        directory.set_ignore_cleanup_errors(False)
        self.assertIs(directory.props.auto_cleanup, True)
        self.assertIs(directory.props.ignore_cleanup_errors, False)
        directory.cleanup()
        self.assertEqual(directory.get_entries_removed(), 1)

    def test_version(self):
        version = Tmp.MAJOR_VERSION, Tmp.MINOR_VERSION, Tmp.MICRO_VERSION
        self.assertGreaterEqual(version, (0, 1, 0))


class TestErrors(TestCase):

    def tearDown(self):
        # Whatever was refused was refused before anything was created.
        self.assertEmpty(self.base)

    def test_missing_parent(self):
        missing = os.path.join(self.base, 'missing')
        with self.assertRaises(FileNotFoundError) as caught:
            Tmp.Directory(dir=missing)
        self.assertIOError(caught.exception, Gio.IOErrorEnum.NOT_FOUND, missing)
        self.assertEqual(caught.exception.errno, errno.ENOENT)
        self.assertEqual(caught.exception.strerror, os.strerror(errno.ENOENT))
        self.assertEqual(caught.exception.filename, missing)

    def test_caught_as_glib_error(self):
        missing = os.path.join(self.base, 'missing')
        for create in (lambda: Tmp.Directory(dir=missing),
                       lambda: Tmp.Directory.new_in(missing)):
            try:
                create()
            except GLib.Error as error:
                self.assertIOError(error, Gio.IOErrorEnum.NOT_FOUND, missing)
            else:
                self.fail('nothing was raised')

    def test_parent_is_a_file(self):
        with Tmp.Directory(dir=self.base) as path:
            file = os.path.join(path, 'file')
            open(file, 'w').close()
            with self.assertRaises(NotADirectoryError) as caught:
                Tmp.Directory(dir=file)
        self.assertIOError(caught.exception, Gio.IOErrorEnum.NOT_DIRECTORY, file)

    def test_bad_names(self):
        for names in ({'prefix': 'a/b'}, {'suffix': '/'}, {'prefix': '../x'},
                      {'prefix': 'x' * 256}, {'suffix': 'x' * 240}):
            with self.subTest(**names):
                with self.assertRaises(OSError) as caught:
                    Tmp.Directory(dir=self.base, **names)
                self.assertIOError(caught.exception,
                                   Gio.IOErrorEnum.INVALID_FILENAME)

    def test_null_byte(self):
        for names in {'prefix': 'a\0b'}, {'suffix': 'a\0b'}:
            with self.subTest(**names), self.assertRaises(ValueError):
                Tmp.Directory(dir=self.base, **names)

    def test_not_utf8(self):
        """A file may be named so, but not a property of GObject."""
        for name in '\udcff', '\ud800':
            for names in {'prefix': name}, {'suffix': name}:
                with self.subTest(**names), self.assertRaises(UnicodeEncodeError):
                    Tmp.Directory(dir=self.base, **names)
        with self.assertRaises(UnicodeEncodeError):
            Tmp.Directory(dir=os.fsencode(self.base), prefix=b'\xff')
        self.assertEmpty(self.base)

    def test_read_only_properties(self):
        """GObject would only criticize it."""
        for name in 'file', 'path', 'entries_removed', 'unknown':
            with self.subTest(name=name), self.assertRaises(TypeError):
                Tmp.Directory(dir=self.base, **{name: None})
        self.assertEmpty(self.base)

    def test_dir_and_parent(self):
        with self.assertRaises(TypeError):
            Tmp.Directory(dir=self.base, parent=Gio.File.new_for_path(self.base))

    def test_wrong_arguments(self):
        """The message has the name under which a method is called."""
        directory = Tmp.Directory(dir=self.base)
        for name in 'get_child', 'new_file', 'persist':
            with self.assertRaisesRegex(TypeError, fr'^Directory\.{name}\(\) '):
                getattr(directory, name)(wrong=1)
        with self.assertRaisesRegex(TypeError, r'^Directory\.new_in\(\) '):
            Tmp.Directory.new_in(self.base, wrong=1)
        directory.cleanup()

    def test_pickle(self):
        """As a process pool does with an exception."""
        missing = os.path.join(self.base, 'missing')
        with self.assertRaises(FileNotFoundError) as caught:
            Tmp.Directory(dir=missing)
        error = pickle.loads(pickle.dumps(caught.exception))
        self.assertIsInstance(error, FileNotFoundError)
        self.assertIOError(error, Gio.IOErrorEnum.NOT_FOUND, missing)
        self.assertEqual(error.filename, missing)
        self.assertEqual(str(error), str(caught.exception))

    def test_uninitialised(self):
        directory = GObject.GObject.__new__(Tmp.Directory)
        GObject.GObject.__init__(directory)
        self.assertIsNone(directory.get_file())
        self.assertIsNone(directory.get_path())
        self.assertIsNone(directory.name)
        self.assertIsNone(directory.detach())
        self.assertEqual(repr(directory), '<Tmp.Directory None>')
        with self.assertRaises(TypeError):
            os.fspath(directory)
        for call in directory.cleanup, lambda: directory.get_child('x'):
            with self.assertRaises(OSError) as caught:
                call()
            self.assertIOError(caught.exception, Gio.IOErrorEnum.NOT_INITIALIZED)


class TestChild(TestCase):

    def test_child(self):
        with Tmp.Directory(dir=self.base) as path:
            directory = Tmp.Directory(dir=path)
            self.addCleanup(directory.cleanup)
            self.assertEqual(directory.get_child('a').get_path(),
                             os.path.join(directory.name, 'a'))
            self.assertEqual(directory.get_child('a/b').get_path(),
                             os.path.join(directory.name, 'a', 'b'))

    def test_outside(self):
        directory = Tmp.Directory(dir=self.base)
        self.addCleanup(directory.cleanup)
        for name in '/etc', '..', '../x', 'a/../../x':
            with self.subTest(name=name):
                with self.assertRaises(OSError) as caught:
                    directory.get_child(name)
                self.assertIOError(caught.exception,
                                   Gio.IOErrorEnum.INVALID_FILENAME)


class TestContents(TestCase):

    def setUp(self):
        super().setUp()
        self.directory = Tmp.Directory(dir=self.base)
        self.addCleanup(self.directory.cleanup)

    def test_new_file(self):
        for args in [(), ('a-',), ('a-', '.txt'), (b'a-', None, None)]:
            file, stream = self.directory.new_file(*args)
            self.assertEqual(os.path.dirname(file.get_path()), self.directory.name)
            self.assertEqual(stat.S_IMODE(os.stat(file.get_path()).st_mode), 0o600)
            stream.get_output_stream().write_all(b'hello', None)
            stream.close(None)
            self.assertEqual(pathlib.Path(file.get_path()).read_bytes(), b'hello')

    def test_new_subdirectory(self):
        file = self.directory.new_subdirectory(suffix='.d')
        self.assertTrue(file.get_path().endswith('.d'))
        self.assertEqual(stat.S_IMODE(os.stat(file.get_path()).st_mode), 0o700)

    def test_clear(self):
        make_tree(self.directory.name, 250)
        self.assertTrue(self.directory.clear())
        self.assertEmpty(self.directory.name)

    def test_async(self):
        _source, result = wait_for(
            lambda callback: self.directory.new_file_async(
                'a-', cancellable=None, callback=callback))
        file, stream = self.directory.new_file_finish(result)
        self.assertIsInstance(stream, Gio.FileIOStream)
        _source, result = wait_for(
            lambda callback: self.directory.new_subdirectory_async(
                cancellable=None, callback=callback))
        subdirectory = self.directory.new_subdirectory_finish(result)
        self.assertEqual(sorted(os.listdir(self.directory.name)),
                         sorted([file.get_basename(), subdirectory.get_basename()]))
        _source, result = wait_for(
            lambda callback: self.directory.clear_async(
                cancellable=None, callback=callback))
        self.assertTrue(self.directory.clear_finish(result))
        self.assertEmpty(self.directory.name)

    def test_errors(self):
        for call in self.directory.new_file, self.directory.new_subdirectory:
            with self.assertRaises(OSError) as caught:
                call('a/b')
            self.assertIOError(caught.exception, Gio.IOErrorEnum.INVALID_FILENAME)
        self.directory.cleanup()
        for call in (self.directory.new_file, self.directory.new_subdirectory,
                     self.directory.clear):
            with self.assertRaises(OSError) as caught:
                call()
            self.assertIOError(caught.exception, Gio.IOErrorEnum.CLOSED,
                               self.directory.name)


class TestCleanup(TestCase):

    def test_cleanup(self):
        directory = Tmp.Directory(dir=self.base)
        make_tree(directory.name, 250)
        os.symlink('/', os.path.join(directory.name, 'root'))
        os.symlink('nowhere', os.path.join(directory.name, 'dangling'))
        os.mkfifo(os.path.join(directory.name, 'fifo'))
        directory.cleanup()
        self.assertEmpty(self.base)
        # 250 files in 3 directories, the three above, and the root.
        self.assertEqual(directory.get_entries_removed(), 257)
        self.assertIsNotNone(directory.name)

    def test_with_cancellable(self):
        directory = Tmp.Directory(dir=self.base)
        self.assertTrue(directory.cleanup(Gio.Cancellable()))
        self.assertEmpty(self.base)

    def test_twice(self):
        directory = Tmp.Directory(dir=self.base)
        directory.cleanup()
        directory.cleanup()
        with directory as path:
            self.assertGone(path)

    def test_cancelled(self):
        directory = Tmp.Directory(dir=self.base)
        make_tree(directory.name, 3)
        cancellable = Gio.Cancellable()
        cancellable.cancel()
        with self.assertRaises(OSError) as caught:
            directory.cleanup(cancellable)
        self.assertIOError(caught.exception, Gio.IOErrorEnum.CANCELLED)
        self.assertEqual(len(os.listdir(os.path.join(directory.name, 'directory-0'))), 3)
        directory.cleanup()
        self.assertEmpty(self.base)

    def test_deleted_by_others(self):
        with Tmp.Directory(dir=self.base) as path:
            os.rmdir(path)
        self.assertEmpty(self.base)

    def test_moved_away(self):
        directory = Tmp.Directory(dir=self.base)
        elsewhere = os.path.join(self.base, 'elsewhere')
        os.rename(directory.name, elsewhere)
        with self.assertRaises(FileNotFoundError) as caught:
            directory.cleanup()
        self.assertIOError(caught.exception, Gio.IOErrorEnum.NOT_FOUND, directory.name)
        self.assertEqual(caught.exception.errno, errno.ENOENT)
        self.assertEqual(caught.exception.filename, directory.name)
        directory.detach()
        os.rmdir(elsewhere)

    def test_detach(self):
        directory = Tmp.Directory(dir=self.base)
        file = directory.detach()
        self.assertEqual(file.get_path(), directory.name)
        directory.cleanup()
        self.assertEqual(os.listdir(self.base), [file.get_basename()])
        os.rmdir(file.get_path())

    def test_rescued_file(self):
        """What was hard-linked or moved out of the tree stays."""
        rescued = os.path.join(self.base, 'rescued')
        with Tmp.Directory(dir=self.base) as path:
            with open(os.path.join(path, 'file'), 'w') as file:
                file.write('kept')
            os.link(file.name, rescued)
        self.assertEqual(os.listdir(self.base), ['rescued'])
        with open(rescued) as file:
            self.assertEqual(file.read(), 'kept')
        os.unlink(rescued)


class TestContextManager(TestCase):

    def test_with(self):
        with Tmp.Directory(dir=self.base) as path:
            self.assertIs(type(path), str)
            make_tree(path, 10)
        self.assertEmpty(self.base)

    def test_exception(self):
        with self.assertRaises(ZeroDivisionError):
            with Tmp.Directory(dir=self.base) as path:
                make_tree(path, 10)
                1 / 0
        self.assertEmpty(self.base)

    def test_exception_and_error(self):
        """If the cleanup fails too, the first exception is not lost."""
        directory = Tmp.Directory(dir=self.base)
        elsewhere = os.path.join(self.base, 'elsewhere')
        with self.assertRaises(FileNotFoundError) as caught:
            with directory as path:
                os.rename(path, elsewhere)
                1 / 0
        self.assertIsInstance(caught.exception.__cause__, ZeroDivisionError)
        directory.detach()
        os.rmdir(elsewhere)

        with self.assertRaises(FileNotFoundError) as caught:
            Tmp.Directory(dir=path)
        self.assertIsNone(caught.exception.__cause__)
        self.assertTrue(caught.exception.__suppress_context__)

    def test_not_deleted(self):
        with Tmp.Directory(dir=self.base, delete=False) as path:
            pass
        self.assertEqual(os.listdir(self.base), [os.path.basename(path)])
        Tmp.delete_tree(path)

    def test_inside_cleanup(self):
        directory = Tmp.Directory(dir=self.base)
        with directory:
            directory.cleanup()
        self.assertEmpty(self.base)

    def test_gi_constructor(self):
        with Tmp.Directory.new_in(self.base) as path:
            self.assertTrue(os.path.isdir(path))
        self.assertEmpty(self.base)

    def test_async_with(self):
        async def use():
            async with Tmp.Directory(dir=self.base) as path:
                self.assertIs(type(path), str)
                make_tree(path, 10)
            self.assertEmpty(self.base)

        asyncio.run(use())

    def test_async_with_exception(self):
        async def use():
            async with Tmp.Directory(dir=self.base):
                1 / 0

        with self.assertRaises(ZeroDivisionError):
            asyncio.run(use())
        self.assertEmpty(self.base)

    def test_async_with_foreign_loop(self):
        """One that is not asyncio's, the least that can be."""
        async def use():
            async with Tmp.Directory(dir=self.base) as path:
                return os.path.isdir(path)

        with self.assertRaises(StopIteration) as caught:
            use().send(None)
        self.assertIs(caught.exception.value, True)
        self.assertEmpty(self.base)

    def test_async_with_does_not_block(self):
        """Other tasks run while the directory is deleted."""
        ticks = 0

        async def tick():
            nonlocal ticks
            while True:
                ticks += 1
                await asyncio.sleep(0.001)

        async def use():
            nonlocal ticks
            async with Tmp.Directory(dir=self.base) as path:
                make_tree(path, 5000)
                ticking = asyncio.create_task(tick())
                await asyncio.sleep(0)
                ticks = 0
            during = ticks
            ticking.cancel()
            return during

        # A machine may be busy for a moment, but not three times in a row.
        self.assertTrue(any(asyncio.run(use()) >= 5 for _try in range(3)))
        self.assertEmpty(self.base)


if __name__ == '__main__':
    unittest.main()
