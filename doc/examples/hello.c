/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <tmpdir-glib/tmpdir-glib.h>

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TmpDirectory) dir = tmp_directory_new ("hello-", &error);
  g_autofree char *path = dir ? tmp_directory_build_path (dir, "greeting", NULL) : NULL;

  if (path == NULL || !g_file_set_contents (path, "hello\n", -1, &error))
    g_error ("%s", error->message);
  g_print ("%s\n", path);
  return 0; /* dir goes, and the directory with it */
}
