/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Random trees of everything that a file system can hold, deleted in every way
 * that the library offers, by root and by an ordinary user. What is left, and
 * what is said about it, is compared with what a model of the file system's
 * rules and of our promises expects.
 *
 * A round is made of a few trees at once, from one number, the seed:
 *
 *     arena/outside   is never to be touched; links lead there
 *     arena/pool      files with more names inside the trees
 *     arena/0         the parent of the first tree, and so on
 *
 * All deletions of a round are done by a process of its own, so that root can
 * build what somebody else then deletes, and so that an exit can be one of the
 * ways. The process that builds and compares deletes nothing with the library.
 */

#include "fuzz-deletion.h"
#include "mounts.h"
#include "test-lib.h"
#include "tree-model.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_TREES 4
#define N_POOL 6
#define NOBODY 65534

/* For each of the users and file systems */
#define DEFAULT_SECONDS 2

/* Every wrong deletion must be found out within as many rounds. */
#define CONTROL_ROUNDS 50

typedef struct
{
  Deletion *deletion;
  Node *parent;
  Node *root;
} Tree;

typedef struct
{
  uid_t uid;             /* who deletes */
  gid_t gid;
  GRand *rand;
  guint n_trees;
  Tree trees[MAX_TREES];
  guint max_descriptors; /* 0 for as many as there are */
  const char *path;
  Node *arena;
  GString *report;
} Round;

static struct
{
  guint n_trees;
  guint n_entries;
  guint n_failed;
  guint n_left;
} stats;

/* In memory that other processes share; the one after the last has no path. */
static Deletion *deletions = NULL;

static int option_seed = -1;
static double option_seconds = 0;

static guint
up_to (Round *round,
       guint  n)
{
  return (guint) g_rand_int_range (round->rand, 0, (gint32) n + 1);
}

static gboolean
has_devices (const char *path)
{
  g_autofree char *device = g_build_filename (path, "device", NULL);

  return mknod (device, S_IFBLK | 0600, 0) == 0 && unlink (device) == 0;
}

/* Who deletes what, and how */
static void
plan (Round *round,
      Via    control)
{
  round->n_trees = control != N_VIAS || up_to (round, 3) > 0 ? 1 : 2 + up_to (round, MAX_TREES - 2);
  /* This is what we promise, and some for the program. */
  if (up_to (round, 2) == 0)
    round->max_descriptors = 16 * round->n_trees + 8 + up_to (round, 40);

  for (guint i = 0; i < round->n_trees; i++)
    {
      Deletion *deletion = &deletions[i];
      const char name[] = { (char) ('0' + i), '\0' };
      g_autofree char *parent = test_make_dir (round->path, name);

      if (geteuid () != round->uid)
        g_assert_no_errno (chown (parent, round->uid, round->gid));
      memset (deletion, 0, sizeof *deletion);
      g_strlcpy (deletion->parent, parent, sizeof deletion->parent);
      round->trees[i].deletion = deletion;
      round->trees[i].parent = node_new (round->arena, name, S_IFDIR | 0755, round->uid, round->gid);

      deletion->via = control != N_VIAS ? control : up_to (round, N_VIAS - 1);
      if (!via_is_directory (deletion->via))
        g_snprintf (deletion->path, sizeof deletion->path, "%s/tree", parent);
      if (control != N_VIAS)
        continue;

      deletion->wrapped = up_to (round, 3) == 0;
      if (!via_is_directory (deletion->via) && up_to (round, 3) == 0)
        deletion->flags = up_to (round, TMP_DELETE_KEEP_ROOT | TMP_DELETE_IGNORE_ERRORS);
      if (deletion->via <= VIA_CLEANUP_ASYNC && up_to (round, 3) == 0)
        deletion->cancel_after = 1 + up_to (round, 1 << up_to (round, 12));
    }
  deletions[round->n_trees].path[0] = '\0';
}

static Node *
add_files (Round      *round,
           const char *name,
           guint       n_files,
           mode_t      modes)
{
  Node *dir = node_new (round->arena, name, S_IFDIR | 0777, round->uid, round->gid);

  for (guint i = 0; i < n_files; i++)
    {
      const char file[] = { (char) ('a' + i), '\0' };

      node_new (dir, file, S_IFREG | ((mode_t) g_rand_int (round->rand) & modes),
                i % 2 == 0 ? round->uid : geteuid (), round->gid);
    }
  return dir;
}

