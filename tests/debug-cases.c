/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The decisions that are told, and in which words */

#include "debug-cases.h"

#include "wrap-file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534

/* What the kernel says, when asked by the library */
static int lock_errno = 0;
static guint n_locks_to_refuse = 0;
static gboolean is_remote = FALSE;

__attribute__ ((visibility ("default"))) int
flock (int fd,
       int operation)
{
  if (n_locks_to_refuse > 0 && (operation & LOCK_SH) != 0)
    {
      n_locks_to_refuse--;
      errno = lock_errno;
      return -1;
    }
  return (int) syscall (SYS_flock, fd, operation);
}

__attribute__ ((visibility ("default"))) int
fstatfs64 (int              fd,
           struct statfs64 *buffer)
{
  int result = (int) syscall (SYS_fstatfs, fd, buffer);
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autofree char *path = is_remote ? g_file_read_link (link, NULL) : NULL;

  /* The journal must not be there. */
  if (result == 0 && path != NULL && g_str_has_suffix (path, "/tmp"))
    buffer->f_type = NFS_SUPER_MAGIC;
  return result;
}

static TmpDirectory *
create_full (GFile      *parent,
             const char *property)
{
  g_autoptr(GError) error = NULL;
  TmpDirectory *dir = tmp_directory_new_in (parent, NULL, NULL, &error);

  g_assert_no_error (error);
  if (property != NULL)
    g_object_set (dir, property, g_str_equal (property, "ignore-cleanup-errors"), NULL);
  if (tmp_directory_get_path (dir) != NULL)
    test_make_files (tmp_directory_get_path (dir), 3);
  return dir;
}

TmpDirectory *
debug_create (void)
{
  return create_full (NULL, NULL);
}

static void
drop (TmpDirectory *dir)
{
  g_object_unref (dir);
  g_assert_true (tmp_flush (NULL, NULL));
}

static char *
next_to (TmpDirectory *dir,
         const char   *name)
{
  g_autofree char *parent = g_path_get_dirname (tmp_directory_get_path (dir));

  return g_build_filename (parent, name, NULL);
}

/* Creating */

static int
run_empty (TestFixture *fixture)
{
  g_object_unref (tmp_directory_new (NULL, NULL));
  return 0;
}

static int
run_parent (TestFixture *fixture)
{
  drop (create_full (fixture->file, NULL));
  return 0;
}

static int
run_no_tmpdir (TestFixture *fixture)
{
  g_unsetenv ("TMPDIR");
  return run_empty (fixture);
}

static int
run_switched_off (TestFixture *fixture)
{
  g_setenv ("TMPDIR_GLIB_JOURNAL", "0", TRUE);
  run_empty (fixture);
  g_assert_cmpint (tmp_reclaim (NULL, NULL), ==, 0);
  return 0;
}

static int
run_no_folder (TestFixture *fixture)
{
  g_autofree char *folder = mortal_get_journals (fixture);

  g_assert_true (g_file_set_contents (folder, "", 0, NULL));
  run_empty (fixture);
  g_assert_cmpint (tmp_reclaim (NULL, NULL), ==, 0);
  return 0;
}

static int
run_no_lock (TestFixture *fixture)
{
  lock_errno = ENOLCK;
  n_locks_to_refuse = 1;
  return run_empty (fixture);
}

static int
run_taken (TestFixture *fixture)
{
  lock_errno = EWOULDBLOCK;
  n_locks_to_refuse = 1;
  return run_empty (fixture);
}

static int
run_exists (TestFixture *fixture)
{
  g_autofree char *tmp = mortal_get_tmp (fixture);
  g_autoptr(GFile) parent = wrap_file_new (tmp);

  wrap_fail (WRAP_MAKE, NULL, G_IO_ERROR_EXISTS);
  g_assert_null (tmp_directory_new_in (parent, NULL, NULL, NULL));
  return 0;
}

/* Dropping */

static int
run_full (TestFixture *fixture)
{
  drop (debug_create ());
  return 0;
}

static int
run_foreign (TestFixture *fixture)
{
  g_autofree char *tmp = mortal_get_tmp (fixture);
  g_autoptr(GFile) parent = wrap_file_new (tmp);

  drop (create_full (parent, NULL));
  return 0;
}

