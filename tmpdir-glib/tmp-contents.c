/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What is in a directory: its names, and new files and directories. */

#include "config.h"

#include "tmp-directory-private.h"

#include "tmp-error-private.h"
#include "tmp-name-private.h"
#include "tmp-task-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gfiledescriptorbased.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Does @name stay strictly inside the directory that it is relative to? */
static gboolean
is_inside (const char *name)
{
  g_auto (GStrv) parts = g_strsplit (name, "/", -1);
  int depth = 0;

  if (g_path_is_absolute (name))
    return FALSE;

  for (guint i = 0; parts[i] != NULL; i++)
    {
      if (strcmp (parts[i], "..") == 0)
        depth--;
      else if (*parts[i] != '\0' && strcmp (parts[i], ".") != 0)
        depth++;

      if (depth < 0)
        return FALSE;
    }

  return depth > 0;
}

/**
 * tmp_directory_get_child:
 * @self: a directory
 * @name: (type filename): a name or a relative path
 * @error: return location for an error
 *
 * Gets a file inside the directory, which need not exist.
 *
 * This is for names that come from elsewhere, from an archive for example. It does no I/O.
 *
 * ## Security
 *
 * The name is not looked up, so a symbolic link in the directory may still lead
 * elsewhere.
 *
 * ## Errors
 *
 * It is `G_IO_ERROR_INVALID_FILENAME` if @name is absolute or empty, or leaves
 * the directory by `..`.
 *
 * ## Example
 *
 * ```c
 * g_autoptr (GFile) file = tmp_directory_get_child (dir, name_in_archive, error);
 * if (file == NULL)
 *   return FALSE; // it was "/etc/passwd", or "../../.bashrc"
 * ```
 *
 * Returns: (transfer full): the file
 *
 * Since: 0.1
 */
GFile *
tmp_directory_get_child (TmpDirectory  *self,
                         const char    *name,
                         GError       **error)
{
  g_return_val_if_fail (TMP_IS_DIRECTORY (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!tmp_directory_check_initialized (self, error))
    return NULL;

  if (!is_inside (name))
    {
      tmp_error_set_literal (error, G_IO_ERROR_INVALID_FILENAME, TMP_ACTION_USE_NAME, name,
                             N_("It is not inside the temporary directory"));
      return NULL;
    }

  return g_file_resolve_relative_path (self->location.file, name);
}

/**
 * tmp_directory_build_path: (skip)
 * @self: a directory
 * @first: (type filename) (nullable): the first element of a relative path
 * @...: more elements, ended by `NULL`
 *
 * Builds a path inside the directory, like [func@GLib.build_filenamev].
 *
 * Unlike [method@Tmp.Directory.get_child], it does not check the elements.
 *
 * ## Example
 *
 * ```c
 * g_autofree char *path = tmp_directory_build_path (dir, "report.txt", NULL);
 * ```
 *
 * Returns: (type filename) (transfer full) (nullable): the path, `NULL` if the
 *   directory is not native or if @self has not been initialized
 *
 * Since: 0.1
 */
char *
tmp_directory_build_path (TmpDirectory *self,
                          const char   *first,
                          ...)
{
  g_autofree char *rest = NULL;
  va_list args;

  g_return_val_if_fail (TMP_IS_DIRECTORY (self), NULL);

  if (!tmp_directory_is_initialized (self) || self->location.path == NULL)
    return NULL;
  if (first == NULL)
    return g_strdup (self->location.path);

  va_start (args, first);
  rest = g_build_filename_valist (first, &args);
  va_end (args);

  return g_build_filename (self->location.path, rest, NULL);
}

/* GIO has no stream for a descriptor that can be read and written, but it can open what
 * the descriptor stands for. Without /proc, what has the name: it has been created in a
 * directory that only we can write to. */
static GFileIOStream *
open_stream (GFile         *file,
             int            fd,
             GCancellable  *cancellable,
             GError       **error)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autoptr (GFile) link = g_file_new_for_path (path);
  GFileIOStream *iostream;
  GOutputStream *output;
  struct stat st;

  iostream = g_file_open_readwrite (lstat (path, &st) == 0 ? link : file, cancellable, error);
  if (iostream == NULL)
    return NULL;

  /* GLib 2.74 leaves it to whatever program is started next. */
  output = g_io_stream_get_output_stream (G_IO_STREAM (iostream));
  if (G_IS_FILE_DESCRIPTOR_BASED (output))
    fcntl (g_file_descriptor_based_get_fd (G_FILE_DESCRIPTOR_BASED (output)), F_SETFD, FD_CLOEXEC);

  return iostream;
}

