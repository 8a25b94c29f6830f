/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Somebody who may write to the tree attacks while it is being deleted, before
 * each single system call of the deletion, and takes the attack back some
 * calls later, or never. Unlike in test-swap.c no moment is left to chance.
 */

#include "arena.h"
#include "mounts.h"
#include "naive.h"
#include "supervise.h"

#include <string.h>

/* How long a swap lasts, in steps */
static const guint durations[] = { 1, 2, 3, 5, G_MAXUINT };

/* About how many steps are made with each attack and duration, so that it begins
 * before some of the steps only, unless TMPDIR_TEST_ROUNDS is set
 */
#define BUDGET 600
#define MIN_ROUNDS 5

typedef enum
{
  DELETE_TREE,
  DELETE_DIRECTORY,
  NAIVE_TREE,
  NAIVE_REPAIR,
  NAIVE_BY_PARENT
} Method;

typedef struct
{
  Method      method;
  const char *where;
  gboolean    locked;
  gboolean    mount;
} Case;

typedef struct
{
  Arena         arena;
  Method        method;
  gboolean      locked;    /* whoever deletes is nobody */
  gboolean      fallback;  /* there is no openat2() */
  guint         n_openat2; /* how often it was tried */
  TmpDirectory *dir;       /* for DELETE_DIRECTORY */
  guint         n_steps;   /* of one deletion */
  guint         first;     /* step before which it is swapped */
  guint         last;      /* and swapped back */
  gboolean      swapped;
  gboolean      came_back; /* perhaps when all was over */
  gboolean      success;
  GError       *error;
} Run;

