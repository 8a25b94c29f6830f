# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What all rows share: how programs are run, and how peers take turns."""

import contextlib
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import typing

import places
import plot
import table as tables
from places import Failed, Missing, check

# See Place.forgets_late, in seconds
REST = 65


class Peer(typing.NamedTuple):
    """Something that is measured: a function of the path of its tree, if it wants one, that
    returns one sample"""
    run: typing.Callable
    tree: places.Tree | None = None


class Session:
    def __init__(self, args, stack):
        self.args = args
        self.programs = args.build / 'tests' / 'benchmarks'
        self.trees = places.trees_to_delete(args.scale, args.copy)
        self.tables, self.skipped, self.idle_memory = [], [], {}
        self.heading, self.started, self.last_run = '', time.monotonic(), -REST
        self.disk = places.work_place(stack, args.dir)
        self.images = places.work_place(stack, args.images) if args.images else self.disk
        self.memory = None
        if places.file_system_of('/dev/shm') == 'tmpfs':
            self.memory = places.work_place(stack, '/dev/shm')
        self.env = dict(os.environ, TMPDIR=str(self.disk.path), XDG_STATE_HOME=str(self.disk.path),
                        GIO_USE_VFS='local', LC_ALL='C.UTF-8')

    def size(self, count):
        return max(1, count // self.args.scale)

    def chosen_places(self):
        """Those of a row that is measured on the disk and in memory"""
        return [place for name in self.args.on if (place := getattr(self, name))]

    # What is shown

    def progress(self, text):
        if sys.stderr.isatty():
            line = f'{int(time.monotonic() - self.started):5} s  {self.heading}  {text}' if text else ''
            sys.stderr.write('\r\033[K' + line[:shutil.get_terminal_size().columns - 1])
            sys.stderr.flush()

    def skip(self, what, reason):
        if {'what': what, 'reason': reason} not in self.skipped:
            self.skipped.append({'what': what, 'reason': reason})
            self.progress('')
            print(f'\nskipped: {what}: {reason}', flush=True)

    def finish(self, table):
        self.progress('')
        table.finish()
        # They are meant for the full size.
        table.print(with_goals=self.args.scale == 1)
        sys.stdout.flush()
        self.tables.append(table)
        self.write()

    def write(self):
        """After each table: what comes later may be interrupted."""
        path, kept = pathlib.Path(f'{self.args.output}.json'), []
        memory = round(os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / (1 << 30))
        machine = f'{os.cpu_count()} processors, {memory} GiB, Linux {platform.release().split("-")[0]} {platform.machine()}'
        measured = {(table.row, table.label) for table in self.tables}
        if self.args.keep and path.exists():
            kept = [old for old in json.loads(path.read_text(encoding='utf-8'))['tables']
                    if (old['row'], old['label']) not in measured]
        # With --keep, these need not be the same for all.
        how = {'rounds': self.args.rounds, 'times_smaller': self.args.scale, 'machine': machine}
        done = kept + [{**table.as_json(), **how} for table in self.tables]
        results = {
            'skipped': self.skipped,
            'tables': sorted(done, key=lambda one: self.args.all_rows.index(one['row'])),
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(tables.dump(results), encoding='utf-8')
        path.with_suffix('.svg').write_text(plot.svg(results), encoding='utf-8')

    # How it is measured

    def program(self, name):
        path = self.programs / name
        return str(path) if path.exists() else None

    def run(self, command, nofile=0, env=()):
        """One process: its seconds, its peak memory, and what it printed as JSON"""
        command = [self.program(command[0]) or command[0], *map(str, command[1:])]
        result = subprocess.run([self.program('launch'), str(nofile), *command], env={**self.env, **dict(env)},
                                text=True, check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.last_run = time.monotonic()
        if result.returncode != 0:
            message = result.stderr.strip().splitlines() or [f'exit status {result.returncode}']
            # 77 is how a test says that it is skipped.
            error = Missing if result.returncode == 77 else Failed
            raise error(message[-1].replace(str(self.disk.path), '…'))
        *printed, launched = result.stdout.splitlines()
        seconds, peak = launched.split()
        return {**(json.loads(printed[-1]) if printed else {}), 'seconds': float(seconds), 'peak_kib': int(peak)}

    def over_idle(self, command, nofile, peak):
        """Peak memory without that of the same program with nothing to delete"""
        key = (*command, nofile)
        if key not in self.idle_memory:
            nothing = self.disk.path / 'missing'
            with contextlib.suppress(Failed):
                self.idle_memory[key] = statistics.median(
                    self.run([*command, nothing], nofile)['peak_kib'] for _ in range(5))
        return peak - self.idle_memory.get(key, 0)

    def deleter(self, command, tree, nofile=0):
        """A peer: a process that deletes the path which is added to its arguments"""
        def run(path):
            sample = self.run([*command, path], nofile)
            if os.path.lexists(path):
                raise Failed('left something')
            return {**sample, 'entries': tree.entries,
                    'over_idle_kib': self.over_idle(command, nofile, sample['peak_kib'])}
        return Peer(run, tree)

    def rest(self, place):
        while place.forgets_late and self.args.scale == 1 and time.monotonic() < self.last_run + REST:
            self.progress('waiting until ext4 forgets what was deleted')
            time.sleep(1)

    def make(self, place, tree):
        """In a directory of its own, which is removed afterwards"""
        kib, entries = place.room()
        if kib < tree.kib or entries < tree.entries:
            raise Missing('not enough room for the trees')
        path = pathlib.Path(tempfile.mkdtemp(prefix='tree-', dir=place.path)) / 'tree'
        try:
            tree.make(self.program('make-tree'), path)
        except BaseException:
            places.remove(path.parent)
            raise
        return path

    def in_turn(self, table, place, peers):
        """Peers are named; each round they go in another order. The trees of as
        many rounds as there is room for are made before anything is deleted, so
        that making one does not meet what deleting another has left to be done."""
        names, trees = list(peers), [peer.tree for peer in peers.values() if peer.tree]
        # So that in few rounds each is once early and once late
        step = 3 if len(names) % 3 else 1
        rounds = [(i, names[i * step % len(names):] + names[:i * step % len(names)])
                  for i in range(self.args.rounds)]

        while rounds:
            made = {}
            try:
                if trees:
                    self.rest(place)
                kib, entries = place.room()
                at_once = 1
                while rounds and len(made) < at_once:
                    i, order = rounds.pop(0)
                    made[i] = order, {}
                    for name in order:
                        self.heading = f'{table.row}, {table.label}: round {i + 1} of {self.args.rounds}: {name}:'
                        if peers[name].tree and name not in table.failed:
                            self.progress('making the tree')
                            made[i][1][name] = self.make(place, peers[name].tree)
                    if trees:
                        at_once = min(kib // (1 + sum(tree.kib for tree in trees)),
                                      entries // (1 + sum(tree.entries for tree in trees)))

                for i, (order, paths) in made.items():
                    for name in order:
                        self.heading = f'{table.row}, {table.label}: round {i + 1} of {self.args.rounds}: {name}:'
                        if name not in table.failed:
                            check(['sync', '-f', place.path])
                            self.progress('working')
                            self.sample(table, name, peers[name], paths.get(name))
            finally:
                for path in [path for _, paths in made.values() for path in paths.values()]:
                    self.progress('removing')
                    places.remove(path.parent)
        self.progress('')

    @staticmethod
    def sample(table, name, peer, path):
        try:
            table.samples.setdefault(name, []).append(peer.run(path) if path else peer.run())
        except Missing:
            raise
        except Failed as error:
            table.failed[name] = str(error)
            table.samples.pop(name)
