/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TMPDIR_GLIB_INSIDE) && !defined(TMPDIR_GLIB_COMPILATION)
#error "Only <tmpdir-glib/tmpdir-glib.h> can be included directly."
#endif

#include <gio/gio.h>

#include <tmpdir-glib/tmp-version-macros.h>

G_BEGIN_DECLS

/**
 * TmpDeleteFlags:
 * @TMP_DELETE_NONE: delete the file or directory with everything inside
 * @TMP_DELETE_KEEP_ROOT: delete only what is inside the directory
 * @TMP_DELETE_IGNORE_ERRORS: report success even if something is left
 *
 * Flags for [func@Tmp.delete_tree].
 *
 * Since: 0.1
 */
typedef enum /*< flags >*/
{
  TMP_DELETE_NONE          = 0,
  TMP_DELETE_KEEP_ROOT     = 1 << 0,
  TMP_DELETE_IGNORE_ERRORS = 1 << 1
} TmpDeleteFlags;

TMP_AVAILABLE_IN_ALL
gboolean tmp_delete_tree        (GFile                *file,
                                 TmpDeleteFlags        flags,
                                 GCancellable         *cancellable,
                                 GError              **error);
TMP_AVAILABLE_IN_ALL
void     tmp_delete_tree_async  (GFile                *file,
                                 TmpDeleteFlags        flags,
                                 int                   io_priority,
                                 GCancellable         *cancellable,
                                 GAsyncReadyCallback   callback,
                                 gpointer              user_data);
TMP_AVAILABLE_IN_ALL
gboolean tmp_delete_tree_finish (GAsyncResult         *result,
                                 GError              **error);

TMP_AVAILABLE_IN_ALL
gboolean tmp_flush              (GCancellable         *cancellable,
                                 GError              **error);
TMP_AVAILABLE_IN_ALL
void     tmp_flush_async        (GCancellable         *cancellable,
                                 GAsyncReadyCallback   callback,
                                 gpointer              user_data);
TMP_AVAILABLE_IN_ALL
gboolean tmp_flush_finish       (GAsyncResult         *result,
                                 GError              **error);

G_END_DECLS
