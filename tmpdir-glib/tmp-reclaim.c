/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Deletes what processes have left behind that were killed. The journal says what that
 * may be; here it is looked up, and looked at. */

#include "config.h"

#include "tmp-reclaim-private.h"

#include "tmp-background-private.h"
#include "tmp-debug-private.h"
#include "tmp-deletion-private.h"
#include "tmp-journal-private.h"
#include "tmp-name-private.h"
#include "tmp-process-private.h"
#include "tmp-task-private.h"
#include "tmp-thread-private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

/* By itself, nothing more is begun after that. */
#define MAX_TIME (10 * G_USEC_PER_SEC)

typedef struct
{
  GCancellable *cancellable;
  int           io_priority;
  gint64        until;     /* in monotonic time; 0 if it may take as long as it takes */
  gboolean      late;      /* that is over */
  gssize        n_trees;
  GError       *error;     /* the first one */

  /* The parent that was looked through last, for many have the same. */
  char         *parent;
  GPtrArray    *names;     /* in it, of what might be ours */
  gint64        looked_at; /* in monotonic time */
} Reclaim;

static void
reclaim_forget_names (Reclaim *self)
{
  g_clear_pointer (&self->names, g_ptr_array_unref);
  g_clear_pointer (&self->parent, g_free);
}

/* Sees to it that the names are those that @parent has had since @since, or later. */
static gboolean
look_through (Reclaim    *self,
              const char *parent,
              gint64      since)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (g_strcmp0 (self->parent, parent) == 0 && self->looked_at > since)
    return TRUE;

  reclaim_forget_names (self);
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->looked_at = g_get_monotonic_time ();

  dir = g_dir_open (parent, 0, NULL);
  if (dir == NULL)
    return FALSE;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      if (g_cancellable_is_cancelled (self->cancellable))
        return FALSE;
      if (tmp_name_may_be_ours (name))
        g_ptr_array_add (self->names, g_strdup (name));
    }

  self->parent = g_strdup (parent);
  return TRUE;
}

/* Returns the names that the directory may have now, or NULL if that cannot be told.
 * Where others can create files, they may have given the same ones to theirs. */
static GPtrArray *
find_names (Reclaim         *self,
            const TmpRecord *record,
            const TmpDeath  *death)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);

  if (record->filling < 0)
    {
      g_ptr_array_add (found, g_strdup (record->name));
      g_ptr_array_add (found, tmp_name_hidden (record->name));
      return g_steal_pointer (&found);
    }

  if (!look_through (self, record->parent, death->since))
    return NULL;

  for (guint i = 0; i < self->names->len; i++)
    if (tmp_name_matches (self->names->pdata[i], record->name, record->filling))
      g_ptr_array_add (found, g_strdup (self->names->pdata[i]));

  return g_steal_pointer (&found);
}

/* May somebody else than us and root put something into @parent under a name that was
 * ours, where the name alone would have to prove that it is? */
static gboolean
is_safe (const struct stat *parent)
{
  return (parent->st_uid == geteuid () || parent->st_uid == 0) &&
         ((parent->st_mode & 022) == 0 || (parent->st_mode & S_ISVTX) != 0);
}

static TmpVerdict
delete_leftover (Reclaim         *self,
                 const char      *path,
                 const TmpFileId *id)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (TmpDeletion) deletion = tmp_deletion_new (file, TMP_DELETE_NONE, id,
                                                       self->cancellable);
  GError *error = NULL;

  if (tmp_background_run (deletion, self->io_priority, NULL, NULL, &error))
    {
      tmp_debug ("Reclaimed “%s”", path);
      self->n_trees++;
      return TMP_RECORD_SETTLED;
    }

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_error_free (error);
      return TMP_RECORD_POSTPONED;
    }

  tmp_debug ("%s", error->message);
  if (self->error == NULL)
    self->error = error;
  else
    g_error_free (error);
  return TMP_RECORD_FAILED;
}

/* For a developer */
static void
tell_left (const char *parent,
           const char *name,
           const char *reason)
{
  tmp_debug ("Left “%s/%s”: %s", parent, name, reason);
}

