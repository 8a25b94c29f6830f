/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Keeps one directory for as long as an application runs: the application object holds
 * the reference. What is still being deleted when main() returns is deleted at exit.
 */

#include <tmpdir-glib/tmpdir-glib.h>

static TmpDirectory *
get_scratch (GApplication *app)
{
  return g_object_get_data (G_OBJECT (app), "scratch");
}

static void
on_startup (GApplication *app)
{
  g_autoptr (GError) error = NULL;
  TmpDirectory *scratch = tmp_directory_new ("keep-until-quit-", &error);

  if (scratch == NULL)
    g_error ("%s", error->message);

  g_object_set_data_full (G_OBJECT (app), "scratch", scratch, g_object_unref);
}

static void
on_activate (GApplication *app)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = tmp_directory_build_path (get_scratch (app), "notes.txt", NULL);

  if (!g_file_set_contents (path, "Until we quit\n", -1, &error))
    g_error ("%s", error->message);

  g_print ("%s\n", path);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GApplication) app = g_application_new (NULL, G_APPLICATION_NON_UNIQUE);

  g_signal_connect (app, "startup", G_CALLBACK (on_startup), NULL);
  g_signal_connect (app, "activate", G_CALLBACK (on_activate), NULL);

  return g_application_run (app, argc, argv);
}
