/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The directory on the disk: creating it, so that it is ours and nobody else's,
 * and knowing it again later. */

#include "config.h"

#include "tmp-location-private.h"

#include "tmp-debug-private.h"
#include "tmp-error-private.h"
#include "tmp-name-private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* How often a new name is tried when something is wrong with the last one. */
#define MAX_TRIES 32

typedef enum
{
  ADOPT_OK,
  ADOPT_AGAIN, /* it is not ours, or not there any more */
  ADOPT_FAILED
} Adopt;

/* Opens the new directory for reading. A umask may have made it unreadable for
 * us, which can be mended without ever trusting its name. */
static int
open_new_directory (const char *path)
{
  struct stat st;
  int fd = tmp_fd_open_directory (AT_FDCWD, path);
  int holder;

  if (fd >= 0 || errno != EACCES)
    return fd;

  holder = open (path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (holder < 0)
    return -1;

  if (fstat (holder, &st) == 0)
    {
      if (st.st_uid != geteuid ())
        errno = EACCES;
      else if (tmp_fd_chmod (holder, 0700))
        fd = tmp_fd_open_directory (AT_FDCWD, path);
    }

  tmp_fd_close (&holder);
  return fd;
}

/* Returns 0 if nothing is in the directory, else -1 and ENOTEMPTY or another errno. */
static int
check_empty (int fd)
{
  struct dirent64 entries[4]; /* as a buffer: most are much shorter */
  gssize length = getdents64 (fd, entries, sizeof entries);
  const char *entry = (const char *) entries;

  if (length < 0)
    return -1;

  for (const char *end = entry + length; entry < end;)
    {
      const struct dirent64 *dirent = (const struct dirent64 *) (gconstpointer) entry;

      if (strcmp (dirent->d_name, ".") != 0 && strcmp (dirent->d_name, "..") != 0)
        {
          errno = ENOTEMPTY;
          return -1;
        }
      entry += dirent->d_reclen;
    }

  return 0;
}

/* Makes sure that @path is the directory that has just been created, private
 * and locked, and notes which one it is. */
static Adopt
adopt (TmpLocation   *self,
       const char    *path,
       GError       **error)
{
  struct stat st, named;
  int fd = open_new_directory (path);
  int result;

  self->no_lock = fd < 0 ? g_strerror (errno) : NULL;

  if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
    return ADOPT_AGAIN;

  /* Without a descriptor there can be no lock, but there can be a directory. */
  if (fd < 0 && errno != EMFILE && errno != ENFILE)
    goto failed;

  result = fd >= 0 ? fstat (fd, &st) : lstat (path, &st);
  if (result != 0 && errno == ENOENT)
    return ADOPT_AGAIN;
  if (result != 0)
    goto failed;

  if (!S_ISDIR (st.st_mode))
    {
      tmp_fd_close (&fd);
      return ADOPT_AGAIN;
    }

  /* A file system without owners, or one that squashes them. */
  if (st.st_uid != geteuid ())
    {
      errno = EACCES;
      goto failed;
    }

  /* Whoever may write to the parent may have exchanged it for another directory of
   * ours, which nobody must lose for that. Only what is empty is taken over. */
  if (fd >= 0 && check_empty (fd) != 0)
    {
      /* A directory that is gone cannot be read. */
      if (errno != ENOTEMPTY && errno != ENOENT)
        goto failed;

      tmp_fd_close (&fd);
      return ADOPT_AGAIN;
    }

  /* A umask takes bits away; a default ACL and a parent with the set-group-ID
   * bit add some. Without a descriptor nothing can be done about it safely. */
  if ((st.st_mode & 07777) != 0700 && fchmod (fd, 0700) != 0)
    {
      if (fd < 0)
        errno = EMFILE;
      goto failed;
    }

  /* systemd-tmpfiles does not age a directory that it cannot lock, but it may
   * have locked this one already, or even deleted it before we came to lock
   * it: only after the lock is it certain which one it is. Not every file
   * system has locks. */
  if (fd >= 0 && flock (fd, LOCK_SH | LOCK_NB) != 0)
    {
      if (errno == EWOULDBLOCK)
        {
          tmp_fd_close (&fd);
          rmdir (path);
          return ADOPT_AGAIN;
        }
      self->no_lock = g_strerror (errno);
    }

  self->id.dev = st.st_dev;
  self->id.ino = st.st_ino;
  result = lstat (path, &named);
  if (result != 0 && errno != ENOENT)
    goto failed;
  if (result != 0 || !tmp_file_id_equal (&self->id, &named))
    {
      tmp_fd_close (&fd);
      return ADOPT_AGAIN;
    }

  self->has_id = TRUE;
  self->fd = fd;
  return ADOPT_OK;

failed:
  tmp_error_set_errno (error, errno, TMP_ACTION_CREATE_AT, path);
  tmp_fd_close (&fd);
  rmdir (path);
  return ADOPT_FAILED;
}

static TmpJournalEntry
write_journal (TmpLocation *self,
               const char  *parent,
               const char  *name,
               gssize       filling)
{
  TmpRecord record = { (char *) parent, { 0 }, (char *) name, filling };
  struct stat st;

  if (stat (parent, &st) != 0)
    {
      self->no_journal = g_strerror (errno);
      return 0;
    }

  record.parent_id.dev = st.st_dev;
  record.parent_id.ino = st.st_ino;
  return tmp_journal_add (&record, &self->no_journal);
}

/* Returns the absolute path of the system's directory. TMPDIR may be relative, and what
 * it means must not change with chdir(). It may also have a "..", which to a GFile means
 * something else than to the kernel if a link is before it. */
static char *
get_tmp_path (void)
{
  const char *path = g_get_tmp_dir ();
  char *resolved = strstr (path, "..") != NULL ? realpath (path, NULL) : NULL;

  return resolved != NULL ? resolved : g_canonicalize_filename (path, NULL);
}

/* Creates one directory, and returns its absolute path. Without @parent that is
 * up to g_dir_make_tmp(). */
static char *
make_native (TmpLocation  *self,
             const char   *parent,
             const char   *prefix,
             const char   *suffix,
             GError      **error)
{
  gboolean for_mkdtemp = parent == NULL && tmp_name_suits_mkdtemp (suffix);
  g_autofree char *name = tmp_name_new (prefix, suffix, for_mkdtemp, error);
  g_autofree char *parent_path = parent != NULL ? g_strdup (parent) : get_tmp_path ();
  g_autofree char *path = NULL;
  GError *local_error = NULL;

  if (name == NULL)
    return NULL;

  self->journal = write_journal (self, parent_path, name,
                                 for_mkdtemp ? tmp_name_get_filling (prefix) : -1);

  if (for_mkdtemp)
    {
      g_autofree char *made = g_dir_make_tmp (name, &local_error);

      if (made != NULL)
        {
          g_free (name);
          name = g_path_get_basename (made);
        }
    }
  path = g_build_filename (parent_path, name, NULL);

  if (local_error != NULL)
    tmp_error_take (error, local_error, TMP_ACTION_CREATE_IN, parent_path);
  else if (!for_mkdtemp && mkdir (path, 0700) != 0)
    tmp_error_set_errno (error, errno, TMP_ACTION_CREATE_IN, parent_path);
  else
    return g_steal_pointer (&path);

  tmp_journal_strike (self->journal);
  return NULL;
}

static gboolean
create_native (TmpLocation  *self,
               const char   *parent,
               const char   *prefix,
               const char   *suffix,
               GError      **error)
{
  for (guint tries = 0; tries < MAX_TRIES; tries++)
    {
      g_autoptr (GError) local_error = NULL;
      g_autofree char *path = make_native (self, parent, prefix, suffix, &local_error);

      if (path == NULL)
        {
          if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_EXISTS))
            {
              tmp_debug ("%s; trying another name", local_error->message);
              continue;
            }

          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }

      switch (adopt (self, path, error))
        {
        case ADOPT_OK:
          self->file = g_file_new_for_path (path);
          self->path = g_steal_pointer (&path);
          return TRUE;

        case ADOPT_FAILED:
          tmp_journal_strike (self->journal);
          return FALSE;

        case ADOPT_AGAIN:
        default:
          tmp_journal_strike (self->journal);
          tmp_debug ("Lost “%s”; trying another name", path);
          break;
        }
    }

  tmp_error_set_literal (error, G_IO_ERROR_EXISTS, TMP_ACTION_CREATE_IN,
                         parent != NULL ? parent : g_get_tmp_dir (),
                         N_("Somebody else takes or deletes every new one"));
  return FALSE;
}

