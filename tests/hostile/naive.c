/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "naive.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

gboolean
naive_try_delete_tree (GFile   *file,
                       GError **error)
{
  g_autoptr(GFileEnumerator) children = NULL;

  if (g_file_query_file_type (file, G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, NULL) == G_FILE_TYPE_DIRECTORY)
    children = g_file_enumerate_children (file,
                                          G_FILE_ATTRIBUTE_STANDARD_NAME "," G_FILE_ATTRIBUTE_STANDARD_TYPE,
                                          G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, NULL, NULL);

  while (children != NULL)
    {
      GFile *child;
      GFileInfo *info;

      if (!g_file_enumerator_iterate (children, &info, &child, NULL, NULL) || info == NULL)
        break;
      if (g_file_info_get_file_type (info) == G_FILE_TYPE_DIRECTORY)
        naive_try_delete_tree (child, NULL);
      else
        g_file_delete (child, NULL, NULL);
    }

  return g_file_delete (file, NULL, error);
}

void
naive_delete_tree (GFile *file)
{
  naive_try_delete_tree (file, NULL);
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
