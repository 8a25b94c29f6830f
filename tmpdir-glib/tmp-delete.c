/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Deletion for any caller: whose tree it is does not matter here. */

#include "config.h"

#include "tmp-delete.h"

#include "tmp-background-private.h"
#include "tmp-deletion-private.h"
#include "tmp-error-private.h"
#include "tmp-task-private.h"

#include <glib/gi18n-lib.h>

/**
 * tmp_delete_tree:
 * @file: what to delete
 * @flags: what is to stay, and whether errors are to be reported
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Deletes a file, or a directory with everything inside.
 *
 * Native directories that their owner is not allowed to read or change are made accessible
 * first, if this process is their owner. It is no error if @file does not exist.
 *
 * This call blocks, with several threads at work where that is faster. It may
 * be used from any thread.
 *
 * ## What may be left
 *
 * Everything that can be deleted is, even if something else cannot. If @cancellable is
 * cancelled, what is deleted by then stays deleted.
 *
 * ## Security
 *
 * Symbolic links are deleted, never followed, not even if @file is one. Mount
 * points are neither entered nor removed, unless @file is one itself and
 * @flags has `TMP_DELETE_KEEP_ROOT`.
 *
 * For native files all of this holds whatever others do to the tree in the
 * meantime. A directory belongs to the tree if it is there when it is reached:
 * moved away after that, it may still be made accessible and emptied, but nothing
 * beside it is touched. Other files can only be named by their URI, so that
 * somebody who can write to the tree may still swap a directory for a link at
 * the wrong moment.
 *
 * ## Errors
 *
 * The error is the first one met: its message has the path of the file, the reason,
 * and how many files and directories are known to be left; what is in a
 * directory that cannot be read is not. All of them are [error@Gio.IOErrorEnum]: those of
 * [method@Gio.File.delete], and
 *
 * - `G_IO_ERROR_BUSY` if there is a mount point in the tree, or if somebody
 *   keeps adding files faster than they can be deleted;
 * - `G_IO_ERROR_NOT_DIRECTORY` if there is no directory whose contents could be
 *   deleted with `TMP_DELETE_KEEP_ROOT`;
 * - `G_IO_ERROR_INVALID_ARGUMENT` if @file is the root of the file system.
 *
 * ## Example
 *
 * ```c
 * return tmp_delete_tree (cache, TMP_DELETE_KEEP_ROOT, cancellable, error);
 * ```
 *
 * Returns: `TRUE` if nothing is left, or if errors are to be ignored
 *
 * Since: 0.1
 */
gboolean
tmp_delete_tree (GFile           *file,
                 TmpDeleteFlags   flags,
                 GCancellable    *cancellable,
                 GError         **error)
{
  g_autoptr (TmpDeletion) deletion = NULL;
  gboolean success;

  g_return_val_if_fail (G_IS_FILE (file), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  deletion = tmp_deletion_new (file, flags, NULL, cancellable);
  success = tmp_background_run (deletion, G_PRIORITY_DEFAULT, NULL, NULL, error);
  tmp_deletion_tell (deletion);
  return success;
}

static void
delete_tree_done (TmpDeletion *deletion,
                  gpointer     user_data)
{
  GError *error = NULL;
  gboolean success = tmp_deletion_get_result (deletion, &error);

  tmp_task_return (user_data, success ? 0 : -1, error);
  tmp_deletion_tell (deletion);
}

/**
 * tmp_delete_tree_async:
 * @file: what to delete
 * @flags: what is to stay, and whether errors are to be reported
 * @io_priority: the [I/O priority](https://docs.gtk.org/gio/iface.AsyncResult.html#io-priority), for
 *   example `G_PRIORITY_DEFAULT`; deletions of a lower priority wait for those
 *   of a higher one
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (nullable) (scope async) (closure user_data): called when it is done
 * @user_data: data for @callback
 *
 * Deletes a file, or a directory with everything inside, without blocking.
 *
 * See [func@Tmp.delete_tree] for what is deleted and which errors there are.
 *
 * The work is done by threads of this library. It goes on if the main loop
 * stops, and if the process exits normally, the exit waits for it.
 *
 * Since: 0.1
 */
void
tmp_delete_tree_async (GFile               *file,
                       TmpDeleteFlags       flags,
                       int                  io_priority,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  g_autoptr (TmpDeletion) deletion = NULL;
  GTask *task;

  g_return_if_fail (G_IS_FILE (file));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, tmp_delete_tree_async);
  g_task_set_priority (task, io_priority);
  /* What has been deleted is not reported as cancelled. */
  g_task_set_check_cancellable (task, FALSE);

  /* Until it is told, it has what it was given. */
  g_task_set_task_data (task, g_object_ref (file), g_object_unref);

  deletion = tmp_deletion_new (file, flags, NULL, cancellable);
  tmp_background_push (deletion, io_priority, delete_tree_done, task);
}

/**
 * tmp_delete_tree_finish:
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [func@Tmp.delete_tree_async].
 *
 * Returns: `TRUE` if nothing is left, or if errors are to be ignored
 *
 * Since: 0.1
 */
gboolean
tmp_delete_tree_finish (GAsyncResult  *result,
                        GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, tmp_delete_tree_async), FALSE);

  return g_task_propagate_int (G_TASK (result), error) >= 0;
}

