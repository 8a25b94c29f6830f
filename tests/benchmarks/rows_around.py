# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Rows about what a program notices of the library: its calls, its main loop, its size."""

import re
import shutil

import places
from places import Failed, Tree, check
from rows_deletion import PYTHON
from session import Peer
from table import US, Table

PYTHON_CREATE = '''
import json, sys, tempfile, time
start = time.monotonic()
for _ in range(int(sys.argv[2])):
    tempfile.TemporaryDirectory(dir=sys.argv[1]).cleanup()
print(json.dumps({'inside_s': time.monotonic() - start}))
'''
PYTHON_SPOOLED = '''
import json, sys, tempfile, time
piece, start = b'x' * 4096, time.monotonic()
for _ in range(int(sys.argv[3])):
    with tempfile.SpooledTemporaryFile(int(sys.argv[2]), dir=sys.argv[1]) as file:
        for _ in range(256):
            file.write(piece)
print(json.dumps({'inside_s': time.monotonic() - start}))
'''
CREATORS = {
    US: ['bench-create', 'tmp'],
    'mkdtemp + rmdir': ['bench-create', 'raw'],
    'like libglnx': ['bench-create', 'glnx'],
    'Python tempfile': [*PYTHON, PYTHON_CREATE],
    'QTemporaryDir': ['peer-qt', 'create'],
}


def create(session):
    for place in session.chosen_places():
        if place.forgets_late:
            # All would be measured with ever more deleted inodes.
            with places.loop_device('ext4', 'e2fsprogs', session.disk, session.images) as loop:
                create_in(session, loop)
        else:
            create_in(session, place)


def create_in(session, place):
    count = session.size(20000)

    def peer(command):
        def run():
            sample = session.run([*command, place.path, count])
            return {**sample, 'each_us': sample['inside_s'] / count * 1e6}
        return Peer(run)

    table = Table('create', place.name, f'create and drop an empty directory, {count:,} times', place.name,
                  'each_us', 'µs', 'mkdtemp + rmdir')
    peers = dict(CREATORS)
    if not session.program('peer-qt'):
        session.skip('QTemporaryDir', 'not built, needs qtbase5-dev')
        del peers['QTemporaryDir']
    session.in_turn(table, place, {name: peer(command) for name, command in peers.items()})
    table.goal('≤ 2 times raw system calls', table.ratio(US) >= 0.5, f'{1 / max(table.ratio(US), 1e-9):.2f} times')
    table.ahead_goal(['Python tempfile', 'QTemporaryDir'])
    session.finish(table)


def system_calls_of_unref(session, place):
    """Those of the calling thread: the first time, and the most of three later ones"""
    trees, trace = [session.make(place, Tree('', 'nested', 1, 1, 0)) for _ in range(3)], session.disk.path / 'trace'
    try:
        session.run(['strace', '-f', '-qq', '-o', trace, session.program('bench-unref'), *trees])
    finally:
        for tree in trees:
            places.remove(tree.parent)

    lines = [line.split(None, 1) for line in trace.read_text(errors='replace').splitlines()]
    counts, inside = [], False
    for call in (text for pid, text in lines if pid == lines[0][0]):
        if '"/bench-begin"' in call:
            inside = True
            counts.append(0)
        elif '"/bench-end"' in call:
            inside = False
        elif inside and not call.startswith(('<...', '+++', '---')):
            counts[-1] += 1
    if len(counts) != 4:
        raise Failed('strace has not shown four drops')
    return counts[0], max(counts[1:])


