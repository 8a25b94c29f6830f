# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The stub for editors names what the GIR and the override have."""

import ast
import inspect
import os
import pathlib
import shutil
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree

from testlib import TIMEOUT, TestCase
from gi.repository import Tmp
import gi.overrides.Tmp as overrides

INTROSPECTION = pathlib.Path(__file__).resolve().parents[2] / 'introspection'
STUB = INTROSPECTION / 'gi-stubs' / 'repository' / 'Tmp.pyi'
GIR = pathlib.Path(os.environ['GI_TYPELIB_PATH'].split(':')[0], 'Tmp-1.gir')
CORE = '{http://www.gtk.org/introspection/core/1.0}'
GLIB = '{http://www.gtk.org/introspection/glib/1.0}'

# What is in every class of Python
COMMON = {'__class_getitem__', '__del__', '__init_subclass__', '__repr__'}


class TestStub(TestCase):

    def setUp(self):
        super().setUp()
        tree = ast.parse(STUB.read_text())
        self.module = self.names(tree)
        self.classes = {node.name: node for node in tree.body
                        if isinstance(node, ast.ClassDef)}

    def names(self, node):
        """name → what defines it, the last one of those that overload."""
        found = {}
        for child in node.body:
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                found[child.name] = child
            elif isinstance(child, ast.AnnAssign):
                found[child.target.id] = child
        return found

    def members(self, name):
        """With those that it has from other classes of the stub."""
        node = self.classes[name]
        found = {}
        for base in node.bases:
            if isinstance(base, ast.Name) and base.id in self.classes:
                found.update(self.members(base.id))
        return {**found, **self.names(node)}

    def test_gir(self):
        namespace = ElementTree.parse(GIR).getroot().find(f'{CORE}namespace')
        expected = set()
        for node in namespace:
            kind = node.tag.replace(CORE, '')
            name = node.get('name')
            # The structures of classes, and macros, are for C alone.
            if (kind == 'function-macro' or node.get(f'{GLIB}is-gtype-struct-for')
                    or node.get('introspectable') == '0'):
                continue
            expected.add(name)
            self.assertIn(name, self.module)
            if name not in self.classes:
                continue
            members = self.members(name)
            for child in node:
                kind = child.tag.replace(CORE, '')
                name = child.get('name')
                if child.get('introspectable') == '0':
                    continue
                if kind == 'property':
                    self.assertIn(name.replace('-', '_'), self.names(members['Props']))
                elif kind == 'member':
                    self.assertIn(name.upper(), members)
                elif kind in ('method', 'function', 'constructor'):
                    self.assertIn(name, members)
        # Nor is there anything that is nowhere else.
        self.assertEqual({name for name in self.module if not name.startswith('_')},
                         expected)
        self.assertGreater(len(expected), 10)

    def assertSignature(self, stub, function):
        arguments = stub.args
        named = [argument.arg for argument in (
            *arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
        parameters = [
            parameter.name for parameter in inspect.signature(function).parameters.values()
            if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)]
        # Those that are passed on by *args come after these.
        self.assertEqual(named[:len(parameters)], parameters, stub.name)

    def test_override(self):
        for name, methods in (('Directory', overrides._Directory),
                              ('SpooledStream', overrides._SpooledStream),
                              ('_NewFile', overrides._NewFile)):
            members = self.members(name)
            for method, value in vars(methods).items():
                value = getattr(value, '__func__', value)
                private = method.startswith('_') and not method.endswith('__')
                if private or method in COMMON:
                    continue
                if inspect.isfunction(value) or isinstance(value, property):
                    with self.subTest(method=f'{name}.{method}'):
                        self.assertIn(method, members)
                        if inspect.isfunction(value):
                            self.assertSignature(members[method], value)
        for function in overrides.__all__:
            with self.subTest(function=function):
                self.assertSignature(self.module[function], getattr(Tmp, function))

    @unittest.skipUnless(shutil.which('mypy'), 'mypy is not installed')
    def test_mypy(self):
        """A checker understands it, and who uses it."""
        repository = pathlib.Path(self.base, 'gi', 'repository')
        self.addCleanup(shutil.rmtree, repository.parent)
        shutil.copytree(STUB.parent, repository)
        for package in repository.parent, repository:
            (package / '__init__.pyi').touch()
        # So that pygobject-stubs is not needed
        for name, text in OTHERS.items():
            (repository / f'{name}.pyi').write_text(text)
        program = repository.parent / 'program.py'
        program.write_text(PROGRAM)

        process = subprocess.run(
            ['mypy', '--strict', '--no-error-summary', '--cache-dir', os.devnull,
             program, repository / 'Tmp.pyi'],
            env={**os.environ, 'MYPYPATH': self.base}, timeout=TIMEOUT,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding='utf-8')
        said = [line.partition('program.py:')[2] or line
                for line in process.stdout.splitlines()]
        self.assertEqual(len(said), 6, process.stdout)
        for line, expected in zip(said, ('str"', 'bytes"',
                                         'BufferedRandom"', 'BinaryIO"', 'TextIO"',
                                         '"delete_tree" has incompatible type "int"')):
            self.assertIn(expected, line)


PROGRAM = '''
from gi.repository import Tmp

with Tmp.Directory(prefix='a') as path:
    reveal_type(path)
directory = Tmp.Directory(b's', dir=b'/')
reveal_type(directory.name)
with directory.new_file() as file:
    reveal_type(file)
_file, stream = directory.new_file()
reveal_type(Tmp.SpooledStream(directory, 5).makefile())
reveal_type(directory.new_file().makefile('w+', newline=''))
Tmp.delete_tree(5)
'''

OTHERS = {
    'GObject': '''
class GFlags(int): ...
class Object:
    class Props: ...
''',
    'Gio': '''
from gi.repository import GObject
class AsyncInitable: ...
class AsyncResult: ...
class Cancellable(GObject.Object): ...
class File: ...
class IOStream(GObject.Object): ...
class FileIOStream(IOStream): ...
class Initable: ...
class Seekable: ...
''',
}


if __name__ == '__main__':
    unittest.main()
