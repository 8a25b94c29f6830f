/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "naive.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Not by g_file_query_file_type (), nor g_file_info_get_file_type (): to GLib 2.84 what
 * cannot be looked at is a critical there.
 */
static gboolean
is_directory (GFile *file)
{
  g_autoptr(GFileInfo) info = g_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_TYPE,
                                                 G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, NULL, NULL);

  return info != NULL &&
         g_file_info_get_attribute_uint32 (info, G_FILE_ATTRIBUTE_STANDARD_TYPE) == G_FILE_TYPE_DIRECTORY;
}

static gboolean
delete_tree (GFile     *file,
             gboolean   repair,
             GError   **error)
{
  g_autoptr(GFileEnumerator) children = NULL;

  if (is_directory (file))
    {
      if (repair)
        g_chmod (g_file_peek_path (file), 0700);
      children = g_file_enumerate_children (file,
                                            G_FILE_ATTRIBUTE_STANDARD_NAME "," G_FILE_ATTRIBUTE_STANDARD_TYPE,
                                            G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, NULL, NULL);
    }

  while (children != NULL)
    {
      GFile *child;
      GFileInfo *info;

      if (!g_file_enumerator_iterate (children, &info, &child, NULL, NULL) || info == NULL)
        break;
      if (g_file_info_get_attribute_uint32 (info, G_FILE_ATTRIBUTE_STANDARD_TYPE) == G_FILE_TYPE_DIRECTORY)
        delete_tree (child, repair, NULL);
      else
        g_file_delete (child, NULL, NULL);
    }

  return g_file_delete (file, NULL, error);
}

gboolean
naive_try_delete_tree (GFile   *file,
                       GError **error)
{
  return delete_tree (file, FALSE, error);
}

void
naive_delete_tree (GFile *file)
{
  delete_tree (file, FALSE, NULL);
}

void
naive_repair_tree (GFile *file)
{
  delete_tree (file, TRUE, NULL);
}

/* Empties the directory @fd, and returns a descriptor of its parent. */
static int
empty_and_leave (int fd)
{
  DIR *dir = fdopendir (dup (fd));
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  struct dirent *entry;
  int parent;

  while (dir != NULL && (entry = readdir (dir)) != NULL)
    if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0)
      g_ptr_array_add (names, g_strdup (entry->d_name));
  if (dir != NULL)
    closedir (dir);

  for (guint i = 0; i < names->len && fd >= 0; i++)
    {
      const char *name = names->pdata[i];
      int child = openat (fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

      if (child < 0)
        {
          unlinkat (fd, name, 0);
          continue;
        }
      close (fd);
      fd = empty_and_leave (child);
      unlinkat (fd, name, AT_REMOVEDIR);
    }

  parent = openat (fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  close (fd);
  return parent;
}

void
naive_delete_by_parent (GFile *file)
{
  int fd = open (g_file_peek_path (file), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

  if (fd >= 0)
    close (empty_and_leave (fd));
  g_rmdir (g_file_peek_path (file));
}

static int
remove_cb (const char        *path,
           const struct stat *st,
           int                type,
           struct FTW        *ftw)
{
  return remove (path) == 0 ? 0 : errno;
}

int
naive_delete_nftw (const char *path)
{
  int result = nftw (path, remove_cb, 16, FTW_PHYS | FTW_DEPTH);

  return result < 0 ? errno : result;
}

int
naive_delete_readdir (const char *path)
{
  DIR *dir = opendir (path);
  struct dirent *entry;
  int first = 0;
  int errsv;

  while (dir != NULL && (entry = readdir (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, entry->d_name, NULL);

      if (strcmp (entry->d_name, ".") == 0 || strcmp (entry->d_name, "..") == 0)
        continue;
      if (entry->d_type == DT_DIR)
        errsv = naive_delete_readdir (child);
      else
        errsv = unlink (child) == 0 || errno == ENOENT ? 0 : errno;
      first = first != 0 ? first : errsv;
    }
  if (dir != NULL)
    closedir (dir);

  errsv = rmdir (path) == 0 ? 0 : errno;
  return first != 0 ? first : errsv;
}

char *
naive_make_dir (const char  *parent,
                GError     **error)
{
  g_autofree char *path = g_build_filename (parent, "x-XXXXXX", NULL);
  int fd;

  if (g_mkdtemp (path) == NULL ||
      (fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0 ||
      flock (fd, LOCK_SH | LOCK_NB) != 0)
    {
      g_set_error_literal (error, G_IO_ERROR, (int) g_io_error_from_errno (errno),
                           g_strerror (errno));
      return NULL;
    }

  close (fd);
  return g_steal_pointer (&path);
}
