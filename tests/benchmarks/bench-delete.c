/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Deletes a path or URI, if it exists, and prints the seconds without the start
 * of the process.
 */

#include <tmpdir-glib/tmpdir-glib.h>

#include "gio-delete.h"

static void
quit (gpointer data,
      gpointer user_data)
{
  g_main_loop_quit (user_data);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GFile) file = NULL;
  g_autoptr(GError) error = NULL;
  gint64 start;

  if (argc != 3)
    g_error ("usage: bench-delete tmp|gio|gio-async PATH-OR-URI");

  file = g_file_new_for_commandline_arg (argv[2]);
  start = g_get_monotonic_time ();

  if (g_str_equal (argv[1], "tmp"))
    tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error);
  else if (!g_file_query_exists (file, NULL))
    ;
  else if (g_str_equal (argv[1], "gio"))
    gio_delete (file, &error);
  else
    {
      g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);

      gio_delete_async (file, quit, loop);
      g_main_loop_run (loop);
    }

  if (error != NULL)
    g_printerr ("%s\n", error->message);
  g_print ("{\"inside_s\": %.6f}\n", (double) (g_get_monotonic_time () - start) / 1e6);

  return error == NULL ? 0 : 1;
}
