// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Keeps one directory for as long as an application runs: a field of the application
// holds the reference.

class KeepUntilQuit : Application {
	Tmp.Directory scratch;

	public KeepUntilQuit () {
		Object (flags: ApplicationFlags.NON_UNIQUE);
	}

	protected override void startup () {
		base.startup ();

		try {
			scratch = new Tmp.Directory ("keep-until-quit-");
		} catch (Error e) {
			error ("%s", e.message);
		}
	}

	protected override void activate () {
		try {
			var path = Path.build_filename (scratch.get_path (), "notes.txt");

			FileUtils.set_contents (path, "Until we quit\n");
			print ("%s\n", path);
		} catch (Error e) {
			error ("%s", e.message);
		}
	}

	public static int main (string[] args) {
		return new KeepUntilQuit ().run (args);
	}
}
