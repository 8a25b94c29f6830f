// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What Tmp.js adds to the types that ts-for-gir makes from Tmp-1.gir. These have no
// place for static methods: 'new', 'new_in' and 'create_async' stay as they are there.

/// <reference lib="esnext.disposable" />

import type Gio from 'gi://Gio?version=2.0';

declare module 'gi://Tmp?version=1' {
    namespace Tmp {
        type MaybeCancellable = Gio.Cancellable | null;

        interface Directory extends Disposable, AsyncDisposable {
            cleanup(cancellable?: MaybeCancellable): boolean;
            cleanup_async(io_priority?: number, cancellable?: MaybeCancellable): Promise<boolean>;
            clear(cancellable?: MaybeCancellable): boolean;
            clear_async(io_priority?: number, cancellable?: MaybeCancellable): Promise<boolean>;
            new_file(prefix?: string | null, suffix?: string | null,
                cancellable?: MaybeCancellable): [Gio.File, Gio.FileIOStream];
            new_file_async(prefix?: string | null, suffix?: string | null, io_priority?: number,
                cancellable?: MaybeCancellable): Promise<[Gio.File, Gio.FileIOStream]>;
            new_subdirectory(prefix?: string | null, suffix?: string | null,
                cancellable?: MaybeCancellable): Gio.File;
            new_subdirectory_async(prefix?: string | null, suffix?: string | null,
                io_priority?: number, cancellable?: MaybeCancellable): Promise<Gio.File>;
            persist(destination: Gio.File, flags?: PersistFlags,
                cancellable?: MaybeCancellable): boolean;
            persist_async(destination: Gio.File, flags?: PersistFlags, io_priority?: number,
                cancellable?: MaybeCancellable): Promise<boolean>;
        }

        namespace Directory {
            function with_<T>(body: (directory: Directory) => T | PromiseLike<T>): Promise<T>;
            function with_<T>(properties: Partial<ConstructorProps> | undefined,
                body: (directory: Directory) => T | PromiseLike<T>): Promise<T>;
            // A reserved word can be the name of an export, but not of a function.
            export {with_ as with};
        }

        interface SpooledStream {
            rollover(cancellable?: MaybeCancellable): boolean;
            rollover_async(io_priority?: number, cancellable?: MaybeCancellable): Promise<boolean>;
        }

        function delete_tree(file: Gio.File, flags?: DeleteFlags,
            cancellable?: MaybeCancellable): boolean;
        function delete_tree_async(file: Gio.File, flags?: DeleteFlags, io_priority?: number,
            cancellable?: MaybeCancellable): Promise<boolean>;
        function flush(cancellable?: MaybeCancellable): boolean;
        function flush_async(cancellable?: MaybeCancellable): Promise<boolean>;
        function reclaim(cancellable?: MaybeCancellable): number;
        function reclaim_async(cancellable?: MaybeCancellable): Promise<number>;
    }
}
