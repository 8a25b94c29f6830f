# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What GIR cannot say about Tmp in Python.

Tmp.Directory becomes a drop-in for tempfile.TemporaryDirectory, every call
that takes a GFile takes a path as well, trailing arguments get defaults, and
what is raised is a GLib.Error and an OSError at once.

The repository's class is patched, not subclassed: whichever way a directory
reaches Python, from a constructor, a signal or a property, it behaves the
same.
"""

import errno
import functools
import io
import os
import sys
import types
import warnings
import weakref
from contextlib import contextmanager

from gi.module import get_introspection_module
from gi.overrides import override
from gi.repository import Gio, GLib, GObject

Tmp = get_introspection_module('Tmp')

__all__ = []


# Errors
# ------
#
# GIO folds several errno values into one G_IO_ERROR code. The system's reason
# in the message tells them apart; without one, as from a non-native file
# system, the first of each list has to do.

_ERRNOS = {
    Gio.IOErrorEnum.INVALID_FILENAME: [errno.EINVAL, errno.ENAMETOOLONG],
}
for _number in (errno.EIO, errno.EACCES, errno.ENOSPC, errno.ENOTSUP,
                *sorted(errno.errorcode)):
    _ERRNOS.setdefault(Gio.io_error_from_errno(_number), []).append(_number)


class _Error(GLib.Error, OSError):
    """What Tmp raises; made by _translate(), as one of its subclasses."""

    def __init__(self, error, number, filename):
        GLib.Error.__init__(self, error.message, error.domain, error.code)
        OSError.__init__(self, number, os.strerror(number), filename)

    def __str__(self):
        return self.message

    def __repr__(self):
        return f'{type(self).__name__}({self.message!r})'

    def __reduce__(self):
        return _translate, (self.copy(), self.filename)


@functools.cache
def _error_class(os_error):
    """_Error for a subclass of OSError, so that 'except PermissionError'
    catches it."""
    return type(os_error.__name__, (_Error, os_error), {})


def _translate(error, filename):
    numbers = _ERRNOS.get(error.code, [errno.EIO])
    number = next((n for n in numbers if os.strerror(n) in error.message),
                  numbers[0])
    # OSError() itself knows which subclass stands for which errno.
    return _error_class(type(OSError(number, '')))(error, number, filename)


@contextmanager
def _os_errors(filename):
    try:
        yield
    except GLib.Error as error:
        # Not the GLib.Error, which says the same, but what was being handled
        # before: the reason why a 'with' block was left.
        raise _translate(error, filename) from error.__context__


# Asynchronous calls
# ------------------

def _running_loop():
    """The event loop that dispatches what GIO calls back, which PyGObject has from
    3.50 on, if it is that which runs."""
    events = sys.modules.get('gi.events')
    if events is None:
        return None
    loop = events.asyncio._get_running_loop()
    return loop if isinstance(loop, events.GLibEventLoop) else None


def _begin(filename, begin, finish, cancellable=None, callback=None, *user_data,
           **kwargs):
    """Begins an asynchronous call, to be awaited if there is no callback and the
    event loop is the right one. PyGObject does the same, but 3.50 never frees what
    has been awaited, and there a task that awaits cannot be cancelled."""
    loop = _running_loop() if callback is None else None
    if loop is None:
        return begin(cancellable, callback, *user_data, **kwargs)

    future = loop.create_future()
    if cancellable is None:
        cancellable = Gio.Cancellable()

    def end(_source, result):
        if future.cancelled():
            return
        try:
            with _os_errors(filename):
                value = finish(result)
        except Exception as error:
            # Whatever it is, somebody waits for it. Without this frame, which would
            # hold the result, and this the directory
            error.__context__ = None
            future.set_exception(error.with_traceback(None))
        else:
            future.set_result(value)

    def cancel(future):
        if future.cancelled():
            cancellable.cancel()

    future.add_done_callback(cancel)
    begin(cancellable, end)
    return future


# Arguments
# ---------

def _file(path):
    """A GFile for whatever Python calls a path."""
    if isinstance(path, Gio.File):
        return path
    return Gio.File.new_for_path(os.fspath(path))


def _optional_file(path):
    return None if path is None else _file(path)


def _any_bytes(*paths):
    """Whether these are bytes, and the name of the directory as well, as
    tempfile has it. A Gio.File goes with both."""
    kinds = {isinstance(os.fspath(path), bytes) for path in paths
             if path is not None and not isinstance(path, Gio.File)}
    if len(kinds) > 1:
        raise TypeError("Can't mix bytes and non-bytes in path components.")
    return kinds == {True}


def _default_parent():
    """Where tempfile creates, which is not where GLib does if a program has
    set tempfile.tempdir, or if nobody can write to $TMPDIR."""
    # Here because it is a slow one
    import tempfile
    try:
        return _file(tempfile.gettempdir())
    except OSError:
        # C says what is wrong with its own choice.
        return None


def _filename(file):
    """What to put into OSError.filename; None is the default location."""
    if file is None:
        return GLib.get_tmp_dir()
    return file.get_path() or file.get_uri()


def _affix(affix):
    """A prefix or suffix as the str that a call of C takes."""
    if affix is None:
        return None
    affix = os.fsdecode(affix)
    # GObject would silently cut the string there.
    if '\0' in affix:
        raise ValueError('embedded null byte')
    return affix


def _property(affix):
    """The same for a property, which is UTF-8 or a UnicodeEncodeError."""
    affix = _affix(affix)
    if affix is not None:
        affix.encode()
    return affix


# Files
# -----

class _RawFile(io.RawIOBase):
    """A seekable Gio.IOStream as Python's io module wants it."""

    _whence = {os.SEEK_SET: GLib.SeekType.SET, os.SEEK_CUR: GLib.SeekType.CUR,
               os.SEEK_END: GLib.SeekType.END}

    def __init__(self, stream, name, closes_stream, readable=True, writable=True):
        super().__init__()
        self._stream = stream
        self._closes_stream = closes_stream
        self._readable = readable
        self._writable = writable
        self.name = name
        self.mode = 'rb+' if readable and writable else 'rb' if readable else 'wb'

    def _operation(self, possible=True):
        # What Python's own files raise
        if self.closed:
            raise ValueError('I/O operation on closed file')
        if not possible:
            raise io.UnsupportedOperation(f'the file is opened as {self.mode!r}')
        return _os_errors(self.name)

    def readable(self):
        return self._readable

    def writable(self):
        return self._writable

    def seekable(self):
        return True

    def readinto(self, buffer):
        with self._operation(self._readable), memoryview(buffer).cast('B') as view:
            # GIO cannot be asked for no bytes, and has None for none.
            data = len(view) and self._stream.get_input_stream().read_bytes(
                len(view), None).get_data() or b''
            view[:len(data)] = data
            return len(data)

    def write(self, data):
        with self._operation(self._writable), memoryview(data).cast('B') as view:
            # Nor will it write none.
            return len(view) and self._stream.get_output_stream().write_bytes(
                GLib.Bytes.new(view.tobytes()), None)

    def seek(self, offset, whence=os.SEEK_SET):
        if whence not in self._whence:
            raise ValueError(f'invalid whence value {whence!r}')
        with self._operation():
            self._stream.seek(offset, self._whence[whence], None)
            return self._stream.tell()

    def tell(self):
        with self._operation():
            return self._stream.tell()

    def truncate(self, size=None):
        with self._operation(self._writable):
            size = self._stream.tell() if size is None else size
            self._stream.truncate(size, None)
            return size

    def fileno(self):
        """For mmap and other programs, where the stream has one."""
        with self._operation():
            # Of an interface that Gio and GioUnix have, one of them deprecated
            get_fd = getattr(self._stream.get_output_stream(), 'get_fd', None)
            if get_fd is None:
                raise io.UnsupportedOperation('fileno')
            return get_fd()

    def close(self):
        if not self.closed:
            super().close()
            if self._closes_stream:
                with _os_errors(self.name):
                    self._stream.close(None)


