/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The object: ways to construct it, its properties, and the calls that
 * neither create nor delete.
 */

#include "test-lib.h"

#include <string.h>

static gboolean
init_finish (GAsyncResult  *result,
             GObject      **object,
             GError       **error)
{
  g_autoptr(GObject) source = g_async_result_get_source_object (result);

  *object = g_async_initable_new_finish (G_ASYNC_INITABLE (source), result, error);
  return *object != NULL;
}

static void
assert_all_properties (TmpDirectory *dir,
                       GFile        *wanted_parent)
{
  g_autoptr(GFile) parent = NULL;
  g_autoptr(GFile) file = NULL;
  g_autofree char *prefix = NULL;
  g_autofree char *suffix = NULL;
  g_autofree char *path = NULL;
  gboolean auto_cleanup;
  gboolean ignore_cleanup_errors;
  guint64 entries_removed;

  g_object_get (dir,
                "parent", &parent,
                "prefix", &prefix,
                "suffix", &suffix,
                "auto-cleanup", &auto_cleanup,
                "ignore-cleanup-errors", &ignore_cleanup_errors,
                "file", &file,
                "path", &path,
                "entries-removed", &entries_removed,
                NULL);

  g_assert_true (g_file_equal (parent, wanted_parent));
  g_assert_cmpstr (prefix, ==, "a-");
  g_assert_cmpstr (suffix, ==, ".z");
  g_assert_false (auto_cleanup);
  g_assert_true (ignore_cleanup_errors);
  g_assert_true (g_file_has_parent (file, wanted_parent));
  g_assert_cmpstr (path, ==, g_file_peek_path (file));
  g_assert_cmpuint (entries_removed, ==, 0);

  g_assert_true (tmp_directory_get_parent (dir) == parent);
  g_assert_cmpstr (tmp_directory_get_prefix (dir), ==, prefix);
  g_assert_cmpstr (tmp_directory_get_suffix (dir), ==, suffix);
  g_assert_false (tmp_directory_get_auto_cleanup (dir));
  g_assert_true (tmp_directory_get_ignore_cleanup_errors (dir));
  g_assert_true (tmp_directory_get_file (dir) == file);
  g_assert_cmpstr (tmp_directory_get_path (dir), ==, path);
  g_assert_cmpuint (tmp_directory_get_entries_removed (dir), ==, 0);

  test_assert_present (path);
}

static void
test_initable (TestFixture   *fixture,
               gconstpointer  data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(TmpDirectory) dir = NULL;

  dir = g_initable_new (TMP_TYPE_DIRECTORY, NULL, &error,
                        "parent", fixture->file,
                        "prefix", "a-",
                        "suffix", ".z",
                        "auto-cleanup", FALSE,
                        "ignore-cleanup-errors", TRUE,
                        NULL);
  g_assert_no_error (error);
  assert_all_properties (dir, fixture->file);

  /* auto-cleanup is FALSE */
  g_clear_object (&dir);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 1);
}

static void
test_async_initable (TestFixture   *fixture,
                     gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GObject) dir = NULL;

  g_async_initable_new_async (TMP_TYPE_DIRECTORY, G_PRIORITY_DEFAULT, NULL,
                              test_store_result, &result,
                              "parent", fixture->file,
                              "prefix", "a-",
                              "suffix", ".z",
                              "auto-cleanup", FALSE,
                              "ignore-cleanup-errors", TRUE,
                              NULL);
  test_wait_result (&result);
  g_assert_true (init_finish (result, &dir, &error));
  g_assert_no_error (error);
  assert_all_properties (TMP_DIRECTORY (dir), fixture->file);
}

