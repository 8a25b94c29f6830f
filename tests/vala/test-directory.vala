// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

void test_new (File @base) throws Error {
	var directory = new Tmp.Directory ("x");

	assert_cmpstr (Path.get_dirname (directory.path), EQ, Environment.get_tmp_dir ());
	assert_true (Path.get_basename (directory.path).has_prefix ("x"));
	assert_true (directory.get_path () == directory.file.get_path ());
	assert_cmpint (count_children (directory.file), EQ, 0);
	assert_true (directory.cleanup ());
	assert_false (directory.file.query_exists ());

	directory = new Tmp.Directory ();
	assert_true (Path.get_basename (directory.path).has_prefix ("tmp"));
	directory.cleanup ();
}

void test_new_in (File @base) throws Error {
	var directory = new Tmp.Directory.in (@base, "x");

	assert_true (directory.file.has_parent (@base));
	assert_true (directory.parent.equal (@base));
	assert_cmpstr (directory.prefix, EQ, "x");
	assert_null (directory.suffix);
	assert_true (directory.auto_cleanup);
	assert_false (directory.ignore_cleanup_errors);
	assert_true (directory.entries_removed == 0);

	assert_true (directory.get_file () == directory.file);
	assert_true (directory.get_parent ().equal (@base));
	assert_cmpstr (directory.get_prefix (), EQ, "x");
	assert_null (directory.get_suffix ());
	assert_true (directory.get_entries_removed () == 0);
	directory.set_auto_cleanup (false);
	directory.set_ignore_cleanup_errors (true);
	assert_false (directory.get_auto_cleanup ());
	assert_true (directory.get_ignore_cleanup_errors ());
	directory.set_ignore_cleanup_errors (false);
	assert_true (directory.cleanup (null));
	assert_cmpint (count_children (@base), EQ, 0);
}

void test_initable (File @base) throws Error {
	var directory = (Tmp.Directory) Initable.@new (typeof (Tmp.Directory), null,
	                                               "parent", @base,
	                                               "prefix", "a",
	                                               "suffix", "z",
	                                               "auto-cleanup", false,
	                                               null);

	assert_true (directory.file.get_basename ().has_prefix ("a"));
	assert_true (directory.file.get_basename ().has_suffix ("z"));
	assert_cmpstr (directory.get_suffix (), EQ, "z");
	assert_cmpstr (directory.suffix, EQ, "z");
	assert_false (directory.auto_cleanup);
	directory.auto_cleanup = true;
	directory.cleanup ();
}

void test_mode (File @base) throws Error {
	foreach (var mask in new int[] { 0, 022, 0777 }) {
		var before = Posix.umask (mask);
		var directory = new Tmp.Directory.in (@base);
		Posix.umask (before);

		Posix.Stat status;
		assert_cmpint (Posix.lstat (directory.path, out status), EQ, 0);
		assert_true ((status.st_mode & 07777) == 0700);
		assert_true (Posix.S_ISDIR (status.st_mode));
		assert_true (status.st_uid == Posix.geteuid ());
		directory.cleanup ();
	}
}

Error? error_of_new (File? parent, string? prefix) {
	try {
		new Tmp.Directory.in (parent, prefix);
		return null;
	} catch (Error e) {
		return e;
	}
}

void test_errors (File @base) throws Error {
	var file = @base.get_child ("file");

	assert_io_error (error_of_new (file, null), IOError.NOT_FOUND, file);
	file.create (NONE).close ();
	assert_io_error (error_of_new (file, null), IOError.NOT_DIRECTORY, file);
	file.delete ();
	assert_io_error (error_of_new (@base, "a/b"), IOError.INVALID_FILENAME);
	assert_io_error (error_of_new (@base, string.nfill (256, 'x')), IOError.INVALID_FILENAME);
	assert_cmpint (count_children (@base), EQ, 0);

	// The way that every Vala program catches it.
	try {
		new Tmp.Directory.in (file);
		assert_not_reached ();
	} catch (IOError.NOT_FOUND e) {
		assert_true (e.message.contains (file.get_path ()));
	}
}