def _make_file(stream, name, closes_stream, mode, buffering, encoding, errors, newline):
    kinds = set(mode)
    if (len(kinds) != len(mode) or not kinds <= set('rw+bt') or not kinds & set('rw')
            or {'b', 't'} <= kinds):
        raise ValueError(f'invalid mode {mode!r} (only r, w, +, b, t allowed)')
    binary = 'b' in kinds
    if binary and (encoding, errors, newline) != (None, None, None):
        raise ValueError('binary mode has neither encoding, errors nor newline')
    if buffering == 0 and not binary:
        raise ValueError('unbuffered streams must be binary')

    readable = bool(kinds & {'r', '+'})
    writable = bool(kinds & {'w', '+'})
    raw = _RawFile(stream, name, closes_stream, readable, writable)
    if buffering == 0:
        return raw

    size = buffering if buffering > 1 else io.DEFAULT_BUFFER_SIZE
    kind = (io.BufferedRandom if readable and writable else
            io.BufferedReader if readable else io.BufferedWriter)
    file = kind(raw, size)
    if binary:
        return file
    return io.TextIOWrapper(file, encoding, errors, newline,
                            line_buffering=buffering == 1)


class _NewFile(tuple):
    """What new_file() returns: a GFile and an open GFileIOStream, or, in a
    'with' statement, one buffered binary file object, which has a name."""

    @property
    def iostream(self):
        return self[1]

    def makefile(self, mode='r+b', buffering=-1, encoding=None, errors=None,
                 newline=None):
        """A file object on the stream, as open() would have it, which closes
        it. There is nothing in it yet, so 'w' has nothing to truncate."""
        file, stream = self
        if stream is None:
            raise io.UnsupportedOperation(
                f'{_filename(file)} cannot be open to be read and written')
        return _make_file(stream, _filename(file), True,
                          mode, buffering, encoding, errors, newline)

    def __enter__(self):
        self._opened = self.makefile()
        return self._opened

    def __exit__(self, *exc_info):
        self._opened.close()


