/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Something is mounted in the tree: it is not part of it. The mounts are made
 * in a mount namespace of our own, which nobody else sees and which ends with
 * this process.
 */

#include "naive.h"
#include "test-lib.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

typedef enum
{
  MOUNT_TMPFS,
  MOUNT_BIND_DIR,    /* of the same file system: st_dev says nothing */
  MOUNT_BIND_FILE,
} MountKind;

typedef struct
{
  char *outside;     /* what is bound */
  char *tree;
  char *sub;         /* the directory in the tree that has the mount */
  char *target;      /* where it is mounted */
} Mounts;

/* Why there is nothing to be mounted, or NULL */
static char *no_mounts = NULL;

static void
unshare_mounts (void)
{
  if (unshare (CLONE_NEWNS) != 0 || mount ("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
    no_mounts = g_strdup_printf ("needs a mount namespace: %s", g_strerror (errno));
}

static void
mount_at (const char *source,
          const char *target)
{
  if (source != NULL)
    g_assert_no_errno (mount (source, target, NULL, MS_BIND, NULL));
  else
    g_assert_no_errno (mount ("tmpdir-glib-test", target, "tmpfs", 0, NULL));
}

static void
mounts_init (Mounts      *mounts,
             TestFixture *fixture,
             MountKind    kind)
{
  g_autofree char *outside_file = NULL;

  mounts->outside = test_make_dir (fixture->path, "outside");
  test_make_tree (mounts->outside, 3, 3);
  outside_file = test_make_file (mounts->outside, "file");
  mounts->tree = test_make_dir (fixture->path, "tree");
  test_make_tree (mounts->tree, 5, 5);
  mounts->sub = test_make_dir (mounts->tree, "sub");
  test_make_tree (mounts->sub, 5, 5);

  switch (kind)
    {
    case MOUNT_TMPFS:
      mounts->target = test_make_dir (mounts->sub, "mounted");
      mount_at (NULL, mounts->target);
      test_make_tree (mounts->target, 3, 3);
      break;
    case MOUNT_BIND_DIR:
      mounts->target = test_make_dir (mounts->sub, "mounted");
      mount_at (mounts->outside, mounts->target);
      break;
    case MOUNT_BIND_FILE:
      mounts->target = test_make_file (mounts->sub, "mounted");
      mount_at (outside_file, mounts->target);
      break;
    }
}

static void
mounts_clear (Mounts *mounts)
{
  g_free (mounts->outside);
  g_free (mounts->tree);
  g_free (mounts->sub);
  g_free (mounts->target);
}

/* What is mounted, and what it comes from */
static char *
mounts_snapshot (Mounts *mounts)
{
  g_autofree char *target = test_snapshot (mounts->target);
  g_autofree char *outside = test_snapshot (mounts->outside);

  return g_strconcat (target, "\n", outside, NULL);
}

static gboolean
require_mounts (void)
{
  if (no_mounts == NULL)
    return TRUE;

  g_test_skip (no_mounts);
  return FALSE;
}

/* The usual deletion goes in and empties what is mounted. */
static void
test_control (TestFixture   *fixture,
              gconstpointer  data)
{
  const MountKind kind = GPOINTER_TO_INT (data);
  Mounts mounts;
  g_autoptr(GFile) file = NULL;

  if (!require_mounts ())
    return;

  mounts_init (&mounts, fixture, kind);
  file = g_file_new_for_path (mounts.tree);
  naive_delete_tree (file);
  g_assert_cmpuint (test_count_entries (mounts.target), ==, 0);
  if (kind == MOUNT_BIND_DIR)
    g_assert_cmpuint (test_count_entries (mounts.outside), ==, 0);

  g_assert_no_errno (umount2 (mounts.target, MNT_DETACH));
  mounts_clear (&mounts);
}

static void
test_delete_tree (TestFixture   *fixture,
                  gconstpointer  data)
{
  const MountKind kind = GPOINTER_TO_INT (data);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autoptr(GFile) file = NULL;
  g_autoptr(GError) error = NULL;
  Mounts mounts;

  if (!require_mounts ())
    return;

  mounts_init (&mounts, fixture, kind);
  before = mounts_snapshot (&mounts);
  file = g_file_new_for_path (mounts.tree);

  g_assert_false (tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error));
  test_assert_error (error, G_IO_ERROR_BUSY, mounts.target);
  g_clear_error (&error);
  after = mounts_snapshot (&mounts);
  g_assert_cmpstr (before, ==, after);

  /* Everything else is gone, and without the mount so is the rest. */
  g_assert_no_errno (umount2 (mounts.target, MNT_DETACH));
  g_assert_cmpuint (test_count_entries (mounts.tree), ==, 2);
  g_assert_true (tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error));
  g_assert_no_error (error);
  test_assert_absent (mounts.tree);
  mounts_clear (&mounts);
}

