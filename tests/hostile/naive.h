/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* How trees are usually deleted. These are the proof that an attack is one:
 * what harms nothing with the naive deletion shows nothing about ours.
 */

/* With GIO. It asks never to follow a symbolic link. */
void     naive_delete_tree      (GFile      *file);

/* The same, with the error that such a recursion ends with */
gboolean naive_try_delete_tree  (GFile      *file,
                                 GError    **error);

/* The same, making directories accessible first */
void     naive_repair_tree      (GFile      *file);

/* With descriptors, of which one is enough, because '..' leads back. Links are
 * no danger to it, but moved directories are.
 */
void     naive_delete_by_parent (GFile      *file);

/* By nftw (), which stops at the first failure, or with a loop around readdir (),
 * which believes every type and takes a failure for the end. Both return 0, or
 * the first errno they know.
 */
int      naive_delete_nftw      (const char *path);
int      naive_delete_readdir   (const char *path);

/* How a temporary directory that is to be locked is usually created. Returns its
 * path, or NULL.
 */
char    *naive_make_dir        (const char *parent,
                                GError    **error);

G_END_DECLS