/* Relative to the directory's descriptor @dirfd, so that it is in there whatever becomes
 * of the name; or by the path of @file, if there is none. */
static gboolean
make_native_file (GFile          *file,
                  int             dirfd,
                  GFileIOStream **iostream,
                  GCancellable   *cancellable,
                  GError        **error)
{
  const char *path = g_file_peek_path (file);
  const char *name = dirfd >= 0 ? strrchr (path, '/') + 1 : path;
  GError *local_error = NULL;
  int fd = openat (dirfd >= 0 ? dirfd : AT_FDCWD, name,
                   O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

  if (fd < 0)
    {
      tmp_error_set_errno (error, errno, TMP_ACTION_NEW_FILE, path);
      return FALSE;
    }

  /* A umask may have taken bits away, and a default ACL may have added some. */
  if (fchmod (fd, 0600) != 0)
    tmp_error_set_errno (&local_error, errno, TMP_ACTION_NEW_FILE, path);
  else if (iostream != NULL)
    *iostream = open_stream (file, fd, cancellable, &local_error);
  close (fd);

  if (local_error == NULL)
    return TRUE;

  unlinkat (dirfd >= 0 ? dirfd : AT_FDCWD, name, 0);
  g_propagate_error (error, local_error);
  return FALSE;
}

static gboolean
make_native_directory (GFile   *file,
                       int      dirfd,
                       GError **error)
{
  const char *path = g_file_peek_path (file);
  const char *name = dirfd >= 0 ? strrchr (path, '/') + 1 : path;

  if (mkdirat (dirfd >= 0 ? dirfd : AT_FDCWD, name, 0700) == 0)
    return TRUE;

  tmp_error_set_errno (error, errno, TMP_ACTION_NEW_DIRECTORY, path);
  return FALSE;
}

/* Not every backend can open a file for both; then there is a file, but no stream. */
static gboolean
make_file_by_gio (GFile          *file,
                  GFileIOStream **iostream,
                  GCancellable   *cancellable,
                  GError        **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GFileOutputStream) output = NULL;

  if (iostream != NULL)
    {
      *iostream = g_file_create_readwrite (file, G_FILE_CREATE_PRIVATE, cancellable, &local_error);
      if (*iostream != NULL)
        return TRUE;
      if (!g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
    }

  output = g_file_create (file, G_FILE_CREATE_PRIVATE, cancellable, error);
  if (output == NULL)
    return FALSE;
  if (g_output_stream_close (G_OUTPUT_STREAM (output), cancellable, error))
    return TRUE;

  g_file_delete (file, NULL, NULL);
  return FALSE;
}

/* Creates a file, or a directory, under a name that nobody can guess. */
static GFile *
make (TmpDirectory   *self,
      gboolean        directory,
      const char     *prefix,
      const char     *suffix,
      GFileIOStream **iostream,
      GCancellable   *cancellable,
      GError        **error)
{
  const TmpAction action = directory ? TMP_ACTION_NEW_DIRECTORY : TMP_ACTION_NEW_FILE;
  g_autofree char *name = tmp_name_new (prefix, suffix, FALSE, error);
  g_autoptr (GFile) file = NULL;
  GError *local_error = NULL;
  gboolean success;
  int fd;

  if (name == NULL ||
      g_cancellable_set_error_if_cancelled (cancellable, error) ||
      !tmp_directory_open (self, action, &fd, error))
    return NULL;

  file = g_file_get_child (self->location.file, name);
  if (self->location.path != NULL && directory)
    success = make_native_directory (file, fd, &local_error);
  else if (self->location.path != NULL)
    success = make_native_file (file, fd, iostream, cancellable, &local_error);
  else if (directory)
    success = g_file_make_directory (file, cancellable, &local_error);
  else
    success = make_file_by_gio (file, iostream, cancellable, &local_error);
  tmp_fd_close (&fd);

  if (success)
    return g_steal_pointer (&file);

  if (self->location.path != NULL)
    {
      g_propagate_error (error, local_error);
    }
  else
    {
      g_autofree char *display = g_file_get_parse_name (self->location.file);

      tmp_error_take (error, local_error, action, display);
    }
  return NULL;
}

/* Opens a new file that never gets a name where the kernel offers that, and else one that
 * has it for a moment. */
gboolean
tmp_directory_open_unnamed (TmpDirectory  *self,
                            TmpAction      action,
                            int           *fd,
                            GError       **error)
{
  const char *path = self->location.path;
  int dirfd;

  *fd = -1;
  if (!tmp_directory_open (self, action, &dirfd, error))
    return FALSE;

  if (path == NULL)
    {
      g_autofree char *name = g_file_get_parse_name (self->location.file);

      tmp_error_set_literal (error, G_IO_ERROR_NOT_SUPPORTED, action, name,
                             N_("It is not native"));
      return FALSE;
    }

  *fd = openat (dirfd >= 0 ? dirfd : AT_FDCWD, dirfd >= 0 ? "." : path,
                O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
  /* Each file system that cannot has its own way to say so. */
  if (*fd < 0 && errno != EMFILE && errno != ENFILE && errno != ENOSPC && errno != EDQUOT)
    {
      g_autofree char *name = tmp_name_new (NULL, NULL, FALSE, NULL);
      g_autofree char *by_path = g_build_filename (path, name, NULL);
      const int at = dirfd >= 0 ? dirfd : AT_FDCWD;

      *fd = openat (at, dirfd >= 0 ? name : by_path,
                    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
      if (*fd >= 0)
        unlinkat (at, dirfd >= 0 ? name : by_path, 0);
    }

  if (*fd < 0)
    tmp_error_set_errno (error, errno, action, path);
  tmp_fd_close (&dirfd);
  return *fd >= 0;
}

/**
 * tmp_directory_new_file:
 * @self: a directory
 * @prefix: (nullable) (type filename): how its name begins; `NULL` is `tmp`
 * @suffix: (nullable) (type filename): how its name ends; `NULL` is nothing
 * @iostream: (out) (optional) (nullable) (transfer full): return location for the file,
 *   open to be read and written
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Creates a new, empty file inside the directory.
 *
 * This is what `NamedTemporaryFile` of Python's `tempfile` module is with `dir=` and
 * `delete=False`.
 *
 * Where the directory is not native, the mode is what its backend makes of it, and if the
 * backend cannot open a file to be both read and written, like `sftp`, the file is there
 * and @iostream is `NULL`; use [method@Gio.File.replace] then.
 *
 * This call blocks, but not for long on a local file system. It may be used from any
 * thread, and in a forked child.
 *
 * ## What may be left
 *
 * Nothing after an error. The file is deleted with the directory; it may be deleted or moved
 * away before that.
 *
 * ## Security
 *
 * Its name has 80 random bits, and its mode is 0600 whatever the umask. It is created by
 * the descriptor of the directory, so in no other one that has taken its name.
 *
 * ## Errors
 *
 * It is `G_IO_ERROR_INVALID_FILENAME` if @prefix or @suffix has a slash or is too long,
 * `G_IO_ERROR_NOT_FOUND` if the directory has been moved away or deleted,
 * `G_IO_ERROR_FAILED` if something else has its name now, and `G_IO_ERROR_CLOSED` if it
 * has been cleaned up or detached.
 *
 * ## Example
 *
 * ```c
 * g_autoptr (GFileIOStream) stream = NULL;
 * g_autoptr (GFile) file = tmp_directory_new_file (dir, "page-", ".html", &stream, NULL, error);
 * if (file == NULL)
 *   return FALSE;
 * ```
 *
 * Returns: (transfer full): the file
 *
 * Since: 0.1
 */
GFile *
tmp_directory_new_file (TmpDirectory   *self,
                        const char     *prefix,
                        const char     *suffix,
                        GFileIOStream **iostream,
                        GCancellable   *cancellable,
                        GError        **error)
{
  g_return_val_if_fail (TMP_IS_DIRECTORY (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (iostream != NULL)
    *iostream = NULL;

  return make (self, FALSE, prefix, suffix, iostream, cancellable, error);
}

/**
 * tmp_directory_new_subdirectory:
 * @self: a directory
 * @prefix: (nullable) (type filename): how its name begins; `NULL` is `tmp`
 * @suffix: (nullable) (type filename): how its name ends; `NULL` is nothing
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Creates a new, empty directory inside the directory.
 *
 * What may be left, the errors, and when it blocks are those of
 * [method@Tmp.Directory.new_file]; how safe it is, too, but that its mode is 0700. It is no
 * object of its own: it is deleted with the directory it is in, and not before.
 *
 * ## Example
 *
 * ```c
 * return tmp_directory_new_subdirectory (dir, "job-", NULL, NULL, error);
 * ```
 *
 * Returns: (transfer full): the new directory
 *
 * Since: 0.1
 */
GFile *
tmp_directory_new_subdirectory (TmpDirectory  *self,
                                const char    *prefix,
                                const char    *suffix,
                                GCancellable  *cancellable,
                                GError       **error)
{
  g_return_val_if_fail (TMP_IS_DIRECTORY (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return make (self, TRUE, prefix, suffix, NULL, cancellable, error);
}

/* What an asynchronous call creates, and has created. */
typedef struct
{
  gboolean       directory;
  char          *prefix;
  char          *suffix;
  GFile         *file;
  GFileIOStream *iostream;
} NewData;

static void
new_data_free (gpointer data)
{
  NewData *new_data = data;

  g_free (new_data->prefix);
  g_free (new_data->suffix);
  g_clear_object (&new_data->file);
  g_clear_object (&new_data->iostream);
  g_free (new_data);
}

static gssize
new_in_thread (gpointer       source_object,
               gpointer       task_data,
               GCancellable  *cancellable,
               GError       **error)
{
  NewData *new_data = task_data;

  new_data->file = make (source_object, new_data->directory, new_data->prefix, new_data->suffix,
                         new_data->directory ? NULL : &new_data->iostream, cancellable, error);
  return new_data->file != NULL ? 0 : -1;
}

static void
new_async (TmpDirectory        *self,
           gboolean             directory,
           const char          *prefix,
           const char          *suffix,
           int                  io_priority,
           GCancellable        *cancellable,
           GAsyncReadyCallback  callback,
           gpointer             user_data,
           gpointer             source_tag)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  NewData *new_data = g_new0 (NewData, 1);

  new_data->directory = directory;
  new_data->prefix = g_strdup (prefix);
  new_data->suffix = g_strdup (suffix);

  g_task_set_source_tag (task, source_tag);
  g_task_set_priority (task, io_priority);
  /* What has been created is not reported as cancelled. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, new_data, new_data_free);
  tmp_task_run_in_thread (task, new_in_thread);
}

static GFile *
new_finish (GAsyncResult   *result,
            GFileIOStream **iostream,
            GError        **error)
{
  NewData *new_data = g_task_get_task_data (G_TASK (result));

  if (iostream != NULL)
    *iostream = NULL;
  if (g_task_propagate_int (G_TASK (result), error) < 0)
    return NULL;

  if (iostream != NULL)
    *iostream = g_steal_pointer (&new_data->iostream);
  return g_steal_pointer (&new_data->file);
}

/**
 * tmp_directory_new_file_async:
 * @self: a directory
 * @prefix: (nullable) (type filename): how its name begins; `NULL` is `tmp`
 * @suffix: (nullable) (type filename): how its name ends; `NULL` is nothing
 * @io_priority: the [I/O priority](https://docs.gtk.org/gio/iface.AsyncResult.html#io-priority), for
 *   example `G_PRIORITY_DEFAULT`
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (nullable) (scope async) (closure user_data): called when it is done
 * @user_data: data for @callback
 *
 * Creates a new, empty file inside the directory, without blocking.
 *
 * See [method@Tmp.Directory.new_file].
 *
 * Since: 0.1
 */
void
tmp_directory_new_file_async (TmpDirectory        *self,
                              const char          *prefix,
                              const char          *suffix,
                              int                  io_priority,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  g_return_if_fail (TMP_IS_DIRECTORY (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  new_async (self, FALSE, prefix, suffix, io_priority, cancellable, callback, user_data,
             tmp_directory_new_file_async);
}

/**
 * tmp_directory_new_file_finish:
 * @self: a directory
 * @result: what the callback got
 * @iostream: (out) (optional) (nullable) (transfer full): return location for the file,
 *   open to be read and written
 * @error: return location for an error
 *
 * Finishes [method@Tmp.Directory.new_file_async].
 *
 * Returns: (transfer full): the file
 *
 * Since: 0.1
 */
GFile *
tmp_directory_new_file_finish (TmpDirectory   *self,
                               GAsyncResult   *result,
                               GFileIOStream **iostream,
                               GError        **error)
{
  g_return_val_if_fail (TMP_IS_DIRECTORY (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, tmp_directory_new_file_async), NULL);

  return new_finish (result, iostream, error);
}

/**
 * tmp_directory_new_subdirectory_async:
 * @self: a directory
 * @prefix: (nullable) (type filename): how its name begins; `NULL` is `tmp`
 * @suffix: (nullable) (type filename): how its name ends; `NULL` is nothing
 * @io_priority: the [I/O priority](https://docs.gtk.org/gio/iface.AsyncResult.html#io-priority), for
 *   example `G_PRIORITY_DEFAULT`
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (nullable) (scope async) (closure user_data): called when it is done
 * @user_data: data for @callback
 *
 * Creates a new, empty directory inside the directory, without blocking.
 *
 * See [method@Tmp.Directory.new_subdirectory].
 *
 * Since: 0.1
 */
void
tmp_directory_new_subdirectory_async (TmpDirectory        *self,
                                      const char          *prefix,
                                      const char          *suffix,
                                      int                  io_priority,
                                      GCancellable        *cancellable,
                                      GAsyncReadyCallback  callback,
                                      gpointer             user_data)
{
  g_return_if_fail (TMP_IS_DIRECTORY (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  new_async (self, TRUE, prefix, suffix, io_priority, cancellable, callback, user_data,
             tmp_directory_new_subdirectory_async);
}

/**
 * tmp_directory_new_subdirectory_finish:
 * @self: a directory
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Tmp.Directory.new_subdirectory_async].
 *
 * Returns: (transfer full): the new directory
 *
 * Since: 0.1
 */
GFile *
tmp_directory_new_subdirectory_finish (TmpDirectory  *self,
                                       GAsyncResult  *result,
                                       GError       **error)
{
  g_return_val_if_fail (TMP_IS_DIRECTORY (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, tmp_directory_new_subdirectory_async),
                        NULL);

  return new_finish (result, NULL, error);
}
