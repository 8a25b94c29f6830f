/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A stream is the same stream in memory and in a file. */

#include "stream.h"
#include "wrap-file.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static void
test_basic (TestFixture   *fixture,
            gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  g_autoptr(TmpSpooledStream) stream = tmp_spooled_stream_new (dir, 8);
  const guint n_descriptors = test_count_descriptors (fixture->path);
  g_autoptr(GError) error = NULL;
  guint64 max_size;
  gboolean rolled;
  char buffer[4];
  TmpDirectory *its;

  g_object_get (stream, "directory", &its, "max-size", &max_size, "rolled", &rolled, NULL);
  g_assert_true (its == dir);
  g_object_unref (its);
  g_assert_cmpuint (max_size, ==, 8);
  g_assert_false (rolled);
  g_assert_true (tmp_spooled_stream_get_directory (stream) == dir);
  g_assert_cmpuint (tmp_spooled_stream_get_max_size (stream), ==, 8);

  stream_write_all (stream, "12345678", 8);
  g_assert_false (tmp_spooled_stream_get_rolled (stream));
  g_assert_cmpuint (test_count_descriptors (fixture->path), ==, n_descriptors);

  /* One position */
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (stream_get_input (stream))), ==, 8);
  g_assert_cmpint (g_input_stream_read (stream_get_input (stream), buffer, 4, NULL, NULL), ==, 0);
  g_assert_true (g_seekable_seek (G_SEEKABLE (stream_get_output (stream)), -6, G_SEEK_END, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_input_stream_read (stream_get_input (stream), buffer, 2, NULL, NULL), ==, 2);
  g_assert_cmpmem (buffer, 2, "34", 2);
  stream_write_all (stream, "xy", 2);
  stream_assert_contents (stream, "1234xy78", 8);
  g_assert_cmpint (g_input_stream_skip (stream_get_input (stream), 1, NULL, NULL), ==, 1);
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (stream)), ==, 7);

  /* One too many */
  stream_write_all (stream, "AB", 2);
  g_assert_true (tmp_spooled_stream_get_rolled (stream));
  stream_assert_contents (stream, "1234xy7AB", 9);
  g_assert_cmpint (g_input_stream_skip (stream_get_input (stream), 10, NULL, NULL), ==, 0);
  stream_seek (stream, -3, G_SEEK_CUR);
  g_assert_cmpint (g_input_stream_skip (stream_get_input (stream), 10, NULL, NULL), ==, 3);

  /* Nobody sees it. */
  g_assert_cmpuint (test_count_entries (tmp_directory_get_path (dir)), ==, 0);
  g_assert_cmpuint (test_count_descriptors (fixture->path), ==, n_descriptors + 1);

  /* It remains there. */
  g_assert_true (g_seekable_truncate (G_SEEKABLE (stream), 2, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (tmp_spooled_stream_get_rolled (stream));
  stream_assert_contents (stream, "12", 2);

  g_assert_true (g_io_stream_close (G_IO_STREAM (stream), NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_descriptors (fixture->path), ==, n_descriptors);
}

/* From when on it is in a file */
static void
test_threshold (TestFixture   *fixture,
                gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  static const struct
  {
    guint64  max_size;
    goffset  start;
    goffset  truncate; /* if not negative */
    gsize    count;
    gboolean rolled;
  } cases[] = {
    { 0, 0, -1, 0, FALSE },
    { 0, 0, -1, 1, TRUE },
    { 0, 100, 0, 0, FALSE },
    { 10, 0, -1, 10, FALSE },
    { 10, 0, -1, 11, TRUE },
    { 10, 9, -1, 1, FALSE },
    { 10, 9, -1, 2, TRUE },
    { 10, 1000000, -1, 0, FALSE },
    { 10, 1000000, -1, 1, TRUE },
    { 10, 0, 10, 0, FALSE },
    { 10, 0, 11, 0, TRUE },
    { G_MAXUINT64, 0, 100000, 100000, FALSE },
    /* A hole is better in a file. */
    { G_MAXUINT64, 60 << 20, -1, 1, FALSE },
    { G_MAXUINT64, 70 << 20, -1, 1, TRUE },
    { G_MAXUINT64, 0, 70 << 20, 0, TRUE },
    { G_MAXUINT64, G_GINT64_CONSTANT (1) << 40, -1, 1, TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(TmpSpooledStream) stream = tmp_spooled_stream_new (dir, cases[i].max_size);
      g_autofree char *bytes = g_strnfill (cases[i].count, 'x');
      g_autoptr(GError) error = NULL;

      stream_seek (stream, cases[i].start, G_SEEK_SET);
      if (cases[i].truncate >= 0)
        g_assert_true (g_seekable_truncate (G_SEEKABLE (stream), cases[i].truncate, NULL, &error));
      g_assert_no_error (error);
      stream_write_all (stream, bytes, cases[i].count);
      g_assert_cmpint (g_seekable_tell (G_SEEKABLE (stream)), ==, cases[i].start + (goffset) cases[i].count);
      g_assert_cmpint (tmp_spooled_stream_get_rolled (stream), ==, cases[i].rolled);
    }
}

static void
test_bad_positions (TestFixture   *fixture,
                    gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  g_autoptr(TmpSpooledStream) stream = tmp_spooled_stream_new (dir, 100);
  static const struct
  {
    goffset offset;
    GSeekType type;
  } cases[] = {
    { -1, G_SEEK_SET }, { -6, G_SEEK_CUR }, { -6, G_SEEK_END }, { G_MINOFFSET, G_SEEK_CUR },
    { G_MAXOFFSET, G_SEEK_CUR }, { G_MAXOFFSET, G_SEEK_END },
  };

  stream_write_all (stream, "12345", 5);
  for (guint rolled = 0; rolled < 2; rolled++)
    {
      g_autoptr(GError) error = NULL;

      for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
        {
          g_assert_false (g_seekable_seek (G_SEEKABLE (stream), cases[i].offset, cases[i].type, NULL, &error));
          g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
          g_clear_error (&error);
        }
      g_assert_cmpint (g_seekable_tell (G_SEEKABLE (stream)), ==, 5);

      g_assert_false (g_seekable_truncate (G_SEEKABLE (stream), -1, NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
      g_clear_error (&error);
      g_assert_true (g_seekable_can_seek (G_SEEKABLE (stream)));
      g_assert_true (g_seekable_can_truncate (G_SEEKABLE (stream)));
      g_assert_true (g_seekable_can_truncate (G_SEEKABLE (stream_get_output (stream))));
      g_assert_false (g_seekable_can_truncate (G_SEEKABLE (stream_get_input (stream))));
      g_assert_false (g_seekable_truncate (G_SEEKABLE (stream_get_input (stream)), 1, NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
      g_clear_error (&error);

      /* As far as one can go, there is no room. */
      stream_seek (stream, G_MAXOFFSET, G_SEEK_SET);
      g_assert_cmpint (g_output_stream_write (stream_get_output (stream), "x", 1, NULL, &error), ==, -1);
      g_assert_nonnull (strstr (error->message, tmp_directory_get_path (dir)));
      g_clear_error (&error);
      g_assert_cmpint (g_seekable_tell (G_SEEKABLE (stream)), ==, G_MAXOFFSET);
      stream_seek (stream, 5, G_SEEK_SET);
      stream_assert_contents (stream, "12345", 5);

      tmp_spooled_stream_rollover (stream, NULL, &error);
      g_assert_no_error (error);
    }

  g_assert_false (G_IS_POLLABLE_INPUT_STREAM (stream_get_input (stream)));
  g_assert_false (G_IS_POLLABLE_OUTPUT_STREAM (stream_get_output (stream)));
}

static void
test_rollover (TestFixture   *fixture,
               gconstpointer  data)
{
  const gboolean async = GPOINTER_TO_INT (data);
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  g_autoptr(TmpSpooledStream) stream = tmp_spooled_stream_new (dir, 100);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;

  stream_write_all (stream, "12345", 5);
  stream_seek (stream, 2, G_SEEK_SET);
  g_cancellable_cancel (cancellable);
  g_assert_false (tmp_spooled_stream_rollover (stream, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_false (tmp_spooled_stream_get_rolled (stream));

  for (guint i = 0; i < 2; i++)
    {
      if (async)
        {
          g_autoptr(GAsyncResult) result = NULL;

          tmp_spooled_stream_rollover_async (stream, G_PRIORITY_DEFAULT, NULL, test_store_result, &result);
          test_wait_result (&result);
          g_assert_true (tmp_spooled_stream_rollover_finish (stream, result, &error));
        }
      else
        g_assert_true (tmp_spooled_stream_rollover (stream, NULL, &error));
      g_assert_no_error (error);
      g_assert_true (tmp_spooled_stream_get_rolled (stream));
      g_assert_cmpint (g_seekable_tell (G_SEEKABLE (stream)), ==, 2);
      stream_assert_contents (stream, "12345", 5);
    }
}

/* How many bytes this thread has written, for which the kernel keeps books */
static guint64
count_written (void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *io = NULL;
  const char *line;

  g_assert_true (g_file_get_contents ("/proc/thread-self/io", &io, NULL, &error));
  g_assert_no_error (error);
  line = strstr (io, "wchar: ");
  g_assert_nonnull (line);
  return g_ascii_strtoull (line + strlen ("wchar: "), NULL, 10);
}

/* No call of ours does it, but the thread of a task. */
static void
test_async (TestFixture   *fixture,
            gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  const gsize size = 1024 * test_scale (32 * 1024);
  g_autoptr(TmpSpooledStream) stream = tmp_spooled_stream_new (dir, size);
  g_autofree char *bytes = g_strnfill (size, 'x');
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  guint64 written;

  if (access ("/proc/thread-self/io", R_OK) != 0)
    {
      g_test_skip ("The kernel does not count what a thread writes");
      return;
    }

  stream_write_all (stream, bytes, size);
  written = count_written ();
  g_output_stream_write_async (stream_get_output (stream), "y", 1, G_PRIORITY_DEFAULT, NULL, test_store_result, &result);
  g_assert_null (result);

  /* Meanwhile nothing else happens to this half, nor to the whole of it. */
  g_assert_cmpint (g_output_stream_write (stream_get_output (stream), "z", 1, NULL, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_clear_error (&error);
  g_assert_false (g_seekable_seek (G_SEEKABLE (stream_get_output (stream)), 0, G_SEEK_SET, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_clear_error (&error);

  test_wait_result (&result);
  g_assert_cmpint (g_output_stream_write_finish (stream_get_output (stream), result, &error), ==, 1);
  g_assert_no_error (error);
  g_assert_true (tmp_spooled_stream_get_rolled (stream));
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (stream)), ==, size + 1);
  g_assert_cmpuint (count_written () - written, <, size);
  /* That would have been seen. */
  stream_write_all (stream, bytes, size);
  g_assert_cmpuint (count_written () - written, >=, size);

  g_clear_object (&result);
  g_cancellable_cancel (cancellable);
  g_input_stream_read_async (stream_get_input (stream), bytes, 1, G_PRIORITY_DEFAULT, cancellable, test_store_result, &result);
  test_wait_result (&result);
  g_assert_cmpint (g_input_stream_read_finish (stream_get_input (stream), result, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
assert_closed (TmpSpooledStream *stream,
               GInputStream     *input,
               GOutputStream    *output)
{
  GError *errors[7] = { NULL };
  char byte = 0;

  g_assert_cmpint (g_input_stream_read (input, &byte, 1, NULL, &errors[0]), ==, -1);
  g_assert_cmpint (g_output_stream_write (output, &byte, 1, NULL, &errors[1]), ==, -1);
  g_assert_false (g_seekable_seek (G_SEEKABLE (input), 0, G_SEEK_SET, NULL, &errors[2]));
  g_assert_false (g_seekable_truncate (G_SEEKABLE (output), 0, NULL, &errors[3]));
  if (stream != NULL)
    {
      g_assert_false (g_seekable_seek (G_SEEKABLE (stream), 0, G_SEEK_SET, NULL, &errors[4]));
      g_assert_false (g_seekable_truncate (G_SEEKABLE (stream), 0, NULL, &errors[5]));
      g_assert_false (tmp_spooled_stream_rollover (stream, NULL, &errors[6]));
    }

  for (gsize i = 0; i < (stream != NULL ? 7 : 4); i++)
    {
      g_assert_error (errors[i], G_IO_ERROR, G_IO_ERROR_CLOSED);
      g_clear_error (&errors[i]);
    }
}

static void
test_close (TestFixture   *fixture,
            gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);

  for (guint rolled = 0; rolled < 2; rolled++)
    {
      TmpSpooledStream *stream = tmp_spooled_stream_new (dir, rolled ? 0 : 100);
      g_autoptr(GInputStream) input = g_object_ref (stream_get_input (stream));
      g_autoptr(GOutputStream) output = g_object_ref (stream_get_output (stream));
      g_autoptr(GError) error = NULL;
      char buffer[4];

      stream_write_all (stream, "1234", 4);
      stream_seek (stream, 0, G_SEEK_SET);

      /* One half goes, the other remains. */
      g_assert_true (g_output_stream_close (output, NULL, &error));
      g_assert_no_error (error);
      g_assert_cmpint (g_input_stream_read (input, buffer, 4, NULL, &error), ==, 4);
      g_assert_no_error (error);
      g_assert_cmpmem (buffer, 4, "1234", 4);

      g_assert_true (g_io_stream_close (G_IO_STREAM (stream), NULL, &error));
      g_assert_no_error (error);
      assert_closed (stream, input, output);
      g_object_unref (stream);
      assert_closed (NULL, input, output);

      /* Not closed before, but dropped */
      stream = tmp_spooled_stream_new (dir, rolled ? 0 : 100);
      stream_write_all (stream, "1234", 4);
      g_set_object (&input, stream_get_input (stream));
      g_set_object (&output, stream_get_output (stream));
      g_object_unref (stream);
      assert_closed (NULL, input, output);
    }
}

/* It holds its directory, and does not need it once it has its file. */
static void
test_directory (TestFixture   *fixture,
                gconstpointer  data)
{
  TmpDirectory *dir = test_new_directory (fixture);
  g_autofree char *path = g_strdup (tmp_directory_get_path (dir));
  TmpSpooledStream *stream = tmp_spooled_stream_new (dir, 4);
  TmpSpooledStream *other = tmp_spooled_stream_new (dir, 4);
  g_autoptr(GError) error = NULL;

  g_object_unref (dir);
  test_assert_present (path);
  stream_write_all (stream, "12345", 5);
  stream_write_all (other, "123", 3);

  g_assert_true (tmp_directory_cleanup (dir, NULL, &error));
  g_assert_no_error (error);
  test_assert_absent (path);
  stream_assert_contents (stream, "12345", 5);
  stream_write_all (stream, "6", 1);
  stream_assert_contents (stream, "123456", 6);
  g_assert_cmpint (g_output_stream_write (stream_get_output (other), "45", 2, NULL, &error), ==, -1);
  test_assert_error (error, G_IO_ERROR_CLOSED, path);
  g_clear_error (&error);
  stream_assert_contents (other, "123", 3);
  stream_write_all (other, "4", 1);
  stream_assert_contents (other, "1234", 4);
  g_object_unref (other);
  g_object_unref (stream);

  /* And the last one takes it along. */
  dir = test_new_directory (fixture);
  stream = tmp_spooled_stream_new (dir, 0);
  stream_write_all (stream, "x", 1);
  g_object_unref (dir);
  g_object_unref (stream);
  g_assert_true (tmp_flush (NULL, NULL));
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

static void
assert_stays_in_memory (TmpSpooledStream *stream,
                        int               code)
{
  g_autoptr(GError) error = NULL;

  stream_write_all (stream, "1234", 4);
  g_assert_cmpint (g_output_stream_write (stream_get_output (stream), "5", 1, NULL, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, code);
  g_clear_error (&error);
  g_assert_false (g_seekable_truncate (G_SEEKABLE (stream), 5, NULL, &error));
  g_assert_error (error, G_IO_ERROR, code);
  g_clear_error (&error);
  g_assert_false (tmp_spooled_stream_rollover (stream, NULL, &error));
  g_assert_error (error, G_IO_ERROR, code);
  g_assert_false (tmp_spooled_stream_get_rolled (stream));
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (stream)), ==, 4);
  stream_assert_contents (stream, "1234", 4);
}

/* Where there can be no file */
static void
test_no_file (TestFixture   *fixture,
              gconstpointer  data)
{
  g_autoptr(TmpDirectory) fresh = g_object_new (TMP_TYPE_DIRECTORY, NULL);
  g_autoptr(TmpSpooledStream) of_fresh = tmp_spooled_stream_new (fresh, 4);
  g_autoptr(TmpSpooledStream) of_none = g_object_new (TMP_TYPE_SPOOLED_STREAM, "max-size", (guint64) 4, NULL);
  g_autoptr(GFile) parent = wrap_file_new (fixture->path);
  g_autoptr(GError) error = NULL;
  g_autoptr(TmpDirectory) wrapped = tmp_directory_new_in (parent, NULL, NULL, &error);
  g_autoptr(TmpSpooledStream) of_wrapped = NULL;
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  g_autoptr(TmpSpooledStream) stream = tmp_spooled_stream_new (dir, 4);

  g_assert_no_error (error);
  of_wrapped = tmp_spooled_stream_new (wrapped, 4);
  assert_stays_in_memory (of_fresh, G_IO_ERROR_NOT_INITIALIZED);
  assert_stays_in_memory (of_none, G_IO_ERROR_NOT_INITIALIZED);
  assert_stays_in_memory (of_wrapped, G_IO_ERROR_NOT_SUPPORTED);

  g_test_message ("Without a descriptor");
  test_limit_descriptors (3);
  assert_stays_in_memory (stream, G_IO_ERROR_TOO_MANY_OPEN_FILES);
  test_limit_descriptors (0);
  stream_write_all (stream, "5", 1);
  g_assert_true (tmp_spooled_stream_get_rolled (stream));
  stream_assert_contents (stream, "12345", 5);
}

/* A file that may not become so long: before it is one, and afterwards */
static void
test_limit (TestFixture   *fixture,
            gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  g_autoptr(TmpSpooledStream) stream = tmp_spooled_stream_new (dir, 20000);
  g_autofree char *bytes = g_strnfill (20000, 'x');
  g_autoptr(GError) error = NULL;
  struct rlimit original, limit;

  signal (SIGXFSZ, SIG_IGN);
  g_assert_no_errno (getrlimit (RLIMIT_FSIZE, &original));
  limit = original;
  limit.rlim_cur = 10000;

  stream_write_all (stream, bytes, 20000);
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &limit));
  g_assert_cmpint (g_output_stream_write (stream_get_output (stream), "y", 1, NULL, &error), ==, -1);
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &original));
  test_assert_error (error, (int) g_io_error_from_errno (EFBIG), tmp_directory_get_path (dir));
  g_clear_error (&error);
  g_assert_false (tmp_spooled_stream_get_rolled (stream));
  stream_assert_contents (stream, bytes, 20000);

  stream_write_all (stream, "y", 1);
  g_assert_true (tmp_spooled_stream_get_rolled (stream));
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &limit));
  g_assert_cmpint (g_output_stream_write (stream_get_output (stream), "z", 1, NULL, &error), ==, -1);
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &original));
  test_assert_error (error, (int) g_io_error_from_errno (EFBIG), tmp_directory_get_path (dir));
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (stream)), ==, 20001);
  stream_seek (stream, 20000, G_SEEK_SET);
  g_assert_cmpint (g_input_stream_read (stream_get_input (stream), bytes, 10, NULL, NULL), ==, 1);
  g_assert_cmpint (bytes[0], ==, 'y');
}

/* What GIO builds upon streams */
static void
test_gio (TestFixture   *fixture,
          gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  g_autoptr(TmpSpooledStream) stream = tmp_spooled_stream_new (dir, 10);
  g_autoptr(TmpSpooledStream) copy = tmp_spooled_stream_new (dir, 1000);
  g_autoptr(GDataInputStream) lines = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *line = NULL;

  g_assert_true (g_output_stream_printf (stream_get_output (stream), NULL, NULL, &error, "%s\n%d\n", "first line", 2));
  g_assert_no_error (error);
  stream_seek (stream, 0, G_SEEK_SET);
  g_assert_cmpint (g_output_stream_splice (stream_get_output (copy), stream_get_input (stream),
                                           G_OUTPUT_STREAM_SPLICE_NONE, NULL, &error), ==, 13);
  g_assert_no_error (error);
  stream_seek (copy, 0, G_SEEK_SET);
  lines = g_data_input_stream_new (stream_get_input (copy));
  line = g_data_input_stream_read_line (lines, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (line, ==, "first line");
}

int
main (int    argc,
      char **argv)
{
  test_init (&argc, &argv);

  test_add ("/spooled-stream/basic", NULL, test_basic);
  test_add ("/spooled-stream/threshold", NULL, test_threshold);
  test_add ("/spooled-stream/bad-positions", NULL, test_bad_positions);
  test_add ("/spooled-stream/rollover", GINT_TO_POINTER (FALSE), test_rollover);
  test_add ("/spooled-stream/rollover/async", GINT_TO_POINTER (TRUE), test_rollover);
  test_add ("/spooled-stream/async", NULL, test_async);
  test_add ("/spooled-stream/close", NULL, test_close);
  test_add ("/spooled-stream/directory", NULL, test_directory);
  test_add ("/spooled-stream/no-file", NULL, test_no_file);
  test_add ("/spooled-stream/limit", NULL, test_limit);
  test_add ("/spooled-stream/gio", NULL, test_gio);

  return test_run ();
}
