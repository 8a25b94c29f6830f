/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "tmp-directory.h"

#include "tmp-background-private.h"
#include "tmp-deletion-private.h"
#include "tmp-error-private.h"
#include "tmp-exit-private.h"
#include "tmp-location-private.h"

G_BEGIN_DECLS

/* A TmpDirectory is new, owned, or released.
 *
 * g_object_new() leaves it new: without a directory, so that every method fails
 * or returns NULL. init() creates the directory and makes it owned. It remains
 * owned until it is cleaned up, detached or dropped; then it is released, and
 * nothing happens to the file system any more.
 *
 * What init() sets up never changes afterwards and needs no lock, once
 * 'initialized' is seen to be set. 'lock' guards what comes after it, and which directory
 * the location is: when it persists, another one may take its place.
 *
 * Cleaning up does not take the ownership away while it runs, only when it was
 * successful: after an error or a cancellation the object is as it was. Several
 * may run at once; each of them deletes what it finds, and finds nothing wrong
 * in what the others have deleted already.
 *
 * Dropping does: whether by the last unref or by the exit handler, it happens
 * once, and leaves the rest to the background, which does not know this object.
 *
 * The object belongs to the process that created it. In a forked child nothing
 * is deleted, and no lock is taken that a thread
 * of the parent may have held during the fork. */
struct _TmpDirectory
{
  GObject      parent_instance;

  GFile       *parent; /* nullable */
  char        *prefix; /* nullable */
  char        *suffix; /* nullable */

  /* by init() */
  gint         initialized; /* atomic */
  TmpLocation  location;    /* but for the descriptor, the journal and the id */

  gint         auto_cleanup;          /* atomic */
  gint         ignore_cleanup_errors; /* atomic */

  GMutex       lock;
  gboolean     owned;
  gboolean     told;            /* the caller knows what cannot be deleted */
  guint        n_deletions;     /* that run */
  TmpDeletion *deletion;        /* the last of them */
  guint64      entries_removed; /* by the last cleanup, after it has run */

  TmpExitHook  exit_hook;
};

gboolean tmp_directory_is_initialized          (TmpDirectory     *self);
gboolean tmp_directory_is_inherited            (TmpDirectory     *self);
gboolean tmp_directory_check_initialized       (TmpDirectory     *self,
                                                GError          **error);
gboolean tmp_directory_refuse_inherited        (TmpDirectory     *self,
                                                TmpAction         action,
                                                GError          **error);
gboolean tmp_directory_open                    (TmpDirectory     *self,
                                                TmpAction         action,
                                                int              *fd,
                                                GError          **error);
gboolean tmp_directory_open_unnamed            (TmpDirectory     *self,
                                                TmpAction         action,
                                                int              *fd,
                                                GError          **error);
gboolean tmp_directory_keeps_everything        (void);
void     tmp_directory_print_kept              (TmpDirectory     *self);
void     tmp_directory_tell                    (TmpDirectory     *self,
                                                const char       *what,
                                                const char       *why);
int      tmp_directory_release                 (TmpDirectory     *self,
                                                TmpJournalEntry  *journal);
void     tmp_directory_notify_entries_removed  (TmpDirectory     *self);

G_END_DECLS
