// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Builds a tree of folders and files in one temporary directory, and lists it. None of
// them has to be remembered: all of it goes with the directory, at once.

const string[] FOLDERS = { "data/2026", "src" };

struct Entry {
	unowned string name;
	unowned string text;
}

const Entry[] FILES = {
	{ "README.md", "# Rain\n" },
	{ "data/2026/april.csv", "day,rain\n1,4\n2,0\n" },
	{ "data/2026/may.csv", "day,rain\n1,0\n2,7\n" },
	{ "src/main.vala", "void main () { print (\"Rain\"); }\n" },
};

const string EXPECTED = """README.md
data
data/2026
data/2026/april.csv
data/2026/may.csv
src
src/main.vala""";

void add_names (GenericArray<string> names, File top, File folder) throws Error {
	var children = folder.enumerate_children ("standard::name,standard::type",
	                                          NOFOLLOW_SYMLINKS);

	FileInfo? info;
	while ((info = children.next_file ()) != null) {
		var child = children.get_child (info);

		names.add (top.get_relative_path (child));
		if (info.get_file_type () == DIRECTORY)
			add_names (names, top, child);
	}
}

string list_tree (File top) throws Error {
	var names = new GenericArray<string> ();

	add_names (names, top, top);
	names.sort (strcmp);

	return string.joinv ("\n", names.data);
}

void run () throws Error {
	var directory = new Tmp.Directory ("structure-");

	foreach (var name in FOLDERS)
		directory.get_child (name).make_directory_with_parents ();
	foreach (var entry in FILES)
		FileUtils.set_contents (directory.get_child (entry.name).get_path (), entry.text);

	var listing = list_tree (directory.file);
	directory.cleanup ();

	print ("%s\n", listing);
	if (listing != EXPECTED)
		throw new IOError.FAILED ("that is not what was built");
	if (directory.file.query_exists ())
		throw new IOError.EXISTS ("%s still exists", directory.path);
	print ("Now there is no %s\n", directory.path);
}

int main () {
	try {
		run ();
		return 0;
	} catch (Error e) {
		printerr ("%s\n", e.message);
		return 1;
	}
}
