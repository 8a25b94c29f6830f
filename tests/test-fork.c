/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A forked child has copies of all objects and none of the threads. Whatever
 * it does with them, what its parent made stays, and it does not wait for
 * anybody. Each case runs in a process of its own, so that a child that hangs
 * is noticed.
 */

#include "test-lib.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

static TmpDirectory *held = NULL;

static void
child_unref (TestFixture *fixture)
{
  g_clear_object (&held);
  g_assert_true (tmp_flush (NULL, NULL));
  _exit (0);
}

static void
child_exit (TestFixture *fixture)
{
  exit (0);
}

static void
child__exit (TestFixture *fixture)
{
  _exit (0);
}

static void
child_unref_and_exit (TestFixture *fixture)
{
  g_clear_object (&held);
  exit (0);
}

static void
child_cleanup (TestFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) async_error = NULL;
  g_autoptr(GAsyncResult) result = NULL;

  g_assert_false (tmp_directory_cleanup (held, NULL, &error));
  test_assert_error (error, G_IO_ERROR_PERMISSION_DENIED, tmp_directory_get_path (held));

  tmp_directory_cleanup_async (held, G_PRIORITY_DEFAULT, NULL, test_store_result, &result);
  test_wait_result (&result);
  g_assert_false (tmp_directory_cleanup_finish (held, result, &async_error));
  test_assert_error (async_error, G_IO_ERROR_PERMISSION_DENIED, tmp_directory_get_path (held));
  exit (0);
}

static void
child_clear (TestFixture *fixture)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (tmp_directory_clear (held, NULL, &error));
  test_assert_error (error, G_IO_ERROR_PERMISSION_DENIED, tmp_directory_get_path (held));
  exit (0);
}

static void
child_persist (TestFixture *fixture)
{
  g_autoptr(GFile) destination = g_file_get_child (fixture->file, "destination");
  g_autoptr(GError) error = NULL;

  g_assert_false (tmp_directory_persist (held, destination, TMP_PERSIST_NONE, NULL, &error));
  test_assert_error (error, G_IO_ERROR_PERMISSION_DENIED, tmp_directory_get_path (held));
  exit (0);
}

