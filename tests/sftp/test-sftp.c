/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A real remote file system: sftp:// through GVfs, as with-sftp sets it up.
 * Below SFTP_DIR each file can be looked at without any of that.
 */

#include "test-lib.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* GVfs warns of a connection that we have cut; GTest would call that the end. */
static void
ignore_warning (const char     *domain,
                GLogLevelFlags  level,
                const char     *message,
                gpointer        data)
{
}

static gboolean
is_fatal (const char     *domain,
          GLogLevelFlags  level,
          const char     *message,
          gpointer        data)
{
  return g_strcmp0 (domain, "GVFS") != 0;
}

/* The directory of the test, but through the mount */
static void
set_up (TestFixture   *fixture,
        gconstpointer  data)
{
  g_autoptr(GFile) local = g_file_new_for_path (g_getenv ("SFTP_DIR"));
  g_autoptr(GFile) remote = g_file_new_for_uri (g_getenv ("SFTP_URI"));
  g_autofree char *name = NULL;

  g_test_log_set_fatal_handler (is_fatal, NULL);
  test_fixture_set_up (fixture, data);
  name = g_file_get_relative_path (local, fixture->file);
  g_clear_object (&fixture->file);
  fixture->file = g_file_resolve_relative_path (remote, name);
}

static char *
local_path (TmpDirectory *dir)
{
  g_autoptr(GFile) remote = g_file_new_for_uri (g_getenv ("SFTP_URI"));
  g_autofree char *name = g_file_get_relative_path (remote, tmp_directory_get_file (dir));

  return g_build_filename (g_getenv ("SFTP_DIR"), name, NULL);
}

static gboolean
is_mounted (gpointer data)
{
  TestFixture *fixture = data;
  g_autoptr(GAsyncResult) result = NULL;

  /* It may still be counted as mounted, and on its way out. */
  g_file_mount_enclosing_volume (fixture->file, G_MOUNT_MOUNT_NONE, NULL, NULL,
                                 test_store_result, &result);
  test_wait_result (&result);
  g_file_mount_enclosing_volume_finish (fixture->file, result, NULL);

  return g_file_query_exists (fixture->file, NULL);
}

/* Of GVfs 1.62, a daemon that has just lost its mount takes the next one, and ends a
 * second later all the same.
 */
static void
wait_for_mount (TestFixture *fixture)
{
  const gint64 long_enough = 3 * G_USEC_PER_SEC;
  gint64 since;

  do
    {
      test_wait_until (is_mounted, fixture);
      since = g_get_monotonic_time ();
      while (g_get_monotonic_time () - since < long_enough && is_mounted (fixture))
        g_usleep (10000);
    }
  while (g_get_monotonic_time () - since < long_enough);
}

/* Sends a signal to all that sshd has started for our connection. Each child of
 * it leads a process group.
 */
static void
signal_server (int number)
{
  const char *sshd = g_getenv ("SFTP_SSHD");
  g_autofree char *file = g_strdup_printf ("/proc/%s/task/%s/children", sshd, sshd);
  g_autofree char *children = NULL;
  g_auto(GStrv) pids = NULL;
  g_autoptr(GError) error = NULL;
  guint n = 0;

  g_file_get_contents (file, &children, NULL, &error);
  g_assert_no_error (error);
  pids = g_strsplit (children, " ", -1);
  for (guint i = 0; pids[i] != NULL; i++)
    if (*pids[i] != '\0' && kill (-atoi (pids[i]), number) == 0)
      n++;
  g_assert_cmpuint (n, >, 0);
}