static void
build (Round    *round,
       gboolean  control)
{
  g_autofree char *outside_path = g_build_filename (round->path, "outside", NULL);
  g_autofree char *pool_path = g_build_filename (round->path, "pool", NULL);
  gboolean privileged = geteuid () == 0;
  gboolean may_set_flags = privileged && node_set_flags (AT_FDCWD, round->path, FS_IMMUTABLE_FL) &&
                           node_set_flags (AT_FDCWD, round->path, 0);
  Node *outside = add_files (round, "outside", 5, 0777);
  Node *pool = add_files (round, "pool", N_POOL, 07777);
  Forest forest = {
    .rand = round->rand,
    .uid = round->uid,
    .gid = round->gid,
    .privileged = privileged,
    .has_devices = privileged && has_devices (round->path),
    .pool = pool,
    .pool_path = pool_path,
    .outside_path = outside_path,
  };
  int fd = open (round->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  g_assert_no_errno (fd);
  g_assert_no_errno (fstat (fd, &round->arena->st));
  outside->is_strict = TRUE;
  node_build (outside, fd, &forest);
  node_build (pool, fd, &forest);

  for (guint i = 0; i < round->n_trees; i++)
    {
      Tree *tree = &round->trees[i];
      Deletion *deletion = tree->deletion;
      gboolean by_gio = deletion->wrapped || control;
      g_autofree char *name = g_path_get_basename (deletion->path);

      forest.has_others = privileged && up_to (round, 2) == 0;
      forest.has_flags = may_set_flags && up_to (round, 3) == 0;
      /* GIO needs a path for everything. */
      forest.room = by_gio ? 2500 : 100000;
      tree->root = node_new (tree->parent, name, S_IFDIR | 0700, round->uid, round->gid);
      node_grow (tree->root, &forest, !via_is_directory (deletion->via) && !control);
      if (forest.has_others && up_to (round, 9) == 0)
        tree->parent->uid = 0;
      if (up_to (round, 9) == 0)
        tree->parent->mode = S_IFDIR | 0555 | up_to (round, 07777);
      node_build (tree->parent, fd, &forest);
    }

  /* From now on some of the pool has only names in the trees. */
  for (guint i = 0; i < N_POOL / 2; i++)
    {
      const char file[] = { (char) ('a' + i), '\0' };
      g_autofree char *path = g_build_filename (pool_path, file, NULL);

      g_assert_no_errno (unlink (path));
      ((Node *) g_hash_table_lookup (pool->children, file))->left = FALSE;
    }
  close (fd);
  stats.n_entries += forest.n_built;

  for (guint i = 0; i < round->n_trees; i++)
    {
      Tree *tree = &round->trees[i];
      const Deleter deleter = {
        .uid = round->uid,
        .gid = round->gid,
        .native = !tree->deletion->wrapped,
        .keeps_root = (tree->deletion->flags & TMP_DELETE_KEEP_ROOT) != 0,
      };

      node_predict (tree->root, &deleter);
    }
}

static guint
number_in (const char *message)
{
  const char *number = strrchr (message, '(');

  if (number == NULL || (!g_str_has_suffix (message, " files and directories are left)") &&
                         !g_str_has_suffix (message, "(1 file or directory is left)")))
    return 0;
  return (guint) g_ascii_strtoull (number + 1, NULL, 10);
}

/* Is what is said about the deletion true? */
static void
compare_result (Tree    *tree,
                GString *report)
{
  Deletion *deletion = tree->deletion;
  gboolean keeps_root = (deletion->flags & TMP_DELETE_KEEP_ROOT) != 0;
  gboolean ignores = (deletion->flags & TMP_DELETE_IGNORE_ERRORS) != 0;
  gboolean is_dir = S_ISDIR (tree->root->mode);
  gboolean gone = keeps_root ? is_dir && tree->root->emptied : !tree->root->left;
  int code = keeps_root && !is_dir ? G_IO_ERROR_NOT_DIRECTORY : G_IO_ERROR_PERMISSION_DENIED;
  guint n_reachable = 0, n_all = 0;
  guint number = number_in (deletion->message);

  node_count_left (tree->root, &n_reachable, &n_all);
  stats.n_trees++;
  stats.n_left += n_all;
  stats.n_failed += gone ? 0 : 1;

  if (deletion->success != (gone || ignores))
    g_string_append_printf (report, "It says that it was %s.\n",
                            deletion->success ? "successful" : "not");
  if (gone || deletion->success)
    return;

  if (deletion->code >= 0 && deletion->code != code)
    g_string_append_printf (report, "The error's code is %d.\n", deletion->code);
  if (!node_is_named (tree->root, deletion->path, deletion->shown, deletion->message))
    g_string_append (report, "The error's path is not of something left.\n");

  /* A root that stays is not counted, nor is it if nothing else is left. */
  if (keeps_root)
    n_reachable--, n_all--;
  else
    number = MAX (number, 1);
  if (number < n_reachable || number > n_all)
    g_string_append_printf (report, "It says that %u are left, of %u or of %u.\n",
                            number, n_reachable, n_all);
}

static void
describe (Round    *round,
          Tree     *tree,
          gboolean  wrong)
{
  const char *ways[] = {
    "tmp_delete_tree", "tmp_delete_tree_async", "cleanup", "cleanup_async", "unref", "exit",
    "", "naive", "careless"
  };
  Deletion *deletion = tree->deletion;

  g_string_append_printf (round->report,
                          "%s: %s%s, flags %d, cancelled after %u µs, %u descriptors, "
                          "mode %o of %u in %o of %u: %s\n",
                          wrong ? "Wrong" : "At the same time", ways[deletion->via],
                          deletion->wrapped ? " by GIO" : "", deletion->flags,
                          deletion->cancel_after, round->max_descriptors,
                          tree->root->mode, tree->root->uid, tree->parent->mode, tree->parent->uid,
                          deletion->message);
}

static void
compare (Round *round)
{
  gboolean wrong;

  node_compare (round->arena, round->path, round->report);
  wrong = round->report->len > 0;

  for (guint i = 0; i < round->n_trees; i++)
    {
      g_autoptr(GString) report = g_string_new (NULL);

      compare_result (&round->trees[i], report);
      g_string_append (round->report, report->str);
      if (round->report->len > 0)
        describe (round, &round->trees[i], report->len > 0 || (wrong && round->n_trees == 1));
    }
}

/* Returns what is wrong, or an empty string. */
static char *
run_round (const char *path,
           guint32     seed,
           uid_t       uid,
           Via         control)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed (seed);
  g_autofree char *arena_path = g_build_filename (path, "arena", NULL);
  Round round = {
    .uid = uid,
    .gid = uid == geteuid () ? getegid () : NOBODY,
    .rand = rand,
    .path = arena_path,
    .arena = node_new (NULL, "arena", S_IFDIR | 0755, geteuid (), getegid ()),
    .report = g_string_new (NULL),
  };
  int sockets[2];
  int status;
  char byte = 0;
  pid_t child;

  g_assert_no_errno (g_mkdir (round.path, 0755));
  plan (&round, control);

  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets));
  fflush (NULL);
  child = fork ();
  g_assert_no_errno (child);
  if (child == 0)
    {
      close (sockets[0]);
      deletions_run (deletions, round.n_trees, round.uid, round.gid, round.max_descriptors, sockets[1]);
      exit (0);
    }

  close (sockets[1]);
  if (recv (sockets[0], &byte, 1, 0) == 1)
    {
      build (&round, control != N_VIAS);
      g_assert_cmpint (send (sockets[0], &byte, 1, MSG_NOSIGNAL), ==, 1);
    }
  g_assert_no_errno (waitpid (child, &status, 0));
  close (sockets[0]);

  if (status == 0)
    compare (&round);
  else
    g_string_append_printf (round.report, "The process has ended with status %#x.\n", status);

  node_wipe (AT_FDCWD, round.path);
  node_free (round.arena);
  return g_string_free (round.report, FALSE);
}

