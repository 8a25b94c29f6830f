// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Throws in the middle of a method. Nothing is left, and the caller gets the error that
// it was.

errordomain RainError {
	SYNTAX
}

// Puts the rain of each place into a file, and adds it up.
int import_rain (string[] lines, File parent) throws Error {
	var directory = new Tmp.Directory.in (parent, "import-");
	var sum = 0;

	foreach (var line in lines) {
		var fields = line.split (" ");
		var rain = 0;

		// What is thrown drops the last reference, and the directory goes.
		if (fields.length != 2 || !int.try_parse (fields[1], out rain))
			throw new RainError.SYNTAX ("“%s” is not a place and a number", line);

		var file = directory.get_child (fields[0]);
		FileUtils.set_contents (file.get_path (), fields[1]);
		print ("%s has %s\n", file.get_path (), fields[1]);
		sum += rain;
	}

	return sum;
}

bool is_empty (Tmp.Directory directory) throws Error {
	// What is dropped is gone from its path at once, but from the disk a little later.
	Tmp.flush ();

	return Dir.open (directory.path).read_name () == null;
}

int run () throws Error {
	var outer = new Tmp.Directory ("exception-safety-");

	if (import_rain ({ "Oslo 4", "Bergen 11" }, outer.file) != 15 || !is_empty (outer))
		return 1;

	try {
		import_rain ({ "Oslo 4", "Narvik much", "Molde 7" }, outer.file);
		return 1;
	} catch (RainError.SYNTAX e) {
		print ("Failed: %s\n", e.message);
		if (!e.message.contains ("Narvik much") || !is_empty (outer))
			return 1;
	}

	print ("Nothing is left\n");
	return 0;
}

int main () {
	Intl.setlocale ();
	try {
		return run ();
	} catch (Error e) {
		printerr ("%s\n", e.message);
		return 1;
	}
}
