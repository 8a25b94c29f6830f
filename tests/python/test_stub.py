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
C = '{http://www.gtk.org/introspection/c/1.0}'
GLIB = '{http://www.gtk.org/introspection/glib/1.0}'

CALLS = {CORE + kind for kind in ('constructor', 'function', 'method')}
# What GIR calls it, and how it is called in Python
RETURNS = {
    'gboolean': 'bool', 'gssize': 'int', 'guint64': 'int', 'none': 'None',
    'filename': 'str', 'utf8': 'str', 'Gio.File': 'Gio.File',
    'Directory': 'Directory[str]', 'SpooledStream': 'SpooledStream',
}
# Without one, Python's constructor makes no stream.
ALWAYS = {'tmp_spooled_stream_get_directory': 'Directory[Any]'}

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

    def test_calls(self):
        """Each call of the GIR takes, and gives, what the stub says."""
        calls = 0
        for node in ElementTree.parse(GIR).getroot().find(f'{CORE}namespace').iter():
            name = node.get('name')
            if (node.tag not in CALLS or node.get('introspectable') == '0'
                    or node.get('moved-to')):
                continue
            calls += 1
            identifier = node.get(f'{C}identifier')
            stub = self.callables[identifier]
            with self.subTest(call=identifier):
                parameters = node.findall(f'{CORE}parameters/{CORE}parameter')
                taken = [parameter.get('name') for parameter in parameters
                         if parameter.get('direction') != 'out']
                named = [argument.arg for argument in stub.args.args
                         if argument.arg != 'self']
                if stub.args.vararg:
                    named.append(stub.args.vararg.arg)
                self.assertEqual(named, taken)

                returned = node.find(f'{CORE}return-value')
                given = RETURNS[returned.find(f'{CORE}type').get('name')]
                if returned.get('nullable') == '1':
                    given = f'Optional[{given}]'
                if len(taken) < len(parameters):
                    given = '_NewFile'
                if name.endswith('_async'):
                    # What its _finish gives
                    finish = self.callables[identifier.replace('_async', '_finish')]
                    given = f'Awaitable[{ast.unparse(finish.returns)}]'
                self.assertEqual(ast.unparse(stub.returns), ALWAYS.get(identifier, given))
        self.assertGreater(calls, 30)

    @property
    def callables(self):
        """What each function of C is in the stub."""
        found = {f'tmp_{name}': node for name, node in self.module.items()}
        for name, prefix in ('Directory', 'tmp_directory_'), ('SpooledStream', 'tmp_spooled_stream_'):
            found.update({prefix + member: node
                          for member, node in self.members(name).items()})
        return found

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
