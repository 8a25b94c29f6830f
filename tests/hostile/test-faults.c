/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Every system call of a deletion fails with every errno that it can fail
 * with: the first, the middle, the last of its kind, or all of them. Whatever
 * happens, it ends; success means that the tree is gone, and failure that the
 * error says what failed, why, and how much is left; everything else is
 * deleted; nothing outside is touched; and what is left can be deleted.
 */

#include "fault-cases.h"
#include "naive.h"
#include "test-lib.h"

#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* One deletion, in a process of its own */
typedef struct
{
  const FaultCase *test;
  Fault fault;
  guint when;
  char *outside;
  char *tree;
  GFile *file;

  gboolean success;
  GError *error;
} Run;

/* How often each call has been seen: the process that deletes tells it to the
 * one that waits for it.
 */
static guint *n_seen;

static void
make_tree (Run *run)
{
  switch (run->test->scenario)
    {
    case WIDE:
      test_make_files (run->tree, 1500);
      for (guint i = 0; i < 4; i++)
        {
          g_autofree char *name = g_strdup_printf ("deep%u", i);
          g_autofree char *dir = test_make_dir (run->tree, name);

          test_make_deep (dir, 20);
        }
      break;

    case DEEP:
      test_make_deep (run->tree, 40);
      break;

    case LOCKED:
      for (guint i = 0; i < 4; i++)
        {
          g_autofree char *name = g_strdup_printf ("locked%u", i);
          g_autofree char *dir = test_make_dir (run->tree, name);
          g_autofree char *sub = test_make_dir (dir, "sub");

          test_make_files (sub, 2);
          g_assert_no_errno (g_chmod (sub, 0));
          g_assert_no_errno (g_chmod (dir, i < 2 ? 0 : 0500));
        }
      break;

    default:
      test_make_tree (run->tree, 6, 3);
    }
}

static void
delete_in_thread (gpointer data)
{
  Run *run = data;

  g_clear_error (&run->error);
  if (run->test->scenario == NAIVE)
    run->success = naive_try_delete_tree (run->file, &run->error);
  else if (run->test->scenario == ASYNC)
    {
      g_autoptr(GAsyncResult) result = NULL;

      tmp_delete_tree_async (run->file, TMP_DELETE_NONE, G_PRIORITY_DEFAULT, NULL,
                             test_store_result, &result);
      test_wait_result (&result);
      run->success = tmp_delete_tree_finish (result, &run->error);
    }
  else
    run->success = tmp_delete_tree (run->file, TMP_DELETE_NONE, NULL, &run->error);
}

static gboolean
is_below (const char *path,
          const char *ancestor)
{
  const char *rest = g_str_has_prefix (path, ancestor) ? path + strlen (ancestor) : NULL;

  return rest != NULL && (*rest == '\0' || *rest == '/');
}

/* What is left, seen from the one path where something failed; nftw () has no
 * user data.
 */
static const char *failed_path;
static guint n_hidden, n_files, n_empty;

static int
left_cb (const char        *path,
         const struct stat *st,
         int                type,
         struct FTW        *ftw)
{
  if (failed_path != NULL && !is_below (path, failed_path) && !is_below (failed_path, path))
    g_error ("'%s' is left, but '%s' has failed", path, failed_path);

  if (failed_path != NULL && is_below (path, failed_path) && strcmp (path, failed_path) != 0)
    n_hidden++;
  if (type != FTW_D)
    n_files++;
  else
    {
      g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);

      n_empty += g_dir_read_name (dir) == NULL ? 1 : 0;
    }
  return 0;
}