static void
delete_now (gpointer user_data)
{
  Run *run = user_data;

  switch (run->method)
    {
    case DELETE_TREE:
      run->success = tmp_delete_tree (run->arena.file, TMP_DELETE_NONE, NULL, &run->error);
      break;
    case DELETE_DIRECTORY:
      run->success = tmp_directory_cleanup (run->dir, NULL, &run->error);
      /* If that has failed, it is tried again. */
      tmp_directory_set_ignore_cleanup_errors (run->dir, TRUE);
      g_clear_object (&run->dir);
      tmp_flush (NULL, NULL);
      break;
    case NAIVE_TREE:
      naive_delete_tree (run->arena.file);
      break;
    case NAIVE_REPAIR:
      naive_repair_tree (run->arena.file);
      break;
    case NAIVE_BY_PARENT:
      naive_delete_by_parent (run->arena.file);
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
attack_step (Call        call,
             const char *path,
             gpointer    user_data)
{
  Run *run = user_data;
  const guint step = run->n_steps++;

  /* The attacker is root, in whatever thread. */
  if (run->locked)
    test_regain_root_in_thread ();

  if (step == run->first)
    run->swapped = arena_swap (&run->arena);
  else if (step == run->last && run->swapped)
    run->came_back = arena_swap_back (&run->arena);
}

/* What the library has said is true, but something may have come back later. */
static void
assert_truth (Run *run)
{
  const gboolean at_root = *run->arena.where == '\0';
  g_auto(GStrv) mounts = mounts_list (run->arena.path);

  g_assert_true (run->success == (run->error == NULL));
  if (run->success && !(at_root && run->came_back))
    test_assert_absent (run->arena.victim);
  if (mounts[0] != NULL)
    {
      g_assert_error (run->error, G_IO_ERROR, G_IO_ERROR_BUSY);
      g_assert_nonnull (strstr (run->error->message, "It is a mount point"));
    }

  /* Only the directory that was created is its business, by whatever name. */
  if (run->method == DELETE_DIRECTORY && run->arena.swap == SWAP_OTHER && at_root)
    arena_assert_other_safe (&run->arena);
}

/* Returns how many steps it took. */
static guint
run_once (Run   *run,
          Swap   swap,
          guint  first,
          guint  duration)
{
  Supervision supervision = {
    .refuse = run->fallback ? 1u << CALL_OPENAT2 : 0,
    .before = attack_step,
    .before_data = run,
  };

  run->n_steps = 0;
  run->first = first;
  run->last = duration == G_MAXUINT ? G_MAXUINT : first + duration;
  run->swapped = run->came_back = run->success = FALSE;

  arena_begin (&run->arena, swap);
  if (run->method == DELETE_DIRECTORY)
    {
      g_autoptr(GFile) parent = g_file_new_for_path (run->arena.path);

      run->dir = tmp_directory_new_in (parent, NULL, NULL, &run->error);
      g_assert_no_error (run->error);
    }
  arena_make_tree (&run->arena, run->dir != NULL ? tmp_directory_get_path (run->dir) : NULL);

  supervise_run (&supervision, delete_now, run);
  if (run->method == DELETE_TREE || run->method == DELETE_DIRECTORY)
    assert_truth (run);
  g_clear_error (&run->error);
  arena_end (&run->arena);
  run->n_openat2 += supervision.n_seen[CALL_OPENAT2];
  return run->n_steps;
}

/* Tries all moments and durations, until something outside is harmed. */
static guint
run_all (Run      *run,
         Swap      swap,
         gboolean  until_harm)
{
  const guint n_steps = run_once (run, swap, G_MAXUINT, G_MAXUINT);
  const guint n_rounds = until_harm || g_getenv ("TMPDIR_TEST_ROUNDS") != NULL
                           ? n_steps : CLAMP (test_scale (BUDGET) / n_steps, MIN_ROUNDS, n_steps);
  guint n_runs = 0;

  for (guint round = 0; round < n_rounds; round++)
    for (gsize i = 0; i < G_N_ELEMENTS (durations); i++)
      {
        const guint first = (round * n_steps + g_test_rand_int_range (0, n_steps)) / n_rounds;

        run_once (run, swap, first, durations[i]);
        n_runs++;
        if (until_harm && arena_is_harmed (&run->arena))
          return n_runs;
      }

  return n_runs;
}

static gboolean
require_supervision (void)
{
  static gboolean started = FALSE;

  if (!started && supervise_require ())
    {
      supervise_start ();
      started = TRUE;
    }

  return started;
}

/* Tries the attacks of this case. A control stops when one has done harm, and
 * each must. Returns how often openat2 () was called.
 */
static guint
run_case (TestFixture *fixture,
          const Case  *which,
          gboolean     fallback)
{
  const gboolean control = which->method >= NAIVE_TREE;
  guint n_runs = 0, n_swaps = 0, n_openat2 = 0;

  if (!require_supervision () || (which->mount && !mounts_require ()))
    return 0;
  /* Whoever deletes is nobody, and the attacker, who is this thread, is root. */
  if (which->locked && (!test_require_root () || !test_drop_root (fixture)))
    return 0;
  if (which->locked)
    test_regain_root_in_thread ();

  for (Swap swap = which->mount ? SWAP_MOUNT : 0;
       swap < (which->mount ? N_SWAPS : SWAP_MOUNT); swap++)
    {
      const gboolean is_link = swap == SWAP_EXCHANGE || swap == SWAP_REPLACE;
      Run run = {
        .method = which->method,
        .locked = which->locked,
        .fallback = fallback,
      };

      /* Links are the attack on paths, and moves that on '..', but nobody
       * follows '..' of the root.
       */
      if (control && (is_link || which->mount) != (which->method != NAIVE_BY_PARENT))
        continue;

      arena_init (&run.arena, fixture, which->where, which->locked);
      n_runs += run_all (&run, swap, control);
      n_swaps += run.arena.n_swaps;
      n_openat2 += run.n_openat2;
      if (control)
        g_assert_true (arena_is_harmed (&run.arena));
      else
        arena_assert_safe (&run.arena);
      arena_clear (&run.arena);
    }

  g_test_message ("%u deletions, %u swaps", n_runs, n_swaps);
  if (which->locked)
    {
      test_drop_root_in_thread ();
      test_regain_root ();
    }
  return n_openat2;
}

static void
test_steps (TestFixture   *fixture,
            gconstpointer  data)
{
  run_case (fixture, data, FALSE);
}

/* On a kernel that does not have openat2 (), which the library asks for once */
static void
test_fallback (TestFixture   *fixture,
               gconstpointer  data)
{
  static gboolean asked = FALSE;
  const guint n_openat2 = run_case (fixture, data, TRUE);

  g_assert_cmpuint (n_openat2, <=, asked ? 0 : 1);
  asked = TRUE;
}

int
main (int    argc,
      char **argv)
{
  static const Case controls[] = {
    { NAIVE_TREE, AT_ROOT }, { NAIVE_TREE, AT_MIDDLE }, { NAIVE_TREE, AT_LEAF },
    { NAIVE_BY_PARENT, AT_MIDDLE }, { NAIVE_BY_PARENT, AT_LEAF },
    { NAIVE_TREE, AT_MIDDLE, .mount = TRUE }, { NAIVE_REPAIR, AT_ROOT, .locked = TRUE },
    { NAIVE_REPAIR, AT_MIDDLE, .locked = TRUE }, { NAIVE_REPAIR, AT_LEAF, .locked = TRUE },
  };
  static const Case cases[] = {
    { DELETE_TREE, AT_ROOT }, { DELETE_TREE, AT_MIDDLE }, { DELETE_TREE, AT_LEAF },
    { DELETE_TREE, AT_RAISED }, { DELETE_DIRECTORY, AT_ROOT }, { DELETE_DIRECTORY, AT_MIDDLE },
    { DELETE_TREE, AT_ROOT, .locked = TRUE }, { DELETE_TREE, AT_MIDDLE, .locked = TRUE },
    { DELETE_TREE, AT_LEAF, .locked = TRUE }, { DELETE_TREE, AT_RAISED, .locked = TRUE },
    { DELETE_DIRECTORY, AT_ROOT, .locked = TRUE },
    { DELETE_TREE, AT_ROOT, .mount = TRUE }, { DELETE_TREE, AT_MIDDLE, .mount = TRUE },
    { DELETE_TREE, AT_LEAF, .mount = TRUE }, { DELETE_TREE, AT_RAISED, .mount = TRUE },
  };
  static const char * const methods[] = {
    "delete-tree", "directory", "naive-tree", "naive-repair", "naive-by-parent"
  };
  const struct
  {
    const char *name;
    const Case *cases;
    gsize n_cases;
    TestFunc func;
  } groups[] = {
    { "control", controls, G_N_ELEMENTS (controls), test_steps },
    { "openat2", cases, G_N_ELEMENTS (cases), test_steps },
    { "fallback", cases, G_N_ELEMENTS (cases), test_fallback },
  };

  mounts_init ();
  test_init (&argc, &argv);

  for (gsize i = 0; i < G_N_ELEMENTS (groups); i++)
    for (gsize j = 0; j < groups[i].n_cases; j++)
      {
        const Case *which = &groups[i].cases[j];
        g_autofree char *where = g_strdelimit (g_strdup (which->where), "/", '-');
        g_autofree char *path = g_strdup_printf ("/steps/%s/%s/%s%s%s", groups[i].name,
                                                 methods[which->method],
                                                 *where != '\0' ? where : "root",
                                                 which->locked ? "-locked" : "",
                                                 which->mount ? "-mount" : "");

        test_add (path, which, groups[i].func);
      }

  return test_run ();
}
