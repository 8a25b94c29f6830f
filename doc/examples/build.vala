// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Builds in a temporary directory beside the destination, and moves the result there when
// it is complete: whoever looks there finds the old one or the new one, and a build that
// fails leaves the old one and nothing else.

async string load (File file) throws Error {
	uint8[] contents;

	yield file.load_contents_async (null, out contents, null);
	return (string) contents;
}

async void save (File file, string text) throws Error {
	yield file.replace_contents_async (text.data, null, false, NONE, null, null);
}

// Makes a page of every note.
async void render (File notes, File pages) throws Error {
	var children = yield notes.enumerate_children_async (FileAttribute.STANDARD_NAME, NONE);

	foreach (var info in yield children.next_files_async (int.MAX)) {
		var name = info.get_name ();
		var text = yield load (notes.get_child (name));

		if (text == "")
			throw new IOError.INVALID_DATA ("%s is empty", name);
		yield save (pages.get_child (@"$name.html"),
		             @"<h1>$(Markup.escape_text (text))</h1>\n");
	}
}

async void build (File notes, File site) throws Error {
	var directory = yield Tmp.Directory.create_async (site.get_parent (), ".build-");
	yield render (notes, directory.file);

	// Others may read it; until now nobody else could.
	directory.file.set_attribute_uint32 (FileAttribute.UNIX_MODE, 0755, NONE);

	var flags = site.query_exists () ? Tmp.PersistFlags.EXCHANGE : Tmp.PersistFlags.NONE;
	yield directory.persist_async (site, flags);

	// If there was an old one, that has become the temporary directory.
	yield directory.cleanup_async ();
}

// The site has to have this text, and the folder nothing but the notes and the site.
async void check (File folder, string text) throws Error {
	var page = folder.get_child ("site").get_child ("apples.html");
	var contents = yield load (page);
	print ("%s: %s", page.get_path (), contents);
	if (!contents.contains (text))
		throw new IOError.FAILED ("%s should say %s", page.get_path (), text);

	// Until what has been dropped is deleted, too
	yield Tmp.flush_async ();
	var children = yield folder.enumerate_children_async (FileAttribute.STANDARD_NAME, NONE);
	if ((yield children.next_files_async (int.MAX)).length () != 2)
		throw new IOError.FAILED ("There is something else in %s", folder.get_path ());
}

async void run () throws Error {
	var directory = yield Tmp.Directory.create_async (null, "build-");
	var folder = directory.file;
	var notes = directory.get_child ("notes");
	var site = directory.get_child ("site");

	notes.make_directory ();
	yield save (notes.get_child ("apples"), "Red apples");
	yield build (notes, site);
	yield check (folder, "Red");

	yield save (notes.get_child ("apples"), "Green apples");
	yield build (notes, site);
	yield check (folder, "Green");

	yield save (notes.get_child ("apples"), "Rotten apples");
	yield save (notes.get_child ("pears"), "");
	try {
		yield build (notes, site);
	} catch (IOError.INVALID_DATA e) {
		yield check (folder, "Green");
		print ("What failed is not seen: %s\n", e.message);
		return;
	}
	throw new IOError.FAILED ("It should have failed");
}

int main () {
	var loop = new MainLoop ();
	var status = 0;

	run.begin ((object, result) => {
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
