/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "random-tree.h"

G_BEGIN_DECLS

/* What a deletion leaves of a tree. This knows what POSIX says about permissions
 * and what we promise, and nothing about how the library goes about it.
 */

/* Who deletes, and how */
typedef struct
{
  uid_t uid;
  gid_t gid;
  gboolean native;        /* by descriptors, with repaired modes */
  gboolean keeps_root;
} Deleter;

void     node_predict       (Node          *root,
                            const Deleter *deleter);

/* How many entries must be left of @root, with it: @n_reachable of those that
 * the deletion must have met, and @n_all
 */
void     node_count_left    (Node          *root,
                            guint         *n_reachable,
                            guint         *n_all);

/* Compares what is at @path, where @arena was built, with what must be left, and
 * appends a line to @report for each difference.
 */
void     node_compare       (Node          *arena,
                            const char    *path,
                            GString       *report);

/* Does @message, an error, name something that is left of @root? The root, whose
 * path was @path, is called @shown there, unless it has another name now.
 */
gboolean node_is_named      (Node          *root,
                             const char    *path,
                             const char    *shown,
                             const char    *message);

G_END_DECLS