void test_uninitialised (File @base) throws Error {
	var directory = (Tmp.Directory) Object.new (typeof (Tmp.Directory), "parent", @base);

	assert_null (directory.file);
	assert_null (directory.path);
	assert_null (directory.detach ());
	try {
		directory.cleanup ();
		assert_not_reached ();
	} catch (Error e) {
		assert_io_error (e, IOError.NOT_INITIALIZED);
	}

	assert_true (directory.init ());
	assert_true (directory.init ());
	assert_cmpint (count_children (@base), EQ, 1);
	directory.cleanup ();
}

void test_get_child (File @base) throws Error {
	var directory = new Tmp.Directory.in (@base);

	assert_true (directory.get_child ("a/b").equal (
		directory.file.get_child ("a").get_child ("b")));
	foreach (var name in new string[] { "/etc", "..", "a/../../b" }) {
		try {
			directory.get_child (name);
			assert_not_reached ();
		} catch (Error e) {
			assert_io_error (e, IOError.INVALID_FILENAME);
		}
	}
	directory.cleanup ();
}

void test_contents (File @base) throws Error {
	var directory = new Tmp.Directory.in (@base);
	FileIOStream? stream;
	var file = directory.new_file ("a-", ".txt", out stream);

	assert_true (file.has_parent (directory.file));
	stream.output_stream.write_all ("hello".data, null);
	stream.close ();
	assert_true (directory.new_subdirectory ().has_parent (directory.file));
	assert_cmpint (count_children (directory.file), EQ, 2);
	assert_true (directory.clear ());
	assert_cmpint (count_children (directory.file), EQ, 0);

	directory.cleanup ();
	try {
		directory.new_file (null, null, out stream);
		assert_not_reached ();
	} catch (Error e) {
		assert_io_error (e, IOError.CLOSED);
	}
}

async void test_contents_async (File @base) throws Error {
	var directory = new Tmp.Directory.in (@base);
	FileIOStream? stream;
	var file = yield directory.new_file_async (null, null, Priority.DEFAULT, null, out stream);

	assert_true (file.has_parent (directory.file));
	assert_nonnull (stream);
	assert_true ((yield directory.new_subdirectory_async ("b")).has_parent (directory.file));
	assert_cmpint (count_children (directory.file), EQ, 2);
	assert_true (yield directory.clear_async ());
	assert_cmpint (count_children (directory.file), EQ, 0);
	directory.cleanup ();
}

async void test_persist (File @base) throws Error {
	var destination = @base.get_child ("destination");
	var directory = new Tmp.Directory.in (@base);
	var path = directory.get_path ();

	make_tree (directory.file, 50);
	assert_true (directory.persist (destination));
	assert_false (FileUtils.test (path, EXISTS));
	assert_cmpint (count_children (destination), EQ, 1);

	directory = new Tmp.Directory.in (@base);
	try {
		yield directory.persist_async (destination);
		assert_not_reached ();
	} catch (Error e) {
		assert_io_error (e, IOError.EXISTS, destination);
	}
	assert_true (yield directory.persist_async (destination, EXCHANGE));
	assert_cmpint (count_children (directory.file), EQ, 1);
	assert_cmpint (count_children (destination), EQ, 0);
	directory.cleanup ();
	destination.delete ();
}

void test_cleanup (File @base) throws Error {
	var directory = new Tmp.Directory.in (@base);
	var cancellable = new Cancellable ();

	make_tree (directory.file, 250);
	directory.get_child ("root").make_symbolic_link ("/");
	cancellable.cancel ();
	try {
		directory.cleanup (cancellable);
		assert_not_reached ();
	} catch (Error e) {
		assert_io_error (e, IOError.CANCELLED);
	}
	assert_cmpint (count_children (directory.file), EQ, 4);

	assert_true (directory.cleanup ());
	assert_true (directory.cleanup ());
	assert_cmpint (count_children (@base), EQ, 0);
	// 250 files in 3 directories, the link, and the root.
	assert_true (directory.entries_removed == 255);
}

void test_cleanup_fails (File @base) throws Error {
	var directory = new Tmp.Directory.in (@base);
	var elsewhere = @base.get_child ("elsewhere");

	directory.file.move (elsewhere, NONE);
	try {
		directory.cleanup ();
		assert_not_reached ();
	} catch (Error e) {
		assert_io_error (e, IOError.NOT_FOUND, directory.file);
	}
	directory.detach ();
	elsewhere.delete ();
}

