/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How long a main loop, woken every millisecond, is kept waiting while PATH is
 * deleted asynchronously, or, when idle, for SECONDS.
 */

#include <tmpdir-glib/tmpdir-glib.h>

#include <stdlib.h>

#include "gio-delete.h"

typedef struct
{
  GMainLoop *loop;
  GArray *intervals; /* of double, ms */
  gint64 last;
} Bench;

static gboolean
tick (gpointer user_data)
{
  Bench *bench = user_data;
  gint64 now = g_get_monotonic_time ();
  double interval = (double) (now - bench->last) / 1e3;

  g_array_append_val (bench->intervals, interval);
  bench->last = now;

  return G_SOURCE_CONTINUE;
}

static gboolean
idle_done (gpointer user_data)
{
  g_main_loop_quit (user_data);

  return G_SOURCE_REMOVE;
}

static void
gio_done (gpointer data,
          gpointer user_data)
{
  g_main_loop_quit (user_data);
}

static void
library_done (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(GError) error = NULL;

  if (!tmp_delete_tree_finish (result, &error))
    g_error ("%s", error->message);
  g_main_loop_quit (user_data);
}

static int
compare (gconstpointer a,
         gconstpointer b)
{
  const double *x = a, *y = b;

  return (*x > *y) - (*x < *y);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(GArray) intervals = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr(GFile) file = NULL;
  Bench bench = { loop, intervals, g_get_monotonic_time () };
  gint64 start = bench.last;

  if (argc != 3)
    g_error ("usage: bench-loop tmp|gio-async PATH, or bench-loop idle SECONDS");

  g_timeout_add (1, tick, &bench);
  file = g_file_new_for_path (argv[2]);
  if (g_str_equal (argv[1], "idle"))
    g_timeout_add_seconds ((guint) atoi (argv[2]), idle_done, loop);
  else if (g_str_equal (argv[1], "tmp"))
    tmp_delete_tree_async (file, TMP_DELETE_NONE, G_PRIORITY_DEFAULT, NULL, library_done, loop);
  else
    gio_delete_async (file, gio_done, loop);
  g_main_loop_run (loop);

  /* The wait that goes on when the deletion ends is one, too. */
  tick (&bench);
  g_array_sort (intervals, compare);
  g_print ("{\"inside_s\": %.6f, \"median_ms\": %.3f, \"p999_ms\": %.3f, \"max_ms\": %.3f}\n",
           (double) (bench.last - start) / 1e6,
           g_array_index (intervals, double, intervals->len / 2),
           g_array_index (intervals, double, (guint) (intervals->len * 0.999)),
           g_array_index (intervals, double, intervals->len - 1));

  return 0;
}
