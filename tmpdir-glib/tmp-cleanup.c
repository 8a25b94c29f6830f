/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Deleting what is in a directory, with the directory or without it, and telling how
 * far that is. */

#include "config.h"

#include "tmp-directory-private.h"

#include "tmp-task-private.h"

/* At most so often 'entries-removed' is notified, and looked at, in
 * milliseconds. */
#define NOTIFY_INTERVAL 50
#define TICK_INTERVAL 10

/* Begins to delete the contents, and without KEEP_ROOT the directory, too. Returns NULL if
 * there is nothing to be done, or if there is an error. */
static TmpDeletion *
begin (TmpDirectory    *self,
       TmpDeleteFlags   flags,
       GCancellable    *cancellable,
       GError         **error)
{
  const gboolean keep_root = (flags & TMP_DELETE_KEEP_ROOT) != 0;
  TmpJournalEntry journal = 0;
  TmpDeletion *deletion = NULL;
  gboolean kept = FALSE;
  int fd = -1;

  if (!tmp_directory_check_initialized (self, error) ||
      tmp_directory_refuse_inherited (self, TMP_ACTION_DELETE, error))
    return NULL;

  /* To be cleaned up is to be gone; to be cleared is to be there. */
  if (keep_root && !tmp_directory_open (self, TMP_ACTION_CLEAR, &fd, error))
    return NULL;
  tmp_fd_close (&fd);

  g_mutex_lock (&self->lock);
  if (self->owned && !g_cancellable_set_error_if_cancelled (cancellable, error))
    {
      kept = !keep_root && tmp_directory_keeps_everything ();
      if (kept)
        {
          fd = tmp_directory_release (self, &journal);
        }
      else
        {
          deletion = tmp_deletion_new (self->location.file, flags,
                                       self->location.has_id ? &self->location.id : NULL, cancellable);
          g_clear_pointer (&self->deletion, tmp_deletion_unref);
          self->deletion = tmp_deletion_ref (deletion);
          self->n_deletions++;
        }
    }
  g_mutex_unlock (&self->lock);

  tmp_fd_close (&fd);
  if (kept)
    {
      tmp_journal_strike (journal);
      tmp_directory_print_kept (self);
      tmp_directory_tell (self, "Kept", ": TMPDIR_GLIB_KEEP");
    }
  return deletion;
}

