# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What the Python tests share."""

import os
import subprocess
import sys
import tempfile
import unittest

import gi

gi.require_version('Tmp', '1')
from gi.repository import Gio, GLib  # noqa: E402

# Seconds after which anything that should have happened is a failure.
TIMEOUT = 60


class TestCase(unittest.TestCase):
    """Gives each test a folder of its own, which it has to leave empty."""

    def setUp(self):
        self.base = tempfile.mkdtemp(prefix='base', dir=os.environ.get('TMPDIR'))
        # Runs after every other cleanup, and os.rmdir() fails if one file is
        # left.
        self.addCleanup(os.rmdir, self.base)

    def assertEmpty(self, path):
        self.assertEqual(os.listdir(path), [])

    def assertGone(self, path):
        self.assertFalse(os.path.lexists(path), f'{path} still exists')

    def assertIOError(self, error, code, path=None):
        """Checks both faces of an exception."""
        self.assertIsInstance(error, GLib.Error)
        self.assertIsInstance(error, OSError)
        self.assertTrue(error.matches(Gio.io_error_quark(), code), repr(error))
        if path is not None:
            self.assertIn(os.fspath(path), error.message)

    def run_script(self, script, env=None):
        """Runs a Python script in a process of its own, whose TMPDIR is the
        folder of this test; sys.argv[1] is that folder."""
        env = {**os.environb, b'TMPDIR': os.fsencode(self.base), **(env or {})}
        return subprocess.run(
            [sys.executable, '-B', '-c', PREAMBLE + script, self.base],
            env=env, timeout=TIMEOUT, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, encoding='utf-8', errors='surrogateescape')


PREAMBLE = '''
import os, sys
import gi
gi.require_version('Tmp', '1')
from gi.repository import Gio, GLib, Tmp
'''


def make_tree(path, files, per_directory=100):
    """Fills the directory with files, in subdirectories."""
    for number in range(files):
        if number % per_directory == 0:
            directory = os.path.join(path, f'directory-{number}')
            os.mkdir(directory)
        with open(os.path.join(directory, f'file-{number}'), 'w'):
            pass


def wait_for(begin):
    """Calls begin(callback), runs the main loop until the callback has been
    called, and returns its source object and result."""
    loop = GLib.MainLoop()
    answer = []

    def callback(source, result, *_user_data):
        answer.append((source, result))
        loop.quit()

    def give_up():
        loop.quit()
        return GLib.SOURCE_CONTINUE

    timer = GLib.timeout_add_seconds(TIMEOUT, give_up)
    begin(callback)
    if not answer:
        loop.run()
    GLib.source_remove(timer)

    if not answer:
        raise AssertionError(f'nobody called back within {TIMEOUT} seconds')
    return answer[0]


def iterate_until(condition):
    """Runs the main loop until the condition holds."""
    loop = GLib.MainContext.default()
    late = []
    timer = GLib.timeout_add_seconds(
        TIMEOUT, lambda: late.append(True) or GLib.SOURCE_CONTINUE)
    while not condition() and not late:
        loop.iteration(True)
    GLib.source_remove(timer)

    if late:
        raise AssertionError(f'did not come true within {TIMEOUT} seconds')
