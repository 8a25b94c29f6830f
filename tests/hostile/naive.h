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
void naive_delete_tree (GFile *file);

G_END_DECLS
