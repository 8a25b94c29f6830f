/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* tmp_delete_tree () where permissions are in the way, where something cannot
 * be deleted, and where it is told to stop.
 */

#include "test-lib.h"
#include "wrap-file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Directories of our own never stop us, whatever their mode. */
static void
test_modes (TestFixture   *fixture,
            gconstpointer  data)
{
  static const mode_t modes[] = { 0500, 0400, 0300, 0200, 0100, 0077, 0000, 01000, 02000 };
  g_autofree char *tree = NULL;
  g_autoptr(GFile) file = NULL;
  g_autoptr(GError) error = NULL;

  if (!test_drop_root (fixture))
    return;

  tree = test_make_dir (fixture->path, "tree");
  file = g_file_new_for_path (tree);
  for (gsize i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autofree char *name = g_strdup_printf ("%04o", modes[i]);
      g_autofree char *outer = test_make_dir (tree, name);
      g_autofree char *inner = test_make_dir (outer, name);

      test_make_files (inner, 3);
      test_make_files (outer, 3);
      g_assert_no_errno (g_chmod (inner, modes[i]));
      g_assert_no_errno (g_chmod (outer, modes[i]));
    }
  g_assert_no_errno (g_chmod (tree, 0000));

  tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);

  test_regain_root ();
}

/* A chain that must be repaired one by one, deeper than any number of
 * descriptors that one keeps open
 */
/* The root is opened in another way than what is below it. */
static void
test_modes_root (TestFixture   *fixture,
                 gconstpointer  data)
{
  if (!test_drop_root (fixture))
    return;

  for (mode_t mode = 0; mode <= 0700; mode += 0100)
    {
      g_autofree char *tree = test_make_dir (fixture->path, "tree");
      g_autoptr(GFile) file = g_file_new_for_path (tree);
      g_autoptr(GError) error = NULL;

      test_make_tree (tree, 2, 2);
      g_assert_no_errno (g_chmod (tree, mode));
      tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error);
      g_assert_no_error (error);
      test_assert_absent (tree);
    }

  test_regain_root ();
}

static void
test_modes_deep (TestFixture   *fixture,
                 gconstpointer  data)
{
  g_autofree char *path = NULL;
  g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GFile) file = g_file_get_child (fixture->file, "d");
  g_autoptr(GError) error = NULL;

  if (!test_drop_root (fixture))
    return;

  path = g_strdup (fixture->path);
  for (guint i = 0; i < 100; i++)
    {
      char *next = test_make_dir (path, "d");

      test_make_files (next, 2);
      g_free (path);
      path = g_strdup (next);
      g_ptr_array_add (paths, next);
    }
  for (guint i = paths->len; i > 0; i--)
    g_assert_no_errno (g_chmod (paths->pdata[i - 1], 0000));

  tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);

  test_regain_root ();
}

/* So much in directories which may be read, but not entered, that more than
 * one thread has to find the way there
 */
static void
test_modes_shared (TestFixture   *fixture,
                   gconstpointer  data)
{
  if (!test_drop_root (fixture))
    return;

  for (guint round = 0; round < test_scale (20); round++)
    {
      g_autofree char *tree = test_make_dir (fixture->path, "tree");
      g_autoptr(GFile) file = g_file_new_for_path (tree);
      g_autoptr(GError) error = NULL;

      for (guint i = 0; i < 4; i++)
        {
          const char name[] = { (char) ('a' + i), '\0' };
          g_autofree char *outer = test_make_dir (tree, name);
          g_autofree char *inner = test_make_dir (outer, name);

          test_make_tree (inner, 20, 20);
          g_assert_no_errno (g_chmod (inner, 0400));
          g_assert_no_errno (g_chmod (outer, 0400));
        }

      tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error);
      g_assert_no_error (error);
      test_assert_absent (tree);
    }

  test_regain_root ();
}

/* With the root to be kept: it is the caller's, and stays as it is */
static void
test_modes_keep_root (TestFixture   *fixture,
                      gconstpointer  data)
{
  g_autofree char *tree = NULL;
  g_autofree char *sub = NULL;
  g_autoptr(GFile) file = NULL;
  g_autoptr(GError) error = NULL;
  GStatBuf st;

  if (!test_drop_root (fixture))
    return;

  tree = test_make_dir (fixture->path, "tree");
  sub = test_make_dir (tree, "sub");
  test_make_files (sub, 3);
  g_assert_no_errno (g_chmod (sub, 0000));
  g_assert_no_errno (g_chmod (tree, 0010));
  file = g_file_new_for_path (tree);

  tmp_delete_tree (file, TMP_DELETE_KEEP_ROOT, NULL, &error);
  g_assert_no_error (error);
  g_assert_no_errno (g_lstat (tree, &st));
  g_assert_cmpuint (st.st_mode, ==, S_IFDIR | 0010);
  g_assert_no_errno (g_chmod (tree, 0700));
  g_assert_cmpuint (test_count_entries (tree), ==, 0);

  test_regain_root ();
}

