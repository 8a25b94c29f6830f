// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

File make_directory (File @base) throws Error {
	var tree = @base.get_child ("tree");
	tree.make_directory ();
	make_tree (tree, 250);
	tree.get_child ("root").make_symbolic_link ("/");
	return tree;
}

void test_delete_tree (File @base) throws Error {
	assert_true (Tmp.delete_tree (make_directory (@base)));
	assert_cmpint (count_children (@base), EQ, 0);
	assert_true (Tmp.delete_tree (@base.get_child ("tree"), NONE, null));
}

void test_keep_root (File @base) throws Error {
	var tree = make_directory (@base);
	assert_true (Tmp.delete_tree (tree, KEEP_ROOT));
	assert_cmpint (count_children (tree), EQ, 0);
	tree.delete ();
}

void test_symbolic_link (File @base) throws Error {
	var tree = make_directory (@base);
	var link = @base.get_child ("link");

	link.make_symbolic_link (tree.get_path ());
	assert_true (Tmp.delete_tree (link));
	assert_cmpint (count_children (tree), EQ, 4);
	assert_cmpint (count_children (@base), EQ, 1);
	Tmp.delete_tree (tree);
}

void test_errors (File @base) throws Error {
	var file = @base.get_child ("file");

	file.create (NONE).close ();
	try {
		Tmp.delete_tree (file, KEEP_ROOT);
		assert_not_reached ();
	} catch (Error e) {
		assert_io_error (e, IOError.NOT_DIRECTORY, file);
	}
	assert_true (Tmp.delete_tree (file, KEEP_ROOT | IGNORE_ERRORS));
	file.delete ();
}

async void test_delete_tree_async (File @base) throws Error {
	assert_true (yield Tmp.delete_tree_async (make_directory (@base)));
	assert_cmpint (count_children (@base), EQ, 0);

	var tree = make_directory (@base);
	var cancellable = new Cancellable ();
	cancellable.cancel ();
	try {
		yield Tmp.delete_tree_async (tree, NONE, Priority.LOW, cancellable);
		assert_not_reached ();
	} catch (Error e) {
		assert_io_error (e, IOError.CANCELLED);
	}
	assert_cmpint (count_children (tree), EQ, 4);
	yield Tmp.delete_tree_async (tree, NONE, Priority.LOW, null);
}

async void test_flush_async (File @base) throws Error {
	Tmp.Directory? directory = new Tmp.Directory.in (@base);
	make_tree (directory.file, 2000);
	directory = null;
	assert_true (yield Tmp.flush_async ());
	assert_cmpint (count_children (@base), EQ, 0);
}

// In processes of their own, with a folder for their state that nobody else
// reclaims from.
void test_reclaim (File @base) throws Error {
	if (Test.subprocess ()) {
		var folder = File.new_for_path (Environment.get_variable ("TEST_BASE"));
		@base.delete ();
		if (Environment.get_variable ("TEST_LEAVE") != null) {
			var directory = new Tmp.Directory.in (folder);
			Posix.kill (Posix.getpid (), directory != null ? Posix.Signal.KILL : 0);
		}
		assert_cmpint ((int) Tmp.reclaim (), EQ, 1);
		Process.exit (0);
	}

	var before = Environment.get_variable ("XDG_STATE_HOME");
	var state = @base.get_child ("state");
	state.make_directory ();
	Environment.set_variable ("TEST_BASE", @base.get_path (), true);
	Environment.set_variable ("XDG_STATE_HOME", state.get_path (), true);

	Environment.set_variable ("TEST_LEAVE", "1", true);
	Test.trap_subprocess (null, TIMEOUT * 1000000, 0);
	assert_cmpint (count_children (@base), EQ, 2);
	Environment.unset_variable ("TEST_LEAVE");
	Test.trap_subprocess (null, TIMEOUT * 1000000, 0);
	Test.trap_assert_passed ();
	assert_cmpint (count_children (@base), EQ, 1);
	Tmp.delete_tree (state);

	// Other tests have theirs.
	if (before != null)
		Environment.set_variable ("XDG_STATE_HOME", before, true);
	else
		Environment.unset_variable ("XDG_STATE_HOME");
}

async void test_reclaim_async (File @base) throws Error {
	var cancellable = new Cancellable ();

	// Whatever others may have left, which is not for a test to tell.
	assert_cmpint ((int) yield Tmp.reclaim_async (), GE, 0);
	cancellable.cancel ();
	try {
		yield Tmp.reclaim_async (cancellable);
		assert_not_reached ();
	} catch (Error e) {
		assert_io_error (e, IOError.CANCELLED);
	}
}

void test_version (File @base) throws Error {
	assert_true (Tmp.MAJOR_VERSION > 0 || Tmp.MINOR_VERSION >= 1);
	assert_true (Tmp.MICRO_VERSION >= 0);
}

int main (string[] args) {
	Test.init (ref args);
	add_test ("/vala/version", test_version);
	add_test ("/vala/delete-tree", test_delete_tree);
	add_test ("/vala/delete-tree/keep-root", test_keep_root);
	add_test ("/vala/delete-tree/symbolic-link", test_symbolic_link);
	add_test ("/vala/delete-tree/errors", test_errors);
	add_async_test ("/vala/delete-tree/async",
	                (folder, callback) => test_delete_tree_async.begin (folder, callback),
	                (result) => test_delete_tree_async.end (result));
	add_async_test ("/vala/flush/async",
	                (folder, callback) => test_flush_async.begin (folder, callback),
	                (result) => test_flush_async.end (result));
	add_test ("/vala/reclaim", test_reclaim);
	add_async_test ("/vala/reclaim/async",
	                (folder, callback) => test_reclaim_async.begin (folder, callback),
	                (result) => test_reclaim_async.end (result));
	return Test.run ();
}
