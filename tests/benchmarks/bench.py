#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Measure deletion, and what a program notices of it, beside its peers.

Prints a table for each row, and writes all of them as JSON and draws them as SVG.
The peers of a row take turns, in another order each round; each has a tree of its
own, like that of the others, made before anything is deleted, and synced.
"""

import argparse
import contextlib
import pathlib
import signal
import sys

import places
import rows_around
import rows_deletion
from places import Failed, Missing
from session import Session
from table import US

ROWS = {row.__name__: row for row in (
    rows_deletion.disk, rows_deletion.memory, rows_deletion.xfs, rows_deletion.btrfs,
    rows_deletion.wide, rows_deletion.deep, rows_deletion.growth,
    rows_around.create, rows_around.unref, rows_around.loop, rows_around.pool,
    rows_around.spooled,
    rows_deletion.fuse, rows_deletion.sftp, rows_around.size)}
TREES = list(places.trees_to_delete(1, []))
# Times smaller, and rounds
QUICK = 10, 3
SMOKE = 1000, 1


def names_of(allowed):
    def parse(text):
        names = text.split(',')
        unknown = [name for name in names if name not in allowed]
        if unknown:
            raise argparse.ArgumentTypeError(f'{", ".join(unknown)}: there are {", ".join(allowed)}')
        return names
    return parse


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, prog='run.sh bench',
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add, peers = parser.add_argument, list(rows_deletion.DELETERS)
    add('--build', type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    add('--quick', action='store_true', help='fewer trees, ten times smaller, and 3 rounds: some minutes')
    add('--smoke', action='store_true', help='next to nothing and one round, to see that it works')
    add('--rounds', type=int, help='else 5')
    add('--rows', type=names_of(ROWS), default=list(ROWS), metavar='A,B', help=f'of {", ".join(ROWS)}')
    add('--trees', type=names_of(TREES), metavar='A,B', help=f'of {", ".join(TREES)}')
    add('--copy', type=pathlib.Path, action='append', default=[], metavar='DIR',
        help='delete copies of this directory, too: of the source of a kernel, of a real node_modules')
    add('--peers', type=names_of(peers), default=peers, metavar='A,B', help=f'of {", ".join(peers)}; the first '
        'two are always there')
    add('--on', type=names_of(('disk', 'memory')), metavar='A,B',
        help='of disk, memory: where rows are measured that could be measured on both; else there, or with --quick '
        'in memory')
    add('--dir', type=pathlib.Path, help='on the disk to measure; else in the build directory')
    add('--images', type=pathlib.Path, metavar='DIR', help='where the images of loop devices go; else on that disk')
    add('--output', type=pathlib.Path, help='the results, without .json and .svg; else in the build directory')
    add('--keep', action='store_true', help='keep what is there and is not measured anew: so that not all has to be '
        'measured at once')
    args = parser.parse_args()

    args.all_rows = list(ROWS)
    args.scale, rounds = SMOKE if args.smoke else QUICK if args.quick else (1, 5)
    args.rounds = args.rounds or rounds
    args.copy = [path.resolve() for path in args.copy]
    if args.quick:
        args.trees = args.trees or ['small', 'tiny']
        args.on = args.on or ['memory']
    args.on = args.on or ['disk', 'memory']
    if args.trees:
        args.trees += [path.name for path in args.copy]
    args.build = args.build.resolve()
    args.dir = (args.dir or args.build / 'tests').resolve()
    args.output = args.output or args.build / 'benchmarks'
    return args


def sum_up(session, failures):
    if session.args.scale == 1:
        goals = [(table, goal) for table in session.tables for goal in table.goals]
        short = [(table, goal) for table, goal in goals if not goal['reached']]
        print(f'\n{len(goals) - len(short)} of {len(goals)} goals reached')
        for table, goal in short:
            print(f'  short: {table.row}, {table.label}: {goal["goal"]}: {goal["value"]}')
    for failure in failures:
        print(f'  failed: {failure}')
    for skipped in session.skipped:
        print(f'  skipped: {skipped["what"]}: {skipped["reason"]}')
    print(f'{session.args.output}.json, .svg')


def main():
    args, failures = parse_arguments(), []
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)

    with contextlib.ExitStack() as stack:
        session = Session(args, stack)
        # Called first: no second Ctrl-C while the rest is removed
        stack.callback(signal.signal, signal.SIGINT, signal.SIG_IGN)
        try:
            for name in args.rows:
                try:
                    ROWS[name](session)
                except Missing as error:
                    session.skip(name, str(error))
                except Failed as error:
                    failures.append(f'{name}: {error}')
        except KeyboardInterrupt:
            session.progress('')
            print('\ninterrupted')
            return 130

    failures += [f'{table.row}, {table.label}: {peer}: {reason}'
                 for table in session.tables for peer, reason in table.failed.items()]
    sum_up(session, failures)
    # To fall short is a result, to fail is not.
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main())
