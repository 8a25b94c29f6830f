// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

void main () {
	try {
		var dir = new Tmp.Directory ("hello-");
		var file = dir.get_child ("greeting");
		FileUtils.set_contents (file.get_path (), "hello\n");
		print ("%s\n", file.get_path ());
	} catch (Error e) {
		error (e.message);
	}
}