/* The root itself is a mount point. */
static void
test_root (TestFixture   *fixture,
           gconstpointer  data)
{
  g_autofree char *outside = NULL;
  g_autofree char *tree = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autoptr(GFile) file = NULL;
  g_autoptr(GError) error = NULL;

  if (!require_mounts ())
    return;

  outside = test_make_dir (fixture->path, "outside");
  test_make_tree (outside, 3, 3);
  tree = test_make_dir (fixture->path, "tree");
  mount_at (outside, tree);
  before = test_snapshot (outside);

  file = g_file_new_for_path (tree);
  g_assert_false (tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error));
  test_assert_error (error, G_IO_ERROR_BUSY, tree);
  after = test_snapshot (outside);
  g_assert_cmpstr (before, ==, after);

  g_assert_no_errno (umount2 (tree, MNT_DETACH));
}

/* Further down than the walker can keep every directory open */
static void
test_deep (TestFixture   *fixture,
           gconstpointer  data)
{
  g_autofree char *outside = NULL;
  g_autofree char *tree = NULL;
  g_autofree char *bottom = NULL;
  g_autofree char *wherever = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autoptr(GFile) file = NULL;
  g_autoptr(GError) error = NULL;
  int fd;

  if (!require_mounts ())
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
  mount_at (outside, bottom);
  fd = open (bottom, O_PATH | O_CLOEXEC);
  g_assert_no_errno (fd);
  before = test_snapshot (outside);

  file = g_file_new_for_path (tree);
  g_assert_false (tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_clear_error (&error);
  after = test_snapshot (outside);
  g_assert_cmpstr (before, ==, after);

  /* The directories above it may have been moved on the way. */
  wherever = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_assert_no_errno (umount2 (wherever, MNT_DETACH));
  close (fd);
  g_assert_true (tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error));
  g_assert_no_error (error);
  test_assert_absent (tree);
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

  if (!require_mounts ())
    return;

  outside = test_make_dir (fixture->path, "outside");
  test_make_tree (outside, 3, 3);
  dir = tmp_directory_new_in (fixture->file, NULL, NULL, &error);
  g_assert_no_error (error);
  test_make_tree (tmp_directory_get_path (dir), 3, 3);
  target = test_make_dir (tmp_directory_get_path (dir), "mounted");
  mount_at (outside, target);
  before = test_snapshot (outside);

  g_assert_false (tmp_directory_cleanup (dir, NULL, &error));
  test_assert_error (error, G_IO_ERROR_BUSY, target);
  g_clear_error (&error);
  after = test_snapshot (outside);
  g_assert_cmpstr (before, ==, after);

  g_assert_no_errno (umount2 (target, MNT_DETACH));
  g_assert_true (tmp_directory_cleanup (dir, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, test_count_entries (outside) + 1);
}

int
main (int    argc,
      char **argv)
{
  /* Before there are threads: each has its own namespace */
  unshare_mounts ();
  test_init (&argc, &argv);

  test_add ("/mounts/control/tmpfs", GINT_TO_POINTER (MOUNT_TMPFS), test_control);
  test_add ("/mounts/control/bind-dir", GINT_TO_POINTER (MOUNT_BIND_DIR), test_control);
  test_add ("/mounts/delete-tree/tmpfs", GINT_TO_POINTER (MOUNT_TMPFS), test_delete_tree);
  test_add ("/mounts/delete-tree/bind-dir", GINT_TO_POINTER (MOUNT_BIND_DIR), test_delete_tree);
  test_add ("/mounts/delete-tree/bind-file", GINT_TO_POINTER (MOUNT_BIND_FILE), test_delete_tree);
  test_add ("/mounts/root", NULL, test_root);
  test_add ("/mounts/deep", NULL, test_deep);
  test_add ("/mounts/directory", NULL, test_directory);

  return test_run ();
}