static int
run_not_renamed (TestFixture *fixture)
{
  TmpDirectory *dir = debug_create ();
  g_autofree char *name = g_path_get_basename (tmp_directory_get_path (dir));
  g_autofree char *hidden = g_strdup_printf (".%s.deleted", name);
  g_autofree char *obstacle = next_to (dir, hidden);

  g_assert_true (g_file_set_contents (obstacle, "", 0, NULL));
  drop (dir);
  g_assert_no_errno (g_unlink (obstacle));
  return 0;
}

static int
run_not_deleted (TestFixture *fixture)
{
  g_autofree char *tmp = mortal_get_tmp (fixture);
  g_autoptr(GFile) parent = wrap_file_new (tmp);
  TmpDirectory *dir = create_full (parent, "ignore-cleanup-errors");
  g_autofree char *name = g_file_get_basename (tmp_directory_get_file (dir));
  g_autofree char *path = g_build_filename (tmp, name, NULL);
  g_autofree char *file = test_make_file (path, "file");

  g_assert_nonnull (file);
  wrap_fail (WRAP_DELETE, "file", G_IO_ERROR_PERMISSION_DENIED);
  drop (dir);
  return 0;
}

static int
run_mount (TestFixture *fixture)
{
  g_autofree char *mount_point = NULL;
  TmpDirectory *dir;

  if (unshare (CLONE_NEWNS) != 0 || mount ("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0)
    return DEBUG_UNAVAILABLE;

  dir = create_full (NULL, "ignore-cleanup-errors");
  mount_point = test_make_dir (tmp_directory_get_path (dir), "mounted");
  if (mount ("none", mount_point, "tmpfs", 0, NULL) != 0)
    return DEBUG_UNAVAILABLE;
  drop (dir);
  return 0;
}

static int
run_kept (TestFixture *fixture)
{
  drop (create_full (NULL, "auto-cleanup"));
  return 0;
}

static int
run_detached (TestFixture *fixture)
{
  TmpDirectory *dir = debug_create ();

  g_object_unref (tmp_directory_detach (dir));
  g_object_unref (tmp_directory_detach (dir));
  drop (dir);
  return 0;
}

static int
run_keep (TestFixture *fixture)
{
  g_setenv ("TMPDIR_GLIB_KEEP", "1", TRUE);
  drop (debug_create ());
  return 0;
}

static int
run_keep_cleaned (TestFixture *fixture)
{
  TmpDirectory *dir;

  g_setenv ("TMPDIR_GLIB_KEEP", "1", TRUE);
  dir = debug_create ();
  g_assert_true (tmp_directory_cleanup (dir, NULL, NULL));
  drop (dir);
  return 0;
}

static int
run_forked (TestFixture *fixture)
{
  TmpDirectory *dir = debug_create ();
  pid_t pid = fork ();
  int status;

  g_assert_no_errno (pid);
  if (pid == 0)
    {
      g_object_unref (dir);
      _exit (0);
    }

  g_assert_no_errno (waitpid (pid, &status, 0));
  g_assert_cmpint (status, ==, 0);
  g_object_unref (tmp_directory_detach (dir));
  g_object_unref (dir);
  return 0;
}

static int
run_moved (TestFixture *fixture)
{
  TmpDirectory *dir = create_full (NULL, "ignore-cleanup-errors");
  g_autofree char *moved = next_to (dir, "moved");

  g_assert_no_errno (g_rename (tmp_directory_get_path (dir), moved));
  drop (dir);
  return 0;
}

static int
run_replaced (TestFixture *fixture)
{
  TmpDirectory *dir = create_full (NULL, "ignore-cleanup-errors");
  g_autofree char *moved = next_to (dir, "moved");

  g_assert_no_errno (g_rename (tmp_directory_get_path (dir), moved));
  g_assert_no_errno (g_mkdir (tmp_directory_get_path (dir), 0700));
  drop (dir);
  return 0;
}

static int
run_deleted (TestFixture *fixture)
{
  TmpDirectory *dir = debug_create ();

  test_remove (tmp_directory_get_path (dir));
  drop (dir);
  return 0;
}

/* As if the outer one had been dropped, and not been deleted yet */
static int
run_along (TestFixture *fixture)
{
  TmpDirectory *outer = debug_create ();
  TmpDirectory *inner = create_full (tmp_directory_get_file (outer), NULL);
  g_autofree char *name = g_path_get_basename (tmp_directory_get_path (outer));
  g_autofree char *hidden_name = g_strdup_printf (".%s.deleted", name);
  g_autofree char *hidden = next_to (outer, hidden_name);

  g_assert_no_errno (g_rename (tmp_directory_get_path (outer), hidden));
  drop (inner);
  g_assert_no_errno (g_rename (hidden, tmp_directory_get_path (outer)));
  tmp_directory_detach (outer);
  test_remove (tmp_directory_get_path (outer));
  g_object_unref (outer);
  return 0;
}

/* Deleting on demand */

static int
run_cleanup (TestFixture *fixture)
{
  TmpDirectory *dir = debug_create ();
  g_autoptr(GAsyncResult) result = NULL;

  g_assert_true (tmp_directory_clear (dir, NULL, NULL));
  tmp_directory_cleanup_async (dir, G_PRIORITY_DEFAULT, NULL, test_store_result, &result);
  test_wait_result (&result);
  g_assert_true (tmp_directory_cleanup_finish (dir, result, NULL));
  drop (dir);
  return 0;
}

static int
run_tree (TestFixture *fixture)
{
  g_autofree char *tree = test_make_dir (fixture->path, "tree");
  g_autoptr(GFile) file = wrap_file_new (tree);

  test_make_files (tree, 2);
  wrap_fail (WRAP_DELETE, "1", G_IO_ERROR_BUSY);
  g_assert_true (tmp_delete_tree (file, TMP_DELETE_IGNORE_ERRORS, NULL, NULL));
  wrap_reset ();
  g_assert_true (tmp_delete_tree (file, TMP_DELETE_NONE, NULL, NULL));
  return 0;
}

static int
run_cancelled (TestFixture *fixture)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();

  g_cancellable_cancel (cancellable);
  g_assert_false (tmp_delete_tree (fixture->file, TMP_DELETE_NONE, cancellable, NULL));
  return 0;
}

/* Moving, and rolling over */

static int
run_persist (TestFixture *fixture)
{
  TmpDirectory *dir = debug_create ();
  g_autoptr(GFile) target = g_file_get_child (fixture->file, "target");

  g_assert_true (tmp_directory_persist (dir, target, TMP_PERSIST_NONE, NULL, NULL));
  drop (dir);
  return 0;
}

static int
run_exchange (TestFixture *fixture)
{
  TmpDirectory *dir = debug_create ();
  g_autofree char *path = test_make_dir (fixture->path, "target");
  g_autoptr(GFile) target = g_file_new_for_path (path);

  g_assert_true (tmp_directory_persist (dir, target, TMP_PERSIST_EXCHANGE, NULL, NULL));
  drop (dir);
  return 0;
}

static int
run_roll_over (TestFixture *fixture)
{
  g_autoptr(TmpDirectory) dir = tmp_directory_new (NULL, NULL);
  g_autoptr(TmpSpooledStream) stream = tmp_spooled_stream_new (dir, 2);
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (stream));

  for (guint i = 0; i < 4; i++)
    g_assert_cmpint (g_output_stream_write (output, "a", 1, NULL, NULL), ==, 1);
  g_assert_true (tmp_spooled_stream_rollover (stream, NULL, NULL));
  return 0;
}

