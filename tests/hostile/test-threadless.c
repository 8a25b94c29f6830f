/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* There is no thread to be had: the user has as many as he may have, or the
 * kernel refuses. Then whoever calls deletes by himself.
 */

#include "seccomp-filter.h"
#include "supervise.h"
#include "test-lib.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NOBODY 65534

static void
refuse_by_seccomp (void)
{
  const SeccompRule rules[] = {
    { SYS_clone, SECCOMP_RET_ERRNO | EAGAIN },
    { SYS_clone3, SECCOMP_RET_ERRNO | EAGAIN },
  };

  g_assert_no_errno (seccomp_filter_install (rules, G_N_ELEMENTS (rules), 0));
}

/* The limit counts the processes of the real user, and not those of root. */
static void
refuse_by_limit (void)
{
  const struct rlimit limit = { 0, 0 };

  g_assert_no_errno (setrlimit (RLIMIT_NPROC, &limit));
  g_assert_no_errno (setresgid (NOBODY, NOBODY, NOBODY));
  g_assert_no_errno (setresuid (NOBODY, NOBODY, NOBODY));
}

static gpointer
no_thread (gpointer data)
{
  return NULL;
}

/* A leak checker needs a thread of its own, and comes after this. */
static void
leave (void)
{
  _exit (0);
}

static TmpDirectory *
new_filled (TestFixture *fixture)
{
  TmpDirectory *dir = test_new_directory (fixture);

  test_make_tree (tmp_directory_get_path (dir), test_scale (40), 5);
  return dir;
}

static void
run_without_threads (TestFixture *fixture)
{
  g_autoptr(GAsyncResult) flushed = NULL;
  g_autoptr(GAsyncResult) cleaned = NULL;
  g_autoptr(GAsyncResult) reclaimed = NULL;
  g_autoptr(GError) error = NULL;
  TmpDirectory *dir;

  alarm (test_timeout (30) / G_USEC_PER_SEC);
  atexit (leave);
  g_assert_null (g_thread_try_new ("none", no_thread, NULL, &error));
  g_assert_error (error, G_THREAD_ERROR, G_THREAD_ERROR_AGAIN);
  g_clear_error (&error);

  /* All is gone when this returns. */
  dir = new_filled (fixture);
  g_object_unref (dir);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);

  g_assert_true (tmp_flush (NULL, &error));
  g_assert_no_error (error);
  tmp_flush_async (NULL, test_store_result, &flushed);
  test_wait_result (&flushed);
  g_assert_true (tmp_flush_finish (flushed, &error));
  g_assert_no_error (error);

  dir = new_filled (fixture);
  g_assert_true (tmp_directory_cleanup (dir, NULL, &error));
  g_assert_no_error (error);
  g_object_unref (dir);

  /* The callback does not come earlier than it should for that. */
  dir = new_filled (fixture);
  tmp_directory_cleanup_async (dir, G_PRIORITY_DEFAULT, NULL, test_store_result, &cleaned);
  g_assert_null (cleaned);
  test_wait_result (&cleaned);
  g_assert_true (tmp_directory_cleanup_finish (dir, cleaned, &error));
  g_assert_no_error (error);
  g_object_unref (dir);

  tmp_reclaim_async (NULL, test_store_result, &reclaimed);
  g_assert_null (reclaimed);
  test_wait_result (&reclaimed);
  g_assert_cmpint (tmp_reclaim_finish (reclaimed, &error), >=, 0);
  g_assert_no_error (error);

  test_hold (new_filled (fixture));
  exit (0);
}

static void
test_threadless (TestFixture   *fixture,
                 gconstpointer  data)
{
  void (*refuse) (void) = data;

  if (g_test_subprocess ())
    {
      /* GTask has a thread of GLib's, and does not do without it. */
      g_type_class_unref (g_type_class_ref (G_TYPE_TASK));
      refuse ();
      run_without_threads (fixture);
    }

  if (refuse == refuse_by_limit)
    {
      if (!test_require_root () || !test_drop_root (fixture))
        return;
      test_regain_root ();
    }
  else if (!supervise_require ())
    return;

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  /* Nothing but what is tested wants a thread. */
  g_setenv ("GIO_USE_VFS", "local", TRUE);
  test_init (&argc, &argv);

  test_add ("/threadless/seccomp", refuse_by_seccomp, test_threadless);
  test_add ("/threadless/limit", refuse_by_limit, test_threadless);

  return test_run ();
}