/* A deletion knows only that the directory is not there; we may know more. */
static void
explain_missing (TmpDirectory    *self,
                 TmpDeleteFlags   flags,
                 GError         **error)
{
  const gboolean keep_root = (flags & TMP_DELETE_KEEP_ROOT) != 0;
  GError *better = NULL;
  int fd;

  if (!g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return;

  tmp_directory_open (self, keep_root ? TMP_ACTION_CLEAR : TMP_ACTION_DELETE, &fd, &better);
  tmp_fd_close (&fd);
  if (g_error_matches (better, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    {
      g_error_free (*error);
      *error = better;
    }
  else
    {
      g_clear_error (&better);
    }
}

/* Returns what @deletion has come to; in whichever thread it was finished. */
static gboolean
end (TmpDirectory    *self,
     TmpDeleteFlags   flags,
     TmpDeletion     *deletion,
     GError         **error)
{
  g_autoptr (GError) local_error = NULL;
  gboolean success = tmp_deletion_get_result (deletion, &local_error);
  const gboolean cancelled = g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  TmpJournalEntry journal = 0;
  gboolean gone = FALSE;
  int fd = -1;

  g_mutex_lock (&self->lock);
  self->n_deletions--;
  if ((flags & TMP_DELETE_KEEP_ROOT) == 0)
    {
      /* Another cleanup may have been faster. */
      gone = success || !self->owned || tmp_fd_is_deleted (self->location.fd);
      if (gone && self->owned)
        fd = tmp_directory_release (self, &journal);

      success = gone || (g_atomic_int_get (&self->ignore_cleanup_errors) && !cancelled);
      self->told = !gone && !cancelled;
    }

  if (self->deletion == deletion)
    {
      g_clear_pointer (&self->deletion, tmp_deletion_unref);
      self->entries_removed = tmp_deletion_get_n_removed (deletion);
    }
  g_mutex_unlock (&self->lock);

  tmp_fd_close (&fd);
  if (gone)
    {
      tmp_journal_strike (journal);
      tmp_exit_hook_remove (&self->exit_hook);
    }
  tmp_deletion_tell (deletion);
  if (!success)
    {
      explain_missing (self, flags, &local_error);
      g_propagate_error (error, g_steal_pointer (&local_error));
    }
  return success;
}

/* How much of a cleanup has been notified. */
typedef struct
{
  TmpDirectory *directory;
  guint64       shown;
  gint64        shown_at; /* in monotonic time */
} Progress;

/* Called more often than it notifies, by the thread or in the main context that
 * the cleanup belongs to. */
static void
progress_update (gpointer user_data)
{
  Progress *progress = user_data;
  guint64 removed = tmp_directory_get_entries_removed (progress->directory);
  gint64 now = g_get_monotonic_time ();

  if (removed == progress->shown ||
      now - progress->shown_at < NOTIFY_INTERVAL * G_TIME_SPAN_MILLISECOND)
    return;

  progress->shown = removed;
  progress->shown_at = now;
  tmp_directory_notify_entries_removed (progress->directory);
}

static gboolean
run (TmpDirectory    *self,
     TmpDeleteFlags   flags,
     GCancellable    *cancellable,
     GError         **error)
{
  g_autoptr (TmpDeletion) deletion = NULL;
  g_autoptr (TmpDirectory) guard = NULL;
  Progress progress = { 0 };
  GError *local_error = NULL;
  gboolean success;

  deletion = begin (self, flags, cancellable, &local_error);
  if (deletion == NULL)
    {
      success = local_error == NULL;
      if (!success)
        g_propagate_error (error, local_error);
      return success;
    }

  /* What is notified may drop the caller's reference. */
  progress.directory = guard = g_object_ref (self);
  tmp_background_run (deletion, G_PRIORITY_DEFAULT, progress_update, &progress, NULL);
  success = end (self, flags, deletion, error);
  tmp_directory_notify_entries_removed (self);

  return success;
}

/* What belongs to the task of an asynchronous cleanup. */
typedef struct
{
  TmpDeleteFlags flags;
  GSource       *ticker;
  Progress       progress;
  GError        *error; /* set by the thread that has finished it */
} CleanupData;

static void
cleanup_data_free (gpointer data)
{
  CleanupData *cleanup = data;

  g_source_destroy (cleanup->ticker);
  g_source_unref (cleanup->ticker);
  g_clear_error (&cleanup->error);
  g_free (cleanup);
}

static gboolean
cleanup_tick (gpointer user_data)
{
  CleanupData *cleanup = user_data;

  progress_update (&cleanup->progress);
  return G_SOURCE_CONTINUE;
}

/* In the main context of the caller. */
static gboolean
cleanup_complete (gpointer user_data)
{
  GTask *task = user_data;
  CleanupData *cleanup = g_task_get_task_data (task);
  TmpDirectory *self = g_task_get_source_object (task);

  g_source_destroy (cleanup->ticker);
  tmp_directory_notify_entries_removed (self);

  if (cleanup->error == NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&cleanup->error));

  return G_SOURCE_REMOVE;
}

static void
cleanup_done (TmpDeletion *deletion,
              gpointer     user_data)
{
  GTask *task = user_data;
  CleanupData *cleanup = g_task_get_task_data (task);

  /* Here, not in the main context, which may never run again. */
  end (g_task_get_source_object (task), cleanup->flags, deletion, &cleanup->error);
  tmp_task_complete (task, cleanup_complete);
}

static void
run_async (TmpDirectory        *self,
           TmpDeleteFlags       flags,
           int                  io_priority,
           GCancellable        *cancellable,
           GAsyncReadyCallback  callback,
           gpointer             user_data,
           gpointer             source_tag)
{
  g_autoptr (TmpDeletion) deletion = NULL;
  g_autoptr (GTask) task = NULL;
  CleanupData *cleanup;
  GError *error = NULL;

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, source_tag);
  g_task_set_priority (task, io_priority);
  /* What has been deleted is not reported as cancelled. */
  g_task_set_check_cancellable (task, FALSE);

  deletion = begin (self, flags, cancellable, &error);
  if (deletion == NULL)
    {
      if (error == NULL)
        g_task_return_boolean (task, TRUE);
      else
        g_task_return_error (task, error);
      return;
    }

  cleanup = g_new0 (CleanupData, 1);
  cleanup->flags = flags;
  cleanup->ticker = g_timeout_source_new (TICK_INTERVAL);
  g_source_set_priority (cleanup->ticker, io_priority);
  g_source_set_callback (cleanup->ticker, cleanup_tick, cleanup, NULL);
  cleanup->progress.directory = self;
  g_task_set_task_data (task, cleanup, cleanup_data_free);
  g_source_attach (cleanup->ticker, g_task_get_context (task));

  tmp_background_push (deletion, io_priority, cleanup_done, g_object_ref (task));
}

/**
 * tmp_directory_cleanup:
 * @self: a directory
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Deletes the directory with everything inside.
 *
 * This call blocks; see [method@Tmp.Directory.cleanup_async]. It may be used
 * from any thread, and from several at once. Meanwhile it notifies
 * [property@Tmp.Directory:entries-removed], in this thread.
 *
 * It is no error if the directory is gone already, or has been detached.
 *
 * ## What may be left
 *
 * After an error, or if @cancellable is cancelled, what could not be deleted: the object
 * still owns the directory then, and this method can be called again.
 *
 * ## Security
 *
 * That of [func@Tmp.delete_tree]; and only the very directory that the object has created is
 * deleted, whatever has its name now.
 *
 * ## Errors
 *
 * Those of [func@Tmp.delete_tree], and
 *
 * - `G_IO_ERROR_NOT_FOUND` if the directory has been moved away;
 * - `G_IO_ERROR_FAILED` if something else has its name now;
 * - `G_IO_ERROR_PERMISSION_DENIED` in a forked child of the process that created it.
 *
 * With [property@Tmp.Directory:ignore-cleanup-errors], what could not be deleted is no error.
 *
 * ## Example
 *
 * ```c
 * g_autoptr (GError) error = NULL;
 *
 * if (tmp_directory_cleanup (dir, NULL, &error))
 *   return TRUE;
 *
 * // Say, "Could not delete “/tmp/my-app-…/mnt”: Device or resource busy
 * // (2 files and directories are left)"
 * g_printerr ("%s\n", error->message);
 * return FALSE; // and everything else is gone
 * ```
 *
 * Returns: `TRUE` if nothing is left, or if errors are to be ignored
 *
 * Since: 0.1
 */
gboolean
tmp_directory_cleanup (TmpDirectory  *self,
                       GCancellable  *cancellable,
                       GError       **error)
{
  g_return_val_if_fail (TMP_IS_DIRECTORY (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return run (self, TMP_DELETE_NONE, cancellable, error);
}

/**
 * tmp_directory_cleanup_async:
 * @self: a directory
 * @io_priority: the [I/O priority](https://docs.gtk.org/gio/iface.AsyncResult.html#io-priority), for
 *   example `G_PRIORITY_DEFAULT`; deletions of a lower priority wait for those
 *   of a higher one
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (nullable) (scope async) (closure user_data): called when it is done
 * @user_data: data for @callback
 *
 * Deletes the directory with everything inside, without blocking.
 *
 * See [method@Tmp.Directory.cleanup]. [property@Tmp.Directory:entries-removed]
 * tells how far it is. The work goes on if the main loop stops, and if the
 * process exits normally, the exit waits for it.
 *
 * ## Example
 *
 * ```c
 * tmp_directory_cleanup_async (dir, G_PRIORITY_LOW, NULL, on_cleaned_up, NULL);
 * ```
 *
 * Since: 0.1
 */
void
tmp_directory_cleanup_async (TmpDirectory        *self,
                             int                  io_priority,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_return_if_fail (TMP_IS_DIRECTORY (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  run_async (self, TMP_DELETE_NONE, io_priority, cancellable, callback, user_data,
             tmp_directory_cleanup_async);
}

/**
 * tmp_directory_cleanup_finish:
 * @self: a directory
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Tmp.Directory.cleanup_async].
 *
 * ## Example
 *
 * ```c
 * if (!tmp_directory_cleanup_finish (dir, result, &error))
 *   g_warning ("%s", error->message);
 * ```
 *
 * Returns: `TRUE` if nothing is left, or if errors are to be ignored
 *
 * Since: 0.1
 */
gboolean
tmp_directory_cleanup_finish (TmpDirectory  *self,
                              GAsyncResult  *result,
                              GError       **error)
{
  g_return_val_if_fail (TMP_IS_DIRECTORY (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, tmp_directory_cleanup_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * tmp_directory_clear:
 * @self: a directory
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Deletes everything inside the directory, but not the directory itself.
 *
 * It remains the same directory, with its name, its mode and its lock, and can be
 * used at once.
 *
 * This call blocks; see [method@Tmp.Directory.clear_async]. It may be used from any
 * thread. Meanwhile it notifies [property@Tmp.Directory:entries-removed], in this
 * thread.
 *
 * ## What may be left
 *
 * After an error, or if @cancellable is cancelled, what could not be deleted: the object
 * still owns the directory then, with that inside.
 *
 * ## Security
 *
 * That of [func@Tmp.delete_tree]; and only the very directory that the object has created is
 * emptied, whatever has its name now.
 *
 * ## Errors
 *
 * Those of [func@Tmp.delete_tree] with `TMP_DELETE_KEEP_ROOT`, and
 *
 * - `G_IO_ERROR_NOT_FOUND` if the directory has been moved away or deleted;
 * - `G_IO_ERROR_FAILED` if something else has its name now;
 * - `G_IO_ERROR_CLOSED` if it has been cleaned up or detached;
 * - `G_IO_ERROR_PERMISSION_DENIED` in a forked child of the process that created it.
 *
 * [property@Tmp.Directory:ignore-cleanup-errors] and `TMPDIR_GLIB_KEEP` change nothing
 * here: a program that goes on wants to know what it finds.
 *
 * ## Example
 *
 * ```c
 * if (!tmp_directory_clear (dir, cancellable, error))
 *   return FALSE;
 * ```
 *
 * Returns: `TRUE` if nothing is left inside
 *
 * Since: 0.1
 */
gboolean
tmp_directory_clear (TmpDirectory  *self,
                     GCancellable  *cancellable,
                     GError       **error)
{
  g_return_val_if_fail (TMP_IS_DIRECTORY (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return run (self, TMP_DELETE_KEEP_ROOT, cancellable, error);
}

/**
 * tmp_directory_clear_async:
 * @self: a directory
 * @io_priority: the [I/O priority](https://docs.gtk.org/gio/iface.AsyncResult.html#io-priority), for
 *   example `G_PRIORITY_DEFAULT`
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (nullable) (scope async) (closure user_data): called when it is done
 * @user_data: data for @callback
 *
 * Deletes everything inside the directory without blocking.
 *
 * See [method@Tmp.Directory.clear]. [property@Tmp.Directory:entries-removed] tells how
 * far it is.
 *
 * Since: 0.1
 */
void
tmp_directory_clear_async (TmpDirectory        *self,
                           int                  io_priority,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  g_return_if_fail (TMP_IS_DIRECTORY (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  run_async (self, TMP_DELETE_KEEP_ROOT, io_priority, cancellable, callback, user_data,
             tmp_directory_clear_async);
}

/**
 * tmp_directory_clear_finish:
 * @self: a directory
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Tmp.Directory.clear_async].
 *
 * Returns: `TRUE` if nothing is left inside
 *
 * Since: 0.1
 */
gboolean
tmp_directory_clear_finish (TmpDirectory  *self,
                            GAsyncResult  *result,
                            GError       **error)
{
  g_return_val_if_fail (TMP_IS_DIRECTORY (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, tmp_directory_clear_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
