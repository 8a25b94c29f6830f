/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Moving a directory to where it is to stay: at once, or not at all. */

#include "mortal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define N_ENTRIES 8 /* what test_make_tree (path, 2, 2) puts into a directory */

/* By which of the two calls */
typedef enum
{
  BLOCKING,
  ASYNC
} How;

static gboolean
persist (TmpDirectory     *dir,
         How               how,
         const char       *path,
         TmpPersistFlags   flags,
         GCancellable     *cancellable,
         GError          **error)
{
  g_autoptr(GFile) destination = g_file_new_for_path (path);
  g_autoptr(GAsyncResult) result = NULL;

  if (how == BLOCKING)
    return tmp_directory_persist (dir, destination, flags, cancellable, error);

  tmp_directory_persist_async (dir, destination, flags, G_PRIORITY_DEFAULT, cancellable,
                               test_store_result, &result);
  test_wait_result (&result);
  return tmp_directory_persist_finish (dir, result, error);
}

static TmpDirectory *
new_tree (TestFixture *fixture)
{
  TmpDirectory *dir = test_new_directory (fixture);

  g_assert_cmpuint (test_make_tree (tmp_directory_get_path (dir), 2, 2), ==, N_ENTRIES);
  return dir;
}

/* Can somebody else lock what is at @path for himself? */
static gboolean
is_locked (const char *path)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean locked;

  g_assert_no_errno (fd);
  locked = flock (fd, LOCK_EX | LOCK_NB) != 0;
  g_assert_true (!locked || errno == EWOULDBLOCK);
  close (fd);
  return locked;
}

static guint
get_mode (const char *path)
{
  struct stat st;

  g_assert_no_errno (lstat (path, &st));
  return st.st_mode & 07777;
}

/* An error, and nothing in the directory of the test has changed. */
static void
assert_fails (TmpDirectory    *dir,
              const char      *path,
              TmpPersistFlags  flags,
              int              code,
              const char      *named)
{
  g_autofree char *all = g_path_get_dirname (tmp_directory_get_path (dir));
  g_autofree char *before = test_snapshot (all);

  for (How how = BLOCKING; how <= ASYNC; how++)
    {
      g_autoptr(GError) error = NULL;
      g_autofree char *after = NULL;

      g_assert_false (persist (dir, how, path, flags, NULL, &error));
      test_assert_error (error, code, named);
      after = test_snapshot (all);
      g_assert_cmpstr (before, ==, after);
      g_assert_true (is_locked (tmp_directory_get_path (dir)));
    }
}

static void
test_move (TestFixture   *fixture,
           gconstpointer  data)
{
  const How how = GPOINTER_TO_INT (data);
  TmpDirectory *dir = new_tree (fixture);
  g_autofree char *path = g_strdup (tmp_directory_get_path (dir));
  g_autofree char *destination = g_build_filename (fixture->path, "destination", NULL);
  g_autoptr(GFile) file = g_file_new_for_path (destination);
  g_autoptr(GError) error = NULL;

  g_assert_true (persist (dir, how, destination, TMP_PERSIST_NONE, NULL, &error));
  g_assert_no_error (error);
  test_assert_absent (path);
  g_assert_cmpuint (test_count_entries (destination), ==, N_ENTRIES);
  g_assert_cmpuint (get_mode (destination), ==, 0700);
  g_assert_false (is_locked (destination));
  g_assert_cmpuint (test_count_descriptors (fixture->path), ==, 0);

  /* It is nobody's now. */
  g_assert_false (tmp_directory_persist (dir, file, TMP_PERSIST_NONE, NULL, &error));
  test_assert_error (error, G_IO_ERROR_CLOSED, path);
  g_clear_error (&error);
  g_assert_null (tmp_directory_new_file (dir, NULL, NULL, NULL, NULL, &error));
  test_assert_error (error, G_IO_ERROR_CLOSED, path);
  g_clear_error (&error);
  g_assert_true (tmp_directory_cleanup (dir, NULL, &error));
  g_assert_no_error (error);
  g_object_unref (dir);
  g_assert_true (tmp_flush (NULL, NULL));
  g_assert_cmpuint (test_count_entries (destination), ==, N_ENTRIES);
}

