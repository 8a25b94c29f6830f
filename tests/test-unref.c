/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What happens when the last reference goes, and waiting for it */

#include "test-lib.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

static void
flush (void)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (tmp_flush (NULL, &error));
  g_assert_no_error (error);
}

/* The path is gone at once; what was in it, after the flush */
static void
test_unref (TestFixture   *fixture,
            gconstpointer  data)
{
  TmpDirectory *dir = test_new_directory (fixture);
  g_autofree char *path = g_strdup (tmp_directory_get_path (dir));

  test_make_tree (path, 20, 20);
  g_object_ref (dir);
  g_object_unref (dir);
  test_assert_present (path);

  g_object_unref (dir);
  test_assert_absent (path);
  flush ();
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);

  /* With nothing to wait for */
  flush ();
}

/* Until then it has a hidden name in the same place */
static void
test_hidden_name (TestFixture   *fixture,
                  gconstpointer  data)
{
  TmpDirectory *dir = test_new_directory (fixture);
  g_autofree char *name = g_path_get_basename (tmp_directory_get_path (dir));
  g_autofree char *hidden = g_strdup_printf ("%s/.%s.deleted", fixture->path, name);

  test_make_files (tmp_directory_get_path (dir), test_scale (20000));
  g_object_unref (dir);
  test_assert_present (hidden);
  flush ();
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

/* Somebody has taken that name: he keeps what he has, we lose nothing */
static void
test_hidden_name_taken (TestFixture   *fixture,
                        gconstpointer  data)
{
  const gboolean empty = GPOINTER_TO_INT (data);
  TmpDirectory *dir = test_new_directory (fixture);
  g_autofree char *name = g_path_get_basename (tmp_directory_get_path (dir));
  g_autofree char *hidden_name = g_strdup_printf (".%s.deleted", name);
  g_autofree char *hidden = test_make_dir (fixture->path, hidden_name);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *entry = NULL;

  if (!empty)
    test_make_tree (hidden, 2, 2);
  test_make_tree (tmp_directory_get_path (dir), 5, 5);
  before = test_snapshot (hidden);

  g_object_unref (dir);
  flush ();
  entry = test_only_entry (fixture->path);
  g_assert_cmpstr (entry, ==, hidden);
  after = test_snapshot (hidden);
  g_assert_cmpstr (before, ==, after);
}

static void
test_flush_async (TestFixture   *fixture,
                  gconstpointer  data)
{
  TmpDirectory *dir = test_new_directory (fixture);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  test_make_files (tmp_directory_get_path (dir), test_scale (5000));
  g_object_unref (dir);
  tmp_flush_async (NULL, test_store_result, &result);
  g_assert_null (result);
  test_wait_result (&result);
  g_assert_true (tmp_flush_finish (result, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

/* Only the waiting is cancelled, not what one waits for */
static void
test_flush_cancelled (TestFixture   *fixture,
                      gconstpointer  data)
{
  TmpDirectory *dir = test_new_directory (fixture);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) async_error = NULL;

  test_make_files (tmp_directory_get_path (dir), test_scale (20000));
  g_object_unref (dir);
  tmp_flush_async (cancellable, test_store_result, &result);
  g_cancellable_cancel (cancellable);
  g_assert_false (tmp_flush (cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  test_wait_result (&result);
  g_assert_false (tmp_flush_finish (result, &async_error));
  g_assert_error (async_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  flush ();
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

static gpointer
unref_in_thread (gpointer data)
{
  g_object_unref (data);
  return NULL;
}

static void
test_thread (TestFixture   *fixture,
             gconstpointer  data)
{
  TmpDirectory *dir = test_new_directory (fixture);
  g_autofree char *path = g_strdup (tmp_directory_get_path (dir));

  test_make_tree (path, 20, 20);
  g_thread_join (g_thread_new ("unref", unref_in_thread, dir));
  test_assert_absent (path);
  flush ();
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

static void
test_many (TestFixture   *fixture,
           gconstpointer  data)
{
  const guint n = test_scale (1000);
  g_autoptr(GPtrArray) dirs = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < n; i++)
    {
      TmpDirectory *dir = test_new_directory (fixture);

      test_make_tree (tmp_directory_get_path (dir), 1, 2);
      g_ptr_array_add (dirs, dir);
    }
  g_assert_cmpuint (test_count_entries (fixture->path), ==, n + n * 4);

  g_ptr_array_set_size (dirs, 0);
  flush ();
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

static guint
count_descriptors (gboolean inheritable)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GDir) dir = g_dir_open ("/proc/self/fd", 0, &error);
  const char *name;
  guint n = 0;

  g_assert_no_error (error);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      int flags = fcntl (atoi (name), F_GETFD);

      g_assert_no_errno (flags);
      if (inheritable == ((flags & FD_CLOEXEC) == 0))
        n++;
    }
  return n;
}

/* A directory needs one, a deletion some more, and then there are as many as
 * before. None of them is inherited by the programs that we start.
 */
static void
test_descriptors (TestFixture   *fixture,
                  gconstpointer  data)
{
  g_autoptr(GPtrArray) dirs = g_ptr_array_new_with_free_func (g_object_unref);
  guint before, inheritable;

  /* With everything running that is made only once */
  g_object_unref (test_new_directory (fixture));
  flush ();
  before = count_descriptors (FALSE);
  inheritable = count_descriptors (TRUE);

  for (guint i = 0; i < 20; i++)
    {
      TmpDirectory *dir = test_new_directory (fixture);

      test_make_tree (tmp_directory_get_path (dir), 20, 2);
      g_ptr_array_add (dirs, dir);
    }
  g_assert_cmpuint (count_descriptors (FALSE), <=, before + 20);
  g_assert_cmpuint (count_descriptors (TRUE), ==, inheritable);

  for (guint i = 0; i < 10; i++)
    g_assert_true (tmp_directory_cleanup (dirs->pdata[i], NULL, NULL));
  g_ptr_array_set_size (dirs, 0);
  flush ();
  g_assert_cmpuint (count_descriptors (FALSE), ==, before);
  g_assert_cmpuint (count_descriptors (TRUE), ==, inheritable);
}

static void
test_auto_cleanup (TestFixture   *fixture,
                   gconstpointer  data)
{
  TmpDirectory *dir = test_new_directory (fixture);
  g_autofree char *path = g_strdup (tmp_directory_get_path (dir));

  test_make_files (path, 3);
  tmp_directory_set_auto_cleanup (dir, FALSE);
  g_object_unref (dir);
  flush ();
  g_assert_cmpuint (test_count_entries (path), ==, 3);
}

/* Without auto-cleanup one can still clean up */
static void
test_explicit_cleanup (TestFixture   *fixture,
                       gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  g_autoptr(GError) error = NULL;

  test_make_files (tmp_directory_get_path (dir), 3);
  tmp_directory_set_auto_cleanup (dir, FALSE);
  g_assert_true (tmp_directory_cleanup (dir, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

static void
never_called (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_assert_not_reached ();
}

/* The deletion does not need the main loop, nor a callback, nor us. The task
 * keeps the object alive until the context, which never runs, is gone.
 */
static void
test_unref_during_cleanup (TestFixture   *fixture,
                           gconstpointer  data)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  TmpDirectory *dir = test_new_directory (fixture);

  test_make_tree (tmp_directory_get_path (dir), 50, 50);
  g_main_context_push_thread_default (context);
  tmp_directory_cleanup_async (dir, G_PRIORITY_DEFAULT, NULL, never_called, NULL);
  g_main_context_pop_thread_default (context);
  g_object_unref (dir);

  flush ();
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

/* What a thread does for a caller */
typedef enum
{
  INIT,
  NEW_FILE,
  NEW_SUBDIRECTORY,
  PERSIST,
  ROLLOVER
} Call;

static void
do_async (Call              call,
          TmpDirectory     *dir,
          TmpSpooledStream *stream,
          GFile            *destination)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GFile) file = NULL;

  switch (call)
    {
    case INIT:
      g_async_initable_init_async (G_ASYNC_INITABLE (dir), G_PRIORITY_DEFAULT, NULL,
                                   test_store_result, &result);
      test_wait_result (&result);
      g_async_initable_init_finish (G_ASYNC_INITABLE (dir), result, &error);
      break;

    case NEW_FILE:
      tmp_directory_new_file_async (dir, NULL, NULL, G_PRIORITY_DEFAULT, NULL,
                                    test_store_result, &result);
      test_wait_result (&result);
      file = tmp_directory_new_file_finish (dir, result, NULL, &error);
      break;

    case NEW_SUBDIRECTORY:
      tmp_directory_new_subdirectory_async (dir, NULL, NULL, G_PRIORITY_DEFAULT, NULL,
                                            test_store_result, &result);
      test_wait_result (&result);
      file = tmp_directory_new_subdirectory_finish (dir, result, &error);
      break;

    case PERSIST:
      tmp_directory_persist_async (dir, destination, TMP_PERSIST_EXCHANGE, G_PRIORITY_DEFAULT,
                                   NULL, test_store_result, &result);
      test_wait_result (&result);
      tmp_directory_persist_finish (dir, result, &error);
      break;

    case ROLLOVER:
      tmp_spooled_stream_rollover_async (stream, G_PRIORITY_DEFAULT, NULL,
                                         test_store_result, &result);
      test_wait_result (&result);
      tmp_spooled_stream_rollover_finish (stream, result, &error);
      break;

    default:
      g_assert_not_reached ();
    }

  g_assert_no_error (error);
}

/* After the callback no thread holds it any more: it is the caller's to drop. */
static void
test_after_async (TestFixture   *fixture,
                  gconstpointer  data)
{
  g_autofree char *other = test_make_dir (fixture->path, "other");
  g_autoptr(GFile) destination = g_file_new_for_path (other);

  test_make_files (other, 1);
  for (guint i = 0; i < test_scale (2000); i++)
    {
      TmpDirectory *dir = test_new_directory (fixture);
      g_autoptr(TmpSpooledStream) stream = NULL;
      g_autofree char *path = g_strdup (tmp_directory_get_path (dir));

      test_make_files (path, 1);
      if (data == GINT_TO_POINTER (ROLLOVER))
        stream = tmp_spooled_stream_new (dir, 0);

      do_async (GPOINTER_TO_INT (data), dir, stream, destination);
      g_clear_object (&stream);
      g_object_unref (dir);
      test_assert_absent (path);
    }

  flush ();
  test_remove (other);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

/* A failure in the background has nobody to go to but the log. */
static void
test_failure (TestFixture   *fixture,
              gconstpointer  data)
{
  TmpDirectory *dir;
  g_autofree char *locked = NULL;
  g_autofree char *name = NULL;
  g_autofree char *pattern = NULL;

  if (!test_require_root () || !test_drop_root (fixture))
    return;

  dir = test_new_directory (fixture);
  name = g_path_get_basename (tmp_directory_get_path (dir));
  test_make_tree (tmp_directory_get_path (dir), 10, 10);
  test_regain_root ();
  locked = test_make_dir (tmp_directory_get_path (dir), "locked");
  g_free (test_make_file (locked, "file"));
  if (!test_drop_root (fixture))
    return;

  pattern = g_strdup_printf ("*%s*locked*", name);
  g_test_expect_message ("tmpdir-glib", G_LOG_LEVEL_WARNING, pattern);
  g_object_unref (dir);
  flush ();
  g_test_assert_expected_messages ();

  test_regain_root ();
  /* The directory, locked, file */
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 3);
}

typedef enum
{
  PARENT_MOVED,
  PARENT_GONE,
  PARENT_UNKNOWN,
  PARENT_READ_ONLY,
  PARENT_FILE_SYSTEM_READ_ONLY,
} ParentFate;

/* Whatever becomes of the parent: nothing is deleted but what was ours, and what could
 * not be is said once. A second warning would be fatal.
 */
static void
test_parent (TestFixture   *fixture,
             gconstpointer  data)
{
  const ParentFate fate = GPOINTER_TO_INT (data);
  g_autofree char *parent = NULL;
  g_autofree char *moved = g_build_filename (fixture->path, "moved", NULL);
  g_autofree char *pattern = NULL;
  g_autoptr(GFile) file = NULL;
  g_autoptr(GError) error = NULL;
  TmpDirectory *dir;
  guint n_left = 0;

  if (fate == PARENT_FILE_SYSTEM_READ_ONLY && !test_require_root ())
    return;
  if (fate == PARENT_READ_ONLY && !test_drop_root (fixture))
    return;

  parent = test_make_dir (fixture->path, "parent");
  if (fate == PARENT_FILE_SYSTEM_READ_ONLY &&
      mount ("none", parent, "tmpfs", 0, NULL) != 0)
    {
      g_test_skip ("nothing can be mounted here");
      return;
    }

  file = g_file_new_for_path (parent);
  dir = tmp_directory_new_in (file, NULL, NULL, &error);
  g_assert_no_error (error);
  pattern = g_strdup_printf ("*%s*", tmp_directory_get_path (dir));
  test_make_tree (tmp_directory_get_path (dir), 3, 3);

  switch (fate)
    {
    case PARENT_MOVED:
      g_assert_no_errno (g_rename (parent, moved));
      n_left = 1 + 3 * 5;
      break;
    case PARENT_GONE:
      test_remove (parent);
      break;
    case PARENT_UNKNOWN:
      g_assert_no_errno (g_rename (parent, moved));
      g_assert_no_errno (symlink ("parent", parent));
      g_free (pattern);
      pattern = g_strdup_printf ("*%s*: %s*", tmp_directory_get_path (dir), g_strerror (ELOOP));
      n_left = 1 + 3 * 5;
      break;
    case PARENT_READ_ONLY:
      /* What is in it is not in the parent. */
      g_assert_no_errno (g_chmod (parent, 0555));
      n_left = 1;
      break;
    case PARENT_FILE_SYSTEM_READ_ONLY:
      g_assert_no_errno (mount ("none", parent, "none", MS_REMOUNT | MS_RDONLY, NULL));
      n_left = 1 + 3 * 5;
      break;
    }

  if (fate != PARENT_GONE)
    g_test_expect_message ("tmpdir-glib", G_LOG_LEVEL_WARNING, pattern);
  g_object_unref (dir);
  flush ();
  g_test_assert_expected_messages ();

  if (fate != PARENT_GONE)
    g_assert_cmpuint (test_count_entries (g_file_test (moved, G_FILE_TEST_EXISTS) ? moved : parent), ==,
                      n_left);
  if (fate == PARENT_READ_ONLY)
    g_assert_no_errno (g_chmod (parent, 0755));
  if (fate == PARENT_FILE_SYSTEM_READ_ONLY)
    g_assert_no_errno (umount (parent));
  test_regain_root ();
}

typedef enum
{
  INNER_FIRST,
  OUTER_FIRST,
  OUTER_FIRST_AND_FLUSH,
  OUTER_ONLY,
  NEITHER,
} NestedOrder;

/* A directory in another one goes along with it. Nobody has moved it away, and no order is
 * wrong: a warning would be fatal, also at exit.
 */
static void
test_nested (TestFixture   *fixture,
             gconstpointer  data)
{
  const NestedOrder order = GPOINTER_TO_INT (data);

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, test_timeout (60), 0);
      g_test_trap_assert_passed ();
      g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
      return;
    }

  for (guint i = 0; i < test_scale (200); i++)
    {
      g_autoptr(GError) error = NULL;
      TmpDirectory *outer = test_new_directory (fixture);
      TmpDirectory *inner = tmp_directory_new_in (tmp_directory_get_file (outer), NULL, NULL, &error);

      g_assert_no_error (error);
      g_free (test_make_file (tmp_directory_get_path (inner), "file"));
      test_make_files (tmp_directory_get_path (outer), 10);
      if (order == INNER_FIRST)
        g_object_unref (inner);
      if (order != NEITHER)
        g_object_unref (outer);
      if (order == OUTER_FIRST_AND_FLUSH)
        flush ();
      if (order == OUTER_FIRST || order == OUTER_FIRST_AND_FLUSH)
        g_object_unref (inner);
      if (order == NEITHER)
        test_hold (outer);
      if (order == OUTER_ONLY || order == NEITHER)
        test_hold (inner);
    }
}

/* Who cleans up the inner one meanwhile is told why he need not. */
static void
test_nested_cleanup (TestFixture   *fixture,
                     gconstpointer  data)
{
  g_autoptr(TmpDirectory) outer = test_new_directory (fixture);
  g_autoptr(TmpDirectory) inner = NULL;
  g_autoptr(GError) error = NULL;
  const char *path = tmp_directory_get_path (outer);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *hidden = g_strdup_printf ("%s/.%s.deleted", fixture->path, name);

  inner = tmp_directory_new_in (tmp_directory_get_file (outer), NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_no_errno (g_rename (path, hidden));
  g_assert_false (tmp_directory_cleanup (inner, NULL, &error));
  test_assert_error (error, G_IO_ERROR_NOT_FOUND, tmp_directory_get_path (inner));
  g_assert_nonnull (strstr (error->message, "What it is in is being deleted"));
  g_assert_no_errno (g_rename (hidden, path));
}

/* However many wait for their deletion, the descriptors that this needs are there. */
static void
test_nested_descriptors (TestFixture   *fixture,
                         gconstpointer  data)
{
  g_autoptr(TmpDirectory) outer = test_new_directory (fixture);
  g_autoptr(GPtrArray) inner = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < 100; i++)
    {
      g_autoptr(GError) error = NULL;
      TmpDirectory *dir = tmp_directory_new_in (tmp_directory_get_file (outer), NULL, NULL, &error);

      g_assert_no_error (error);
      test_make_tree (tmp_directory_get_path (dir), 5, 1);
      g_ptr_array_add (inner, dir);
    }

  test_limit_descriptors (64);
  g_ptr_array_set_size (inner, 0);
  g_assert_cmpuint (test_count_descriptors (fixture->path), <, 32);
  flush ();
  test_limit_descriptors (0);
  g_assert_cmpuint (test_count_entries (tmp_directory_get_path (outer)), ==, 0);
}

/* TMPDIR_GLIB_KEEP=1: everything stays, and its path is said once. */
static void
test_keep (TestFixture   *fixture,
           gconstpointer  data)
{
  TmpDirectory *cleaned, *dropped, *forgotten;
  g_autofree char *state = g_build_filename (fixture->path, "state", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(GDir) kept = NULL;
  const char *name;
  guint n_kept = 0;

  if (g_test_subprocess ())
    {
      g_setenv ("TMPDIR_GLIB_KEEP", "1", TRUE);
      g_setenv ("XDG_STATE_HOME", state, TRUE);
      cleaned = test_new_directory (fixture);
      dropped = test_new_directory (fixture);
      forgotten = test_new_directory (fixture);
      g_free (test_make_file (tmp_directory_get_path (cleaned), "file"));
      g_free (test_make_file (tmp_directory_get_path (dropped), "file"));
      g_free (test_make_file (tmp_directory_get_path (forgotten), "file"));

      for (guint i = 0; i < 2; i++)
        {
          g_assert_true (tmp_directory_cleanup (cleaned, NULL, &error));
          g_assert_no_error (error);
        }
      g_object_unref (cleaned);
      g_object_unref (dropped);
      test_hold (forgotten);
      flush ();
      return;
    }

  g_test_trap_subprocess (NULL, test_timeout (60), 0);
  g_test_trap_assert_passed ();

  /* There is no journal, by which somebody else would delete them. */
  test_assert_absent (state);
  kept = g_dir_open (fixture->path, 0, &error);
  g_assert_no_error (error);
  while ((name = g_dir_read_name (kept)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->path, name, NULL);
      g_autofree char *once = g_strdup_printf ("*%s*", path);
      g_autofree char *twice = g_strdup_printf ("*%s*%s*", path, path);

      g_assert_cmpuint (test_count_entries (path), ==, 1);
      g_test_trap_assert_stderr (once);
      g_test_trap_assert_stderr_unmatched (twice);
      n_kept++;
    }
  g_assert_cmpuint (n_kept, ==, 3);
}

int
main (int    argc,
      char **argv)
{
  test_init (&argc, &argv);

  test_add ("/unref/unref", NULL, test_unref);
  test_add ("/unref/hidden-name", NULL, test_hidden_name);
  test_add ("/unref/hidden-name-taken", GINT_TO_POINTER (FALSE), test_hidden_name_taken);
  test_add ("/unref/hidden-name-taken-empty", GINT_TO_POINTER (TRUE), test_hidden_name_taken);
  test_add ("/unref/flush-async", NULL, test_flush_async);
  test_add ("/unref/flush-cancelled", NULL, test_flush_cancelled);
  test_add ("/unref/thread", NULL, test_thread);
  test_add ("/unref/many", NULL, test_many);
  test_add ("/unref/descriptors", NULL, test_descriptors);
  test_add ("/unref/auto-cleanup", NULL, test_auto_cleanup);
  test_add ("/unref/explicit-cleanup", NULL, test_explicit_cleanup);
  test_add ("/unref/during-cleanup", NULL, test_unref_during_cleanup);
  test_add ("/unref/after-init", GINT_TO_POINTER (INIT), test_after_async);
  test_add ("/unref/after-new-file", GINT_TO_POINTER (NEW_FILE), test_after_async);
  test_add ("/unref/after-new-subdirectory", GINT_TO_POINTER (NEW_SUBDIRECTORY), test_after_async);
  test_add ("/unref/after-persist", GINT_TO_POINTER (PERSIST), test_after_async);
  test_add ("/unref/after-rollover", GINT_TO_POINTER (ROLLOVER), test_after_async);
  test_add ("/unref/failure", NULL, test_failure);
  test_add ("/unref/parent-moved", GINT_TO_POINTER (PARENT_MOVED), test_parent);
  test_add ("/unref/parent-gone", GINT_TO_POINTER (PARENT_GONE), test_parent);
  test_add ("/unref/parent-unknown", GINT_TO_POINTER (PARENT_UNKNOWN), test_parent);
  test_add ("/unref/parent-read-only", GINT_TO_POINTER (PARENT_READ_ONLY), test_parent);
  test_add ("/unref/parent-file-system-read-only",
            GINT_TO_POINTER (PARENT_FILE_SYSTEM_READ_ONLY), test_parent);
  test_add ("/unref/nested/inner-first", GINT_TO_POINTER (INNER_FIRST), test_nested);
  test_add ("/unref/nested/outer-first", GINT_TO_POINTER (OUTER_FIRST), test_nested);
  test_add ("/unref/nested/outer-first-and-flush", GINT_TO_POINTER (OUTER_FIRST_AND_FLUSH), test_nested);
  test_add ("/unref/nested/outer-only", GINT_TO_POINTER (OUTER_ONLY), test_nested);
  test_add ("/unref/nested/neither", GINT_TO_POINTER (NEITHER), test_nested);
  test_add ("/unref/nested/cleanup", NULL, test_nested_cleanup);
  test_add ("/unref/nested/descriptors", NULL, test_nested_descriptors);
  test_add ("/unref/keep", NULL, test_keep);

  return test_run ();
}
