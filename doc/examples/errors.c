/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Publishes a new directory, and does the right thing about the one error that it
 * expects: that there is one already.
 */

#include <tmpdir-glib/tmpdir-glib.h>

static gboolean
publish (TmpDirectory  *dir,
         GFile         *destination,
         GError       **error)
{
  g_autoptr (GError) local_error = NULL;

  if (tmp_directory_persist (dir, destination, TMP_PERSIST_NONE, NULL, &local_error))
    return TRUE;

  /* The old one is deleted with dir then. */
  if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_EXISTS))
    return tmp_directory_persist (dir, destination, TMP_PERSIST_EXCHANGE, NULL, error);

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
make_and_publish (GFile       *parent,
                  const char  *text,
                  GError     **error)
{
  g_autoptr (TmpDirectory) dir = tmp_directory_new_in (parent, ".new-", NULL, error);
  g_autoptr (GFile) destination = g_file_get_child (parent, "site");
  g_autofree char *index = dir ? tmp_directory_build_path (dir, "index.html", NULL) : NULL;

  return index != NULL &&
         g_file_set_contents (index, text, -1, error) &&
         publish (dir, destination, error);
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TmpDirectory) dir = tmp_directory_new ("errors-", &error);
  g_autofree char *index = NULL;
  g_autofree char *text = NULL;
  GFile *parent;

  if (dir == NULL)
    g_error ("%s", error->message);

  parent = tmp_directory_get_file (dir);
  index = tmp_directory_build_path (dir, "site", "index.html", NULL);
  if (!make_and_publish (parent, "old", &error) ||
      !make_and_publish (parent, "new", &error) ||
      !g_file_get_contents (index, &text, NULL, &error) ||
      !tmp_directory_cleanup (dir, NULL, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }

  /* Here is no such parent any more: "…: No such file or directory" */
  if (make_and_publish (parent, "newer", &error) ||
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return 1;
  g_print ("%s\n", error->message);

  return g_str_equal (text, "new") ? 0 : 1;
}