# Tmp.Directory
# -------------

_new = Tmp.Directory.new
_new_in = Tmp.Directory.new_in
_create_async = Tmp.Directory.create_async
_create_finish = Tmp.Directory.create_finish
_get_child = Tmp.Directory.get_child
_cleanup = Tmp.Directory.cleanup
_cleanup_async = Tmp.Directory.cleanup_async
_cleanup_finish = Tmp.Directory.cleanup_finish
_detach = Tmp.Directory.detach
_clear = Tmp.Directory.clear
_clear_async = Tmp.Directory.clear_async
_clear_finish = Tmp.Directory.clear_finish
_new_file = Tmp.Directory.new_file
_new_file_async = Tmp.Directory.new_file_async
_new_file_finish = Tmp.Directory.new_file_finish
_persist = Tmp.Directory.persist
_persist_async = Tmp.Directory.persist_async
_persist_finish = Tmp.Directory.persist_finish
_new_subdirectory = Tmp.Directory.new_subdirectory
_new_subdirectory_async = Tmp.Directory.new_subdirectory_async
_new_subdirectory_finish = Tmp.Directory.new_subdirectory_finish


def _warn(pid, message):
    # A forked child has a copy of the object but deletes nothing.
    if os.getpid() == pid:
        warnings.warn(message, ResourceWarning)


# The methods that are put onto the classes below

