// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

void assert_contents (Tmp.SpooledStream stream, string expected) throws Error {
	stream.seek (0, SET);
	var bytes = stream.input_stream.read_bytes (1000);
	assert_true (bytes.compare (new Bytes (expected.data)) == 0);
}

void test_rolled (File @base) throws Error {
	var directory = new Tmp.Directory.in (@base);
	var stream = new Tmp.SpooledStream (directory, 8);

	assert_true (stream.directory == directory);
	assert_true (stream.max_size == 8);
	assert_true (stream.get_directory () == directory);
	assert_true (stream.get_max_size () == 8);
	assert_false (stream.get_rolled ());
	stream.output_stream.write_all ("12345678".data, null);
	assert_false (stream.rolled);
	assert_true (stream.tell () == 8);
	stream.output_stream.write_all ("9".data, null);
	assert_true (stream.rolled);
	assert_contents (stream, "123456789");

	stream.seek (-4, END);
	stream.output_stream.write_all ("x".data, null);
	stream.truncate (7);
	assert_contents (stream, "12345x7");
	assert_cmpint (count_children (directory.file), EQ, 0);
}

async void test_async (File @base) throws Error {
	var directory = new Tmp.Directory.in (@base);

	foreach (var max_size in new uint64[] { 0, 1000 }) {
		var stream = new Tmp.SpooledStream (directory, max_size);
		var buffer = new uint8[3];

		assert_true ((yield stream.output_stream.write_async ("hello".data)) == 5);
		stream.seek (1, SET);
		assert_true ((yield stream.input_stream.read_async (buffer)) == 3);
		assert_true (buffer[0] == 'e' && buffer[2] == 'l');
		assert_true (stream.tell () == 4);
		assert_true (yield stream.rollover_async ());
		assert_true (stream.rollover ());
		assert_true (stream.rolled);
		assert_contents (stream, "hello");
		yield stream.close_async ();

		try {
			stream.rollover ();
			assert_not_reached ();
		} catch (Error e) {
			assert_io_error (e, IOError.CLOSED);
		}
	}
	// A task in a thread may hold the stream, which holds it, for a moment longer.
	directory.cleanup ();
}

// The last of the two, whichever it is, takes the directory along.
void test_holds (File @base) throws Error {
	Tmp.Directory? directory = new Tmp.Directory.in (@base);
	Tmp.SpooledStream? stream = new Tmp.SpooledStream (directory, 0);
	var file = directory.file;

	make_tree (file, 10);
	directory = null;
	assert_true (file.query_exists ());
	stream.output_stream.write_all ("x".data, null);
	stream = null;
	assert_false (file.query_exists ());
	Tmp.flush ();
}

int main (string[] args) {
	Test.init (ref args);
	add_test ("/vala/spooled-stream/rolled", test_rolled);
	add_test ("/vala/spooled-stream/holds", test_holds);
	add_async_test ("/vala/spooled-stream/async",
	                (folder, callback) => test_async.begin (folder, callback),
	                (result) => test_async.end (result));
	return Test.run ();
}