static void
test_async_initable_error (TestFixture   *fixture,
                           gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GObject) dir = NULL;

  g_async_initable_new_async (TMP_TYPE_DIRECTORY, G_PRIORITY_DEFAULT, NULL,
                              test_store_result, &result,
                              "parent", fixture->file,
                              "prefix", "a/b",
                              NULL);
  test_wait_result (&result);
  g_assert_false (init_finish (result, &dir, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

static void
test_defaults (TestFixture   *fixture,
               gconstpointer  data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(TmpDirectory) dir = tmp_directory_new_in (fixture->file, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (tmp_directory_get_auto_cleanup (dir));
  g_assert_false (tmp_directory_get_ignore_cleanup_errors (dir));
  g_assert_cmpuint (tmp_directory_get_entries_removed (dir), ==, 0);
  g_assert_true (g_file_equal (tmp_directory_get_parent (dir), fixture->file));
}

/* A second initialisation is no second directory */
static void
test_init_twice (TestFixture   *fixture,
                 gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(TmpDirectory) dir = tmp_directory_new_in (fixture->file, NULL, NULL, &error);
  g_autofree char *path = NULL;

  g_assert_no_error (error);
  path = g_strdup (tmp_directory_get_path (dir));

  g_assert_true (g_initable_init (G_INITABLE (dir), NULL, &error));
  g_assert_no_error (error);

  g_async_initable_init_async (G_ASYNC_INITABLE (dir), G_PRIORITY_DEFAULT, NULL,
                               test_store_result, &result);
  test_wait_result (&result);
  g_assert_true (g_async_initable_init_finish (G_ASYNC_INITABLE (dir), result, &error));
  g_assert_no_error (error);

  g_assert_cmpstr (tmp_directory_get_path (dir), ==, path);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 1);
}

static void
assert_uninitialised (TmpDirectory *dir)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) child_error = NULL;
  g_autoptr(GError) cleanup_error = NULL;
  g_autoptr(GError) async_error = NULL;

  g_assert_null (tmp_directory_get_file (dir));
  g_assert_null (tmp_directory_get_path (dir));
  g_assert_null (tmp_directory_build_path (dir, "a", NULL));
  g_assert_null (tmp_directory_detach (dir));
  g_assert_cmpuint (tmp_directory_get_entries_removed (dir), ==, 0);

  g_assert_null (tmp_directory_get_child (dir, "a", &child_error));
  g_assert_error (child_error, G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED);
  g_assert_false (tmp_directory_cleanup (dir, NULL, &cleanup_error));
  g_assert_error (cleanup_error, G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED);

  tmp_directory_cleanup_async (dir, G_PRIORITY_DEFAULT, NULL, test_store_result, &result);
  test_wait_result (&result);
  g_assert_false (tmp_directory_cleanup_finish (dir, result, &async_error));
  g_assert_error (async_error, G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED);
}

static void
test_uninitialised (TestFixture   *fixture,
                    gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = g_object_new (TMP_TYPE_DIRECTORY,
                                              "parent", fixture->file, NULL);
  g_autoptr(GError) error = NULL;

  assert_uninitialised (dir);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);

  /* It is never too late */
  g_assert_true (g_initable_init (G_INITABLE (dir), NULL, &error));
  g_assert_no_error (error);
  test_assert_present (tmp_directory_get_path (dir));
}

static void
test_init_failed (TestFixture   *fixture,
                  gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = g_object_new (TMP_TYPE_DIRECTORY,
                                              "parent", fixture->file,
                                              "suffix", "a/b", NULL);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_false (g_initable_init (G_INITABLE (dir), NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME);
    }
  assert_uninitialised (dir);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

static void
test_create_async (TestFixture   *fixture,
                   gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GObject) source = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(TmpDirectory) dir = NULL;
  g_autofree char *entry = NULL;

  tmp_directory_create_async (fixture->file, "x-", G_PRIORITY_LOW, NULL,
                              test_store_result, &result);
  /* Never before the caller is back in its main loop */
  g_assert_null (result);
  test_wait_result (&result);

  /* A source object would keep Python from awaiting a static function */
  source = g_async_result_get_source_object (result);
  g_assert_null (source);
  g_assert_cmpint (g_task_get_priority (G_TASK (result)), ==, G_PRIORITY_LOW);

  dir = tmp_directory_create_finish (result, &error);
  g_assert_no_error (error);
  entry = test_only_entry (fixture->path);
  g_assert_cmpstr (tmp_directory_get_path (dir), ==, entry);
  g_assert_cmpstr (tmp_directory_get_prefix (dir), ==, "x-");

  /* The result, which a language may keep for long, does not hold it. */
  g_clear_object (&dir);
  test_assert_absent (entry);
}

static void
test_create_async_error (TestFixture   *fixture,
                         gconstpointer  data)
{
  g_autoptr(GFile) missing = g_file_get_child (fixture->file, "missing");
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  tmp_directory_create_async (missing, NULL, G_PRIORITY_DEFAULT, NULL,
                              test_store_result, &result);
  test_wait_result (&result);
  g_assert_null (tmp_directory_create_finish (result, &error));
  test_assert_error (error, G_IO_ERROR_NOT_FOUND, g_file_peek_path (missing));
}

