/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Something is mounted in the tree: it is not part of it. The mounts are made
 * in a mount namespace of our own. Those that come while the tree is being
 * deleted are in test-steps.c and test-swap.c.
 */

#include "mounts.h"
#include "naive.h"
#include "test-lib.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct
{
  char *outside;     /* what is bound */
  char *tree;
  char *sub;         /* the directory in the tree that has the mount */
  char *target;      /* where it is mounted */
} Mounts;

static gboolean
mounts_set_up (Mounts      *mounts,
               TestFixture *fixture,
               MountKind    kind)
{
  g_autofree char *work = NULL;

  mounts->outside = test_make_dir (fixture->path, "outside");
  test_make_tree (mounts->outside, 3, 3);
  g_free (test_make_file (mounts->outside, "file"));
  mounts->tree = test_make_dir (fixture->path, "tree");
  test_make_tree (mounts->tree, 5, 5);
  mounts->sub = test_make_dir (mounts->tree, "sub");
  test_make_tree (mounts->sub, 5, 5);
  mounts->target = test_make_dir (mounts->sub, "mounted");
  work = test_make_dir (fixture->path, "work");

  return mounts_add (kind, mounts->outside, mounts->target, work);
}

static void
mounts_tear_down (Mounts      *mounts,
                  TestFixture *fixture)
{
  mounts_remove (fixture->path);
  g_free (mounts->outside);
  g_free (mounts->tree);
  g_free (mounts->sub);
  g_free (mounts->target);
}

/* What is mounted, where, what is in it, and what it comes from. Nobody can
 * look into some of it, or finds the same there twice.
 */
static char *
mounts_describe (Mounts      *mounts,
                 TestFixture *fixture,
                 MountKind    kind)
{
  g_auto(GStrv) lines = mounts_list (fixture->path);
  g_autofree char *mounted = g_strjoinv ("\n", lines);
  g_autofree char *outside = test_snapshot (mounts->outside);
  g_autofree char *target = kind != MOUNT_PROC && kind != MOUNT_FUSE
                              ? test_snapshot (mounts->target) : g_strdup ("");

  return g_strjoin ("\n", mounted, outside, target, NULL);
}

/* Why a file is busy only statx () can tell, which the C library imitates. */
static const char *
get_reason (MountKind kind)
{
  const gboolean is_file = kind == MOUNT_BIND_FILE || kind == MOUNT_BIND_LINK;
  struct statx stx;

  if (is_file && syscall (SYS_statx, AT_FDCWD, "/", 0, 0, &stx) != 0)
    return g_strerror (EBUSY);
  return "It is a mount point";
}

typedef void (*NaiveFunc) (GFile *file);

static void
naive_one_file_system (GFile *file)
{
  mounts_run ("rm -rf --one-file-system %s", g_file_peek_path (file));
}

/* The usual deletions go in and empty what is mounted. */
static void
run_control (TestFixture *fixture,
             MountKind    kind,
             NaiveFunc    naive)
{
  g_autoptr(GFile) file = NULL;
  g_autofree char *path = NULL;
  Mounts mounts;

  if (!mounts_require () || !mounts_set_up (&mounts, fixture, kind))
    return;

  path = g_build_filename (mounts.target, "file", NULL);
  g_free (kind == MOUNT_TMPFS ? test_make_file (mounts.target, "file") : NULL);
  file = g_file_new_for_path (mounts.tree);
  naive (file);
  test_assert_absent (path);
  mounts_tear_down (&mounts, fixture);
}

static void
test_control (TestFixture   *fixture,
              gconstpointer  data)
{
  run_control (fixture, GPOINTER_TO_INT (data), naive_delete_tree);
}

static void
test_control_rm (TestFixture   *fixture,
                 gconstpointer  data)
{
  run_control (fixture, GPOINTER_TO_INT (data), naive_one_file_system);
}

