#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""check-messages.py SOURCE: what people may read is marked to be translated, translators
get to see all of it, and every translation is complete."""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(sys.argv[1])
LIBRARY = sorted((SOURCE / 'tmpdir-glib').glob('*.[ch]'))

MARKS = {'_', 'N_', 'g_dngettext'}
# For developers, and never translated
LOGS = {'tmp_debug', 'tmp_directory_tell', 'tell_left', 'g_debug', 'g_warning', 'g_printerr'}
ERRORS = re.compile(r'tmp_error_\w+|tmp_walker_failed_with|g_(set|prefix)_error\w*|g_error_new\w*|'
                    r'g_propagate_prefixed_error|g_task_return\w*_error\w*')
PROSE = re.compile(r'[A-Za-z]{2,},? [a-z]{2,}')
# The first line of a journal, and reasons that are only logged
NO_PROSE = {
    'tmpdir-glib journal 1 ',
    'It is switched off',
    'It would be too large',
    'It is not native',
    ': auto-cleanup is off',
}

TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|^\s*#\s*(?:include|error)[^\n]*|"(?:\\.|[^"\\])*"|'
                   r"'(?:\\.|[^'\\])*'|\w+|\S", re.DOTALL | re.MULTILINE)


def find_literals(path):
    """Yields the text of each string in a file, where it is, and the calls around it."""
    text = path.read_text(encoding='utf-8')
    calls, before = [], ''
    for match in TOKEN.finditer(text):
        token = match[0]
        if token.startswith(('/*', '//')):
            continue
        if token == '(':
            calls.append(before)
        elif token == ')' and calls:
            calls.pop()
        elif token.startswith('"'):
            line = text.count('\n', 0, match.start()) + 1
            yield token[1:-1], f'{path.name}:{line}', list(calls)
        before = token


def read_names(name):
    lines = (SOURCE / 'po' / name).read_text(encoding='utf-8').splitlines()
    return [line for line in lines if line and not line.startswith('#')]


class TestMessages(unittest.TestCase):

    def test_marks(self):
        n_marked, missing = 0, []
        for path in LIBRARY:
            for text, place, calls in find_literals(path):
                if MARKS.intersection(calls):
                    n_marked += 1
                elif any(ERRORS.fullmatch(call) for call in calls):
                    missing.append(f'{place}: "{text}" is in an error')
                elif PROSE.search(text) and text not in NO_PROSE and not LOGS.intersection(calls):
                    missing.append(f'{place}: "{text}" reads like a message')
        self.assertEqual(missing, [])
        self.assertGreater(n_marked, 40)

    def test_logs(self):
        """Messages for developers are not translated."""
        for path in LIBRARY:
            for text, place, calls in find_literals(path):
                if LOGS.intersection(calls):
                    self.assertFalse(MARKS.intersection(calls), f'{place}: "{text}"')

    def test_potfiles(self):
        marked = [f'tmpdir-glib/{path.name}' for path in LIBRARY
                  if any(MARKS.intersection(calls) for _, _, calls in find_literals(path))]
        self.assertEqual(read_names('POTFILES.in'), marked)

    def test_linguas(self):
        found = sorted(path.stem for path in (SOURCE / 'po').glob('*.po'))
        self.assertEqual(read_names('LINGUAS'), found)
        self.assertNotEqual(found, [])

    @unittest.skipUnless(shutil.which('xgettext'), 'gettext is not installed')
    def test_translations(self):
        """They have exactly the messages of today: none is missing, fuzzy or left over."""
        with tempfile.TemporaryDirectory() as work:
            pot = pathlib.Path(work) / 'messages.pot'
            subprocess.run(['xgettext', '--from-code=UTF-8', '--keyword=_', '--keyword=N_',
                            '--keyword=g_dngettext:2,3', '--flag=g_strdup_printf:1:c-format',
                            f'--output={pot}', *read_names('POTFILES.in')],
                           cwd=SOURCE, check=True)
            for language in read_names('LINGUAS'):
                po = SOURCE / 'po' / f'{language}.po'
                with self.subTest(language):
                    subprocess.run(['msgfmt', '--check', '--statistics',
                                    f'--output-file={work}/messages.mo', po], check=True)
                    # In both directions: either has all that the other one has.
                    subprocess.run(['msgcmp', po, pot], check=True)
                    result = subprocess.run(['msgcomm', '--unique', '--no-location', po, pot],
                                            stdout=subprocess.PIPE, text=True, check=True)
                    self.assertNotIn('\nmsgid', result.stdout.partition('\n\n')[2])


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0], '-v'])
