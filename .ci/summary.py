#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Count what ran, from the testlog.json files that 'meson test' has written.

Lists what failed and what was skipped, with the reason, and ends with one line:
N passed, N failed, N skipped. Fails if anything failed, or if one of the files
is missing or empty.
"""

import argparse
import json
import pathlib
import re
import sys

# One result of a program that speaks TAP
TAP = re.compile(r'^(not )?ok\b(?: +\d+)?(?: +- +)?(.*?)(?: *# *(SKIP|TODO)\b *(.*))?$', re.I | re.M)
# One of 'unittest -v'
UNITTEST = re.compile(r"^(\w+) \(.*\)(?:\n.*)? \.\.\. (ok|FAIL|ERROR|skipped '(.*)')$", re.M)


def points(test):
    """Yield (result, name, reason) of each case that the program tells of."""
    if re.search(r'^1\.\.\d', test.get('stdout', ''), re.M):
        for not_ok, name, directive, reason in TAP.findall(test['stdout']):
            if directive.upper() == 'SKIP':
                yield 'skipped', name.strip(), reason
            elif not_ok and not directive:
                yield 'failed', name.strip(), ''
            else:
                yield 'passed', name.strip(), reason
    else:
        for name, result, reason in UNITTEST.findall(test.get('stderr', '')):
            if result.startswith('skipped'):
                yield 'skipped', name, reason
            else:
                yield 'passed' if result == 'ok' else 'failed', name, ''


def results(test):
    """Yield (result, name, reason); every program has at least one."""
    good = test['result'] in ('OK', 'EXPECTEDFAIL', 'SKIP')
    found = list(points(test))

    for result, name, reason in found:
        yield result, f'{test["name"]} {name}', reason

    # Also a program that fails after its last case, or tells of none
    if not good and 'failed' not in (result for result, _, _ in found):
        yield 'failed', test['name'], test['result'].lower()
    elif not found:
        yield 'skipped' if test['result'] == 'SKIP' else 'passed', test['name'], ''


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--failed', action='append', default=[], metavar='STEP',
                        help='a step that failed as a whole, which counts as one more')
    parser.add_argument('logs', nargs='*', type=pathlib.Path)
    args = parser.parse_args()

    count = {'passed': 0, 'failed': len(args.failed), 'skipped': 0}
    notes = [('failed', f'step {step}', '') for step in args.failed]
    for log in args.logs:
        where = f'{log.stem}: ' if len(args.logs) > 1 else ''
        lines = log.read_text(encoding='utf-8').splitlines() if log.exists() else []
        if not lines:
            count['failed'] += 1
            notes.append(('failed', str(log), 'no test has run'))
        for line in lines:
            for result, name, reason in results(json.loads(line)):
                count[result] += 1
                if result != 'passed':
                    notes.append((result, where + name, reason))

    print()
    for result, name, reason in sorted(notes, reverse=True):
        print(f'{result}: {name}' + (f': {reason}' if reason else ''))
    print('{passed} passed, {failed} failed, {skipped} skipped'.format(**count))
    return 1 if count['failed'] > 0 else 0


if __name__ == '__main__':
    sys.exit(main())
