/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* tmp_delete_tree (): every kind of thing that can be in a tree, and trees of
 * every shape.
 */

#include "test-lib.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

static void
delete_path (const char     *path,
             TmpDeleteFlags  flags)
{
  g_autoptr(GFile) file = g_file_new_for_path (path);
  g_autoptr(GError) error = NULL;
  gboolean success = tmp_delete_tree (file, flags, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (success);
}

static void
make_link (const char *target,
           const char *parent,
           const char *name)
{
  g_autofree char *path = g_build_filename (parent, name, NULL);

  g_assert_no_errno (symlink (target, path));
}

static void
test_tree (TestFixture   *fixture,
           gconstpointer  data)
{
  g_autofree char *tree = test_make_dir (fixture->path, "tree");
  g_autofree char *beside = test_make_dir (fixture->path, "tree2");

  test_make_tree (tree, 50, 20);
  test_make_tree (beside, 2, 2);

  delete_path (tree, TMP_DELETE_NONE);
  test_assert_absent (tree);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 1 + 2 * 4);
}

static void
test_file (TestFixture   *fixture,
           gconstpointer  data)
{
  g_autofree char *file = test_make_file (fixture->path, "file");
  g_autofree char *beside = test_make_file (fixture->path, "file2");

  delete_path (file, TMP_DELETE_NONE);
  test_assert_absent (file);
  test_assert_present (beside);
}

/* It is gone, which is all that was asked for */
static void
test_missing (TestFixture   *fixture,
              gconstpointer  data)
{
  g_autofree char *missing = g_build_filename (fixture->path, "a", "b", NULL);

  delete_path (missing, TMP_DELETE_NONE);
}

static void
test_keep_root (TestFixture   *fixture,
                gconstpointer  data)
{
  g_autofree char *tree = test_make_dir (fixture->path, "tree");
  GStatBuf before, after;

  test_make_tree (tree, 5, 5);
  g_assert_no_errno (g_lstat (tree, &before));
  delete_path (tree, TMP_DELETE_KEEP_ROOT);
  g_assert_no_errno (g_lstat (tree, &after));
  g_assert_cmpuint (before.st_ino, ==, after.st_ino);
  g_assert_cmpuint (before.st_mode, ==, after.st_mode);
  g_assert_cmpuint (test_count_entries (tree), ==, 0);

  /* Empty already */
  delete_path (tree, TMP_DELETE_KEEP_ROOT);
  test_assert_present (tree);
}

static void
test_keep_root_file (TestFixture   *fixture,
                     gconstpointer  data)
{
  g_autofree char *file = test_make_file (fixture->path, "file");
  g_autofree char *target = test_make_dir (fixture->path, "target");
  g_autofree char *link = g_build_filename (fixture->path, "link", NULL);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  const char * const paths[] = { file, link };

  test_make_files (target, 3);
  make_link ("target", fixture->path, "link");
  before = test_snapshot (fixture->path);

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr(GFile) root = g_file_new_for_path (paths[i]);
      g_autoptr(GError) error = NULL;

      g_assert_false (tmp_delete_tree (root, TMP_DELETE_KEEP_ROOT, NULL, &error));
      test_assert_error (error, G_IO_ERROR_NOT_DIRECTORY, paths[i]);
    }

  after = test_snapshot (fixture->path);
  g_assert_cmpstr (before, ==, after);
}

