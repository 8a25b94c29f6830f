/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A pipeline in one directory, where each stage reads the file of the one before: squares
 * are made, sorted by another program, compressed, and counted. It runs in a thread, so
 * that the main loop waits for none of it.
 */

#include <tmpdir-glib/tmpdir-glib.h>

/* The squares modulo a prime have (PRIME + 1) / 2 different values. */
#define PRIME 1009

static gboolean
generate (const char  *to,
          GError     **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (unsigned number = 0; number < 10 * PRIME; number++)
    g_string_append_printf (text, "%u\n", number * number % PRIME);

  return g_file_set_contents (to, text->str, text->len, error);
}

static gboolean
sort (const char    *from,
      const char    *to,
      GCancellable  *cancellable,
      GError       **error)
{
  g_autoptr (GSubprocess) program = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, error,
                                                      "sort", "-n", "-u", "-o", to, from, NULL);

  return program != NULL && g_subprocess_wait_check (program, cancellable, error);
}

static gboolean
compress (const char    *from,
          const char    *to,
          GCancellable  *cancellable,
          GError       **error)
{
  g_autoptr (GFile) source = g_file_new_for_path (from);
  g_autoptr (GFile) target = g_file_new_for_path (to);
  g_autoptr (GZlibCompressor) gzip = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, -1);
  g_autoptr (GFileInputStream) input = g_file_read (source, cancellable, error);
  g_autoptr (GFileOutputStream) file = NULL;
  g_autoptr (GOutputStream) output = NULL;

  if (input == NULL)
    return FALSE;

  file = g_file_create (target, G_FILE_CREATE_NONE, cancellable, error);
  if (file == NULL)
    return FALSE;

  output = g_converter_output_stream_new (G_OUTPUT_STREAM (file), G_CONVERTER (gzip));
  return g_output_stream_splice (output, G_INPUT_STREAM (input),
                                 G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE |
                                 G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET,
                                 cancellable, error) >= 0;
}

/* Returns -1 if there is an error. */
static gssize
count_lines (const char    *path,
             GCancellable  *cancellable,
             GError       **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GZlibDecompressor) gunzip = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP);
  g_autoptr (GFileInputStream) input = g_file_read (file, cancellable, error);
  g_autoptr (GInputStream) text = NULL;
  char buffer[4096];
  gssize size, lines = 0;

  if (input == NULL)
    return -1;

  text = g_converter_input_stream_new (G_INPUT_STREAM (input), G_CONVERTER (gunzip));
  while ((size = g_input_stream_read (text, buffer, sizeof buffer, cancellable, error)) > 0)
    for (gssize i = 0; i < size; i++)
      lines += buffer[i] == '\n';

  return size < 0 ? -1 : lines;
}

/* However this ends, nobody holds the directory any more, and all files are deleted. */
static gssize
count_squares (GCancellable  *cancellable,
               GError       **error)
{
  g_autoptr (TmpDirectory) dir = tmp_directory_new ("data-pipeline-", error);
  g_autofree char *squares = NULL;
  g_autofree char *sorted = NULL;
  g_autofree char *packed = NULL;

  if (dir == NULL)
    return -1;

  squares = tmp_directory_build_path (dir, "squares", NULL);
  sorted = tmp_directory_build_path (dir, "sorted", NULL);
  packed = tmp_directory_build_path (dir, "sorted.gz", NULL);

  if (!generate (squares, error) ||
      !sort (squares, sorted, cancellable, error) ||
      !compress (sorted, packed, cancellable, error))
    return -1;

  return count_lines (packed, cancellable, error);
}

static void
count_squares_thread (GTask        *task,
                      gpointer      source_object,
                      gpointer      task_data,
                      GCancellable *cancellable)
{
  GError *error = NULL;
  gssize n_values = count_squares (cancellable, &error);

  if (n_values >= 0)
    g_task_return_int (task, n_values);
  else
    g_task_return_error (task, error);
}

static void
on_counted (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  int *n_values = user_data;
  g_autoptr (GError) error = NULL;

  *n_values = g_task_propagate_int (G_TASK (result), &error);
  if (error != NULL)
    g_printerr ("%s\n", error->message);
}

int
main (void)
{
  int n_values = 0;
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_counted, &n_values);

  g_task_run_in_thread (task, count_squares_thread);
  while (!g_task_get_completed (task))
    g_main_context_iteration (NULL, TRUE);

  g_print ("The squares modulo %d have %d values\n", PRIME, n_values);
  return n_values == (PRIME + 1) / 2 ? 0 : 1;
}
