#!/usr/bin/env -S gjs -m
// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Writes to files in a temporary directory and reads them again: one with a name,
// for others to open, and a stream that is in memory while it is small, and in a
// file without a name from then on.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Tmp from 'gi://Tmp?version=1';

const TABLE = 'day,rain\n1,4\n2,0\n3,7\n';

// The file stays after the stream is closed, until the directory goes.
function useNamedFile(directory) {
    const [file, stream] = directory.new_file('table-', '.csv');

    stream.output_stream.write_all(TABLE, null);
    stream.seek(0, GLib.SeekType.SET, null);
    const bytes = stream.input_stream.read_bytes(4096, null);
    stream.close(null);

    return [file, new TextDecoder().decode(bytes.toArray())];
}

// Writes numbers, and reads them again to add them up.
function useSpooledStream(directory, count) {
    const stream = new Tmp.SpooledStream({directory, max_size: 1024});
    const lines = new Gio.DataInputStream({base_stream: stream.input_stream});
    let sum = 0;
    let line;

    for (let number = 1; number <= count; number++)
        stream.output_stream.write_all(`${number}\n`, null);
    stream.seek(0, GLib.SeekType.SET, null);
    while (([line] = lines.read_line_utf8(null)) && line !== null)
        sum += Number(line);
    stream.close(null);

    return [sum, stream.rolled];
}

await Tmp.Directory.with({prefix: 'files-inside-'}, directory => {
    const [file, table] = useNamedFile(directory);
    const [few, fewRolled] = useSpooledStream(directory, 10);
    const [many, manyRolled] = useSpooledStream(directory, 1000);
    const names = [...directory.file.enumerate_children('standard::name',
        Gio.FileQueryInfoFlags.NONE, null)].map(info => info.get_name());

    print(`${file.get_path()} has:\n${table}` +
        `The sum of 10 numbers is ${few}, rolled over to a file: ${fewRolled}\n` +
        `The sum of 1000 numbers is ${many}, rolled over to a file: ${manyRolled}`);

    if (names.join() !== file.get_basename() || !/^table-.*\.csv$/.test(names[0]))
        throw new Error(`${names} are wrong`);
    if (table !== TABLE || few !== 55 || fewRolled || many !== 500500 || !manyRolled)
        throw new Error('that is not what was written');
});
