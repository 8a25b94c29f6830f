/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* exit () may be called in the strangest places, or never: nothing hangs, and
 * nothing is left that could have been deleted. Each case runs in a process of
 * its own, again and again, since much of it is a matter of luck.
 */

#include "test-lib.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  const char *name;
  void (*run) (TestFixture *fixture);
  guint n_rounds;
  guint n_left;           /* files and directories */
  gboolean needs_root;
  guint max_seconds;      /* of the fastest round; 0 for a few */
} ExitCase;

/* Less than a thread of the library's waits before it looks whether it is still wanted */
#define FEW_SECONDS 4

/* So long it waits at first, and then twice as long each time */
#define IDLE_SECONDS 5

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
fill_background (TestFixture *fixture)
{
  test_hold (new_filled (fixture, 10));
  g_object_unref (new_filled (fixture, test_scale (500)));
}

static void
exit_in_callback (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  exit (0);
}

static void
case_callback (TestFixture *fixture)
{
  fill_background (fixture);
  held = new_filled (fixture, test_scale (500));
  tmp_directory_cleanup_async (held, G_PRIORITY_DEFAULT, NULL, exit_in_callback, NULL);
  for (;;)
    g_main_context_iteration (NULL, TRUE);
}

static void
case_flush_callback (TestFixture *fixture)
{
  fill_background (fixture);
  tmp_flush_async (NULL, exit_in_callback, NULL);
  for (;;)
    g_main_context_iteration (NULL, TRUE);
}

static void
exit_in_notify (void)
{
  exit (0);
}

/* The thread that deletes is in the middle of it */
static void
case_notify (TestFixture *fixture)
{
  fill_background (fixture);
  held = new_filled (fixture, test_scale (500));
  g_signal_connect (held, "notify::entries-removed", exit_in_notify, NULL);
  tmp_directory_cleanup (held, NULL, NULL);
  g_assert_not_reached ();
}

static void
case_cancelled (TestFixture *fixture)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();

  fill_background (fixture);
  held = new_filled (fixture, test_scale (500));
  tmp_directory_cleanup_async (held, G_PRIORITY_DEFAULT, cancellable, NULL, NULL);
  g_cancellable_connect (cancellable, exit_in_notify, NULL, NULL);
  g_cancellable_cancel (cancellable);
  g_assert_not_reached ();
}

static void
exit_in_log (const char     *domain,
             GLogLevelFlags  level,
             const char     *message,
             gpointer        user_data)
{
  if ((level & G_LOG_LEVEL_WARNING) != 0)
    exit (0);
}

/* By the thread that drops something */
static void
case_log (TestFixture *fixture)
{
  g_autofree char *moved = g_build_filename (fixture->path, "moved", NULL);

  fill_background (fixture);
  held = test_new_directory (fixture);
  g_assert_no_errno (g_rename (tmp_directory_get_path (held), moved));
  g_log_set_default_handler (exit_in_log, NULL);
  g_clear_object (&held);
  g_assert_not_reached ();
}

/* The same, while the exit handler drops it */
static void
case_log_at_exit (TestFixture *fixture)
{
  g_autofree char *moved = g_build_filename (fixture->path, "moved", NULL);

  held = test_new_directory (fixture);
  fill_background (fixture);
  g_assert_no_errno (g_rename (tmp_directory_get_path (held), moved));
  g_log_set_default_handler (exit_in_log, NULL);
  exit (0);
}

static TmpDirectory *
new_undeletable (TestFixture *fixture)
{
  TmpDirectory *dir;
  g_autofree char *locked = NULL;

  g_assert_true (test_drop_root (fixture));
  dir = test_new_directory (fixture);
  test_regain_root ();
  locked = test_make_dir (tmp_directory_get_path (dir), "locked");
  g_free (test_make_file (locked, "file"));
  g_assert_true (test_drop_root (fixture));
  return dir;
}

/* By a thread of the library's */
static void
case_log_in_background (TestFixture *fixture)
{
  held = new_undeletable (fixture);
  fill_background (fixture);
  g_log_set_default_handler (exit_in_log, NULL);
  g_clear_object (&held);
  for (;;)
    pause ();
}

