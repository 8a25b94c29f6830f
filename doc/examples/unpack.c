/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A window that unpacks an archive into a temporary directory, and deletes it again with
 * a progress bar. Both can be cancelled, and the window can be closed at any time:
 * nothing is left. Nothing blocks, and there is no thread but the libraries' own.
 *
 *   cc unpack.c -o unpack-c $(pkg-config --cflags --libs gtk4 tmpdir-glib-1)
 *   ./unpack-c [--auto] [ARCHIVE]
 */

#include <gtk/gtk.h>
#include <tmpdir-glib/tmpdir-glib.h>

typedef struct
{
  gboolean      automatic; /* begins at once, and quits at the end */
  char        **arguments;

  GtkWidget    *window;
  GtkWidget    *status;
  GtkWidget    *spinner;
  GtkWidget    *bar;
  GtkWidget    *button;

  TmpDirectory *demo;      /* where the archive is if none was given */
  char         *archive;

  /* What belongs to one run; the window is there until that has ended. */
  GCancellable *cancellable;
  TmpDirectory *directory;
  GSubprocess  *tar;
  guint         n_files;
  gboolean      failed;
} Unpacker;

static void
set_status (Unpacker   *self,
            const char *text)
{
  gboolean running = self->cancellable != NULL;

  gtk_label_set_label (GTK_LABEL (self->status), text);
  gtk_spinner_set_spinning (GTK_SPINNER (self->spinner), running);
  gtk_button_set_label (GTK_BUTTON (self->button), running ? "Cancel" : "Unpack");
}

static void
finish (Unpacker     *self,
        const GError *error)
{
  g_autofree char *text = g_strdup_printf ("Unpacked and deleted %u files.", self->n_files);
  gboolean cancelled = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  self->failed = error != NULL && !cancelled;
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->bar), error == NULL);

  /* The last reference. What is still there, after something was cancelled or has failed,
   * is deleted in the background, and if the application quits now, at its exit.
   */
  g_clear_object (&self->directory);
  g_clear_object (&self->tar);
  g_clear_object (&self->cancellable);
  set_status (self, cancelled ? "Cancelled." : self->failed ? error->message : text);

  if (self->automatic || !gtk_widget_get_visible (self->window))
    gtk_window_destroy (GTK_WINDOW (self->window));
}

static void
on_cleaned_up (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  tmp_directory_cleanup_finish (TMP_DIRECTORY (source), result, &error);
  finish (user_data, error);
}

static gboolean
removed_to_fraction (GBinding     *binding,
                     const GValue *removed,
                     GValue       *fraction,
                     gpointer      user_data)
{
  Unpacker *self = user_data;

  /* There is the directory itself, too, and there may be some that tar has not named. */
  g_value_set_double (fraction, MIN (g_value_get_uint64 (removed) / (self->n_files + 1.0), 1));
  return TRUE;
}

static void
on_unpacked (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Unpacker *self = user_data;
  g_autofree char *text = g_strdup_printf ("Deleting %u files…", self->n_files);
  g_autoptr (GError) error = NULL;

  if (g_cancellable_set_error_if_cancelled (self->cancellable, &error) ||
      !g_subprocess_wait_check_finish (self->tar, result, &error))
    {
      finish (self, error);
      return;
    }

  /* Here an application would do something with the files. */

  set_status (self, text);
  g_object_bind_property_full (self->directory, "entries-removed", self->bar, "fraction",
                               G_BINDING_SYNC_CREATE, removed_to_fraction, NULL, self, NULL);
  tmp_directory_cleanup_async (self->directory, G_PRIORITY_DEFAULT, self->cancellable,
                               on_cleaned_up, self);
}

/* tar prints a line for each file. */
static void
on_output (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Unpacker *self = user_data;
  GInputStream *output = G_INPUT_STREAM (source);
  g_autoptr (GBytes) lines = g_input_stream_read_bytes_finish (output, result, NULL);
  g_autofree char *text = NULL;

  if (lines == NULL || g_bytes_get_size (lines) == 0)
    {
      /* Until tar has ended, it may write into the directory: this is not cancelled. */
      if (lines == NULL)
        g_subprocess_force_exit (self->tar);
      g_subprocess_wait_check_async (self->tar, NULL, on_unpacked, self);
      return;
    }

  for (gsize i = 0; i < g_bytes_get_size (lines); i++)
    self->n_files += ((const char *) g_bytes_get_data (lines, NULL))[i] == '\n';

  text = g_strdup_printf ("Unpacking, %u files…", self->n_files);
  set_status (self, text);
  gtk_progress_bar_pulse (GTK_PROGRESS_BAR (self->bar));
  g_input_stream_read_bytes_async (output, 4096, G_PRIORITY_DEFAULT, self->cancellable,
                                   on_output, self);
}

