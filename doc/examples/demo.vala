// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Copies a tree into a temporary directory, measures it, and drops the directory
// while a main loop goes on ticking.
//
//     valac --pkg tmpdir-glib-1 --pkg gio-2.0 demo.vala -o demo-vala
//     ./demo-vala [TREE]

// Looks at the clock whenever the main loop comes round.
class Ticker {
	public int64 longest_pause = 0;
	int64 last = get_monotonic_time ();
	uint source;

	public Ticker () {
		source = Timeout.add (1, tick);
	}

	public void stop () {
		tick ();
		Source.remove (source);
	}

	bool tick () {
		var now = get_monotonic_time ();
		longest_pause = int64.max (longest_pause, now - last);
		last = now;
		return Source.CONTINUE;
	}
}

void copy_tree (File source, File destination) throws Error {
	var enumerator = source.enumerate_children ("standard::name,standard::type",
	                                            NOFOLLOW_SYMLINKS);

	FileInfo? info;
	while ((info = enumerator.next_file ()) != null) {
		var child = enumerator.get_child (info);
		var copy = destination.get_child (info.get_name ());

		if (info.get_file_type () == DIRECTORY) {
			copy.make_directory ();
			copy_tree (child, copy);
		} else {
			child.copy (copy, NOFOLLOW_SYMLINKS);
		}
	}
}

async void run (string tree) throws Error {
	Tmp.Directory? directory = new Tmp.Directory ("demo-vala-");
	var file = directory.file;

	copy_tree (File.new_for_commandline_arg (tree), file);

	uint64 bytes, directories, files;
	file.measure_disk_usage (APPARENT_SIZE, null, null, out bytes, out directories, out files);
	print ("%s: %s entries, %.1f MB\n",
	       file.get_path (), (directories - 1 + files).to_string (), bytes / 1e6);

	var ticker = new Ticker ();
	var start = get_monotonic_time ();

	// Nobody holds the directory any more: its path is gone at once, and what
	// was in it goes in the background. A program that does not care when that
	// is over needs no more than this; here we wait for it, to take its time.
	directory = null;
	yield Tmp.flush_async ();
	ticker.stop ();

	print ("Dropped in %.1f ms; the main loop never paused longer than %.1f ms\n",
	       (get_monotonic_time () - start) / 1e3, ticker.longest_pause / 1e3);

	if (file.query_exists ())
		throw new IOError.EXISTS ("%s still exists", file.get_path ());
	print ("%s is gone\n", file.get_path ());
}

int main (string[] args) {
	var loop = new MainLoop ();
	var status = 0;

	run.begin (args.length > 1 ? args[1] : "/usr/share/doc", (object, result) => {
		try {
			run.end (result);
		} catch (Error e) {
			printerr ("%s\n", e.message);
			status = 1;
		}
		loop.quit ();
	});
	loop.run ();

	return status;
}
