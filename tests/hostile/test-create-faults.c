/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Every system call of a creation fails with every errno that it can fail
 * with: each one of its kind, or all of them. Either there is a directory that
 * keeps all promises, or an error that says where and why; and then nothing is
 * left: no directory, no descriptor, and nothing in the journal that is to be
 * deleted one day.
 */

#include "fault-cases.h"
#include "naive.h"
#include "test-lib.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where the directory is created */
typedef enum
{
  IN_DEFAULT,    /* by g_dir_make_tmp () */
  IN_PARENT,
  IN_PARENT_BY_ASYNC,
  WITH_UMASK,    /* that takes all rights away, even ours */
  NAIVELY,       /* as in many programs */
} CreateScenario;

typedef struct
{
  const char *name;
  CreateScenario scenario;
  Call call;
  const Fault *faults;   /* until an errno of 0 */
} CreateCase;

/* One creation, in a process of its own */
typedef struct
{
  const CreateCase *test;
  Fault fault;
  Supervision supervision;
  char *parent;
  char *journal;         /* the folder of journals */
} Run;

/* What the process that creates tells the one that waits for it */
static guint *n_seen;

/* The descriptors of this process, but for that of a journal */
static guint
count_descriptors (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GDir) dir = g_dir_open ("/proc/self/fd", 0, &error);
  const char *name;
  guint n = 0;

  g_assert_no_error (error);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *link = g_build_filename ("/proc/self/fd", name, NULL);
      g_autofree char *target = g_file_read_link (link, NULL);

      if (target == NULL || !g_str_has_suffix (target, ".journal"))
        n++;
    }
  return n;
}

/* The thread that reclaims may have some for a moment. */
static gboolean
no_more_descriptors (gpointer data)
{
  return count_descriptors () <= GPOINTER_TO_UINT (data);
}

/* A record's first byte says whether it is to be reclaimed. */
static void
assert_no_live_record (Run *run)
{
  g_autoptr(GDir) dir = g_dir_open (run->journal, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (run->journal, name, NULL);
      g_autofree char *content = NULL;
      gsize length;

      g_assert_true (g_file_get_contents (path, &content, &length, NULL));
      g_assert_null (memmem (content, length, "+ ", 2));
    }
}

static void
assert_directory (Run          *run,
                  TmpDirectory *dir)
{
  const char *path = tmp_directory_get_path (dir);
  g_autofree char *parent = g_path_get_dirname (path);
  g_autofree char *entry = test_only_entry (run->parent);
  struct stat st;

  g_assert_cmpstr (parent, ==, run->parent);
  g_assert_cmpstr (path, ==, entry);
  g_assert_no_errno (lstat (path, &st));
  g_assert_cmpuint (st.st_mode, ==, S_IFDIR | 0700);
  g_assert_cmpuint (st.st_uid, ==, geteuid ());
  /* It is as good as any other. */
  test_make_tree (path, 2, 2);
}

/* An error is allowed if what failed was about the new directory, and is due if
 * nothing can be done about it.
 */
static void
assert_result (Run          *run,
               TmpDirectory *dir,
               const GError *error)
{
  const Supervision *supervision = &run->supervision;
  const FaultOutcome outcome = run->fault.outcome;
  const int errsv = run->fault.errsv;
  const gboolean about_it = supervision->path != NULL &&
                            g_str_has_prefix (supervision->path, run->parent) &&
                            supervision->path[strlen (run->parent)] == '/';

  g_assert_true ((dir == NULL) == (error != NULL));

  if (dir != NULL)
    {
      assert_directory (run, dir);
      g_assert_false (about_it && outcome == REPORTED);
      return;
    }

  g_assert_true (about_it || supervision->when == SUPERVISE_ALWAYS);
  g_assert_true (outcome == REPORTED || outcome == EITHER ||
                 (outcome == MENDED && supervision->when == SUPERVISE_ALWAYS));
  g_assert_nonnull (strstr (error->message, run->parent));
  /* Once the last name was taken, too, it says so. */
  if (errsv == EEXIST || errsv == EWOULDBLOCK)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  else
    {
      g_assert_error (error, G_IO_ERROR, (int) g_io_error_from_errno (errsv));
      g_assert_nonnull (strstr (error->message, g_strerror (errsv)));
    }
}

static TmpDirectory *
create (Run     *run,
        GError **error)
{
  g_autoptr(GFile) parent = g_file_new_for_path (run->parent);
  g_autoptr(GAsyncResult) result = NULL;

  switch (run->test->scenario)
    {
    case IN_DEFAULT:
      return tmp_directory_new ("x-", error);

    case IN_PARENT_BY_ASYNC:
      tmp_directory_create_async (parent, "x-", G_PRIORITY_DEFAULT, NULL, test_store_result, &result);
      test_wait_result (&result);
      return tmp_directory_create_finish (result, error);

    case IN_PARENT:
    case WITH_UMASK:
    default:
      return tmp_directory_new_in (parent, "x-", NULL, error);
    }
}

