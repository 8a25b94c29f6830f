// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A fixture that gives every test case a folder of its own, and deletes it afterwards.
// What is tested here remembers a number in its folder: if they shared one, the case that
// comes second would fail.

// Returns 1 in an empty folder, then 2, and so on.
int next_invoice (string folder) throws Error {
	var path = Path.build_filename (folder, "last-invoice");
	var number = 1;

	if (FileUtils.test (path, EXISTS)) {
		string last;
		FileUtils.get_contents (path, out last);
		number += int.parse (last);
	}
	FileUtils.set_contents (path, @"$number\n");
	return number;
}

delegate void FolderFunc (string folder) throws Error;

// Calls the test with the path of a folder of its own.
void add_test (string test_path, owned FolderFunc test) {
	Test.add_data_func (test_path, () => {
		try {
			var directory = new Tmp.Directory ("test-fixture-");
			test (directory.path);
			directory.cleanup ();
		} catch (Error e) {
			Test.message ("%s", e.message);
			Test.fail ();
		}
	});
}

int main (string[] args) {
	Test.init (ref args);

	add_test ("/invoices/first", (folder) => {
		assert_cmpint (next_invoice (folder), EQ, 1);
	});

	add_test ("/invoices/in-a-row", (folder) => {
		assert_cmpint (next_invoice (folder), EQ, 1);
		assert_cmpint (next_invoice (folder), EQ, 2);
		assert_cmpint (next_invoice (folder), EQ, 3);
	});

	return Test.run ();
}