/* Between the creation and the change of the mode it is as open as the backend
 * makes it; GIO has no call for both at once. Not every backend has modes. */
static gboolean
create_by_gio (TmpLocation   *self,
               GFile         *parent,
               const char    *prefix,
               const char    *suffix,
               GCancellable  *cancellable,
               GError       **error)
{
  for (guint tries = 0;; tries++)
    {
      g_autofree char *name = tmp_name_new (prefix, suffix, FALSE, error);
      g_autofree char *parent_name = g_file_get_parse_name (parent);
      g_autoptr (GFile) file = NULL;
      GError *local_error = NULL;

      if (name == NULL)
        return FALSE;

      file = g_file_get_child (parent, name);

      if (g_file_make_directory (file, cancellable, &local_error))
        {
          g_file_set_attribute_uint32 (file, G_FILE_ATTRIBUTE_UNIX_MODE, 0700,
                                       G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, NULL, NULL);
          self->file = g_steal_pointer (&file);
          self->no_lock = self->no_journal = "It is not native";
          return TRUE;
        }

      if (!g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_EXISTS) || tries >= MAX_TRIES)
        {
          tmp_error_take (error, local_error, TMP_ACTION_CREATE_IN,
                          parent_name);
          return FALSE;
        }

      tmp_debug ("“%s”: %s; trying another name", parent_name, local_error->message);
      g_error_free (local_error);
    }
}

