# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Where something is deleted, and what: file systems and trees."""

import contextlib
import dataclasses
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

LARGEST_IMAGE = 32 << 30


class Failed(Exception):
    """Something could not be run, or did not do what it was to do."""


class Missing(Failed):
    """Something that is needed is not there: the row is skipped."""


def check(command):
    """What the command prints"""
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


def available_memory():
    """In KiB"""
    with open('/proc/meminfo', encoding='ascii') as meminfo:
        return next(int(line.split()[1]) for line in meminfo if line.startswith('MemAvailable:'))


@dataclasses.dataclass(frozen=True)
class Place:
    """A directory of ours"""
    path: pathlib.Path
    # What is shown of it: no path
    name: str
    # ext4 without a journal gives no inode to a new file that was deleted less
    # than a minute ago, and each new file looks at all of those.
    forgets_late: bool = False

    def room(self):
        """How many KiB and how many entries may be made here: what is made stays
        in memory until it is deleted, and others need some, too."""
        status = os.statvfs(self.path)
        kib = min(status.f_bavail * status.f_frsize // 1024, available_memory())
        return kib // 2, status.f_favail * 4 // 5 if status.f_files else kib


def work_place(stack, parent):
    """A new directory there, which goes with the stack"""
    path = pathlib.Path(tempfile.mkdtemp(prefix='tmpdir-glib-bench-', dir=parent))
    stack.callback(remove, path)
    # Some rows let others in, below.
    path.chmod(0o711)
    kind = file_system_of(path)
    device = os.path.basename(check(['findmnt', '-n', '-o', 'SOURCE', '-T', path]).split()[-1])
    journals = pathlib.Path('/proc/fs/jbd2').glob(f'{device}-*')
    return Place(path, kind, kind == 'ext4' and not any(journals))


def unmount(path):
    for _ in range(20):
        if not os.path.ismount(path):
            return
        # Something that was interrupted may need a moment to end.
        subprocess.run(['umount', path], stderr=subprocess.DEVNULL, check=False)
        time.sleep(0.1)
    subprocess.run(['umount', '-l', path], check=False)


@contextlib.contextmanager
def mounted(path, command):
    """As root only; command may be a server that stays."""
    if os.geteuid() != 0:
        raise Missing('needs root to mount')

    path.mkdir()
    process = subprocess.Popen(list(map(str, command)), stderr=subprocess.PIPE, text=True)
    try:
        for _ in range(100):
            if os.path.ismount(path) or process.poll():
                break
            time.sleep(0.1)
        if not os.path.ismount(path):
            process.terminate()
            raise Missing(process.communicate(timeout=10)[1].strip() or 'not mounted')
        yield
    finally:
        unmount(path)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()
        process.stderr.close()
        path.rmdir()


@contextlib.contextmanager
def loop_device(kind, package, place, images):
    """A file system of this kind on a loop device, mounted in place; its image is in the other place."""
    mkfs = shutil.which(f'mkfs.{kind}', path=os.environ.get('PATH', '') + ':/usr/sbin:/sbin')
    if not mkfs:
        raise Missing(f'needs {package}')

    image, path = images.path / f'{kind}.img', place.path / kind
    try:
        with open(image, 'wb') as file:
            file.truncate(min(LARGEST_IMAGE, shutil.disk_usage(images.path).free // 2))
        check([mkfs, '-q', image])
        with mounted(path, ['mount', '-o', 'loop', image, path]):
            yield Place(path, f'{kind} in a file on {images.name}')
    finally:
        image.unlink(missing_ok=True)


class Tree:
    """What make-tree makes of these arguments, or a copy of that directory"""

    def __init__(self, title, *arguments):
        self.title, self.arguments = title, tuple(map(str, arguments))
        self.entries = self.kib = 0

    def make(self, make_tree, path):
        if len(self.arguments) == 1:
            if not os.path.isdir(self.arguments[0]):
                raise Missing(f'there is no {self.arguments[0]}')
            check(['cp', '-a', *self.arguments, path])
        else:
            check([make_tree, path, *self.arguments])
        if not self.entries:
            self.entries = len(check(['find', path, '-printf', '.']))
            # With an inode and a name for each, which du does not see
            self.kib = int(check(['du', '-sk', path]).split()[0]) + 2 * self.entries


def trees_to_delete(scale, copies):
    """The names and the trees, so many times smaller; with copies of these directories"""
    def n(count):
        return max(1, count // scale)

    share = '/usr/share' if scale == 1 else '/usr/share/zoneinfo'
    return {
        'small': Tree(f'44 small files in each of {n(1000):,} directories',
                      'nested', n(1000), 44, 700),
        'share': Tree(f'a copy of {share}', share),
        'kernel': Tree(f'like the source of Linux, {n(5000):,} directories', 'kernel', n(5000)),
        'modules': Tree(f'like a node_modules, {n(400):,} packages', 'modules', n(400)),
        'cache': Tree(f'like a cache, {n(256):,} directories of 400 files of 1 to 16 KiB', 'cache', n(256), 400),
        'tiny': Tree(f'{n(50000):,} directories of one file', 'flat', n(50000), 1, 100),
        **{path.name: Tree(f'a copy of {path.name}', path) for path in copies},
    }
