/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What a program would be without the library: loaded before it, this makes
 * tmp_directory_cleanup_async() one that blocks the main loop until all is deleted. A
 * window that is watched meanwhile must be seen to stand still.
 */

#include <tmpdir-glib/tmpdir-glib.h>

void
tmp_directory_cleanup_async (TmpDirectory        *self,
                             int                  io_priority,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  GError *error = NULL;

  g_task_set_source_tag (task, tmp_directory_cleanup_async);
  if (tmp_directory_cleanup (self, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}