/* Reclaiming */

static TmpDirectory *held = NULL;

void
debug_leave (TestFixture *fixture)
{
  held = debug_create ();
}

static void
leave_given (TestFixture *fixture)
{
  g_autofree char *tmp = mortal_get_tmp (fixture);
  g_autoptr(GFile) parent = g_file_new_for_path (tmp);

  held = create_full (parent, NULL);
}

static int
change_to_file (TestFixture *fixture)
{
  g_autofree char *tmp = mortal_get_tmp (fixture);
  g_autofree char *path = test_only_entry (tmp);

  test_remove (path);
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  return 0;
}

static int
change_owner (TestFixture *fixture)
{
  g_autofree char *tmp = mortal_get_tmp (fixture);
  g_autofree char *path = test_only_entry (tmp);

  return lchown (path, NOBODY, NOBODY) == 0 && geteuid () != NOBODY ? 0 : DEBUG_UNAVAILABLE;
}

/* As a child of the dead process would */
static int
change_to_used (TestFixture *fixture)
{
  g_autofree char *tmp = mortal_get_tmp (fixture);
  g_autofree char *path = test_only_entry (tmp);

  g_assert_no_errno (flock (open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), LOCK_SH));
  return 0;
}

static int
change_mode (TestFixture *fixture)
{
  g_autofree char *tmp = mortal_get_tmp (fixture);

  g_assert_no_errno (g_chmod (tmp, 0777));
  return 0;
}

