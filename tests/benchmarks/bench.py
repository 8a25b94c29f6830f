#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Measure deletion beside its peers.

Prints a table for each row, and writes all of it as results.json and, for what
can be compared with 'rm -rf', as results.svg. The peers of a row take turns, in
another order each round; each gets a tree of its own, synced before it is deleted.
"""

import argparse
import collections
import contextlib
import json
import os
import pathlib
import platform
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import plot

US = 'tmpdir-glib'
RM = 'rm -rf'
KIB = 1024

# name: what it is, arguments of make-tree, and both for --quick
TREES = {
    'small': (('44 small files in each of 10×10×10 directories', 'grid 700 10 10 10 44'),
              ('20 small files in each of 3×3×3 directories', 'grid 700 3 3 3 20')),
    'share': (('a copy of /usr/share', '/usr/share'),
              ('a copy of /usr/share/zoneinfo', '/usr/share/zoneinfo')),
    'modules': (('like a node_modules, 400 packages', 'modules 400'),
                ('like a node_modules, 7 packages', 'modules 7')),
    'cache': (('a flat cache, 256 directories of 200 files', 'grid 700 256 200'),
              ('a flat cache, 8 directories of 100 files', 'grid 700 8 100')),
    'tiny': (('20,000 directories of one file', 'grid 100 20000 1'),
             ('400 directories of one file', 'grid 100 400 1')),
}

RMTREE = 'import os, shutil, sys; os.path.lexists(sys.argv[1]) and shutil.rmtree(sys.argv[1])'
PYTHON_CREATE = '''
import json, sys, tempfile, time
start = time.monotonic()
for _ in range(int(sys.argv[2])):
    tempfile.TemporaryDirectory(dir=sys.argv[1]).cleanup()
print(json.dumps({'seconds': time.monotonic() - start}))
'''
PYTHON = [sys.executable, '-I', '-S', '-c']

# Whole processes that delete the path which is added to their arguments. The
# package is named if the program was not built.
DELETERS = {
    US: (['bench-delete', 'tmp'], ''),
    RM: (['rm', '-rf'], ''),
    'shutil.rmtree': ([*PYTHON, RMTREE], ''),
    'std::filesystem': (['peer-std'], 'g++'),
    'QDir': (['peer-qt', 'delete'], 'qtbase5-dev'),
    'DzlDirectoryReaper': (['peer-dazzle'], 'libdazzle-1.0-dev'),
    'GFileEnumerator': (['bench-delete', 'gio'], ''),
    'g_file_delete_async': (['bench-delete', 'gio-async'], ''),
}

Place = collections.namedtuple('Place', 'path file_system reuses_late', defaults=[False])

# ext4 without a journal gives no inode to a new file that was deleted less than
# a minute ago, and each new file looks at all of them: a large tree made after
# one was deleted takes many minutes. So it is made before, or after a rest.
REST = 65


class Failed(Exception):
    """Something could not be run, or did not do what it was to do."""


class Table:
    """The samples of one table: for each peer, a dictionary of each round."""

    def __init__(self, row, title, file_system, key='seconds', unit='s', reference=RM):
        self.row, self.title, self.file_system = row, title, file_system
        self.key, self.unit, self.reference = key, unit, reference
        self.samples, self.failed, self.goals = {}, {}, []

    def values(self, peer, key=None):
        return [sample[key or self.key] for sample in self.samples[peer]]

    def median(self, peer, key=None):
        """NaN, which reaches no goal, if there is none"""
        return statistics.median(self.values(peer, key)) if peer in self.samples else float('nan')

    def ratio(self, peer):
        """How many times as fast as the reference"""
        return self.median(self.reference) / max(self.median(peer), 1e-9)

    def goal(self, text, reached, value):
        self.goals.append({'goal': text, 'reached': bool(reached), 'value': value})

    def ahead_of_all(self):
        others = {peer: self.median(peer) for peer in self.samples if peer != US}
        best = min(others, key=others.get, default='nobody')
        self.goal('ahead of every peer', self.median(US) < others.get(best, 0),
                  f'{others.get(best, 0) / max(self.median(US), 1e-9):.2f} times {best}')

    def ratio_goal(self, least):
        self.goal(f'≥ {least} times {self.reference}', self.ratio(US) >= least, f'{self.ratio(US):.2f} times')

    def memory_goal(self, most):
        over = self.median(US, 'over_idle_kib') / KIB
        self.goal(f'peak memory ≤ {most} MiB over idle', over <= most, f'{over:.2f} MiB')

    def print(self):
        print(f'\n{self.row}: {self.title}; {self.file_system}')
        memory = any('over_idle_kib' in sample for samples in self.samples.values() for sample in samples)
        further = [key for key in ('p999_ms', 'max_ms', 'first_us', 'system_calls')
                   if key != self.key and any(key in s[0] for s in self.samples.values())]
        head = f'  {"":24}{"median":>10}{"least":>10}{"most":>10} {self.unit:6}'
        head += f'{"times " + self.reference:>22}' if self.reference else ''
        print(head + (f'{"memory, MiB":>14}' if memory else '') + ''.join(f'{key:>14}' for key in further))
        for peer in sorted(self.samples, key=self.median):
            values = self.values(peer)
            line = f'  {peer:24}' + ''.join(f'{v:10.3f}' for v in (self.median(peer), min(values), max(values)))
            if self.reference:
                line += f'{self.ratio(peer) if self.reference in self.samples else 0:29.2f}'
            else:
                line += ' ' * 7
            if memory:
                line += f'{self.median(peer, "over_idle_kib") / KIB:14.2f}'
            print(line + ''.join(f'{self.median(peer, key):14.3f}' if key in self.samples[peer][0] else ' ' * 14
                                 for key in further))
        for peer, reason in self.failed.items():
            print(f'  {peer:24}failed: {reason}')
        for goal in self.goals:
            print(f'  {"reached" if goal["reached"] else "SHORT"}: {goal["goal"]}: {goal["value"]}')

    def as_json(self):
        return {'row': self.row, 'title': self.title, 'file_system': self.file_system,
                'measured': self.key, 'unit': self.unit, 'reference': self.reference,
                'median': {peer: self.median(peer) for peer in self.samples},
                'times_reference': {peer: self.ratio(peer) for peer in self.samples
                                    if self.reference in self.samples},
                'goals': self.goals, 'failed': self.failed, 'samples': self.samples}


class Bench:
    def __init__(self, args, stack):
        self.args, self.stack = args, stack
        self.programs = args.build / 'tests' / 'benchmarks'
        self.rounds = args.rounds or (3 if args.quick else 5)
        self.tables, self.skipped, self.idle_memory = [], [], {}
        self.stock, self.last_run = {}, -REST
        self.heading, self.started = '', time.monotonic()
        self.disk = self.work_place(args.dir)
        self.env = dict(os.environ, TMPDIR=str(self.disk.path), XDG_STATE_HOME=str(self.disk.path),
                        GIO_USE_VFS='local', LC_ALL='C.UTF-8')
        self.tmpfs = None
        if file_system_of('/dev/shm') == 'tmpfs':
            self.tmpfs = self.work_place('/dev/shm')

    def size(self, full, quick):
        return quick if self.args.quick else full

    def work_place(self, parent):
        path = pathlib.Path(tempfile.mkdtemp(prefix='tmpdir-glib-bench-', dir=parent))
        self.stack.callback(remove, path)
        device = os.path.basename(check(['findmnt', '-n', '-o', 'SOURCE', '-T', path]).split()[-1])
        file_system = file_system_of(path)
        journals = pathlib.Path('/proc/fs/jbd2').glob(f'{device}-*')
        return Place(path, file_system, file_system == 'ext4' and not any(journals))

    # What is shown

    def progress(self, text):
        if sys.stderr.isatty():
            line = f'{int(time.monotonic() - self.started):5} s  {self.heading}  {text}' if text else ''
            sys.stderr.write('\r\033[K' + line[:shutil.get_terminal_size().columns - 1])
            sys.stderr.flush()

    def skip(self, what, reason):
        if (what, reason) not in self.skipped:
            self.skipped.append((what, reason))
            self.progress('')
            print(f'\nskipped: {what}: {reason}')

    def finish(self, table):
        self.progress('')
        table.print()
        sys.stdout.flush()
        self.tables.append(table)
        self.write()

    def write(self):
        self.args.output.mkdir(parents=True, exist_ok=True)
        with open('/proc/meminfo', encoding='ascii') as meminfo:
            memory = int(meminfo.readline().split()[1]) // KIB
        results = {
            'date': time.strftime('%Y-%m-%d'),
            'machine': {'kernel': platform.release(), 'architecture': platform.machine(),
                        'processors': os.cpu_count(), 'memory_mib': memory},
            'quick': self.args.quick,
            'rounds': self.rounds,
            'skipped': [{'what': what, 'reason': reason} for what, reason in self.skipped],
            'tables': [table.as_json() for table in self.tables],
        }
        (self.args.output / 'results.json').write_text(json.dumps(results, indent=1, ensure_ascii=False) + '\n',
                                                       encoding='utf-8')
        (self.args.output / 'results.svg').write_text(plot.svg(results, US, RM), encoding='utf-8')

    # How it is measured

    def program(self, name):
        path = self.programs / name
        return str(path) if path.exists() else None

    def run(self, command, nofile=0):
        """One process: its seconds, its peak memory, and what it printed as JSON."""
        command = [self.program(command[0]) or command[0], *map(str, command[1:])]
        result = subprocess.run([self.program('launch'), str(nofile), *command], env=self.env, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        self.last_run = time.monotonic()
        if result.returncode != 0:
            message = result.stderr.strip().splitlines() or [f'exit status {result.returncode}']
            raise Failed(message[-1].replace(str(self.disk.path), '…'))
        *printed, launched = result.stdout.splitlines()
        seconds, peak = launched.split()
        return {'seconds': float(seconds), 'peak_kib': int(peak), **(json.loads(printed[-1]) if printed else {})}

    def over_idle(self, command, nofile, peak):
        """Peak memory without that of the same program with nothing to delete"""
        key = (*command, nofile)
        if key not in self.idle_memory:
            nothing = self.disk.path / 'missing'
            with contextlib.suppress(Failed):
                self.idle_memory[key] = statistics.median(
                    self.run([*command, nothing], nofile)['peak_kib'] for _ in range(5))
        return peak - self.idle_memory.get(key, 0)

    def rest(self, place):
        while place.reuses_late and not self.args.quick and time.monotonic() < self.last_run + REST:
            self.progress('waiting until ext4 forgets what was deleted')
            time.sleep(1)

    def prepare(self, table, place, arguments, count):
        """Make the trees of all rounds now, where they could not be made between two deletions"""
        if place.reuses_late and not self.args.quick:
            self.heading = f'{table.row}: {table.title}'
            self.rest(place)
            trees = self.stock.setdefault((place, arguments), [])
            for _ in range(count):
                trees.append(self.make_now(place, arguments))

    def make_now(self, place, arguments):
        self.progress('making the tree')
        tree = pathlib.Path(tempfile.mkdtemp(prefix='tree-', dir=place.path)) / 'tree'
        try:
            if arguments.startswith('/'):
                check(['cp', '-a', arguments, tree])
                entries = len(check(['find', tree, '-printf', '.']))
            else:
                entries = int(check([self.program('make-tree'), tree, *arguments.split()]))
        except Failed:
            remove(tree.parent)
            raise
        return tree, entries

    @contextlib.contextmanager
    def tree(self, place, arguments):
        """A tree on the disk, whose number of entries is known"""
        stock = self.stock.get((place, arguments))
        tree, entries = stock.pop() if stock else self.make_now(place, arguments)
        try:
            check(['sync', '-f', tree])
            self.progress('deleting')
            yield tree, entries
        finally:
            remove(tree.parent)

    def delete(self, place, arguments, command, nofile=0):
        with self.tree(place, arguments) as (tree, entries):
            sample = self.run([*command, tree], nofile)
            if os.path.lexists(tree):
                raise Failed('left something')
        return {**sample, 'entries': entries}

    def in_turn(self, table, peers):
        """Each peer is a function that makes one sample."""
        order = list(peers)
        # So that in few rounds each is once early and once late
        step = 3 if len(order) % 3 else 1
        for i in range(self.rounds):
            for name in order:
                self.heading = f'{table.row}: {table.title}; round {i + 1} of {self.rounds}: {name}'
                self.progress('')
                if name not in table.failed:
                    try:
                        table.samples.setdefault(name, []).append(peers[name]())
                    except Failed as error:
                        table.failed[name] = str(error)
                        table.samples.pop(name)
            order = order[step % len(order):] + order[:step % len(order)]
        for tree, _ in sum(self.stock.values(), []):
            remove(tree.parent)
        self.stock.clear()
        self.progress('')

    def compare(self, table, place, arguments, names, nofile=0):
        """Deletion by whole processes"""
        def peer(command):
            def sample():
                result = self.delete(place, arguments, command, nofile)
                result['over_idle_kib'] = self.over_idle(command, nofile, result['peak_kib'])
                return result
            return sample

        peers = {}
        for name in names:
            command, package = DELETERS[name]
            if package and not self.program(command[0]):
                self.skip(name, f'not built, needs {package}')
            else:
                peers[name] = peer(command)
        self.prepare(table, place, arguments, len(peers) * self.rounds)
        self.in_turn(table, peers)
        if table.samples:
            entries = next(iter(table.samples.values()))[0]['entries']
            table.title += f', {entries:,} entries'

    def trees(self, row, place, names, goals):
        for name, tree in TREES.items():
            if self.args.trees and name not in self.args.trees:
                continue
            title, arguments = self.size(*tree)
            if arguments.startswith('/') and not os.path.isdir(arguments):
                self.skip(f'{row}: {name}', f'no {arguments}')
                continue
            table = Table(row, f'{name}, {title}', place.file_system)
            self.compare(table, place, arguments, names)
            goals(table)
            self.finish(table)

    @contextlib.contextmanager
    def mounted(self, path, command):
        """As root only; command may be a server that stays."""
        path.mkdir()
        process = subprocess.Popen(list(map(str, command)), stderr=subprocess.PIPE, text=True)
        try:
            for _ in range(100):
                if os.path.ismount(path) or process.poll():
                    break
                time.sleep(0.1)
            if not os.path.ismount(path):
                raise Failed(process.communicate(timeout=10)[1].strip() or 'not mounted')
            yield
        finally:
            unmount(path)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            process.stderr.close()

    @contextlib.contextmanager
    def loop_device(self, kind, package):
        mkfs = shutil.which(f'mkfs.{kind}', path=os.environ.get('PATH', '') + ':/usr/sbin:/sbin')
        if os.geteuid() != 0:
            raise Failed('needs root to mount')
        if not mkfs:
            raise Failed(f'needs {package}')

        image, path = self.disk.path / f'{kind}.img', self.disk.path / kind
        try:
            with open(image, 'wb') as file:
                file.truncate(8 << 30)
            check([mkfs, '-q', image])
            with self.mounted(path, ['mount', '-o', 'loop', image, path]):
                yield Place(path, f'{kind}, loop device')
        finally:
            image.unlink(missing_ok=True)

    def where_threads_hurt(self, kind, package):
        def goals(table):
            table.ratio_goal(0.95)
        with self.loop_device(kind, package) as place:
            self.trees(kind, place, [US, RM], goals)

    # The rows

    def row_disk(self):
        def goals(table):
            table.ratio_goal(3)
            table.ahead_of_all()
        self.trees('disk', self.disk, DELETERS, goals)

    def row_memory(self):
        def goals(table):
            table.ratio_goal(1.3)
            table.ahead_of_all()
        self.trees('memory', self.tmpfs, DELETERS, goals)

    def row_xfs(self):
        self.where_threads_hurt('xfs', 'xfsprogs')

    def row_btrfs(self):
        self.where_threads_hurt('btrfs', 'btrfs-progs')

    def row_wide(self):
        count = self.size(1000000, 5000)
        for place in filter(None, (self.disk, self.tmpfs)):
            table = Table('wide', 'one directory', place.file_system)
            self.compare(table, place, f'grid 0 {count}', [US, RM])
            table.ratio_goal(0.95)
            table.memory_goal(2)
            self.finish(table)

    def row_deep(self):
        # On ext4 it would be 4 GiB of directories.
        count = self.size(1000000, 20000)
        table = Table('deep', 'one inside the other, RLIMIT_NOFILE 24', self.tmpfs.file_system)
        self.compare(table, self.tmpfs, f'deep {count}', [US, RM], nofile=24)
        table.ratio_goal(1)
        table.memory_goal(3)
        self.finish(table)

    def row_growth(self):
        sizes = ['10 100', '100 100', '10 100 100', '100 100 100'][:self.size(4, 2)]
        for place in filter(None, (self.disk, self.tmpfs)):
            def peer(size, place=place):
                sample = self.delete(place, f'grid 0 {size}', ['bench-delete', 'tmp'])
                return {**sample, 'us': sample['seconds'] / sample['entries'] * 1e6}

            table = Table('growth', 'time per entry, inside the process', place.file_system, 'us', 'µs', None)
            for size in sizes:
                self.prepare(table, place, f'grid 0 {size}', self.rounds)
            self.in_turn(table, {f'{size.replace(" ", "×")} files': lambda size=size: peer(size) for size in sizes})
            medians = [table.median(name) for name in table.samples]
            spread = max(medians, default=0) / max(min(medians, default=0), 1e-9)
            table.goal('flat within 1.3 times', len(medians) == len(sizes) and spread <= 1.3, f'{spread:.2f} times')
            self.finish(table)

    def row_create(self):
        if self.disk.reuses_late:
            # All would be measured with ever more deleted inodes.
            with self.loop_device('ext4', 'e2fsprogs') as place:
                self.create(place)
        else:
            self.create(self.disk)
        if self.tmpfs:
            self.create(self.tmpfs)

    def create(self, place):
        count = self.size(20000, 500)
        commands = {
            US: ['bench-create', 'tmp'], 'mkdtemp + rmdir': ['bench-create', 'raw'],
            'like libglnx': ['bench-create', 'glnx'], 'Python tempfile': [*PYTHON, PYTHON_CREATE],
            'QTemporaryDir': ['peer-qt', 'create'],
        }
        if not self.program('peer-qt'):
            self.skip('QTemporaryDir', 'not built, needs qtbase5-dev')
            del commands['QTemporaryDir']
        table = Table('create', f'create and drop an empty directory {count:,} times, inside the process',
                      place.file_system, reference='mkdtemp + rmdir')
        self.in_turn(table, {name: lambda command=command: self.run([*command, place.path, count])
                             for name, command in commands.items()})
        table.goal('≤ 2 times raw system calls', table.ratio(US) >= 0.5,
                   f'{1 / max(table.ratio(US), 1e-9):.2f} times')
        for peer in ('Python tempfile', 'QTemporaryDir'):
            if peer in commands:
                table.goal(f'ahead of {peer}', table.median(US) < table.median(peer),
                           f'{table.median(peer) / max(table.median(US), 1e-9):.2f} times')
        self.finish(table)

    def system_calls_of_unref(self, place):
        """Those of the calling thread: the first time, and the most of three later ones"""
        trace = self.disk.path / 'trace'
        self.run(['strace', '-f', '-qq', '-o', trace, self.program('bench-unref'), place.path, '3', 'grid', '0', '1'])
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

    def row_unref(self):
        big = self.size(1000000, 2000) // 100
        # As often for both: what is repeated has warm caches.
        shapes = {'1 entry': '1 grid 0 1', f'{big * 100:,} entries': f'1 grid 0 {big} 100'}
        table = Table('unref', 'the last one, of a tree with', self.disk.file_system, 'median_us', 'µs', None)

        def peer(arguments):
            self.rest(self.disk)
            self.progress('making, dropping and deleting')
            sample = self.run(['bench-unref', self.disk.path, *arguments.split()])
            return {**sample, 'median_us': statistics.median(sample['us'])}

        self.in_turn(table, {name: lambda arguments=arguments: peer(arguments)
                             for name, arguments in shapes.items()})
        small, large = (table.median(name) for name in shapes)
        table.goal('same time, within 1.5 times and 10 µs', max(small, large) <= 1.5 * min(small, large) + 10,
                   f'{small:.0f} and {large:.0f} µs')
        table.goal('≤ 100 µs at the median', max(small, large) <= 100, f'{max(small, large):.0f} µs')
        if not shutil.which('strace'):
            self.skip('unref, system calls', 'needs strace')
        else:
            try:
                first, later = self.system_calls_of_unref(self.disk)
                table.goal('≤ 5 system calls', later <= 5, f'{later}, the first time {first}')
            except Failed as error:
                self.skip('unref, system calls', str(error))
        self.finish(table)

    def row_loop(self):
        count = self.size('100 100', '1 100')
        table = Table('loop', f'1 ms timer while {count.replace(" ", "×")}×100 files are deleted, 99.9th percentile',
                      self.disk.file_system, 'p999_ms', 'ms', None)

        def peer(mode):
            return self.delete(self.disk, f'grid 0 {count} 100', ['bench-loop', mode])

        self.prepare(table, self.disk, f'grid 0 {count} 100', 2 * self.rounds)
        self.in_turn(table, {
            'idle loop': lambda: self.run(['bench-loop', 'idle', self.size(10, 2)]),
            US: lambda: peer('tmp'),
            'g_file_delete_async': lambda: peer('gio-async'),
        })
        table.goal('≤ 25 ms at the 99.9th percentile', table.median(US) <= 25, f'{table.median(US):.1f} ms')
        worst = max(table.values(US, 'max_ms')) if US in table.samples else float('nan')
        table.goal('≤ 50 ms at most', worst <= 50, f'{worst:.1f} ms')
        self.finish(table)

    def row_pool(self):
        shape = self.size('grid 0 200 2000', 'grid 0 20 100')
        trees, files = shape.split()[2:]
        table = Table('pool', f'g_file_query_info_async() while {trees} trees of {files} files are deleted, the first',
                      self.disk.file_system, 'first_ms', 'ms', None)

        def peer(mode):
            with self.tree(self.disk, shape) as (tree, _):
                sample = self.run(['bench-pool', mode, tree])
                if mode != 'idle' and any(tree.iterdir()):
                    raise Failed('left something')
            return sample

        self.prepare(table, self.disk, shape, 3 * self.rounds)
        self.in_turn(table, {'idle': lambda: peer('idle'), US: lambda: peer('tmp'),
                             "in GTask's pool": lambda: peer('gtask')})
        table.goal('≤ 5 ms', table.median(US) <= 5,
                   f'{table.median(US):.2f} ms, and at most {table.median(US, "max_ms"):.2f} ms')
        self.finish(table)

    def row_fuse(self):
        server, backing = self.args.build / 'tests/hostile/fuse-faults', self.disk.path / 'backing'
        if not server.exists():
            raise Failed('not built, needs libfuse3-dev')
        if os.geteuid() != 0:
            raise Failed('needs root to mount')

        count = self.size('20 100', '20 20')
        table = Table('fuse', f'{count.replace(" ", "×")} files, 5 ms for each unlink()', 'FUSE',
                      reference='GFileEnumerator')

        def peer(name):
            path = self.disk.path / 'fuse'
            try:
                with self.tree(Place(backing, ''), f'grid 0 {count}') as (tree, _):
                    with self.mounted(path, [server, backing, path, 'unlink:*:5ms']):
                        sample = self.run([*DELETERS[name][0], path / tree.relative_to(backing)])
                    if os.path.lexists(tree):
                        raise Failed('left something')
                return sample
            finally:
                path.rmdir()

        backing.mkdir()
        self.in_turn(table, {name: lambda name=name: peer(name) for name in (US, RM, 'GFileEnumerator')})
        table.ratio_goal(3)
        self.finish(table)

    def row_size(self):
        library = next((self.args.build / 'tmpdir-glib').glob('libtmpdir-glib-1.so.?'))
        stripped = self.disk.path / 'stripped'
        table = Table('size', 'library file, stripped', 'ELF', 'kib', 'KiB', None)
        check(['strip', '-o', stripped, library])
        needed = set(re.findall(r'NEEDED.*\[(.*?)\.so', check(['readelf', '-d', stripped])))
        table.samples[US] = [{'kib': stripped.stat().st_size / KIB}]
        table.goal('≤ 120 KiB', table.median(US) <= 120, f'{table.median(US):.0f} KiB')
        table.goal('GLib, GObject, GIO only', needed <= {'libglib-2.0', 'libgobject-2.0', 'libgio-2.0', 'libc'},
                   ', '.join(sorted(needed)))
        self.finish(table)


ROWS = [name[len('row_'):] for name in vars(Bench) if name.startswith('row_')]
NEED_TMPFS = ('memory', 'deep')


def check(command):
    result = subprocess.run(list(map(str, command)), text=True, check=False,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if result.returncode != 0:
        raise Failed((result.stderr.strip().splitlines() or [f'{command[0]} failed'])[-1])
    return result.stdout


def remove(path):
    subprocess.run(['rm', '-rf', '--one-file-system', path], check=False)


def file_system_of(path):
    # One mounted over another is listed after it.
    return check(['findmnt', '-n', '-o', 'FSTYPE', '-T', path]).split()[-1]


def unmount(path):
    for _ in range(20):
        if not os.path.ismount(path):
            return
        # Something that was interrupted may need a moment to end.
        subprocess.run(['umount', path], stderr=subprocess.DEVNULL, check=False)
        time.sleep(0.1)
    subprocess.run(['umount', '-l', path], check=False)


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
    parser.add_argument('--build', type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument('--quick', action='store_true', help='small trees and 3 rounds, to see that it works')
    parser.add_argument('--rows', type=names_of(ROWS), default=ROWS, metavar='A,B', help=f'of {", ".join(ROWS)}')
    parser.add_argument('--trees', type=names_of(list(TREES)), metavar='A,B', help=f'of {", ".join(TREES)}')
    parser.add_argument('--dir', type=pathlib.Path, help='on the disk to measure; else in the build directory')
    parser.add_argument('--rounds', type=int, help='else 5')
    parser.add_argument('--output', type=pathlib.Path, help='where the results go; else in the build directory')
    args = parser.parse_args()
    args.build = args.build.resolve()
    args.dir = (args.dir or args.build / 'tests').resolve()
    args.output = args.output or args.build / 'benchmark-results'
    return args


def main():
    args = parse_arguments()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)

    with contextlib.ExitStack() as stack:
        bench = Bench(args, stack)
        # Called first: no second Ctrl-C while the rest is removed
        stack.callback(signal.signal, signal.SIGINT, signal.SIG_IGN)
        try:
            for name in args.rows:
                if name in NEED_TMPFS and not bench.tmpfs:
                    bench.skip(name, '/dev/shm is not a tmpfs')
                    continue
                try:
                    getattr(bench, f'row_{name}')()
                except Failed as error:
                    bench.skip(name, str(error))
        except KeyboardInterrupt:
            bench.progress('')
            print('\ninterrupted')
            return 130

    goals = [(table, goal) for table in bench.tables for goal in table.goals]
    short = [(table, goal) for table, goal in goals if not goal['reached']]
    print(f'\n{len(goals) - len(short)} of {len(goals)} goals reached')
    for table, goal in short:
        print(f'  short: {table.row}: {table.title}; {table.file_system}: {goal["goal"]}: {goal["value"]}')
    for what, reason in bench.skipped:
        print(f'  skipped: {what}: {reason}')
    print(f'{args.output}/results.json, results.svg')

    # To fall short is a result, to fail is not.
    return 1 if any(US in table.failed for table in bench.tables) else 0


if __name__ == '__main__':
    sys.exit(main())