class _Directory:
    """A new temporary directory, in place of tempfile.TemporaryDirectory:

        with Tmp.Directory(prefix='report-') as path:
            ...

    At the end of 'with', by cleanup(), with the last reference or when the
    process exits it is deleted with everything inside; with delete=False only by
    cleanup(). 'async with' and cleanup_async() do not block an event loop.
    Dropping it without any of that issues a ResourceWarning and waits until all
    is deleted, as for tempfile. The directories of Tmp.Directory.new(), new_in()
    and create_async() may be dropped, and are deleted in the background.

    dir is a str, bytes, os.PathLike or Gio.File; the names are bytes if prefix,
    suffix or dir is. Errors are a GLib.Error and the OSError that belongs to it,
    as FileNotFoundError, at once. A forked child deletes nothing of its parent's;
    of os.fork() while there is one, Python 3.12 and newer warn, since a thread waits
    to delete it.
    """

    # The process that may clean up, and the pending ResourceWarning; both are
    # set for what Tmp.Directory() returns.
    _pid = None
    _finalizer = None
    _bytes = False

    # Here, because a module is empty before its last objects are gone.
    _is_finalizing = staticmethod(sys.is_finalizing)

    def _is_ours(self):
        """Not a forked child's, and not C's, which deletes it at exit: when
        Python is that far, it can call nothing any more."""
        return not self._is_finalizing() and self._pid == os.getpid()

    __class_getitem__ = classmethod(types.GenericAlias)

    def __init_subclass__(cls, **kwargs):
        super(Tmp.Directory, cls).__init_subclass__(**kwargs)
        # For GObject the type is final. A subclass in Python is one of Python
        # alone, as an override is, and not registered there.
        cls.__gtype__ = Tmp.Directory.__gtype__

    def __init__(self, suffix=None, prefix=None, dir=None,
                 ignore_cleanup_errors=False, *, delete=True, parent=None,
                 auto_cleanup=None):
        self._bytes = _any_bytes(suffix, prefix, dir)
        if dir is not None:
            if parent is not None:
                raise TypeError("'dir' and 'parent' are the same thing")
            parent = _file(dir or os.curdir)
        elif parent is None:
            parent = _default_parent()

        GObject.Object.__init__(
            self, suffix=_property(suffix), prefix=_property(prefix), parent=parent,
            ignore_cleanup_errors=bool(ignore_cleanup_errors),
            auto_cleanup=bool(delete if auto_cleanup is None else auto_cleanup))
        with _os_errors(_filename(self.get_parent())):
            self.init(None)

        self._pid = os.getpid()
        _watch(self)
        self.connect('notify::auto-cleanup', _watch)

    def __del__(self):
        if self._finalizer is None or not self._is_ours():
            return
        if self.__grefcount__ > 1:
            # PyGObject 3.58 finalizes, and keeps, what C still holds.
            self._finalizer.detach()
        else:
            # What tempfile warns about it has also deleted by then, to the
            # last file: the next line may remove the parent.
            with _os_errors(self.name):
                _cleanup(self, None)

    # The alternative constructors are the plain GI ones: whoever calls them
    # counts on the deletion at the last reference, in the background, so it is
    # no reason to warn or to wait.

    @staticmethod
    def new(prefix=None):
        with _os_errors(_filename(None)):
            return _new(_affix(prefix))

    @staticmethod
    def new_in(parent, prefix=None, cancellable=None):
        parent = _optional_file(parent)
        with _os_errors(_filename(parent)):
            return _new_in(parent, _affix(prefix), cancellable)

    @staticmethod
    def create_async(parent=None, prefix=None,
                     io_priority=GLib.PRIORITY_DEFAULT, *args, **kwargs):
        parent = _optional_file(parent)
        return _begin(
            _filename(parent),
            functools.partial(_create_async, parent, _affix(prefix), io_priority),
            _create_finish, *args, **kwargs)

    @staticmethod
    def create_finish(result):
        with _os_errors(None):
            return _create_finish(result)

    @property
    def name(self):
        """The path as a str, or as bytes if prefix, suffix or dir were; None
        where the directory has none."""
        path = self.get_path()
        if path is None:
            return None
        return os.fsencode(path) if self._bytes else os.fsdecode(path)

    def __fspath__(self):
        name = self.name
        if name is None:
            raise TypeError(f'{self!r} has no path')
        return name

    def __repr__(self):
        file = self.get_file()
        kind = type(self).__name__ if type(self) is not Tmp.Directory else 'Tmp.Directory'
        return f'<{kind} {(self.name or file.get_uri()) if file else None!r}>'

    # A copy of what has one, say by dataclasses.asdict(), has the same one: there is
    # only one directory. GObject's own refuse.

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __enter__(self):
        if self._pid is None:
            self._pid = os.getpid()
        return self.name

    def __exit__(self, exc_type, exc_value, traceback):
        if self._is_ours() and self.get_auto_cleanup():
            self.cleanup()

    async def __aenter__(self):
        return self.__enter__()

    async def __aexit__(self, *exc_info):
        # In a thread, so that this works under every event loop of asyncio and in
        # every version of PyGObject. The import is here because it is a slow one.
        import asyncio
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            # Under somebody else's, as trio's, it blocks.
            self.__exit__(*exc_info)
        else:
            await asyncio.to_thread(self.__exit__, *exc_info)

    def get_child(self, name):
        """A Gio.File inside, for a relative path that does not climb out."""
        with _os_errors(os.fspath(name)):
            return _get_child(self, os.fspath(name))

    def new_file(self, prefix=None, suffix=None, cancellable=None):
        """Creates a file inside with a unique name. Both of

            file, stream = directory.new_file('report-', '.txt')

            with directory.new_file('report-', '.txt') as file:
                file.write(b'...')
                print(file.name)

        work: a Gio.File with its Gio.FileIOStream, and a binary file of
        Python, which 'with' closes but does not delete. For a text,
        there is new_file().makefile('r+', encoding='utf-8').
        """
        with _os_errors(self.name):
            return _NewFile(_new_file(self, _affix(prefix), _affix(suffix),
                                      cancellable))

    def new_file_async(self, prefix=None, suffix=None,
                       io_priority=GLib.PRIORITY_DEFAULT, *args, **kwargs):
        return _begin(
            self.name,
            functools.partial(_new_file_async, self, _affix(prefix), _affix(suffix),
                              io_priority),
            lambda result: _NewFile(_new_file_finish(self, result)),
            *args, **kwargs)

    def new_file_finish(self, result):
        with _os_errors(self.name):
            return _NewFile(_new_file_finish(self, result))

    def new_subdirectory(self, prefix=None, suffix=None, cancellable=None):
        """Creates a directory inside with a unique name: its Gio.File."""
        with _os_errors(self.name):
            return _new_subdirectory(self, _affix(prefix), _affix(suffix),
                                     cancellable)

    def new_subdirectory_async(self, prefix=None, suffix=None,
                               io_priority=GLib.PRIORITY_DEFAULT,
                               *args, **kwargs):
        return _begin(
            self.name,
            functools.partial(_new_subdirectory_async, self, _affix(prefix),
                              _affix(suffix), io_priority),
            functools.partial(_new_subdirectory_finish, self), *args, **kwargs)

    def new_subdirectory_finish(self, result):
        with _os_errors(self.name):
            return _new_subdirectory_finish(self, result)

    def clear(self, cancellable=None):
        """Deletes everything inside, and keeps the directory."""
        with _os_errors(self.name):
            return _clear(self, cancellable)

    def clear_async(self, io_priority=GLib.PRIORITY_DEFAULT, *args, **kwargs):
        return _begin(self.name, functools.partial(_clear_async, self, io_priority),
                      functools.partial(_clear_finish, self), *args, **kwargs)

    def clear_finish(self, result):
        with _os_errors(self.name):
            return _clear_finish(self, result)

    def persist(self, destination, flags=Tmp.PersistFlags.NONE,
                cancellable=None):
        """Moves it with everything inside to a path, at once or not at all,
        and gives it up. Nothing may be there; with Tmp.PersistFlags.EXCHANGE
        a directory has to be, which becomes the temporary one."""
        destination = _file(destination)
        with _os_errors(_filename(destination)):
            done = _persist(self, destination, flags, cancellable)
        if not flags & Tmp.PersistFlags.EXCHANGE:
            _unwatch(self)
        return done

    def persist_async(self, destination, flags=Tmp.PersistFlags.NONE,
                      io_priority=GLib.PRIORITY_DEFAULT, *args, **kwargs):
        destination = _file(destination)
        # Whatever comes of it, it was not to be dropped: no warning.
        if not flags & Tmp.PersistFlags.EXCHANGE:
            _unwatch(self)
        return _begin(
            _filename(destination),
            functools.partial(_persist_async, self, destination, flags, io_priority),
            functools.partial(_persist_finish, self), *args, **kwargs)

    def persist_finish(self, result):
        with _os_errors(self.name):
            return _persist_finish(self, result)

    def cleanup(self, cancellable=None):
        """Deletes everything inside and the directory. Again, it does nothing."""
        if self._finalizer is not None and self._is_finalizing():
            # Called by the __del__() of something that was there until Python's end.
            # Like tempfile, we have warned of it, and C deletes it at exit.
            return True
        with _os_errors(self.name):
            done = _cleanup(self, cancellable)
        _unwatch(self)
        return done

    def cleanup_async(self, io_priority=GLib.PRIORITY_DEFAULT, *args, **kwargs):
        # Whatever comes of it, it was asked for: no warning.
        _unwatch(self)
        return _begin(self.name, functools.partial(_cleanup_async, self, io_priority),
                      functools.partial(_cleanup_finish, self), *args, **kwargs)

    def cleanup_finish(self, result):
        with _os_errors(self.name):
            return _cleanup_finish(self, result)

    def detach(self):
        """Gives it up: its Gio.File, which nobody will delete any more."""
        _unwatch(self)
        return _detach(self)


