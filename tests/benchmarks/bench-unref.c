/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Drops the last reference to a directory in PARENT with a tree inside, COUNT
 * times, and prints how long each took. The first, of a tree of one entry,
 * starts whatever the library has to start and is printed for itself.
 *
 * In between are two system calls by which the others can be found in the
 * output of strace.
 */

#include <tmpdir-glib/tmpdir-glib.h>

#include <stdlib.h>
#include <unistd.h>

#include "tree.h"

static double
drop (GFile              *parent,
      const char * const *arguments)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *inside = NULL;
  TmpDirectory *directory;
  gint64 start, end;

  directory = tmp_directory_new_in (parent, "bench-", NULL, &error);
  if (directory == NULL)
    g_error ("%s", error->message);
  inside = tmp_directory_build_path (directory, "tree", NULL);
  tree_make (inside, arguments);
  sync ();

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
  g_autoptr(GFile) parent = NULL;
  long count;

  if (argc < 5)
    g_error ("usage: bench-unref PARENT COUNT SHAPE NUMBER…");

  parent = g_file_new_for_path (argv[1]);
  count = atol (argv[2]);

  g_print ("{\"first_us\": %.0f, \"us\": [", drop (parent, (const char *[]) { "grid", "0", "0", NULL }));
  for (long i = 0; i < count; i++)
    g_print ("%s%.0f", i > 0 ? ", " : "", drop (parent, (const char * const *) argv + 3));
  g_print ("]}\n");

  return 0;
}
