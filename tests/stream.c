/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What the tests of spooled streams do all the time */

#include "stream.h"

GInputStream *
stream_get_input (TmpSpooledStream *stream)
{
  return g_io_stream_get_input_stream (G_IO_STREAM (stream));
}

GOutputStream *
stream_get_output (TmpSpooledStream *stream)
{
  return g_io_stream_get_output_stream (G_IO_STREAM (stream));
}

void
stream_write_all (TmpSpooledStream *stream,
                  const void       *bytes,
                  gsize             count)
{
  g_autoptr(GError) error = NULL;

  g_output_stream_write_all (stream_get_output (stream), bytes, count, NULL, NULL, &error);
  g_assert_no_error (error);
}

void
stream_seek (TmpSpooledStream *stream,
             goffset           offset,
             GSeekType         type)
{
  g_autoptr(GError) error = NULL;

  g_seekable_seek (G_SEEKABLE (stream), offset, type, NULL, &error);
  g_assert_no_error (error);
}

/* From the beginning, the position is what it was afterwards. */
void
stream_assert_contents (TmpSpooledStream *stream,
                        const void       *bytes,
                        gsize             count)
{
  const goffset position = g_seekable_tell (G_SEEKABLE (stream));
  g_autofree char *found = g_malloc (count + 1);
  g_autoptr(GError) error = NULL;
  gsize n;

  stream_seek (stream, 0, G_SEEK_SET);
  g_input_stream_read_all (stream_get_input (stream), found, count + 1, &n, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (found, n, bytes, count);
  stream_seek (stream, position, G_SEEK_SET);
}