static int
change_parent (TestFixture *fixture)
{
  g_autofree char *tmp = mortal_get_tmp (fixture);
  g_autofree char *away = g_build_filename (fixture->path, "away", NULL);

  g_assert_no_errno (g_rename (tmp, away));
  g_assert_no_errno (g_mkdir (tmp, 0700));
  return 0;
}

static int
change_parent_away (TestFixture *fixture)
{
  g_autofree char *tmp = mortal_get_tmp (fixture);
  g_autofree char *away = g_build_filename (fixture->path, "away", NULL);

  g_assert_no_errno (g_rename (tmp, away));
  return 0;
}

static int
reclaim (TestFixture *fixture)
{
  tmp_reclaim (NULL, NULL);
  return 0;
}

static int
reclaim_remote (TestFixture *fixture)
{
  is_remote = TRUE;
  return reclaim (fixture);
}

/* A process that is alive, and has this one reclaim */
static int
reclaim_live (TestFixture *fixture)
{
  int sockets[2];
  char byte = '.';
  pid_t pid;

  g_assert_no_errno (pipe (sockets));
  pid = fork ();
  g_assert_no_errno (pid);
  if (pid == 0)
    {
      g_unsetenv ("G_MESSAGES_DEBUG");
      held = debug_create ();
      g_assert_cmpint (write (sockets[1], &byte, 1), ==, 1);
      pause ();
    }

  g_assert_cmpint (read (sockets[0], &byte, 1), ==, 1);
  reclaim (fixture);
  g_assert_no_errno (kill (pid, SIGKILL));
  g_assert_no_errno (waitpid (pid, NULL, 0));
  return 0;
}

#define CREATED "Created “*/tmp/tmp*”, where TMPDIR says"
#define RENAMED "Renamed “*/tmp/tmp*” to “*/tmp/.tmp*.deleted”, to be deleted"

