/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Files that are not native: no path, no descriptors, only what GFile has.
 * The ones used here wrap local files, so that the result can be looked at.
 */

#include "test-lib.h"
#include "wrap-file.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where it really is */
static char *
local_path (TmpDirectory *dir)
{
  g_autofree char *uri = g_file_get_uri (tmp_directory_get_file (dir));
  g_autofree char *file_uri = g_strconcat ("file", uri + strlen ("wrap"), NULL);

  return g_filename_from_uri (file_uri, NULL, NULL);
}

static void
test_create (TestFixture   *fixture,
             gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  g_autofree char *path = local_path (dir);
  g_autofree char *entry = test_only_entry (fixture->path);
  g_autofree char *name = g_path_get_basename (path);
  g_autoptr(GFile) child = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_true (WRAP_IS_FILE (tmp_directory_get_file (dir)));
  g_assert_cmpstr (path, ==, entry);
  g_assert_null (tmp_directory_get_path (dir));
  g_assert_null (tmp_directory_build_path (dir, "a", NULL));
  g_assert_true (tmp_directory_get_parent (dir) == fixture->file);
  g_assert_true (g_str_has_prefix (name, "tmp"));
  g_assert_cmpuint (strlen (name), >=, strlen ("tmp") + 16);

  child = tmp_directory_get_child (dir, "a", &error);
  g_assert_no_error (error);
  g_assert_true (WRAP_IS_FILE (child));
  g_assert_true (g_file_has_parent (child, tmp_directory_get_file (dir)));
}

