/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Somebody who may write to the tree swaps, all the time while it is being
 * deleted, one of its directories for something else. Nothing may be lost
 * outside. Here the attacker is as fast as he can, and meets the kernel in the
 * middle of its system calls; test-steps.c meets it between them.
 */

#include "arena.h"
#include "mounts.h"
#include "naive.h"

#include <string.h>

/* How long the control may need */
#define CONTROL_TIME test_timeout (60)

typedef enum
{
  DELETE_TREE,
  CLEANUP,      /* of a TmpDirectory */
  UNREF,        /* the same, by the last reference */
  UNREF_HIDDEN, /* attacked where the last reference moves it to */
  NAIVE
} Method;

typedef struct
{
  const char *name;
  Method      method;
  const char *where;
  gboolean    locked;
  Swap        first;    /* the swaps that take turns */
  Swap        last;
} Case;

/* How many deletions are attacked, each with some hundred swaps */
static guint
get_n_rounds (void)
{
  const char *env = g_getenv ("TMPDIR_TEST_ROUNDS");
  guint64 n_rounds = test_scale (200);

  if (env != NULL && !g_ascii_string_to_unsigned (env, 10, 1, G_MAXINT, &n_rounds, NULL))
    g_error ("TMPDIR_TEST_ROUNDS must be a number, not '%s'", env);

  return n_rounds;
}

/* Moves @arena's victim to where the last reference moves the directory to. */
static void
aim_at_hidden (Arena *arena)
{
  g_autofree char *name = g_path_get_basename (arena->tree);
  g_autofree char *hidden = g_strdup_printf (".%s.deleted", name);

  g_free (arena->victim);
  arena->victim = g_build_filename (arena->path, hidden, NULL);
}

/* One deletion, attacked. Returns whether the tree is said to be gone. */
static gboolean
run_round (Arena      *arena,
           const Case *which,
           Swap        swap)
{
  g_autoptr(TmpDirectory) dir = NULL;
  g_autoptr(GError) error = NULL;
  gboolean success = FALSE;

  arena_begin (arena, swap);
  if (which->method == CLEANUP || which->method == UNREF || which->method == UNREF_HIDDEN)
    {
      g_autoptr(GFile) parent = g_file_new_for_path (arena->path);

      dir = tmp_directory_new_in (parent, NULL, NULL, &error);
      g_assert_no_error (error);
    }
  arena_make_tree (arena, dir != NULL ? tmp_directory_get_path (dir) : NULL);
  if (which->method == UNREF_HIDDEN)
    aim_at_hidden (arena);

  if (which->locked)
    test_drop_root_in_thread ();
  arena_attack_start (arena);
  switch (which->method)
    {
    case DELETE_TREE:
      success = tmp_delete_tree (arena->file, TMP_DELETE_NONE, NULL, &error);
      break;
    case CLEANUP:
      success = tmp_directory_cleanup (dir, NULL, &error);
      break;
    case UNREF:
    case UNREF_HIDDEN:
      break;
    case NAIVE:
    default:
      if (which->locked)
        naive_repair_tree (arena->file);
      else
        naive_delete_tree (arena->file);
      break;
    }
  /* That the directory is not where it was would be worth a warning. */
  if (dir != NULL)
    tmp_directory_set_ignore_cleanup_errors (dir, TRUE);
  g_clear_object (&dir);
  g_assert_true (tmp_flush (NULL, NULL));
  arena_attack_stop (arena);
  if (which->locked)
    test_regain_root_in_thread ();

  if (which->method == DELETE_TREE || which->method == CLEANUP)
    g_assert_true (success == (error == NULL));
  /* What moves the whole tree may have brought it back later. */
  if (success && (*arena->where != '\0' || swap == SWAP_EXCHANGE))
    test_assert_absent (arena->tree);

  arena_end (arena);
  return success;
}

static gboolean
require (TestFixture *fixture,
         const Case  *which)
{
  if (which->last >= SWAP_MOUNT && !mounts_require ())
    return FALSE;
  /* Whoever deletes is nobody, the attacker is root. */
  if (which->locked && (!test_require_root () || !test_drop_root (fixture)))
    return FALSE;
  if (which->locked)
    test_regain_root_in_thread ();
  return TRUE;
}

static void
finish (Arena      *arena,
        const Case *which)
{
  arena_clear (arena);
  if (which->locked)
    {
      test_drop_root_in_thread ();
      test_regain_root ();
    }
}

