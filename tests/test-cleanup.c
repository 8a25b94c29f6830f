/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* tmp_directory_cleanup () and its asynchronous twin */

#include "test-lib.h"
#include "wrap-file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static void
assert_cleanup (TmpDirectory *dir)
{
  g_autoptr(GError) error = NULL;
  gboolean success = tmp_directory_cleanup (dir, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (success);
}

static void
assert_cleanup_fails (TmpDirectory *dir,
                      int           code)
{
  g_autofree char *path = g_strdup (tmp_directory_get_path (dir));
  g_autoptr(GError) error = NULL;
  gboolean success = tmp_directory_cleanup (dir, NULL, &error);

  g_assert_false (success);
  test_assert_error (error, code, path);
}

static gboolean
cleanup_async (TmpDirectory  *dir,
               GCancellable  *cancellable,
               GError       **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  tmp_directory_cleanup_async (dir, G_PRIORITY_LOW, cancellable, test_store_result, &result);
  g_assert_null (result);
  test_wait_result (&result);
  g_assert_cmpint (g_task_get_priority (G_TASK (result)), ==, G_PRIORITY_LOW);
  return tmp_directory_cleanup_finish (dir, result, error);
}

static void
test_sync (TestFixture   *fixture,
           gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  guint n = test_make_tree (tmp_directory_get_path (dir), 20, 20);

  assert_cleanup (dir);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
  /* With the directory itself */
  g_assert_cmpuint (tmp_directory_get_entries_removed (dir), ==, n + 1);

  assert_cleanup (dir);
}

static void
test_async (TestFixture   *fixture,
            gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  guint n = test_make_tree (tmp_directory_get_path (dir), 20, 20);
  g_autoptr(GError) error = NULL;

  g_assert_true (cleanup_async (dir, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
  g_assert_cmpuint (tmp_directory_get_entries_removed (dir), ==, n + 1);

  g_assert_true (cleanup_async (dir, NULL, &error));
  g_assert_no_error (error);
}

/* What a second call must not do: delete what somebody else put there since */
static void
test_name_reused (TestFixture   *fixture,
                  gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  g_autofree char *path = g_strdup (tmp_directory_get_path (dir));

  assert_cleanup (dir);
  g_assert_no_errno (g_mkdir (path, 0755));
  test_make_files (path, 3);

  assert_cleanup (dir);
  g_clear_object (&dir);
  g_assert_cmpuint (test_count_entries (path), ==, 3);
}

/* Somebody else has deleted it: it is gone, as it should be. */
static void
test_gone (TestFixture   *fixture,
           gconstpointer  data)
{
  const gboolean cleanup = GPOINTER_TO_INT (data);
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);

  g_assert_no_errno (g_rmdir (tmp_directory_get_path (dir)));
  if (cleanup)
    assert_cleanup (dir);
}

typedef struct
{
  TmpDirectory *dir;
  gint          n_waiting;
} Together;

static gpointer
cleanup_in_thread (gpointer data)
{
  Together *together = data;

  /* All at once */
  g_atomic_int_add (&together->n_waiting, -1);
  while (g_atomic_int_get (&together->n_waiting) > 0)
    g_thread_yield ();

  assert_cleanup (together->dir);
  test_assert_absent (tmp_directory_get_path (together->dir));
  return NULL;
}

static void
test_threads (TestFixture   *fixture,
              gconstpointer  data)
{
  for (guint i = 0; i < test_scale (10); i++)
    {
      g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
      GThread *threads[8];
      Together together = { dir, G_N_ELEMENTS (threads) };

      test_make_tree (tmp_directory_get_path (dir), 20, 20);
      for (guint j = 0; j < G_N_ELEMENTS (threads); j++)
        threads[j] = g_thread_new ("cleanup", cleanup_in_thread, &together);
      for (guint j = 0; j < G_N_ELEMENTS (threads); j++)
        g_thread_join (threads[j]);

      g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
    }
}

static void
test_async_together (TestFixture   *fixture,
                     gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  GAsyncResult *results[8] = { NULL };

  test_make_tree (tmp_directory_get_path (dir), 20, 20);
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    tmp_directory_cleanup_async (dir, G_PRIORITY_DEFAULT, NULL, test_store_result, &results[i]);

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autoptr(GError) error = NULL;

      test_wait_result (&results[i]);
      g_assert_true (tmp_directory_cleanup_finish (dir, results[i], &error));
      g_assert_no_error (error);
      g_object_unref (results[i]);
    }
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

static void
test_cancelled (TestFixture   *fixture,
                gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) async_error = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  test_make_tree (tmp_directory_get_path (dir), 5, 5);
  before = test_snapshot (fixture->path);

  g_cancellable_cancel (cancellable);
  g_assert_false (tmp_directory_cleanup (dir, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (cleanup_async (dir, cancellable, &async_error));
  g_assert_error (async_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  after = test_snapshot (fixture->path);
  g_assert_cmpstr (before, ==, after);
  g_assert_cmpuint (tmp_directory_get_entries_removed (dir), ==, 0);

  assert_cleanup (dir);
}

/* Cancelled as soon as something is gone. What is left still has an owner,
 * who deletes it with the next cleanup or with the last reference.
 */
static void
test_cancelled_during (TestFixture   *fixture,
                       gconstpointer  data)
{
  const gboolean drop = GPOINTER_TO_INT (data);
  guint n_files = test_scale (20000);
  g_autoptr(GError) error = NULL;

  /* A machine may be too fast for the first size */
  while (error == NULL)
    {
      g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
      g_autoptr(GCancellable) cancellable = g_cancellable_new ();
      g_autoptr(GAsyncResult) result = NULL;
      TestWatch watch;
      guint left;

      test_make_files (tmp_directory_get_path (dir), n_files);
      test_watch_start (&watch, tmp_directory_get_path (dir));
      tmp_directory_cleanup_async (dir, G_PRIORITY_DEFAULT, cancellable,
                                   test_store_result, &result);
      test_watch_wait (&watch);
      g_cancellable_cancel (cancellable);
      test_wait_result (&result);

      if (tmp_directory_cleanup_finish (dir, result, &error))
        {
          n_files *= 2;
          g_assert_cmpuint (n_files, <, 2000000);
          continue;
        }

      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      left = test_count_entries (tmp_directory_get_path (dir));
      /* If it is none, the directory itself is. */
      g_test_message ("%u of %u files left", left, n_files);
      g_assert_cmpuint (tmp_directory_get_entries_removed (dir), ==, n_files - left);

      if (!drop)
        assert_cleanup (dir);
      g_clear_object (&result);
      g_clear_object (&dir);
      tmp_flush (NULL, NULL);
      g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
    }
}

/* As an ordinary user, with a directory in it that only root can empty */
static char *
make_undeletable (TmpDirectory *dir)
{
  char *locked;

  test_regain_root ();
  locked = test_make_dir (tmp_directory_get_path (dir), "locked");
  g_free (test_make_file (locked, "file"));
  return locked;
}

static void
test_error_and_retry (TestFixture   *fixture,
                      gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) async_error = NULL;
  g_autofree char *locked = NULL;

  if (!test_require_root () || !test_drop_root (fixture))
    return;

  dir = test_new_directory (fixture);
  test_make_tree (tmp_directory_get_path (dir), 10, 10);
  locked = make_undeletable (dir);
  if (!test_drop_root (fixture))
    return;

  g_assert_false (tmp_directory_cleanup (dir, NULL, &error));
  test_assert_error (error, G_IO_ERROR_PERMISSION_DENIED, locked);
  g_assert_nonnull (strstr (error->message, g_strerror (EACCES)));
  /* All the rest is gone */
  g_assert_cmpuint (test_count_entries (tmp_directory_get_path (dir)), ==, 2);

  g_assert_false (cleanup_async (dir, NULL, &async_error));
  test_assert_error (async_error, G_IO_ERROR_PERMISSION_DENIED, locked);

  test_regain_root ();
  assert_cleanup (dir);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

static void
test_ignore_errors (TestFixture   *fixture,
                    gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *locked = NULL;

  if (!test_require_root () || !test_drop_root (fixture))
    return;

  dir = test_new_directory (fixture);
  tmp_directory_set_ignore_cleanup_errors (dir, TRUE);
  test_make_tree (tmp_directory_get_path (dir), 10, 10);
  locked = make_undeletable (dir);
  if (!test_drop_root (fixture))
    return;

  assert_cleanup (dir);
  g_assert_true (cleanup_async (dir, NULL, &error));
  g_assert_no_error (error);

  /* No warning at the end, either */
  g_clear_object (&dir);
  tmp_flush (NULL, NULL);
  test_regain_root ();
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 3);
}

typedef enum
{
  REPLACED_BY_NOTHING,
  REPLACED_BY_SYMLINK,
  REPLACED_BY_LINK_TO_ITSELF,
  REPLACED_BY_FILE,
  REPLACED_BY_DIRECTORY,
} Replacement;

/* The directory was moved away, and its name leads to something else: both
 * stay as they are, whatever we are asked to do, and this is said once.
 */
static void
check_replaced (TestFixture *fixture,
                Replacement  replacement,
                gboolean     cleanup)
{
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  const char *path = tmp_directory_get_path (dir);
  g_autofree char *moved = g_build_filename (fixture->path, "moved", NULL);
  g_autofree char *foreign = test_make_dir (fixture->path, "foreign");
  g_autofree char *before = NULL;
  g_autofree char *after_cleanup = NULL;
  g_autofree char *after_unref = NULL;
  g_autoptr(GError) error = NULL;

  test_make_tree (path, 3, 3);
  test_make_tree (foreign, 3, 3);
  g_assert_no_errno (g_rename (path, moved));
  switch (replacement)
    {
    case REPLACED_BY_NOTHING:
      break;
    case REPLACED_BY_SYMLINK:
      g_assert_no_errno (symlink (foreign, path));
      break;
    case REPLACED_BY_LINK_TO_ITSELF:
      g_assert_no_errno (symlink (moved, path));
      break;
    case REPLACED_BY_FILE:
      g_file_set_contents (path, "foreign", -1, &error);
      g_assert_no_error (error);
      break;
    case REPLACED_BY_DIRECTORY:
      g_assert_no_errno (g_mkdir (path, 0700));
      test_make_tree (path, 2, 2);
      break;
    }
  before = test_snapshot (fixture->path);

  if (cleanup)
    {
      assert_cleanup_fails (dir, replacement == REPLACED_BY_NOTHING ? G_IO_ERROR_NOT_FOUND
                                                                    : G_IO_ERROR_FAILED);
      after_cleanup = test_snapshot (fixture->path);
      g_assert_cmpstr (before, ==, after_cleanup);
    }
  else
    {
      g_autofree char *pattern = g_strdup_printf ("*%s*", path);

      g_test_expect_message ("tmpdir-glib", G_LOG_LEVEL_WARNING, pattern);
    }

  g_clear_object (&dir);
  tmp_flush (NULL, &error);
  g_assert_no_error (error);
  g_test_assert_expected_messages ();
  after_unref = test_snapshot (fixture->path);
  g_assert_cmpstr (before, ==, after_unref);
}

static void
test_replaced (TestFixture   *fixture,
               gconstpointer  data)
{
  check_replaced (fixture, GPOINTER_TO_INT (data), TRUE);
}

static void
test_replaced_dropped (TestFixture   *fixture,
                       gconstpointer  data)
{
  check_replaced (fixture, GPOINTER_TO_INT (data), FALSE);
}

/* Once it is back, cleanup works */
static void
test_moved_back (TestFixture   *fixture,
                 gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  g_autofree char *moved = g_build_filename (fixture->path, "moved", NULL);

  test_make_tree (tmp_directory_get_path (dir), 3, 3);
  g_assert_no_errno (g_rename (tmp_directory_get_path (dir), moved));
  assert_cleanup_fails (dir, G_IO_ERROR_NOT_FOUND);
  g_assert_no_errno (g_rename (moved, tmp_directory_get_path (dir)));
  assert_cleanup (dir);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

typedef void (*Begin) (TmpDirectory        *dir,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data);

static void
begin_cleanup (TmpDirectory        *dir,
               GCancellable        *cancellable,
               GAsyncReadyCallback  callback,
               gpointer             user_data)
{
  tmp_directory_cleanup_async (dir, G_PRIORITY_DEFAULT, cancellable, callback, user_data);
}

static void
begin_delete (TmpDirectory        *dir,
              GCancellable        *cancellable,
              GAsyncReadyCallback  callback,
              gpointer             user_data)
{
  g_autoptr(GFile) file = tmp_directory_get_child (dir, "dir0", NULL);

  tmp_delete_tree_async (file, TMP_DELETE_NONE, G_PRIORITY_DEFAULT, cancellable, callback,
                         user_data);
}

static void
begin_delete_by_gio (TmpDirectory        *dir,
                     GCancellable        *cancellable,
                     GAsyncReadyCallback  callback,
                     gpointer             user_data)
{
  g_autofree char *path = tmp_directory_build_path (dir, "dir0", NULL);
  g_autoptr(GFile) file = wrap_file_new (path);

  tmp_delete_tree_async (file, TMP_DELETE_NONE, G_PRIORITY_DEFAULT, cancellable, callback,
                         user_data);
}

static void
begin_flush (TmpDirectory        *dir,
             GCancellable        *cancellable,
             GAsyncReadyCallback  callback,
             gpointer             user_data)
{
  g_object_unref (test_new_directory (user_data));
  tmp_flush_async (cancellable, callback, user_data);
}

static void
begin_create (TmpDirectory        *dir,
              GCancellable        *cancellable,
              GAsyncReadyCallback  callback,
              gpointer             user_data)
{
  g_async_initable_new_async (TMP_TYPE_DIRECTORY, G_PRIORITY_DEFAULT, cancellable, callback,
                              user_data, NULL);
}

static void
begin_reclaim (TmpDirectory        *dir,
               GCancellable        *cancellable,
               GAsyncReadyCallback  callback,
               gpointer             user_data)
{
  tmp_reclaim_async (cancellable, callback, user_data);
}

static const struct
{
  const char *name;
  Begin begin;
} begins[] = {
  { "cleanup", begin_cleanup },
  { "delete-tree", begin_delete },
  { "delete-tree-by-gio", begin_delete_by_gio },
  { "flush", begin_flush },
  { "create", begin_create },
  { "reclaim", begin_reclaim },
};

static GThread *let_go_by = NULL; /* atomic */

static void
let_go (gpointer data)
{
  g_atomic_pointer_set (&let_go_by, g_thread_self ());
}

static void
ignore_result (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
}

/* What a call has been given may be more than C sees: where a language has tied something to
 * it, the last reference must not go in a thread that nobody knows of. */
static void
test_let_go (TestFixture   *fixture,
             gconstpointer  data)
{
  for (guint i = 0; i < test_scale (500); i++)
    {
      g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
      GCancellable *cancellable = g_cancellable_new ();

      test_make_tree (tmp_directory_get_path (dir), 2, 1);
      g_atomic_pointer_set (&let_go_by, NULL);
      g_object_set_data_full (G_OBJECT (cancellable), "", fixture, let_go);
      begins[GPOINTER_TO_UINT (data)].begin (dir, cancellable, ignore_result, fixture);
      g_object_unref (cancellable);
      /* Not waiting, to be as fast as the thread */
      while (g_atomic_pointer_get (&let_go_by) == NULL)
        g_main_context_iteration (NULL, FALSE);
      g_assert_true (g_atomic_pointer_get (&let_go_by) == g_thread_self ());
    }
}

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const char *name;
    Replacement replacement;
  } replacements[] = {
    { "moved", REPLACED_BY_NOTHING },
    { "replaced-by-symlink", REPLACED_BY_SYMLINK },
    { "replaced-by-link-to-itself", REPLACED_BY_LINK_TO_ITSELF },
    { "replaced-by-file", REPLACED_BY_FILE },
    { "replaced-by-directory", REPLACED_BY_DIRECTORY },
  };

  test_init (&argc, &argv);

  test_add ("/cleanup/sync", NULL, test_sync);
  test_add ("/cleanup/async", NULL, test_async);
  test_add ("/cleanup/name-reused", NULL, test_name_reused);
  test_add ("/cleanup/gone", GINT_TO_POINTER (TRUE), test_gone);
  test_add ("/cleanup/gone-then-dropped", GINT_TO_POINTER (FALSE), test_gone);
  test_add ("/cleanup/threads", NULL, test_threads);
  test_add ("/cleanup/async-together", NULL, test_async_together);
  test_add ("/cleanup/cancelled", NULL, test_cancelled);
  test_add ("/cleanup/cancelled-during", GINT_TO_POINTER (FALSE), test_cancelled_during);
  test_add ("/cleanup/cancelled-then-dropped", GINT_TO_POINTER (TRUE), test_cancelled_during);
  test_add ("/cleanup/error-and-retry", NULL, test_error_and_retry);
  test_add ("/cleanup/ignore-errors", NULL, test_ignore_errors);
  for (gsize i = 0; i < G_N_ELEMENTS (replacements); i++)
    {
      g_autofree char *cleanup = g_strconcat ("/cleanup/", replacements[i].name, NULL);
      g_autofree char *drop = g_strconcat (cleanup, "-then-dropped", NULL);

      test_add (cleanup, GINT_TO_POINTER (replacements[i].replacement), test_replaced);
      test_add (drop, GINT_TO_POINTER (replacements[i].replacement), test_replaced_dropped);
    }
  test_add ("/cleanup/moved-back", NULL, test_moved_back);
  for (gsize i = 0; i < G_N_ELEMENTS (begins); i++)
    {
      g_autofree char *path = g_strconcat ("/cleanup/let-go/", begins[i].name, NULL);

      test_add (path, GUINT_TO_POINTER (i), test_let_go);
    }

  return test_run ();
}
