/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "tmp-delete.h"
#include "tmp-fd-private.h"

G_BEGIN_DECLS

/* One tree on its way out. Any number of threads may work on it at once. */
typedef struct _TmpDeletion TmpDeletion;

/* What a deletion asks of whoever has the threads. */
typedef struct
{
  /* Would another thread take a directory now? */
  gboolean (*is_hungry)  (gpointer data);

  /* There is one. */
  void     (*offered)    (gpointer data);

  /* Should this thread put its work back and return? */
  gboolean (*must_yield) (gpointer data);
} TmpDeletionHooks;

TmpDeletion *tmp_deletion_new           (GFile                   *file,
                                         TmpDeleteFlags           flags,
                                         const TmpFileId         *id,
                                         GCancellable            *cancellable);
TmpDeletion *tmp_deletion_ref           (TmpDeletion             *self);
void         tmp_deletion_unref         (TmpDeletion             *self);
void         tmp_deletion_set_hooks     (TmpDeletion             *self,
                                         const TmpDeletionHooks  *hooks,
                                         gpointer                 data);
guint        tmp_deletion_get_n_ready   (TmpDeletion             *self);
gboolean     tmp_deletion_work          (TmpDeletion             *self);
const char  *tmp_deletion_get_path      (TmpDeletion             *self);
guint64      tmp_deletion_get_n_removed (TmpDeletion             *self);
gboolean     tmp_deletion_get_result    (TmpDeletion             *self,
                                         GError                 **error);
void         tmp_deletion_tell          (TmpDeletion             *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmpDeletion, tmp_deletion_unref)

G_END_DECLS
