# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""CPython's own tests of tempfile.TemporaryDirectory, of the interpreter that
runs this, with Tmp.Directory in its place. As an ordinary user, for whom modes
count."""

import os
import re
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

SKIP = 77  # for Meson
NOBODY = 65534

SUBSTITUTE = '''
import gi
gi.require_version('Tmp', '1')
from gi.repository import Tmp
import tempfile
tempfile.TemporaryDirectory = Tmp.Directory
'''

# Tests that look at how tempfile does it, with the reason
NOT_APPLICABLE = {
    'test_cleanup_with_symlink_race':
        'its attack is in a replacement of os.unlink(), which is not called here; '
        'test-swap has those on this library',
}


def skip(reason):
    print(f'Skipped: {reason}')
    sys.exit(SKIP)


def run_as_nobody():
    """Runs this again as somebody else, in a folder of his."""
    with tempfile.TemporaryDirectory(dir=os.environ.get('TMPDIR')) as base:
        # Before his are there, with modes that he may not have
        os.chown(base, NOBODY, NOBODY)
        become = {'user': NOBODY, 'group': NOBODY, 'extra_groups': []}
        # Below a folder that only root may enter nobody finds the library.
        needed = [sys.executable, __file__, base,
                  *os.environ.get('GI_TYPELIB_PATH', '').split(':')[:1],
                  *os.environ.get('LD_LIBRARY_PATH', '').split(':')[:1]]
        for path in filter(None, needed):
            if subprocess.run(['test', '-r', path], **become).returncode != 0:
                skip(f'an ordinary user cannot read {path}')
        return subprocess.run(
            [sys.executable, '-B', os.path.abspath(__file__)], cwd=base, **become,
            env={**os.environ, 'TMPDIR': base, 'HOME': base,
                 'XDG_STATE_HOME': base}).returncode


def in_subprocess(run):
    """assert_python_ok(), for a script that says tempfile and gets Tmp."""
    def run_with_substitute(option, script):
        # With a variable, or else python is told to ignore all of them.
        return run(option, SUBSTITUTE + script,
                   PYTHONPATH=os.environ.get('PYTHONPATH', ''))
    return run_with_substitute


def load():
    exec(SUBSTITUTE)
    try:
        from test import test_tempfile
        from test.support import script_helper
    except ImportError as error:
        skip(f'{error}; Debian has it in libpython3.N-testsuite')

    class TestTemporaryDirectory(test_tempfile.TestTemporaryDirectory):
        # What is random in our names; nobody documents how long that is.
        str_check = re.compile(r'^[A-Za-z0-9]{22}$')

        def setUp(self):
            super().setUp()
            self.assertEqual(tempfile.TemporaryDirectory.__module__,
                             'gi.repository.Tmp')
            if self._testMethodName in NOT_APPLICABLE:
                self.skipTest(NOT_APPLICABLE[self._testMethodName])
            self.enterContext(mock.patch.object(
                script_helper, 'assert_python_ok',
                in_subprocess(script_helper.assert_python_ok)))

    return unittest.defaultTestLoader.loadTestsFromTestCase(TestTemporaryDirectory)


def main():
    if os.geteuid() == 0:
        sys.exit(run_as_nobody())

    result = unittest.TextTestRunner(verbosity=2).run(load())
    passed = (result.testsRun - len(result.skipped)
              - len({case.id() for case, _ in result.failures + result.errors}))
    print(f'CPython {sys.version.split()[0]}, TestTemporaryDirectory: '
          f'{result.testsRun} run, {passed} passed, {len(result.skipped)} skipped')
    for case, reason in result.skipped:
        print(f'  {case.id().rpartition(".")[2]}: {reason}')
    # A class that has been moved elsewhere would be empty here.
    sys.exit(0 if result.wasSuccessful() and passed >= 10 else 1)


if __name__ == '__main__':
    main()