static void
test_create_errors (TestFixture   *fixture,
                    gconstpointer  data)
{
  static const struct
  {
    WrapOperation operation;
    int code;
  } cases[] = {
    { WRAP_MAKE, G_IO_ERROR_PERMISSION_DENIED },
    { WRAP_MAKE, G_IO_ERROR_NO_SPACE },
    { WRAP_MAKE, G_IO_ERROR_NOT_CONNECTED },
  };
  g_autofree char *uri = g_file_get_uri (fixture->file);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) cancel_error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;

      wrap_reset ();
      wrap_fail (cases[i].operation, NULL, cases[i].code);
      g_assert_null (tmp_directory_new_in (fixture->file, NULL, NULL, &error));
      test_assert_error (error, cases[i].code, uri);
      g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
    }

  wrap_reset ();
  g_cancellable_cancel (cancellable);
  g_assert_null (tmp_directory_new_in (fixture->file, NULL, cancellable, &cancel_error));
  g_assert_error (cancel_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

static void
test_cleanup (TestFixture   *fixture,
              gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  g_autofree char *path = local_path (dir);
  guint n = test_make_tree (path, 20, 20);
  g_autoptr(GError) error = NULL;

  g_assert_true (tmp_directory_cleanup (dir, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
  g_assert_cmpuint (tmp_directory_get_entries_removed (dir), ==, n + 1);
  /* It went through the GFile, all of it */
  g_assert_cmpuint (wrap_count (WRAP_DELETE), >=, n + 1);

  g_assert_true (tmp_directory_cleanup (dir, NULL, &error));
  g_assert_no_error (error);
}

static void
test_unref (TestFixture   *fixture,
            gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  g_autofree char *path = local_path (dir);
  g_autoptr(GError) error = NULL;

  test_make_tree (path, 20, 20);
  g_clear_object (&dir);
  g_assert_true (tmp_flush (NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

static void
test_exit (TestFixture   *fixture,
           gconstpointer  data)
{
  if (g_test_subprocess ())
    {
      TmpDirectory *dir = test_new_directory (fixture);
      g_autofree char *path = local_path (dir);

      test_make_tree (path, 5, 5);
      test_hold (dir);
      return;
    }

  g_test_trap_subprocess (NULL, test_timeout (60), 0);
  g_test_trap_assert_passed ();
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

static void
delete_tree (TestFixture    *fixture,
             const char     *name,
             TmpDeleteFlags  flags)
{
  g_autoptr(GFile) file = g_file_get_child (fixture->file, name);
  g_autoptr(GError) error = NULL;

  g_assert_true (tmp_delete_tree (file, flags, NULL, &error));
  g_assert_no_error (error);
}

static void
test_delete_tree (TestFixture   *fixture,
                  gconstpointer  data)
{
  g_autofree char *tree = test_make_dir (fixture->path, "tree");
  g_autofree char *beside = test_make_dir (fixture->path, "tree2");

  /* A wide one, a bushy one, and a file */
  test_make_files (tree, test_scale (2000));
  delete_tree (fixture, "tree", TMP_DELETE_KEEP_ROOT);
  g_assert_cmpuint (test_count_entries (tree), ==, 0);

  test_make_tree (tree, test_scale (200), 8);
  delete_tree (fixture, "tree", TMP_DELETE_NONE);
  test_assert_absent (tree);

  g_free (test_make_file (fixture->path, "file"));
  delete_tree (fixture, "file", TMP_DELETE_NONE);
  delete_tree (fixture, "missing", TMP_DELETE_NONE);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 1);
  test_assert_present (beside);
}

/* As deep as a path can be */
static void
test_deep (TestFixture   *fixture,
           gconstpointer  data)
{
  g_autofree char *tree = test_make_dir (fixture->path, "tree");
  guint n_levels = (4000 - strlen (tree)) / strlen ("/deep");

  test_make_deep (tree, n_levels);
  delete_tree (fixture, "tree", TMP_DELETE_NONE);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

/* g_file_enumerate_children () follows a link at the root. */
static void
test_symlink_root (TestFixture   *fixture,
                   gconstpointer  data)
{
  g_autofree char *outside = test_make_dir (fixture->path, "outside");
  g_autofree char *link = g_build_filename (fixture->path, "link", NULL);
  g_autoptr(GFile) file = g_file_get_child (fixture->file, "link");
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autoptr(GError) error = NULL;

  test_make_tree (outside, 3, 3);
  before = test_snapshot (outside);

  g_assert_no_errno (symlink ("outside", link));
  g_assert_false (tmp_delete_tree (file, TMP_DELETE_KEEP_ROOT, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY);
  g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
  delete_tree (fixture, "link", TMP_DELETE_NONE);
  test_assert_absent (link);

  after = test_snapshot (outside);
  g_assert_cmpstr (before, ==, after);
}

static void
test_symlinks_inside (TestFixture   *fixture,
                      gconstpointer  data)
{
  static const char * const targets[] = { "../outside", "nowhere", "/", ".", "..", "4" };
  g_autofree char *outside = test_make_dir (fixture->path, "outside");
  g_autofree char *tree = test_make_dir (fixture->path, "tree");
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  test_make_tree (outside, 3, 3);
  before = test_snapshot (outside);
  for (gsize i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_autofree char *link = g_strdup_printf ("%s/%zu", tree, i);

      g_assert_no_errno (symlink (targets[i], link));
    }

  delete_tree (fixture, "tree", TMP_DELETE_NONE);
  test_assert_absent (tree);
  after = test_snapshot (outside);
  g_assert_cmpstr (before, ==, after);
}

/* One operation on one entry fails: the error is that one, everything else
 * is deleted, and once it works again the rest is, too.
 */
static void
test_error (TestFixture   *fixture,
            gconstpointer  data)
{
  static const int codes[] = {
    G_IO_ERROR_PERMISSION_DENIED, G_IO_ERROR_HOST_UNREACHABLE, G_IO_ERROR_READ_ONLY
  };
  const WrapOperation operation = GPOINTER_TO_INT (data);

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autofree char *tree = test_make_dir (fixture->path, "tree");
      g_autofree char *sub = test_make_dir (tree, "sub");
      g_autofree char *bad = test_make_dir (sub, "bad");
      g_autoptr(GFile) file = g_file_get_child (fixture->file, "tree");
      g_autoptr(GFile) bad_file = g_file_resolve_relative_path (file, "sub/bad");
      g_autofree char *bad_uri = g_file_get_uri (bad_file);
      g_autoptr(GError) error = NULL;
      guint n_left;

      test_make_tree (tree, 10, 10);
      test_make_files (sub, 10);
      if (operation != WRAP_DELETE)
        test_make_files (bad, 1);
      n_left = operation != WRAP_DELETE ? 3 : 2;
      wrap_reset ();
      wrap_fail (operation, "bad", codes[i]);

      g_assert_false (tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error));
      test_assert_error (error, codes[i], bad_uri);
      g_assert_nonnull (strstr (error->message, "Injected failure"));
      /* sub, bad, and what could not be seen in there */
      g_assert_cmpuint (test_count_entries (tree), ==, n_left);

      g_assert_true (tmp_delete_tree (file, TMP_DELETE_IGNORE_ERRORS, NULL, NULL));
      g_assert_cmpuint (test_count_entries (tree), ==, n_left);

      wrap_reset ();
      delete_tree (fixture, "tree", TMP_DELETE_NONE);
      test_assert_absent (tree);
    }
}

/* To remove what could not be read, because it was empty, is no error. */
static void
test_unreadable (TestFixture   *fixture,
                 gconstpointer  data)
{
  g_autofree char *tree = test_make_dir (fixture->path, "tree");
  g_autofree char *sub = test_make_dir (tree, "sub");
  g_autofree char *busy = test_make_file (tree, "busy");
  g_autoptr(GFile) file = g_file_get_child (fixture->file, "tree");
  g_autoptr(GFile) busy_file = g_file_get_child (file, "busy");
  g_autofree char *busy_uri = g_file_get_uri (busy_file);
  g_autoptr(GError) error = NULL;

  g_free (test_make_dir (sub, "unreadable"));
  wrap_fail (WRAP_ENUMERATE, "unreadable", G_IO_ERROR_PERMISSION_DENIED);
  wrap_fail (WRAP_DELETE, "busy", G_IO_ERROR_BUSY);
  g_assert_false (tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error));
  test_assert_error (error, G_IO_ERROR_BUSY, busy_uri);
  test_assert_absent (sub);
  test_assert_present (busy);
}

/* Of what is in a directory that may only be read, or not even that, GIO knows no type. */
static void
test_unsearchable (TestFixture   *fixture,
                   gconstpointer  data)
{
  const mode_t *mode = data;
  g_autofree char *tree = NULL;
  g_autofree char *closed = NULL;
  g_autofree char *path = NULL;
  g_autofree char *uri = NULL;
  g_autoptr(GFile) file = g_file_get_child (fixture->file, "tree");
  g_autoptr(GFile) inner = g_file_resolve_relative_path (file, "closed/file");
  g_autoptr(GError) error = NULL;

  if (!test_drop_root (fixture))
    return;

  tree = test_make_dir (fixture->path, "tree");
  closed = test_make_dir (tree, "closed");
  path = test_make_file (closed, "file");
  uri = g_file_get_uri (inner);
  g_assert_no_errno (chmod (closed, *mode));

  g_assert_false (tmp_delete_tree (inner, TMP_DELETE_NONE, NULL, &error));
  test_assert_error (error, G_IO_ERROR_PERMISSION_DENIED, uri);
  g_clear_error (&error);
  g_assert_false (tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);

  test_regain_root ();
  g_assert_no_errno (chmod (closed, 0700));
  test_assert_present (path);
}

/* If it cannot be known what the root is, nothing is done to it. */
static void
test_root_error (TestFixture   *fixture,
                 gconstpointer  data)
{
  g_autofree char *tree = test_make_dir (fixture->path, "tree");
  g_autoptr(GFile) file = g_file_get_child (fixture->file, "tree");
  g_autofree char *uri = g_file_get_uri (file);
  g_autoptr(GError) error = NULL;

  test_make_files (tree, 3);
  wrap_fail (WRAP_QUERY, "tree", G_IO_ERROR_NOT_MOUNTED);
  g_assert_false (tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error));
  test_assert_error (error, G_IO_ERROR_NOT_MOUNTED, uri);
  g_assert_cmpuint (test_count_entries (tree), ==, 3);
}

static void
test_cleanup_retry (TestFixture   *fixture,
                    gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  g_autofree char *path = local_path (dir);
  g_autofree char *bad = NULL;
  g_autoptr(GError) error = NULL;

  test_make_tree (path, 5, 5);
  bad = test_make_file (path, "bad");
  wrap_fail (WRAP_DELETE, "bad", G_IO_ERROR_BUSY);

  g_assert_false (tmp_directory_cleanup (dir, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_clear_error (&error);
  g_assert_cmpuint (test_count_entries (path), ==, 1);

  tmp_directory_set_ignore_cleanup_errors (dir, TRUE);
  g_assert_true (tmp_directory_cleanup (dir, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_entries (path), ==, 1);

  /* What could not be deleted is deleted with the last reference. */
  wrap_reset ();
  g_clear_object (&dir);
  g_assert_true (tmp_flush (NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

static gboolean
something_deleted (gpointer data)
{
  return wrap_count (WRAP_DELETE) >= 5;
}

/* It does not go on after it was cancelled, and can be told to do so. */
static void
test_cancelled_during (TestFixture   *fixture,
                       gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autofree char *path = local_path (dir);
  g_autoptr(GError) error = NULL;
  guint left;

  test_make_tree (path, 20, 20);
  wrap_delay (WRAP_DELETE, 5000);
  tmp_directory_cleanup_async (dir, G_PRIORITY_DEFAULT, cancellable, test_store_result, &result);
  test_wait_until (something_deleted, NULL);
  g_cancellable_cancel (cancellable);
  test_wait_result (&result);
  g_assert_false (tmp_directory_cleanup_finish (dir, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  left = test_count_entries (path);
  g_assert_cmpuint (left, >, 0);
  g_assert_cmpuint (left + tmp_directory_get_entries_removed (dir), ==, 20 * 22);

  wrap_reset ();
  g_assert_true (tmp_directory_cleanup (dir, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  static const mode_t none = 0, readable = 0400;

  test_init (&argc, &argv);

  wrap_add ("/gfile/create", NULL, test_create);
  wrap_add ("/gfile/create-errors", NULL, test_create_errors);
  wrap_add ("/gfile/cleanup", NULL, test_cleanup);
  wrap_add ("/gfile/unref", NULL, test_unref);
  wrap_add ("/gfile/exit", NULL, test_exit);
  wrap_add ("/gfile/delete-tree", NULL, test_delete_tree);
  wrap_add ("/gfile/deep", NULL, test_deep);
  wrap_add ("/gfile/symlink-root", NULL, test_symlink_root);
  wrap_add ("/gfile/symlinks-inside", NULL, test_symlinks_inside);
  wrap_add ("/gfile/error-enumerate", GINT_TO_POINTER (WRAP_ENUMERATE), test_error);
  wrap_add ("/gfile/error-next", GINT_TO_POINTER (WRAP_NEXT), test_error);
  wrap_add ("/gfile/error-delete", GINT_TO_POINTER (WRAP_DELETE), test_error);
  wrap_add ("/gfile/unreadable", NULL, test_unreadable);
  wrap_add ("/gfile/unsearchable", &none, test_unsearchable);
  wrap_add ("/gfile/only-readable", &readable, test_unsearchable);
  wrap_add ("/gfile/root-error", NULL, test_root_error);
  wrap_add ("/gfile/cleanup-retry", NULL, test_cleanup_retry);
  wrap_add ("/gfile/cancelled-during", NULL, test_cancelled_during);

  return test_run ();
}