/* It may use what its parent has. */
static void
child_use (TestFixture *fixture)
{
  GError *error = NULL;

  g_object_unref (tmp_directory_new_file (held, NULL, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  g_object_unref (tmp_directory_new_subdirectory (held, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  exit (0);
}

/* What it says of the directory is said of its own copy of the object. */
static void
child_detach (TestFixture *fixture)
{
  tmp_directory_set_auto_cleanup (held, FALSE);
  g_object_unref (tmp_directory_detach (held));
  g_clear_object (&held);
  exit (0);
}

static void
child_exec (TestFixture *fixture)
{
  execl ("/bin/true", "true", NULL);
  g_assert_not_reached ();
}

static void
child_flush (TestFixture *fixture)
{
  g_autoptr(GAsyncResult) result = NULL;

  g_assert_true (tmp_flush (NULL, NULL));
  tmp_flush_async (NULL, test_store_result, &result);
  test_wait_result (&result);
  g_assert_true (tmp_flush_finish (result, NULL));
  exit (0);
}

/* The parent is not dead. */
static void
child_reclaim (TestFixture *fixture)
{
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (tmp_reclaim (NULL, &error), >=, 0);
  g_assert_no_error (error);
  g_object_unref (test_new_directory (fixture));
  g_assert_cmpint (tmp_reclaim (NULL, &error), >=, 0);
  g_assert_no_error (error);
  exit (0);
}

/* A child is a process like any other with what it makes itself. */
static void
child_creates (TestFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  TmpDirectory *cleaned = test_new_directory (fixture);
  TmpDirectory *dropped = test_new_directory (fixture);
  g_autofree char *dropped_path = g_strdup (tmp_directory_get_path (dropped));

  test_make_tree (tmp_directory_get_path (cleaned), 10, 10);
  test_make_tree (tmp_directory_get_path (dropped), 10, 10);

  g_assert_true (tmp_directory_cleanup (cleaned, NULL, &error));
  g_assert_no_error (error);
  test_assert_absent (tmp_directory_get_path (cleaned));
  g_object_unref (cleaned);

  g_object_unref (dropped);
  test_assert_absent (dropped_path);
  g_assert_true (tmp_flush (NULL, &error));
  g_assert_no_error (error);
  /* Only the parent's is left */
  g_free (test_only_entry (fixture->path));

  /* To be deleted at exit */
  g_object_unref (held);
  held = test_new_directory (fixture);
  test_make_tree (tmp_directory_get_path (held), 10, 10);
  g_object_unref (test_new_directory (fixture));
  exit (0);
}

static void
child_grandchild (TestFixture *fixture)
{
  pid_t pid;
  int status;

  g_object_unref (held);
  held = test_new_directory (fixture);
  pid = fork ();
  g_assert_no_errno (pid);
  if (pid == 0)
    {
      g_assert_false (tmp_directory_cleanup (held, NULL, NULL));
      g_clear_object (&held);
      exit (0);
    }
  g_assert_no_errno (waitpid (pid, &status, 0));
  g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == 0);
  test_assert_present (tmp_directory_get_path (held));
  exit (0);
}

static void
fork_and_wait (TestFixture *fixture,
               void (*child) (TestFixture *))
{
  pid_t pid = fork ();
  int status;

  g_assert_no_errno (pid);
  if (pid == 0)
    {
      child (fixture);
      g_assert_not_reached ();
    }
  g_assert_no_errno (waitpid (pid, &status, 0));
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}

static void
test_child (TestFixture   *fixture,
            gconstpointer  data)
{
  void (*child) (TestFixture *) = data;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  const char *path;

  if (g_test_subprocess ())
    {
      held = test_new_directory (fixture);
      path = tmp_directory_get_path (held);
      test_make_tree (path, 5, 5);
      before = test_snapshot (path);

      fork_and_wait (fixture, child);
      g_free (test_only_entry (fixture->path));
      after = test_snapshot (path);
      g_assert_cmpstr (before, ==, after);

      /* The parent has lost nothing of its own abilities */
      g_assert_true (tmp_directory_cleanup (held, NULL, NULL));
      test_assert_absent (path);
      return;
    }

  g_test_trap_subprocess (NULL, test_timeout (60), 0);
  g_test_trap_assert_passed ();
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

static void
test_use (TestFixture   *fixture,
          gconstpointer  data)
{
  held = test_new_directory (fixture);
  fork_and_wait (fixture, child_use);
  g_assert_cmpuint (test_count_entries (tmp_directory_get_path (held)), ==, 2);
  g_clear_object (&held);
  g_assert_true (tmp_flush (NULL, NULL));
}

/* A child has a copy of the lock, too, which keeps nothing that has been moved. */
static void
test_persist (TestFixture   *fixture,
              gconstpointer  data)
{
  g_autoptr(GFile) destination = g_file_get_child (fixture->file, "destination");
  g_autoptr(GError) error = NULL;
  int pipe_fds[2];
  pid_t pid;
  int fd;

  held = test_new_directory (fixture);
  g_assert_no_errno (pipe (pipe_fds));
  pid = fork ();
  g_assert_no_errno (pid);
  if (pid == 0)
    {
      char byte;

      close (pipe_fds[1]);
      _exit ((int) read (pipe_fds[0], &byte, 1));
    }
  close (pipe_fds[0]);

  g_assert_true (tmp_directory_persist (held, destination, TMP_PERSIST_NONE, NULL, &error));
  g_assert_no_error (error);
  fd = open (g_file_peek_path (destination), O_RDONLY | O_DIRECTORY);
  g_assert_no_errno (fd);
  g_assert_no_errno (flock (fd, LOCK_EX | LOCK_NB));
  close (fd);

  close (pipe_fds[1]);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
  g_clear_object (&held);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 1);
}

/* Forked while the workers are at work, whose locks nobody will ever open in
 * the child. Again and again, since it is a matter of luck.
 */
static void
test_busy (TestFixture   *fixture,
           gconstpointer  data)
{
  static void (* const children[]) (TestFixture *) = {
    child_unref, child_exit, child_cleanup, child_unref_and_exit
  };

  if (g_test_subprocess ())
    {
      for (guint i = 0; i < test_scale (20); i++)
        {
          TmpDirectory *dropped = test_new_directory (fixture);

          held = test_new_directory (fixture);
          test_make_tree (tmp_directory_get_path (dropped), 50, 5);
          test_make_files (tmp_directory_get_path (held), 3);
          g_object_unref (dropped);
          fork_and_wait (fixture, children[i % G_N_ELEMENTS (children)]);
          g_assert_cmpuint (test_count_entries (tmp_directory_get_path (held)), ==, 3);
          g_clear_object (&held);
        }
      return;
    }

  g_test_trap_subprocess (NULL, test_timeout (120), 0);
  g_test_trap_assert_passed ();
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

/* The child outlives its parent, who deletes what is his. */
static void
test_orphan (TestFixture   *fixture,
             gconstpointer  data)
{
  int pipe_fds[2];
  char byte;

  if (g_test_subprocess ())
    {
      g_assert_no_errno (pipe (pipe_fds));
      held = test_new_directory (fixture);
      test_make_files (tmp_directory_get_path (held), 3);
      if (fork () == 0)
        {
          /* Until the parent is gone; nobody waits for our output */
          close (pipe_fds[1]);
          close (STDOUT_FILENO);
          close (STDERR_FILENO);
          g_assert_cmpint (read (pipe_fds[0], &byte, 1), ==, 0);
          g_clear_object (&held);
          exit (0);
        }
      return;
    }

  g_test_trap_subprocess (NULL, test_timeout (60), 0);
  g_test_trap_assert_passed ();
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

static gboolean
is_reclaimed (gpointer data)
{
  g_assert_cmpint (tmp_reclaim (NULL, NULL), >=, 0);
  return !g_file_test (data, G_FILE_TEST_EXISTS);
}

/* What a killed process leaves to its child is not taken from the child; and a
 * child that lives on does not keep what is nobody's any more.
 */
static void
test_killed (TestFixture   *fixture,
             gconstpointer  data)
{
  const gboolean unrefed = GPOINTER_TO_INT (data);
  g_autofree char *left = NULL;
  int pipe_fds[2];
  int status;
  char byte;
  pid_t pid;

  g_assert_no_errno (pipe (pipe_fds));
  pid = fork ();
  g_assert_no_errno (pid);
  if (pid == 0)
    {
      held = test_new_directory (fixture);
      test_make_files (tmp_directory_get_path (held), 3);
      if (fork () == 0)
        {
          close (pipe_fds[1]);
          if (unrefed)
            g_clear_object (&held);
          g_assert_cmpint (read (pipe_fds[0], &byte, 1), ==, 0);
          _exit (0);
        }
      raise (SIGKILL);
    }

  close (pipe_fds[0]);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFSIGNALED (status));
  left = test_only_entry (fixture->path);

  if (!unrefed)
    {
      for (guint i = 0; i < 3; i++)
        g_assert_false (is_reclaimed (left));
      g_assert_cmpuint (test_count_entries (left), ==, 3);
      close (pipe_fds[1]);
    }
  test_wait_until (is_reclaimed, left);
  if (unrefed)
    close (pipe_fds[1]);
}

static gpointer
read_entries_removed (gpointer data)
{
  gint **flag = data;

  while (!g_atomic_int_get (flag[0]))
    tmp_directory_get_entries_removed ((gpointer) flag[1]);
  return NULL;
}

/* Its lock may be taken by a thread that the child does not have. */
static void
test_locked (TestFixture   *fixture,
             gconstpointer  data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(TmpDirectory) dir = tmp_directory_new_in (fixture->file, NULL, NULL, &error);
  gint stop = FALSE;
  gpointer reading[] = { &stop, dir };
  GThread *threads[2];

  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("reader", read_entries_removed, reading);

  for (guint i = 0; i < test_scale (200); i++)
    {
      const pid_t pid = fork ();
      int status;

      if (pid == 0)
        {
          g_object_unref (dir);
          _exit (0);
        }
      g_assert_no_errno (waitpid (pid, &status, 0));
      g_assert_cmpint (status, ==, 0);
    }

  g_atomic_int_set (&stop, TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  test_assert_present (tmp_directory_get_path (dir));
}

#ifdef CLONE_NEWPID
/* In PID namespaces of their own, parent and child both are process 1. */
static void
test_same_pid (TestFixture   *fixture,
               gconstpointer  data)
{
  pid_t pid;
  int status;

  if (!test_require_root ())
    return;

  pid = fork ();
  if (pid == 0)
    {
      if (unshare (CLONE_NEWPID) != 0)
        _exit (77);

      pid = fork ();
      if (pid == 0)
        {
          TmpDirectory *dir = tmp_directory_new_in (fixture->file, NULL, NULL, NULL);

          if (dir == NULL || unshare (CLONE_NEWPID) != 0)
            _exit (77);

          pid = fork ();
          if (pid == 0)
            {
              g_object_unref (dir);
              _exit (getpid () == 1 ? 0 : 77);
            }
          if (waitpid (pid, &status, 0) != pid || status != 0)
            _exit (77);

          status = g_file_test (tmp_directory_get_path (dir), G_FILE_TEST_IS_DIR) ? 0 : 1;
          tmp_directory_cleanup (dir, NULL, NULL);
          _exit (getpid () == 1 ? status : 77);
        }
      if (waitpid (pid, &status, 0) != pid)
        _exit (77);
      _exit (WEXITSTATUS (status));
    }

  g_assert_no_errno (waitpid (pid, &status, 0));
  if (WIFEXITED (status) && WEXITSTATUS (status) == 77)
    g_test_skip ("PID namespaces cannot be made here");
  else
    g_assert_cmpint (status, ==, 0);
}
#endif

int
main (int    argc,
      char **argv)
{
  test_init (&argc, &argv);

  test_add ("/fork/unref", child_unref, test_child);
  test_add ("/fork/exit", child_exit, test_child);
  test_add ("/fork/_exit", child__exit, test_child);
  test_add ("/fork/unref-and-exit", child_unref_and_exit, test_child);
  test_add ("/fork/cleanup", child_cleanup, test_child);
  test_add ("/fork/clear", child_clear, test_child);
  test_add ("/fork/persist", child_persist, test_child);
  test_add ("/fork/persisted", NULL, test_persist);
  test_add ("/fork/use", NULL, test_use);
  test_add ("/fork/creates", child_creates, test_child);
  test_add ("/fork/detach", child_detach, test_child);
  test_add ("/fork/exec", child_exec, test_child);
  test_add ("/fork/flush", child_flush, test_child);
  test_add ("/fork/reclaim", child_reclaim, test_child);
  test_add ("/fork/grandchild", child_grandchild, test_child);
  test_add ("/fork/busy", NULL, test_busy);
  test_add ("/fork/orphan", NULL, test_orphan);
  test_add ("/fork/killed", GINT_TO_POINTER (FALSE), test_killed);
  test_add ("/fork/killed-unrefed", GINT_TO_POINTER (TRUE), test_killed);
  test_add ("/fork/locked", NULL, test_locked);
#ifdef CLONE_NEWPID
  test_add ("/fork/same-pid", NULL, test_same_pid);
#endif

  return test_run ();
}
