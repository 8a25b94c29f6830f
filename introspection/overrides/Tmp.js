// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What GIR cannot say about Tmp in JavaScript: new Tmp.Directory() creates or
// throws, asynchronous calls return promises, trailing arguments have defaults.

/* exported _init */

const {Gio, GLib, GObject} = imports.gi;

// Every asynchronous call below still takes a callback as its last argument,
// and then returns nothing; '...callback' is that one argument, or none.

function _patchDirectory(Directory) {
    const prototype = Directory.prototype;
    const original = {
        new: Directory.new,
        new_in: Directory.new_in,
        cleanup: prototype.cleanup,
        clear: prototype.clear,
        new_file: prototype.new_file,
        new_subdirectory: prototype.new_subdirectory,
    };

    prototype._init = function (properties = {}) {
        GObject.Object.prototype._init.call(this, properties);
        this.init(null);
    };

    Directory.new = function (prefix = null) {
        return original.new.call(Directory, prefix);
    };

    Directory.new_in = function (parent, prefix = null, cancellable = null) {
        return original.new_in.call(Directory, parent, prefix, cancellable);
    };

    Gio._promisify(Directory, 'create_async', 'create_finish');
    const createAsync = Directory.create_async;
    Directory.create_async = function (parent = null, prefix = null,
        ioPriority = GLib.PRIORITY_DEFAULT, cancellable = null, ...callback) {
        return createAsync.call(Directory, parent, prefix, ioPriority, cancellable, ...callback);
    };

    prototype.cleanup = function (cancellable = null) {
        return original.cleanup.call(this, cancellable);
    };

    Gio._promisify(prototype, 'cleanup_async', 'cleanup_finish');
    const cleanupAsync = prototype.cleanup_async;
    prototype.cleanup_async = function (ioPriority = GLib.PRIORITY_DEFAULT,
        cancellable = null, ...callback) {
        return cleanupAsync.call(this, ioPriority, cancellable, ...callback);
    };

    prototype.clear = function (cancellable = null) {
        return original.clear.call(this, cancellable);
    };

    Gio._promisify(prototype, 'clear_async', 'clear_finish');
    const clearAsync = prototype.clear_async;
    prototype.clear_async = function (ioPriority = GLib.PRIORITY_DEFAULT,
        cancellable = null, ...callback) {
        return clearAsync.call(this, ioPriority, cancellable, ...callback);
    };

    for (const name of ['new_file', 'new_subdirectory']) {
        prototype[name] = function (prefix = null, suffix = null, cancellable = null) {
            return original[name].call(this, prefix, suffix, cancellable);
        };

        Gio._promisify(prototype, `${name}_async`, `${name}_finish`);
        const newAsync = prototype[`${name}_async`];
        prototype[`${name}_async`] = function (prefix = null, suffix = null,
            ioPriority = GLib.PRIORITY_DEFAULT, cancellable = null, ...callback) {
            return newAsync.call(this, prefix, suffix, ioPriority, cancellable, ...callback);
        };
    }

    // Calls body with a new directory, and cleans it up whether the promise
    // that body returns is kept or broken.
    Directory.with = async function (properties, body) {
        const directory = new Directory(properties);
        let result;

        try {
            result = await body(directory);
        } catch (error) {
            // What went wrong first is what the caller has to know. A
            // directory that cannot be cleaned up warns once it is dropped.
            await _dispose(directory).catch(() => {});
            throw error;
        }

        await _dispose(directory);
        return result;
    };

    // No released GJS has these symbols yet.
    if (Symbol.dispose) {
        prototype[Symbol.dispose] = function () {
            if (this.auto_cleanup)
                this.cleanup();
        };
    }

    if (Symbol.asyncDispose) {
        prototype[Symbol.asyncDispose] = function () {
            return _dispose(this);
        };
    }
}

async function _dispose(directory) {
    if (directory.auto_cleanup)
        await directory.cleanup_async();
}

function _patchFunctions(Tmp) {
    const original = {
        delete_tree: Tmp.delete_tree,
        flush: Tmp.flush,
        reclaim: Tmp.reclaim,
    };

    Tmp.delete_tree = function (file, flags = Tmp.DeleteFlags.NONE, cancellable = null) {
        return original.delete_tree(file, flags, cancellable);
    };

    Gio._promisify(Tmp, 'delete_tree_async', 'delete_tree_finish');
    const deleteTreeAsync = Tmp.delete_tree_async;
    Tmp.delete_tree_async = function (file, flags = Tmp.DeleteFlags.NONE,
        ioPriority = GLib.PRIORITY_DEFAULT, cancellable = null, ...callback) {
        return deleteTreeAsync.call(Tmp, file, flags, ioPriority, cancellable, ...callback);
    };

    Tmp.flush = function (cancellable = null) {
        return original.flush(cancellable);
    };

    Gio._promisify(Tmp, 'flush_async', 'flush_finish');
    const flushAsync = Tmp.flush_async;
    Tmp.flush_async = function (cancellable = null, ...callback) {
        return flushAsync.call(Tmp, cancellable, ...callback);
    };

    Tmp.reclaim = function (cancellable = null) {
        return original.reclaim(cancellable);
    };

    Gio._promisify(Tmp, 'reclaim_async', 'reclaim_finish');
    const reclaimAsync = Tmp.reclaim_async;
    Tmp.reclaim_async = function (cancellable = null, ...callback) {
        return reclaimAsync.call(Tmp, cancellable, ...callback);
    };
}

function _init() {
    _patchDirectory(this.Directory);
    _patchFunctions(this);
}
