/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* While a tree is deleted on a file system in user space, something happens:
 * it is cancelled, a file in it is open, its root is replaced, directories
 * cannot be moved, or there is no file system any more.
 */

#include "faulty-mount.h"
#include "naive.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define DELAY (300 * 1000)
#define N_FILES 40

typedef struct
{
  FaultyMount mount;
  GCancellable *cancellable;
  GThread *thread;
  GError *error;
  gboolean success;
  gint64 end;
} Deletion;

static gboolean
deletion_init (Deletion    *deletion,
               TestFixture *fixture)
{
  g_autofree char *sub = NULL;

  if (!faulty_mount_require (fixture))
    return FALSE;

  *deletion = (Deletion) { .cancellable = g_cancellable_new () };
  faulty_mount_init (&deletion->mount, fixture, "tree");
  sub = test_make_dir (deletion->mount.backing_tree, "sub");
  test_make_files (sub, N_FILES);
  return TRUE;
}

static gpointer
delete_in_thread (gpointer data)
{
  Deletion *deletion = data;

  deletion->success = tmp_delete_tree (deletion->mount.file, TMP_DELETE_NONE,
                                       deletion->cancellable, &deletion->error);
  deletion->end = g_get_monotonic_time ();
  return NULL;
}

static gpointer
delete_naively (gpointer data)
{
  Deletion *deletion = data;

  naive_delete_readdir (deletion->mount.tree);
  return NULL;
}

/* Returns when something is deleted already, but not yet all. */
static void
deletion_start (Deletion    *deletion,
                GThreadFunc  func,
                const char  *rule)
{
  const char * const rules[] = { rule, NULL };
  g_autofree char *sub = g_build_filename (deletion->mount.backing_tree, "sub", NULL);
  TestWatch watch;

  faulty_mount_start (&deletion->mount, rules);
  test_watch_start (&watch, sub);
  deletion->thread = g_thread_new ("delete", func, deletion);
  test_watch_wait (&watch);
}

static void
deletion_clear (Deletion *deletion)
{
  faulty_mount_clear (&deletion->mount);
  g_clear_object (&deletion->cancellable);
  g_clear_error (&deletion->error);
}

