# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import asyncio
import errno
import gc
import os
import threading
import unittest

from testlib import TIMEOUT, TestCase, iterate_until, make_tree, wait_for
import gi
from gi.repository import Gio, GLib, Tmp


class TestCreateAsync(TestCase):

    def test_create(self):
        _source, result = wait_for(
            lambda callback: Tmp.Directory.create_async(
                Gio.File.new_for_path(self.base), 'x', GLib.PRIORITY_DEFAULT,
                None, callback))
        directory = Tmp.Directory.create_finish(result)
        self.assertEqual(os.listdir(self.base), [os.path.basename(directory.name)])
        self.assertTrue(os.path.basename(directory.name).startswith('x'))
        directory.cleanup()

    def test_path(self):
        _source, result = wait_for(
            lambda callback: Tmp.Directory.create_async(
                self.base, cancellable=None, callback=callback))
        with Tmp.Directory.create_finish(result) as path:
            self.assertEqual(os.path.dirname(path), self.base)

    def test_error(self):
        missing = os.path.join(self.base, 'missing')
        _source, result = wait_for(
            lambda callback: Tmp.Directory.create_async(
                missing, None, GLib.PRIORITY_DEFAULT, None, callback))
        with self.assertRaises(FileNotFoundError) as caught:
            Tmp.Directory.create_finish(result)
        self.assertIOError(caught.exception, Gio.IOErrorEnum.NOT_FOUND, missing)
        self.assertEqual(caught.exception.errno, errno.ENOENT)

    def test_cancelled(self):
        cancellable = Gio.Cancellable()
        cancellable.cancel()
        _source, result = wait_for(
            lambda callback: Tmp.Directory.create_async(
                self.base, None, GLib.PRIORITY_DEFAULT, cancellable, callback))
        with self.assertRaises(GLib.Error) as caught:
            Tmp.Directory.create_finish(result)
        self.assertIOError(caught.exception, Gio.IOErrorEnum.CANCELLED)
        self.assertEmpty(self.base)


class TestCleanupAsync(TestCase):

    def test_cleanup(self):
        directory = Tmp.Directory(dir=self.base)
        make_tree(directory.name, 250)
        source, result = wait_for(
            lambda callback: directory.cleanup_async(
                GLib.PRIORITY_DEFAULT, None, callback))
        self.assertIs(source, directory)
        self.assertTrue(directory.cleanup_finish(result))
        self.assertEmpty(self.base)

    def test_defaults(self):
        directory = Tmp.Directory(dir=self.base)
        source, result = wait_for(
            lambda callback: directory.cleanup_async(callback=callback,
                                                     cancellable=None))
        self.assertTrue(source.cleanup_finish(result))
        self.assertEmpty(self.base)

    def test_nobody_listens(self):
        directory = Tmp.Directory(dir=self.base)
        make_tree(directory.name, 250)
        directory.cleanup_async()
        del directory
        iterate_until(lambda: not os.listdir(self.base))

    def test_cancelled(self):
        directory = Tmp.Directory(dir=self.base)
        cancellable = Gio.Cancellable()
        cancellable.cancel()
        _source, result = wait_for(
            lambda callback: directory.cleanup_async(
                GLib.PRIORITY_DEFAULT, cancellable, callback))
        with self.assertRaises(OSError) as caught:
            directory.cleanup_finish(result)
        self.assertIOError(caught.exception, Gio.IOErrorEnum.CANCELLED)
        self.assertTrue(os.path.isdir(directory.name))
        directory.cleanup()

    def test_cancelled_meanwhile(self):
        """Either it was over before, or the directory is still owned."""
        directory = Tmp.Directory(dir=self.base)
        make_tree(directory.name, 2000)
        cancellable = Gio.Cancellable()

        def begin(callback):
            directory.cleanup_async(GLib.PRIORITY_DEFAULT, cancellable, callback)
            cancellable.cancel()

        _source, result = wait_for(begin)
        try:
            directory.cleanup_finish(result)
        except GLib.Error as error:
            self.assertIOError(error, Gio.IOErrorEnum.CANCELLED)
            self.assertTrue(os.path.isdir(directory.name))
            directory.cleanup()
        self.assertEmpty(self.base)

    def test_error(self):
        directory = Tmp.Directory(dir=self.base)
        elsewhere = os.path.join(self.base, 'elsewhere')
        os.rename(directory.name, elsewhere)
        _source, result = wait_for(
            lambda callback: directory.cleanup_async(
                GLib.PRIORITY_DEFAULT, None, callback))
        with self.assertRaises(FileNotFoundError) as caught:
            directory.cleanup_finish(result)
        self.assertIOError(caught.exception, Gio.IOErrorEnum.NOT_FOUND, directory.name)
        self.assertEqual(caught.exception.filename, directory.name)
        directory.detach()
        os.rmdir(elsewhere)

    def test_entries_removed(self):
        """Whoever asked is told, in the main thread, whichever did the work."""
        directory = Tmp.Directory(dir=self.base)
        make_tree(directory.name, 2000)
        seen = []
        threads = set()

        def on_notify(_directory, _pspec):
            seen.append(directory.get_entries_removed())
            threads.add(threading.current_thread())

        directory.connect('notify::entries-removed', on_notify)
        _source, result = wait_for(
            lambda callback: directory.cleanup_async(
                GLib.PRIORITY_DEFAULT, None, callback))
        directory.cleanup_finish(result)
        # 2000 files in 20 directories, and the root.
        self.assertEqual(directory.get_entries_removed(), 2021)
        self.assertEqual(seen[-1], 2021)
        self.assertEqual(seen, sorted(seen))
        self.assertEqual(threads, {threading.main_thread()})

    def test_entries_removed_in_thread(self):
        """A thread that waits for its cleanup is told by itself."""
        directory = Tmp.Directory(dir=self.base)
        make_tree(directory.name, 2000)
        threads = set()
        directory.connect('notify::entries-removed',
                          lambda *_args: threads.add(threading.current_thread()))
        thread = threading.Thread(target=directory.cleanup)
        thread.start()
        thread.join(TIMEOUT)
        self.assertEqual(directory.get_entries_removed(), 2021)
        self.assertEqual(threads, {thread})

    def test_does_not_block(self):
        """The main loop goes on ticking while the files are deleted."""
        def ticks_during_cleanup():
            ticks = 0

            def tick():
                nonlocal ticks
                ticks += 1
                return GLib.SOURCE_CONTINUE

            directory = Tmp.Directory(dir=self.base)
            make_tree(directory.name, 5000)
            timer = GLib.timeout_add(1, tick)
            _source, result = wait_for(
                lambda callback: directory.cleanup_async(
                    GLib.PRIORITY_DEFAULT, None, callback))
            GLib.source_remove(timer)
            directory.cleanup_finish(result)
            return ticks

        # A machine may be busy for a moment, but not three times in a row.
        self.assertTrue(any(ticks_during_cleanup() >= 5 for _try in range(3)))


