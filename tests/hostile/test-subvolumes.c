/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A btrfs subvolume has a device number of its own, like a mounted file system,
 * but it is no mount point: a directory can be anywhere in it and out of it,
 * and since Linux 4.18 an empty one is removed like a directory.
 */

#include "mounts.h"

#include <string.h>
#include <unistd.h>

/* Mounts a file system of @type, for anybody to write to, and returns where. */
static char *
new_file_system (TestFixture *fixture,
                 const char  *type)
{
  g_autofree char *images = NULL;
  g_autofree char *top = NULL;

  if (!mounts_require ())
    return NULL;

  images = test_make_dir (fixture->path, "images");
  mounts_tmpfs (images);
  top = test_make_dir (fixture->path, "top");
  if (!mounts_new_file_system (type, images, top))
    {
      mounts_remove (fixture->path);
      return NULL;
    }

  g_assert_no_errno (g_chmod (top, 0777));
  return g_steal_pointer (&top);
}

static char *
make_subvolume (const char *parent,
                const char *name)
{
  g_autofree char *path = g_build_filename (parent, name, NULL);

  g_assert_true (mounts_run ("btrfs subvolume create %s", path));
  test_make_tree (path, 3, 3);
  return g_steal_pointer (&path);
}

static void
delete_and_assert_gone (const char *path)
{
  g_autoptr(GFile) file = g_file_new_for_path (path);
  g_autoptr(GError) error = NULL;

  tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error);
  g_assert_no_error (error);
  test_assert_absent (path);
}

/* Who goes by device numbers takes a subvolume for something mounted. */
static void
test_control (TestFixture   *fixture,
              gconstpointer  data)
{
  g_autofree char *top = new_file_system (fixture, "btrfs");
  g_autofree char *tree = NULL;
  g_autofree char *subvolume = NULL;

  if (top == NULL)
    return;

  tree = test_make_dir (top, "tree");
  subvolume = make_subvolume (tree, "subvolume");
  g_assert_false (mounts_run ("rm -rf --one-file-system %s", tree));
  test_assert_present (subvolume);
  mounts_remove (fixture->path);
}

/* As root, or as nobody, who owns them and has no other right to delete them */
static void
test_writable (TestFixture   *fixture,
               gconstpointer  data)
{
  const gboolean drop = GPOINTER_TO_INT (data);
  g_autofree char *top = new_file_system (fixture, "btrfs");
  g_autofree char *tree = NULL;
  g_autofree char *sub = NULL;
  g_autofree char *first = NULL;
  g_autofree char *nested = NULL;
  g_autofree char *deep = NULL;
  g_autofree char *root = NULL;

  if (top == NULL)
    return;

  if (!drop || test_drop_root (fixture))
    {
      tree = test_make_dir (top, "tree");
      test_make_tree (tree, 5, 5);
      sub = test_make_dir (tree, "sub");
      first = make_subvolume (tree, "first");
      nested = make_subvolume (first, "nested");
      g_free (make_subvolume (sub, "second"));
      deep = test_make_dir (nested, "deep");
      test_make_deep (deep, 40);
      g_assert_no_errno (g_chmod (nested, 0));
      delete_and_assert_gone (tree);

      /* One that is the root of what is deleted */
      root = make_subvolume (top, "root");
      g_free (make_subvolume (root, "nested"));
      delete_and_assert_gone (root);

      test_regain_root ();
    }
  mounts_remove (fixture->path);
}

/* What is read-only stays, and says why; everything else goes. */
static void
test_read_only (TestFixture   *fixture,
                gconstpointer  data)
{
  g_autofree char *top = new_file_system (fixture, "btrfs");
  g_autofree char *tree = NULL;
  g_autofree char *origin = NULL;
  g_autofree char *snapshot = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *left = NULL;
  g_autofree char *count = NULL;
  g_autoptr(GFile) file = NULL;
  g_autoptr(GError) error = NULL;

  if (top == NULL)
    return;

  tree = test_make_dir (top, "tree");
  test_make_tree (tree, 5, 5);
  origin = make_subvolume (tree, "origin");
  snapshot = g_build_filename (tree, "snapshot", NULL);
  g_assert_true (mounts_run ("btrfs subvolume snapshot -r %s %s", origin, snapshot));
  before = test_snapshot (snapshot);
  file = g_file_new_for_path (tree);

  g_assert_false (tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error));
  test_assert_error (error, G_IO_ERROR_READ_ONLY, snapshot);
  /* The tree, the snapshot, and all that is in it */
  count = g_strdup_printf ("(%u files and directories are left)",
                           test_count_entries (snapshot) + 2);
  g_assert_nonnull (strstr (error->message, count));
  g_clear_error (&error);
  after = test_snapshot (snapshot);
  g_assert_cmpstr (before, ==, after);
  left = test_only_entry (tree);
  g_assert_cmpstr (left, ==, snapshot);

  g_assert_true (mounts_run ("btrfs property set %s ro false", snapshot));
  delete_and_assert_gone (tree);
  mounts_remove (fixture->path);
}

/* And a subvolume that is mounted in the tree is a mount point all the same. */
static void
test_mounted (TestFixture   *fixture,
              gconstpointer  data)
{
  g_autofree char *top = new_file_system (fixture, "btrfs");
  g_autofree char *tree = NULL;
  g_autofree char *outside = NULL;
  g_autofree char *target = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autoptr(GFile) file = NULL;
  g_autoptr(GError) error = NULL;

  if (top == NULL)
    return;

  outside = make_subvolume (top, "outside");
  tree = make_subvolume (top, "tree");
  target = test_make_dir (tree, "mounted");
  mounts_bind (outside, target);
  before = test_snapshot (outside);
  file = g_file_new_for_path (tree);

  g_assert_false (tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error));
  test_assert_error (error, G_IO_ERROR_BUSY, target);
  g_assert_nonnull (strstr (error->message, "It is a mount point"));
  after = test_snapshot (outside);
  g_assert_cmpstr (before, ==, after);

  mounts_remove (target);
  delete_and_assert_gone (tree);
  mounts_remove (fixture->path);
}

/* Nothing of that kind, and of another kind than the one tests run on */
static void
test_xfs (TestFixture   *fixture,
          gconstpointer  data)
{
  g_autofree char *top = new_file_system (fixture, "xfs");
  g_autofree char *tree = NULL;

  if (top == NULL)
    return;

  tree = test_make_dir (top, "tree");
  test_make_tree (tree, 50, 20);
  test_make_deep (tree, 100);
  delete_and_assert_gone (tree);
  mounts_remove (fixture->path);
}

int
main (int    argc,
      char **argv)
{
  mounts_init ();
  test_init (&argc, &argv);

  test_add ("/subvolumes/control", NULL, test_control);
  test_add ("/subvolumes/writable", GINT_TO_POINTER (FALSE), test_writable);
  test_add ("/subvolumes/writable-nobody", GINT_TO_POINTER (TRUE), test_writable);
  test_add ("/subvolumes/read-only", NULL, test_read_only);
  test_add ("/subvolumes/mounted", NULL, test_mounted);
  test_add ("/subvolumes/xfs", NULL, test_xfs);

  return test_run ();
}