/* What deletes wrongly is found out, and soon. */
static void
test_control (TestFixture   *fixture,
              gconstpointer  data)
{
  const Via via = GPOINTER_TO_INT (data);
  const uid_t uid = geteuid () == 0 ? NOBODY : geteuid ();
  const char *fault = via == VIA_NAIVE ? "should be gone" : "arena/outside: its mode was";

  if (!test_drop_root (fixture))
    return;
  test_regain_root ();

  for (guint i = 0; i < CONTROL_ROUNDS; i++)
    {
      g_autofree char *report = run_round (fixture->path, i, uid, via);

      if (strstr (report, fault) != NULL)
        {
          g_test_message ("Found out with tree %u:\n%s", i + 1, report);
          return;
        }
    }

  g_error ("%u trees were not enough to find anything wrong", CONTROL_ROUNDS);
}

typedef struct
{
  gboolean by_root;
  gboolean in_memory;   /* where ten times as many trees can be made */
} Where;

static void
fuzz (const char *path,
      uid_t       uid)
{
  const guint32 seed = option_seed >= 0 ? (guint32) option_seed : g_random_int () / 4;
  const gint64 end = g_get_monotonic_time () + (gint64) (option_seconds * G_USEC_PER_SEC);
  guint32 i = 0;

  memset (&stats, 0, sizeof stats);
  g_test_message ("The seed is %u", seed);
  do
    {
      g_autofree char *report = run_round (path, seed + i, uid, N_VIAS);

      if (*report != '\0')
        {
          g_test_message ("%s", report);
          g_test_message ("To see it again: fuzz-trees -p %s --seed %u", g_test_get_path (), seed + i);
          g_test_fail ();
        }
      i++;
    }
  while (g_get_monotonic_time () < end && !g_test_failed ());

  g_test_message ("%u rounds, %u trees with %u entries; of %u trees something had to be left, "
                  "%u entries in all", i, stats.n_trees, stats.n_entries, stats.n_failed, stats.n_left);
}

