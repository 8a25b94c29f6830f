/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A spooled stream rolls over where there is no room, and where the kernel refuses: it is
 * an error, and what was in it still is.
 */

#include "mounts.h"
#include "supervise.h"
#include "test-lib.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>

#define SIZE 5000

typedef struct
{
  TmpDirectory *dir;
  TmpSpooledStream *stream;
  const char *bytes; /* SIZE of them, and one more */
  gssize written;
  GError *error;
} Run;

static void
assert_contents (TmpSpooledStream *stream,
                 const char       *bytes,
                 gsize             count)
{
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (stream));
  g_autofree char *found = g_malloc (count + 1);
  g_autoptr(GError) error = NULL;
  gsize n;

  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (stream)), ==, count);
  g_assert_true (g_seekable_seek (G_SEEKABLE (stream), 0, G_SEEK_SET, NULL, NULL));
  g_input_stream_read_all (input, found, count + 1, &n, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (found, n, bytes, count);
}

static TmpSpooledStream *
new_stream (TmpDirectory *dir,
            const char   *bytes,
            gsize         count)
{
  TmpSpooledStream *stream = tmp_spooled_stream_new (dir, count);
  g_autoptr(GError) error = NULL;

  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (stream)), bytes, count,
                             NULL, NULL, &error);
  g_assert_no_error (error);
  return stream;
}

static void
write_one_more (gpointer data)
{
  Run *run = data;

  run->written = g_output_stream_write (g_io_stream_get_output_stream (G_IO_STREAM (run->stream)),
                                        run->bytes + SIZE, 1, NULL, &run->error);
}

/* Each call fails, for the first time, for the second, and so on. */
static void
test_faults (TestFixture   *fixture,
             gconstpointer  data)
{
  static const struct
  {
    Call call;
    int errsv;
  } faults[] = {
    { CALL_OPENAT, EACCES }, { CALL_OPENAT, EDQUOT }, { CALL_OPENAT, EIO }, { CALL_OPENAT, EISDIR },
    { CALL_OPENAT, EMFILE }, { CALL_OPENAT, ENOENT }, { CALL_OPENAT, ENOSPC }, { CALL_OPENAT, EOPNOTSUPP },
    { CALL_OPENAT, EROFS }, { CALL_OPENAT, EINVAL },
    { CALL_PWRITE, EDQUOT }, { CALL_PWRITE, EFBIG }, { CALL_PWRITE, EIO }, { CALL_PWRITE, ENOSPC },
    { CALL_UNLINK, EIO },
  };
  g_autofree char *bytes = g_strnfill (SIZE + 1, 'x');
  guint n_failed = 0, n_mended = 0;

  if (!g_test_subprocess ())
    {
      supervise_in_subprocess ();
      return;
    }

  bytes[SIZE / 2] = 'y';
  bytes[SIZE] = 'z';
  supervise_start ();
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      guint n_injected = 1;

      for (guint when = 1; n_injected > 0; when++)
        {
          Supervision supervision = { .call = faults[i].call, .errsv = faults[i].errsv, .when = when };
          g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
          Run run = { dir, new_stream (dir, bytes, SIZE), bytes, 0, NULL };

          supervise_run (&supervision, write_one_more, &run);
          n_injected = supervision.n_injected;
          g_free (supervision.path);
          g_assert_true ((run.written == 1) == (run.error == NULL));

          if (run.error != NULL)
            {
              n_failed++;
              g_assert_error (run.error, G_IO_ERROR, (int) g_io_error_from_errno (faults[i].errsv));
              g_assert_nonnull (strstr (run.error->message, tmp_directory_get_path (dir)));
              assert_contents (run.stream, bytes, SIZE);
              g_clear_error (&run.error);

              /* As soon as it is possible, it happens. */
              write_one_more (&run);
              g_assert_no_error (run.error);
            }
          else
            n_mended += n_injected;

          g_assert_true (tmp_spooled_stream_get_rolled (run.stream));
          assert_contents (run.stream, bytes, SIZE + 1);
          g_object_unref (run.stream);
          /* Only what could not be unlinked is there, until the directory goes. */
          g_assert_cmpuint (test_count_entries (tmp_directory_get_path (dir)), ==,
                            faults[i].call == CALL_UNLINK ? n_injected : 0);
        }
    }

  g_assert_cmpuint (n_failed, >=, 8);
  /* Without O_TMPFILE */
  g_assert_cmpuint (n_mended, >=, 4);
}

/* Really no room */
static void
test_full (TestFixture   *fixture,
           gconstpointer  data)
{
  const gsize size = 256 * 1024;
  g_autofree char *small = NULL;
  g_autofree char *bytes = g_strnfill (size, 'x');
  g_autoptr(GFile) parent = NULL;
  g_autoptr(TmpDirectory) dir = NULL;
  g_autoptr(TmpSpooledStream) stream = NULL;
  g_autoptr(GError) error = NULL;
  GOutputStream *output;

  if (!mounts_require ())
    return;

  small = test_make_dir (fixture->path, "small");
  g_assert_no_errno (mount ("tmpdir-glib-test", small, "tmpfs", 0, "size=64k"));
  parent = g_file_new_for_path (small);
  dir = tmp_directory_new_in (parent, NULL, NULL, &error);
  g_assert_no_error (error);

  bytes[100000] = 'y';
  stream = new_stream (dir, bytes, size);
  output = g_io_stream_get_output_stream (G_IO_STREAM (stream));
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpint (g_output_stream_write (output, "z", 1, NULL, &error), ==, -1);
      test_assert_error (error, G_IO_ERROR_NO_SPACE, small);
      g_clear_error (&error);
      g_assert_false (tmp_spooled_stream_get_rolled (stream));
      assert_contents (stream, bytes, size);
    }

  /* Room is made. */
  g_assert_no_errno (mount (NULL, small, NULL, MS_REMOUNT, "size=1m"));
  g_assert_cmpint (g_output_stream_write (output, "z", 1, NULL, &error), ==, 1);
  g_assert_no_error (error);
  g_assert_true (tmp_spooled_stream_get_rolled (stream));

  g_clear_object (&stream);
  g_clear_object (&dir);
  g_assert_true (tmp_flush (NULL, NULL));
  mounts_remove (small);
}

int
main (int    argc,
      char **argv)
{
  test_init (&argc, &argv);
  mounts_init ();

  test_add ("/spool-faults/sweep", NULL, test_faults);
  test_add ("/spool-faults/full", NULL, test_full);

  return test_run ();
}