static void
create_naively (Run *run)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = naive_make_dir (run->parent, &error);

  g_assert_null (path);
  g_assert_nonnull (error);
  g_assert_cmpuint (test_count_entries (run->parent), ==, 1);
}

static void
create_in_thread (gpointer data)
{
  Run *run = data;
  const guint n_before = count_descriptors ();
  g_autoptr(GError) error = NULL;
  TmpDirectory *dir;
  mode_t old_mask;

  memset (run->supervision.n_seen, 0, sizeof run->supervision.n_seen);
  run->supervision.errsv = run->fault.errsv;
  if (run->test->scenario == NAIVELY)
    {
      create_naively (run);
      return;
    }

  old_mask = umask (run->test->scenario == WITH_UMASK ? 0777 : 0022);
  dir = create (run, &error);
  umask (old_mask);
  memcpy (n_seen, run->supervision.n_seen, sizeof run->supervision.n_seen);
  run->supervision.errsv = 0;

  if (g_test_verbose () && error != NULL)
    g_printerr ("%s\n", error->message);
  assert_result (run, dir, error);

  g_clear_object (&dir);
  g_assert_true (tmp_flush (NULL, NULL));
  g_assert_cmpuint (test_count_entries (run->parent), ==, 0);
  test_wait_until (no_more_descriptors, GUINT_TO_POINTER (n_before));
  /* What could not be written cannot be struck out, but will be looked at. */
  if (run->test->call != CALL_PWRITE)
    assert_no_live_record (run);
}

/* What starts threads of GLib's: the one that starts those of GTask in GLib 2.76
 * and newer, too, has to be supervised.
 */
static void
prepare_in_thread (gpointer data)
{
  g_type_class_unref (g_type_class_ref (G_TYPE_TASK));
}

/* In a child process: everything that it must not survive ends it with a
 * message.
 */
static void
run_in_child (Run         *run,
              TestFixture *fixture)
{
  g_autofree char *state = NULL;

  alarm (test_timeout (20) / G_USEC_PER_SEC);
  if (run->test->scenario == WITH_UMASK)
    g_assert_true (test_drop_root (fixture));

  run->parent = test_make_dir (fixture->path, "parent");
  state = test_make_dir (fixture->path, "state");
  run->journal = g_build_filename (state, "tmpdir-glib", NULL);
  g_setenv ("TMPDIR", run->parent, TRUE);
  g_setenv ("XDG_STATE_HOME", state, TRUE);

  /* What is made only once */
  g_main_context_default ();
  supervise_start ();
  supervise_run (&run->supervision, prepare_in_thread, NULL);
  supervise_run (&run->supervision, create_in_thread, run);
  g_free (run->supervision.path);
  g_free (run->journal);
  g_free (run->parent);
}

/* Whatever became of it, the next process finds nothing to be done. */
static void
reclaim_in_child (TestFixture *fixture)
{
  g_autofree char *state = g_build_filename (fixture->path, "state", NULL);
  g_autofree char *journal = g_build_filename (state, "tmpdir-glib", NULL);
  g_autoptr(GError) error = NULL;

  alarm (test_timeout (30) / G_USEC_PER_SEC);
  g_setenv ("XDG_STATE_HOME", state, TRUE);
  g_assert_cmpint (tmp_reclaim (NULL, &error), ==, 0);
  g_assert_no_error (error);
  if (g_file_test (journal, G_FILE_TEST_EXISTS))
    g_assert_cmpuint (test_count_entries (journal), ==, 0);
}

static gboolean
wait_for_child (pid_t       pid,
                const char *what)
{
  int status;

  g_assert_no_errno (pid);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  if (status == 0)
    return TRUE;

  g_test_message ("%s: %s", what,
                  WIFSIGNALED (status) ? strsignal (WTERMSIG (status)) : "bad exit status");
  g_test_fail ();
  return FALSE;
}

static void
run_fault (TestFixture      *fixture,
           const CreateCase *test,
           const Fault      *fault,
           guint             when)
{
  Run run = {
    .test = test,
    .fault = *fault,
    .supervision = { .call = test->call, .when = when },
  };
  g_autofree char *what = g_strdup_printf ("%s, call %d: %s", supervise_call_name (test->call),
                                           (int) when, g_strerror (fault->errsv));
  pid_t pid;

  fflush (NULL);
  pid = fork ();
  if (pid == 0)
    {
      /* What it has to say is no part of the TAP. */
      dup2 (STDERR_FILENO, STDOUT_FILENO);
      run_in_child (&run, fixture);
      exit (EXIT_SUCCESS);
    }

  if (wait_for_child (pid, what))
    {
      pid = fork ();
      if (pid == 0)
        {
          dup2 (STDERR_FILENO, STDOUT_FILENO);
          reclaim_in_child (fixture);
          exit (EXIT_SUCCESS);
        }
      wait_for_child (pid, what);
    }

  test_remove (fixture->path);
  g_assert_no_errno (g_mkdir (fixture->path, 0755));
}

