/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Writes to files in a temporary directory and reads them again: one with a name, for
 * others to open, and a stream that is in memory while it is small, and in a file without
 * a name from then on.
 */

#include <tmpdir-glib/tmpdir-glib.h>

static const char table[] = "day,rain\n1,4\n2,0\n3,7\n";

/* The file stays after the stream is closed, until the directory goes. */
static gboolean
use_named_file (TmpDirectory  *dir,
                char         **name,
                char         **text,
                GError       **error)
{
  g_autoptr (GFileIOStream) stream = NULL;
  g_autoptr (GFile) file = tmp_directory_new_file (dir, "table-", ".csv", &stream, NULL, error);
  char buffer[sizeof table] = "";

  if (file == NULL ||
      !g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (stream)),
                                  table, sizeof table - 1, NULL, NULL, error) ||
      !g_seekable_seek (G_SEEKABLE (stream), 0, G_SEEK_SET, NULL, error) ||
      !g_input_stream_read_all (g_io_stream_get_input_stream (G_IO_STREAM (stream)),
                                buffer, sizeof buffer - 1, NULL, NULL, error))
    return FALSE;

  *name = g_file_get_basename (file);
  *text = g_strdup (buffer);
  return TRUE;
}

/* Writes numbers, and reads them again to add them up. */
static gboolean
use_spooled_stream (TmpDirectory  *dir,
                    guint          count,
                    gboolean      *rolled,
                    guint         *sum,
                    GError       **error)
{
  g_autoptr (TmpSpooledStream) stream = tmp_spooled_stream_new (dir, 1024);
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (stream));
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (stream));

  for (guint32 number = 1; number <= count; number++)
    if (!g_output_stream_write_all (output, &number, sizeof number, NULL, NULL, error))
      return FALSE;

  *rolled = tmp_spooled_stream_get_rolled (stream);
  *sum = 0;

  if (!g_seekable_seek (G_SEEKABLE (stream), 0, G_SEEK_SET, NULL, error))
    return FALSE;
  for (guint i = 0; i < count; i++)
    {
      guint32 number = 0;

      if (!g_input_stream_read_all (input, &number, sizeof number, NULL, NULL, error))
        return FALSE;
      *sum += number;
    }

  return TRUE;
}

static gboolean
run (GError **error)
{
  g_autoptr (TmpDirectory) dir = tmp_directory_new ("files-inside-", error);
  g_autofree char *name = NULL;
  g_autofree char *text = NULL;
  gboolean few_rolled, many_rolled;
  guint few, many;

  if (dir == NULL ||
      !use_named_file (dir, &name, &text, error) ||
      !use_spooled_stream (dir, 10, &few_rolled, &few, error) ||
      !use_spooled_stream (dir, 1000, &many_rolled, &many, error))
    return FALSE;

  g_print ("%s has:\n%s"
           "The sum of 10 numbers is %u; they were in %s\n"
           "The sum of 1000 numbers is %u; they were in %s\n",
           name, text,
           few, few_rolled ? "a file" : "memory",
           many, many_rolled ? "a file" : "memory");

  if (!g_str_has_prefix (name, "table-") || !g_str_has_suffix (name, ".csv") ||
      !g_str_equal (text, table) ||
      few != 55 || few_rolled || many != 500500 || !many_rolled)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "That is not what was written");
      return FALSE;
    }
  return TRUE;
}

int
main (void)
{
  g_autoptr (GError) error = NULL;

  if (!run (&error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  return 0;
}
