/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* An ordinary user's directories without permissions are made accessible to
 * delete what is in them, but only his, only directories, only in the tree. Who
 * attacks that moment is in test-steps.c and test-swap.c; the plain cases are in
 * test-delete-errors.c.
 */

#include "mounts.h"
#include "naive.h"
#include "supervise.h"
#include "test-lib.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static mode_t
get_mode (const char *path)
{
  GStatBuf st;

  g_assert_no_errno (g_lstat (path, &st));
  return st.st_mode & 07777;
}

/* Directories in one another, each with a file, of mode 0 at every level */
static void
make_locked (const char *parent,
             guint       n_levels)
{
  g_autofree char *dir = test_make_dir (parent, "locked");

  g_free (test_make_file (dir, "file"));
  if (n_levels > 1)
    make_locked (dir, n_levels - 1);
  g_assert_no_errno (g_chmod (dir, 0));
}

static void
assert_deleted (const char *path)
{
  g_autoptr(GFile) file = g_file_new_for_path (path);
  g_autoptr(GError) error = NULL;

  tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error);
  g_assert_no_error (error);
  test_assert_absent (path);
}

/* Without any repair most of it stays. */
static void
test_control (TestFixture   *fixture,
              gconstpointer  data)
{
  g_autofree char *tree = NULL;
  g_autofree char *locked = NULL;
  g_autoptr(GFile) file = NULL;

  if (!test_require_root () || !test_drop_root (fixture))
    return;

  tree = test_make_dir (fixture->path, "tree");
  locked = g_build_filename (tree, "locked", NULL);
  make_locked (tree, 3);
  file = g_file_new_for_path (tree);
  naive_delete_tree (file);
  test_assert_present (locked);

  test_regain_root ();
}

/* All of it goes, whoever else owns a file in there. */
static void
test_own (TestFixture   *fixture,
          gconstpointer  data)
{
  g_autofree char *tree = NULL;
  g_autofree char *sticky = NULL;

  if (!test_require_root () || !test_drop_root (fixture))
    return;

  tree = test_make_dir (fixture->path, "tree");
  make_locked (tree, 50);
  sticky = test_make_dir (tree, "sticky");
  test_regain_root ();
  g_free (test_make_file (sticky, "of-root"));
  g_assert_no_errno (g_chmod (sticky, 01000));
  g_assert_no_errno (g_chmod (tree, 03000));

  if (!test_drop_root (fixture))
    return;
  assert_deleted (tree);
  test_regain_root ();
}

/* Directories of others stay, with their modes and all that is in them, and the
 * first of them is named. What is ours in one that may be entered is emptied.
 */
static void
test_foreign (TestFixture   *fixture,
              gconstpointer  data)
{
  g_autofree char *tree = NULL;
  g_autofree char *closed = NULL;
  g_autofree char *closed_file = NULL;
  g_autofree char *open = NULL;
  g_autofree char *ours = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autoptr(GFile) file = NULL;
  g_autoptr(GError) error = NULL;
  gboolean success;

  if (!test_require_root () || !test_drop_root (fixture))
    return;

  tree = test_make_dir (fixture->path, "tree");
  test_make_tree (tree, 5, 5);
  make_locked (tree, 3);
  test_regain_root ();
  closed = test_make_dir (tree, "closed");
  closed_file = test_make_file (closed, "file");
  g_assert_no_errno (g_chmod (closed, 0));
  open = test_make_dir (tree, "open");
  ours = test_make_dir (open, "ours");
  g_free (test_make_file (ours, "file"));
  test_give_away (ours);
  g_assert_no_errno (g_chmod (ours, 0));
  before = test_snapshot (closed);

  if (!test_drop_root (fixture))
    return;
  file = g_file_new_for_path (tree);
  success = tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error);
  test_regain_root ();

  g_assert_false (success);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_true (strstr (error->message, closed) != NULL || strstr (error->message, ours) != NULL);
  g_assert_nonnull (strstr (error->message, "(4 files and directories are left)"));
  after = test_snapshot (closed);
  g_assert_cmpstr (before, ==, after);
  g_assert_cmpuint (get_mode (open), ==, 0755);
  /* closed with its file, open with ours */
  g_assert_cmpuint (test_count_entries (tree), ==, 4);
}

