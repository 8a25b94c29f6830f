/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Returns what g_task_propagate_int() is to return: -1 if there is an error. */
typedef gssize (*TmpTaskFunc) (gpointer       source_object,
                               gpointer       task_data,
                               GCancellable  *cancellable,
                               GError       **error);

void tmp_task_run_in_thread (GTask       *task,
                             TmpTaskFunc  func);
void tmp_task_complete      (GTask       *task,
                             GSourceFunc  func);
void tmp_task_return        (GTask       *task,
                             gssize       result,
                             GError      *error);

G_END_DECLS