/* Repairing a directory must change the mode of no file: it may have another
 * name elsewhere.
 */
static void
test_modes_of_files (TestFixture   *fixture,
                     gconstpointer  data)
{
  g_autofree char *tree = NULL;
  g_autofree char *outside = NULL;
  g_autofree char *inside = NULL;
  g_autoptr(GFile) root = NULL;
  g_autoptr(GError) error = NULL;
  GStatBuf st;

  if (!test_drop_root (fixture))
    return;

  tree = test_make_dir (fixture->path, "tree");
  outside = test_make_file (fixture->path, "outside");
  inside = g_build_filename (tree, "inside", NULL);
  g_assert_no_errno (link (outside, inside));
  g_assert_no_errno (g_chmod (inside, 0000));
  g_assert_no_errno (g_chmod (tree, 0000));
  root = g_file_new_for_path (tree);

  tmp_delete_tree (root, TMP_DELETE_NONE, NULL, &error);
  g_assert_no_error (error);
  test_assert_absent (tree);
  g_assert_no_errno (g_lstat (outside, &st));
  g_assert_cmpuint (st.st_mode, ==, S_IFREG | 0000);

  test_regain_root ();
}

typedef enum
{
  FOREIGN_DIRECTORY,   /* root's, with something in it */
  FOREIGN_UNREADABLE,  /* the same, of mode 0700 */
  STICKY,              /* root's file in root's sticky directory */
} Obstacle;

/* Something in the middle of the tree belongs to root. The error names it,
 * and everything else is deleted.
 */
static void
test_obstacle (TestFixture   *fixture,
               gconstpointer  data)
{
  const Obstacle obstacle = GPOINTER_TO_INT (data);
  g_autofree char *tree = NULL;
  g_autofree char *sub = NULL;
  g_autofree char *foreign = NULL;
  g_autofree char *content = NULL;
  g_autoptr(GFile) file = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) async_error = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  gboolean success;

  if (!test_require_root () || !test_drop_root (fixture))
    return;

  tree = test_make_dir (fixture->path, "tree");
  test_make_tree (tree, 10, 10);
  sub = test_make_dir (tree, "sub");
  test_make_files (sub, 100);
  test_regain_root ();
  foreign = test_make_dir (sub, "foreign");
  content = test_make_file (foreign, "file");
  if (obstacle == FOREIGN_UNREADABLE)
    g_assert_no_errno (g_chmod (foreign, 0700));
  if (obstacle == STICKY)
    g_assert_no_errno (g_chmod (foreign, 01777));
  if (!test_drop_root (fixture))
    return;

  file = g_file_new_for_path (tree);
  success = tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error);
  g_assert_false (success);
  test_assert_error (error, G_IO_ERROR_PERMISSION_DENIED,
                     obstacle == FOREIGN_UNREADABLE ? foreign : content);
  g_assert_nonnull (strstr (error->message,
                            g_strerror (obstacle == STICKY ? EPERM : EACCES)));
  /* tree, sub, foreign, and the file if it could be seen */
  g_assert_nonnull (strstr (error->message, obstacle == FOREIGN_UNREADABLE ? "(3 " : "(4 "));

  /* A second time, it is still there and still an error */
  tmp_delete_tree_async (file, TMP_DELETE_NONE, G_PRIORITY_DEFAULT, NULL,
                         test_store_result, &result);
  test_wait_result (&result);
  g_assert_false (tmp_delete_tree_finish (result, &async_error));
  g_assert_cmpstr (async_error->message, ==, error->message);

  success = tmp_delete_tree (file, TMP_DELETE_IGNORE_ERRORS, NULL, NULL);
  g_assert_true (success);

  test_regain_root ();
  /* sub, foreign, file */
  g_assert_cmpuint (test_count_entries (tree), ==, 3);
}

/* An append-only directory keeps what it has, and what is deep in there must not
 * be brought to where it would stay, too.
 */
static void
test_append_only (TestFixture   *fixture,
                  gconstpointer  data)
{
  g_autofree char *tree = test_make_dir (fixture->path, "tree");
  g_autoptr(GFile) file = g_file_new_for_path (tree);
  g_autoptr(GError) error = NULL;
  int fd = open (tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int flags;

  test_make_deep (tree, 100);
  g_assert_no_errno (fd);
  if (ioctl (fd, FS_IOC_GETFLAGS, &flags) == 0 &&
      (flags |= FS_APPEND_FL, ioctl (fd, FS_IOC_SETFLAGS, &flags) == 0))
    {
      g_assert_false (tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error));
      flags &= ~FS_APPEND_FL;
      g_assert_no_errno (ioctl (fd, FS_IOC_SETFLAGS, &flags));
      test_assert_error (error, G_IO_ERROR_PERMISSION_DENIED, tree);
      g_assert_nonnull (strstr (error->message, "(4 files and directories are left)"));
      g_assert_cmpuint (test_count_entries (tree), ==, 3);
    }
  else
    g_test_skip ("needs append-only directories, and root to make them");

  close (fd);
}

