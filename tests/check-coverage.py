#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""check-coverage.py GIR: shows where the tests use each public symbol, language by
language, and fails if there is one that the tests of a language do not use."""

import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

TESTS = pathlib.Path(__file__).parent
CORE = '{http://www.gtk.org/introspection/core/1.0}'
C = '{http://www.gtk.org/introspection/c/1.0}'

SOURCES = {
    'C': ['*.c', 'hostile/*.c', 'sftp/*.c'],
    'Python': ['python/*.py', 'sftp/*.py'],
    'JavaScript': ['js/*.js', 'sftp/*.js'],
    'Vala': ['vala/*.vala', 'sftp/*.vala'],
}

# What a language has no use for, and why
PROMISE = 'await calls it'
YIELD = 'yield calls it'


def excuse(language, kind, name):
    if kind in ('method', 'function') and name.endswith('_finish'):
        return {'JavaScript': PROMISE, 'Vala': YIELD}.get(language)
    if kind == 'constructor' and name == 'create_finish':
        return {'JavaScript': PROMISE, 'Vala': YIELD}.get(language)
    return None


def patterns(kind, owner, name, identifier):
    """How each language spells it; owner is the class or the enumeration."""
    either = re.sub('[-_]', '[-_]', name)

    if kind == 'property':
        text = rf'\b{either}\b'
        return {'C': rf'"{either}"', 'Python': text, 'JavaScript': text, 'Vala': text}
    if kind == 'member':
        text = rf'\b{owner}\.{name.upper()}\b'
        # Vala knows the type, and takes the name alone; in JavaScript it may have been
        # taken out of the enumeration.
        return {'C': rf'\b{identifier}\b', 'Python': text,
                'JavaScript': rf'{text}|\{{[^}}]*\b{name.upper()}\b[^}}]*\}} = Tmp\.{owner}\b',
                'Vala': rf'\b{name.upper()}\b'}
    if kind == 'constructor' and name == 'new':
        return {'C': rf'\b{identifier} \(', 'Python': rf'\bTmp\.{owner}(\.new)?\(',
                'JavaScript': rf'new Tmp\.{owner}\(', 'Vala': rf'new Tmp\.{owner} \('}
    if kind == 'constructor' and name.startswith('new_'):
        text = rf'\bTmp\.{owner}\.{name}\b'
        return {'C': rf'\b{identifier} \(', 'Python': text, 'JavaScript': text,
                'Vala': rf'new Tmp\.{owner}\.{name[4:]} \('}
    if kind == 'constant':
        text = rf'\bTmp\.{name}\b'
        return {'C': rf'\b{identifier}\b', 'Python': text, 'JavaScript': text, 'Vala': text}

    text = rf'\bTmp\.{name}\b' if owner is None else rf'\.{name}\b'
    return {'C': rf'\b{identifier}\b', 'Python': text, 'JavaScript': text, 'Vala': text}


def symbols(gir):
    """Yields kind, owner, name and the identifier in C of everything public."""
    namespace = ElementTree.parse(gir).getroot().find(f'{CORE}namespace')

    for function in namespace.iterfind(f'{CORE}function'):
        yield 'function', None, function.get('name'), function.get(f'{C}identifier')
    for constant in namespace.iterfind(f'{CORE}constant'):
        yield 'constant', None, constant.get('name'), constant.get(f'{C}type')
    for enumeration in [*namespace.iterfind(f'{CORE}bitfield'),
                        *namespace.iterfind(f'{CORE}enumeration')]:
        for member in enumeration.iterfind(f'{CORE}member'):
            yield ('member', enumeration.get('name'), member.get('name'),
                   member.get(f'{C}identifier'))
    for class_ in namespace.iterfind(f'{CORE}class'):
        for kind in 'constructor', 'function', 'method':
            for call in class_.iterfind(f'{CORE}{kind}'):
                if call.get('introspectable') != '0':
                    yield kind, class_.get('name'), call.get('name'), call.get(f'{C}identifier')
        for property_ in class_.iterfind(f'{CORE}property'):
            yield 'property', class_.get('name'), property_.get('name'), None


def main(gir):
    texts = {language: {path: path.read_text()
                        for pattern in globs for path in sorted(TESTS.glob(pattern))}
             for language, globs in SOURCES.items()}
    missing = 0

    print(f'{"":48}' + ''.join(f'{language:28}' for language in SOURCES))
    for kind, owner, name, identifier in symbols(gir):
        shown = f'{owner}.{name}' if owner else name
        line = f'{shown + (" (property)" if kind == "property" else ""):48}'
        for language, pattern in patterns(kind, owner, name, identifier).items():
            places = [path.stem for path, text in texts[language].items()
                      if re.search(pattern, text)]
            reason = excuse(language, kind, name)
            if places:
                more = f' +{len(places) - 1}' if len(places) > 1 else ''
                cell = places[0] + more
            elif reason:
                cell = f'({reason})'
            else:
                cell = 'MISSING'
                missing += 1
            line += f'{cell:28}'
        print(line.rstrip())

    if missing:
        print(f'{missing} are missing', file=sys.stderr)
    return 1 if missing else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
