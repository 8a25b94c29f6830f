/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What is created inside of a directory, and tmp_directory_clear () */

#include "test-lib.h"

#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* All that the calls below have in common */
typedef enum
{
  NEW_FILE,
  NEW_FILE_ASYNC,
  NEW_SUBDIRECTORY,
  NEW_SUBDIRECTORY_ASYNC,
} Call;

static const char *const call_names[] = {
  "file", "file-async", "subdirectory", "subdirectory-async"
};

static gboolean
makes_directory (Call call)
{
  return call >= NEW_SUBDIRECTORY;
}

static GFile *
create (TmpDirectory   *dir,
        Call            call,
        const char     *prefix,
        const char     *suffix,
        GFileIOStream **iostream,
        GCancellable   *cancellable,
        GError        **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  switch (call)
    {
    case NEW_FILE:
      return tmp_directory_new_file (dir, prefix, suffix, iostream, cancellable, error);

    case NEW_FILE_ASYNC:
      tmp_directory_new_file_async (dir, prefix, suffix, G_PRIORITY_DEFAULT, cancellable,
                                    test_store_result, &result);
      test_wait_result (&result);
      return tmp_directory_new_file_finish (dir, result, iostream, error);

    case NEW_SUBDIRECTORY:
      return tmp_directory_new_subdirectory (dir, prefix, suffix, cancellable, error);

    case NEW_SUBDIRECTORY_ASYNC:
    default:
      tmp_directory_new_subdirectory_async (dir, prefix, suffix, G_PRIORITY_DEFAULT, cancellable,
                                            test_store_result, &result);
      test_wait_result (&result);
      return tmp_directory_new_subdirectory_finish (dir, result, error);
    }
}

static void
assert_fails (TmpDirectory *dir,
              Call          call,
              const char   *prefix,
              const char   *suffix,
              int           code,
              const char   *path)
{
  g_autoptr(GFileIOStream) iostream = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GFile) file = create (dir, call, prefix, suffix, &iostream, NULL, &error);

  g_assert_null (file);
  g_assert_null (iostream);
  test_assert_error (error, code, path);
}

/* Private whatever the umask, with a name of its own, and an open file is that file. */
static void
test_created (TestFixture   *fixture,
              gconstpointer  data)
{
  static const mode_t umasks[] = { 0000, 0022, 0777 };
  const Call call = GPOINTER_TO_INT (data);
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);

  for (gsize i = 0; i < G_N_ELEMENTS (umasks); i++)
    {
      const mode_t before = umask (makes_directory (call) ? 0022 : umasks[i]);
      g_autoptr(GFileIOStream) iostream = NULL;
      g_autoptr(GError) error = NULL;
      g_autoptr(GFile) file = create (dir, call, "a-", ".txt", &iostream, NULL, &error);
      g_autofree char *name = NULL;
      struct stat st;

      umask (before);
      g_assert_no_error (error);
      g_assert_true (g_file_has_parent (file, tmp_directory_get_file (dir)));
      name = g_file_get_basename (file);
      g_assert_cmpuint (strlen (name), ==, strlen ("a-.txt") + 22);
      g_assert_true (g_str_has_prefix (name, "a-") && g_str_has_suffix (name, ".txt"));
      g_assert_no_errno (lstat (g_file_peek_path (file), &st));
      g_assert_cmpuint (st.st_mode, ==, makes_directory (call) ? S_IFDIR | 0700 : S_IFREG | 0600);

      if (!makes_directory (call))
        {
          GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (iostream));
          g_autofree char *contents = NULL;

          g_assert_true (g_output_stream_write_all (output, "hello", 5, NULL, NULL, &error));
          g_assert_no_error (error);
          g_assert_true (g_io_stream_close (G_IO_STREAM (iostream), NULL, &error));
          g_assert_no_error (error);
          g_assert_true (g_file_get_contents (g_file_peek_path (file), &contents, NULL, &error));
          g_assert_no_error (error);
          g_assert_cmpstr (contents, ==, "hello");
        }
    }

  g_assert_cmpuint (test_count_entries (tmp_directory_get_path (dir)), ==, G_N_ELEMENTS (umasks));
}