static void
test_delete_tree (TestFixture   *fixture,
                  gconstpointer  data)
{
  const MountKind kind = GPOINTER_TO_INT (data);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *message = NULL;
  g_autofree char *left = NULL;
  g_autoptr(GFile) file = NULL;
  g_autoptr(GError) error = NULL;
  Mounts mounts;

  if (!mounts_require ())
    return;
  if (!mounts_set_up (&mounts, fixture, kind))
    {
      mounts_tear_down (&mounts, fixture);
      return;
    }

  before = mounts_describe (&mounts, fixture, kind);
  file = g_file_new_for_path (mounts.tree);

  g_assert_false (tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  /* The tree, the directory in it, and what is mounted there */
  message = g_strdup_printf ("Could not delete “%s”: %s (3 files and directories are left)",
                             mounts.target, get_reason (kind));
  g_assert_cmpstr (error->message, ==, message);
  g_clear_error (&error);
  after = mounts_describe (&mounts, fixture, kind);
  g_assert_cmpstr (before, ==, after);

  /* Everything else is gone, and without the mount so is the rest. */
  left = test_only_entry (mounts.sub);
  g_assert_cmpstr (left, ==, mounts.target);
  mounts_remove (fixture->path);
  if (kind != MOUNT_READ_ONLY)
    g_assert_cmpuint (test_count_entries (mounts.tree), ==, 2);
  g_assert_true (tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error));
  g_assert_no_error (error);
  test_assert_absent (mounts.tree);
  mounts_tear_down (&mounts, fixture);
}

/* The root itself is a mount point. It can be emptied by whoever names it, but
 * not removed, and what is mounted in it stays.
 */
static void
test_root (TestFixture   *fixture,
           gconstpointer  data)
{
  g_autofree char *outside = NULL;
  g_autofree char *tree = NULL;
  g_autofree char *inner = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *nested = NULL;
  g_autoptr(GFile) file = NULL;
  g_autoptr(GError) error = NULL;

  if (!mounts_require ())
    return;

  outside = test_make_dir (fixture->path, "outside");
  test_make_tree (outside, 3, 3);
  tree = test_make_dir (fixture->path, "tree");
  mounts_bind (outside, tree);
  before = test_snapshot (outside);

  file = g_file_new_for_path (tree);
  g_assert_false (tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error));
  test_assert_error (error, G_IO_ERROR_BUSY, tree);
  g_assert_nonnull (strstr (error->message, "It is a mount point"));
  g_clear_error (&error);
  after = test_snapshot (outside);
  g_assert_cmpstr (before, ==, after);

  mounts_remove (tree);
  mounts_tmpfs (tree);
  test_make_tree (tree, 5, 5);
  inner = test_make_dir (tree, "inner");
  mounts_bind (outside, inner);
  g_assert_false (tmp_delete_tree (file, TMP_DELETE_KEEP_ROOT, NULL, &error));
  test_assert_error (error, G_IO_ERROR_BUSY, inner);
  g_clear_error (&error);
  nested = test_snapshot (outside);
  g_assert_cmpstr (before, ==, nested);
  g_assert_no_errno (umount2 (inner, MNT_DETACH));
  g_assert_true (tmp_delete_tree (file, TMP_DELETE_KEEP_ROOT, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_entries (tree), ==, 0);

  mounts_remove (tree);
}

/* Further down than the walker can keep every directory open */
static void
test_deep (TestFixture   *fixture,
           gconstpointer  data)
{
  g_autofree char *outside = NULL;
  g_autofree char *tree = NULL;
  g_autofree char *bottom = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autoptr(GFile) file = NULL;
  g_autoptr(GError) error = NULL;

  if (!mounts_require ())
    return;

  outside = test_make_dir (fixture->path, "outside");
  test_make_tree (outside, 3, 3);
  tree = test_make_dir (fixture->path, "tree");
  bottom = g_strdup (tree);
  for (guint i = 0; i < 100; i++)
    {
      char *next = test_make_dir (bottom, "d");

      test_make_files (next, 1);
      g_free (bottom);
      bottom = next;
    }
  mounts_bind (outside, bottom);
  before = test_snapshot (outside);

  file = g_file_new_for_path (tree);
  g_assert_false (tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, "/d”: It is a mount point"));
  g_clear_error (&error);
  after = test_snapshot (outside);
  g_assert_cmpstr (before, ==, after);

  /* The directories above it may have been moved on the way. */
  mounts_remove (tree);
  g_assert_true (tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error));
  g_assert_no_error (error);
  test_assert_absent (tree);
}

