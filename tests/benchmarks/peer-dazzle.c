/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <dazzle.h>

int
main (int   argc,
      char *argv[])
{
  g_autoptr(DzlDirectoryReaper) reaper = dzl_directory_reaper_new ();
  g_autoptr(GFile) directory = g_file_new_for_path (argv[1]);
  g_autoptr(GError) error = NULL;

  /* By itself it keeps the directory. */
  dzl_directory_reaper_add_directory (reaper, directory, 0);
  if (dzl_directory_reaper_execute (reaper, NULL, &error) &&
      g_file_delete (directory, NULL, &error))
    return 0;

  g_printerr ("%s\n", error->message);

  return 1;
}
