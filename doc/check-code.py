#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""check-code.py SOURCE FILE…: what the documentation shows is what the tests run.

Every fenced block of code in the Markdown files and in the doc comments of the C files
below SOURCE has to be in one of the FILEs, which are built and run by the tests: the
same lines, one after the other, as they are, but for the indentation that all of them
have in common. Of a shell block each command has to be in one of the scripts.

What is no code is a block of 'text'; a block has to say what it is. It has to begin at
the beginning of a line, or gi-docgen takes it for text.

check-code.py --self-test: shows that this script finds what is wrong.
"""

import pathlib
import re
import sys
import tempfile
import textwrap
import unittest

# What a block may be, and in which files it then has to be
LANGUAGES = {
    'c': '*.c',
    'python': '*.py',
    'js': '*.js',
    'ts': '*.ts',
    'vala': '*.vala',
    'meson': 'meson.build',
    'ini': '*.wrap',
    'json': '*.json',
    'xml': '*.xml',
    'sh': None,  # a file that begins with '#!', or whose name ends with '.sh'
}

FENCE = re.compile(r'\s*(`{3,}|~{3,})\s*(.*?)\s*$')
COMMENT_LINE = re.compile(r'^\s*\* ?')
SHELL_COMMENT = re.compile(r'(^|\s+)#.*')


def doc_comments(text):
    """The doc comments of a C file as Markdown, with each line where it was."""
    inside = False
    for line in text.splitlines():
        if line.strip() == '/**':
            inside = True
            yield ''
        elif inside and line.strip().endswith('*/'):
            inside = False
            yield ''
        else:
            yield COMMENT_LINE.sub('', line) if inside else ''


def blocks(lines):
    """Yield (number of the first line, language, lines) of each fenced block."""
    fence = None
    for number, line in enumerate(lines, 1):
        match = FENCE.match(line)
        if fence is None:
            if match and line[0].isspace():
                yield number, 'indented', [line]
            elif match:
                fence, language, found, start = match[1], match[2], [], number
            elif line.strip().startswith('|['):
                # The blocks of gtk-doc, which nothing here needs
                yield number, '|[', [line]
        elif match and match[1].startswith(fence) and not match[2]:
            yield start, language, found
            fence = None
        else:
            found.append(line)
    if fence is not None:
        yield start, 'never ended', found


def dedent(lines):
    return textwrap.dedent('\n'.join(line.rstrip() for line in lines)).split('\n')


def has_lines(path, wanted):
    lines = path.read_text(encoding='utf-8').splitlines()
    first = wanted[0].strip()
    return any(line.strip() == first and dedent(lines[i:i + len(wanted)]) == wanted
               for i, line in enumerate(lines))


def is_script(path):
    return path.suffix == '.sh' or path.read_text(encoding='utf-8').startswith('#!')


def has_command(path, command):
    # All of it: not followed by more words of the same command
    words = r'(?:^|[\s(])' + r'\s+'.join(map(re.escape, command.split())) + r'\s*(?:$|\d?[<>]|[|&;)])'
    return any(re.search(words, SHELL_COMMENT.sub('', line))
               for line in path.read_text(encoding='utf-8').splitlines())


def check_block(language, lines, files):
    """Returns what is wrong, or None."""
    lines = dedent(lines)
    if language == 'text':
        return None
    if language not in LANGUAGES:
        return f'{language or "no language"!r} is none of {", ".join(LANGUAGES)}, text'
    if not any(lines):
        return 'an empty block'

    if language == 'sh':
        scripts = [path for path in files if is_script(path)]
        for line in lines:
            command = SHELL_COMMENT.sub('', line).strip()
            if command and not any(has_command(path, command) for path in scripts):
                return f'no script has the command: {command}'
        return None

    if not any(path.match(LANGUAGES[language]) and has_lines(path, lines) for path in files):
        return f'no file that is tested has these lines of {language}'
    return None


def check(source, files):
    """Returns the number of blocks, and one message for each that is wrong."""
    documents = [path for path in source.rglob('*.md')
                 if not path.relative_to(source).parts[0].startswith(('_', '.'))
                 and 'subprojects' not in path.parts]
    documents += [path for pattern in ('*.c', '*.h', '*.h.in')
                  for path in (source / 'tmpdir-glib').glob(pattern)]
    count = 0
    errors = []

    for path in sorted(documents):
        text = path.read_text(encoding='utf-8')
        lines = text.splitlines() if path.suffix == '.md' else doc_comments(text)
        for number, language, block in blocks(lines):
            count += 1
            error = check_block(language, block, files)
            if error is not None:
                errors.append(f'{path.relative_to(source)}:{number}: {error}')
    return count, errors


class SelfTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.source = pathlib.Path(folder.name)
        self.files = [self.write('a.c', 'int\nmain (void)\n{\n  a ();\n\n  b ();\n}\n'),
                      self.write('a.vala', 'void main () {\n\ta ();\n}\n'),
                      self.write('a.py', 'a ();\n'),
                      self.write('run.sh', '# make nothing\nX=1 make all || exit 1\n')]

    def write(self, name, text):
        path = self.source / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding='utf-8')
        return path

    def errors(self, text, name='README.md'):
        self.write(name, text)
        return check(self.source, self.files)[1]

    def assertWrong(self, line, text, name='README.md'):
        errors = self.errors(text, name)
        self.assertEqual([error.split(': ')[0] for error in errors], [f'{name}:{line}'])

    def test_right(self):
        for block in ('```c\na ();\n\nb ();\n```\n', '~~~c\nint\nmain (void)\n~~~\n',
                      '```c\n  a ();\n\n  b ();\n```\n', '```vala\na ();\n```\n',
                      '```text\nanything\n```\n', '```sh\nmake all # of it\n```\n'):
            self.assertEqual(self.errors(block), [], block)
            self.assertEqual(check(self.source, self.files)[0], 1)

    def test_other_lines(self):
        self.assertWrong(3, 'A\n\n```c\nc ();\n```\n')

    def test_not_consecutive(self):
        self.assertWrong(1, '```c\na ();\nb ();\n```\n')

    def test_other_indentation(self):
        self.assertWrong(1, '```c\n{\na ();\n```\n')
        self.assertWrong(1, '```vala\nvoid main () {\n  a ();\n```\n')

    def test_other_language(self):
        self.assertWrong(1, '```python\nb ();\n```\n')
        self.assertWrong(1, '```js\na ();\n```\n')

    def test_no_language(self):
        self.assertWrong(1, '```\na ();\n```\n')
        self.assertWrong(1, '```perl\na ();\n```\n')
        self.assertWrong(2, 'A\n |[<!-- language="C" -->\n a ();\n ]|\n')

    def test_indented(self):
        errors = self.errors('- A\n\n  ```c\n  a ();\n  ```\n')
        self.assertEqual([error.split(': ')[0] for error in errors], ['README.md:3', 'README.md:5'])

    def test_empty(self):
        self.assertWrong(1, '```c\n```\n')

    def test_never_ended(self):
        self.assertWrong(1, '```c\na ();\n')

    def test_second_block(self):
        self.assertWrong(5, '```c\na ();\n```\n\n```c\nc ();\n```\n')

    def test_shell(self):
        self.assertWrong(1, '```sh\nmake all\nmake most\n```\n')
        self.assertWrong(1, '```sh\nmake\nall\n```\n')
        self.assertWrong(1, '```sh\nmake nothing\n```\n')
        self.assertWrong(1, '```sh\nmake al\n```\n')

    def test_folders(self):
        self.assertWrong(1, '```c\nc ();\n```\n', 'doc/page.md')
        self.source.joinpath('doc/page.md').unlink()
        self.assertEqual(self.errors('```c\nc ();\n```\n', '_build/README.md'), [])

    def test_comments(self):
        comment = ('/* ```c\n * c ();\n * ``` */\n\n/**\n * f:\n *\n * ```c\n * {0} ();\n * ```\n */\n'
                   'void f (void);\n')
        self.assertEqual(self.errors(comment.format('a'), 'tmpdir-glib/f.h'), [])
        self.assertWrong(8, comment.format('c'), 'tmpdir-glib/f.h')


def main():
    if sys.argv[1:] == ['--self-test']:
        unittest.main(argv=[sys.argv[0], '-v'])
    source, *files = map(pathlib.Path, sys.argv[1:])
    count, errors = check(source, files)
    for error in errors:
        print(error, file=sys.stderr)
    print(f'{count} blocks, {len(errors)} of them wrong')
    sys.exit(1 if errors or count == 0 else 0)


if __name__ == '__main__':
    main()