/* The message is true, and all is gone that could be deleted. */
static void
check_left (Run         *run,
            Supervision *supervision)
{
  const char *start = strstr (run->error->message, "“");
  const char *end = strstr (run->error->message, "”");
  const char *count = strrchr (run->error->message, '(');
  g_autofree char *path = NULL;
  guint64 n_told;
  guint n_left;

  test_assert_present (run->tree);
  g_assert_true (start != NULL && end != NULL);
  start += strlen ("“");
  path = g_strndup (start, (gsize) (end - start));
  g_assert_true (is_below (path, run->tree));

  failed_path = NULL;
  if (run->when != SUPERVISE_ALWAYS)
    {
      /* The parent of the tree is none of ours to be named. */
      failed_path = is_below (supervision->path, run->tree) ? supervision->path : run->tree;
      /* That it cannot get to a directory shows at what is in there. */
      g_assert_true (is_below (path, failed_path));
    }

  n_hidden = n_files = n_empty = 0;
  g_assert_no_errno (nftw (run->tree, left_cb, 16, FTW_PHYS));
  n_left = test_count_entries (run->tree) + 1;

  /* One is what the error is about. What is in a directory that could not be
   * read is not known, except that something is.
   */
  n_told = count != NULL ? g_ascii_strtoull (count + 1, NULL, 10) : 1;
  g_assert_cmpuint (n_told, <=, n_left);
  if (run->when != SUPERVISE_ALWAYS)
    g_assert_cmpuint (n_told, >=, n_left - n_hidden);
  else if (run->fault.outcome == REPORTED &&
           (run->test->call == CALL_UNLINK || run->test->call == CALL_RMDIR))
    {
      g_assert_cmpuint (n_told, ==, n_left);
      g_assert_cmpuint (run->test->call == CALL_UNLINK ? n_empty : n_files, ==, 0);
    }
}

static gboolean
is_reported (Run *run)
{
  const int errsv = run->fault.errsv;

  if (errsv == EXDEV)
    return g_error_matches (run->error, G_IO_ERROR, G_IO_ERROR_BUSY) &&
           strstr (run->error->message, "mount point") != NULL;

  /* What keeps being there, although the kernel says that it is not; or what
   * looks empty, although the kernel says that it is not
   */
  if (run->when == SUPERVISE_ALWAYS &&
      (errsv == ENOENT || errsv == ENOTEMPTY || errsv == EEXIST))
    return g_error_matches (run->error, G_IO_ERROR, G_IO_ERROR_BUSY) ||
           g_error_matches (run->error, G_IO_ERROR, G_IO_ERROR_NOT_EMPTY);

  /* Why there was something to be repaired, or why that was not possible */
  if (run->test->scenario == LOCKED && strstr (run->error->message, g_strerror (EACCES)) != NULL)
    return g_error_matches (run->error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);

  return g_error_matches (run->error, G_IO_ERROR, (int) g_io_error_from_errno (errsv)) &&
         strstr (run->error->message, g_strerror (errsv)) != NULL;
}

static void
check_result (Run         *run,
              Supervision *supervision)
{
  const FaultOutcome outcome = run->fault.outcome;

  g_assert_true (run->success == (run->error == NULL));

  if (supervision->n_injected == 0)
    {
      g_assert_no_error (run->error);
      test_assert_absent (run->tree);
    }
  else if (run->success)
    {
      /* Who says that the root is not there is believed. */
      if (run->fault.errsv != ENOENT ||
          (run->when != SUPERVISE_ALWAYS && !is_below (run->tree, supervision->path)))
        test_assert_absent (run->tree);
      g_assert_true (outcome != REPORTED && (outcome != IF_NEEDED || run->when != 1));
    }
  else
    {
      g_assert_true (is_reported (run));
      g_assert_true (outcome != HARMLESS &&
                     (outcome != MENDED || run->when == SUPERVISE_ALWAYS));
      check_left (run, supervision);
    }
}

/* In a child process: everything that it must not survive ends it with a
 * message.
 */