/* The root itself is in a directory where we may not delete. */
static void
test_locked_parent (TestFixture   *fixture,
                    gconstpointer  data)
{
  g_autofree char *tree = NULL;
  g_autoptr(GFile) file = NULL;
  g_autoptr(GError) error = NULL;
  GStatBuf st;

  if (!test_drop_root (fixture))
    return;

  tree = test_make_dir (fixture->path, "tree");
  test_make_tree (tree, 5, 5);
  g_assert_no_errno (g_chmod (fixture->path, 0500));
  file = g_file_new_for_path (tree);

  g_assert_false (tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error));
  test_assert_error (error, G_IO_ERROR_PERMISSION_DENIED, tree);
  g_assert_nonnull (strstr (error->message, g_strerror (EACCES)));
  /* The parent is not part of the tree: its mode is none of our business */
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 1);
  g_assert_no_errno (g_lstat (fixture->path, &st));
  g_assert_cmpuint (st.st_mode, ==, S_IFDIR | 0500);

  g_assert_no_errno (g_chmod (fixture->path, 0700));
  test_regain_root ();
}

static void
test_not_a_directory (TestFixture   *fixture,
                      gconstpointer  data)
{
  g_autofree char *file = test_make_file (fixture->path, "file");
  g_autofree char *below = g_build_filename (file, "below", NULL);
  g_autoptr(GFile) root = g_file_new_for_path (below);
  g_autoptr(GError) error = NULL;

  g_assert_false (tmp_delete_tree (root, TMP_DELETE_NONE, NULL, &error));
  test_assert_error (error, G_IO_ERROR_NOT_DIRECTORY, below);
  test_assert_present (file);
}