/* It is mounted in somebody else's namespace. Nothing keeps the directory below
 * it, but what is mounted is safe.
 */
static void
test_other_namespace (TestFixture   *fixture,
                      gconstpointer  data)
{
  g_autofree char *outside = test_make_dir (fixture->path, "outside");
  g_autofree char *tree = test_make_dir (fixture->path, "tree");
  g_autofree char *target = test_make_dir (tree, "mounted");
  g_autoptr(GFile) file = g_file_new_for_path (tree);
  g_autoptr(GError) error = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  char byte = 0;
  int sockets[2];
  pid_t pid;
  int status;

  if (!mounts_require ())
    return;

  test_make_tree (outside, 3, 3);
  before = test_snapshot (outside);
  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets));
  pid = fork ();
  g_assert_no_errno (pid);
  if (pid == 0)
    {
      if (unshare (CLONE_NEWNS) != 0 || mount (outside, target, NULL, MS_BIND, NULL) != 0 ||
          write (sockets[1], "", 1) != 1 || read (sockets[1], &byte, 1) != 1)
        _exit (1);
      _exit (0);
    }

  g_assert_cmpint (read (sockets[0], &byte, 1), ==, 1);
  g_assert_true (tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error));
  g_assert_no_error (error);
  test_assert_absent (tree);
  after = test_snapshot (outside);
  g_assert_cmpstr (before, ==, after);

  g_assert_cmpint (write (sockets[0], &byte, 1), ==, 1);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_cmpint (status, ==, 0);
  close (sockets[0]);
  close (sockets[1]);
}

static void
test_directory (TestFixture   *fixture,
                gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = NULL;
  g_autofree char *outside = NULL;
  g_autofree char *target = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autoptr(GError) error = NULL;

  if (!mounts_require ())
    return;

  outside = test_make_dir (fixture->path, "outside");
  test_make_tree (outside, 3, 3);
  dir = test_new_directory (fixture);
  test_make_tree (tmp_directory_get_path (dir), 3, 3);
  target = test_make_dir (tmp_directory_get_path (dir), "mounted");
  mounts_bind (outside, target);
  before = test_snapshot (outside);

  g_assert_false (tmp_directory_cleanup (dir, NULL, &error));
  test_assert_error (error, G_IO_ERROR_BUSY, target);
  g_clear_error (&error);
  after = test_snapshot (outside);
  g_assert_cmpstr (before, ==, after);

  mounts_remove (target);
  g_assert_true (tmp_directory_cleanup (dir, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, test_count_entries (outside) + 1);
}

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const char *path;
    MountKind kind;
    TestFunc func;
  } cases[] = {
    { "control/tmpfs", MOUNT_TMPFS, test_control },
    { "control/bind-dir", MOUNT_BIND_DIR, test_control },
    { "control/overlay", MOUNT_OVERLAY, test_control },
    { "control/rm-one-file-system", MOUNT_BIND_DIR, test_control_rm },
    { "delete-tree/tmpfs", MOUNT_TMPFS, test_delete_tree },
    { "delete-tree/bind-dir", MOUNT_BIND_DIR, test_delete_tree },
    { "delete-tree/bind-file", MOUNT_BIND_FILE, test_delete_tree },
    { "delete-tree/bind-link", MOUNT_BIND_LINK, test_delete_tree },
    { "delete-tree/read-only", MOUNT_READ_ONLY, test_delete_tree },
    { "delete-tree/nested", MOUNT_NESTED, test_delete_tree },
    { "delete-tree/moved", MOUNT_MOVED, test_delete_tree },
    { "delete-tree/overlay", MOUNT_OVERLAY, test_delete_tree },
    { "delete-tree/proc", MOUNT_PROC, test_delete_tree },
    { "delete-tree/loop", MOUNT_LOOP, test_delete_tree },
    { "delete-tree/fuse", MOUNT_FUSE, test_delete_tree },
    { "root", 0, test_root },
    { "deep", 0, test_deep },
    { "other-namespace", 0, test_other_namespace },
    { "directory", 0, test_directory },
  };

  mounts_init ();
  test_init (&argc, &argv);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/mounts/", cases[i].path, NULL);

      test_add (path, GINT_TO_POINTER (cases[i].kind), cases[i].func);
    }

  return test_run ();
}
