/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* tmp_reclaim () and its asynchronous twin: what they return, and when */

#include "mortal.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define N_LEFT 3

/* A cancellation may come too late so often. */
#define MAX_TRIES 20

static TmpDirectory *
create_in (TestFixture *fixture,
           const char  *parent,
           const char  *prefix)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GFile) file = parent != NULL ? g_file_new_build_filename (fixture->path, "tmp", parent, NULL)
                                         : NULL;
  TmpDirectory *dir = tmp_directory_new_in (file, prefix, NULL, &error);

  g_assert_no_error (error);
  return dir;
}

/* N_LEFT directories, of @data files each */
static int
leave (TestFixture   *fixture,
       gconstpointer  data)
{
  for (guint i = 0; i < N_LEFT; i++)
    {
      TmpDirectory *dir = create_in (fixture, NULL, NULL);

      test_make_files (tmp_directory_get_path (dir), GPOINTER_TO_UINT (data));
      test_hold (dir);
    }
  raise (SIGKILL);
  return 1;
}

static int
reclaim_async (TestFixture   *fixture,
               gconstpointer  data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  gssize n;

  tmp_reclaim_async (NULL, test_store_result, &result);
  g_assert_null (result);
  test_wait_result (&result);
  n = tmp_reclaim_finish (result, &error);
  g_assert_no_error (error);
  return n;
}

static void
test_number (TestFixture   *fixture,
             gconstpointer  data)
{
  MortalFunc func = data;

  g_assert_cmpint (func != NULL ? mortal_live (fixture, func, NULL) : mortal_reclaim (fixture), ==, 0);
  mortal_die (fixture, leave, GUINT_TO_POINTER (10));
  g_assert_cmpint (func != NULL ? mortal_live (fixture, func, NULL) : mortal_reclaim (fixture),
                   ==, N_LEFT);
  mortal_assert_clean (fixture);
}

