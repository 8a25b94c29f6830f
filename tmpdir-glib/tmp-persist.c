/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Moving a directory out of the temporary ones, at once or not at all. */

#include "config.h"

#include "tmp-directory-private.h"

#include "tmp-background-private.h"
#include "tmp-debug-private.h"
#include "tmp-error-private.h"
#include "tmp-task-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <unistd.h>

/* Two names, each in a directory that is held, so that undoing changes the same names
 * that doing did. */
typedef struct
{
  const char *from_path;
  const char *to_path;
  char       *from_name;
  char       *to_name;
  int         from_dirfd;
  int         to_dirfd;
  guint       flags; /* for renameat2() */
} Move;

static int
open_parent (const char *path)
{
  g_autofree char *parent = g_path_get_dirname (path);

  return open (parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static gboolean
move_init (Move        *move,
           const char  *from_path,
           const char  *to_path,
           guint        flags,
           GError     **error)
{
  move->from_path = from_path;
  move->to_path = to_path;
  move->from_name = g_path_get_basename (from_path);
  move->to_name = g_path_get_basename (to_path);
  move->flags = flags;
  move->to_dirfd = -1;
  move->from_dirfd = open_parent (from_path);
  if (move->from_dirfd < 0)
    {
      tmp_error_set_errno (error, errno, TMP_ACTION_MOVE, from_path);
      return FALSE;
    }

  move->to_dirfd = open_parent (to_path);
  if (move->to_dirfd >= 0)
    return TRUE;

  tmp_error_set_errno (error, errno, TMP_ACTION_MOVE_TO, to_path);
  return FALSE;
}

static void
move_clear (Move *move)
{
  tmp_fd_close (&move->from_dirfd);
  tmp_fd_close (&move->to_dirfd);
  g_free (move->from_name);
  g_free (move->to_name);
}

static gboolean
is_directory (int              dirfd,
              const char      *name,
              const TmpFileId *id)
{
  struct stat st;

  return fstatat (dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && tmp_file_id_equal (id, &st);
}

/* Is @dirfd the directory @id, or anywhere below it? */
static gboolean
is_within (int              dirfd,
           const TmpFileId *id)
{
  gboolean found = FALSE;
  struct stat st, above;
  int fd = openat (dirfd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);

  while (fd >= 0 && !found && fstat (fd, &st) == 0)
    {
      int up = openat (fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
      TmpFileId here = { st.st_dev, st.st_ino };

      found = tmp_file_id_equal (id, &st);
      /* The root is above itself. */
      if (up >= 0 && fstat (up, &above) == 0 && tmp_file_id_equal (&here, &above))
        tmp_fd_close (&up);
      tmp_fd_close (&fd);
      fd = up;
    }

  tmp_fd_close (&fd);
  return found;
}

static void
set_move_error (const Move       *move,
                int               errsv,
                const TmpFileId  *id,
                const TmpFileId  *other,
                GError          **error)
{
  const gboolean crossed = errsv == EINVAL && (is_within (move->to_dirfd, id) ||
                                               (other != NULL && is_within (move->from_dirfd, other)));

  if (errsv == EXDEV)
    tmp_error_set_literal (error, G_IO_ERROR_NOT_SUPPORTED, TMP_ACTION_MOVE_TO, move->to_path,
                           N_("It is on another file system"));
  else if (crossed)
    tmp_error_set_literal (error, G_IO_ERROR_INVALID_ARGUMENT, TMP_ACTION_MOVE_TO, move->to_path,
                           N_("One of the two is inside the other"));
  else if (errsv == EINVAL || errsv == ENOSYS)
    tmp_error_set_literal (error, G_IO_ERROR_NOT_SUPPORTED, TMP_ACTION_MOVE_TO, move->to_path,
                           N_("This file system cannot do so at once"));
  else
    tmp_error_set_errno (error, errsv, TMP_ACTION_MOVE_TO, move->to_path);
}

/* Renames, and makes sure that it was @id, and, if there is one, @other, that was
 * renamed: no system call does both. If not, it has its name back. */
static gboolean
move_run (const Move       *move,
          const TmpFileId  *id,
          const TmpFileId  *other,
          GError          **error)
{
  /* There is no other way: link() is for files, and rename() replaces. */
  if (!tmp_fd_rename2 (move->from_dirfd, move->from_name, move->to_dirfd, move->to_name,
                       move->flags))
    {
      set_move_error (move, errno, id, other, error);
      return FALSE;
    }

  if (is_directory (move->to_dirfd, move->to_name, id) &&
      (other == NULL || is_directory (move->from_dirfd, move->from_name, other)))
    return TRUE;

  tmp_fd_rename2 (move->to_dirfd, move->to_name, move->from_dirfd, move->from_name, move->flags);
  tmp_error_set_literal (error, G_IO_ERROR_FAILED, TMP_ACTION_MOVE_TO, move->to_path,
                         N_("Somebody else has renamed one of the two meanwhile"));
  return FALSE;
}

/* Looks at what is to be exchanged: it is going to be a temporary directory. It gets the
 * lock of one now, which does not matter to anybody should the exchange fail. */
static gboolean
open_other (const Move       *move,
            const TmpFileId  *self_id,
            TmpFileId        *id,
            int              *holder,
            int              *fd,
            GError          **error)
{
  struct stat st;

  *fd = -1;
  *holder = openat (move->to_dirfd, move->to_name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (*holder < 0 || fstat (*holder, &st) != 0)
    {
      tmp_error_set_errno (error, errno, TMP_ACTION_MOVE_TO, move->to_path);
      return FALSE;
    }

  if (!S_ISDIR (st.st_mode))
    {
      tmp_error_set_errno (error, ENOTDIR, TMP_ACTION_MOVE_TO, move->to_path);
      return FALSE;
    }

  if (st.st_uid != geteuid ())
    {
      tmp_error_set_literal (error, G_IO_ERROR_PERMISSION_DENIED, TMP_ACTION_MOVE_TO, move->to_path,
                             N_("What is there belongs to somebody else"));
      return FALSE;
    }

  /* The kernel would call that a success. */
  if (tmp_file_id_equal (self_id, &st))
    {
      tmp_error_set_literal (error, G_IO_ERROR_INVALID_ARGUMENT, TMP_ACTION_MOVE_TO, move->to_path,
                             N_("It is there already"));
      return FALSE;
    }

  id->dev = st.st_dev;
  id->ino = st.st_ino;

  /* Without permission to read it, or without a descriptor, it has no lock. */
  *fd = tmp_fd_open_directory (move->to_dirfd, move->to_name);
  if (*fd >= 0 && (fstat (*fd, &st) != 0 || !tmp_file_id_equal (id, &st)))
    tmp_fd_close (fd);
  if (*fd >= 0)
    flock (*fd, LOCK_SH | LOCK_NB);

  return TRUE;
}

/* With the lock, which keeps a cleanup from beginning meanwhile. */
static gboolean
persist_locked (TmpDirectory     *self,
                const char       *path,
                TmpPersistFlags   flags,
                TmpJournalEntry  *journal,
                int              *fd,
                GError          **error)
{
  const gboolean exchange = (flags & TMP_PERSIST_EXCHANGE) != 0;
  TmpLocation *location = &self->location;
  Move move = { 0 };
  TmpFileId other;
  int holder = -1, other_fd = -1;
  gboolean success;

  if (!self->owned)
    {
      tmp_error_set_literal (error, G_IO_ERROR_CLOSED, TMP_ACTION_MOVE, location->path,
                             N_("It has been cleaned up, or given away"));
      return FALSE;
    }

  /* What is being deleted goes on being deleted, whatever its name. */
  if (self->n_deletions > 0)
    {
      tmp_error_set_literal (error, G_IO_ERROR_PENDING, TMP_ACTION_MOVE, location->path,
                             N_("It is being cleaned up or cleared"));
      return FALSE;
    }

  success = move_init (&move, location->path, path, exchange ? RENAME_EXCHANGE : RENAME_NOREPLACE,
                       error) &&
            (!exchange || open_other (&move, &location->id, &other, &holder, &other_fd, error)) &&
            move_run (&move, &location->id, exchange ? &other : NULL, error);

  if (success && exchange)
    {
      *fd = location->fd;
      location->fd = g_steal_fd (&other_fd);
      location->id = other;
      self->told = FALSE;
      /* Not before, when others still used it under its own name. */
      tmp_fd_chmod (holder, 0700);
    }
  else if (success)
    {
      *fd = tmp_directory_release (self, journal);
    }

  tmp_fd_close (&holder);
  tmp_fd_close (&other_fd);
  move_clear (&move);
  return success;
}

static gboolean
persist (TmpDirectory     *self,
         GFile            *destination,
         TmpPersistFlags   flags,
         GCancellable     *cancellable,
         GError          **error)
{
  const char *path = g_file_peek_path (destination);
  TmpJournalEntry journal = 0;
  gboolean success;
  int fd = -1;

  if (tmp_directory_refuse_inherited (self, TMP_ACTION_MOVE, error) ||
      !tmp_directory_open (self, TMP_ACTION_MOVE, &fd, error))
    return FALSE;
  tmp_fd_close (&fd);

  if (self->location.path == NULL || path == NULL || !g_file_is_native (destination))
    {
      g_autofree char *name = g_file_get_parse_name (destination);

      tmp_error_set_literal (error, G_IO_ERROR_NOT_SUPPORTED, TMP_ACTION_MOVE_TO, name,
                             N_("That is done only from one native directory to another"));
      return FALSE;
    }

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  /* What has been dropped inside is not to stay: once it is elsewhere, nobody finds it. */
  tmp_background_finish_below (self->location.path);

  g_mutex_lock (&self->lock);
  success = persist_locked (self, path, flags, &journal, &fd, error);
  g_mutex_unlock (&self->lock);

  /* A forked child may have the same open file, and does not need its lock any more. */
  if (fd >= 0)
    flock (fd, LOCK_UN);
  tmp_fd_close (&fd);
  if (success && (flags & TMP_PERSIST_EXCHANGE) == 0)
    {
      tmp_journal_strike (journal);
      tmp_exit_hook_remove (&self->exit_hook);
      tmp_debug ("Moved “%s” to “%s”, where it stays", self->location.path, path);
    }
  else if (success)
    {
      tmp_debug ("Exchanged “%s” for “%s”", self->location.path, path);
    }
  return success;
}

/**
 * tmp_directory_persist:
 * @self: a directory
 * @destination: where it is to be
 * @flags: what to do if something is at @destination
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Moves the directory with everything inside to @destination, at once: whoever looks
 * there finds nothing, or what was there before, or all of it, whenever the process or
 * the system ends.
 *
 * With `TMP_PERSIST_NONE`, nothing may be there. The object then owns nothing any
 * more: what has been moved is the caller's, as after [method@Tmp.Directory.detach], neither
 * locked nor ever reclaimed. With `TMP_PERSIST_EXCHANGE`, a directory of the same
 * user has to be there. It becomes the temporary directory, in its place and under its name,
 * with the mode 0700, to be cleaned up in the same ways.
 *
 * The mode remains 0700 until the caller changes it, and nothing is synced to the disk. Both
 * are best done before, as this is what makes it visible to others. Paths into the directory, and the files that [method@Tmp.Directory.new_file] has
 * returned, lead to where it was; what is open stays open.
 *
 * This needs one file system, and one that can do it: it is one `renameat2()` with
 * `RENAME_NOREPLACE` or `RENAME_EXCHANGE`, as ext4, xfs, btrfs and tmpfs have it. Others, as
 * NFS, would need a check beforehand, between which and the renaming somebody else may
 * come; that is not done. To have a directory on the file system of its destination, create
 * it beside that, with [ctor@Tmp.Directory.new_in].
 *
 * Temporary directories in it that have been dropped are deleted before it is moved; this
 * call waits for that. Else it blocks, but not for long on a local file system. It may be used from any
 * thread. The idea comes from `TempPath::persist()` of Rust's `tempfile`.
 *
 * ## What may be left
 *
 * Only what has been moved. After any error nothing has changed, and the object owns what it
 * did.
 *
 * ## Security
 *
 * What is moved is the very directory that the object has created, and what is exchanged for
 * it a directory of this user's. Whoever may write to the parent of @destination may of
 * course do with it what he likes.
 *
 * ## Errors
 *
 * It is
 *
 * - `G_IO_ERROR_EXISTS` if something is at @destination, even an empty directory, without
 *   `TMP_PERSIST_EXCHANGE`;
 * - `G_IO_ERROR_NOT_FOUND` if its parent is not there, or, with `TMP_PERSIST_EXCHANGE`, nothing
 *   is at @destination, or if the temporary directory has been moved away or deleted;
 * - `G_IO_ERROR_NOT_DIRECTORY` if, with `TMP_PERSIST_EXCHANGE`, it is no directory; a symbolic
 *   link is none;
 * - `G_IO_ERROR_PERMISSION_DENIED` if a permission is missing, if what is to be exchanged
 *   belongs to another user, or in a forked child of the process that created the directory;
 * - `G_IO_ERROR_NOT_SUPPORTED` if @destination is on another file system or behind a mount
 *   point, if the file system cannot do it at once, or if one of the two is not native;
 * - `G_IO_ERROR_READ_ONLY` if the file system is read-only, and `G_IO_ERROR_BUSY` if one of
 *   the two is a mount point;
 * - `G_IO_ERROR_INVALID_ARGUMENT` if one of the two is inside the other;
 * - `G_IO_ERROR_PENDING` while the directory is being cleaned up or cleared;
 * - `G_IO_ERROR_FAILED` if something else has its name now, and `G_IO_ERROR_CLOSED` if it has
 *   been cleaned up or detached.
 *
 * ## Example
 *
 * ```c
 * g_autoptr (GFile) parent = g_file_get_parent (destination);
 * g_autoptr (TmpDirectory) dir = tmp_directory_new_in (parent, ".new-", cancellable, error);
 * if (dir == NULL)
 *   return FALSE;
 *
 * g_autofree char *index = tmp_directory_build_path (dir, "index.html", NULL);
 * if (!g_file_set_contents (index, "<h1>New</h1>\n", -1, error))
 *   return FALSE;
 *
 * return tmp_directory_persist (dir, destination, TMP_PERSIST_NONE, cancellable, error);
 * ```
 *
 * Returns: `TRUE` if it has been moved
 *
 * Since: 0.1
 */
gboolean
tmp_directory_persist (TmpDirectory     *self,
                       GFile            *destination,
                       TmpPersistFlags   flags,
                       GCancellable     *cancellable,
                       GError          **error)
{
  g_return_val_if_fail (TMP_IS_DIRECTORY (self), FALSE);
  g_return_val_if_fail (G_IS_FILE (destination), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return persist (self, destination, flags, cancellable, error);
}

/* What an asynchronous call is to do. */
typedef struct
{
  GFile           *destination;
  TmpPersistFlags  flags;
} PersistData;

static void
persist_data_free (gpointer data)
{
  PersistData *persist_data = data;

  g_object_unref (persist_data->destination);
  g_free (persist_data);
}

static gssize
persist_in_thread (gpointer       source_object,
                   gpointer       task_data,
                   GCancellable  *cancellable,
                   GError       **error)
{
  PersistData *persist_data = task_data;

  return persist (source_object, persist_data->destination, persist_data->flags, cancellable,
                  error) ? 0 : -1;
}

/**
 * tmp_directory_persist_async:
 * @self: a directory
 * @destination: where it is to be
 * @flags: what to do if something is at @destination
 * @io_priority: the [I/O priority](https://docs.gtk.org/gio/iface.AsyncResult.html#io-priority), for
 *   example `G_PRIORITY_DEFAULT`
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (nullable) (scope async) (closure user_data): called when it is done
 * @user_data: data for @callback
 *
 * Moves the directory with everything inside to @destination, without blocking.
 *
 * See [method@Tmp.Directory.persist].
 *
 * Since: 0.1
 */
void
tmp_directory_persist_async (TmpDirectory        *self,
                             GFile               *destination,
                             TmpPersistFlags      flags,
                             int                  io_priority,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  PersistData *persist_data;

  g_return_if_fail (TMP_IS_DIRECTORY (self));
  g_return_if_fail (G_IS_FILE (destination));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  persist_data = g_new0 (PersistData, 1);
  persist_data->destination = g_object_ref (destination);
  persist_data->flags = flags;

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, tmp_directory_persist_async);
  g_task_set_priority (task, io_priority);
  /* What has been moved is not reported as cancelled. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, persist_data, persist_data_free);
  tmp_task_run_in_thread (task, persist_in_thread);
}

/**
 * tmp_directory_persist_finish:
 * @self: a directory
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Tmp.Directory.persist_async].
 *
 * Returns: `TRUE` if it has been moved
 *
 * Since: 0.1
 */
gboolean
tmp_directory_persist_finish (TmpDirectory  *self,
                              GAsyncResult  *result,
                              GError       **error)
{
  g_return_val_if_fail (TMP_IS_DIRECTORY (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, tmp_directory_persist_async), FALSE);

  return g_task_propagate_int (G_TASK (result), error) >= 0;
}
