/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Each case runs in a process of its own, which ends in one of the ways in
 * which processes end; afterwards its directory is empty.
 */

#include "test-lib.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* Not leaked, only not released by those who made it */
static TmpDirectory *held = NULL;

static TmpDirectory *
new_filled (TestFixture *fixture,
            guint        n_files)
{
  TmpDirectory *dir = test_new_directory (fixture);

  test_make_tree (tmp_directory_get_path (dir), 5, 5);
  test_make_files (tmp_directory_get_path (dir), n_files);
  return dir;
}

static void
case_return (TestFixture *fixture)
{
  test_hold (new_filled (fixture, 10));
}

static void
case_exit (TestFixture *fixture)
{
  test_hold (new_filled (fixture, 10));
  exit (0);
}

/* More than one, and more than can be deleted at once */
static void
case_large (TestFixture *fixture)
{
  test_hold (new_filled (fixture, test_scale (5000)));
  test_hold (new_filled (fixture, test_scale (5000)));
  exit (0);
}

static void
case_background (TestFixture *fixture)
{
  for (guint i = 0; i < 5; i++)
    g_object_unref (new_filled (fixture, test_scale (2000)));
  exit (0);
}

static gpointer
exit_in_thread (gpointer data)
{
  exit (0);
  return NULL;
}

static void
case_thread (TestFixture *fixture)
{
  held = new_filled (fixture, 10);
  g_object_unref (new_filled (fixture, test_scale (2000)));
  g_thread_join (g_thread_new ("exit", exit_in_thread, NULL));
  g_assert_not_reached ();
}

static void
drop_held (void)
{
  g_clear_object (&held);
}

/* Handlers run in the reverse order: this one after the library's, when
 * everything is deleted ...
 */
static void
case_handler_before (TestFixture *fixture)
{
  atexit (drop_held);
  held = new_filled (fixture, 10);
  exit (0);
}

/* ... this one before it, when there is still somebody to delete it, */
static void
case_handler_after (TestFixture *fixture)
{
  held = new_filled (fixture, test_scale (2000));
  atexit (drop_held);
  exit (0);
}

static TestFixture *handler_fixture;

static void
create_and_hold (void)
{
  held = new_filled (handler_fixture, 10);
}

/* ... and in this one directories are even made. */
static void
case_handler_creates (TestFixture *fixture)
{
  handler_fixture = fixture;
  test_hold (new_filled (fixture, 10));
  atexit (create_and_hold);
  exit (0);
}

static void
exit_again (void)
{
  exit (0);
}

static void
case_handler_exits (TestFixture *fixture)
{
  held = new_filled (fixture, 10);
  atexit (exit_again);
  exit (0);
}

/* Neither the main loop nor the callback will come */
static void
case_cleanup_async (TestFixture *fixture)
{
  held = new_filled (fixture, test_scale (5000));
  tmp_directory_cleanup_async (held, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
  g_clear_object (&held);
  exit (0);
}

static gint n_stuck = 0;

/* For other threads this is where exit () waits if it has been called already. */
static GLogWriterOutput
never_return (GLogLevelFlags   log_level,
              const GLogField *fields,
              gsize            n_fields,
              gpointer         main_thread)
{
  if (g_thread_self () != main_thread)
    {
      g_atomic_int_inc (&n_stuck);
      for (;;)
        pause ();
    }
  return G_LOG_WRITER_HANDLED;
}

static gboolean
is_stuck (gpointer data)
{
  return g_atomic_int_get (&n_stuck) > 0;
}

static void
case_stuck_writer (TestFixture *fixture)
{
  held = new_filled (fixture, 10);
  g_log_set_debug_enabled (TRUE);
  g_log_set_writer_func (never_return, g_thread_self (), NULL);
  g_object_unref (new_filled (fixture, 10));
  test_wait_until (is_stuck, NULL);
  exit (0);
}

/* What a cancelled cleanup has left */
static void
case_cancelled (TestFixture *fixture)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();

  held = new_filled (fixture, 10);
  g_cancellable_cancel (cancellable);
  g_assert_false (tmp_directory_cleanup (held, cancellable, NULL));
  exit (0);
}

/* A relative TMPDIR, and the program is somewhere else when it ends */
static void
case_chdir (TestFixture *fixture)
{
  g_autoptr(GError) error = NULL;

  g_assert_no_errno (g_chdir (fixture->path));
  g_setenv ("TMPDIR", ".", TRUE);
  held = tmp_directory_new (NULL, &error);
  g_assert_no_error (error);
  g_assert_no_errno (g_chdir ("/"));
  exit (0);
}

static void
case_cleaned (TestFixture *fixture)
{
  held = new_filled (fixture, 10);
  g_assert_true (tmp_directory_cleanup (held, NULL, NULL));
  exit (0);
}

/* Nothing has been created, but it has been written down that it might be. */
static void
case_not_created (TestFixture *fixture)
{
  GFile *parent = g_file_new_for_path ("/proc");

  g_assert_null (tmp_directory_new_in (parent, NULL, NULL, NULL));
  g_object_unref (parent);
  exit (0);
}