/* What is not asked for is closed, and what is there is not inherited. */
static void
test_descriptors (TestFixture   *fixture,
                  gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  g_autoptr(GFileIOStream) iostream = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GFile) first = tmp_directory_new_file (dir, NULL, NULL, NULL, NULL, &error);
  g_autoptr(GFile) second = NULL;
  const guint before = test_count_descriptors (fixture->path);

  g_assert_no_error (error);
  second = tmp_directory_new_file (dir, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_descriptors (fixture->path), ==, before);
  g_assert_false (g_file_equal (first, second));

  g_object_unref (tmp_directory_new_file (dir, NULL, NULL, &iostream, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_descriptors (fixture->path), >, before);
}

static void
test_bad_names (TestFixture   *fixture,
                gconstpointer  data)
{
  const Call call = GPOINTER_TO_INT (data);
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  g_autofree char *long_name = g_strnfill (234, 'x');

  assert_fails (dir, call, "../x", NULL, G_IO_ERROR_INVALID_FILENAME, "../x");
  assert_fails (dir, call, NULL, "/x", G_IO_ERROR_INVALID_FILENAME, "/x");
  assert_fails (dir, call, long_name, NULL, G_IO_ERROR_INVALID_FILENAME, "233");
  g_assert_cmpuint (test_count_entries (tmp_directory_get_path (dir)), ==, 0);
}