static gpointer
create_in_thread (gpointer data)
{
  TestFixture *fixture = data;
  g_autoptr(GMainContext) context = g_main_context_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  g_main_context_push_thread_default (context);
  tmp_directory_create_async (fixture->file, NULL, G_PRIORITY_DEFAULT, NULL,
                              test_store_result, &result);
  /* Only this thread's context is run */
  test_wait_result (&result);
  g_main_context_pop_thread_default (context);

  return tmp_directory_create_finish (result, &error);
}

static void
test_create_thread_default (TestFixture   *fixture,
                            gconstpointer  data)
{
  GThread *thread = g_thread_new ("create", create_in_thread, fixture);
  g_autoptr(TmpDirectory) dir = g_thread_join (thread);

  g_assert_nonnull (dir);
  test_assert_present (tmp_directory_get_path (dir));
}

static void
test_create_cancelled (TestFixture   *fixture,
                       gconstpointer  data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) async_error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (tmp_directory_new_in (fixture->file, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  tmp_directory_create_async (fixture->file, NULL, G_PRIORITY_DEFAULT, cancellable,
                              test_store_result, &result);
  test_wait_result (&result);
  g_assert_null (tmp_directory_create_finish (result, &async_error));
  g_assert_error (async_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

/* The thread that created it may be later than the callback in letting it go. */
static gboolean
is_empty (gpointer data)
{
  const char *path = data;

  return tmp_flush (NULL, NULL) && test_count_entries (path) == 0;
}

/* However late the cancellation comes, and whether or not anybody collects
 * the result: either there is an object, or no directory.
 */
static void
test_create_cancelled_late (TestFixture   *fixture,
                            gconstpointer  data)
{
  const guint n = test_scale (1000);
  guint n_created = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr(GCancellable) cancellable = g_cancellable_new ();
      g_autoptr(GAsyncResult) result = NULL;
      g_autoptr(TmpDirectory) dir = NULL;
      g_autoptr(GError) create_error = NULL;
      gint64 start = g_get_monotonic_time ();

      tmp_directory_create_async (fixture->file, NULL, G_PRIORITY_DEFAULT, cancellable,
                                  test_store_result, &result);
      while (g_get_monotonic_time () < start + i % 250)
        ;
      g_cancellable_cancel (cancellable);
      test_wait_result (&result);

      if (i % 3 == 0)
        continue;
      dir = tmp_directory_create_finish (result, &create_error);
      if (dir != NULL)
        {
          g_assert_no_error (create_error);
          test_assert_present (tmp_directory_get_path (dir));
          n_created++;
        }
      else
        g_assert_error (create_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }

  g_test_message ("%u of %u were created before they were cancelled", n_created, n);
  test_wait_until (is_empty, fixture->path);
}

static void
test_get_child (TestFixture   *fixture,
                gconstpointer  data)
{
  static const char * const inside[] = { "a", "a/b", "a b\n", "..a", "a..", "\xff", "a/..b" };
  static const char * const outside[] = { "..", "../a", "../a/b", "a/../../b", "/", "/etc", "./..", "a/b/../../.." };
  g_autoptr(GError) error = NULL;
  g_autoptr(TmpDirectory) dir = tmp_directory_new_in (fixture->file, NULL, NULL, &error);

  g_assert_no_error (error);

  for (gsize i = 0; i < G_N_ELEMENTS (inside); i++)
    {
      g_autoptr(GFile) child = tmp_directory_get_child (dir, inside[i], &error);
      g_autofree char *relative = NULL;

      g_assert_no_error (error);
      relative = g_file_get_relative_path (tmp_directory_get_file (dir), child);
      g_assert_cmpstr (relative, ==, inside[i]);
    }

  for (gsize i = 0; i < G_N_ELEMENTS (outside); i++)
    {
      g_autoptr(GError) child_error = NULL;

      g_assert_null (tmp_directory_get_child (dir, outside[i], &child_error));
      g_assert_error (child_error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME);
    }

  /* Nothing of this was created */
  g_assert_cmpuint (test_count_entries (tmp_directory_get_path (dir)), ==, 0);
}

static void
test_build_path (TestFixture   *fixture,
                 gconstpointer  data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(TmpDirectory) dir = tmp_directory_new_in (fixture->file, NULL, NULL, &error);
  g_autofree char *one = NULL;
  g_autofree char *three = NULL;
  g_autofree char *wanted = NULL;

  g_assert_no_error (error);
  wanted = g_strconcat (tmp_directory_get_path (dir), "/a/b/c", NULL);
  one = tmp_directory_build_path (dir, "a/b/c", NULL);
  g_assert_cmpstr (one, ==, wanted);
  three = tmp_directory_build_path (dir, "a", "b", "c", NULL);
  g_assert_cmpstr (three, ==, wanted);
}

static void
count_notify (GObject    *object,
              GParamSpec *pspec,
              gpointer    user_data)
{
  guint *count = user_data;

  (*count)++;
}

static void
test_notify (TestFixture   *fixture,
             gconstpointer  data)
{
  const char *name = data;
  g_autofree char *signal = g_strconcat ("notify::", name, NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(TmpDirectory) dir = tmp_directory_new_in (fixture->file, NULL, NULL, &error);
  gboolean value, changed;
  guint count = 0;

  g_assert_no_error (error);
  g_signal_connect (dir, signal, G_CALLBACK (count_notify), &count);
  g_object_get (dir, name, &value, NULL);

  g_object_set (dir, name, value, NULL);
  g_assert_cmpuint (count, ==, 0);
  g_object_set (dir, name, !value, NULL);
  g_assert_cmpuint (count, ==, 1);

  if (g_str_equal (name, "auto-cleanup"))
    {
      changed = tmp_directory_get_auto_cleanup (dir);
      tmp_directory_set_auto_cleanup (dir, value);
      g_assert_true (tmp_directory_get_auto_cleanup (dir) == value);
    }
  else
    {
      changed = tmp_directory_get_ignore_cleanup_errors (dir);
      tmp_directory_set_ignore_cleanup_errors (dir, value);
      g_assert_true (tmp_directory_get_ignore_cleanup_errors (dir) == value);
    }
  g_assert_true (changed == !value);
  g_assert_cmpuint (count, ==, 2);
}

static void
test_detach (TestFixture   *fixture,
             gconstpointer  data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(TmpDirectory) dir = tmp_directory_new_in (fixture->file, NULL, NULL, &error);
  g_autoptr(GFile) file = NULL;
  g_autoptr(GFile) again = NULL;
  g_autofree char *path = NULL;

  g_assert_no_error (error);
  path = g_strdup (tmp_directory_get_path (dir));
  test_make_files (path, 3);

  file = tmp_directory_detach (dir);
  g_assert_cmpstr (g_file_peek_path (file), ==, path);
  again = tmp_directory_detach (dir);
  g_assert_true (g_file_equal (file, again));

  /* It is not ours any more */
  g_assert_true (tmp_directory_cleanup (dir, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_entries (path), ==, 3);

  g_clear_object (&dir);
  tmp_flush (NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_entries (path), ==, 3);
}

/* What the headers say is what there is. */
static void
test_version (TestFixture   *fixture,
              gconstpointer  data)
{
  g_assert_true (TMP_CHECK_VERSION (TMP_MAJOR_VERSION, TMP_MINOR_VERSION, TMP_MICRO_VERSION));
  g_assert_true (TMP_CHECK_VERSION (0, 1, 0));
  g_assert_false (TMP_CHECK_VERSION (TMP_MAJOR_VERSION, TMP_MINOR_VERSION, TMP_MICRO_VERSION + 1));
  g_assert_false (TMP_CHECK_VERSION (TMP_MAJOR_VERSION, TMP_MINOR_VERSION + 1, 0));
  g_assert_false (TMP_CHECK_VERSION (TMP_MAJOR_VERSION + 1, 0, 0));
}

int
main (int    argc,
      char **argv)
{
  test_init (&argc, &argv);

  test_add ("/directory/initable", NULL, test_initable);
  test_add ("/directory/async-initable", NULL, test_async_initable);
  test_add ("/directory/async-initable-error", NULL, test_async_initable_error);
  test_add ("/directory/defaults", NULL, test_defaults);
  test_add ("/directory/init-twice", NULL, test_init_twice);
  test_add ("/directory/uninitialised", NULL, test_uninitialised);
  test_add ("/directory/init-failed", NULL, test_init_failed);
  test_add ("/directory/create-async", NULL, test_create_async);
  test_add ("/directory/create-async-error", NULL, test_create_async_error);
  test_add ("/directory/create-thread-default", NULL, test_create_thread_default);
  test_add ("/directory/create-cancelled", NULL, test_create_cancelled);
  test_add ("/directory/create-cancelled-late", NULL, test_create_cancelled_late);
  test_add ("/directory/get-child", NULL, test_get_child);
  test_add ("/directory/build-path", NULL, test_build_path);
  test_add ("/directory/notify-auto-cleanup", "auto-cleanup", test_notify);
  test_add ("/directory/notify-ignore-cleanup-errors", "ignore-cleanup-errors", test_notify);
  test_add ("/directory/version", NULL, test_version);
  test_add ("/directory/detach", NULL, test_detach);

  return test_run ();
}
