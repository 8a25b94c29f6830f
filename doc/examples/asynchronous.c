/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Creates a directory, fills it and deletes it, and says how far that is. No call waits
 * for the disk, so an application's windows go on being drawn.
 */

#include <tmpdir-glib/tmpdir-glib.h>

typedef struct
{
  GMainLoop    *loop;
  GCancellable *cancellable;
  gboolean      success;
} App;

static void
on_progress (TmpDirectory *dir,
             GParamSpec   *pspec,
             gpointer      user_data)
{
  g_print ("%" G_GUINT64_FORMAT " files and directories deleted\n",
           tmp_directory_get_entries_removed (dir));
}

static void
on_cleaned_up (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  App *app = user_data;
  g_autoptr (GError) error = NULL;

  app->success = tmp_directory_cleanup_finish (TMP_DIRECTORY (source), result, &error);
  if (!app->success)
    g_printerr ("%s\n", error->message);
  g_main_loop_quit (app->loop);
}

static void
on_new_file (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  App *app = user_data;
  TmpDirectory *dir = TMP_DIRECTORY (source);
  g_autoptr (GFileIOStream) stream = NULL;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GError) error = NULL;

  file = tmp_directory_new_file_finish (dir, result, &stream, &error);
  if (file == NULL)
    g_printerr ("%s\n", error->message);

  g_signal_connect (dir, "notify::entries-removed", G_CALLBACK (on_progress), app);
  tmp_directory_cleanup_async (dir, G_PRIORITY_DEFAULT, app->cancellable, on_cleaned_up, app);
}

static void
on_created (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  App *app = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TmpDirectory) dir = tmp_directory_create_finish (result, &error);

  if (dir == NULL)
    {
      g_printerr ("%s\n", error->message);
      g_main_loop_quit (app->loop);
      return;
    }

  /* Until it is done, it holds the reference that goes at the end of this function. */
  tmp_directory_new_file_async (dir, "page-", ".html", G_PRIORITY_DEFAULT, app->cancellable,
                                on_new_file, app);
}

int
main (void)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  App app = { loop, cancellable, FALSE };

  tmp_directory_create_async (NULL, "asynchronous-", G_PRIORITY_DEFAULT, cancellable,
                              on_created, &app);
  g_main_loop_run (loop);

  return app.success ? 0 : 1;
}