/* A program that may not write files may still make directories. */
static void
case_file_limit (TestFixture *fixture)
{
  const struct rlimit limit = { 0, 0 };
  g_autofree char *path = NULL;

  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &limit));
  held = test_new_directory (fixture);
  path = tmp_directory_build_path (held, "sub", NULL);
  g_assert_no_errno (g_mkdir (path, 0700));
  exit (0);
}

/* No directory is left, and nobody has to look for one. */
static void
test_exit (TestFixture   *fixture,
           gconstpointer  data)
{
  void (*run) (TestFixture *) = data;
  g_autofree char *state = g_build_filename (fixture->path, "state", NULL);

  if (g_test_subprocess ())
    {
      g_setenv ("XDG_STATE_HOME", state, TRUE);
      run (fixture);
      return;
    }

  g_test_trap_subprocess (NULL, test_timeout (60), 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("");
  /* The folder of the journals, and what that is in */
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 2);
}

/* Who has given it up, or never wanted it deleted, finds it afterwards */
static void
test_kept (TestFixture   *fixture,
           gconstpointer  data)
{
  const gboolean detach = GPOINTER_TO_INT (data);

  if (g_test_subprocess ())
    {
      held = test_new_directory (fixture);
      test_make_files (tmp_directory_get_path (held), 5);
      if (detach)
        g_object_unref (tmp_directory_detach (held));
      else
        tmp_directory_set_auto_cleanup (held, FALSE);
      exit (0);
    }

  g_test_trap_subprocess (NULL, test_timeout (60), 0);
  g_test_trap_assert_passed ();
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 1 + 5);
}

static gint n_created = 0;

static gpointer
create_and_drop (gpointer data)
{
  for (;;)
    {
      g_autoptr(TmpDirectory) dir = tmp_directory_new_in (data, NULL, NULL, NULL);

      if (dir != NULL)
        {
          g_autofree char *path = tmp_directory_build_path (dir, "sub", NULL);

          /* Fails once the directory has been deleted under our feet */
          g_mkdir (path, 0700);
          g_atomic_int_inc (&n_created);
        }
    }
  return NULL;
}

static gboolean
enough_created (gpointer data)
{
  return g_atomic_int_get (&n_created) >= 50;
}

/* Threads that do not know that the process ends cannot be promised to leave
 * nothing, but must not keep it from ending.
 */
static void
test_busy_threads (TestFixture   *fixture,
                   gconstpointer  data)
{
  if (g_test_subprocess ())
    {
      for (guint i = 0; i < 4; i++)
        g_thread_unref (g_thread_new ("busy", create_and_drop, fixture->file));
      test_wait_until (enough_created, NULL);
      exit (0);
    }

  for (guint i = 0; i < test_scale (20); i++)
    {
      g_test_trap_subprocess (NULL, test_timeout (60), 0);
      g_test_trap_assert_passed ();
    }
}

/* A crash runs no handler: all is there to be looked at. */
static void
test_crash (TestFixture   *fixture,
            gconstpointer  data)
{
  if (g_test_subprocess ())
    {
      held = test_new_directory (fixture);
      test_make_files (tmp_directory_get_path (held), 5);
      g_error ("Crashing on purpose");
    }

  g_test_trap_subprocess (NULL, test_timeout (60), 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*Crashing on purpose*");
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 1 + 5);
}

int
main (int    argc,
      char **argv)
{
  test_init (&argc, &argv);

  test_add ("/exit/return", case_return, test_exit);
  test_add ("/exit/exit", case_exit, test_exit);
  test_add ("/exit/large", case_large, test_exit);
  test_add ("/exit/background", case_background, test_exit);
  test_add ("/exit/thread", case_thread, test_exit);
  test_add ("/exit/handler-before", case_handler_before, test_exit);
  test_add ("/exit/handler-after", case_handler_after, test_exit);
  test_add ("/exit/handler-creates", case_handler_creates, test_exit);
  test_add ("/exit/handler-exits", case_handler_exits, test_exit);
  test_add ("/exit/cleanup-async", case_cleanup_async, test_exit);
  test_add ("/exit/stuck-writer", case_stuck_writer, test_exit);
  test_add ("/exit/cancelled", case_cancelled, test_exit);
  test_add ("/exit/chdir", case_chdir, test_exit);
  test_add ("/exit/cleaned", case_cleaned, test_exit);
  test_add ("/exit/not-created", case_not_created, test_exit);
  test_add ("/exit/file-limit", case_file_limit, test_exit);
  test_add ("/exit/kept", GINT_TO_POINTER (FALSE), test_kept);
  test_add ("/exit/detached", GINT_TO_POINTER (TRUE), test_kept);
  test_add ("/exit/busy-threads", NULL, test_busy_threads);
  test_add ("/exit/crash", NULL, test_crash);

  return test_run ();
}