const DebugCase debug_cases[] = {
  { "empty", NULL, NULL, run_empty, { CREATED, "Deleted “*/tmp/tmp*”, which was empty" } },
  { "parent", NULL, NULL, run_parent,
    { "Created “*”, in the given parent", "Renamed “*” to “*.deleted”, to be deleted",
      "Deleted “*.deleted”: 4 files and directories" } },
  { "no-tmpdir", NULL, NULL, run_no_tmpdir,
    { "Created “/*”, as TMPDIR says nothing else", "Deleted “/*”, which was empty" } },
  { "switched-off", NULL, NULL, run_switched_off,
    { CREATED, "“*/tmp/tmp*” is not in the journal: It is switched off",
      "+Nothing is reclaimed: It is switched off", "Deleted “*”, which was empty" } },
  { "no-folder", NULL, NULL, run_no_folder,
    { CREATED, "“*/tmp/tmp*” is not in the journal: ?*", "+Nothing is reclaimed: Not a directory",
      "Deleted “*”, which was empty" } },
  { "no-lock", NULL, NULL, run_no_lock,
    { CREATED, "“*/tmp/tmp*” has no lock: No locks available", "Deleted “*”, which was empty" } },
  { "taken", NULL, NULL, run_taken,
    { "Lost “*/tmp/tmp*”; trying another name", CREATED, "Deleted “*”, which was empty" } },
  { "exists", NULL, NULL, run_exists,
    { "+“wrap://*/tmp”: *; trying another name" } },
  { "full", NULL, NULL, run_full,
    { CREATED, RENAMED, "Deleted “*/tmp/.tmp*.deleted”: 4 files and directories" } },
  { "foreign", NULL, NULL, run_foreign,
    { "Created “wrap://*”, in the given parent", "“wrap://*” has no lock: It is not native",
      "“wrap://*” is not in the journal: It is not native",
      "Could not rename “wrap://*”, to be deleted: It is not native",
      "Deleted “wrap://*”: 1 files and directories" } },
  { "not-renamed", NULL, NULL, run_not_renamed,
    { CREATED, "Could not rename “*/tmp/tmp*”, to be deleted: ?*",
      "Deleted “*/tmp/tmp*”: 4 files and directories" } },
  { "not-deleted", NULL, NULL, run_not_deleted,
    { "Created *", "* has no lock: *", "* is not in the journal: *", "Could not rename *",
      "“wrap://*” is not deleted: Could not delete “wrap://*/file*”: * (2 files and directories are left)" } },
  { "mount", NULL, NULL, run_mount,
    { CREATED, RENAMED, "“*.deleted” is not deleted: Could not delete “*/mounted”: It is a mount point *" } },
  { "kept", NULL, NULL, run_kept, { CREATED, "Kept “*/tmp/tmp*”: auto-cleanup is off" } },
  { "detached", NULL, NULL, run_detached, { CREATED, "Kept “*/tmp/tmp*”: It has been detached" } },
  { "keep", NULL, NULL, run_keep,
    { CREATED, "* is not in the journal: *", "Kept “*/tmp/tmp*”: TMPDIR_GLIB_KEEP",
      "?Nothing is reclaimed: It is switched off" } },
  { "keep-cleaned", NULL, NULL, run_keep_cleaned,
    { CREATED, "* is not in the journal: *", "Kept “*/tmp/tmp*”: TMPDIR_GLIB_KEEP",
      "?Nothing is reclaimed: It is switched off" } },
  { "forked", NULL, NULL, run_forked,
    { CREATED, "Left “*/tmp/tmp*” to the process that this one was forked from",
      "Kept “*/tmp/tmp*”: It has been detached" } },
  { "moved", NULL, NULL, run_moved,
    { CREATED, "Did not delete “*/tmp/tmp*”: It has been moved away" } },
  { "replaced", NULL, NULL, run_replaced,
    { CREATED, "Did not delete “*/tmp/tmp*”: The name now leads to something else" } },
  { "deleted", NULL, NULL, run_deleted,
    { CREATED, "Did not delete “*/tmp/tmp*”: Somebody else has deleted it" } },
  { "along", NULL, NULL, run_along,
    { CREATED, "Created “*”, in the given parent",
      "Did not delete “*/tmp/tmp*/tmp*”: What it is in is being deleted",
      "Kept “*/tmp/tmp*”: It has been detached" } },
  { "cleanup", NULL, NULL, run_cleanup,
    { CREATED, "Deleted “*/tmp/tmp*”: 3 files and directories",
      "Deleted “*/tmp/tmp*”: 1 files and directories" } },
  { "tree", NULL, NULL, run_tree,
    { "“wrap://*/tree” is not deleted: Could not delete “wrap://*/tree/1”: *",
      "Deleted “wrap://*/tree”: 2 files and directories" } },
  { "cancelled", NULL, NULL, run_cancelled, { "“*” is not deleted: Operation was cancelled" } },
  { "persist", NULL, NULL, run_persist, { CREATED, "Moved “*/tmp/tmp*” to “*/target”, where it stays" } },
  { "exchange", NULL, NULL, run_exchange,
    { CREATED, "Exchanged “*/tmp/tmp*” for “*/target”", "Deleted “*/tmp/tmp*”, which was empty" } },
  { "roll-over", NULL, NULL, run_roll_over,
    { CREATED, "Rolled over to a file in “*/tmp/tmp*”", "Deleted “*”, which was empty" } },
  { "reclaim", debug_leave, NULL, reclaim, { "Reclaimed “*/tmp/tmp*”" } },
  { "reclaim-file", debug_leave, change_to_file, reclaim, { "Left “*/tmp/tmp*”: Not a directory" } },
  { "reclaim-owner", debug_leave, change_owner, reclaim,
    { "Left “*/tmp/tmp*”: What is there belongs to somebody else" } },
  { "reclaim-used", debug_leave, change_to_used, reclaim, { "Left “*/tmp/tmp*”: A process still uses it" } },
  { "reclaim-mode", debug_leave, change_mode, reclaim, { "Left “*/tmp/tmp*”: Others may write to its parent" } },
  { "reclaim-parent", debug_leave, change_parent, reclaim,
    { "Left “*/tmp/tmp*”: Its parent is another directory here" } },
  { "reclaim-no-parent", leave_given, change_parent_away, reclaim,
    { "Left “*/tmp/tmp*”: No such file or directory" } },
  { "reclaim-remote", debug_leave, NULL, reclaim_remote, { "Left “*/tmp/tmp*”: It is on another computer" } },
  { "reclaim-live", NULL, NULL, reclaim_live, { "Left “*.journal”: Its process is alive" } },
};

const gsize debug_n_cases = G_N_ELEMENTS (debug_cases);

/* What is told three times */
int
debug_run_one (TestFixture *fixture)
{
  return run_full (fixture);
}

/* Much of it, one after the other; something is left for the exit. */
int
debug_run_all (TestFixture *fixture)
{
  held = debug_create ();
  drop (debug_create ());
  run_cleanup (fixture);
  run_roll_over (fixture);
  run_not_renamed (fixture);
  run_persist (fixture);
  reclaim (fixture);
  g_object_unref (debug_create ());
  return 0;
}