static int
reclaim_cancelled (TestFixture   *fixture,
                   gconstpointer  data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) async_error = NULL;
  g_autoptr(GAsyncResult) result = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_cmpint (tmp_reclaim (cancellable, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  tmp_reclaim_async (cancellable, test_store_result, &result);
  test_wait_result (&result);
  g_assert_cmpint (tmp_reclaim_finish (result, &async_error), ==, -1);
  g_assert_error (async_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  return 0;
}

static void
test_cancelled (TestFixture   *fixture,
                gconstpointer  data)
{
  g_autofree char *tmp = mortal_get_tmp (fixture);

  mortal_die (fixture, leave, GUINT_TO_POINTER (10));
  g_assert_cmpint (mortal_live (fixture, reclaim_cancelled, NULL), ==, 0);
  g_assert_cmpuint (test_count_entries (tmp), ==, N_LEFT * (1 + 10));
  g_assert_cmpint (mortal_reclaim (fixture), ==, N_LEFT);
  mortal_assert_clean (fixture);
}

static gboolean
is_no_longer (gpointer data)
{
  guint *n = data;

  return test_count_entries (g_getenv ("TMPDIR")) < *n;
}

/* As soon as the first file is gone. Returns 1 if all were gone before that was noticed. */
static int
reclaim_and_cancel (TestFixture   *fixture,
                    gconstpointer  data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  guint n = N_LEFT * (1 + GPOINTER_TO_UINT (data));

  tmp_reclaim_async (cancellable, test_store_result, &result);
  test_wait_until (is_no_longer, &n);
  g_cancellable_cancel (cancellable);
  test_wait_result (&result);
  if (tmp_reclaim_finish (result, &error) == N_LEFT)
    return 1;

  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  return test_count_entries (g_getenv ("TMPDIR")) > 0 ? 0 : 1;
}

static void
test_cancel (TestFixture   *fixture,
             gconstpointer  data)
{
  const gpointer n_files = GUINT_TO_POINTER (test_scale (20000));
  g_autofree char *tmp = mortal_get_tmp (fixture);
  gboolean late = TRUE;

  for (guint i = 0; late; i++)
    {
      g_assert_cmpuint (i, <, MAX_TRIES);
      mortal_die (fixture, leave, n_files);
      late = mortal_live (fixture, reclaim_and_cancel, n_files) != 0;
    }
  g_assert_cmpuint (test_count_entries (tmp), >, 0);

  /* Nothing was forgotten. */
  g_assert_cmpint (mortal_reclaim (fixture), >=, 1);
  mortal_assert_clean (fixture);
}

/* One of three cannot be deleted. */
static int
leave_undeletable (TestFixture   *fixture,
                   gconstpointer  data)
{
  g_autofree char *parent = g_build_filename (fixture->path, "tmp", "parent", NULL);
  g_autofree char *read_only = g_build_filename (fixture->path, "tmp", "read-only", NULL);

  if (!test_drop_root (fixture))
    return 77;

  g_assert_no_errno (g_mkdir (parent, 0755));
  g_assert_no_errno (g_mkdir (read_only, 0755));
  test_hold (create_in (fixture, "parent", NULL));
  test_hold (create_in (fixture, "read-only", "stays"));
  test_hold (create_in (fixture, "parent", NULL));
  g_assert_no_errno (g_chmod (read_only, 0555));
  raise (SIGKILL);
  return 1;
}

static int
reclaim_with_error (TestFixture   *fixture,
                    gconstpointer  data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) async_error = NULL;
  g_autoptr(GAsyncResult) result = NULL;

  if (!test_drop_root (fixture))
    return 77;

  g_assert_cmpint (tmp_reclaim (NULL, &error), ==, -1);
  test_assert_error (error, G_IO_ERROR_PERMISSION_DENIED, "/read-only/stays");

  tmp_reclaim_async (NULL, test_store_result, &result);
  test_wait_result (&result);
  g_assert_cmpint (tmp_reclaim_finish (result, &async_error), ==, -1);
  test_assert_error (async_error, G_IO_ERROR_PERMISSION_DENIED, "/read-only/stays");
  return 0;
}

static int
reclaim_as_user (TestFixture   *fixture,
                 gconstpointer  data)
{
  return test_drop_root (fixture) ? (int) tmp_reclaim (NULL, NULL) : 77;
}

static void
test_error (TestFixture   *fixture,
            gconstpointer  data)
{
  const gboolean mended = GPOINTER_TO_INT (data);
  g_autofree char *tmp = mortal_get_tmp (fixture);
  g_autofree char *state = g_build_filename (fixture->path, "state", NULL);
  g_autofree char *read_only = g_build_filename (tmp, "read-only", NULL);
  struct stat st;

  /* The user that test_drop_root () makes of root owns everything. */
  if (!test_drop_root (fixture))
    return;
  test_regain_root ();
  g_assert_no_errno (g_stat (fixture->path, &st));
  g_assert_no_errno (chown (tmp, st.st_uid, st.st_gid));
  g_assert_no_errno (chown (state, st.st_uid, st.st_gid));

  mortal_die (fixture, leave_undeletable, NULL);
  g_assert_cmpint (mortal_live (fixture, reclaim_with_error, NULL), ==, 0);
  g_assert_cmpuint (test_count_entries (tmp), ==, 3);

  if (mended)
    g_assert_no_errno (g_chmod (read_only, 0755));
  /* Otherwise this is the third time, and the last. */
  g_assert_cmpint (mortal_live (fixture, reclaim_as_user, NULL), ==, mended ? 1 : 255);
  g_assert_cmpint (mortal_live (fixture, reclaim_as_user, NULL), ==, 0);
  g_assert_cmpuint (test_count_entries (tmp), ==, mended ? 2 : 3);
  g_assert_no_errno (g_chmod (read_only, 0755));
}

static gpointer
reclaim_thread (gpointer data)
{
  g_autoptr(GError) error = NULL;
  const gssize n = tmp_reclaim (NULL, &error);

  g_assert_no_error (error);
  return GINT_TO_POINTER (n);
}

/* Whoever of them has done it, none returns before it is done. */
static int
reclaim_in_threads (TestFixture   *fixture,
                    gconstpointer  data)
{
  GThread *threads[4];
  int n = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("reclaim", reclaim_thread, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      n += GPOINTER_TO_INT (g_thread_join (threads[i]));
      mortal_assert_clean (fixture);
    }
  return n;
}

/* One that has been begun by itself is waited for, too. */
static int
create_and_reclaim (TestFixture   *fixture,
                    gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = create_in (fixture, NULL, NULL);

  g_assert_nonnull (dir);
  g_assert_cmpint (tmp_reclaim (NULL, NULL), <=, N_LEFT);
  g_assert_cmpuint (test_count_entries (g_getenv ("TMPDIR")), ==, 1);
  return 0;
}

static void
test_at_once (TestFixture   *fixture,
              gconstpointer  data)
{
  mortal_die (fixture, leave, GUINT_TO_POINTER (test_scale (2000)));
  g_assert_cmpint (mortal_live (fixture, reclaim_in_threads, NULL), ==, N_LEFT);

  mortal_die (fixture, leave, GUINT_TO_POINTER (test_scale (2000)));
  g_assert_cmpint (mortal_live (fixture, create_and_reclaim, NULL), ==, 0);
  mortal_assert_clean (fixture);
}

static gpointer
cleanup_thread (gpointer data)
{
  g_autoptr(GError) error = NULL;

  tmp_directory_cleanup (data, NULL, &error);
  g_assert_no_error (error);
  g_object_unref (data);
  return NULL;
}

/* Each directory has one record, whoever deletes it, so that there is none at the
 * end.
 */
static int
clean_up_in_threads (TestFixture   *fixture,
                     gconstpointer  data)
{
  for (guint i = 0; i < test_scale (2000); i++)
    {
      TmpDirectory *dir = create_in (fixture, NULL, NULL);
      GThread *threads[4];

      test_make_files (tmp_directory_get_path (dir), 3);
      for (gsize j = 0; j < G_N_ELEMENTS (threads); j++)
        threads[j] = g_thread_new ("cleanup", cleanup_thread, g_object_ref (dir));
      g_object_unref (dir);
      for (gsize j = 0; j < G_N_ELEMENTS (threads); j++)
        g_thread_join (threads[j]);
    }
  return 0;
}

static void
test_one_record (TestFixture   *fixture,
                 gconstpointer  data)
{
  g_assert_cmpint (mortal_live (fixture, clean_up_in_threads, NULL), ==, 0);
  mortal_assert_clean (fixture);
}

int
main (int    argc,
      char **argv)
{
  test_init (&argc, &argv);

  mortal_add ("/reclaim-calls/number/sync", NULL, test_number);
  mortal_add ("/reclaim-calls/number/async", reclaim_async, test_number);
  mortal_add ("/reclaim-calls/cancelled", NULL, test_cancelled);
  mortal_add ("/reclaim-calls/cancel", NULL, test_cancel);
  mortal_add ("/reclaim-calls/error/stays", GINT_TO_POINTER (FALSE), test_error);
  mortal_add ("/reclaim-calls/error/mended", GINT_TO_POINTER (TRUE), test_error);
  mortal_add ("/reclaim-calls/at-once", NULL, test_at_once);
  mortal_add ("/reclaim-calls/one-record", NULL, test_one_record);

  return test_run ();
}
