/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "gio-delete.h"

#define ATTRIBUTES G_FILE_ATTRIBUTE_STANDARD_NAME "," G_FILE_ATTRIBUTE_STANDARD_TYPE
#define NOFOLLOW   G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS

gboolean
gio_delete (GFile   *file,
            GError **error)
{
  g_autoptr(GFileEnumerator) children = NULL;

  children = g_file_enumerate_children (file, ATTRIBUTES, NOFOLLOW, NULL, error);
  if (children == NULL)
    return FALSE;

  while (TRUE)
    {
      GFileInfo *info;
      GFile *child;

      if (!g_file_enumerator_iterate (children, &info, &child, NULL, error))
        return FALSE;
      if (info == NULL)
        break;
      if (g_file_info_get_file_type (info) == G_FILE_TYPE_DIRECTORY)
        {
          if (!gio_delete (child, error))
            return FALSE;
        }
      else if (!g_file_delete (child, NULL, error))
        return FALSE;
    }

  return g_file_delete (file, NULL, error);
}

typedef struct
{
  GPtrArray *directories; /* each before those inside it */
  guint next;             /* the first of them that was not read */
  GFileEnumerator *children;
  guint pending;
  GFunc done;
  gpointer user_data;
} Walk;

static void read_batch (Walk *walk);

static void
die_on_error (GError *error)
{
  if (error != NULL)
    g_error ("%s", error->message);
}

static void
directory_deleted (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  Walk *walk = user_data;
  GError *error = NULL;

  if (source != NULL)
    {
      g_file_delete_finish (G_FILE (source), result, &error);
      die_on_error (error);
      g_ptr_array_set_size (walk->directories, (int) walk->directories->len - 1);
    }

  if (walk->directories->len > 0)
    g_file_delete_async (g_ptr_array_index (walk->directories, walk->directories->len - 1),
                         G_PRIORITY_DEFAULT, NULL, directory_deleted, walk);
  else
    {
      g_ptr_array_unref (walk->directories);
      walk->done (NULL, walk->user_data);
      g_free (walk);
    }
}

static void
directory_opened (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  Walk *walk = user_data;
  GError *error = NULL;

  walk->children = g_file_enumerate_children_finish (G_FILE (source), result, &error);
  die_on_error (error);
  read_batch (walk);
}

static void
next_directory (Walk *walk)
{
  if (walk->next < walk->directories->len)
    g_file_enumerate_children_async (g_ptr_array_index (walk->directories, walk->next++),
                                     ATTRIBUTES, NOFOLLOW, G_PRIORITY_DEFAULT, NULL,
                                     directory_opened, walk);
  else
    directory_deleted (NULL, NULL, walk);
}

static void
file_deleted (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  Walk *walk = user_data;
  GError *error = NULL;

  g_file_delete_finish (G_FILE (source), result, &error);
  die_on_error (error);
  if (--walk->pending == 0)
    read_batch (walk);
}

static void
batch_read (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Walk *walk = user_data;
  GError *error = NULL;
  GList *infos = g_file_enumerator_next_files_finish (walk->children, result, &error);

  die_on_error (error);
  for (GList *l = infos; l != NULL; l = l->next)
    {
      GFile *child = g_file_enumerator_get_child (walk->children, l->data);

      if (g_file_info_get_file_type (l->data) == G_FILE_TYPE_DIRECTORY)
        {
          g_ptr_array_add (walk->directories, child);
          continue;
        }

      walk->pending++;
      g_file_delete_async (child, G_PRIORITY_DEFAULT, NULL, file_deleted, walk);
      g_object_unref (child);
    }

  if (infos == NULL)
    {
      g_clear_object (&walk->children);
      next_directory (walk);
    }
  else if (walk->pending == 0)
    read_batch (walk);
  g_list_free_full (infos, g_object_unref);
}

static void
read_batch (Walk *walk)
{
  g_file_enumerator_next_files_async (walk->children, 100, G_PRIORITY_DEFAULT, NULL,
                                      batch_read, walk);
}

void
gio_delete_async (GFile    *file,
                  GFunc     done,
                  gpointer  user_data)
{
  Walk *walk = g_new0 (Walk, 1);

  walk->directories = g_ptr_array_new_with_free_func (g_object_unref);
  walk->done = done;
  walk->user_data = user_data;
  g_ptr_array_add (walk->directories, g_object_ref (file));
  next_directory (walk);
}