static void
test_trees (TestFixture   *fixture,
            gconstpointer  data)
{
  const Where *where = data;
  const uid_t uid = where->by_root || geteuid () != 0 ? geteuid () : NOBODY;

  if ((where->by_root && !test_require_root ()) ||
      (where->in_memory && !mounts_require ()) ||
      !test_drop_root (fixture))
    return;
  test_regain_root ();

  if (where->in_memory)
    mounts_tmpfs (fixture->path);
  fuzz (fixture->path, uid);
  if (where->in_memory)
    mounts_remove (fixture->path);
}

int
main (int    argc,
      char **argv)
{
  static const Where memory_root = { TRUE, TRUE };
  static const Where memory_user = { FALSE, TRUE };
  static const Where disk_root = { TRUE, FALSE };
  static const Where disk_user = { FALSE, FALSE };
  const GOptionEntry entries[] = {
    { "seed", 0, 0, G_OPTION_ARG_INT, &option_seed, "Which tree to begin with", "NUMBER" },
    { "seconds", 0, 0, G_OPTION_ARG_DOUBLE, &option_seconds, "How long to go on", "NUMBER" },
    { NULL }
  };
  g_autoptr(GOptionContext) options = g_option_context_new (NULL);
  g_autoptr(GError) error = NULL;
  const char *env = g_getenv ("TMPDIR_TEST_FUZZ_SECONDS");
  struct rlimit limit;

  if (env != NULL)
    option_seconds = g_ascii_strtod (env, NULL);
  g_option_context_add_main_entries (options, entries, NULL);
  g_option_context_set_ignore_unknown_options (options, TRUE);
  if (!g_option_context_parse (options, &argc, &argv, &error))
    g_error ("%s", error->message);
  if (option_seconds <= 0)
    option_seconds = option_seed >= 0 ? 0 : DEFAULT_SECONDS;

  test_init (&argc, &argv);
  mounts_init ();

  /* The whole depth of a tree is open while it is built. */
  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &limit));
  limit.rlim_cur = limit.rlim_max;
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &limit));
  umask (0);

  deletions = mmap (NULL, (MAX_TREES + 1) * sizeof (Deletion), PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  g_assert_true (deletions != MAP_FAILED);

  test_add ("/fuzz/control/naive", GINT_TO_POINTER (VIA_NAIVE), test_control);
  test_add ("/fuzz/control/careless", GINT_TO_POINTER (VIA_CARELESS), test_control);
  test_add ("/fuzz/memory/root", &memory_root, test_trees);
  test_add ("/fuzz/memory/user", &memory_user, test_trees);
  test_add ("/fuzz/disk/root", &disk_root, test_trees);
  test_add ("/fuzz/disk/user", &disk_user, test_trees);

  return test_run ();
}
