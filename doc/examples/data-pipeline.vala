// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A pipeline in one directory, where each stage reads the file of the one before: squares
// are made, sorted by another program, compressed, and counted. The main loop waits for
// none of it.

// The squares modulo a prime have (PRIME + 1) / 2 different values.
const int PRIME = 1009;

async void generate (File target) throws Error {
	var text = new StringBuilder ();

	for (var number = 0; number < 10 * PRIME; number++)
		text.append (@"$(number * number % PRIME)\n");
	yield target.replace_contents_async (text.data, null, false, NONE, null, null);
}

async void sort (File source, File target) throws Error {
	var program = new Subprocess (NONE, "sort", "-n", "-u",
	                              "-o", target.get_path (), source.get_path ());

	yield program.wait_check_async ();
}

async void compress (File source, File target) throws Error {
	var input = yield source.read_async ();
	var file = yield target.create_async (NONE);
	var output = new ConverterOutputStream (file, new ZlibCompressor (GZIP));

	yield output.splice_async (input, CLOSE_SOURCE | CLOSE_TARGET);
}

async int count_lines (File source) throws Error {
	var file = yield source.read_async ();
	var input = new ConverterInputStream (file, new ZlibDecompressor (GZIP));
	var lines = new DataInputStream (input);

	var count = 0;
	while ((yield lines.read_line_async ()) != null)
		count++;
	return count;
}

async int count_squares () throws Error {
	var directory = yield Tmp.Directory.create_async (null, "data-pipeline-");
	var squares = directory.get_child ("squares");
	var sorted = directory.get_child ("sorted");
	var packed = directory.get_child ("sorted.gz");

	yield generate (squares);
	yield sort (squares, sorted);
	yield compress (sorted, packed);
	return yield count_lines (packed);
}

int main () {
	var loop = new MainLoop ();
	var values = 0;

	count_squares.begin ((object, result) => {
		try {
			values = count_squares.end (result);
			print ("The squares modulo %d have %d values\n", PRIME, values);
		} catch (Error e) {
			printerr ("%s\n", e.message);
		}
		loop.quit ();
	});
	loop.run ();

	return values == (PRIME + 1) / 2 ? 0 : 1;
}