/* Creates a new directory in @parent, or, without one, in the system's
 * directory for temporary files. A failure leaves nothing behind. */
gboolean
tmp_location_create (TmpLocation   *self,
                     GFile         *parent,
                     const char    *prefix,
                     const char    *suffix,
                     GCancellable  *cancellable,
                     GError       **error)
{
  self->fd = -1;

  if (parent == NULL)
    return create_native (self, NULL, prefix, suffix, error);
  if (g_file_is_native (parent))
    return create_native (self, g_file_peek_path (parent), prefix, suffix, error);

  return create_by_gio (self, parent, prefix, suffix, cancellable, error);
}

void
tmp_location_clear (TmpLocation *self)
{
  tmp_fd_close (&self->fd);
  g_clear_object (&self->file);
  g_clear_pointer (&self->path, g_free);
}

/* May it be in another temporary directory? There are more names that look so. */
gboolean
tmp_location_is_nested (const TmpLocation *self)
{
  g_autofree char *parent = self->path != NULL ? g_path_get_dirname (self->path) : NULL;
  g_auto (GStrv) names = parent != NULL ? g_strsplit (parent, "/", -1) : NULL;

  for (gsize i = 0; names != NULL && names[i] != NULL; i++)
    if (tmp_name_may_be_ours (names[i]))
      return TRUE;

  return FALSE;
}

/* Has a directory, which is not at its @path any more, been in another temporary one that
 * has been dropped since? Then it is, under the hidden name of that, or was until it has
 * been deleted with it. @fd, if there is one, holds it. */
gboolean
tmp_location_goes_along (const char      *path,
                         const TmpFileId *id,
                         int              fd)
{
  g_auto (GStrv) names = g_strsplit (path, "/", -1);
  g_autoptr (GString) now = g_string_new (NULL);
  gboolean dropped = FALSE;
  struct stat st;

  for (gsize i = 1; names[0] != NULL && names[i] != NULL; i++)
    {
      const gsize length = now->len;

      g_string_append_printf (now, "/%s", names[i]);
      if (names[i + 1] != NULL && tmp_name_may_be_ours (names[i]) && lstat (now->str, &st) != 0)
        {
          g_autofree char *hidden = tmp_name_hidden (names[i]);

          dropped = TRUE;
          g_string_truncate (now, length);
          g_string_append_printf (now, "/%s", hidden);
        }
    }

  return (dropped && lstat (now->str, &st) == 0 && tmp_file_id_equal (id, &st)) ||
         tmp_fd_is_deleted (fd);
}

/* Is it still there, under its name? @fd, if there is one, holds it. A location
 * that is not native cannot be recognised, and passes for what it was. */
TmpLocationState
tmp_location_check (const TmpLocation *self,
                    int                fd)
{
  struct stat st;

  if (!self->has_id)
    return TMP_LOCATION_OURS;

  if (lstat (self->path, &st) != 0)
    return errno != ENOENT && errno != ENOTDIR                   ? TMP_LOCATION_UNKNOWN
           : tmp_fd_is_deleted (fd)                              ? TMP_LOCATION_DELETED
           : tmp_location_goes_along (self->path, &self->id, fd) ? TMP_LOCATION_ALONG
                                                                 : TMP_LOCATION_MOVED;
  if (tmp_file_id_equal (&self->id, &st))
    return TMP_LOCATION_OURS;

  return tmp_fd_is_deleted (fd) ? TMP_LOCATION_DELETED : TMP_LOCATION_REPLACED;
}

/* Removes it if it is empty, as temporary directories often are. */
gboolean
tmp_location_remove (const TmpLocation *self)
{
  return self->path != NULL && rmdir (self->path) == 0;
}

/* Renames it to its hidden name in the same parent, and returns the path of
 * that, or NULL if it is not native or could not be renamed. */
char *
tmp_location_hide (const TmpLocation *self)
{
  g_autofree char *parent = NULL;
  g_autofree char *name = NULL;
  g_autofree char *hidden = NULL;
  g_autofree char *hidden_path = NULL;

  if (self->path == NULL)
    return NULL;

  parent = g_path_get_dirname (self->path);
  name = g_path_get_basename (self->path);
  hidden = tmp_name_hidden (name);
  hidden_path = g_build_filename (parent, hidden, NULL);

  if (!tmp_fd_rename (AT_FDCWD, self->path, AT_FDCWD, hidden_path))
    return NULL;

  return g_steal_pointer (&hidden_path);
}