/* The attack works: it makes the usual deletion harm something outside. */
static void
test_control (TestFixture   *fixture,
              gconstpointer  data)
{
  const Case *which = data;
  const gint64 start = g_get_monotonic_time ();
  guint n_rounds = 0;
  Arena arena;

  if (!require (fixture, which))
    return;

  arena_init (&arena, fixture, which->where, which->locked);
  do
    {
      g_assert_cmpint (g_get_monotonic_time () - start, <, CONTROL_TIME);
      run_round (&arena, which, which->first + n_rounds++ % (which->last - which->first + 1));
    }
  while (!arena_is_harmed (&arena));

  g_test_message ("Harmed something outside at deletion %u, after %" G_GINT64_FORMAT " ms",
                  n_rounds, (g_get_monotonic_time () - start) / 1000);
  finish (&arena, which);
}

static void
test_attack (TestFixture   *fixture,
             gconstpointer  data)
{
  const Case *which = data;
  const gint64 start = g_get_monotonic_time ();
  const guint n_rounds = get_n_rounds ();
  guint n_deleted = 0;
  Arena arena;

  if (!require (fixture, which))
    return;

  arena_init (&arena, fixture, which->where, which->locked);
  for (guint i = 0; i < n_rounds; i++)
    n_deleted += run_round (&arena, which,
                            which->first + i % (which->last - which->first + 1)) ? 1 : 0;

  g_test_message ("%u deletions, of which %u succeeded, and %d swaps in %" G_GINT64_FORMAT " s",
                  n_rounds, n_deleted, g_atomic_int_get (&arena.n_swaps),
                  (g_get_monotonic_time () - start) / G_USEC_PER_SEC);
  arena_assert_safe (&arena);
  finish (&arena, which);
}

int
main (int    argc,
      char **argv)
{
  static const Case cases[] = {
    { "control/root", NAIVE, AT_ROOT, FALSE, SWAP_EXCHANGE, SWAP_REPLACE },
    { "control/middle", NAIVE, AT_MIDDLE, FALSE, SWAP_EXCHANGE, SWAP_REPLACE },
    { "control/leaf", NAIVE, AT_LEAF, FALSE, SWAP_EXCHANGE, SWAP_REPLACE },
    { "control/repair", NAIVE, AT_MIDDLE, TRUE, SWAP_EXCHANGE, SWAP_REPLACE },
    { "control/mount", NAIVE, AT_MIDDLE, FALSE, SWAP_MOUNT, SWAP_MOUNT },
    { "attack/root", DELETE_TREE, AT_ROOT, FALSE, SWAP_EXCHANGE, SWAP_AWAY },
    { "attack/middle", DELETE_TREE, AT_MIDDLE, FALSE, SWAP_EXCHANGE, SWAP_AWAY },
    { "attack/leaf", DELETE_TREE, AT_LEAF, FALSE, SWAP_EXCHANGE, SWAP_AWAY },
    { "attack/raised", DELETE_TREE, AT_RAISED, FALSE, SWAP_EXCHANGE, SWAP_AWAY },
    { "attack/mount", DELETE_TREE, AT_MIDDLE, FALSE, SWAP_MOUNT, SWAP_MOUNT },
    { "attack/repair-root", DELETE_TREE, AT_ROOT, TRUE, SWAP_EXCHANGE, SWAP_AWAY },
    { "attack/repair-middle", DELETE_TREE, AT_MIDDLE, TRUE, SWAP_EXCHANGE, SWAP_AWAY },
    { "attack/repair-leaf", DELETE_TREE, AT_LEAF, TRUE, SWAP_EXCHANGE, SWAP_AWAY },
    { "attack/repair-raised", DELETE_TREE, AT_RAISED, TRUE, SWAP_EXCHANGE, SWAP_AWAY },
    { "attack/directory-cleanup", CLEANUP, AT_ROOT, FALSE, SWAP_EXCHANGE, SWAP_AWAY },
    { "attack/directory-unref", UNREF, AT_ROOT, FALSE, SWAP_EXCHANGE, SWAP_AWAY },
    { "attack/directory-unref-hidden", UNREF_HIDDEN, AT_ROOT, FALSE, SWAP_EXCHANGE, SWAP_AWAY },
  };

  mounts_init ();
  test_init (&argc, &argv);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/swap/", cases[i].name, NULL);

      test_add (path, &cases[i], cases[i].method == NAIVE ? test_control : test_attack);
    }

  return test_run ();
}
