# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""File objects, and directories that stay."""

import csv
import errno
import io
import mmap
import os
import pathlib
import pickle
import random
import shutil
import subprocess
import tempfile
import unittest
import zipfile

from testlib import TestCase, make_tree, wait_for  # requires a version of Tmp
from gi.repository import Gio, GLib, Tmp


class WithDirectory(TestCase):
    def setUp(self):
        super().setUp()
        self.directory = Tmp.Directory(dir=self.base)
        self.addCleanup(self.directory.cleanup)


class NewFile(WithDirectory):
    def test_with(self):
        with self.directory.new_file('a-', '.txt') as file:
            self.assertEqual(os.path.dirname(file.name), self.directory.name)
            file.write(b'one\ntwo\n')
            file.seek(-4, os.SEEK_END)
            self.assertEqual(file.read(), b'two\n')
            self.assertEqual(file.tell(), 8)
            self.assertEqual(file.truncate(3), 3)
            self.assertFalse(file.closed)
        self.assertTrue(file.closed)
        with open(file.name, 'rb') as other:
            self.assertEqual(other.read(), b'one')

    def test_async(self):
        _source, result = wait_for(
            lambda callback: self.directory.new_file_async(
                'a-', cancellable=None, callback=callback))
        with self.directory.new_file_finish(result) as file:
            file.write(b'x')
        self.assertEqual(os.path.getsize(file.name), 1)

    def test_leaves_on_error(self):
        with self.assertRaises(KeyError):
            with self.directory.new_file() as file:
                raise KeyError
        self.assertTrue(file.closed)

    def test_unpacked(self):
        new = self.directory.new_file()
        file, stream = new
        self.assertIsInstance(file, Gio.File)
        self.assertIsInstance(stream, Gio.FileIOStream)
        self.assertIs(new.iostream, stream)
        with new:
            pass
        self.assertTrue(stream.is_closed())

    def test_text(self):
        with self.directory.new_file().makefile('w+', encoding='utf-8') as file:
            file.write('ä\nb')
            file.seek(0)
            self.assertEqual(list(file), ['ä\n', 'b'])
        self.assertEqual(os.path.getsize(file.name), 4)

    def test_descriptor(self):
        """For other programs, and for what works on descriptors."""
        with self.directory.new_file() as file:
            subprocess.run(['echo', 'hello'], stdout=file, check=True)
            file.seek(0)
            self.assertEqual(file.read(), b'hello\n')
            with mmap.mmap(file.fileno(), 0) as mapped:
                self.assertEqual(mapped[:], b'hello\n')


class Raw(WithDirectory):
    """What is below Python's buffers, and is seen without them."""

    def each(self):
        for make in (self.directory.new_file,
                     lambda: Tmp.SpooledStream(self.directory, 100),
                     lambda: Tmp.SpooledStream(self.directory, 0)):
            yield make()

    def test_nothing(self):
        for new in self.each():
            with new.makefile(buffering=0) as file:
                self.assertEqual(file.write(b''), 0)
                self.assertEqual(file.write(memoryview(b'abc')), 3)
                self.assertEqual(file.seek(-1, os.SEEK_CUR), 2)
                self.assertEqual(file.read(0), b'')
                self.assertEqual(file.read(9), b'c')
                self.assertEqual(file.read(9), b'')
                with self.assertRaises(ValueError):
                    file.seek(0, 9)

    def test_one_way(self):
        for new in self.each():
            with new.makefile('rb') as file:
                self.assertFalse(file.writable())
                for call in file.write, file.raw.write:
                    self.assertRaises(io.UnsupportedOperation, call, b'x')
        for new in self.each():
            with new.makefile('wb') as file:
                self.assertFalse(file.readable())
                for call in file.read, file.raw.read:
                    self.assertRaises(io.UnsupportedOperation, call, 1)

    def test_closed(self):
        for new in self.each():
            file = new.makefile()
            raw = file.raw
            file.close()
            file.close()
            for call in file.read, raw.read, raw.tell, raw.fileno, raw.truncate:
                self.assertRaises(ValueError, call)
            self.assertRaises(ValueError, raw.write, b'')

    def test_no_descriptor(self):
        file = Tmp.SpooledStream(self.directory, 100).makefile()
        self.assertRaises(io.UnsupportedOperation, file.fileno)