static void
test_create (TestFixture   *fixture,
             gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  g_autofree char *path = local_path (dir);
  g_autofree char *entry = test_only_entry (fixture->path);
  g_autofree char *inside = g_build_filename (path, "sub", "file", NULL);
  g_autofree char *content = NULL;
  g_autoptr(GFile) sub = NULL;
  g_autoptr(GFile) file = NULL;
  g_autoptr(GError) error = NULL;
  struct stat st;

  g_assert_false (g_file_is_native (tmp_directory_get_file (dir)));
  g_assert_null (tmp_directory_get_path (dir));
  g_assert_true (tmp_directory_get_parent (dir) == fixture->file);
  g_assert_true (g_file_has_parent (tmp_directory_get_file (dir), fixture->file));
  g_assert_cmpstr (path, ==, entry);
  g_assert_no_errno (lstat (path, &st));
  g_assert_cmpuint (st.st_mode, ==, S_IFDIR | 0700);

  sub = tmp_directory_get_child (dir, "sub", &error);
  g_assert_no_error (error);
  g_file_make_directory (sub, NULL, &error);
  g_assert_no_error (error);
  file = tmp_directory_get_child (dir, "sub/file", &error);
  g_assert_no_error (error);
  g_file_replace_contents (file, "far", 3, NULL, FALSE, G_FILE_CREATE_NONE, NULL, NULL, &error);
  g_assert_no_error (error);
  g_file_get_contents (inside, &content, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (content, ==, "far");
}

static TmpDirectory *
create_async (GFile         *parent,
              GCancellable  *cancellable,
              GError       **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  tmp_directory_create_async (parent, "far-", G_PRIORITY_DEFAULT, cancellable,
                              test_store_result, &result);
  test_wait_result (&result);
  return tmp_directory_create_finish (result, error);
}

static void
test_create_async (TestFixture   *fixture,
                   gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = NULL;
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GFile) missing = g_file_get_child (fixture->file, "missing");
  g_autofree char *missing_uri = g_file_get_uri (missing);
  g_autofree char *name = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_null (create_async (missing, NULL, &error));
  test_assert_error (error, G_IO_ERROR_NOT_FOUND, missing_uri);
  g_clear_error (&error);

  g_cancellable_cancel (cancellable);
  g_assert_null (create_async (fixture->file, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);

  dir = create_async (fixture->file, NULL, &error);
  g_assert_no_error (error);
  name = g_file_get_basename (tmp_directory_get_file (dir));
  g_assert_true (g_str_has_prefix (name, "far-"));
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 1);
}

