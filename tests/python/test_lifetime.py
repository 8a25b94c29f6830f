# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""When a directory goes: with its last reference, and with its process."""

import gc
import os
import signal
import unittest
import warnings

from testlib import TestCase, make_tree
from gi.repository import GLib, Gio, Tmp


class TestReference(TestCase):

    def test_last_reference(self):
        directory = Tmp.Directory.new_in(self.base)
        make_tree(directory.name, 250)
        path = directory.name
        other = directory
        del directory
        self.assertTrue(os.path.isdir(path))
        del other
        # At once, though the files inside may take a while.
        self.assertGone(path)
        Tmp.flush()
        self.assertEmpty(self.base)

    def test_held_by_c(self):
        """A directory lives in a GObject container as it does in Python."""
        store = Gio.ListStore.new(Tmp.Directory)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter('always')
            store.append(Tmp.Directory(dir=self.base))
            gc.collect()
            # As often as Python comes by
            for _time in range(3):
                path = store.get_item(0).name
                gc.collect()
                self.assertTrue(os.path.isdir(path))
        self.assertEqual(caught, [])
        store.get_item(0).cleanup()
        store.remove_all()
        self.assertEmpty(self.base)

    def test_cycle(self):
        directory = Tmp.Directory(dir=self.base)
        path = directory.name
        directory.itself = directory
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            del directory
            gc.collect()
        self.assertGone(path)
        Tmp.flush()

    def test_warning(self):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter('always')
            directory = Tmp.Directory(dir=self.base)
            path = directory.name
            make_tree(path, 250)
            del directory
            gc.collect()
        # With everything in it, as by tempfile
        self.assertEmpty(self.base)
        self.assertEqual([warning.category for warning in caught], [ResourceWarning])
        self.assertEqual(str(caught[0].message),
                         f'Implicitly cleaning up <Tmp.Directory {path!r}>')

    def test_no_warning(self):
        """None if it was cleaned up, or will not be, or was made the GI way."""
        def cleaned():
            Tmp.Directory(dir=self.base).cleanup()

        def left():
            with Tmp.Directory(dir=self.base):
                pass

        def detached():
            os.rmdir(Tmp.Directory(dir=self.base).detach().get_path())

        def kept():
            os.rmdir(Tmp.Directory(dir=self.base, delete=False).name)

        def kept_later():
            directory = Tmp.Directory(dir=self.base)
            directory.set_auto_cleanup(False)
            os.rmdir(directory.name)

        def plain():
            Tmp.Directory.new_in(self.base)

        for use in cleaned, left, detached, kept, kept_later, plain:
            with self.subTest(use=use.__name__), \
                    warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter('always')
                use()
                gc.collect()
                self.assertEqual([str(warning.message) for warning in caught], [])
        Tmp.flush()

    def test_warning_turned_on_again(self):
        directory = Tmp.Directory(dir=self.base, delete=False)
        directory.props.auto_cleanup = True
        path = directory.name
        with self.assertWarns(ResourceWarning):
            del directory
            gc.collect()
        self.assertGone(path)
        Tmp.flush()

    def test_not_deleted(self):
        directory = Tmp.Directory(dir=self.base, delete=False)
        path = directory.name
        del directory
        gc.collect()
        Tmp.flush()
        self.assertTrue(os.path.isdir(path))
        os.rmdir(path)


class TestExit(TestCase):
    """What lives in a module is gone once the process has ended."""

    script = '''
directory = Tmp.Directory(prefix='left')
assert os.path.dirname(directory.name) == sys.argv[1], directory.name
for number in range(500):
    os.mkdir(os.path.join(directory.name, str(number)))
'''

    def assertLeavesNothing(self, script, status=0, stderr=''):
        process = self.run_script(script)
        self.assertEqual(process.returncode, status, process.stderr)
        self.assertIn(stderr, process.stderr)
        self.assertNotIn('CRITICAL', process.stderr)
        self.assertEmpty(self.base)

    def test_end_of_script(self):
        self.assertLeavesNothing(self.script)

    def test_exit(self):
        self.assertLeavesNothing(self.script + 'sys.exit(3)', 3)

    def test_uncaught_exception(self):
        self.assertLeavesNothing(self.script + '1 / 0', 1, 'ZeroDivisionError')

    def test_uncaught_exception_in_function(self):
        """The traceback keeps the frame, and the frame the directory."""
        self.assertLeavesNothing('''
def use():
    directory = Tmp.Directory()
    os.mkdir(directory.name + '/x')
    1 / 0

use()
''', 1, 'ZeroDivisionError')

    def test_held_by_c(self):
        self.assertLeavesNothing('''
store = Gio.ListStore.new(Tmp.Directory)
store.append(Tmp.Directory())
import builtins
builtins.store = store
''')

    def test_warning(self):
        self.assertLeavesNothing('''
import warnings
warnings.simplefilter('always')
''' + self.script, stderr='ResourceWarning: Implicitly cleaning up')

    def test_owner_with_finalizer(self):
        """What has one cleans it up when its own turn comes, which is late."""
        process = self.run_script('''
class Owner:
    def __init__(self):
        self.directory = Tmp.Directory()

    def __del__(self):
        self.directory.cleanup()
        print('cleaned up')

owner = Owner()
os.mkdir(owner.directory.name + '/x')
''', env={b'PYTHONWARNINGS': b'ignore'})
        self.assertEqual((process.stdout, process.stderr), ('cleaned up\n', ''))
        self.assertEmpty(self.base)

    def test_while_cleaning_up(self):
        self.assertLeavesNothing(self.script + 'directory.cleanup_async()\n')

    def test_while_cleaning_up_with_callback(self):
        self.assertLeavesNothing(
            self.script
            + 'directory.cleanup_async(0, None, lambda *args: print(args))\n')

    def test_just_dropped(self):
        self.assertLeavesNothing(self.script + 'del directory\n')

    def test_kept(self):
        process = self.run_script('''
directory = Tmp.Directory(delete=False)
print(directory.name)
''')
        self.assertEqual(process.returncode, 0, process.stderr)
        path = process.stdout.strip()
        self.assertEqual(os.path.dirname(path), self.base)
        os.rmdir(path)


