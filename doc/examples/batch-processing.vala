// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Has a program, which wants files, work on many items, some of them at once. Each of
// them has a folder of its own, and all have one temporary directory.

const int AT_ONCE = 3;

// What was installed on a machine, what is, and what is to be found out of that
struct Item {
	unowned string before;
	unowned string after;
	unowned string added;
}

const Item[] ITEMS = {
	{ "bash\ncurl\ngit\n", "bash\ncurl\ngit\njq\n", "jq\n" },
	{ "bash\nperl\nzsh\n", "bash\nmake\nperl\nvim\n", "make\nvim\n" },
	{ "dash\n", "dash\n", "" },
	{ "gcc\nmake\n", "gcc\nmake\nmeson\nninja\n", "meson\nninja\n" },
	{ "", "dash\nnano\n", "dash\nnano\n" },
	{ "less\nvim\n", "less\n", "" },
	{ "bash\nwget\n", "bash\ncurl\nwget\n", "curl\n" },
};

// In a folder that nobody else has, files can have simple names.
async string compare (Tmp.Directory directory, string before, string after) throws Error {
	var folder = yield directory.new_subdirectory_async ("item-");
	FileUtils.set_contents (folder.get_child ("before").get_path (), before);
	FileUtils.set_contents (folder.get_child ("after").get_path (), after);

	var launcher = new SubprocessLauncher (STDOUT_PIPE);
	launcher.set_cwd (folder.get_path ());
	var comm = launcher.spawn ("comm", "-13", "before", "after");
	string output;
	yield comm.communicate_utf8_async (null, null, out output, null);
	if (!comm.get_successful ())
		throw new IOError.FAILED ("comm has failed");
	return output;
}

async string[] process () throws Error {
	var directory = new Tmp.Directory ("batch-");
	var results = new string[ITEMS.length];
	Error? failure = null;

	for (var start = 0; start < results.length && failure == null; start += AT_ONCE) {
		var running = int.min (AT_ONCE, results.length - start);

		for (var i = start; i < int.min (start + AT_ONCE, results.length); i++) {
			var number = i;

			compare.begin (directory, ITEMS[i].before, ITEMS[i].after, (object, result) => {
				try {
					results[number] = compare.end (result);
				} catch (Error e) {
					failure = e;
				}
				if (--running == 0)
					process.callback ();
			});
		}
		// Until the last of them is done
		yield;
		// The next ones need not find the disk full of these.
		yield directory.clear_async ();
	}

	yield directory.cleanup_async ();
	if (failure != null)
		throw failure;
	return results;
}

int main () {
	var loop = new MainLoop ();
	var status = 0;

	process.begin ((object, result) => {
		try {
			var results = process.end (result);

			print ("New are: %s\n", string.joinv ("", results).chomp ().replace ("\n", " "));
			for (var i = 0; i < ITEMS.length; i++)
				if (results[i] != ITEMS[i].added)
					throw new IOError.FAILED ("that is not what has been added");
		} catch (Error e) {
			printerr ("%s\n", e.message);
			status = 1;
		}
		loop.quit ();
	});
	loop.run ();

	return status;
}
