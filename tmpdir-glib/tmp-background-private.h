/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "tmp-deletion-private.h"

G_BEGIN_DECLS

/* Called once, by any thread, when the deletion is finished. */
typedef void (*TmpDoneFunc)  (TmpDeletion *deletion,
                              gpointer     user_data);

/* Called now and then by the thread that waits. */
typedef void (*TmpTickFunc)  (gpointer     user_data);

/* Called once, by any thread. */
typedef void (*TmpFlushFunc) (gpointer     user_data);

void     tmp_background_push         (TmpDeletion   *deletion,
                                      int            io_priority,
                                      TmpDoneFunc    done,
                                      gpointer       user_data);
gboolean tmp_background_run          (TmpDeletion   *deletion,
                                      int            io_priority,
                                      TmpTickFunc    tick,
                                      gpointer       user_data,
                                      GError       **error);
void     tmp_background_finish_below (const char    *path);
gboolean tmp_background_add_flush    (TmpFlushFunc   func,
                                      gpointer       user_data);
gboolean tmp_background_remove_flush (gpointer       user_data);
void     tmp_background_hold         (void);
void     tmp_background_release      (void);
void     tmp_background_stay         (void);
void     tmp_background_drain        (void);

G_END_DECLS