class TestFork(TestCase):
    """A child has a copy of the object, but the directory is its parent's."""

    def in_child(self, function):
        """Returns the exit status of a child that runs the function."""
        child = os.fork()
        if child == 0:
            # Whatever happens, this copy of the test program goes no further.
            try:
                signal.alarm(30)
                os._exit(function() or 0)
            except BaseException:
                import traceback
                traceback.print_exc()
                os._exit(99)
        _pid, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status)

    def test_leaving_with(self):
        with Tmp.Directory(dir=self.base) as path:
            make_tree(path, 10)

            def leave(directory=Tmp.Directory(dir=path)):
                with directory:
                    pass
                return 7

            self.assertEqual(self.in_child(leave), 7)
            self.assertEqual(len(os.listdir(path)), 2)
            leave()
            self.assertEqual(os.listdir(path), ['directory-0'])
        self.assertEmpty(self.base)

    def test_leaving_with_entered_before(self):
        child = None
        parent = os.getpid()
        try:
            with Tmp.Directory(dir=self.base) as path, \
                    Tmp.Directory.new_in(path) as inner:
                child = os.fork()
                if child > 0:
                    _pid, status = os.waitpid(child, 0)
                    self.assertEqual(os.waitstatus_to_exitcode(status), 7)
                    self.assertTrue(os.path.isdir(inner))
        finally:
            if os.getpid() != parent:
                os._exit(7 if os.path.isdir(inner) else 98)
        self.assertEmpty(self.base)

    def test_dropping(self):
        directory = Tmp.Directory(dir=self.base)

        def drop():
            nonlocal directory
            with warnings.catch_warnings():
                warnings.simplefilter('error')
                del directory
                gc.collect()

        self.assertEqual(self.in_child(drop), 0)
        self.assertTrue(os.path.isdir(directory.name))
        directory.cleanup()

    def test_cleanup(self):
        directory = Tmp.Directory(dir=self.base)

        def cleanup():
            with self.assertRaises(PermissionError) as caught:
                directory.cleanup()
            self.assertIOError(caught.exception, Gio.IOErrorEnum.PERMISSION_DENIED,
                               directory.name)

        self.assertEqual(self.in_child(cleanup), 0)
        self.assertTrue(os.path.isdir(directory.name))
        directory.cleanup()

    def test_exit(self):
        """A child that exits like any program does not even warn."""
        process = self.run_script('''
import warnings
warnings.simplefilter('always')
directory = Tmp.Directory()
child = os.fork()
if child == 0:
    sys.exit(7)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
assert os.path.isdir(directory.name)
directory.cleanup()
''')
        self.assertEqual(process.returncode, 0, process.stderr)
        self.assertNotIn('ResourceWarning', process.stderr)
        self.assertEmpty(self.base)

    def test_own_directory(self):
        """What the child made is its own."""
        process = self.run_script('''
directory = Tmp.Directory()
child = os.fork()
if child == 0:
    own = Tmp.Directory(dir=directory)
    with Tmp.Directory(dir=directory) as path:
        pass
    assert os.listdir(directory.name) == [os.path.basename(own.name)]
    sys.exit(7)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
assert os.listdir(directory.name) == [], os.listdir(directory.name)
''')
        self.assertEqual(process.returncode, 0, process.stderr)
        self.assertEmpty(self.base)


class TestEnvironment(TestCase):

    def test_invalid_utf8(self):
        """In a TMPDIR that no str can spell but Python's own."""
        place = os.path.join(os.fsencode(self.base), b'\xff\xfe')
        os.mkdir(place)
        process = self.run_script('''
directory = Tmp.Directory()
assert os.path.isdir(directory.name)
assert os.path.dirname(os.fsencode(directory.name)) == os.environb[b'TMPDIR']
assert os.fsencode(directory) == os.fsencode(directory.name)
assert repr(directory).isprintable()
with open(directory.get_child('a').get_path(), 'w') as file:
    file.write('b')
assert os.listdir(directory) == ['a']
directory.cleanup()
assert os.listdir(os.environb[b'TMPDIR']) == []

with Tmp.Directory() as path:
    assert os.path.isdir(path)
    try:
        Tmp.Directory(dir=os.path.join(path, 'missing'))
    except FileNotFoundError as error:
        assert error.filename == os.path.join(path, 'missing')
    else:
        assert False
left = Tmp.Directory()
''', {b'TMPDIR': place})
        self.assertEqual(process.returncode, 0, process.stderr)
        self.assertEmpty(place)
        os.rmdir(place)

    def test_keep(self):
        process = self.run_script('''
with Tmp.Directory() as path:
    print(path)
''', {b'TMPDIR_GLIB_KEEP': b'1'})
        self.assertEqual(process.returncode, 0, process.stderr)
        path = process.stdout.strip()
        self.assertEqual(process.stderr.count(path), 1)
        self.assertEqual(os.listdir(self.base), [os.path.basename(path)])
        os.rmdir(path)


if __name__ == '__main__':
    unittest.main()