/* What has begun is not interrupted, but nothing more is begun. */
static void
test_cancel (TestFixture   *fixture,
             gconstpointer  data)
{
  g_auto(GStrv) left = NULL;
  Deletion deletion;
  gint64 start;

  if (!deletion_init (&deletion, fixture))
    return;

  deletion_start (&deletion, delete_in_thread, "unlink:*:300ms");
  start = g_get_monotonic_time ();
  g_cancellable_cancel (deletion.cancellable);
  g_thread_join (deletion.thread);
  faulty_mount_stop (&deletion.mount);

  g_test_message ("Stopped %" G_GINT64_FORMAT " ms after it was cancelled",
                  (deletion.end - start) / 1000);
  g_assert_false (deletion.success);
  g_assert_error (deletion.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (deletion.end - start, <, DELAY + (gint64) test_timeout (1) / 20);
  left = faulty_mount_list (&deletion.mount);
  /* Those left, the two directories, and one that had been begun */
  g_assert_cmpuint (g_strv_length (left), >=, N_FILES);
  deletion_clear (&deletion);
}

/* The root is moved away, and an empty directory gets its name. It is nobody's
 * business to remove that.
 */
static void
test_replace_root (TestFixture   *fixture,
                   gconstpointer  data)
{
  const gboolean naive = GPOINTER_TO_INT (data);
  g_auto(GStrv) left = NULL;
  g_autofree char *other = NULL;
  g_autofree char *moved = NULL;
  const char * const expected[] = { "moved", "tree", NULL };
  Deletion deletion;

  if (!deletion_init (&deletion, fixture))
    return;

  g_free (test_make_dir (deletion.mount.backing, "other"));
  other = g_build_filename (deletion.mount.path, "other", NULL);
  moved = g_build_filename (deletion.mount.path, "moved", NULL);

  deletion_start (&deletion, naive ? delete_naively : delete_in_thread, "unlink:*:5ms");
  g_assert_no_errno (g_rename (deletion.mount.tree, moved));
  g_assert_no_errno (g_rename (other, deletion.mount.tree));
  g_thread_join (deletion.thread);
  faulty_mount_stop (&deletion.mount);

  left = faulty_mount_list (&deletion.mount);
  if (naive)
    {
      g_assert_false (g_strv_contains ((const char * const *) left, "tree"));
      deletion_clear (&deletion);
      return;
    }

  g_assert_false (deletion.success);
  test_assert_error (deletion.error, G_IO_ERROR_FAILED, deletion.mount.tree);
  g_assert_cmpstrv (left, expected);
  deletion_clear (&deletion);
}

/* Nothing answers any more. */
static void
test_dead_server (TestFixture   *fixture,
                  gconstpointer  data)
{
  Deletion deletion;

  if (!test_require_root () || !deletion_init (&deletion, fixture))
    return;

  deletion_start (&deletion, delete_in_thread, "unlink:*:50ms");
  faulty_mount_kill (&deletion.mount);
  g_thread_join (deletion.thread);
  g_assert_no_errno (umount2 (deletion.mount.path, MNT_DETACH));

  g_assert_false (deletion.success);
  g_test_message ("%s", deletion.error->message);
  /* What was on the way when it died is aborted. */
  g_assert_true (strstr (deletion.error->message, g_strerror (ENOTCONN)) != NULL ||
                 strstr (deletion.error->message, g_strerror (ECONNABORTED)) != NULL);
  test_assert_error (deletion.error, deletion.error->code, deletion.mount.tree);
  test_assert_present (deletion.mount.backing_tree);
  deletion_clear (&deletion);
}

/* A file that is open is not deleted by libfuse but renamed, as often as one
 * likes. That ends, and afterwards all goes.
 */
static void
test_open_file (TestFixture   *fixture,
                gconstpointer  data)
{
  const char * const no_rules[] = { NULL };
  g_auto(GStrv) left = NULL;
  g_autofree char *path = NULL;
  g_autofree char *sub = NULL;
  Deletion deletion;
  int fd;

  if (!deletion_init (&deletion, fixture))
    return;

  sub = g_build_filename (deletion.mount.tree, "sub", NULL);
  path = g_build_filename (sub, "7", NULL);
  faulty_mount_start (&deletion.mount, no_rules);
  fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  g_assert_no_errno (fd);

  delete_in_thread (&deletion);
  g_assert_false (deletion.success);
  test_assert_error (deletion.error, G_IO_ERROR_BUSY, sub);
  g_clear_error (&deletion.error);
  left = faulty_mount_list (&deletion.mount);
  g_assert_cmpuint (g_strv_length (left), ==, 3);
  g_assert_true (g_str_has_prefix (left[2], "tree/sub/.fuse_hidden"));

  close (fd);
  delete_in_thread (&deletion);
  faulty_mount_stop (&deletion.mount);
  g_assert_no_error (deletion.error);
  g_assert_true (deletion.success);
  g_assert_cmpuint (test_count_entries (deletion.mount.backing), ==, 0);
  deletion_clear (&deletion);
}

/* Directories as deep as that are moved up to the root, if that can be done;
 * else they are deleted where they are. The error is true either way.
 */
static void
test_deep (TestFixture   *fixture,
           gconstpointer  data)
{
  const guint n_levels = 100;
  const char *rename_rule = data;
  const char *rules[] = { "unlink:bad:EPERM", rename_rule, NULL };
  g_autofree char *bottom = NULL;
  g_autofree char *bad = NULL;
  g_autofree char *named = NULL;
  g_autofree char *left = NULL;
  const char *start, *end;
  Deletion deletion;

  if (!deletion_init (&deletion, fixture))
    return;

  test_make_deep (deletion.mount.backing_tree, n_levels);
  bottom = g_strdup (deletion.mount.backing_tree);
  for (guint i = 0; i < n_levels; i++)
    {
      char *next = g_build_filename (bottom, "deep", NULL);

      g_free (bottom);
      bottom = next;
    }
  bad = test_make_file (bottom, "bad");

  faulty_mount_start (&deletion.mount, rules);
  delete_in_thread (&deletion);
  faulty_mount_stop (&deletion.mount);

  g_assert_false (deletion.success);
  test_assert_error (deletion.error, G_IO_ERROR_PERMISSION_DENIED, deletion.mount.tree);
  g_assert_nonnull (strstr (deletion.error->message, g_strerror (EPERM)));
  left = g_strdup_printf ("(%u ", test_count_entries (deletion.mount.backing));
  g_assert_nonnull (strstr (deletion.error->message, left));

  /* It names where the file is now. */
  start = strstr (deletion.error->message, deletion.mount.path) + strlen (deletion.mount.path);
  end = strstr (start, "”");
  g_assert_nonnull (end);
  named = g_strdup_printf ("%s%.*s", deletion.mount.backing, (int) (end - start), start);
  test_assert_present (named);
  g_assert_true (g_str_has_suffix (named, "/bad"));
  if (rename_rule != NULL)
    g_assert_cmpstr (named, ==, bad);
  g_assert_cmpuint (test_count_entries (deletion.mount.backing), <=, n_levels + 2);
  deletion_clear (&deletion);
}

/* The same with the usual deletion, which stops there and leaves the rest. */
static void
test_deep_control (TestFixture   *fixture,
                   gconstpointer  data)
{
  const char * const rules[] = { "unlink:0:EPERM", NULL };
  Deletion deletion;
  guint n_left;

  if (!deletion_init (&deletion, fixture))
    return;

  test_make_deep (deletion.mount.backing_tree, 100);
  faulty_mount_start (&deletion.mount, rules);
  naive_delete_nftw (deletion.mount.tree);
  n_left = test_count_entries (deletion.mount.backing);
  faulty_mount_stop (&deletion.mount);
  g_assert_cmpuint (n_left, >, 200);
  deletion_clear (&deletion);
}

int
main (int    argc,
      char **argv)
{
  test_init (&argc, &argv);

  test_add ("/fuse-live/cancel", NULL, test_cancel);
  test_add ("/fuse-live/control/replace-root", GINT_TO_POINTER (TRUE), test_replace_root);
  test_add ("/fuse-live/replace-root", GINT_TO_POINTER (FALSE), test_replace_root);
  test_add ("/fuse-live/dead-server", NULL, test_dead_server);
  test_add ("/fuse-live/open-file", NULL, test_open_file);
  test_add ("/fuse-live/control/deep", NULL, test_deep_control);
  test_add ("/fuse-live/deep/raised", NULL, test_deep);
  test_add ("/fuse-live/deep/exdev", "rename:*:EXDEV", test_deep);
  test_add ("/fuse-live/deep/enosys", "rename:*:ENOSYS", test_deep);
  test_add ("/fuse-live/deep/eperm", "rename:*:EPERM", test_deep);
  test_add ("/fuse-live/deep/eio", "rename:*:EIO", test_deep);
  test_add ("/fuse-live/deep/eacces", "rename:*:EACCES", test_deep);

  return test_run ();
}
