// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Has to be understood by tsc, and then does what the types say.

import GLib from 'gi://GLib?version=2.0';
import Gio from 'gi://Gio?version=2.0';
import Tmp from 'gi://Tmp?version=1';

function assert(value: boolean): void {
    if (!value)
        throw new Error('assertion failed');
}

// Not only can it be assigned: it is the same type.
type Same<A, B> = [A, B] extends [B, A] ? true : never;

const length = await Tmp.Directory.with({prefix: 'ts-'}, async directory => {
    const [file, stream] = directory.new_file('a-', '.txt');
    const other: [Gio.File, Gio.FileIOStream] = await directory.new_file_async();

    stream.output_stream.write_all('hello', null);
    other[1].close(null);
    assert(file.has_parent(directory.file));
    assert((await directory.new_subdirectory_async('b-')).has_parent(directory.file));
    assert(directory.new_subdirectory().has_parent(directory.file));
    assert(await directory.clear_async());
    assert(directory.clear());
    return directory.get_child('a').get_basename()!.length;
});
const isNumber: Same<typeof length, number> = true;
assert(isNumber && length === 1);

const directory = new Tmp.Directory({auto_cleanup: false});
const path: string | null = directory.path;
assert(path !== null && GLib.file_test(path, GLib.FileTest.IS_DIR));
assert(await directory.cleanup_async());
assert(await directory.cleanup_async(GLib.PRIORITY_LOW, new Gio.Cancellable()));
const again = directory.cleanup_async(GLib.PRIORITY_LOW);
const isPromise: Same<typeof again, Promise<boolean>> = true;
assert(isPromise && await again && directory.cleanup());

// As doc/typescript.md has it
const create = Tmp.Directory.create_async as unknown as () => Promise<Tmp.Directory>;
const parent = await create();
const destination = parent.get_child('destination');
assert(new Tmp.Directory({parent: parent.file}).persist(destination));
assert(Tmp.delete_tree(destination));
assert(await new Tmp.Directory({parent: parent.file})
    .persist_async(destination, Tmp.PersistFlags.NONE));
assert(await Tmp.delete_tree_async(destination, Tmp.DeleteFlags.NONE));

const stream = Tmp.SpooledStream.new(parent, 1000);
assert(await stream.rollover_async() && stream.rollover());
stream.close(null);
parent.cleanup();

try {
    new Tmp.Directory({parent: destination});
    assert(false);
} catch (error) {
    assert(error instanceof GLib.Error);
    assert((error as GLib.Error).matches(Gio.IOErrorEnum, Gio.IOErrorEnum.NOT_FOUND));
}

assert(Tmp.flush() && await Tmp.flush_async());
assert(Tmp.reclaim() + await Tmp.reclaim_async() >= 0);

// In no GJS so far
if (Symbol.dispose) {
    using first = new Tmp.Directory();
    await using second = new Tmp.Directory();
    assert(first.path !== second.path);
}

// Mistakes, which are never called: to tsc each is one, or it complains.
export function mistakes(): void {
    // @ts-expect-error
    new Tmp.Directory({prefix: 5});
    // @ts-expect-error
    new Tmp.Directory({dir: '/'});
    // @ts-expect-error
    directory.cleanup('now');
    // @ts-expect-error
    directory.persist('/');
    // @ts-expect-error
    Tmp.delete_tree('/');
    // @ts-expect-error
    Tmp.Directory.with({});
    // This one is none. Once ts-for-gir knows that, no cast is needed above.
    // @ts-expect-error
    Tmp.Directory.create_async(null, null, GLib.PRIORITY_DEFAULT, null);
}