def unref(session):
    def run(path):
        sample = session.run(['bench-unref', path])
        if path.exists() or len(list(path.parent.iterdir())):
            raise Failed('left something')
        return {**sample, 'unref_us': sample['us'][0]}

    many = session.size(1000000)
    for place in session.chosen_places():
        # One of each in a process: what is repeated has warm caches.
        peers = {'1 entry': Peer(run, Tree('', 'nested', 1, 0, 0)),
                 f'{many:,} entries': Peer(run, Tree('', 'nested', max(1, many // 100), min(100, many), 0))}
        table = Table('unref', place.name, 'the last one, with a tree inside', place.name, 'unref_us', 'µs', None)
        session.in_turn(table, place, peers)
        small, large = (table.median(name) for name in peers)
        table.goal('same time, within 1.5 times and 10 µs', max(small, large) <= 1.5 * min(small, large) + 10,
                   f'{small:.0f} and {large:.0f} µs')
        table.goal('≤ 100 µs at the median', max(small, large) <= 100, f'{max(small, large):.0f} µs')
        if shutil.which('strace'):
            first, later = system_calls_of_unref(session, place)
            table.goal('≤ 5 system calls', later <= 5, f'{later}, the first time {first}')
        else:
            session.skip('unref, system calls', 'needs strace')
        session.finish(table)


def loop(session):
    tree = Tree('', 'nested', session.size(10000), 100, 0)

    def peer(mode):
        def run(path):
            sample = session.run(['bench-loop', mode, path])
            if path.exists():
                raise Failed('left something')
            return sample
        return Peer(run, tree)

    for place in session.chosen_places():
        table = Table('loop', place.name, f'a 1 ms timer while {session.size(10000) * 100:,} files are deleted, '
                      '99.9th percentile of the time between two calls', place.name, 'p999_ms', 'ms', None)
        session.in_turn(table, place, {
            'idle loop': Peer(lambda: session.run(['bench-loop', 'idle', 1 if session.args.scale > 1 else 5])),
            US: peer('tmp'),
            'g_file_delete_async': peer('gio-async'),
        })
        table.goal('≤ 25 ms at the 99.9th percentile', table.median(US) <= 25, f'{table.median(US):.1f} ms')
        worst = max(table.values(US, 'max_ms'), default=float('nan'))
        table.goal('≤ 50 ms at most', worst <= 50, f'{worst:.1f} ms')
        session.finish(table)


def pool(session):
    trees, files = session.size(200), 2000 if session.args.scale == 1 else 100
    tree = Tree('', 'flat', trees, files, 0)

    def peer(mode):
        def run(path):
            sample = session.run(['bench-pool', mode, path])
            if any(path.iterdir()):
                raise Failed('left something')
            return sample
        return Peer(run, tree)

    for place in session.chosen_places():
        table = Table('pool', place.name, f'the first g_file_query_info_async() after {trees} deletions of {files} '
                      'files have been begun', place.name, 'first_ms', 'ms', None)
        session.in_turn(table, place, {
            # There is nothing in it.
            'idle': Peer(lambda: session.run(['bench-pool', 'idle', place.path])),
            US: peer('tmp'),
            "in GTask's pool": peer('gtask'),
        })
        table.goal('≤ 5 ms', table.median(US) <= 5,
                   f'{table.median(US):.2f} ms, and at most {table.median(US, "max_ms"):.2f} ms')
        session.finish(table)


def spooled(session):
    count = session.size(500)

    def peer(command):
        def run():
            sample = session.run([*command, count])
            return {**sample, 'each_us': sample['inside_s'] / count * 1e6}
        return Peer(run)

    for place in session.chosen_places():
        for mode, max_size in ('memory', 2 << 20), ('rolled', 1 << 19):
            label = f'{place.name}, {"in memory" if mode == "memory" else "rolled over"}'
            table = Table('spooled', label, f'write 1 MiB in pieces of 4 KiB to a spooled stream that keeps '
                          f'{max_size >> 10} KiB in memory, {count} times', place.name, 'each_us', 'µs', 'GFileIOStream')
            session.in_turn(table, place, {
                US: peer(['bench-spooled', mode, place.path]),
                'Python tempfile': peer([*PYTHON, PYTHON_SPOOLED, place.path, max_size]),
                'GFileIOStream': peer(['bench-spooled', 'file', place.path]),
            })
            table.goal('no slower than GFileIOStream', table.ratio(US) >= 0.95, f'{table.ratio(US):.2f} times as fast')
            session.finish(table)


def size(session):
    library = next((session.args.build / 'tmpdir-glib').glob('libtmpdir-glib-1.so.?'))
    stripped = session.disk.path / 'stripped'
    table = Table('size', 'stripped', 'the library', 'ELF', 'kib', 'KiB', None)
    check(['strip', '-o', stripped, library])
    needed = set(re.findall(r'NEEDED.*\[(.*?)\.so', check(['readelf', '-d', stripped])))
    table.samples[US] = [{'kib': stripped.stat().st_size / 1024}]
    table.goal('≤ 120 KiB', table.median(US) <= 120, f'{table.median(US):.0f} KiB')
    table.goal('GLib, GObject, GIO only', needed <= {'libglib-2.0', 'libgobject-2.0', 'libgio-2.0', 'libc'},
               ', '.join(sorted(needed)))
    session.finish(table)
