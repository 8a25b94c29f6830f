#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A window that unpacks an archive into a temporary directory, and deletes it again
with a progress bar. Both can be cancelled, and the window can be closed at any time:
nothing is left. Nothing blocks, and there is no thread but the libraries' own.

    unpack.py [--auto] [ARCHIVE]
"""

import argparse
import functools
import os
import sys

import gi

gi.require_version('Gtk', '4.0')
gi.require_version('Tmp', '1')
from gi.repository import Gio, GLib, GObject, Gtk, Tmp  # noqa: E402

# An archive of 20,000 small files
MAKE_DEMO = '''
cd "$0"; mkdir demo; seq 200000 | split -l 10 -a 4 - demo/
tar -c --remove-files -f demo.tar demo
'''


def step(method):
    """If one step of a run fails, or is cancelled, there is no next one."""
    @functools.wraps(method)
    def wrapper(self, *args):
        try:
            method(self, *args)
        except GLib.Error as error:
            self.finish(error)
    return wrapper


class Unpacker(Gtk.Application):
    def __init__(self, automatic, archive):
        super().__init__(application_id='org.example.Unpack',
                         flags=Gio.ApplicationFlags.NON_UNIQUE)
        self.automatic = automatic  # begins at once, and quits at the end
        self.archive = archive
        self.cancellable = None     # there while something runs
        self.failed = False

    def do_activate(self):
        self.button = Gtk.Button()
        self.spinner = Gtk.Spinner()
        self.status = Gtk.Label(xalign=0, wrap=True)
        self.bar = Gtk.ProgressBar()
        header = Gtk.HeaderBar()
        header.pack_start(self.button)
        header.pack_start(self.spinner)
        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=12, margin_top=24,
                      margin_bottom=24, margin_start=24, margin_end=24)
        box.append(self.status)
        box.append(self.bar)
        self.window = Gtk.ApplicationWindow(application=self, title='Unpack',
                                            default_width=400, titlebar=header, child=box)
        self.set_status('Unpacks an archive, and deletes what was in it.')

        self.button.connect('clicked', self.on_clicked)
        self.window.connect('close-request', self.on_close_request)
        self.window.present()
        if self.automatic:
            self.on_clicked(self.button)

    def set_status(self, text):
        running = self.cancellable is not None
        self.status.set_label(text)
        self.spinner.set_spinning(running)
        self.button.set_label('Cancel' if running else 'Unpack')

    def on_clicked(self, _button):
        if self.cancellable is not None:
            self.cancellable.cancel()
            return

        self.cancellable = Gio.Cancellable()
        self.n_files = 0
        if self.archive is not None:
            self.unpack()
        else:
            self.make_demo()

    def on_close_request(self, window):
        """While something runs, the window is only hidden: finish() will destroy it."""
        window.set_visible(False)
        if self.cancellable is not None:
            self.cancellable.cancel()
        return self.cancellable is not None

    @step
    def make_demo(self):
        self.set_status('Making an archive…')
        # Not Tmp.Directory(): what that returns is to be cleaned up, not to be dropped.
        self.demo = Tmp.Directory.new('unpack-demo-')
        shell = Gio.Subprocess.new(['sh', '-ec', MAKE_DEMO, self.demo.name],
                                   Gio.SubprocessFlags.NONE)
        # Not cancelled, because the children of the shell would go on
        shell.wait_check_async(None, self.on_demo_made)

    @step
    def on_demo_made(self, shell, result):
        shell.wait_check_finish(result)
        self.archive = os.path.join(self.demo.name, 'demo.tar')
        self.unpack()

    @step
    def unpack(self):
        self.set_status('Unpacking…')
        self.directory = Tmp.Directory.new('unpack-')
        self.tar = Gio.Subprocess.new(
            ['tar', '-x', '-v', '--force-local', '-f', self.archive, '-C', self.directory.name],
            Gio.SubprocessFlags.STDOUT_PIPE)
        self.read_output(self.tar.get_stdout_pipe())

    def read_output(self, output):
        output.read_bytes_async(4096, GLib.PRIORITY_DEFAULT, self.cancellable, self.on_output)

    def on_output(self, output, result):
        """tar prints a line for each file."""
        lines = None
        try:
            lines = output.read_bytes_finish(result).get_data()
        except GLib.Error:
            self.tar.force_exit()

        if lines:
            self.n_files += lines.count(b'\n')
            self.set_status(f'Unpacking, {self.n_files} files…')
            self.bar.pulse()
            self.read_output(output)
        else:
            # Until tar has ended, it may write into the directory: this is not cancelled.
            self.tar.wait_check_async(None, self.on_unpacked)

    @step
    def on_unpacked(self, tar, result):
        self.cancellable.set_error_if_cancelled()
        tar.wait_check_finish(result)

        # Here an application would do something with the files.

        self.set_status(f'Deleting {self.n_files} files…')
        # There is the directory itself, too, and there may be some that tar has not named.
        self.directory.bind_property(
            'entries-removed', self.bar, 'fraction', GObject.BindingFlags.SYNC_CREATE,
            lambda _binding, removed: min(removed / (self.n_files + 1), 1))
        self.directory.cleanup_async(GLib.PRIORITY_DEFAULT, self.cancellable,
                                     self.on_cleaned_up)

    @step
    def on_cleaned_up(self, directory, result):
        directory.cleanup_finish(result)
        self.finish()

    def finish(self, error=None):
        cancelled = error is not None and error.matches(Gio.io_error_quark(),
                                                        Gio.IOErrorEnum.CANCELLED)
        self.failed = error is not None and not cancelled
        self.bar.set_fraction(error is None)

        # The last reference. What is still there, after something was cancelled or has failed,
        # is deleted in the background, and if the application quits now, at its exit.
        self.directory = self.tar = self.cancellable = None
        self.set_status('Cancelled.' if cancelled else error.message if error else
                        f'Unpacked and deleted {self.n_files} files.')

        if self.automatic or not self.window.get_visible():
            self.window.destroy()


parser = argparse.ArgumentParser(description='Unpacks an archive, and deletes what was in it.')
parser.add_argument('--auto', action='store_true', help='begin at once, quit at the end')
parser.add_argument('archive', nargs='?')
options = parser.parse_args()

unpacker = Unpacker(options.auto, options.archive)
sys.exit(unpacker.run() or unpacker.failed)