/* In a root directory that may be lost, should this ever fail */
static void
test_slash (TestFixture   *fixture,
            gconstpointer  data)
{
  static const TmpDeleteFlags flags[] = {
    TMP_DELETE_NONE, TMP_DELETE_KEEP_ROOT, TMP_DELETE_IGNORE_ERRORS
  };
  g_autoptr(GFile) root = g_file_new_for_path ("/");

  if (!test_require_root ())
    return;

  if (!g_test_subprocess ())
    {
      test_make_files (fixture->path, 3);
      g_test_trap_subprocess (NULL, test_timeout (60), 0);
      g_test_trap_assert_passed ();
      g_assert_cmpuint (test_count_entries (fixture->path), ==, 3);
      return;
    }

  g_assert_no_errno (chroot (fixture->path));
  g_assert_no_errno (g_chdir ("/"));
  for (gsize i = 0; i < G_N_ELEMENTS (flags); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_false (tmp_delete_tree (root, flags[i], NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    }

  /* No exit handler finds what it needs in here. */
  _exit (0);
}

/* Links inside, in every direction: they go, what they lead to stays. */
static void
test_symlinks_inside (TestFixture   *fixture,
                      gconstpointer  data)
{
  g_autofree char *outside = test_make_dir (fixture->path, "outside");
  g_autofree char *file = test_make_file (fixture->path, "file");
  g_autofree char *tree = test_make_dir (fixture->path, "tree");
  g_autofree char *sub = test_make_dir (tree, "sub");
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  const char * const dirs[] = { tree, sub };

  test_make_tree (outside, 3, 3);
  before = test_snapshot (outside);

  for (gsize i = 0; i < G_N_ELEMENTS (dirs); i++)
    {
      make_link (outside, dirs[i], "absolute");
      make_link (i == 0 ? "../outside" : "../../outside", dirs[i], "relative");
      make_link (file, dirs[i], "to-file");
      make_link ("nowhere", dirs[i], "dangling");
      make_link ("loop", dirs[i], "loop");
      make_link ("/", dirs[i], "slash");
      make_link (".", dirs[i], "dot");
      make_link ("..", dirs[i], "dotdot");
      make_link ("/proc/self/cwd", dirs[i], "magic");
    }

  delete_path (tree, TMP_DELETE_NONE);
  test_assert_absent (tree);
  test_assert_present (file);
  after = test_snapshot (outside);
  g_assert_cmpstr (before, ==, after);
}

static void
test_symlink_root (TestFixture   *fixture,
                   gconstpointer  data)
{
  g_autofree char *outside = test_make_dir (fixture->path, "outside");
  const char * const targets[] = { outside, "outside", "outside/", "nowhere", "link", "/", "." };
  g_autofree char *link = g_build_filename (fixture->path, "link", NULL);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  test_make_tree (outside, 3, 3);
  before = test_snapshot (outside);

  for (gsize i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      make_link (targets[i], fixture->path, "link");
      delete_path (link, TMP_DELETE_NONE);
      test_assert_absent (link);
    }

  after = test_snapshot (outside);
  g_assert_cmpstr (before, ==, after);
}

/* A file that has a second name outside is the same file there afterwards,
 * although it could not even be opened.
 */
static void
test_hard_links (TestFixture   *fixture,
                 gconstpointer  data)
{
  static const mode_t modes[] = { 0644, 0400, 0000 };
  g_autofree char *tree = test_make_dir (fixture->path, "tree");
  g_autofree char *outside = test_make_dir (fixture->path, "outside");
  GStatBuf before[G_N_ELEMENTS (modes)];

  for (gsize i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autofree char *name = g_strdup_printf ("file%zu", i);
      g_autofree char *inside = g_build_filename (tree, name, NULL);
      g_autofree char *path = test_make_file (outside, name);

      g_assert_no_errno (g_chmod (path, modes[i]));
      g_assert_no_errno (link (path, inside));
      g_assert_no_errno (g_lstat (path, &before[i]));
    }

  delete_path (tree, TMP_DELETE_NONE);
  test_assert_absent (tree);

  for (gsize i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autofree char *name = g_strdup_printf ("file%zu", i);
      g_autofree char *path = g_build_filename (outside, name, NULL);
      g_autofree char *content = NULL;
      GStatBuf after;

      g_assert_no_errno (g_lstat (path, &after));
      g_assert_cmpuint (after.st_nlink, ==, 1);
      g_assert_cmpuint (after.st_mode, ==, before[i].st_mode);
      g_assert_cmpuint (after.st_uid, ==, before[i].st_uid);
      g_assert_cmpint (after.st_mtim.tv_sec, ==, before[i].st_mtim.tv_sec);
      g_assert_cmpint (after.st_mtim.tv_nsec, ==, before[i].st_mtim.tv_nsec);
      g_assert_no_errno (g_chmod (path, 0644));
      g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
      g_assert_cmpstr (content, ==, name);
    }
}

/* A FIFO without a writer blocks everybody who opens it, a device may do
 * anything.
 */
static void
test_special_files (TestFixture   *fixture,
                    gconstpointer  data)
{
  g_autofree char *tree = test_make_dir (fixture->path, "tree");
  g_autofree char *fifo = g_build_filename (tree, "fifo", NULL);
  g_autofree char *root_fifo = g_build_filename (fixture->path, "fifo", NULL);
  g_autofree char *device = g_build_filename (tree, "device", NULL);
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd, dir;

  g_assert_no_errno (mkfifo (fifo, 0600));
  g_assert_no_errno (mkfifo (root_fifo, 0600));
  if (mknod (device, S_IFCHR | 0600, makedev (1, 3)) != 0)
    g_test_message ("Without a device: %s", g_strerror (errno));

  /* The path is too long for an address */
  dir = g_open (tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  g_assert_no_errno (dir);
  g_snprintf (address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/socket", dir);
  fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_no_errno (fd);
  g_assert_no_errno (bind (fd, (struct sockaddr *) &address, sizeof address));
  g_assert_cmpuint (test_count_entries (tree), >=, 2);

  delete_path (tree, TMP_DELETE_NONE);
  test_assert_absent (tree);
  delete_path (root_fifo, TMP_DELETE_NONE);
  test_assert_absent (root_fifo);

  close (fd);
  close (dir);
}

static void
test_odd_names (TestFixture   *fixture,
                gconstpointer  data)
{
  g_autofree char *longest = g_strnfill (255, 'n');
  const char * const names[] = {
    "new\nline", "\n", " ", "-rf", "*", "~", "...", "..a", ".hidden", "\\", "\"'",
    "%s%n", "\xff\xfe", "\xc3", "a\x01\x7f", "\xe2\x80\xae", ".deleted", longest,
  };
  g_autofree char *tree = test_make_dir (fixture->path, "tree\n\xff");

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *dir = test_make_dir (tree, names[i]);

      for (gsize j = 0; j < G_N_ELEMENTS (names); j++)
        g_free (test_make_file (dir, names[j]));
    }

  delete_path (tree, TMP_DELETE_NONE);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

static void
test_deep (TestFixture   *fixture,
           gconstpointer  data)
{
  g_autofree char *tree = test_make_dir (fixture->path, "tree");

  test_make_deep (tree, test_scale (5000));
  delete_path (tree, TMP_DELETE_NONE);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

/* Neither depth nor width may need more descriptors. */
static void
test_deep_and_wide (TestFixture   *fixture,
                    gconstpointer  data)
{
  g_autofree char *tree = test_make_dir (fixture->path, "tree");

  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);
      g_autofree char *dir = test_make_dir (tree, name);

      test_make_deep (dir, test_scale (400));
    }

  delete_path (tree, TMP_DELETE_KEEP_ROOT);
  g_assert_cmpuint (test_count_entries (tree), ==, 0);
}

/* More directories, at a depth from where what is below them is not dealt with
 * in place any more, than there are places for it elsewhere.
 */
static void
test_wide_then_deep (TestFixture   *fixture,
                     gconstpointer  data)
{
  g_autofree char *tree = test_make_dir (fixture->path, "tree");
  g_autofree char *edge = g_strdup (tree);

  for (guint i = 0; i < 31; i++)
    {
      char *next = test_make_dir (edge, "down");

      g_free (edge);
      edge = next;
    }
  for (guint i = 0; i < 600; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);
      g_autofree char *dir = test_make_dir (edge, name);

      test_make_deep (dir, 40);
    }

  delete_path (tree, TMP_DELETE_NONE);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

/* Not even the paths of the few levels that are dealt with at a time may be
 * given to the system in one piece.
 */
static void
test_deep_long_names (TestFixture   *fixture,
                      gconstpointer  data)
{
  g_autofree char *tree = test_make_dir (fixture->path, "tree");

  for (guint i = 0; i < 4; i++)
    {
      int dir = g_open (tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
      g_autofree char *name = g_strnfill (255, 'a' + i);

      for (guint j = 0; j < 60; j++)
        {
          int next;

          g_assert_no_errno (mkdirat (dir, name, 0755));
          for (char c = 'A'; c < 'D'; c++)
            {
              g_autofree char *beside = g_strnfill (255, c);

              if (j > 0)
                g_assert_no_errno (mkdirat (dir, beside, 0755));
            }
          next = openat (dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
          g_assert_no_errno (next);
          close (dir);
          dir = next;
        }
      close (dir);
    }

  delete_path (tree, TMP_DELETE_NONE);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

static void
test_few_descriptors (TestFixture   *fixture,
                      gconstpointer  data)
{
  g_autofree char *tree = test_make_dir (fixture->path, "tree");
  g_autoptr(GFile) file = g_file_new_for_path (tree);
  g_autoptr(GError) error = NULL;
  gboolean success;

  test_make_deep (tree, test_scale (500));
  test_make_tree (tree, test_scale (200), 5);

  test_limit_descriptors (24);
  success = tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error);
  test_limit_descriptors (0);
  g_assert_no_error (error);
  g_assert_true (success);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

/* With -m slow each of them is a file of its own. */
static void
test_wide (TestFixture   *fixture,
           gconstpointer  data)
{
  const guint n = test_scale (200000);
  g_autofree char *tree = test_make_dir (fixture->path, "tree");

  if (g_test_slow ())
    for (guint i = 0; i < n; i++)
      {
        g_autofree char *path = g_strdup_printf ("%s/%u", tree, i);

        g_close (g_creat (path, 0644), NULL);
      }
  else
    test_make_files (tree, n);
  g_assert_cmpuint (test_count_entries (tree), ==, n);

  delete_path (tree, TMP_DELETE_NONE);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

static void
test_many_directories (TestFixture   *fixture,
                       gconstpointer  data)
{
  g_autofree char *tree = test_make_dir (fixture->path, "tree");

  for (guint i = 0; i < test_scale (2000); i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);

      g_free (test_make_dir (tree, name));
    }
  delete_path (tree, TMP_DELETE_NONE);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

static void
test_async (TestFixture   *fixture,
            gconstpointer  data)
{
  g_autofree char *tree = test_make_dir (fixture->path, "tree");
  g_autoptr(GFile) file = g_file_new_for_path (tree);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  test_make_tree (tree, 20, 20);
  tmp_delete_tree_async (file, TMP_DELETE_KEEP_ROOT, G_PRIORITY_LOW, NULL,
                         test_store_result, &result);
  g_assert_null (result);
  test_wait_result (&result);

  g_assert_cmpint (g_task_get_priority (G_TASK (result)), ==, G_PRIORITY_LOW);
  g_assert_true (tmp_delete_tree_finish (result, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_entries (tree), ==, 0);
}

/* Many at once, of which none waits for the main loop: it is not run before
 * all are gone.
 */
static void
test_async_many (TestFixture   *fixture,
                 gconstpointer  data)
{
  const guint n = test_scale (50);
  g_autofree GAsyncResult **results = g_new0 (GAsyncResult *, n);
  g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("tree%u", i);
      g_autofree char *tree = test_make_dir (fixture->path, name);

      test_make_tree (tree, 3, 5);
      g_ptr_array_add (files, g_file_new_for_path (tree));
    }
  for (guint i = 0; i < n; i++)
    tmp_delete_tree_async (files->pdata[i], TMP_DELETE_NONE, G_PRIORITY_DEFAULT, NULL,
                           test_store_result, &results[i]);

  tmp_flush (NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);

  for (guint i = 0; i < n; i++)
    {
      test_wait_result (&results[i]);
      g_assert_true (tmp_delete_tree_finish (results[i], &error));
      g_assert_no_error (error);
      g_object_unref (results[i]);
    }
}

int
main (int    argc,
      char **argv)
{
  test_init (&argc, &argv);

  test_add ("/delete/tree", NULL, test_tree);
  test_add ("/delete/file", NULL, test_file);
  test_add ("/delete/missing", NULL, test_missing);
  test_add ("/delete/keep-root", NULL, test_keep_root);
  test_add ("/delete/keep-root-file", NULL, test_keep_root_file);
  test_add ("/delete/slash", NULL, test_slash);
  test_add ("/delete/symlinks-inside", NULL, test_symlinks_inside);
  test_add ("/delete/symlink-root", NULL, test_symlink_root);
  test_add ("/delete/hard-links", NULL, test_hard_links);
  test_add ("/delete/special-files", NULL, test_special_files);
  test_add ("/delete/odd-names", NULL, test_odd_names);
  test_add ("/delete/deep", NULL, test_deep);
  test_add ("/delete/deep-and-wide", NULL, test_deep_and_wide);
  test_add ("/delete/wide-then-deep", NULL, test_wide_then_deep);
  test_add ("/delete/deep-long-names", NULL, test_deep_long_names);
  test_add ("/delete/few-descriptors", NULL, test_few_descriptors);
  test_add ("/delete/wide", NULL, test_wide);
  test_add ("/delete/many-directories", NULL, test_many_directories);
  test_add ("/delete/async", NULL, test_async);
  test_add ("/delete/async-many", NULL, test_async_many);

  return test_run ();
}