static void
test_cleanup (TestFixture   *fixture,
              gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  g_autofree char *path = local_path (dir);
  guint n = test_make_tree (path, test_scale (20), 10);
  g_autoptr(GError) error = NULL;

  g_assert_true (tmp_directory_cleanup (dir, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
  g_assert_cmpuint (tmp_directory_get_entries_removed (dir), ==, n + 1);

  g_assert_true (tmp_directory_cleanup (dir, NULL, &error));
  g_assert_no_error (error);
}

static void
test_contents (TestFixture   *fixture,
               gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  g_autofree char *path = local_path (dir);
  g_autoptr(GFileIOStream) iostream = NULL;
  g_autoptr(GFile) file = NULL;
  g_autoptr(GFile) unopened = NULL;
  g_autoptr(GFile) subdirectory = NULL;
  g_autoptr(GError) error = NULL;

  /* GVfs cannot open a file to be both read and written. */
  file = tmp_directory_new_file (dir, "a-", ".txt", &iostream, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (iostream);
  g_assert_true (g_file_has_parent (file, tmp_directory_get_file (dir)));
  g_assert_true (g_file_replace_contents (file, "hello", 5, NULL, FALSE, G_FILE_CREATE_NONE, NULL,
                                          NULL, &error));
  g_assert_no_error (error);
  unopened = tmp_directory_new_file (dir, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  subdirectory = tmp_directory_new_subdirectory (dir, NULL, ".d", NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_has_parent (subdirectory, tmp_directory_get_file (dir)));
  g_assert_cmpuint (test_count_entries (path), ==, 3);

  g_assert_true (tmp_directory_clear (dir, NULL, &error));
  g_assert_no_error (error);
  test_assert_present (path);
  g_assert_cmpuint (test_count_entries (path), ==, 0);

  /* Somebody else deletes it: then there is nowhere to create anything. */
  g_assert_no_errno (g_rmdir (path));
  g_assert_null (tmp_directory_new_file (dir, NULL, NULL, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (tmp_directory_new_subdirectory (dir, NULL, NULL, NULL, &error));
  g_assert_nonnull (error);
}

static void
cleanup_async (TmpDirectory  *dir,
               GError       **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  tmp_directory_cleanup_async (dir, G_PRIORITY_DEFAULT, NULL, test_store_result, &result);
  test_wait_result (&result);
  g_assert_cmpint (tmp_directory_cleanup_finish (dir, result, error), ==, *error == NULL);
}

static gboolean
something_deleted (gpointer data)
{
  return tmp_directory_get_entries_removed (data) >= 5;
}

/* What was deleted before the cancellation and what is left after it are all
 * there was; and the object still owns it.
 */
static void
test_cleanup_async (TestFixture   *fixture,
                    gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autofree char *path = local_path (dir);
  guint n = test_make_tree (path, 20, 20);
  g_autoptr(GError) error = NULL;
  guint n_left;

  tmp_directory_cleanup_async (dir, G_PRIORITY_DEFAULT, cancellable, test_store_result, &result);
  test_wait_until (something_deleted, dir);
  g_cancellable_cancel (cancellable);
  test_wait_result (&result);
  g_assert_false (tmp_directory_cleanup_finish (dir, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  n_left = test_count_entries (path);
  g_assert_cmpuint (n_left, >, 0);
  /* The server may still have deleted what nobody waited for any more. */
  g_assert_cmpuint (n_left + tmp_directory_get_entries_removed (dir), <=, n);

  cleanup_async (dir, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

static void
test_unref (TestFixture   *fixture,
            gconstpointer  data)
{
  TmpDirectory *dir = test_new_directory (fixture);
  g_autofree char *path = local_path (dir);
  g_autoptr(GError) error = NULL;

  test_make_tree (path, test_scale (20), 10);
  g_object_unref (dir);
  g_assert_true (tmp_flush (NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

/* At exit the deletion may be running, or the server may be gone. */
static void
test_exit (TestFixture   *fixture,
           gconstpointer  data)
{
  gboolean kill_server = GPOINTER_TO_INT (data);

  if (g_test_subprocess ())
    {
      TmpDirectory *dir = test_new_directory (fixture);
      TmpDirectory *other = test_new_directory (fixture);
      g_autofree char *path = local_path (dir);

      test_make_tree (path, 5, 5);
      if (kill_server)
        {
          tmp_directory_set_ignore_cleanup_errors (dir, TRUE);
          tmp_directory_set_ignore_cleanup_errors (other, TRUE);
          signal_server (SIGKILL);
        }
      test_hold (dir);
      g_object_unref (other);
      return;
    }

  g_test_trap_subprocess (NULL, test_timeout (30), 0);
  g_test_trap_assert_passed ();
  if (kill_server)
    {
      g_assert_cmpuint (test_count_entries (fixture->path), >, 5 * (5 + 2));
      wait_for_mount (fixture);
    }
  else
    g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

static void
delete_tree (TestFixture *fixture,
             const char  *name)
{
  g_autoptr(GFile) file = g_file_get_child (fixture->file, name);
  g_autoptr(GError) error = NULL;

  tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error);
  g_assert_no_error (error);
}

static void
test_delete_tree (TestFixture   *fixture,
                  gconstpointer  data)
{
  g_autofree char *beside = test_make_dir (fixture->path, "beside");
  g_autofree char *bushy = test_make_dir (fixture->path, "bushy");
  g_autofree char *deep = test_make_dir (fixture->path, "deep");
  g_autofree char *wide = test_make_dir (fixture->path, "wide");

  test_make_tree (bushy, test_scale (40), 4);
  test_make_deep (deep, test_scale (100));
  test_make_files (wide, test_scale (400));
  g_free (test_make_file (fixture->path, "file"));

  delete_tree (fixture, "bushy");
  delete_tree (fixture, "deep");
  delete_tree (fixture, "wide");
  delete_tree (fixture, "file");
  delete_tree (fixture, "missing");
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 1);
  test_assert_present (beside);
}

/* Who looks into the link at the root, as an enumerator does whatever it is
 * told, is where others keep their files.
 */
static void
test_links (TestFixture   *fixture,
            gconstpointer  data)
{
  static const char * const targets[] = { "../outside", "nowhere", "/", ".", "..", "4" };
  g_autofree char *outside = test_make_dir (fixture->path, "outside");
  g_autofree char *tree = test_make_dir (fixture->path, "tree");
  g_autofree char *root = g_build_filename (fixture->path, "root", NULL);
  g_autoptr(GFile) root_file = g_file_get_child (fixture->file, "root");
  g_autoptr(GFileEnumerator) naive = NULL;
  g_autoptr(GFileInfo) lost = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autoptr(GError) error = NULL;

  test_make_tree (outside, 3, 3);
  before = test_snapshot (outside);
  for (gsize i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_autofree char *link = g_strdup_printf ("%s/%zu", tree, i);

      g_assert_no_errno (symlink (targets[i], link));
    }
  g_assert_no_errno (symlink ("outside", root));

  naive = g_file_enumerate_children (root_file, G_FILE_ATTRIBUTE_STANDARD_NAME,
                                     G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, NULL, &error);
  g_assert_no_error (error);
  lost = g_file_enumerator_next_file (naive, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (lost);

  g_assert_false (tmp_delete_tree (root_file, TMP_DELETE_KEEP_ROOT, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY);
  g_assert_true (g_file_test (root, G_FILE_TEST_IS_SYMLINK));
  delete_tree (fixture, "root");
  test_assert_absent (root);
  delete_tree (fixture, "tree");
  test_assert_absent (tree);

  after = test_snapshot (outside);
  g_assert_cmpstr (before, ==, after);
}

static void
test_unreadable (TestFixture   *fixture,
                 gconstpointer  data)
{
  g_autofree char *tree = test_make_dir (fixture->path, "tree");
  g_autofree char *bad = test_make_dir (tree, "bad");
  g_autofree char *empty = test_make_dir (tree, "empty");
  g_autoptr(GFile) file = g_file_get_child (fixture->file, "tree");
  g_autoptr(GFile) bad_file = g_file_get_child (file, "bad");
  g_autofree char *bad_uri = g_file_get_uri (bad_file);
  g_autoptr(GError) error = NULL;

  test_make_files (bad, 3);
  test_make_tree (tree, 5, 5);
  g_assert_no_errno (chmod (bad, 0));
  g_assert_no_errno (chmod (empty, 0));

  g_assert_false (tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error));
  g_assert_no_errno (chmod (bad, 0700));
  test_assert_error (error, G_IO_ERROR_PERMISSION_DENIED, bad_uri);
  /* bad, what is in it, and nothing else */
  g_assert_cmpuint (test_count_entries (tree), ==, 4);

  delete_tree (fixture, "tree");
  test_assert_absent (tree);
}

static void
unmount (TestFixture *fixture)
{
  g_autoptr(GMount) enclosing = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  enclosing = g_file_find_enclosing_mount (fixture->file, NULL, &error);
  g_assert_no_error (error);
  g_mount_unmount_with_operation (enclosing, G_MOUNT_UNMOUNT_FORCE, NULL, NULL,
                                  test_store_result, &result);
  test_wait_result (&result);
  g_mount_unmount_with_operation_finish (enclosing, result, &error);
  g_assert_no_error (error);
}

typedef enum
{
  CUT_KILLED,   /* the server is gone */
  CUT_UNMOUNTED,
  CUT_STALLED   /* the server is there, but does nothing; we cancel */
} Cut;

/* The mount goes away while directories are read and files deleted, each time
 * a bit later. That has to be said, soon, and is over when the mount is back.
 */
static void
test_cut (TestFixture   *fixture,
          gconstpointer  data)
{
  Cut cut = GPOINTER_TO_INT (data);
  guint n_failures = 0;

  for (guint delay = 2; delay <= 50; delay *= 5)
    {
      g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
      g_autoptr(GCancellable) cancellable = g_cancellable_new ();
      g_autoptr(GAsyncResult) result = NULL;
      g_autofree char *path = local_path (dir);
      g_autofree char *uri = g_file_get_uri (tmp_directory_get_file (dir));
      g_autoptr(GError) error = NULL;
      gint64 start;

      test_make_tree (path, 120, 1);
      tmp_directory_cleanup_async (dir, G_PRIORITY_DEFAULT, cancellable,
                                   test_store_result, &result);
      g_usleep (delay * 1000);
      start = g_get_monotonic_time ();
      if (cut == CUT_KILLED)
        signal_server (SIGKILL);
      else if (cut == CUT_UNMOUNTED)
        unmount (fixture);
      else
        {
          signal_server (SIGSTOP);
          g_usleep (10000);
          g_cancellable_cancel (cancellable);
        }
      test_wait_result (&result);
      if (cut == CUT_STALLED)
        signal_server (SIGCONT);

      g_assert_cmpint (g_get_monotonic_time () - start, <, test_timeout (10));
      tmp_directory_cleanup_finish (dir, result, &error);
      if (error == NULL)
        test_assert_absent (path);
      else
        {
          n_failures++;
          g_test_message ("after %u ms: %s", delay, error->message);
          test_assert_present (path);
          if (cut == CUT_STALLED)
            g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
          else
            test_assert_error (error, error->code, uri);
        }

      if (cut == CUT_STALLED)
        test_wait_until (is_mounted, fixture);
      else
        wait_for_mount (fixture);
      g_clear_error (&error);
      cleanup_async (dir, &error);
      g_assert_no_error (error);
      test_assert_absent (path);
    }

  g_assert_cmpuint (n_failures, >, 0);
}

#define add(path, data, func) \
  g_test_add ((path), TestFixture, (data), set_up, (func), test_fixture_tear_down)

int
main (int    argc,
      char **argv)
{
  const char *sftp_dir = g_getenv ("SFTP_DIR");

  if (sftp_dir == NULL)
    g_error ("This is to be run by with-sftp");

  /* A test that starts itself again is in there already. */
  if (!g_str_has_prefix (g_getenv ("TMPDIR"), sftp_dir))
    g_setenv ("TMPDIR", sftp_dir, TRUE);
  test_init (&argc, &argv);
  g_log_set_handler ("GVFS", G_LOG_LEVEL_WARNING | G_LOG_FLAG_FATAL, ignore_warning, NULL);

  add ("/sftp/create", NULL, test_create);
  add ("/sftp/create-async", NULL, test_create_async);
  add ("/sftp/contents", NULL, test_contents);
  add ("/sftp/cleanup", NULL, test_cleanup);
  add ("/sftp/cleanup-async", NULL, test_cleanup_async);
  add ("/sftp/unref", NULL, test_unref);
  add ("/sftp/exit", GINT_TO_POINTER (FALSE), test_exit);
  add ("/sftp/exit-killed", GINT_TO_POINTER (TRUE), test_exit);
  add ("/sftp/delete-tree", NULL, test_delete_tree);
  add ("/sftp/links", NULL, test_links);
  add ("/sftp/unreadable", NULL, test_unreadable);
  add ("/sftp/killed", GINT_TO_POINTER (CUT_KILLED), test_cut);
  add ("/sftp/unmounted", GINT_TO_POINTER (CUT_UNMOUNTED), test_cut);
  add ("/sftp/stalled", GINT_TO_POINTER (CUT_STALLED), test_cut);

  return test_run ();
}