static void
unpack (Unpacker *self)
{
  g_autoptr (GError) error = NULL;

  set_status (self, "Unpacking…");
  self->directory = tmp_directory_new ("unpack-", &error);
  if (self->directory != NULL)
    self->tar = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                                  "tar", "-x", "-v", "--force-local", "-f", self->archive,
                                  "-C", tmp_directory_get_path (self->directory), NULL);
  if (self->tar != NULL)
    g_input_stream_read_bytes_async (g_subprocess_get_stdout_pipe (self->tar), 4096,
                                     G_PRIORITY_DEFAULT, self->cancellable, on_output, self);
  else
    finish (self, error);
}

static void
on_demo_made (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  unpack (user_data); /* If there is no archive, tar will say so. */
}

/* An archive of 20,000 small files. This takes a second, and is not cancelled, because the
 * children of the shell would go on.
 */
static void
make_demo (Unpacker *self)
{
  g_autoptr (GSubprocess) shell = NULL;
  g_autoptr (GError) error = NULL;

  set_status (self, "Making an archive…");
  self->demo = tmp_directory_new ("unpack-demo-", &error);
  if (self->demo != NULL)
    shell = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, "sh", "-ec",
                              "cd \"$0\"; mkdir demo; seq 200000 | split -l 10 -a 4 - demo/;"
                              "tar -c --remove-files -f demo.tar demo",
                              tmp_directory_get_path (self->demo), NULL);
  if (shell == NULL)
    {
      finish (self, error);
      return;
    }

  self->archive = tmp_directory_build_path (self->demo, "demo.tar", NULL);
  g_subprocess_wait_async (shell, NULL, on_demo_made, self);
}

static void
on_clicked (Unpacker *self)
{
  if (self->cancellable != NULL)
    {
      g_cancellable_cancel (self->cancellable);
      return;
    }

  self->cancellable = g_cancellable_new ();
  self->n_files = 0;
  if (self->archive != NULL)
    unpack (self);
  else
    make_demo (self);
}

/* While something runs, the window is only hidden: finish() will destroy it. */
static gboolean
on_close_request (Unpacker *self)
{
  gtk_widget_set_visible (self->window, FALSE);
  g_cancellable_cancel (self->cancellable);
  return self->cancellable != NULL;
}

static void
on_activate (GtkApplication *app,
             Unpacker       *self)
{
  GtkWidget *header = gtk_header_bar_new ();
  GtkWidget *box = g_object_new (GTK_TYPE_BOX, "orientation", GTK_ORIENTATION_VERTICAL,
                                 "spacing", 12, "margin-top", 24, "margin-bottom", 24,
                                 "margin-start", 24, "margin-end", 24, NULL);

  self->archive = self->arguments != NULL ? g_strdup (self->arguments[0]) : NULL;
  self->status = g_object_new (GTK_TYPE_LABEL, "xalign", 0.0, "wrap", TRUE, NULL);
  self->spinner = gtk_spinner_new ();
  self->bar = gtk_progress_bar_new ();
  self->button = gtk_button_new ();
  gtk_header_bar_pack_start (GTK_HEADER_BAR (header), self->button);
  gtk_header_bar_pack_start (GTK_HEADER_BAR (header), self->spinner);
  gtk_box_append (GTK_BOX (box), self->status);
  gtk_box_append (GTK_BOX (box), self->bar);
  self->window = g_object_new (GTK_TYPE_APPLICATION_WINDOW, "application", app,
                               "title", "Unpack", "default-width", 400,
                               "titlebar", header, "child", box, NULL);
  set_status (self, "Unpacks an archive, and deletes what was in it.");

  g_signal_connect_swapped (self->button, "clicked", G_CALLBACK (on_clicked), self);
  g_signal_connect_swapped (self->window, "close-request", G_CALLBACK (on_close_request), self);
  gtk_window_present (GTK_WINDOW (self->window));
  if (self->automatic)
    on_clicked (self);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (GtkApplication) app = gtk_application_new ("org.example.Unpack",
                                                        G_APPLICATION_NON_UNIQUE);
  Unpacker self = { 0 };
  GOptionEntry options[] = {
    { "auto", 0, 0, G_OPTION_ARG_NONE, &self.automatic, "Begin at once, quit at the end", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self.arguments, NULL, "[ARCHIVE]" },
    G_OPTION_ENTRY_NULL
  };
  int status;

  g_application_add_main_option_entries (G_APPLICATION (app), options);
  g_signal_connect (app, "activate", G_CALLBACK (on_activate), &self);
  status = g_application_run (G_APPLICATION (app), argc, argv);

  g_clear_object (&self.demo);
  g_free (self.archive);
  g_strfreev (self.arguments);
  return self.failed ? 1 : status;
}
