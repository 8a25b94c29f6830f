// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// wrong-owner CASE: is right, but compiled with the API that wrong/Tmp-1.metadata makes.

int main (string[] args) {
	try {
		var directory = new Tmp.Directory ();
		File? file = null;

		directory.cleanup ();
		switch (args[1]) {
		case "right":
			return 0;
		case "lost":
			file = directory.detach ();
			break;
		case "freed-twice":
			file = directory.get_file ();
			break;
		}
		return file != null ? 0 : 1;
	} catch (Error e) {
		printerr ("%s\n", e.message);
		return 1;
	}
}