void test_detach (File @base) throws Error {
	Tmp.Directory? directory = new Tmp.Directory.in (@base);
	var file = directory.detach ();

	directory = null;
	assert_true (file.query_exists ());
	file.delete ();
}

void test_unref (File @base) throws Error {
	Tmp.Directory? directory = new Tmp.Directory.in (@base);
	var file = directory.file;

	make_tree (file, 250);
	Tmp.Directory? other = directory;
	directory = null;
	assert_true (file.query_exists ());
	other = null;
	// At once, though the files inside may take a while.
	assert_false (file.query_exists ());
	assert_true (Tmp.flush ());
	assert_cmpint (count_children (@base), EQ, 0);
}

void test_no_auto_cleanup (File @base) throws Error {
	Tmp.Directory? directory = new Tmp.Directory.in (@base);
	var file = directory.file;

	directory.auto_cleanup = false;
	directory = null;
	assert_true (file.query_exists ());
	file.delete ();
}

void test_exit (File @base) throws Error {
	if (Test.subprocess ()) {
		// Lives until the process ends.
		var directory = new Tmp.Directory.in (File.new_for_path (Environment.get_variable ("TEST_BASE")));
		make_tree (directory.file, 250);
		@base.delete ();
		Process.exit (0);
	}

	Environment.set_variable ("TEST_BASE", @base.get_path (), true);
	Test.trap_subprocess (null, TIMEOUT * 1000000, 0);
	Test.trap_assert_passed ();
	assert_cmpint (count_children (@base), EQ, 0);
}

delegate void UseFunc (owned Tmp.Directory directory);

// Through owned arguments, containers and closures, each of which is the last to hold it.
void test_owners (File @base) throws Error {
	UseFunc use = (directory) => assert_true (directory.file.has_parent (@base));
	Tmp.Directory? directory = new Tmp.Directory.in (@base);
	use ((owned) directory);
	assert_null (directory);
	assert_cmpint (count_children (@base), EQ, 0);

	var array = new GenericArray<Tmp.Directory> ();
	array.add (new Tmp.Directory.in (@base));
	array.add (new Tmp.Directory.in (@base));
	array.remove_index (0);
	assert_cmpint (count_children (@base), EQ, 1);
	array = null;
	assert_cmpint (count_children (@base), EQ, 0);

	var held = new Tmp.Directory.in (@base);
	SourceFunc hold = () => held.auto_cleanup;
	held = null;
	hold = null;

	var value = Value (typeof (Tmp.Directory));
	value.take_object (new Tmp.Directory.in (@base));
	assert_nonnull (((Tmp.Directory) value.get_object ()).path);
	value.unset ();
	assert_cmpint (count_children (@base), EQ, 0);
	Tmp.flush ();
}

// Of calls whose caller does not wait, none leaves anything, or leaks it.
void test_nobody_listens (File @base) throws Error {
	// Until the end of a block valac holds what has no name.
	{
		new Tmp.Directory.in (@base).cleanup_async.begin ();
		new Tmp.Directory.in (@base).clear_async.begin ();
		new Tmp.Directory.in (@base).new_file_async.begin ();
		new Tmp.Directory.in (@base).new_subdirectory_async.begin ();
		new Tmp.Directory.in (@base).persist_async.begin (@base.get_child ("missing/file"));
	}

	var timer = Timeout.add (5, () => Source.CONTINUE);
	while (count_children (@base) > 0)
		MainContext.@default ().iteration (true);
	Source.remove (timer);
	Tmp.flush ();
}

async void test_create_async (File @base) throws Error {
	var directory = yield Tmp.Directory.create_async (@base, "x");
	assert_true (directory.file.has_parent (@base));
	assert_true (directory.file.get_basename ().has_prefix ("x"));
	directory.cleanup ();

	directory = yield Tmp.Directory.create_async ();
	assert_true (directory.file.query_exists ());
	directory.cleanup ();

	try {
		yield Tmp.Directory.create_async (@base.get_child ("missing"));
		assert_not_reached ();
	} catch (Error e) {
		assert_io_error (e, IOError.NOT_FOUND, @base.get_child ("missing"));
	}
}