static void
test_cancelled (TestFixture   *fixture,
                gconstpointer  data)
{
  const Call call = GPOINTER_TO_INT (data);
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GFileIOStream) iostream = NULL;
  g_autoptr(GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (create (dir, call, NULL, NULL, &iostream, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (test_count_entries (tmp_directory_get_path (dir)), ==, 0);
}

/* Nothing is created in what is not ours. */
static void
test_elsewhere (TestFixture   *fixture,
                gconstpointer  data)
{
  const Call call = GPOINTER_TO_INT (data);
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  g_autofree char *path = g_strdup (tmp_directory_get_path (dir));
  g_autofree char *moved = g_build_filename (fixture->path, "moved", NULL);

  g_assert_no_errno (g_rename (path, moved));
  assert_fails (dir, call, NULL, NULL, G_IO_ERROR_NOT_FOUND, path);
  g_assert_no_errno (symlink (moved, path));
  assert_fails (dir, call, NULL, NULL, G_IO_ERROR_FAILED, path);
  g_assert_no_errno (g_unlink (path));
  g_assert_no_errno (g_mkdir (path, 0700));
  assert_fails (dir, call, NULL, NULL, G_IO_ERROR_FAILED, path);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 2);

  g_assert_no_errno (g_rmdir (path));
  g_assert_no_errno (g_rename (moved, path));
  g_assert_no_errno (g_rmdir (path));
  assert_fails (dir, call, NULL, NULL, G_IO_ERROR_NOT_FOUND, path);
}

static void
test_given_up (TestFixture   *fixture,
               gconstpointer  data)
{
  const Call call = GPOINTER_TO_INT (data);
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  g_autoptr(TmpDirectory) fresh = g_object_new (TMP_TYPE_DIRECTORY, NULL);

  g_assert_true (tmp_directory_cleanup (dir, NULL, NULL));
  assert_fails (dir, call, NULL, NULL, G_IO_ERROR_CLOSED, tmp_directory_get_path (dir));
  assert_fails (fresh, call, NULL, NULL, G_IO_ERROR_NOT_INITIALIZED, "");
}

/* Without a descriptor of the directory to be had, and without one for the file */
static void
test_scarce (TestFixture   *fixture,
             gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  const char *path = tmp_directory_get_path (dir);
  const char *preload = g_getenv ("LD_PRELOAD");
  g_autoptr(GFile) subdirectory = NULL;
  g_autoptr(GError) error = NULL;

  if (preload != NULL && strstr (preload, "vgpreload") != NULL)
    {
      g_test_skip ("Valgrind opens, and so creates, a file before it says EMFILE");
      return;
    }

  test_limit_descriptors (3);
  subdirectory = tmp_directory_new_subdirectory (dir, NULL, NULL, NULL, &error);
  assert_fails (dir, NEW_FILE, NULL, NULL, G_IO_ERROR_TOO_MANY_OPEN_FILES, path);
  test_limit_descriptors (0);

  g_assert_no_error (error);
  g_assert_cmpuint (test_count_entries (path), ==, 1);
}

/* No privilege: what may not be written to stays as it is. */
static void
test_forbidden (TestFixture   *fixture,
                gconstpointer  data)
{
  const Call call = GPOINTER_TO_INT (data);
  g_autoptr(TmpDirectory) dir = NULL;

  if (!test_drop_root (fixture))
    return;

  dir = test_new_directory (fixture);
  g_assert_no_errno (g_chmod (tmp_directory_get_path (dir), 0500));
  assert_fails (dir, call, NULL, NULL, G_IO_ERROR_PERMISSION_DENIED, tmp_directory_get_path (dir));
  g_assert_cmpuint (test_count_entries (tmp_directory_get_path (dir)), ==, 0);
  g_clear_object (&dir);
  tmp_flush (NULL, NULL);
  test_regain_root ();
}

static gboolean
clear (TmpDirectory  *dir,
       gboolean       async,
       GCancellable  *cancellable,
       GError       **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  if (!async)
    return tmp_directory_clear (dir, cancellable, error);

  tmp_directory_clear_async (dir, G_PRIORITY_DEFAULT, cancellable, test_store_result, &result);
  g_assert_null (result);
  test_wait_result (&result);
  return tmp_directory_clear_finish (dir, result, error);
}

static void
count_notify (TmpDirectory *dir,
              GParamSpec   *pspec,
              gpointer      user_data)
{
  ++*(guint *) user_data;
}

/* The same directory, with the same lock, as often as one likes */
static void
test_clear (TestFixture   *fixture,
            gconstpointer  data)
{
  const gboolean async = GPOINTER_TO_INT (data);
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  const char *path = tmp_directory_get_path (dir);
  const int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  g_autofree char *path_before = g_strdup (path);
  struct stat before, after;
  guint n_notified = 0;

  g_assert_no_errno (stat (path, &before));
  g_signal_connect (dir, "notify::entries-removed", G_CALLBACK (count_notify), &n_notified);
  for (guint i = 0; i < 3; i++)
    {
      const guint n = test_make_tree (path, 5 * i, 5);
      g_autoptr(GError) error = NULL;

      g_assert_true (clear (dir, async, NULL, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (test_count_entries (path), ==, 0);
      g_assert_cmpuint (tmp_directory_get_entries_removed (dir), ==, n);
      g_assert_cmpuint (n_notified, >, i);
    }

  g_assert_cmpstr (tmp_directory_get_path (dir), ==, path_before);
  g_assert_no_errno (stat (path, &after));
  g_assert_true (before.st_ino == after.st_ino && before.st_mode == after.st_mode);
  g_assert_cmpint (flock (fd, LOCK_EX | LOCK_NB), ==, -1);
  close (fd);

  g_clear_object (&dir);
  tmp_flush (NULL, NULL);
  test_assert_absent (path_before);
}

/* After any failure there is a directory that can be used, cleared and dropped. */
static void
test_clear_fails (TestFixture   *fixture,
                  gconstpointer  data)
{
  const gboolean async = GPOINTER_TO_INT (data);
  g_autoptr(TmpDirectory) dir = NULL;
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  g_autofree char *locked = NULL;
  const char *path;

  if (!test_require_root ())
    return;

  g_assert_true (test_drop_root (fixture));
  dir = test_new_directory (fixture);
  path = tmp_directory_get_path (dir);
  tmp_directory_set_ignore_cleanup_errors (dir, TRUE);
  test_make_files (path, 3);
  test_regain_root ();
  locked = test_make_dir (path, "locked");
  g_free (test_make_file (locked, "file"));
  g_assert_true (test_drop_root (fixture));

  g_cancellable_cancel (cancellable);
  g_assert_false (clear (dir, async, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpuint (test_count_entries (path), ==, 5);

  g_assert_false (clear (dir, async, NULL, &error));
  test_assert_error (error, G_IO_ERROR_PERMISSION_DENIED, "locked");
  g_clear_error (&error);
  g_assert_cmpuint (test_count_entries (path), ==, 2);
  g_object_unref (tmp_directory_new_file (dir, NULL, NULL, NULL, NULL, &error));
  g_assert_no_error (error);

  test_regain_root ();
  g_assert_true (clear (dir, async, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_entries (path), ==, 0);
}

static void
assert_clear_fails (TmpDirectory *dir,
                    gboolean      async,
                    int           code)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_strdup (tmp_directory_get_path (dir));

  g_assert_false (clear (dir, async, NULL, &error));
  test_assert_error (error, code, path != NULL ? path : "");
}

static void
test_clear_elsewhere (TestFixture   *fixture,
                      gconstpointer  data)
{
  const gboolean async = GPOINTER_TO_INT (data);
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  g_autoptr(TmpDirectory) fresh = g_object_new (TMP_TYPE_DIRECTORY, NULL);
  const char *path = tmp_directory_get_path (dir);
  g_autofree char *moved = g_build_filename (fixture->path, "moved", NULL);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  test_make_tree (path, 3, 3);
  g_assert_no_errno (g_rename (path, moved));
  assert_clear_fails (dir, async, G_IO_ERROR_NOT_FOUND);
  g_assert_no_errno (symlink (moved, path));
  before = test_snapshot (fixture->path);
  assert_clear_fails (dir, async, G_IO_ERROR_FAILED);
  after = test_snapshot (fixture->path);
  g_assert_cmpstr (before, ==, after);

  g_assert_no_errno (g_unlink (path));
  g_assert_no_errno (g_rename (moved, path));
  g_assert_true (tmp_directory_cleanup (dir, NULL, NULL));
  assert_clear_fails (dir, async, G_IO_ERROR_CLOSED);
  assert_clear_fails (fresh, async, G_IO_ERROR_NOT_INITIALIZED);
}

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const char *name;
    void (*func) (TestFixture *fixture, gconstpointer data);
  } new_tests[] = {
    { "created", test_created },     { "bad-names", test_bad_names }, { "cancelled", test_cancelled },
    { "elsewhere", test_elsewhere }, { "given-up", test_given_up },   { "forbidden", test_forbidden },
  };

  test_init (&argc, &argv);

  for (gsize i = 0; i < G_N_ELEMENTS (new_tests); i++)
    for (gsize call = 0; call < G_N_ELEMENTS (call_names); call++)
      {
        g_autofree char *path = g_strdup_printf ("/contents/%s/%s", call_names[call], new_tests[i].name);

        test_add (path, GINT_TO_POINTER ((int) call), new_tests[i].func);
      }
  test_add ("/contents/descriptors", NULL, test_descriptors);
  test_add ("/contents/scarce", NULL, test_scarce);
  for (int async = FALSE; async <= TRUE; async++)
    {
      const char *end = async ? "-async" : "";
      g_autofree char *plain = g_strconcat ("/clear/clear", end, NULL);
      g_autofree char *fails = g_strconcat ("/clear/fails", end, NULL);
      g_autofree char *elsewhere = g_strconcat ("/clear/elsewhere", end, NULL);

      test_add (plain, GINT_TO_POINTER (async), test_clear);
      test_add (fails, GINT_TO_POINTER (async), test_clear_fails);
      test_add (elsewhere, GINT_TO_POINTER (async), test_clear_elsewhere);
    }

  return test_run ();
}
