/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Somebody who may write to the tree exchanges, all the time while it is
 * being deleted, one of its directories with a symbolic link to a directory
 * outside. Nothing may be lost there.
 */

#include "naive.h"
#include "test-lib.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* How long each attack lasts, and how long the control may need */
#define ATTACK_TIME (2 * G_USEC_PER_SEC)
#define CONTROL_TIME test_timeout (60)

#define N_DIRS 2
#define N_FILES 2

typedef struct
{
  char *outside;         /* what must not be touched */
  char *before;          /* what it was like */
  char *arena;           /* where trees are made, attacked and deleted */
  char *link;            /* a symbolic link to @outside, in the arena */
  gint64 start;
  guint n_rounds;

  /* One round */
  char *victim;          /* what the link is exchanged with */
  GThread *thread;
  gint stop;
  gint n_exchanges;
} Attack;

/* Like what it stands for, so that a deletion which is led astray finds the
 * names that it expects
 */
static void
make_dirs (const char *parent,
           guint       n_levels)
{
  test_make_files (parent, N_FILES);
  for (guint i = 0; n_levels > 0 && i < N_DIRS; i++)
    {
      g_autofree char *name = g_strdup_printf ("dir%u", i);
      g_autofree char *dir = test_make_dir (parent, name);

      make_dirs (dir, n_levels - 1);
    }
}

static void
attack_init (Attack      *attack,
             TestFixture *fixture)
{
  *attack = (Attack) { .start = g_get_monotonic_time () };
  attack->outside = test_make_dir (fixture->path, "outside");
  make_dirs (attack->outside, 2);
  attack->before = test_snapshot (attack->outside);
  attack->arena = g_build_filename (fixture->path, "arena", NULL);
  attack->link = g_build_filename (attack->arena, "link", NULL);
}

static void
attack_clear (Attack *attack)
{
  g_free (attack->outside);
  g_free (attack->before);
  g_free (attack->arena);
  g_free (attack->link);
}

static void
attack_prepare (Attack *attack)
{
  g_assert_no_errno (g_mkdir (attack->arena, 0755));
  g_assert_no_errno (symlink (attack->outside, attack->link));
}

static gpointer
exchange_in_thread (gpointer data)
{
  Attack *attack = data;

  while (!g_atomic_int_get (&attack->stop))
    if (renameat2 (AT_FDCWD, attack->victim, AT_FDCWD, attack->link, RENAME_EXCHANGE) == 0)
      g_atomic_int_inc (&attack->n_exchanges);
  return NULL;
}

static void
attack_start (Attack     *attack,
              const char *tree,
              const char *where)
{
  attack->victim = g_build_filename (tree, where, NULL);
  attack->stop = FALSE;
  attack->n_exchanges = 0;
  attack->thread = g_thread_new ("attack", exchange_in_thread, attack);
  while (g_atomic_int_get (&attack->n_exchanges) == 0)
    g_thread_yield ();
}

/* Whatever is left of the tree, under whichever name, is in the arena. */
static void
attack_stop (Attack *attack)
{
  g_atomic_int_set (&attack->stop, TRUE);
  g_thread_join (attack->thread);
  g_clear_pointer (&attack->victim, g_free);
  attack->n_rounds++;
}

static void
attack_check (Attack *attack)
{
  g_autofree char *after = test_snapshot (attack->outside);

  g_assert_cmpstr (attack->before, ==, after);
}

static gboolean
attack_lasts (Attack *attack)
{
  return g_get_monotonic_time () - attack->start < ATTACK_TIME;
}

/* The attack works: it makes the usual deletion lose something outside. */
static void
test_control (TestFixture   *fixture,
              gconstpointer  data)
{
  const char *where = data;
  Attack attack;
  guint n_outside;

  attack_init (&attack, fixture);
  n_outside = test_count_entries (attack.outside);

  while (test_count_entries (attack.outside) == n_outside)
    {
      g_autofree char *tree = NULL;
      g_autoptr(GFile) file = NULL;

      g_assert_cmpint (g_get_monotonic_time () - attack.start, <, CONTROL_TIME);
      attack_prepare (&attack);
      tree = test_make_dir (attack.arena, "tree");
      file = g_file_new_for_path (tree);
      make_dirs (tree, 2);

      attack_start (&attack, tree, where);
      naive_delete_tree (file);
      attack_stop (&attack);
      test_remove (attack.arena);
    }

  g_test_message ("Lost a file outside after %u rounds and %" G_GINT64_FORMAT " ms",
                  attack.n_rounds, (g_get_monotonic_time () - attack.start) / 1000);
  attack_clear (&attack);
}