/* The caller says what others may see, before they can. */
static void
test_mode (TestFixture   *fixture,
           gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = new_tree (fixture);
  g_autofree char *destination = g_build_filename (fixture->path, "destination", NULL);
  g_autoptr(GError) error = NULL;

  g_assert_no_errno (g_chmod (tmp_directory_get_path (dir), 0755));
  g_assert_true (persist (dir, BLOCKING, destination, TMP_PERSIST_NONE, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (get_mode (destination), ==, 0755);
}

static void
test_exchange (TestFixture   *fixture,
               gconstpointer  data)
{
  const How how = GPOINTER_TO_INT (data);
  TmpDirectory *dir = new_tree (fixture);
  g_autofree char *path = g_strdup (tmp_directory_get_path (dir));
  g_autofree char *destination = test_make_dir (fixture->path, "destination");
  g_autofree char *old = g_build_filename (path, "old", NULL);
  g_autoptr(GFile) file = NULL;
  g_autoptr(GError) error = NULL;

  g_free (test_make_file (destination, "old"));
  g_assert_true (persist (dir, how, destination, TMP_PERSIST_EXCHANGE, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_entries (destination), ==, N_ENTRIES);
  g_assert_false (is_locked (destination));

  /* What was there is a temporary directory in every respect. */
  g_assert_cmpuint (get_mode (path), ==, 0700);
  g_assert_cmpuint (test_count_entries (path), ==, 1);
  test_assert_present (old);
  g_assert_true (is_locked (path));
  file = tmp_directory_new_file (dir, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_entries (path), ==, 2);

  /* And back again */
  g_assert_true (persist (dir, how, destination, TMP_PERSIST_EXCHANGE, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_entries (destination), ==, 2);
  g_assert_cmpuint (test_count_entries (path), ==, N_ENTRIES);

  g_object_unref (dir);
  test_assert_absent (path);
  g_assert_true (tmp_flush (NULL, NULL));
  g_assert_cmpuint (test_count_entries (destination), ==, 2);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 1 + 2);
}

/* After an exchange, what was there is cleared and cleaned up like any other. */
static void
test_exchange_cleanup (TestFixture   *fixture,
                       gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = new_tree (fixture);
  g_autofree char *destination = test_make_dir (fixture->path, "destination");
  g_autoptr(GError) error = NULL;

  test_make_tree (destination, 3, 3);
  g_assert_true (persist (dir, BLOCKING, destination, TMP_PERSIST_EXCHANGE, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (tmp_directory_clear (dir, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_entries (tmp_directory_get_path (dir)), ==, 0);
  g_assert_true (tmp_directory_cleanup (dir, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 1 + N_ENTRIES);
}

static void
test_bad_destination (TestFixture   *fixture,
                      gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = new_tree (fixture);
  const char *path = tmp_directory_get_path (dir);
  g_autofree char *empty = test_make_dir (fixture->path, "empty");
  g_autofree char *full = test_make_dir (fixture->path, "full");
  g_autofree char *file = test_make_file (full, "file");
  g_autofree char *missing = g_build_filename (fixture->path, "missing", NULL);
  g_autofree char *no_parent = g_build_filename (missing, "destination", NULL);
  g_autofree char *below_file = g_build_filename (file, "destination", NULL);
  g_autofree char *inside = g_build_filename (path, "inside", NULL);
  g_autofree char *link = g_build_filename (fixture->path, "link", NULL);
  g_autofree char *dangling = g_build_filename (fixture->path, "dangling", NULL);
  g_autofree char *long_name = g_strnfill (300, 'x');
  g_autofree char *too_long = g_build_filename (fixture->path, long_name, NULL);
  const char *existing[] = { empty, full, file, link, dangling, path, fixture->path, "/" };
  const char *no_directory[] = { file, link, dangling };

  g_assert_no_errno (symlink (full, link));
  g_assert_no_errno (symlink (missing, dangling));

  for (gsize i = 0; i < G_N_ELEMENTS (existing); i++)
    assert_fails (dir, existing[i], TMP_PERSIST_NONE, G_IO_ERROR_EXISTS, existing[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (no_directory); i++)
    assert_fails (dir, no_directory[i], TMP_PERSIST_EXCHANGE, G_IO_ERROR_NOT_DIRECTORY, no_directory[i]);

  for (TmpPersistFlags flags = TMP_PERSIST_NONE; flags <= TMP_PERSIST_EXCHANGE; flags++)
    {
      assert_fails (dir, no_parent, flags, G_IO_ERROR_NOT_FOUND, no_parent);
      assert_fails (dir, below_file, flags, G_IO_ERROR_NOT_DIRECTORY, below_file);
      assert_fails (dir, too_long, flags, G_IO_ERROR_FILENAME_TOO_LONG, too_long);
    }
  assert_fails (dir, missing, TMP_PERSIST_EXCHANGE, G_IO_ERROR_NOT_FOUND, missing);

  assert_fails (dir, inside, TMP_PERSIST_NONE, G_IO_ERROR_INVALID_ARGUMENT, inside);
  g_free (test_make_dir (path, "inside"));
  assert_fails (dir, inside, TMP_PERSIST_EXCHANGE, G_IO_ERROR_INVALID_ARGUMENT, inside);
  assert_fails (dir, fixture->path, TMP_PERSIST_EXCHANGE, G_IO_ERROR_INVALID_ARGUMENT, fixture->path);
  assert_fails (dir, path, TMP_PERSIST_EXCHANGE, G_IO_ERROR_INVALID_ARGUMENT, path);
}

static void
test_other_file_system (TestFixture   *fixture,
                        gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = new_tree (fixture);
  g_autofree char *elsewhere = NULL;
  g_autofree char *destination = NULL;
  struct stat here, there;

  if (stat ("/dev/shm", &there) != 0 || access ("/dev/shm", W_OK) != 0 ||
      stat (fixture->path, &here) != 0 || here.st_dev == there.st_dev)
    {
      g_test_skip ("There is no other file system at /dev/shm");
      return;
    }

  elsewhere = g_strdup ("/dev/shm/test-persist-XXXXXX");
  g_assert_nonnull (g_mkdtemp (elsewhere));
  destination = g_build_filename (elsewhere, "destination", NULL);
  assert_fails (dir, destination, TMP_PERSIST_NONE, G_IO_ERROR_NOT_SUPPORTED, destination);
  assert_fails (dir, elsewhere, TMP_PERSIST_EXCHANGE, G_IO_ERROR_NOT_SUPPORTED, elsewhere);
  g_assert_no_errno (g_rmdir (elsewhere));
}

static void
test_not_native (TestFixture   *fixture,
                 gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = new_tree (fixture);
  g_autoptr(GFile) destination = g_file_new_for_uri ("nowhere://host/destination");
  g_autoptr(GError) error = NULL;

  g_assert_false (tmp_directory_persist (dir, destination, TMP_PERSIST_NONE, NULL, &error));
  test_assert_error (error, G_IO_ERROR_NOT_SUPPORTED, "nowhere");
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 1 + N_ENTRIES);
}

/* No privilege: it has to be ours to change the place. */
static void
test_forbidden (TestFixture   *fixture,
                gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = NULL;
  g_autofree char *closed = NULL;
  g_autofree char *destination = NULL;
  g_autofree char *there = NULL;

  if (!test_drop_root (fixture))
    return;

  dir = new_tree (fixture);
  closed = test_make_dir (fixture->path, "closed");
  there = test_make_dir (closed, "there");
  destination = g_build_filename (closed, "destination", NULL);
  g_assert_no_errno (g_chmod (closed, 0500));
  assert_fails (dir, destination, TMP_PERSIST_NONE, G_IO_ERROR_PERMISSION_DENIED, destination);
  assert_fails (dir, there, TMP_PERSIST_EXCHANGE, G_IO_ERROR_PERMISSION_DENIED, there);

  g_assert_no_errno (g_chmod (closed, 0700));
  g_clear_object (&dir);
  g_assert_true (tmp_flush (NULL, NULL));
  test_regain_root ();
}

/* What belongs to somebody else is not ours to delete, whoever may move it. */
static void
test_foreign (TestFixture   *fixture,
              gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = NULL;
  g_autofree char *foreign = NULL;

  if (!test_require_root ())
    return;

  dir = new_tree (fixture);
  foreign = test_make_dir (fixture->path, "foreign");
  test_give_away (foreign);
  assert_fails (dir, foreign, TMP_PERSIST_EXCHANGE, G_IO_ERROR_PERMISSION_DENIED, foreign);
}

/* A directory that may not even be read becomes one that can be deleted. */
static void
test_unreadable (TestFixture   *fixture,
                 gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = NULL;
  g_autofree char *destination = NULL;
  g_autoptr(GError) error = NULL;

  if (!test_drop_root (fixture))
    return;

  dir = new_tree (fixture);
  destination = test_make_dir (fixture->path, "destination");
  g_free (test_make_file (destination, "old"));
  g_assert_no_errno (g_chmod (destination, 0300));
  g_assert_true (persist (dir, BLOCKING, destination, TMP_PERSIST_EXCHANGE, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_entries (tmp_directory_get_path (dir)), ==, 1);
  g_assert_true (tmp_directory_cleanup (dir, NULL, &error));
  g_assert_no_error (error);
  test_regain_root ();
}

static void
test_elsewhere (TestFixture   *fixture,
                gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = new_tree (fixture);
  g_autoptr(TmpDirectory) fresh = g_object_new (TMP_TYPE_DIRECTORY, NULL);
  const char *path = tmp_directory_get_path (dir);
  g_autofree char *moved = g_build_filename (fixture->path, "moved", NULL);
  g_autofree char *destination = g_build_filename (fixture->path, "destination", NULL);
  g_autoptr(GError) error = NULL;

  g_assert_no_errno (g_rename (path, moved));
  g_assert_false (persist (dir, ASYNC, destination, TMP_PERSIST_NONE, NULL, &error));
  test_assert_error (error, G_IO_ERROR_NOT_FOUND, path);
  g_clear_error (&error);
  g_assert_no_errno (g_mkdir (path, 0700));
  g_assert_false (persist (dir, BLOCKING, destination, TMP_PERSIST_NONE, NULL, &error));
  test_assert_error (error, G_IO_ERROR_FAILED, path);
  g_clear_error (&error);
  test_assert_absent (destination);
  g_assert_no_errno (g_rmdir (path));
  g_assert_no_errno (g_rename (moved, path));

  g_assert_false (persist (fresh, ASYNC, destination, TMP_PERSIST_NONE, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED);
}

static void
test_cancelled (TestFixture   *fixture,
                gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = new_tree (fixture);
  g_autofree char *destination = g_build_filename (fixture->path, "destination", NULL);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();

  g_cancellable_cancel (cancellable);
  for (How how = BLOCKING; how <= ASYNC; how++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_false (persist (dir, how, destination, TMP_PERSIST_NONE, cancellable, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      test_assert_absent (destination);
    }
  g_assert_cmpuint (test_count_entries (tmp_directory_get_path (dir)), ==, N_ENTRIES);
}

/* What is being deleted cannot become something to keep. */
static void
test_pending (TestFixture   *fixture,
              gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GFile) destination = g_file_get_child (fixture->file, "destination");
  g_autoptr(GError) error = NULL;

  test_make_tree (tmp_directory_get_path (dir), 20, test_scale (500));
  tmp_directory_clear_async (dir, G_PRIORITY_DEFAULT, NULL, test_store_result, &result);
  g_assert_false (tmp_directory_persist (dir, destination, TMP_PERSIST_NONE, NULL, &error));
  test_assert_error (error, G_IO_ERROR_PENDING, tmp_directory_get_path (dir));
  g_clear_error (&error);
  test_wait_result (&result);
  g_assert_true (tmp_directory_clear_finish (dir, result, &error));
  g_assert_no_error (error);

  g_assert_true (tmp_directory_persist (dir, destination, TMP_PERSIST_NONE, NULL, &error));
  g_assert_no_error (error);
}

static int
persist_and_die (TestFixture   *fixture,
                 gconstpointer  data)
{
  const TmpPersistFlags flags = GPOINTER_TO_INT (data);
  g_autofree char *tmp = mortal_get_tmp (fixture);
  g_autofree char *destination = g_build_filename (tmp, "destination", NULL);
  g_autoptr(GError) error = NULL;
  TmpDirectory *dir = tmp_directory_new (NULL, &error);

  g_assert_no_error (error);
  test_hold (dir);
  test_make_tree (tmp_directory_get_path (dir), 2, 2);
  if (flags == TMP_PERSIST_EXCHANGE)
    {
      g_autofree char *there = test_make_dir (tmp, "destination");

      test_make_files (there, 3);
    }
  g_assert_true (persist (dir, BLOCKING, destination, flags, NULL, &error));
  g_assert_no_error (error);
  raise (SIGKILL);
  return 1;
}

/* Nobody else deletes what has been moved, and somebody does what came for it. */
static void
test_killed (TestFixture   *fixture,
             gconstpointer  data)
{
  const TmpPersistFlags flags = GPOINTER_TO_INT (data);
  g_autofree char *tmp = mortal_get_tmp (fixture);
  g_autofree char *destination = g_build_filename (tmp, "destination", NULL);

  mortal_die (fixture, persist_and_die, data);
  g_assert_cmpint (mortal_reclaim (fixture), ==, flags == TMP_PERSIST_EXCHANGE ? 1 : 0);
  g_assert_cmpuint (test_count_entries (destination), ==, N_ENTRIES);
  g_assert_cmpuint (test_count_entries (tmp), ==, 1 + N_ENTRIES);
  test_remove (destination);
}

/* What was dropped inside is deleted, and does not go along half-way. */
static void
test_dropped_inside (TestFixture   *fixture,
                     gconstpointer  data)
{
  const How how = GPOINTER_TO_INT (data);

  for (guint i = 0; i < test_scale (50); i++)
    {
      g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
      g_autoptr(GError) error = NULL;
      g_autofree char *name = g_strdup_printf ("kept%u", i);
      g_autofree char *kept = g_build_filename (fixture->path, name, NULL);

      for (guint j = 0; j < 3; j++)
        {
          g_autoptr(TmpDirectory) inner = tmp_directory_new_in (tmp_directory_get_file (dir), NULL,
                                                                NULL, &error);

          g_assert_no_error (error);
          test_make_tree (tmp_directory_get_path (inner), 2, 2);
        }
      g_assert_true (persist (dir, how, kept, TMP_PERSIST_NONE, NULL, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (test_count_entries (kept), ==, 0);
    }
  g_assert_true (tmp_flush (NULL, NULL));
}

int
main (int    argc,
      char **argv)
{
  test_init (&argc, &argv);

  mortal_add ("/persist-killed/move", GINT_TO_POINTER (TMP_PERSIST_NONE), test_killed);
  mortal_add ("/persist-killed/exchange", GINT_TO_POINTER (TMP_PERSIST_EXCHANGE), test_killed);

  test_add ("/persist/move", GINT_TO_POINTER (BLOCKING), test_move);
  test_add ("/persist/move/async", GINT_TO_POINTER (ASYNC), test_move);
  test_add ("/persist/dropped-inside", GINT_TO_POINTER (BLOCKING), test_dropped_inside);
  test_add ("/persist/dropped-inside/async", GINT_TO_POINTER (ASYNC), test_dropped_inside);
  test_add ("/persist/mode", NULL, test_mode);
  test_add ("/persist/exchange", GINT_TO_POINTER (BLOCKING), test_exchange);
  test_add ("/persist/exchange/async", GINT_TO_POINTER (ASYNC), test_exchange);
  test_add ("/persist/exchange/cleanup", NULL, test_exchange_cleanup);
  test_add ("/persist/exchange/unreadable", NULL, test_unreadable);
  test_add ("/persist/exchange/foreign", NULL, test_foreign);
  test_add ("/persist/bad-destination", NULL, test_bad_destination);
  test_add ("/persist/other-file-system", NULL, test_other_file_system);
  test_add ("/persist/not-native", NULL, test_not_native);
  test_add ("/persist/forbidden", NULL, test_forbidden);
  test_add ("/persist/elsewhere", NULL, test_elsewhere);
  test_add ("/persist/cancelled", NULL, test_cancelled);
  test_add ("/persist/pending", NULL, test_pending);

  return test_run ();
}
