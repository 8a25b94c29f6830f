/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How long g_file_query_info_async() takes while each directory in PATH is
 * being deleted, all of them having been started before.
 */

#include <tmpdir-glib/tmpdir-glib.h>

#include "gio-delete.h"

typedef struct
{
  GMainLoop *loop;
  guint pending;   /* deletions */
  guint queries;
  gint64 asked;
  double first, worst;
} Bench;

static void
deletion_done (Bench  *bench,
               GError *error)
{
  if (error != NULL)
    g_error ("%s", error->message);
  bench->pending--;
}

static void
library_done (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  GError *error = NULL;

  tmp_delete_tree_finish (result, &error);
  deletion_done (user_data, error);
}

static void
task_done (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  GError *error = NULL;

  g_task_propagate_boolean (G_TASK (result), &error);
  deletion_done (user_data, error);
}

static void
delete_in_thread (GTask        *task,
                  gpointer      source,
                  gpointer      task_data,
                  GCancellable *cancellable)
{
  GError *error = NULL;

  if (gio_delete (task_data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static gboolean ask (gpointer user_data);

static void
answered (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  Bench *bench = user_data;
  g_autoptr(GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, NULL);
  double waited = (double) (g_get_monotonic_time () - bench->asked) / 1e3;

  g_assert (info != NULL);
  if (bench->queries++ == 0)
    bench->first = waited;
  bench->worst = MAX (bench->worst, waited);

  if (bench->pending > 0 || bench->queries < 100)
    g_timeout_add (5, ask, bench);
  else
    g_main_loop_quit (bench->loop);
}

static gboolean
ask (gpointer user_data)
{
  Bench *bench = user_data;
  g_autoptr(GFile) file = g_file_new_for_path ("/");

  bench->asked = g_get_monotonic_time ();
  g_file_query_info_async (file, G_FILE_ATTRIBUTE_STANDARD_TYPE, G_FILE_QUERY_INFO_NONE,
                           G_PRIORITY_DEFAULT, NULL, answered, bench);

  return G_SOURCE_REMOVE;
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Bench bench = { loop };
  const char *name;
  GDir *dir;

  if (argc != 3)
    g_error ("usage: bench-pool idle|tmp|gtask PATH");

  dir = g_dir_open (argv[2], 0, NULL);
  while (!g_str_equal (argv[1], "idle") && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (argv[2], name, NULL);
      g_autoptr(GFile) file = g_file_new_for_path (path);

      bench.pending++;
      if (g_str_equal (argv[1], "tmp"))
        tmp_delete_tree_async (file, TMP_DELETE_NONE, G_PRIORITY_DEFAULT, NULL, library_done, &bench);
      else
        {
          g_autoptr(GTask) task = g_task_new (NULL, NULL, task_done, &bench);

          g_task_set_task_data (task, g_object_ref (file), g_object_unref);
          g_task_run_in_thread (task, delete_in_thread);
        }
    }
  g_dir_close (dir);

  ask (&bench);
  g_main_loop_run (loop);
  g_print ("{\"first_ms\": %.3f, \"max_ms\": %.3f, \"queries\": %u}\n",
           bench.first, bench.worst, bench.queries);

  return 0;
}