static void
run_in_child (Run         *run,
              TestFixture *fixture)
{
  Supervision supervision = {
    .call = run->test->call,
    .errsv = run->fault.errsv,
    .when = run->when,
  };
  Supervision clean = { 0 };
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  alarm (test_timeout (30) / G_USEC_PER_SEC);
  if (run->test->scenario == LOCKED)
    g_assert_true (test_drop_root (fixture));

  run->outside = test_make_dir (fixture->path, "outside");
  test_make_tree (run->outside, 2, 2);
  run->tree = test_make_dir (fixture->path, "tree");
  run->file = g_file_new_for_path (run->tree);
  make_tree (run);
  before = test_snapshot (run->outside);

  if (run->test->scenario == STEPWISE)
    supervision.refuse = 1u << CALL_OPENAT2;
  if (run->test->scenario == NO_STATX)
    supervision.refuse = 1u << CALL_OPENAT2 | 1u << CALL_STATX;

  /* GTask starts a thread of GLib's. */
  g_type_class_unref (g_type_class_ref (G_TYPE_TASK));
  supervise_start ();
  supervise_run (&supervision, delete_in_thread, run);
  memcpy (n_seen, supervision.n_seen, sizeof supervision.n_seen);
  if (run->test->scenario == NAIVE)
    {
      /* The truth is EIO. */
      g_assert_error (run->error, G_IO_ERROR, G_IO_ERROR_NOT_EMPTY);
      return;
    }

  if (g_test_verbose () && run->error != NULL)
    g_printerr ("%s\n", run->error->message);
  check_result (run, &supervision);

  /* Which way is there, is found out once; by as many threads as look for it
   * at the same time.
   */
  if (run->test->call == CALL_OPENAT2 && run->fault.outcome == HARMLESS &&
      run->when == SUPERVISE_ALWAYS)
    g_assert_cmpuint (supervision.n_seen[CALL_OPENAT2], <=, 8 + 1);

  supervise_run (&clean, delete_in_thread, run);
  g_assert_no_error (run->error);
  g_assert_true (run->success);
  test_assert_absent (run->tree);

  after = test_snapshot (run->outside);
  g_assert_cmpstr (before, ==, after);
  /* So that a leak checker may look at this process */
  test_regain_root ();
  g_clear_object (&run->file);
  g_free (run->outside);
  g_free (run->tree);
  g_free (supervision.path);
}

static void
run_fault (TestFixture *fixture,
           const FaultCase  *test,
           const Fault *fault,
           guint        when)
{
  Run run = { .test = test, .fault = *fault, .when = when };
  int status;
  pid_t pid;

  fflush (NULL);
  pid = fork ();
  g_assert_no_errno (pid);
  if (pid == 0)
    {
      /* What it has to say is no part of the TAP. */
      dup2 (STDERR_FILENO, STDOUT_FILENO);
      run_in_child (&run, fixture);
      exit (EXIT_SUCCESS);
    }

  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  test_remove (fixture->path);
  g_assert_no_errno (g_mkdir (fixture->path, 0755));

  if (status != 0)
    {
      g_test_message ("%s, call %d: %s: %s", supervise_call_name (test->call), (int) when,
                      g_strerror (fault->errsv),
                      WIFSIGNALED (status) ? strsignal (WTERMSIG (status)) : "bad exit status");
      g_test_fail ();
    }
}

static void
test_faults (TestFixture   *fixture,
             gconstpointer  data)
{
  static const Fault none = { 0, HARMLESS };
  const FaultCase *test = data;
  guint n;

  if (!supervise_require () || (test->scenario == LOCKED && !test_require_root ()))
    return;

  run_fault (fixture, test, &none, 1);
  n = n_seen[test->call];
  if (n == 0)
    {
      g_test_skip ("this is never called");
      return;
    }

  for (const Fault *fault = test->faults; fault->errsv != 0; fault++)
    {
      const guint positions[] = { 1, (n + 1) / 2, n, SUPERVISE_ALWAYS };

      for (gsize i = 0; i < G_N_ELEMENTS (positions); i++)
        if (i == 0 || positions[i] != positions[i - 1])
          run_fault (fixture, test, fault, positions[i]);
    }
}

/* The usual recursion takes a directory that it cannot read for one that has
 * been read, and then complains about what is in there.
 */
static void
test_control (TestFixture   *fixture,
              gconstpointer  data)
{
  static const FaultCase naive = { "control", NAIVE, CALL_GETDENTS, NULL };
  static const Fault fault = { EIO, REPORTED };

  if (supervise_require ())
    run_fault (fixture, &naive, &fault, 1);
}

int
main (int    argc,
      char **argv)
{
  int result;

  /* Nothing but what is tested starts threads: processes are forked here. */
  g_setenv ("GIO_USE_VFS", "local", TRUE);
  test_init (&argc, &argv);

  n_seen = mmap (NULL, N_CALLS * sizeof *n_seen, PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  g_assert_true (n_seen != MAP_FAILED);

  test_add ("/faults/control", NULL, test_control);
  for (gsize i = 0; i < fault_n_cases; i++)
    {
      const FaultCase *test = &fault_cases[i];
      g_autofree char *path = g_strdup_printf ("/faults/%s/%s", test->name,
                                               supervise_call_name (test->call));

      test_add (path, test, test_faults);
    }

  result = test_run ();
  munmap (n_seen, N_CALLS * sizeof *n_seen);
  return result;
}
