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

TMP_AVAILABLE_IN_ALL
gssize tmp_reclaim        (GCancellable         *cancellable,
                           GError              **error);
TMP_AVAILABLE_IN_ALL
void   tmp_reclaim_async  (GCancellable         *cancellable,
                           GAsyncReadyCallback   callback,
                           gpointer              user_data);
TMP_AVAILABLE_IN_ALL
gssize tmp_reclaim_finish (GAsyncResult         *result,
                           GError              **error);

G_END_DECLS
