/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Writes 1 MiB in pieces of 4 KiB to a new stream and drops it, COUNT times; the
 * directory in PARENT is made before. */

#include <tmpdir-glib/tmpdir-glib.h>

#include <stdlib.h>

#define SIZE (1024 * 1024)
#define PIECE 4096

static void
write_pieces (GIOStream *stream)
{
  static const char piece[PIECE] = "x";
  g_autoptr(GError) error = NULL;

  for (int i = 0; i < SIZE / PIECE; i++)
    if (!g_output_stream_write_all (g_io_stream_get_output_stream (stream), piece, PIECE, NULL, NULL, &error))
      g_error ("%s", error->message);
  if (!g_io_stream_close (stream, NULL, &error))
    g_error ("%s", error->message);
}

static GIOStream *
new_stream (TmpDirectory *directory,
            const char   *kind)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GFile) file = NULL;
  GFileIOStream *stream;

  if (g_str_equal (kind, "memory"))
    return G_IO_STREAM (tmp_spooled_stream_new (directory, 2 * SIZE));
  if (g_str_equal (kind, "rolled"))
    return G_IO_STREAM (tmp_spooled_stream_new (directory, SIZE / 2));

  file = g_file_new_tmp ("bench-XXXXXX", &stream, &error);
  if (file == NULL || !g_file_delete (file, NULL, &error))
    g_error ("%s", error->message);
  return G_IO_STREAM (stream);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GFile) parent = NULL;
  g_autoptr(TmpDirectory) directory = NULL;
  g_autoptr(GError) error = NULL;
  gint64 start;

  if (argc != 4)
    g_error ("usage: bench-spooled memory|rolled|file PARENT COUNT");

  /* For g_file_new_tmp() */
  g_setenv ("TMPDIR", argv[2], TRUE);
  parent = g_file_new_for_path (argv[2]);
  directory = tmp_directory_new_in (parent, NULL, NULL, &error);
  if (directory == NULL)
    g_error ("%s", error->message);

  start = g_get_monotonic_time ();
  for (long i = 0; i < atol (argv[3]); i++)
    {
      g_autoptr(GIOStream) stream = new_stream (directory, argv[1]);

      write_pieces (stream);
    }
  g_print ("{\"inside_s\": %.6f}\n", (double) (g_get_monotonic_time () - start) / 1e6);

  return 0;
}