/* One tmp_flush() call in a thread that waits. */
typedef struct
{
  GMutex   lock;
  GCond    changed;
  gboolean done;
  gboolean cancelled;
} Wait;

static void
wait_done (gpointer user_data)
{
  Wait *wait = user_data;

  g_mutex_lock (&wait->lock);
  wait->done = TRUE;
  g_cond_signal (&wait->changed);
  g_mutex_unlock (&wait->lock);
}

static void
wait_cancelled (GCancellable *cancellable,
                gpointer      user_data)
{
  Wait *wait = user_data;

  g_mutex_lock (&wait->lock);
  wait->cancelled = TRUE;
  g_cond_signal (&wait->changed);
  g_mutex_unlock (&wait->lock);
}

/**
 * tmp_flush:
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Waits until everything is deleted that has been handed to the background so
 * far: directories whose last reference is gone, and asynchronous deletions.
 *
 * A process that exits normally does this by itself. It is useful before
 * something that needs the space, before the parent of a directory is removed, and in
 * tests. It may be used from any thread, and blocks it.
 *
 * ## Errors
 *
 * The error can only be `G_IO_ERROR_CANCELLED`; what could not be deleted is reported where
 * it was asked for.
 *
 * ## Example
 *
 * ```c
 * g_clear_object (dir);
 *
 * // What was in it may still be there, beside where it was.
 * return tmp_flush (NULL, error) &&
 *        g_file_delete (parent, NULL, error);
 * ```
 *
 * Returns: `TRUE` if nothing is being deleted any more of what was
 *
 * Since: 0.1
 */
gboolean
tmp_flush (GCancellable  *cancellable,
           GError       **error)
{
  Wait wait = { 0 };
  gulong handler = 0;
  gboolean waits;

  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  g_mutex_init (&wait.lock);
  g_cond_init (&wait.changed);

  waits = tmp_background_add_flush (wait_done, &wait);
  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (wait_cancelled), &wait, NULL);

  g_mutex_lock (&wait.lock);
  while (!wait.done && !wait.cancelled)
    g_cond_wait (&wait.changed, &wait.lock);
  g_mutex_unlock (&wait.lock);

  if (cancellable != NULL)
    g_cancellable_disconnect (cancellable, handler);

  /* If it cannot be removed any more, it is being called: that is soon over. */
  if (waits && !tmp_background_remove_flush (&wait))
    {
      g_mutex_lock (&wait.lock);
      while (!wait.done)
        g_cond_wait (&wait.changed, &wait.lock);
      g_mutex_unlock (&wait.lock);
    }

  g_mutex_clear (&wait.lock);
  g_cond_clear (&wait.changed);

  if (!wait.done)
    {
      tmp_error_set (error, G_IO_ERROR_CANCELLED, N_("Operation was cancelled"));
      return FALSE;
    }

  return TRUE;
}

/* Whichever comes first, the end of the deletions or the cancellation, gives the answer, in
 * the main context of the caller: that there is one is the task's data. */
static gboolean
claim_flush (GTask *task)
{
  gboolean *answered = g_task_get_task_data (task);
  gboolean claimed = !*answered;

  *answered = TRUE;
  return claimed;
}

static gboolean
flush_complete (gpointer user_data)
{
  GTask *task = user_data;

  if (claim_flush (task))
    g_task_return_boolean (task, TRUE);

  return G_SOURCE_REMOVE;
}

static void
flush_done (gpointer user_data)
{
  tmp_task_complete (user_data, flush_complete);
}

static gboolean
flush_cancelled (GCancellable *cancellable,
                 gpointer      user_data)
{
  GTask *task = user_data;

  if (claim_flush (task))
    {
      GError *error = NULL;

      tmp_error_set (&error, G_IO_ERROR_CANCELLED, N_("Operation was cancelled"));
      g_task_return_error (task, error);
    }

  return G_SOURCE_REMOVE;
}

static void
flush_completed (GTask      *task,
                 GParamSpec *pspec,
                 gpointer    user_data)
{
  g_source_destroy (user_data);
}

/**
 * tmp_flush_async:
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (nullable) (scope async) (closure user_data): called when it is done
 * @user_data: data for @callback
 *
 * Waits, without blocking, until everything is deleted that has been handed to
 * the background so far.
 *
 * See [func@Tmp.flush].
 *
 * Since: 0.1
 */
void
tmp_flush_async (GCancellable        *cancellable,
                 GAsyncReadyCallback  callback,
                 gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, tmp_flush_async);
  g_task_set_task_data (task, g_new0 (gboolean, 1), g_free);

  if (cancellable != NULL)
    {
      GSource *source = g_cancellable_source_new (cancellable);

      g_source_set_callback (source, G_SOURCE_FUNC (flush_cancelled),
                             g_object_ref (task), g_object_unref);
      g_source_attach (source, g_task_get_context (task));
      g_signal_connect_data (task, "notify::completed", G_CALLBACK (flush_completed), source,
                             (GClosureNotify) (void (*) (void)) g_source_unref, 0);
    }

  tmp_background_add_flush (flush_done, g_object_ref (task));
}

/**
 * tmp_flush_finish:
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [func@Tmp.flush_async].
 *
 * Returns: `TRUE` if nothing is being deleted any more of what was
 *
 * Since: 0.1
 */
gboolean
tmp_flush_finish (GAsyncResult  *result,
                  GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, tmp_flush_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
