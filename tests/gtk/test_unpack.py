# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""test_unpack.py DRIVER BLOCKING COMMAND...
test_unpack.py --picture PNG DRIVER COMMAND...

Runs the GTK example 'unpack' in an X server of its own, with driver.c as its user, and
once with blocking.c, unless that is ''. With --picture it only takes a picture of the
window for the documentation.
"""

import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

# Seconds after which anything that should have happened is a failure
TIMEOUT = 120

# Some runs make 40,000 files, for which a disk takes its time.
MEMORY = '/dev/shm' if os.access('/dev/shm', os.W_OK) else None

# tar waits when the pipe is full, so that it cannot be at its end when the example
# reads the first of these names.
FILES = 4000
NAME = 'demo/{:02}/{:04}-' + 80 * 'x'
DIRECTORIES = 41


class Display:
    """An X server, and what GTK has to be told to be content with it alone."""

    def __enter__(self):
        read_end, write_end = os.pipe()
        self.server = subprocess.Popen(
            ['Xvfb', '-displayfd', str(write_end), '-screen', '0', '800x600x24',
             '-nolisten', 'tcp'], pass_fds=[write_end], stderr=subprocess.DEVNULL)
        os.close(write_end)
        with open(read_end) as numbers:
            number = numbers.readline().strip()
        if not number:
            self.__exit__()
            raise RuntimeError('Xvfb does not start')

        return {
            'DISPLAY': f':{number}',
            'GDK_BACKEND': 'x11',
            'GSK_RENDERER': 'cairo',
            'LIBGL_ALWAYS_SOFTWARE': '1',
            'GTK_A11Y': 'none',
            'GSETTINGS_BACKEND': 'memory',
            'DBUS_SESSION_BUS_ADDRESS': 'disabled:',
        }

    def __exit__(self, *_exc_info):
        self.server.terminate()
        self.server.wait()


def make_archive(path):
    with tarfile.open(path, 'w') as archive:
        for number in range(FILES):
            member = tarfile.TarInfo(NAME.format(number // 100, number))
            member.size = 4
            archive.addfile(member, io.BytesIO(b'tar\n'))


def setUpModule():
    if not COMMAND:
        raise unittest.SkipTest('the example, which needs GTK 4.8, has not been built')
    if shutil.which('Xvfb') is None:
        raise unittest.SkipTest('Xvfb is not installed')


class TestUnpack(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shared = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.shared.cleanup)
        cls.archive = os.path.join(cls.shared.name, 'archive.tar')
        make_archive(cls.archive)
        display = Display()
        cls.environment = display.__enter__()
        cls.addClassCleanup(display.__exit__)

    def run_example(self, driver, *arguments, preload=(), slow=0, status=0):
        """Runs it where there is nothing, and where it must leave nothing. Returns what it,
        and the driver, have printed, and its errors."""
        with tempfile.TemporaryDirectory(dir=MEMORY) as base:
            folders = {name: os.path.join(base, name)
                       for name in ('TMPDIR', 'XDG_STATE_HOME', 'XDG_CACHE_HOME')}
            for folder in folders.values():
                os.mkdir(folder)
            result = subprocess.run(
                ['env', f'LD_PRELOAD={" ".join([*preload, DRIVER])}', *COMMAND, *arguments],
                env={**os.environ, **self.environment, **folders,
                     'UNPACK_DRIVER': driver, 'UNPACK_SLOW': str(slow)},
                timeout=TIMEOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                encoding='utf-8')

            for line in result.stdout.splitlines():
                print(f'{self.id().rpartition(".")[2]}: {line}')
            self.assertEqual(result.returncode, status, result.stderr)
            self.assertEqual(os.listdir(folders['TMPDIR']), [])
            journal = os.path.join(folders['XDG_STATE_HOME'], 'tmpdir-glib')
            self.assertEqual(os.listdir(journal), [])

        if status == 0:
            self.assertEqual(result.stderr, '')
        return result.stdout, result.stderr

    def deletions_and_frames(self, output):
        match = re.search(r'(\d+) deletions in \d+ ms, (\d+) frames', output)
        self.assertTrue(match, output)
        return int(match[1]), int(match[2])

    def test_demo(self):
        output, _ = self.run_example('watch', '--auto')
        deletions, _ = self.deletions_and_frames(output)
        self.assertGreater(deletions, 20000)

    # Deleting these takes 4000 ms, or as many times less as there are threads. That is
    # time for many frames.

    def test_archive(self):
        output, _ = self.run_example('watch', '--auto', self.archive, slow=1000)
        deletions, frames = self.deletions_and_frames(output)
        self.assertGreaterEqual(deletions, FILES + DIRECTORIES)
        self.assertGreater(frames, 5)

    def test_blocking(self):
        """That the frames tell whether the main loop waits"""
        output, _ = self.run_example('watch', '--auto', self.archive, slow=1000,
                                     preload=[BLOCKING])
        deletions, frames = self.deletions_and_frames(output)
        self.assertGreaterEqual(deletions, FILES + DIRECTORIES)
        self.assertEqual(frames, 0)

    def test_cancel_unpacking(self):
        output, _ = self.run_example('cancel unpacking', self.archive)
        self.check_unpacked(output)

    def test_close_unpacking(self):
        output, _ = self.run_example('close unpacking', self.archive)
        self.check_unpacked(output)

    def check_unpacked(self, output):
        match = re.search(r'at “Unpacking, (\d+) files…”', output)
        self.assertTrue(match, output)
        self.assertLess(int(match[1]), FILES)

    def test_cancel_deleting(self):
        self.run_example('cancel deleting', self.archive, slow=1000)

    def test_close_deleting(self):
        self.run_example('close deleting', self.archive, slow=1000)

    def test_close_making(self):
        """What makes the demo is not interrupted."""
        self.run_example('close making')

    def test_no_archive(self):
        _, errors = self.run_example('watch', '--auto', __file__, status=1)
        self.assertIn('tar: ', errors)


def take_picture(filename, driver, command):
    with Display() as environment, tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        subprocess.run(
            command + ['--auto'], check=True, timeout=TIMEOUT,
            env={**os.environ, **environment, 'TMPDIR': folder, 'XDG_STATE_HOME': folder,
                 'LD_PRELOAD': driver, 'UNPACK_DRIVER': 'picture deleting',
                 'UNPACK_PICTURE': filename, 'UNPACK_SLOW': '50'})


if __name__ == '__main__':
    if sys.argv[1] == '--picture':
        take_picture(sys.argv[2], sys.argv[3], sys.argv[4:])
    else:
        DRIVER, BLOCKING, *COMMAND = sys.argv[1:]
        if not BLOCKING:
            del TestUnpack.test_blocking
        unittest.main(argv=sys.argv[:1], verbosity=2)