static void
test_cancelled (TestFixture   *fixture,
                gconstpointer  data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) async_error = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  test_make_tree (fixture->path, 5, 5);
  before = test_snapshot (fixture->path);
  g_cancellable_cancel (cancellable);

  g_assert_false (tmp_delete_tree (fixture->file, TMP_DELETE_IGNORE_ERRORS, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  tmp_delete_tree_async (fixture->file, TMP_DELETE_NONE, G_PRIORITY_DEFAULT, cancellable,
                         test_store_result, &result);
  test_wait_result (&result);
  g_assert_false (tmp_delete_tree_finish (result, &async_error));
  g_assert_error (async_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  after = test_snapshot (fixture->path);
  g_assert_cmpstr (before, ==, after);
}

typedef struct
{
  GFile *tree;
  GCancellable *cancellable;
  gint64 end;
  GError *error;
} CancelRun;

static gpointer
delete_in_thread (gpointer data)
{
  CancelRun *run = data;

  tmp_delete_tree (run->tree, TMP_DELETE_NONE, run->cancellable, &run->error);
  run->end = g_get_monotonic_time ();
  return NULL;
}

typedef enum
{
  CANCEL_WIDE,  /* one directory */
  CANCEL_MANY,  /* directories in and beside one another */
  CANCEL_DEEP,  /* directories in one another */
  CANCEL_GIO = 1 << 4
} CancelFlags;

static void
make_content (const char *path,
              guint       shape,
              guint       size)
{
  switch (shape)
    {
    case CANCEL_WIDE:
      test_make_files (path, size * test_scale (20000));
      break;
    case CANCEL_MANY:
      test_make_tree (path, size * test_scale (1000), 10);
      break;
    default:
      test_make_deep (path, size * test_scale (5000));
    }
}

/* It stops within 50 ms, whether it has just begun or is under way. The machine
 * may have something else to do at that moment, so one of several tries must do
 * it.
 */
static void
test_cancelled_during (TestFixture   *fixture,
                       gconstpointer  data)
{
  static const gulong waits[] = { 0, 5000, 20000 };
  const guint flags = GPOINTER_TO_UINT (data);
  const gint64 limit = 50 * 1000 * (gint64) (test_timeout (1) / G_USEC_PER_SEC);
  g_autofree char *tree = test_make_dir (fixture->path, "tree");
  g_autofree char *content = g_build_filename (tree, "content", NULL);
  g_autoptr(GFile) file = (flags & CANCEL_GIO) != 0 ? wrap_file_new (tree)
                                                    : g_file_new_for_path (tree);
  g_autoptr(GError) error = NULL;
  gint64 best[G_N_ELEMENTS (waits)] = { G_MAXINT64, G_MAXINT64, G_MAXINT64 };
  guint size = 1;

  wrap_reset ();

  for (guint i = 0, n_tries = 0; i < G_N_ELEMENTS (waits);)
    {
      g_autoptr(GCancellable) cancellable = g_cancellable_new ();
      CancelRun run = { file, cancellable, 0, NULL };
      TestWatch watch;
      GThread *thread;
      gint64 start;

      g_assert_cmpuint (size, <=, 64);
      g_assert_no_errno (g_mkdir (content, 0755));
      make_content (content, flags & ~CANCEL_GIO, size);

      test_watch_start (&watch, content);
      thread = g_thread_new ("delete", delete_in_thread, &run);
      test_watch_wait (&watch);
      g_usleep (waits[i]);
      start = g_get_monotonic_time ();
      g_cancellable_cancel (cancellable);
      g_thread_join (thread);

      if (run.error == NULL)
        {
          /* Too fast for us */
          test_assert_absent (tree);
          size *= 2;
          g_assert_no_errno (g_mkdir (tree, 0755));
          continue;
        }

      g_assert_error (run.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&run.error);
      test_assert_present (tree);
      /* Of what is left, nobody knows when it will change. */
      tmp_delete_tree (file, TMP_DELETE_KEEP_ROOT, NULL, &error);
      g_assert_no_error (error);
      best[i] = MIN (best[i], run.end - start);

      if (best[i] > limit && ++n_tries < 3)
        continue;
      g_test_message ("Stopped %" G_GINT64_FORMAT " µs after it was cancelled, %lu ms from its start",
                      best[i], waits[i] / 1000);
      g_assert_cmpint (best[i], <=, limit);
      i++;
      n_tries = 0;
    }

  tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error);
  g_assert_no_error (error);
}

/* Somebody else deletes at the same time: both succeed */
static void
test_contest (TestFixture   *fixture,
              gconstpointer  data)
{
  for (guint i = 0; i < test_scale (10); i++)
    {
      g_autofree char *tree = test_make_dir (fixture->path, "tree");
      g_autoptr(GFile) file = g_file_new_for_path (tree);
      CancelRun runs[4];
      GThread *threads[G_N_ELEMENTS (runs)];

      test_make_tree (tree, 30, 10);
      for (guint j = 0; j < G_N_ELEMENTS (runs); j++)
        {
          runs[j] = (CancelRun) { file, NULL, 0, NULL };
          threads[j] = g_thread_new ("delete", delete_in_thread, &runs[j]);
        }
      for (guint j = 0; j < G_N_ELEMENTS (runs); j++)
        {
          g_thread_join (threads[j]);
          g_assert_no_error (runs[j].error);
        }
      g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
    }
}

int
main (int    argc,
      char **argv)
{
  test_init (&argc, &argv);

  test_add ("/delete-errors/modes", NULL, test_modes);
  test_add ("/delete-errors/modes-root", NULL, test_modes_root);
  test_add ("/delete-errors/modes-deep", NULL, test_modes_deep);
  test_add ("/delete-errors/modes-shared", NULL, test_modes_shared);
  test_add ("/delete-errors/modes-keep-root", NULL, test_modes_keep_root);
  test_add ("/delete-errors/modes-of-files", NULL, test_modes_of_files);
  test_add ("/delete-errors/foreign-directory", GINT_TO_POINTER (FOREIGN_DIRECTORY), test_obstacle);
  test_add ("/delete-errors/foreign-unreadable", GINT_TO_POINTER (FOREIGN_UNREADABLE), test_obstacle);
  test_add ("/delete-errors/sticky", GINT_TO_POINTER (STICKY), test_obstacle);
  test_add ("/delete-errors/append-only", NULL, test_append_only);
  test_add ("/delete-errors/locked-parent", NULL, test_locked_parent);
  test_add ("/delete-errors/not-a-directory", NULL, test_not_a_directory);
  test_add ("/delete-errors/cancelled", NULL, test_cancelled);
  test_add ("/delete-errors/cancelled-wide", GUINT_TO_POINTER (CANCEL_WIDE), test_cancelled_during);
  test_add ("/delete-errors/cancelled-many", GUINT_TO_POINTER (CANCEL_MANY), test_cancelled_during);
  test_add ("/delete-errors/cancelled-deep", GUINT_TO_POINTER (CANCEL_DEEP), test_cancelled_during);
  test_add ("/delete-errors/cancelled-gio-wide", GUINT_TO_POINTER (CANCEL_WIDE | CANCEL_GIO),
            test_cancelled_during);
  test_add ("/delete-errors/cancelled-gio-many", GUINT_TO_POINTER (CANCEL_MANY | CANCEL_GIO),
            test_cancelled_during);
  test_add ("/delete-errors/contest", NULL, test_contest);

  return test_run ();
}