class _Life:
    """Goes with a directory. PyGObject 3.58 makes a new Python object
    of a directory that only C has held meanwhile, but keeps its attributes."""


def _watch(directory, *_args):
    """Has a ResourceWarning issued, as by tempfile, if the directory is left
    to be deleted by the garbage collector or at exit."""
    _unwatch(directory)
    if directory.get_auto_cleanup():
        directory._life = _Life()
        directory._finalizer = weakref.finalize(
            directory._life, _warn, directory._pid,
            f'Implicitly cleaning up {directory!r}')


def _unwatch(directory):
    if directory._finalizer is not None:
        directory._finalizer.detach()
        directory._finalizer = None


# Tmp.SpooledStream
# -----------------

_rollover = Tmp.SpooledStream.rollover
_rollover_async = Tmp.SpooledStream.rollover_async
_rollover_finish = Tmp.SpooledStream.rollover_finish


class _SpooledStream:
    """A stream in memory, or in a file without a name inside the directory, a
    Tmp.Directory, once it is larger than max_size bytes:

        with Tmp.SpooledStream(directory, 1 << 20) as stream:
            file = stream.makefile()
            shutil.copyfileobj(source, file)

    Unlike for tempfile.SpooledTemporaryFile, a max_size of 0 is no byte in
    memory; GLib.MAXUINT64 is no limit.
    """

    def __init__(self, directory, max_size=0):
        # Without one GObject would make a stream that can do nothing.
        if not isinstance(directory, Tmp.Directory):
            raise TypeError(f'a Tmp.Directory is needed, not {directory!r}')
        GObject.Object.__init__(self, directory=directory, max_size=max_size)

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        with _os_errors(self._where()):
            self.close(None)

    def makefile(self, mode='r+b', buffering=-1, encoding=None, errors=None,
                 newline=None):
        """A file object that reads and writes the stream, as socket.makefile()
        has it: closing it flushes it, and leaves the stream open. 'w' does not
        truncate it."""
        return _make_file(self, self._where(), False,
                          mode, buffering, encoding, errors, newline)

    def _where(self):
        directory = self.get_directory()
        return None if directory is None else directory.name

    def rollover(self, cancellable=None):
        """Puts it into its file now."""
        with _os_errors(self._where()):
            return _rollover(self, cancellable)

    def rollover_async(self, io_priority=GLib.PRIORITY_DEFAULT,
                       *args, **kwargs):
        return _begin(self._where(),
                      functools.partial(_rollover_async, self, io_priority),
                      functools.partial(_rollover_finish, self), *args, **kwargs)

    def rollover_finish(self, result):
        with _os_errors(self._where()):
            return _rollover_finish(self, result)


