// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A cache in a temporary directory, which is cleared when it has grown too large. The
// directory itself stays, so that its path may be kept.

const int SIZE = 1000;

// What takes long: the decimals of 1/n
string decimals (int n) {
	var digits = new StringBuilder ();

	for (var rest = 10; digits.len < SIZE; rest = rest % n * 10)
		digits.append (@"$(rest / n)");
	return digits.str;
}

class Cache {
	public int hits;
	public int misses;
	public int size;
	Tmp.Directory directory;
	int limit;

	public Cache (Tmp.Directory directory, int limit) {
		this.directory = directory;
		this.limit = limit;
	}

	// One call after the other
	public async string get (int n) throws Error {
		var file = directory.get_child (@"$n.txt");

		try {
			uint8[] contents;
			yield file.load_contents_async (null, out contents, null);
			hits++;
			return (string) contents;
		} catch (IOError.NOT_FOUND e) {
			misses++;
		}

		var text = decimals (n);
		if (size + text.length > limit) {
			yield directory.clear_async ();
			size = 0;
		}
		yield file.replace_contents_async (text.data, null, false, NONE, null, null);
		size += text.length;
		return text;
	}
}

// Asks for 2 to 7, then for 4 to 9, and so on, until 8 to 13.
async void use (Cache cache) throws Error {
	for (var first = 2; first <= 8; first += 2)
		for (var n = first; n < first + 6; n++)
			if ((yield cache.get (n)) != decimals (n))
				throw new IOError.FAILED ("1/%d is 0.%s", n, decimals (n));
}

uint64 inode (string path) throws Error {
	return File.new_for_path (path)
		.query_info (FileAttribute.UNIX_INODE, NONE)
		.get_attribute_uint64 (FileAttribute.UNIX_INODE);
}

async void run () throws Error {
	var directory = yield Tmp.Directory.create_async (null, "cache-");
	var path = directory.path;
	var cache = new Cache (directory, 8 * SIZE);
	var before = inode (path);

	yield use (cache);
	print ("%d hits, %d misses; %d bytes are in %s\n",
	       cache.hits, cache.misses, cache.size, path);

	// It was asked for 12 numbers, and has room for 8: before the ninth, 10, it was cleared,
	// and 8 and 9 were asked for once more.
	if (cache.hits != 10 || cache.misses != 14)
		throw new IOError.FAILED ("That should have been 10 and 14");
	if (inode (path) != before)
		throw new IOError.FAILED ("%s has become another directory", path);
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
