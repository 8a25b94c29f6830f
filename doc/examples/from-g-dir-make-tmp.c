/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The same function twice: with what GLib has, and with this library. */

#include <glib/gstdio.h>
#include <tmpdir-glib/tmpdir-glib.h>

/* Without this library: each way out has to delete, and the deletion itself is what many
 * programs have; doc/from-g-dir-make-tmp.md says what is wrong with it.
 */

static void
delete_recursively (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (!g_file_test (child, G_FILE_TEST_IS_SYMLINK) && g_file_test (child, G_FILE_TEST_IS_DIR))
        delete_recursively (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

static gboolean
before (const char  *text,
        GError     **error)
{
  g_autofree char *path = g_dir_make_tmp ("report-XXXXXX", error);
  g_autofree char *report = NULL;

  if (path == NULL)
    return FALSE;

  report = g_build_filename (path, "report.txt", NULL);
  if (!g_file_set_contents (report, text, -1, error))
    {
      delete_recursively (path);
      return FALSE;
    }

  delete_recursively (path);
  return TRUE;
}

static gboolean
after (const char  *text,
       GError     **error)
{
  g_autoptr (TmpDirectory) dir = tmp_directory_new ("report-", error);
  g_autofree char *report = NULL;

  if (dir == NULL)
    return FALSE;

  report = tmp_directory_build_path (dir, "report.txt", NULL);
  return g_file_set_contents (report, text, -1, error);
}

int
main (void)
{
  g_autoptr (GError) error = NULL;

  if (!before ("…", &error) || !after ("…", &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }

  return 0;
}