/* By whoever happens to be told, while nothing is owned any more */
static void
case_log_in_drain (TestFixture *fixture)
{
  TmpDirectory *dirs[10];

  dirs[0] = new_undeletable (fixture);
  for (guint i = 1; i < G_N_ELEMENTS (dirs); i++)
    dirs[i] = new_filled (fixture, test_scale (200));
  g_log_set_default_handler (exit_in_log, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (dirs); i++)
    g_object_unref (dirs[i]);
  exit (0);
}

static gpointer
drop_soon (gpointer data)
{
  g_usleep (20 * 1000);
  g_object_unref (data);
  return NULL;
}

/* The process ends with its last thread, whatever is held for ever. */
static void
case_main_thread_ends (TestFixture *fixture)
{
  fill_background (fixture);
  g_thread_unref (g_thread_new ("drop", drop_soon, new_filled (fixture, 100)));
  pthread_exit (NULL);
}

static gpointer
fill_soon (gpointer data)
{
  g_usleep (20 * 1000);
  fill_background (data);
  return NULL;
}

/* The same, when the library's threads have had nothing to do for long */
static void
case_main_thread_ends_late (TestFixture *fixture)
{
  fill_background (fixture);
  g_usleep ((3 * IDLE_SECONDS + 1) * G_USEC_PER_SEC);
  pthread_exit (NULL);
}

/* The same, without that it ever had to do with any of this */
static void
case_other_thread_ends (TestFixture *fixture)
{
  g_thread_unref (g_thread_new ("fill", fill_soon, fixture));
  pthread_exit (NULL);
}

/* A destructor of the program comes after all handlers. */
static TmpDirectory *held_until_end = NULL;
static char *parent_until_end = NULL;

__attribute__ ((destructor)) static void
drop_at_end (void)
{
  g_autoptr(GFile) parent = NULL;

  if (held_until_end == NULL)
    return;

  g_clear_object (&held_until_end);
  parent = g_file_new_for_path (parent_until_end);
  test_hold (tmp_directory_new_in (parent, NULL, NULL, NULL));
  held_until_end = tmp_directory_new_in (parent, NULL, NULL, NULL);
  g_mkdir (tmp_directory_build_path (held_until_end, "sub", NULL), 0700);
  g_clear_object (&held_until_end);
}

static void
case_destructor (TestFixture *fixture)
{
  fill_background (fixture);
  held_until_end = new_filled (fixture, 10);
  parent_until_end = g_strdup (fixture->path);
  exit (0);
}

/* Nothing is called, and reclaiming is up to the next process. */
static void
case_quick_exit (TestFixture *fixture)
{
  held = test_new_directory (fixture);
  test_make_files (tmp_directory_get_path (held), 5);
  quick_exit (0);
}

static void
case_leave_much (TestFixture *fixture)
{
  held = test_new_directory (fixture);
  test_make_tree (tmp_directory_get_path (held), test_scale (4000), 10);
  _exit (0);
}

static void
test_case (TestFixture   *fixture,
           gconstpointer  data)
{
  const ExitCase *test = data;
  const guint max_seconds = test->max_seconds != 0 ? test->max_seconds : FEW_SECONDS;
  gint64 shortest = G_MAXINT64;

  if (g_test_subprocess ())
    {
      alarm (test_timeout (30) / G_USEC_PER_SEC);
      test->run (fixture);
      return;
    }

  if (test->needs_root && !test_require_root ())
    return;

  for (guint i = 0; i < test_scale (test->n_rounds); i++)
    {
      gint64 start = g_get_monotonic_time ();

      g_test_trap_subprocess (NULL, 0, 0);
      g_test_trap_assert_passed ();
      shortest = MIN (shortest, g_get_monotonic_time () - start);
      g_assert_cmpuint (test_count_entries (fixture->path), ==, test->n_left);
      test_remove (fixture->path);
      g_assert_no_errno (g_mkdir (fixture->path, 0755));
    }
  g_assert_cmpint (shortest, <, (gint64) test_timeout (max_seconds));
}