@unittest.skipIf(gi.version_info < (3, 50),
                 'PyGObject has an event loop from 3.50 on, this is '
                 + '.'.join(map(str, gi.version_info)))
class TestAwait(TestCase):

    def run_until_complete(self, coroutine):
        from gi.events import GLibEventLoopPolicy
        loop = GLibEventLoopPolicy().get_event_loop()
        complaints = []
        loop.set_exception_handler(
            lambda _loop, context: complaints.append(context['message']))
        loop.run_until_complete(asyncio.wait_for(coroutine, TIMEOUT))
        self.assertEqual(complaints, [])

    def test_await(self):
        async def use():
            directory = await Tmp.Directory.create_async(self.base)
            make_tree(directory.name, 250)
            with await directory.new_file_async() as file:
                file.write(b'hello')
            with Tmp.SpooledStream(directory, 5) as stream:
                self.assertTrue(await stream.rollover_async())
            self.assertTrue(await directory.clear_async())
            destination = os.path.join(self.base, 'destination')
            self.assertTrue(await directory.persist_async(destination))
            os.rmdir(destination)
            directory = await Tmp.Directory.create_async(self.base)
            self.assertTrue(await directory.cleanup_async())
            self.assertTrue(await Tmp.delete_tree_async(directory.name))
            await Tmp.flush_async()
            missing = os.path.join(self.base, 'missing')
            with self.assertRaises(FileNotFoundError) as caught:
                await Tmp.Directory.create_async(missing)
            self.assertIOError(caught.exception, Gio.IOErrorEnum.NOT_FOUND, missing)
            self.assertEqual(caught.exception.filename, missing)

        self.run_until_complete(use())
        self.assertEmpty(self.base)

    def test_last_reference(self):
        """What has been awaited goes like anything else."""
        async def use():
            await Tmp.Directory.create_async(self.base)
            gc.collect()
            while os.listdir(self.base):
                await asyncio.sleep(0.01)

        self.run_until_complete(use())

    def test_cancelled(self):
        """A task that awaits can be cancelled, by a timeout as well."""
        async def use():
            for number in range(3):
                directory = Tmp.Directory(dir=self.base)
                make_tree(directory.name, 2000)

                async def cleanup():
                    await directory.cleanup_async()

                task = asyncio.create_task(cleanup())
                if number == 0:
                    with self.assertRaises(asyncio.TimeoutError):
                        await asyncio.wait_for(task, 0.0001)
                else:
                    # Before the task has begun, and after
                    if number == 2:
                        await asyncio.sleep(0)
                    task.cancel()
                    with self.assertRaises(asyncio.CancelledError):
                        await task
                self.assertTrue(task.cancelled())
                directory.cleanup()

            cancellable = Gio.Cancellable()
            creation = Tmp.Directory.create_async(self.base, cancellable=cancellable)
            creation.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await creation
            # Nobody wants what a thread may still create; once nobody has the
            # cancellable any more, it has been dropped.
            while cancellable.__grefcount__ > 1:
                await asyncio.sleep(0.01)
            Tmp.flush()
            while os.listdir(self.base):
                await asyncio.sleep(0.01)

        self.run_until_complete(use())

    def test_own_cancellable(self):
        async def use():
            with Tmp.Directory(dir=self.base) as path:
                directory = Tmp.Directory(dir=path)
                cancellable = Gio.Cancellable()
                cancellable.cancel()
                with self.assertRaises(OSError) as caught:
                    await directory.cleanup_async(cancellable=cancellable)
                self.assertIOError(caught.exception, Gio.IOErrorEnum.CANCELLED)
                directory.cleanup()

        self.run_until_complete(use())


if __name__ == '__main__':
    unittest.main()