class _Empty:
    """Has what every class has, which stays as it is in those of Tmp."""


for _class, _patch in (Tmp.Directory, _Directory), (Tmp.SpooledStream, _SpooledStream):
    for _name in vars(_patch).keys() - vars(_Empty).keys():
        _value = vars(_patch)[_name]
        # What a TypeError calls it
        _function = getattr(_value, '__func__', _value)
        if isinstance(_function, types.FunctionType):
            _function.__qualname__ = f'{_class.__name__}.{_name}'
        setattr(_class, _name, _value)
    # The metaclass only reads it.
    type.__dict__['__doc__'].__set__(_class, _patch.__doc__)


# Functions
# ---------

_delete_tree = Tmp.delete_tree
_delete_tree_async = Tmp.delete_tree_async
_delete_tree_finish = Tmp.delete_tree_finish
_flush = Tmp.flush
_flush_async = Tmp.flush_async
_flush_finish = Tmp.flush_finish
_reclaim = Tmp.reclaim
_reclaim_async = Tmp.reclaim_async
_reclaim_finish = Tmp.reclaim_finish


@override(_delete_tree)
def delete_tree(file, flags=Tmp.DeleteFlags.NONE, cancellable=None):
    file = _file(file)
    with _os_errors(_filename(file)):
        return _delete_tree(file, flags, cancellable)


@override(_delete_tree_async)
def delete_tree_async(file, flags=Tmp.DeleteFlags.NONE,
                      io_priority=GLib.PRIORITY_DEFAULT, *args, **kwargs):
    file = _file(file)
    return _begin(_filename(file),
                  functools.partial(_delete_tree_async, file, flags, io_priority),
                  _delete_tree_finish, *args, **kwargs)


@override(_delete_tree_finish)
def delete_tree_finish(result):
    with _os_errors(None):
        return _delete_tree_finish(result)


@override(_flush)
def flush(cancellable=None):
    with _os_errors(None):
        return _flush(cancellable)


@override(_flush_async)
def flush_async(*args, **kwargs):
    return _begin(None, _flush_async, _flush_finish, *args, **kwargs)


@override(_flush_finish)
def flush_finish(result):
    with _os_errors(None):
        return _flush_finish(result)


@override(_reclaim)
def reclaim(cancellable=None):
    with _os_errors(None):
        return _reclaim(cancellable)


@override(_reclaim_async)
def reclaim_async(*args, **kwargs):
    return _begin(None, _reclaim_async, _reclaim_finish, *args, **kwargs)


@override(_reclaim_finish)
def reclaim_finish(result):
    with _os_errors(None):
        return _reclaim_finish(result)


__all__ += ['delete_tree', 'delete_tree_async', 'delete_tree_finish',
            'flush', 'flush_async', 'flush_finish',
            'reclaim', 'reclaim_async', 'reclaim_finish']
