// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What the Vala tests share.

// Seconds after which anything that should have happened is a failure.
const int TIMEOUT = 60;

delegate void TestFunc (File @base) throws Error;
delegate void BeginFunc (File @base, AsyncReadyCallback callback);
delegate void EndFunc (AsyncResult result) throws Error;

// Calls func with an empty folder, which it has to leave empty.
void add_test (string path, owned TestFunc func) {
	Test.add_data_func (path, () => {
		try {
			var folder = File.new_for_path (DirUtils.make_tmp ("baseXXXXXX"));
			func (folder);
			folder.delete ();
		} catch (Error e) {
			Test.message ("%s", e.message);
			Test.fail ();
		}
	});
}

// The same for an asynchronous function; Vala has no delegates for those.
void add_async_test (string path, owned BeginFunc begin, owned EndFunc end) {
	add_test (path, (folder) => {
		var loop = new MainLoop ();
		AsyncResult? result = null;

		var timer = Timeout.add_seconds (TIMEOUT, () => {
			error ("was not over after %d seconds", TIMEOUT);
		});
		begin (folder, (object, res) => {
			result = res;
			loop.quit ();
		});
		loop.run ();
		Source.remove (timer);
		end (result);
	});
}

// Aborts unless the error is of this IOError code and tells the file's path.
void assert_io_error (Error? e, int code, File? file = null) {
	if (e == null)
		error ("no error where code %d was expected", code);
	if (!e.matches (IOError.quark (), code))
		error ("'%s' (%s, %d) has not code %d", e.message, e.domain.to_string (), e.code, code);
	if (file != null && !e.message.contains (file.get_path ()))
		error ("'%s' does not tell %s", e.message, file.get_path ());
}

int count_children (File directory) throws Error {
	var count = 0;
	var enumerator = directory.enumerate_children (FileAttribute.STANDARD_NAME,
	                                               NOFOLLOW_SYMLINKS);
	while (enumerator.next_file () != null)
		count++;
	return count;
}

void make_tree (File directory, int files) throws Error {
	File parent = directory;

	for (var number = 0; number < files; number++) {
		if (number % 100 == 0) {
			parent = directory.get_child (@"directory-$(number / 100)");
			parent.make_directory ();
		}
		parent.get_child (@"file-$number").create (NONE).close ();
	}
}
