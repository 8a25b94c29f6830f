/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <limits.h>

#include <tmpdir-glib/tmpdir-glib.h>

G_BEGIN_DECLS

typedef enum
{
  VIA_DELETE_TREE,
  VIA_DELETE_TREE_ASYNC,
  VIA_CLEANUP,
  VIA_CLEANUP_ASYNC,
  VIA_UNREF,
  VIA_EXIT,
  N_VIAS,               /* any of these */
  VIA_NAIVE,            /* stops at permissions */
  VIA_CARELESS          /* repairs them by path */
} Via;

/* One tree on its way out, in a process that does nothing else. What it has come
 * to is for the process that has started it: this is in memory that both share.
 */
typedef struct
{
  /* what is to be done */
  Via via;
  gboolean wrapped;     /* not native */
  TmpDeleteFlags flags;
  guint cancel_after;   /* in microseconds; 0 is never */
  char parent[PATH_MAX];

  /* what it has come to; also the caller's, if it is not a TmpDirectory */
  char path[PATH_MAX];  /* of the root */
  char shown[PATH_MAX]; /* the same, as messages have it */
  gboolean success;
  int code;             /* of the error; -1 if there was only a warning */
  char message[1 << 18];

  /* of no use to other processes */
  GFile *file;
  TmpDirectory *dir;
} Deletion;

/* Does @via delete what a TmpDirectory has created? */
gboolean via_is_directory (Via       via);

/* Creates what has to be created by whoever deletes, which becomes @uid, and says
 * so on @socket; waits for an answer, and then deletes all at once, with no more
 * than @max_descriptors unless that is 0. The end of the process may be a part of
 * it.
 */
void     deletions_run    (Deletion *deletions,
                           guint     n_deletions,
                           uid_t     uid,
                           gid_t     gid,
                           guint     max_descriptors,
                           int       socket);

G_END_DECLS