class SpooledStream(WithDirectory):
    def stream(self, max_size):
        stream = Tmp.SpooledStream(self.directory, max_size)
        self.addCleanup(stream.close, None)
        return stream

    def test_properties(self):
        stream = self.stream(max_size=10)
        self.assertIs(stream.get_directory(), self.directory)
        self.assertEqual(stream.props.max_size, 10)
        self.assertEqual(stream.get_max_size(), 10)
        self.assertFalse(stream.get_rolled())
        self.assertEqual(Tmp.SpooledStream.new(self.directory, 7).props.max_size, 7)
        with stream:
            stream.get_output_stream().write_all(b'x' * 11, None)
            self.assertTrue(stream.props.rolled)
        self.assertTrue(stream.is_closed())

    def test_like_pythons(self):
        """The same steps, whatever they are, give the same bytes."""
        generator = random.Random(1)
        for max_size in [1, 10, 100, 300, 10000] * 10:
            with tempfile.SpooledTemporaryFile(max_size) as theirs:
                ours = self.stream(max_size).makefile()
                self.assertEqual(self.steps(generator, theirs, 200),
                                 self.steps_again(ours))
                ours.close()

    def steps(self, generator, file, count):
        self.done = []
        results = []
        for _ in range(count):
            number = generator.randrange(60)
            step = generator.choice([
                ('write', generator.randbytes(number)), ('read', number),
                ('readline',), ('seek', number), ('tell',),
                ('seek', 0, os.SEEK_END), ('truncate', number)])
            self.done.append(step)
            results.append(self.step(file, step))
        return results

    def steps_again(self, file):
        return [self.step(file, step) for step in self.done]

    def step(self, file, step):
        name, *args = step
        if name == 'truncate':
            # io.BytesIO does not become longer by that, and files do.
            position = file.tell()
            file.seek(0, os.SEEK_END)
            args = [min(args[0], file.tell())]
            file.seek(position)
        result = getattr(file, name)(*args)
        # Not every version returns what the file that it wraps does.
        position = file.tell()
        file.seek(0)
        contents = file.read()
        file.seek(position)
        return result if name in ('read', 'readline') else None, position, contents

    def test_copyfileobj(self):
        data = os.urandom(300000)
        for max_size in 1000, 1000000:
            file = self.stream(max_size).makefile()
            shutil.copyfileobj(io.BytesIO(data), file)
            file.seek(0)
            copy = io.BytesIO()
            shutil.copyfileobj(file, copy)
            self.assertEqual(copy.getvalue(), data)

    def test_zipfile(self):
        file = self.stream(100).makefile()
        with zipfile.ZipFile(file, 'w') as archive:
            archive.writestr('a', 'hello' * 100)
            archive.writestr('b', 'bye')
        with zipfile.ZipFile(file) as archive:
            self.assertEqual(archive.namelist(), ['a', 'b'])
            self.assertEqual(archive.read('a'), b'hello' * 100)
        self.assertTrue(file.raw._stream.get_rolled())

    def test_csv(self):
        rows = [['a', 'ä'], ['1', '2\n3']]
        with self.stream(4).makefile('rw', encoding='utf-8', newline='') as file:
            csv.writer(file).writerows(rows)
            file.seek(0)
            self.assertEqual(list(csv.reader(file)), rows)

    def test_pickle(self):
        with self.stream(0).makefile() as file:
            pickle.dump({'a': 1}, file)
            file.seek(0)
            self.assertEqual(pickle.load(file), {'a': 1})

    def test_lines(self):
        file = self.stream(3).makefile('rwb')
        file.writelines([b'one\n', b'two\n', b'three'])
        file.seek(0)
        self.assertEqual(list(file), [b'one\n', b'two\n', b'three'])

    def test_closing(self):
        stream = self.stream(100)
        with stream.makefile('wb') as file:
            file.write(b'hello')
        # The stream stays, as a socket does.
        stream.seek(0, GLib.SeekType.SET, None)
        self.assertEqual(stream.makefile('rb').read(), b'hello')
        stream.close(None)
        with self.assertRaises(OSError) as caught:
            stream.makefile('rb').read()
        self.assertIOError(caught.exception, Gio.IOErrorEnum.CLOSED)

    def test_modes(self):
        stream = self.stream(100)
        self.assertIsInstance(stream.makefile(), io.BufferedRandom)
        self.assertIsInstance(stream.makefile('rb'), io.BufferedReader)
        self.assertIsInstance(stream.makefile('wb'), io.BufferedWriter)
        self.assertIsInstance(stream.makefile('rwb', buffering=0), io.RawIOBase)
        self.assertIsInstance(stream.makefile('rw'), io.TextIOWrapper)
        for args in [('b',), ('x',), ('rr',), ('rwb', -1, 'utf-8'), ('r', 0)]:
            with self.assertRaises(ValueError):
                stream.makefile(*args)

    def test_errors(self):
        file = self.stream(100).makefile('rwb', buffering=0)
        file.write(b'x' * 100)
        with self.assertRaises(OSError) as caught:
            file.seek(-1)
        self.assertEqual(caught.exception.errno, errno.EINVAL)
        self.directory.cleanup()
        with self.assertRaises(OSError) as caught:
            file.write(b'x')
        self.assertIOError(caught.exception, Gio.IOErrorEnum.CLOSED,
                           self.directory.name)
        # Nothing has been lost.
        file.seek(0)
        self.assertEqual(file.read(), b'x' * 100)

    def test_no_directory(self):
        for wrong in None, self.base:
            self.assertRaises(TypeError, Tmp.SpooledStream, wrong, 5)
        self.assertRaises(TypeError, Tmp.SpooledStream, self.directory, rolled=True)

    def test_rollover(self):
        stream = self.stream(GLib.MAXUINT64)
        stream.get_output_stream().write_all(b'hello', None)
        self.assertTrue(stream.rollover())
        self.assertTrue(stream.get_rolled())
        _source, result = wait_for(
            lambda callback: stream.rollover_async(cancellable=None, callback=callback))
        self.assertTrue(stream.rollover_finish(result))
        stream.close(None)
        with self.assertRaises(OSError) as caught:
            stream.rollover()
        self.assertIOError(caught.exception, Gio.IOErrorEnum.CLOSED)


