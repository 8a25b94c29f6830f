// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Writes to files in a temporary directory and reads them again: one with a name, for
// others to open, and a stream that is in memory while it is small, and in a file without
// a name from then on.

const string TABLE = "day,rain\n1,4\n2,0\n3,7\n";

// The file stays after the stream is closed, until the directory goes.
string use_named_file (Tmp.Directory directory, out File file) throws Error {
	FileIOStream stream;
	var buffer = new uint8[100];

	file = directory.new_file ("table-", ".csv", out stream);
	stream.output_stream.write_all (TABLE.data, null);
	stream.seek (0, SET);
	stream.input_stream.read_all (buffer, null);
	stream.close ();

	return (string) buffer;
}

// Writes numbers, and reads them again to add them up.
int use_spooled_stream (Tmp.Directory directory, int count, out bool rolled) throws Error {
	var stream = new Tmp.SpooledStream (directory, 1024);
	var lines = new DataInputStream (stream.input_stream);
	var sum = 0;

	for (var number = 1; number <= count; number++)
		stream.output_stream.write_all (@"$number\n".data, null);
	stream.seek (0, SET);
	for (var line = lines.read_line (); line != null; line = lines.read_line ())
		sum += int.parse (line);

	rolled = stream.rolled;
	return sum;
}

void run () throws Error {
	var directory = new Tmp.Directory ("files-inside-");
	File file;
	bool few_rolled, many_rolled;

	var table = use_named_file (directory, out file);
	var few = use_spooled_stream (directory, 10, out few_rolled);
	var many = use_spooled_stream (directory, 1000, out many_rolled);

	print (@"$(file.get_path ()) has:\n$table");
	print (@"The sum of 10 numbers is $few, rolled over to a file: $few_rolled\n");
	print (@"The sum of 1000 numbers is $many, rolled over to a file: $many_rolled\n");

	var name = file.get_basename ();
	var names = Dir.open (directory.path);
	if (names.read_name () != name || names.read_name () != null ||
	    !name.has_prefix ("table-") || !name.has_suffix (".csv"))
		throw new IOError.FAILED (@"$name is wrong");
	if (table != TABLE || few != 55 || few_rolled || many != 500500 || !many_rolled)
		throw new IOError.FAILED ("That is not what was written");
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