async void test_cleanup_async (File @base) throws Error {
	var directory = new Tmp.Directory.in (@base);
	make_tree (directory.file, 250);
	assert_true (yield directory.cleanup_async ());
	assert_true (yield directory.cleanup_async (Priority.LOW, new Cancellable ()));
	assert_cmpint (count_children (@base), EQ, 0);
}

async void test_cleanup_async_cancelled (File @base) throws Error {
	var directory = new Tmp.Directory.in (@base);
	var cancellable = new Cancellable ();

	cancellable.cancel ();
	try {
		yield directory.cleanup_async (Priority.DEFAULT, cancellable);
		assert_not_reached ();
	} catch (Error e) {
		assert_io_error (e, IOError.CANCELLED);
	}
	assert_true (directory.file.query_exists ());
	yield directory.cleanup_async ();
}

async void test_entries_removed (File @base) throws Error {
	var directory = new Tmp.Directory.in (@base);
	uint64 last = 0;

	make_tree (directory.file, 2000);
	directory.notify["entries-removed"].connect (() => {
		assert_true (directory.entries_removed >= last);
		last = directory.entries_removed;
	});
	yield directory.cleanup_async ();
	assert_true (directory.entries_removed == 2021);
	while (last != 2021) {
		Timeout.add (5, test_entries_removed.callback);
		yield;
	}
}

async void test_does_not_block (File @base) throws Error {
	var most = 0;

	// A machine may be busy for a moment, but not three times in a row.
	for (var tries = 0; tries < 3 && most < 5; tries++) {
		var directory = new Tmp.Directory.in (@base);
		var ticks = 0;

		make_tree (directory.file, 5000);
		var timer = Timeout.add (1, () => {
			ticks++;
			return Source.CONTINUE;
		});
		yield directory.cleanup_async ();
		Source.remove (timer);
		most = int.max (most, ticks);
	}
	assert_cmpint (most, GE, 5);
}

int main (string[] args) {
	Test.init (ref args);
	add_test ("/vala/directory/new", test_new);
	add_test ("/vala/directory/new-in", test_new_in);
	add_test ("/vala/directory/initable", test_initable);
	add_test ("/vala/directory/mode", test_mode);
	add_test ("/vala/directory/errors", test_errors);
	add_test ("/vala/directory/uninitialised", test_uninitialised);
	add_test ("/vala/directory/get-child", test_get_child);
	add_test ("/vala/directory/contents", test_contents);
	add_test ("/vala/directory/cleanup", test_cleanup);
	add_test ("/vala/directory/cleanup-fails", test_cleanup_fails);
	add_test ("/vala/directory/detach", test_detach);
	add_test ("/vala/directory/unref", test_unref);
	add_test ("/vala/directory/no-auto-cleanup", test_no_auto_cleanup);
	add_test ("/vala/directory/exit", test_exit);
	add_test ("/vala/directory/owners", test_owners);
	add_test ("/vala/directory/nobody-listens", test_nobody_listens);
	add_async_test ("/vala/directory/create-async",
	                (folder, callback) => test_create_async.begin (folder, callback),
	                (result) => test_create_async.end (result));
	add_async_test ("/vala/directory/contents-async",
	                (folder, callback) => test_contents_async.begin (folder, callback),
	                (result) => test_contents_async.end (result));
	add_async_test ("/vala/directory/persist",
	                (folder, callback) => test_persist.begin (folder, callback),
	                (result) => test_persist.end (result));
	add_async_test ("/vala/directory/cleanup-async",
	                (folder, callback) => test_cleanup_async.begin (folder, callback),
	                (result) => test_cleanup_async.end (result));
	add_async_test ("/vala/directory/cleanup-async/cancelled",
	                (folder, callback) => test_cleanup_async_cancelled.begin (folder, callback),
	                (result) => test_cleanup_async_cancelled.end (result));
	add_async_test ("/vala/directory/entries-removed",
	                (folder, callback) => test_entries_removed.begin (folder, callback),
	                (result) => test_entries_removed.end (result));
	add_async_test ("/vala/directory/does-not-block",
	                (folder, callback) => test_does_not_block.begin (folder, callback),
	                (result) => test_does_not_block.end (result));
	return Test.run ();
}
