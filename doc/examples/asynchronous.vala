// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Creates a directory, fills it and deletes it, and says how far that is. No call waits
// for the disk.

async void fill_and_delete (Cancellable cancellable) throws Error {
	var directory = yield Tmp.Directory.create_async (null, "asynchronous-",
	                                                  Priority.DEFAULT, cancellable);
	FileIOStream stream;
	var file = yield directory.new_file_async ("page-", ".html", Priority.DEFAULT,
	                                           cancellable, out stream);
	print ("%s\n", file.get_path ());

	directory.notify["entries-removed"].connect (() => {
		print (@"$(directory.entries_removed) files and directories deleted\n");
	});
	yield directory.cleanup_async (Priority.DEFAULT, cancellable);
}

int main () {
	var loop = new MainLoop ();
	var status = 0;

	fill_and_delete.begin (new Cancellable (), (object, result) => {
		try {
			fill_and_delete.end (result);
		} catch (Error e) {
			printerr ("%s\n", e.message);
			status = 1;
		}
		loop.quit ();
	});
	loop.run ();

	return status;
}