static void
test_quick_exit (TestFixture   *fixture,
                 gconstpointer  data)
{
  if (g_test_subprocess ())
    {
      case_quick_exit (fixture);
      return;
    }

  g_test_trap_subprocess (NULL, test_timeout (60), 0);
  g_test_trap_assert_passed ();
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 6);
}

/* What is reclaimed meanwhile by itself is not waited for. */
static void
test_reclaiming (TestFixture   *fixture,
                 gconstpointer  data)
{
  g_autofree char *left = NULL;
  g_autofree char *sub = g_build_filename (fixture->path, "sub", NULL);
  g_autofree char *filled = NULL;
  g_autofree char *state = NULL;
  g_autofree char *state_before = NULL;
  TestFixture beside = { sub, g_file_new_for_path (sub) };
  TestWatch watch;

  if (g_test_subprocess ())
    {
      g_autoptr(TmpDirectory) dir = NULL;
      g_autofree char *inside = NULL;

      alarm (test_timeout (30) / G_USEC_PER_SEC);
      left = g_strdup (g_getenv ("TEST_LEFT"));
      if (left == NULL)
        case_leave_much (fixture);

      test_watch_start (&watch, left);
      dir = test_new_directory (&beside);
      filled = g_build_filename (sub, "filled", NULL);
      inside = tmp_directory_build_path (dir, "filled", NULL);
      g_assert_no_errno (g_rename (filled, inside));
      test_watch_wait (&watch);
      g_clear_object (&dir);
      exit (0);
    }

  /* Other tests reclaim, too, from where their state is. */
  state_before = g_strdup (g_getenv ("XDG_STATE_HOME"));
  state = g_strconcat (fixture->path, ".state", NULL);
  g_assert_no_errno (g_mkdir (state, 0700));
  g_setenv ("XDG_STATE_HOME", state, TRUE);

  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  left = test_only_entry (fixture->path);

  g_assert_no_errno (g_mkdir (sub, 0755));
  filled = test_make_dir (sub, "filled");
  test_make_tree (filled, test_scale (200), 5);
  g_setenv ("TEST_LEFT", left, TRUE);
  g_test_trap_subprocess (NULL, 0, 0);
  g_unsetenv ("TEST_LEFT");
  g_test_trap_assert_passed ();
  g_assert_cmpuint (test_count_entries (sub), ==, 0);
  test_assert_present (left);
  g_test_message ("%u are left", test_count_entries (left));
  g_object_unref (beside.file);

  if (state_before != NULL)
    g_setenv ("XDG_STATE_HOME", state_before, TRUE);
  else
    g_unsetenv ("XDG_STATE_HOME");
  test_remove (state);
}

static const ExitCase cases[] = {
  { "callback", case_callback, 20, 0, FALSE },
  { "flush-callback", case_flush_callback, 20, 0, FALSE },
  { "notify", case_notify, 20, 0, FALSE },
  { "cancelled", case_cancelled, 20, 0, FALSE },
  { "log", case_log, 20, 1, FALSE },
  { "log-at-exit", case_log_at_exit, 20, 1, FALSE },
  { "log-in-background", case_log_in_background, 20, 3, TRUE },
  { "log-in-drain", case_log_in_drain, 20, 3, TRUE },
  { "destructor", case_destructor, 20, 0, FALSE },
  { "main-thread-ends", case_main_thread_ends, 3, 0, FALSE, 2 * IDLE_SECONDS },
  { "main-thread-ends-late", case_main_thread_ends_late, 1, 0, FALSE, 6 * IDLE_SECONDS },
  { "other-thread-ends", case_other_thread_ends, 1, 0, FALSE, 4 * IDLE_SECONDS },
};

int
main (int    argc,
      char **argv)
{
  test_init (&argc, &argv);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/exit-places/", cases[i].name, NULL);

      test_add (path, &cases[i], test_case);
    }
  test_add ("/exit-places/quick-exit", NULL, test_quick_exit);
  test_add ("/exit-places/reclaiming", NULL, test_reclaiming);

  return test_run ();
}
