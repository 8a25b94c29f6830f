// SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What GIR cannot say about Tmp in JavaScript: new Tmp.Directory() creates or
// throws, asynchronous calls return promises, trailing arguments have defaults.

/* exported _init */

const {Gio, GLib, GObject} = imports.gi;

// An argument that has to be there
const NEEDED = undefined;

// Has the constructor leave the creation to init_async().
const LATER = Symbol('later');

// C would see what is before the NUL: another name than the one asked for.
function _findNul(values) {
    const name = values.find(value => typeof value === 'string' && value.includes('\0'));

    return name === undefined ? null : new Gio.IOErrorEnum({
        code: Gio.IOErrorEnum.INVALID_FILENAME,
        message: `Invalid name “${name.replaceAll('\0', '\\0')}”: It must not contain NUL`,
    });
}

// An object without those of its properties that are undefined. What is no object is
// for GObject to refuse.
function _defined(properties) {
    if (typeof properties !== 'object' || properties === null)
        return properties;
    return Object.fromEntries(
        Object.entries(properties).filter(([, value]) => value !== undefined));
}

// Has arguments that are left out, or undefined, replaced by their defaults.
// An asynchronous call may have one more, a callback, and then returns nothing.
function _setDefaults(owner, name, defaults) {
    const original = owner[name];

    owner[name] = function (...args) {
        const error = _findNul(args);
        if (error !== null) {
            if (name.endsWith('_async') && args.length <= defaults.length)
                return Promise.reject(error);
            throw error;
        }

        const filled = defaults.map((value, i) => args[i] === undefined ? value : args[i]);

        // What is not the method of an object may be called without its owner.
        return original.call(this instanceof GObject.Object ? this : owner,
            ...filled, ...args.slice(defaults.length));
    };
}

function _patch(owner, calls) {
    for (const [name, defaults] of Object.entries(calls)) {
        if (name.endsWith('_async'))
            Gio._promisify(owner, name, name.replace(/async$/, 'finish'));
        _setDefaults(owner, name, defaults);
    }
}

async function _dispose(directory) {
    if (directory.auto_cleanup)
        await directory.cleanup_async();
}

function _patchDirectory({Directory, PersistFlags}) {
    const prototype = Directory.prototype;

    prototype._init = function (properties = {}, when) {
        GObject.Object.prototype._init.call(this, _defined(properties));
        const error = _findNul(Object.values(properties));
        if (error !== null)
            throw error;
        if (when !== LATER)
            this.init(null);
    };

    Gio._promisify(prototype, 'init_async', 'init_finish');

    _patch(Directory, {
        new: [null],
        new_in: [NEEDED, null, null],
        create_async: [null, null, GLib.PRIORITY_DEFAULT, null],
    });

    _patch(prototype, {
        cleanup: [null],
        cleanup_async: [GLib.PRIORITY_DEFAULT, null],
        clear: [null],
        clear_async: [GLib.PRIORITY_DEFAULT, null],
        get_child: [NEEDED],
        new_file: [null, null, null],
        new_file_async: [null, null, GLib.PRIORITY_DEFAULT, null],
        new_subdirectory: [null, null, null],
        new_subdirectory_async: [null, null, GLib.PRIORITY_DEFAULT, null],
        persist: [NEEDED, PersistFlags.NONE, null],
        persist_async: [NEEDED, PersistFlags.NONE, GLib.PRIORITY_DEFAULT, null],
    });

    // with([properties,] body): calls body with a new directory, and cleans it up
    // whether the promise that body returns is kept or broken.
    Directory.with = async function (...args) {
        const body = args.pop();
        let result;

        if (typeof body !== 'function')
            throw new TypeError('The last argument of Tmp.Directory.with() is not a function');

        const directory = new Directory(args[0], LATER);
        await directory.init_async(GLib.PRIORITY_DEFAULT, null);

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

    // No released GJS has these symbols yet; a program may define them before.
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

function _init() {
    const {SpooledStream} = this;

    _patchDirectory(this);

    SpooledStream.prototype._init = function (properties = {}) {
        GObject.Object.prototype._init.call(this, _defined(properties));
    };
    _patch(SpooledStream, {
        new: [NEEDED, 0],
    });
    _patch(SpooledStream.prototype, {
        rollover: [null],
        rollover_async: [GLib.PRIORITY_DEFAULT, null],
    });

    _patch(this, {
        delete_tree: [NEEDED, this.DeleteFlags.NONE, null],
        delete_tree_async: [NEEDED, this.DeleteFlags.NONE, GLib.PRIORITY_DEFAULT, null],
        flush: [null],
        flush_async: [null],
        reclaim: [null],
        reclaim_async: [null],
    });
}
