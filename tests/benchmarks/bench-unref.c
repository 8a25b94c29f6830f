/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Drops the last reference to a temporary directory that each TREE was moved
 * into, made beside it, and prints how long each took. The first, with an empty
 * directory inside, starts whatever the library has to start and is printed for
 * itself.
 *
 * In between are two system calls by which the others can be found in the
 * output of strace.
 */

#include <tmpdir-glib/tmpdir-glib.h>

#include <glib/gstdio.h>
#include <unistd.h>

static double
drop (const char *tree)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GFile) file = g_file_new_for_path (tree);
  g_autoptr(GFile) parent = g_file_get_parent (file);
  g_autofree char *inside = NULL;
  TmpDirectory *directory;
  gint64 start, end;

  directory = tmp_directory_new_in (parent, "bench-", NULL, &error);
  if (directory == NULL)
    g_error ("%s", error->message);
  inside = tmp_directory_build_path (directory, "tree", NULL);
  if (g_rename (tree, inside) != 0)
    g_error ("%s: %s", tree, g_strerror (errno));

  (void) !access ("/bench-begin", F_OK);
  start = g_get_monotonic_time ();
  g_object_unref (directory);
  end = g_get_monotonic_time ();
  (void) !access ("/bench-end", F_OK);

  tmp_flush (NULL, NULL);

  return (double) (end - start);
}

int
main (int   argc,
      char *argv[])
{
  g_autofree char *empty = NULL;

  if (argc < 2)
    g_error ("usage: bench-unref TREE…");

  empty = g_strconcat (argv[1], "-empty", NULL);
  if (g_mkdir (empty, 0700) != 0)
    g_error ("%s: %s", empty, g_strerror (errno));

  g_print ("{\"first_us\": %.0f, \"us\": [", drop (empty));
  for (int i = 1; i < argc; i++)
    g_print ("%s%.0f", i > 1 ? ", " : "", drop (argv[i]));
  g_print ("]}\n");

  return 0;
}
