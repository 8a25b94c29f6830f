/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* How trees are usually deleted with GIO. It asks never to follow a symbolic
 * link, and is the proof that an attack is one: what loses nothing to the
 * naive deletion shows nothing about ours.
 */
void     naive_delete_tree     (GFile       *file);

/* The same, with the error that such a recursion ends with */
gboolean naive_try_delete_tree (GFile       *file,
                                GError     **error);

/* How they are usually deleted without GIO: by nftw (), which stops at the
 * first failure, or with a loop around readdir (), which believes every type
 * and takes a failure for the end. Both return 0, or the first errno they know.
 */
int      naive_delete_nftw     (const char  *path);
int      naive_delete_readdir  (const char  *path);

G_END_DECLS