static void
test_faults (TestFixture   *fixture,
             gconstpointer  data)
{
  static const Fault none = { 0, HARMLESS };
  const CreateCase *test = data;
  guint n;

  if (!supervise_require () || (test->scenario == WITH_UMASK && !test_require_root ()))
    return;

  run_fault (fixture, test, &none, 1);
  n = n_seen[test->call];
  g_assert_cmpuint (n, >, 0);

  for (const Fault *fault = test->faults; fault->errsv != 0; fault++)
    {
      for (guint when = 1; when <= n; when++)
        run_fault (fixture, test, fault, when);
      run_fault (fixture, test, fault, SUPERVISE_ALWAYS);
    }
}

/* What was created, and then could not be opened, stays. */
static void
test_control (TestFixture   *fixture,
              gconstpointer  data)
{
  static const CreateCase naive = { "control", NAIVELY, CALL_OPENAT, NULL };
  static const Fault fault = { EIO, REPORTED };

  if (supervise_require ())
    run_fault (fixture, &naive, &fault, 1);
}

static const Fault mkdir_faults[] = {
  { EACCES, REPORTED }, { EDQUOT, REPORTED }, { EIO, REPORTED }, { ENOENT, REPORTED },
  { ENOMEM, REPORTED }, { ENOSPC, REPORTED }, { EPERM, REPORTED }, { EROFS, REPORTED },
  { EEXIST, MENDED }, { 0 }
};

static const Fault open_faults[] = {
  { EIO, REPORTED }, { ENOMEM, REPORTED }, { EACCES, MENDED }, { EMFILE, HARMLESS },
  { ENFILE, HARMLESS }, { 0 }
};

/* As long as it is closed to us, it cannot do without a descriptor. */
static const Fault umask_open_faults[] = {
  { EIO, REPORTED }, { ENOMEM, REPORTED }, { EMFILE, EITHER }, { 0 }
};

static const Fault stat_faults[] = {
  { EACCES, REPORTED }, { EIO, REPORTED }, { ENOMEM, REPORTED }, { 0 }
};

static const Fault chmod_faults[] = {
  { EACCES, REPORTED }, { EIO, REPORTED }, { EROFS, REPORTED }, { 0 }
};

static const Fault getdents_faults[] = {
  { EIO, REPORTED }, { ENOMEM, REPORTED }, { 0 }
};

static const Fault flock_faults[] = {
  { EINTR, HARMLESS }, { EINVAL, HARMLESS }, { ENOLCK, HARMLESS }, { ENOSYS, HARMLESS },
  { EOPNOTSUPP, HARMLESS }, { EWOULDBLOCK, MENDED }, { 0 }
};

static const Fault pwrite_faults[] = {
  { EDQUOT, HARMLESS }, { EIO, HARMLESS }, { ENOSPC, HARMLESS }, { 0 }
};

static const Fault statfs_faults[] = {
  { EIO, HARMLESS }, { ENOSYS, HARMLESS }, { 0 }
};

static const Fault getrandom_faults[] = {
  { EAGAIN, HARMLESS }, { ENOSYS, HARMLESS }, { EPERM, HARMLESS }, { 0 }
};

static const Fault clone_faults[] = {
  { EAGAIN, HARMLESS }, { ENOMEM, HARMLESS }, { 0 }
};

static const Fault close_faults[] = {
  { EINTR, HARMLESS }, { EIO, HARMLESS }, { ENOSPC, HARMLESS }, { 0 }
};

static const CreateCase cases[] = {
  { "default", IN_DEFAULT, CALL_MKDIR, mkdir_faults },
  { "default", IN_DEFAULT, CALL_OPENAT, open_faults },
  { "default", IN_DEFAULT, CALL_STAT, stat_faults },
  { "parent", IN_PARENT, CALL_MKDIR, mkdir_faults },
  { "parent", IN_PARENT, CALL_OPENAT, open_faults },
  { "parent", IN_PARENT, CALL_STAT, stat_faults },
  { "parent", IN_PARENT, CALL_GETDENTS, getdents_faults },
  { "parent", IN_PARENT, CALL_FLOCK, flock_faults },
  { "parent", IN_PARENT, CALL_PWRITE, pwrite_faults },
  { "parent", IN_PARENT, CALL_STATFS, statfs_faults },
  { "parent", IN_PARENT, CALL_GETRANDOM, getrandom_faults },
  { "parent", IN_PARENT, CALL_CLONE, clone_faults },
  { "parent", IN_PARENT, CALL_CLOSE, close_faults },
  { "async", IN_PARENT_BY_ASYNC, CALL_MKDIR, mkdir_faults },
  { "umask", WITH_UMASK, CALL_OPENAT, umask_open_faults },
  { "umask", WITH_UMASK, CALL_STAT, stat_faults },
  { "umask", WITH_UMASK, CALL_CHMOD, chmod_faults },
};

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

  test_add ("/create-faults/control", NULL, test_control);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/create-faults/%s/%s", cases[i].name,
                                               supervise_call_name (cases[i].call));

      test_add (path, &cases[i], test_faults);
    }

  result = test_run ();
  munmap (n_seen, N_CALLS * sizeof *n_seen);
  return result;
}
