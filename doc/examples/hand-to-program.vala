// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Has another program work in a directory, which is there until that program has
// ended: a coroutine that waits holds what it uses.

// The program finds its files by their names, and puts its own temporary files beside
// them.
async void run () throws Error {
	var directory = new Tmp.Directory ("hand-to-program-");
	var path = directory.get_path ();
	FileUtils.set_contents (Path.build_filename (path, "input.txt"), "c\na\nb\n");

	var launcher = new SubprocessLauncher (NONE);
	launcher.set_cwd (path);
	launcher.setenv ("TMPDIR", path, true);
	yield launcher.spawn ("sort", "input.txt").wait_check_async ();

	// Nothing above would keep it any longer than it is needed.
	yield directory.cleanup_async ();
}

int main (string[] args) {
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
