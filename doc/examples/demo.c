/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Copies a tree into a temporary directory, measures it, and drops the directory
 * while a main loop goes on ticking.
 *
 *   cc demo.c -o demo-c $(pkg-config --cflags --libs tmpdir-glib-1)
 *   ./demo-c [TREE]
 */

#include <stdlib.h>

#include <tmpdir-glib/tmpdir-glib.h>

typedef struct
{
  GMainLoop *loop;
  gint64     last_tick;
  gint64     longest_pause;
} Ticker;

static gboolean
copy_tree (GFile   *source,
           GFile   *destination,
           GError **error)
{
  g_autoptr (GFileEnumerator) enumerator = NULL;

  enumerator = g_file_enumerate_children (source,
                                          G_FILE_ATTRIBUTE_STANDARD_NAME ","
                                          G_FILE_ATTRIBUTE_STANDARD_TYPE,
                                          G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS,
                                          NULL, error);
  if (enumerator == NULL)
    return FALSE;

  while (TRUE)
    {
      g_autoptr (GFile) copy = NULL;
      GFileInfo *info;
      GFile *child;

      if (!g_file_enumerator_iterate (enumerator, &info, &child, NULL, error))
        return FALSE;
      if (info == NULL)
        return TRUE;

      copy = g_file_get_child (destination, g_file_info_get_name (info));
      if (g_file_info_get_file_type (info) == G_FILE_TYPE_DIRECTORY)
        {
          if (!g_file_make_directory (copy, NULL, error) ||
              !copy_tree (child, copy, error))
            return FALSE;
        }
      else if (!g_file_copy (child, copy, G_FILE_COPY_NOFOLLOW_SYMLINKS,
                             NULL, NULL, NULL, error))
        return FALSE;
    }
}

static gboolean
on_tick (gpointer user_data)
{
  Ticker *ticker = user_data;
  gint64 now = g_get_monotonic_time ();

  ticker->longest_pause = MAX (ticker->longest_pause, now - ticker->last_tick);
  ticker->last_tick = now;

  return G_SOURCE_CONTINUE;
}

static void
on_flushed (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Ticker *ticker = user_data;

  tmp_flush_finish (result, NULL);
  g_main_loop_quit (ticker->loop);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (GFile) source = NULL;
  g_autoptr (TmpDirectory) directory = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  Ticker ticker = { 0, };
  guint64 bytes, directories, files;
  gint64 start;
  guint timer;

  source = g_file_new_for_commandline_arg (argc > 1 ? argv[1] : "/usr/share/doc");

  directory = tmp_directory_new ("demo-c-", &error);
  if (directory == NULL ||
      !copy_tree (source, tmp_directory_get_file (directory), &error) ||
      !g_file_measure_disk_usage (tmp_directory_get_file (directory),
                                  G_FILE_MEASURE_APPARENT_SIZE, NULL, NULL, NULL,
                                  &bytes, &directories, &files, &error))
    {
      /* Whatever has been copied is deleted when the program returns. */
      g_printerr ("%s\n", error->message);
      return EXIT_FAILURE;
    }

  path = g_strdup (tmp_directory_get_path (directory));
  g_print ("%s: %" G_GUINT64_FORMAT " entries, %.1f MB\n",
           path, directories - 1 + files, bytes / 1e6);

  ticker.loop = g_main_loop_new (NULL, FALSE);
  ticker.last_tick = start = g_get_monotonic_time ();
  timer = g_timeout_add (1, on_tick, &ticker);

  /* Nobody holds the directory any more: its path is gone at once, and what
   * was in it goes in the background. A program that does not care when that
   * is over needs no more than this; here we wait for it, to take its time.
   */
  g_clear_object (&directory);
  tmp_flush_async (NULL, on_flushed, &ticker);
  g_main_loop_run (ticker.loop);
  on_tick (&ticker);

  g_print ("Dropped in %.1f ms; the main loop never paused longer than %.1f ms\n",
           (g_get_monotonic_time () - start) / 1e3, ticker.longest_pause / 1e3);
  g_source_remove (timer);
  g_main_loop_unref (ticker.loop);

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_printerr ("%s still exists\n", path);
      return EXIT_FAILURE;
    }
  g_print ("%s is gone\n", path);

  return EXIT_SUCCESS;
}
