# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Rows about how fast trees are deleted."""

import pathlib
import shlex
import sys

import places
from places import Failed, Missing, Tree
from session import Peer
from table import RM, US, Table

GIO = 'GFileEnumerator'
PYTHON = [sys.executable, '-I', '-S', '-c']
RMTREE = 'import os, shutil, sys; os.path.lexists(sys.argv[1]) and shutil.rmtree(sys.argv[1])'

# Whole processes that delete the path which is added to their arguments. The
# package is named if the program was not built.
DELETERS = {
    US: (['bench-delete', 'tmp'], ''),
    RM: (['rm', '-rf'], ''),
    'shutil.rmtree': ([*PYTHON, RMTREE], ''),
    'std::filesystem': (['peer-std'], 'g++'),
    'QDir': (['peer-qt', 'delete'], 'qtbase5-dev'),
    'DzlDirectoryReaper': (['peer-dazzle'], 'libdazzle-1.0-dev'),
    GIO: (['bench-delete', 'gio'], ''),
    'g_file_delete_async': (['bench-delete', 'gio-async'], ''),
}
US_AND_RM = (US, RM)


def compare(session, table, place, tree, names, nofile=0):
    """Deletion of one tree by whole processes"""
    peers = {}
    for name in names:
        command, package = DELETERS[name]
        if package and not session.program(command[0]):
            session.skip(name, f'not built, needs {package}')
        elif name in session.args.peers or name in US_AND_RM:
            peers[name] = session.deleter(command, tree, nofile)
    session.in_turn(table, place, peers)
    table.title = f'{tree.entries:,} entries: {tree.title}'


def compare_trees(session, row, place, names, goals):
    for name in session.args.trees or session.trees:
        tree = session.trees[name]
        table = Table(row, name, tree.title, place.name)
        try:
            compare(session, table, place, tree, names)
        except Missing as error:
            session.skip(f'{row}, {name}', str(error))
            continue
        goals(table)
        session.finish(table)


def disk(session):
    def goals(table):
        table.ratio_goal(3)
        table.ahead_goal()
    compare_trees(session, 'disk', session.disk, DELETERS, goals)


def memory(session):
    def goals(table):
        table.ratio_goal(1.3)
        table.ahead_goal()
    if not session.memory:
        raise Missing('/dev/shm is not a tmpfs')
    compare_trees(session, 'memory', session.memory, DELETERS, goals)


def where_threads_hurt(session, kind, package):
    with places.loop_device(kind, package, session.disk, session.images) as place:
        compare_trees(session, kind, place, US_AND_RM, lambda table: table.ratio_goal(0.95))


def xfs(session):
    where_threads_hurt(session, 'xfs', 'xfsprogs')


def btrfs(session):
    where_threads_hurt(session, 'btrfs', 'btrfs-progs')


def wide(session):
    tree = Tree('empty files in one directory', 'nested', 1, session.size(1000000), 0)
    for place in session.chosen_places():
        table = Table('wide', place.name, tree.title, place.name)
        compare(session, table, place, tree, US_AND_RM)
        table.ratio_goal(0.95)
        table.memory_goal(2)
        session.finish(table)


def deep(session):
    if not session.memory:
        # Elsewhere it would be 4 GiB of directories.
        raise Missing('/dev/shm is not a tmpfs')
    tree = Tree('each directory inside the one before, RLIMIT_NOFILE 24', 'deep', session.size(1000000))
    table = Table('deep', session.memory.name, tree.title, session.memory.name)
    compare(session, table, session.memory, tree, US_AND_RM, nofile=24)
    table.ratio_goal(1)
    table.memory_goal(3)
    session.finish(table)


def growth(session):
    def peer(tree):
        deleter = session.deleter(DELETERS[US][0], tree)

        def run(path):
            sample = deleter.run(path)
            return {**sample, 'entry_us': sample['inside_s'] / sample['entries'] * 1e6}
        return Peer(run, tree)

    sizes = sorted({session.size(size) for size in (1000, 10000, 100000, 1000000)})
    for place in session.chosen_places():
        table = Table('growth', place.name, 'time per entry inside the process, 100 empty files in a directory',
                      place.name, 'entry_us', 'µs', None)
        peers = {f'{size:,} files': peer(Tree('', 'nested', max(1, size // 100), min(100, size), 0)) for size in sizes}
        session.in_turn(table, place, peers)
        medians = [table.median(name) for name in peers]
        spread = max(medians) / max(min(medians), 1e-9)
        table.goal('flat within 1.3 times', spread <= 1.3, f'{spread:.2f} times')
        session.finish(table)


def round_trips(session, row, title, file_system, peer):
    """As seen inside of the process: what starts a connection is not deletion."""
    files = session.size(100)
    tree = Tree('', 'flat', 20, files, 0)
    table = Table(row, row, f'20 directories of {files} files, {title}', file_system, 'inside_s', 's', GIO)
    # In memory, if possible: only the round trips are to take long.
    session.in_turn(table, session.memory or session.disk,
                    {name: peer(DELETERS[name][0], tree) for name in (US, GIO)})
    table.ratio_goal(3)
    session.finish(table)


def fuse(session):
    server = session.args.build / 'tests' / 'hostile' / 'fuse-faults'
    if not server.exists():
        raise Missing('not built, needs libfuse3-dev')

    def peer(command, tree):
        def run(path):
            mount = path.parent / 'fuse'
            with places.mounted(mount, [server, path.parent, mount, 'unlink:*:5ms']):
                sample = session.run([*command, mount / path.name])
            if path.exists():
                raise Failed('left something')
            return sample
        return Peer(run, tree)

    round_trips(session, 'fuse', '5 ms for each unlink()', 'FUSE', peer)


def sftp(session):
    with_sftp = pathlib.Path(__file__).parents[1] / 'sftp' / 'with-sftp'
    if not with_sftp.exists():
        raise Missing(f'there is no {with_sftp.name}')

    # The fixture gives a directory of its own, and runs all as the user who owns it.
    script = '{make} "$SFTP_DIR/tree" {tree} >&2 && {delete} "$SFTP_URI/tree" && test ! -e "$SFTP_DIR/tree"'

    def peer(command, tree):
        program = shlex.join([session.program(command[0]), *command[1:]])
        line = script.format(make=session.program('make-tree'), tree=' '.join(tree.arguments), delete=program)
        return Peer(lambda: session.run([with_sftp, '--round-trip', 5, 'sh', '-c', line], env={'GIO_USE_VFS': 'gvfs'}))

    round_trips(session, 'sftp', 'sshd on loopback, 5 ms for each round trip', 'sftp:// through GVfs', peer)