/* Deletes the directory @name if it is what was left behind. */
static TmpVerdict
reclaim_name (Reclaim    *self,
              const char *parent,
              int         parent_fd,
              const char *name)
{
  g_autofree char *path = g_build_filename (parent, name, NULL);
  TmpVerdict verdict;
  struct stat st;
  TmpFileId id;
  int fd;

  if (fstatat (parent_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
    {
      if (errno == ENOENT)
        return TMP_RECORD_SETTLED;
      tell_left (parent, name, g_strerror (errno));
      return TMP_RECORD_POSTPONED;
    }
  if (!S_ISDIR (st.st_mode) || st.st_uid != geteuid ())
    {
      tell_left (parent, name,
                 S_ISDIR (st.st_mode) ? "What is there belongs to somebody else" : g_strerror (ENOTDIR));
      return TMP_RECORD_SETTLED;
    }

  id.dev = st.st_dev;
  id.ino = st.st_ino;

  /* A child of the dead process may still use it, and then has its lock. */
  fd = tmp_fd_open_beneath (parent_fd, name, tmp_fd_get_mount (parent_fd));
  if (fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    {
      tell_left (parent, name, "A process still uses it");
      verdict = TMP_RECORD_POSTPONED;
    }
  else
    {
      verdict = delete_leftover (self, path, &id);
    }

  tmp_fd_close (&fd);
  return verdict;
}

/* Is @path in a directory that a TmpDirectory may have created? */
static gboolean
is_in_ours (const char *path)
{
  g_auto (GStrv) names = g_strsplit (path, "/", -1);

  for (guint i = 0; names[i] != NULL; i++)
    if (tmp_name_may_be_ours (names[i]))
      return TRUE;

  return FALSE;
}

static TmpVerdict
reclaim_record (const TmpRecord *record,
                const TmpDeath  *death,
                gpointer         user_data)
{
  Reclaim *self = user_data;
  g_autoptr (GPtrArray) names = NULL;
  TmpVerdict verdict = TMP_RECORD_SETTLED;
  struct stat st;
  int fd;

  if (g_cancellable_is_cancelled (self->cancellable))
    return TMP_RECORD_POSTPONED;
  if (self->until != 0 && g_get_monotonic_time () > self->until)
    {
      if (!self->late)
        tmp_debug ("Left the rest: It takes too long");
      self->late = TRUE;
      return TMP_RECORD_POSTPONED;
    }

  fd = open (record->parent, O_PATH | O_DIRECTORY | O_CLOEXEC);

  /* In another container the same path leads somewhere else, or nowhere. After a
   * reboot numbers may have changed, but the name is good enough. And what was in
   * another directory of ours goes, or has gone, with that. */
  if (fd < 0)
    {
      if ((errno == ENOENT || errno == ENOTDIR) &&
          (death->rebooted || is_in_ours (record->parent)))
        return TMP_RECORD_SETTLED;
      tell_left (record->parent, record->name, g_strerror (errno));
      return TMP_RECORD_POSTPONED;
    }

  if (fstat (fd, &st) != 0 ||
      (!death->rebooted && !tmp_file_id_equal (&record->parent_id, &st)))
    {
      tell_left (record->parent, record->name, "Its parent is another directory here");
      verdict = TMP_RECORD_POSTPONED;
    }
  else if (!is_safe (&st))
    {
      tell_left (record->parent, record->name, "Others may write to its parent");
    }
  else if (!tmp_fd_is_local (fd))
    {
      tell_left (record->parent, record->name, "It is on another computer");
    }
  else
    {
      names = find_names (self, record, death);
      if (names == NULL)
        {
          tell_left (record->parent, record->name, "Its parent could not be read");
          verdict = TMP_RECORD_POSTPONED;
        }
      for (guint i = 0; names != NULL && i < names->len; i++)
        {
          TmpVerdict one = reclaim_name (self, record->parent, fd, names->pdata[i]);

          verdict = MAX (verdict, one);
        }
    }

  tmp_fd_close (&fd);
  return verdict;
}

static gssize
reclaim (GCancellable  *cancellable,
         int            io_priority,
         gint64         until,
         GError       **error)
{
  Reclaim self = { .cancellable = cancellable, .io_priority = io_priority, .until = until };

  tmp_journal_judge (reclaim_record, &self, cancellable);
  reclaim_forget_names (&self);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    {
      g_clear_error (&self.error);
      return -1;
    }
  if (self.error != NULL)
    {
      g_propagate_error (error, self.error);
      return -1;
    }

  return self.n_trees;
}

static gpointer
reclaim_by_itself (gpointer data)
{
  reclaim (NULL, G_PRIORITY_LOW, g_get_monotonic_time () + MAX_TIME, NULL);
  return NULL;
}

/* Begins to reclaim in the background, if this process has not done it yet. */
void
tmp_reclaim_once (void)
{
  static gint done; /* atomic: the process that has */
  gint process = (gint) tmp_process_get_id ();
  gint before = g_atomic_int_get (&done);

  if (before != process && g_atomic_int_compare_and_exchange (&done, before, process))
    tmp_thread_start ("tmpdir-glib-old", reclaim_by_itself, NULL);
}

/**
 * tmp_reclaim:
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Deletes what processes of this user have left behind that were killed.
 *
 * A process that is killed, aborts or loses power cannot delete its temporary
 * directories. It has written down which ones they are, in the folder `tmpdir-glib`
 * of [func@GLib.get_user_state_dir], and from that any other process that uses this
 * library deletes them: once and in the background after it has created its first
 * [class@Tmp.Directory], or when it calls this.
 *
 * This blocks until it is done. It may be called from any thread.
 *
 * ## What may be left
 *
 * What could not be deleted; another process will try once more. Nothing is done if the
 * environment has `TMPDIR_GLIB_JOURNAL=0` or `TMPDIR_GLIB_KEEP=1`, or in a program
 * that has more privileges than its user.
 *
 * ## Security
 *
 * Only directories are deleted that a [class@Tmp.Directory] has created, that still
 * have the name they were given, belong to this user and are on a file system of this
 * computer, and none that another process still uses.
 *
 * ## Errors
 *
 * If something cannot be deleted, everything else is, and the error is the first
 * one met, as that of [func@Tmp.delete_tree].
 *
 * ## Example
 *
 * ```c
 * gssize n = tmp_reclaim (cancellable, error);
 * if (n < 0)
 *   return FALSE;
 *
 * g_print ("%" G_GSSIZE_FORMAT " directories of killed processes are gone\n", n);
 * ```
 *
 * Returns: how many directories have been deleted, or -1
 *
 * Since: 0.1
 */
gssize
tmp_reclaim (GCancellable  *cancellable,
             GError       **error)
{
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), -1);
  g_return_val_if_fail (error == NULL || *error == NULL, -1);

  return reclaim (cancellable, G_PRIORITY_DEFAULT, 0, error);
}

static gpointer
reclaim_thread (gpointer data)
{
  GTask *task = data;
  GError *error = NULL;
  gssize n_trees = reclaim (g_task_get_cancellable (task), G_PRIORITY_DEFAULT, 0, &error);

  tmp_task_return (task, n_trees, error);
  return NULL;
}

/**
 * tmp_reclaim_async:
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (nullable) (scope async) (closure user_data): called when it is done
 * @user_data: data for @callback
 *
 * Deletes what processes of this user have left behind, without blocking.
 *
 * See [func@Tmp.reclaim].
 *
 * Since: 0.1
 */
void
tmp_reclaim_async (GCancellable        *cancellable,
                   GAsyncReadyCallback  callback,
                   gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, tmp_reclaim_async);
  /* What has been deleted is not reported as cancelled. */
  g_task_set_check_cancellable (task, FALSE);

  if (!tmp_thread_start ("tmpdir-glib-old", reclaim_thread, task))
    reclaim_thread (task);
}

/**
 * tmp_reclaim_finish:
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [func@Tmp.reclaim_async].
 *
 * Returns: how many directories have been deleted, or -1
 *
 * Since: 0.1
 */
gssize
tmp_reclaim_finish (GAsyncResult  *result,
                    GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), -1);
  g_return_val_if_fail (g_async_result_is_tagged (result, tmp_reclaim_async), -1);

  return g_task_propagate_int (G_TASK (result), error);
}