static void
test_delete_tree (TestFixture   *fixture,
                  gconstpointer  data)
{
  const char *where = data;
  guint n_deleted = 0;
  Attack attack;

  attack_init (&attack, fixture);
  while (attack_lasts (&attack))
    {
      g_autofree char *tree = NULL;
      g_autoptr(GFile) file = NULL;
      g_autoptr(GError) error = NULL;
      gboolean success;

      attack_prepare (&attack);
      tree = test_make_dir (attack.arena, "tree");
      file = g_file_new_for_path (tree);
      make_dirs (tree, 2);

      attack_start (&attack, tree, where);
      success = tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error);
      attack_stop (&attack);

      /* What it says is true. */
      g_assert_true (success == (error == NULL));
      if (success)
        {
          test_assert_absent (tree);
          n_deleted++;
        }
      test_remove (attack.arena);
    }

  g_test_message ("%u rounds, in %u of which the tree was deleted", attack.n_rounds, n_deleted);
  attack_check (&attack);
  attack_clear (&attack);
}

/* That our directory is not where it was is worth a warning, but expected. */
static gboolean
warning_is_fatal (const char     *domain,
                  GLogLevelFlags  level,
                  const char     *message,
                  gpointer        user_data)
{
  return g_strcmp0 (domain, "tmpdir-glib") != 0 || (level & G_LOG_LEVEL_WARNING) == 0;
}

static void
ignore_warning (const char     *domain,
                GLogLevelFlags  level,
                const char     *message,
                gpointer        user_data)
{
}

static void
test_directory (TestFixture   *fixture,
                gconstpointer  data)
{
  const gboolean cleanup = GPOINTER_TO_INT (data);
  Attack attack;

  g_test_log_set_fatal_handler (warning_is_fatal, NULL);
  g_log_set_handler ("tmpdir-glib", G_LOG_LEVEL_WARNING | G_LOG_FLAG_FATAL, ignore_warning, NULL);

  attack_init (&attack, fixture);
  while (attack_lasts (&attack))
    {
      g_autoptr(TmpDirectory) dir = NULL;
      g_autoptr(GFile) parent = g_file_new_for_path (attack.arena);
      g_autoptr(GError) error = NULL;
      g_autofree char *path = NULL;

      attack_prepare (&attack);
      dir = tmp_directory_new_in (parent, NULL, NULL, &error);
      g_assert_no_error (error);
      path = g_strdup (tmp_directory_get_path (dir));
      make_dirs (path, 2);

      attack_start (&attack, path, NULL);
      if (cleanup && tmp_directory_cleanup (dir, NULL, &error))
        g_assert_no_error (error);
      else if (cleanup)
        g_assert_nonnull (error);
      g_clear_object (&dir);
      g_assert_true (tmp_flush (NULL, NULL));
      attack_stop (&attack);
      test_remove (attack.arena);
    }

  g_test_message ("%u rounds", attack.n_rounds);
  attack_check (&attack);
  attack_clear (&attack);
}

int
main (int    argc,
      char **argv)
{
  test_init (&argc, &argv);

  test_add ("/swap/control/root", NULL, test_control);
  test_add ("/swap/control/middle", "dir0", test_control);
  test_add ("/swap/control/leaf", "dir0/dir0", test_control);
  test_add ("/swap/delete-tree/root", NULL, test_delete_tree);
  test_add ("/swap/delete-tree/middle", "dir0", test_delete_tree);
  test_add ("/swap/delete-tree/leaf", "dir0/dir0", test_delete_tree);
  test_add ("/swap/directory/cleanup", GINT_TO_POINTER (TRUE), test_directory);
  test_add ("/swap/directory/unref", GINT_TO_POINTER (FALSE), test_directory);

  return test_run ();
}
