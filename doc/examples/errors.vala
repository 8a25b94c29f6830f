// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Publishes a new directory, and does the right thing about the one error that it
// expects: that there is one already.

void publish (Tmp.Directory directory, File destination) throws Error {
	try {
		directory.persist (destination);
	} catch (IOError.EXISTS e) {
		// The old one is deleted with the directory then.
		directory.persist (destination, EXCHANGE);
	}
}

void make_and_publish (File parent, string text) throws Error {
	var directory = new Tmp.Directory.in (parent, ".new-");

	FileUtils.set_contents (directory.get_child ("index.html").get_path (), text);
	publish (directory, parent.get_child ("site"));
}

int main () {
	try {
		var directory = new Tmp.Directory ("errors-");
		var parent = directory.file;
		string text;

		make_and_publish (parent, "old");
		make_and_publish (parent, "new");
		FileUtils.get_contents (directory.get_child ("site/index.html").get_path (), out text);
		directory.cleanup ();
		if (text != "new")
			return 1;

		// Here is no such parent any more.
		make_and_publish (parent, "newer");
	} catch (IOError.NOT_FOUND e) {
		print ("%s\n", e.message);
		return 0;
	} catch (Error e) {
		printerr ("%s\n", e.message);
	}
	return 1;
}
