/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TMPDIR_GLIB_INSIDE) && !defined(TMPDIR_GLIB_COMPILATION)
#error "Only <tmpdir-glib/tmpdir-glib.h> can be included directly."
#endif

#include <gio/gio.h>

#include <tmpdir-glib/tmp-directory.h>
#include <tmpdir-glib/tmp-version-macros.h>

G_BEGIN_DECLS

#define TMP_TYPE_SPOOLED_STREAM (tmp_spooled_stream_get_type ())

TMP_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (TmpSpooledStream, tmp_spooled_stream, TMP, SPOOLED_STREAM, GIOStream)

TMP_AVAILABLE_IN_ALL
TmpSpooledStream *tmp_spooled_stream_new             (TmpDirectory         *directory,
                                                      guint64               max_size);

TMP_AVAILABLE_IN_ALL
TmpDirectory     *tmp_spooled_stream_get_directory   (TmpSpooledStream     *self);
TMP_AVAILABLE_IN_ALL
guint64           tmp_spooled_stream_get_max_size    (TmpSpooledStream     *self);
TMP_AVAILABLE_IN_ALL
gboolean          tmp_spooled_stream_get_rolled      (TmpSpooledStream     *self);

TMP_AVAILABLE_IN_ALL
gboolean          tmp_spooled_stream_rollover        (TmpSpooledStream     *self,
                                                      GCancellable         *cancellable,
                                                      GError              **error);
TMP_AVAILABLE_IN_ALL
void              tmp_spooled_stream_rollover_async  (TmpSpooledStream     *self,
                                                      int                   io_priority,
                                                      GCancellable         *cancellable,
                                                      GAsyncReadyCallback   callback,
                                                      gpointer              user_data);
TMP_AVAILABLE_IN_ALL
gboolean          tmp_spooled_stream_rollover_finish (TmpSpooledStream     *self,
                                                      GAsyncResult         *result,
                                                      GError              **error);

G_END_DECLS
