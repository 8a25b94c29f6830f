/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Builds a tree of folders and files in one temporary directory, and lists it. None of
 * them has to be remembered: all of it goes with the directory, at once.
 */

#include <string.h>

#include <tmpdir-glib/tmpdir-glib.h>

static const char * const folders[] = { "data/2026", "src" };

static const struct
{
  const char *name;
  const char *text;
} files[] = {
  { "README.md", "# Rain\n" },
  { "data/2026/april.csv", "day,rain\n1,4\n2,0\n" },
  { "data/2026/may.csv", "day,rain\n1,0\n2,7\n" },
  { "src/main.c", "int main (void) { return 0; }\n" },
};

static const char expected[] =
  "README.md\n"
  "data\n"
  "data/2026\n"
  "data/2026/april.csv\n"
  "data/2026/may.csv\n"
  "src\n"
  "src/main.c";

static TmpDirectory *
build_tree (GError **error)
{
  g_autoptr (TmpDirectory) dir = tmp_directory_new ("structure-", error);

  if (dir == NULL)
    return NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autoptr (GFile) folder = tmp_directory_get_child (dir, folders[i], error);

      if (folder == NULL || !g_file_make_directory_with_parents (folder, NULL, error))
        return NULL;
    }

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = tmp_directory_build_path (dir, files[i].name, NULL);

      if (!g_file_set_contents (path, files[i].text, -1, error))
        return NULL;
    }

  return g_steal_pointer (&dir);
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char **) a, *(const char **) b);
}

static void
add_names (GPtrArray  *names,
           const char *top,
           const char *name)
{
  g_autofree char *path = g_build_filename (top, name, NULL);
  /* NULL if it is a file */
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *child;

  while (folder != NULL && (child = g_dir_read_name (folder)) != NULL)
    {
      char *inside = g_build_filename (name, child, NULL);

      g_ptr_array_add (names, inside);
      add_names (names, top, inside);
    }
}

static char *
list_tree (const char *top)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  add_names (names, top, "");
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);

  return g_strjoinv ("\n", (char **) names->pdata);
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TmpDirectory) dir = build_tree (&error);
  g_autofree char *listing = dir ? list_tree (tmp_directory_get_path (dir)) : NULL;

  /* To drop it would do, but so one learns of errors. */
  if (dir == NULL || !tmp_directory_cleanup (dir, NULL, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }

  g_print ("%s\n", listing);
  if (!g_str_equal (listing, expected) ||
      g_file_test (tmp_directory_get_path (dir), G_FILE_TEST_EXISTS))
    return 1;

  g_print ("Now there is no %s\n", tmp_directory_get_path (dir));
  return 0;
}
