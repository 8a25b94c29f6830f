/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Processes are started in every way there is, over and over again, while
 * threads create and delete: no lock that one of them holds keeps a child from
 * anything, and no child takes anything from its parent, however long it lives.
 */

#include "test-lib.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct
{
  TmpDirectory *dir;
  GFile *trees[2];
  gint next_tree;
  gint stop;
  gint n_deleted;
} Storm;

/* Whatever has locks that the library shares with its children, but no object:
 * those have locks which all of them share, and which are none of ours.
 */
static gpointer
storm_thread (gpointer data)
{
  Storm *storm = data;
  GFile *tree = storm->trees[g_atomic_int_add (&storm->next_tree, 1)];

  while (!g_atomic_int_get (&storm->stop))
    {
      g_autoptr(GError) error = NULL;

      g_assert_no_errno (g_mkdir (g_file_peek_path (tree), 0700));
      test_make_tree (g_file_peek_path (tree), 8, 2);
      g_assert_true (tmp_delete_tree (tree, TMP_DELETE_NONE, NULL, &error));
      g_assert_no_error (error);
      tmp_directory_get_entries_removed (storm->dir);
      tmp_directory_set_auto_cleanup (storm->dir, TRUE);
      if (g_atomic_int_add (&storm->n_deleted, 1) % 16 == 0)
        tmp_flush (NULL, NULL);
    }
  return NULL;
}

static void
assert_ended (pid_t pid)
{
  int status;

  g_assert_no_errno (pid);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  if (WIFSIGNALED (status))
    g_error ("A child has ended by '%s'", strsignal (WTERMSIG (status)));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}

/* The child does what any process may do, and drops what its parent has. */
static void
child_after_fork (TestFixture  *fixture,
                  TmpDirectory *dir,
                  guint         n)
{
  g_autoptr(GError) error = NULL;
  TmpDirectory *own = test_new_directory (fixture);

  test_make_tree (tmp_directory_get_path (own), n % 8, 2);
  if (n % 3 == 0)
    {
      g_assert_true (tmp_directory_cleanup (own, NULL, &error));
      g_assert_no_error (error);
    }
  g_object_unref (own);
  g_object_unref (dir);
  if (n % 2 == 0)
    g_assert_true (tmp_flush (NULL, NULL));
  exit (0);
}

/* Without the C library, and so without what pthread_atfork () is told */
static pid_t
raw_clone (void)
{
  return (pid_t) syscall (SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

static pid_t
start_child (TestFixture  *fixture,
             TmpDirectory *dir,
             guint         n)
{
  char *argv[] = { (char *) "true", NULL };
  pid_t pid;

  switch (n % 6)
    {
    case 0:
      pid = raw_clone ();
      if (pid == 0)
        {
          alarm (test_timeout (20) / G_USEC_PER_SEC);
          g_object_unref (dir);
          _exit (0);
        }
      return pid;

    case 1:
      pid = vfork ();
      if (pid == 0)
        {
          execl ("/bin/true", "true", NULL);
          _exit (1);
        }
      return pid;

    case 2:
      g_assert_cmpint (posix_spawn (&pid, "/bin/true", NULL, NULL, argv, environ), ==, 0);
      return pid;

    default:
      pid = fork ();
      if (pid == 0)
        {
          alarm (test_timeout (20) / G_USEC_PER_SEC);
          child_after_fork (fixture, dir, n);
        }
      return pid;
    }
}

static gint64
get_duration (void)
{
  const char *env = g_getenv ("TMPDIR_TEST_STORM_SECONDS");
  guint64 seconds = 3;

  if (env != NULL && !g_ascii_string_to_unsigned (env, 10, 1, 86400, &seconds, NULL))
    g_error ("TMPDIR_TEST_STORM_SECONDS must be a number of seconds, not '%s'", env);
  return (gint64) seconds * G_USEC_PER_SEC;
}

static void
run_storm (TestFixture *fixture)
{
  Storm storm = { .dir = test_new_directory (fixture) };
  GThread *threads[G_N_ELEMENTS (storm.trees)];
  gint64 until;

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autofree char *name = g_strdup_printf ("tree%u", (guint) i);

      storm.trees[i] = g_file_get_child (fixture->file, name);
      threads[i] = g_thread_new ("storm", storm_thread, &storm);
    }

  until = g_get_monotonic_time () + get_duration ();
  for (guint i = 0; i < 20 || g_get_monotonic_time () < until; i++)
    {
      TmpDirectory *dir = test_new_directory (fixture);
      TmpDirectory *dropped = test_new_directory (fixture);
      g_autoptr(GError) error = NULL;

      g_free (test_make_file (tmp_directory_get_path (dir), "file"));
      test_make_tree (tmp_directory_get_path (dropped), 8, 2);
      g_object_unref (dropped);

      assert_ended (start_child (fixture, dir, i));
      g_assert_cmpuint (test_count_entries (tmp_directory_get_path (dir)), ==, 1);
      g_assert_true (tmp_directory_cleanup (dir, NULL, &error));
      g_assert_no_error (error);
      g_object_unref (dir);
    }

  g_atomic_int_set (&storm.stop, TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  /* Which thread has which tree, they decide themselves. */
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_object_unref (storm.trees[i]);
  test_assert_present (tmp_directory_get_path (storm.dir));
  g_object_unref (storm.dir);
}

static void
test_storm (TestFixture   *fixture,
            gconstpointer  data)
{
  if (g_test_subprocess ())
    {
      run_storm (fixture);
      return;
    }

  /* The allocator of GLib before 2.76 has locks that no child can ever open. */
  g_setenv ("G_SLICE", "always-malloc", FALSE);
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  test_init (&argc, &argv);

  test_add ("/fork-storm/storm", NULL, test_storm);

  return test_run ();
}