class Persist(WithDirectory):
    def setUp(self):
        super().setUp()
        self.destination = os.path.join(self.base, 'destination')

    def test_move(self):
        make_tree(self.directory.name, 10, 5)
        self.assertTrue(self.directory.persist(self.destination, Tmp.PersistFlags.NONE))
        self.assertGone(self.directory.name)
        self.assertEqual(len(os.listdir(self.destination)), 2)
        shutil.rmtree(self.destination)

    def test_kinds_of_path(self):
        for destination in (os.fsencode(self.destination), pathlib.Path(self.destination),
                            Gio.File.new_for_path(self.destination)):
            with self.subTest(destination=destination), \
                    Tmp.Directory(dir=self.base) as path:
                directory = Tmp.Directory(dir=path)
                # Inside of 'with' as well
                with directory:
                    self.assertTrue(directory.persist(destination))
                self.assertEmpty(path)
                os.rmdir(self.destination)

    def test_exchange(self):
        make_tree(self.directory.name, 10, 5)
        os.mkdir(self.destination)
        with self.assertRaises(FileExistsError) as caught:
            self.directory.persist(self.destination)
        self.assertIOError(caught.exception, Gio.IOErrorEnum.EXISTS, self.destination)
        self.assertEqual(caught.exception.filename, self.destination)
        _source, result = wait_for(
            lambda callback: self.directory.persist_async(
                self.destination, Tmp.PersistFlags.EXCHANGE,
                cancellable=None, callback=callback))
        self.assertTrue(self.directory.persist_finish(result))
        self.assertEmpty(self.directory.name)
        self.assertEqual(len(os.listdir(self.destination)), 2)
        shutil.rmtree(self.destination)

    def test_no_warning(self):
        """What has been moved is not dropped, what has come for it is."""
        for flags, warns in ('NONE', False), ('EXCHANGE', True):
            script = self.run_script(f'''
destination = os.path.join(sys.argv[1], 'destination')
if Tmp.PersistFlags.{flags} == Tmp.PersistFlags.EXCHANGE:
    os.mkdir(destination)
directory = Tmp.Directory()
directory.persist(destination, Tmp.PersistFlags.{flags})
del directory
''', env={'PYTHONWARNINGS': 'default::ResourceWarning'})
            self.assertEqual(script.returncode, 0, script.stderr)
            self.assertEqual('Implicitly cleaning up' in script.stderr, warns,
                             script.stderr)
            os.rmdir(self.destination)


if __name__ == '__main__':
    unittest.main()