/* A root that stays has its own mode again, all of it. */
static void
test_keep_root (TestFixture   *fixture,
                gconstpointer  data)
{
  static const mode_t modes[] = { 0000, 02000, 03070, 01555, 0700 };
  g_autofree char *tree = NULL;
  g_autoptr(GFile) file = NULL;

  if (!test_drop_root (fixture))
    return;

  tree = test_make_dir (fixture->path, "tree");
  file = g_file_new_for_path (tree);
  for (gsize i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autoptr(GError) error = NULL;

      make_locked (tree, 3);
      g_assert_no_errno (g_chmod (tree, modes[i]));
      tmp_delete_tree (file, TMP_DELETE_KEEP_ROOT, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (get_mode (tree), ==, modes[i]);
      g_assert_no_errno (g_chmod (tree, 0700));
      g_assert_cmpuint (test_count_entries (tree), ==, 0);
    }

  test_regain_root ();
}

/* Default entries deny everybody everything in every new directory. */
static void
test_acl (TestFixture   *fixture,
          gconstpointer  data)
{
  g_autofree char *tree = NULL;
  g_autofree char *sub = NULL;
  g_autofree char *file = NULL;

  if (!test_drop_root (fixture))
    return;

  tree = test_make_dir (fixture->path, "tree");
  if (!mounts_run ("setfacl -d -m u::---,g::---,o::---,u:daemon:rwx %s", tree))
    {
      g_test_skip ("needs setfacl, and a file system with access control lists");
    }
  else
    {
      sub = test_make_dir (tree, "sub");
      g_assert_cmpuint (get_mode (sub) & 0700, ==, 0);
      g_assert_no_errno (g_chmod (sub, 0700));
      file = test_make_file (sub, "file");
      g_free (test_make_dir (sub, "empty"));
      g_assert_true (mounts_run ("setfacl -m u::---,u:daemon:rwx %s", sub));
      assert_deleted (tree);
    }

  test_regain_root ();
}

typedef struct
{
  char    *tree;
  char    *sub;
  guint    n_steps;
  guint    when;
  GError  *error;
} Rival;

static void
delete_now (gpointer user_data)
{
  Rival *rival = user_data;
  g_autoptr(GFile) file = g_file_new_for_path (rival->tree);

  tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &rival->error);
}

static void
repair_before (Call        call,
               const char *path,
               gpointer    user_data)
{
  Rival *rival = user_data;

  if (rival->n_steps++ == rival->when)
    g_chmod (rival->sub, 0755); /* unless it is gone already */
}

/* Another thread, or another deletion, makes the directory writable first: before
 * each of the system calls, once. It is writable then, and goes.
 */
static void
test_rival (TestFixture   *fixture,
            gconstpointer  data)
{
  Rival rival = { 0 };

  if (!supervise_require () || !test_drop_root (fixture))
    return;

  supervise_start ();
  do
    {
      Supervision supervision = { .before = repair_before, .before_data = &rival };

      rival.n_steps = 0;
      rival.tree = test_make_dir (fixture->path, "tree");
      rival.sub = test_make_dir (rival.tree, "sub");
      g_free (test_make_dir (rival.sub, "empty"));
      test_make_files (rival.sub, 2);
      g_assert_no_errno (g_chmod (rival.sub, 0500));

      supervise_run (&supervision, delete_now, &rival);
      g_assert_no_error (rival.error);
      test_assert_absent (rival.tree);
      g_clear_pointer (&rival.tree, g_free);
      g_clear_pointer (&rival.sub, g_free);
    }
  while (rival.when++ < rival.n_steps);

  g_test_message ("Before each of %u system calls", rival.n_steps);
  test_regain_root ();
}

int
main (int    argc,
      char **argv)
{
  test_init (&argc, &argv);

  test_add ("/repair/control", NULL, test_control);
  test_add ("/repair/own", NULL, test_own);
  test_add ("/repair/foreign", NULL, test_foreign);
  test_add ("/repair/keep-root", NULL, test_keep_root);
  test_add ("/repair/acl", NULL, test_acl);
  test_add ("/repair/rival", NULL, test_rival);

  return test_run ();
}
