/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

/* Why there is nothing to be mounted, or NULL */
static char *no_mounts = NULL;

/* A /proc without a place, because some tests run without any other */
static int proc = -1;

/* What would serve a file system in user space */
static int fuse = -1;

void
mounts_init (void)
{
  int fs;

  if (unshare (CLONE_NEWNS) != 0 || mount ("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
    {
      no_mounts = g_strdup_printf ("needs a mount namespace: %s", g_strerror (errno));
      return;
    }

  fs = fsopen ("proc", FSOPEN_CLOEXEC);
  g_assert_no_errno (fs);
  g_assert_no_errno (fsconfig (fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0));
  proc = fsmount (fs, FSMOUNT_CLOEXEC, 0);
  g_assert_no_errno (proc);
  close (fs);
}

gboolean
mounts_available (void)
{
  return no_mounts == NULL;
}

gboolean
mounts_require (void)
{
  if (no_mounts == NULL)
    return TRUE;

  g_test_skip (no_mounts);
  return FALSE;
}

void
mounts_bind (const char *source,
             const char *target)
{
  g_assert_no_errno (mount (source, target, NULL, MS_BIND, NULL));
}

void
mounts_tmpfs (const char *target)
{
  g_assert_no_errno (mount ("tmpdir-glib-test", target, "tmpfs", 0, NULL));
}

gboolean
mounts_run (const char *format,
            ...)
{
  g_autofree char *command = NULL;
  g_autofree char *output = NULL;
  g_autofree char *errors = NULL;
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) argv = NULL;
  int status = -1;
  va_list args;

  va_start (args, format);
  command = g_strdup_vprintf (format, args);
  va_end (args);

  argv = g_strsplit (command, " ", -1);
  if (g_spawn_sync (NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, &errors,
                    &status, &error) &&
      g_spawn_check_wait_status (status, &error))
    return TRUE;

  g_test_message ("%s: %s\n%s", command, error->message, errors != NULL ? errors : "");
  return FALSE;
}

/* Makes a file system of @type in a file in @dir, which it leaves there, and
 * mounts it. Where that cannot be done, the test is skipped.
 */
gboolean
mounts_new_file_system (const char *type,
                        const char *dir,
                        const char *target)
{
  g_autofree char *image = g_build_filename (dir, type, NULL);
  g_autofree char *mkfs = g_strconcat ("/usr/sbin/mkfs.", type, NULL);
  g_autofree char *reason = NULL;

  /* xfs wants at least 300 MiB. They are a hole at first. */
  if (access ("/dev/loop-control", R_OK | W_OK) != 0)
    reason = g_strdup ("needs loop devices");
  else if (access (mkfs, X_OK) != 0)
    reason = g_strdup_printf ("needs %s", mkfs);
  else if (!mounts_run ("truncate -s 320M %s", image) || !mounts_run ("%s -q %s", mkfs, image))
    reason = g_strdup_printf ("%s does not work", mkfs);
  else if (!mounts_run ("mount -t %s -o loop %s %s", type, image, target))
    reason = g_strdup_printf ("%s cannot be mounted", type);

  if (reason == NULL)
    return TRUE;

  g_test_skip (reason);
  return FALSE;
}

static void
mount_on_link (const char *file,
               const char *target)
{
  int fd = open_tree (AT_FDCWD, file, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

  g_assert_no_errno (g_rmdir (target));
  g_assert_no_errno (symlink ("nowhere", target));
  g_assert_no_errno (fd);
  g_assert_no_errno (move_mount (fd, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH));
  close (fd);
}

static void
mount_on_file (const char *file,
               const char *target)
{
  g_assert_no_errno (g_rmdir (target));
  g_assert_true (g_file_set_contents (target, "", 0, NULL));
  mounts_bind (file, target);
}

/* Its upper directory may not be on just any file system. */
static void
mount_overlay (const char *outside,
               const char *target,
               const char *work)
{
  g_autofree char *upper = NULL;
  g_autofree char *workdir = NULL;
  g_autofree char *options = NULL;

  mounts_tmpfs (work);
  upper = test_make_dir (work, "upper");
  workdir = test_make_dir (work, "work");
  options = g_strdup_printf ("lowerdir=%s,upperdir=%s,workdir=%s", outside, upper, workdir);
  g_assert_no_errno (mount ("overlay", target, "overlay", 0, options));
}

static gboolean
mount_unserved (const char *target)
{
  g_autofree char *options = NULL;

  fuse = open ("/dev/fuse", O_RDWR | O_CLOEXEC);
  if (fuse < 0)
    {
      g_test_skip ("needs FUSE");
      return FALSE;
    }

  options = g_strdup_printf ("fd=%d,rootmode=40000,user_id=0,group_id=0", fuse);
  g_assert_no_errno (mount ("tmpdir-glib-test", target, "fuse", 0, options));
  return TRUE;
}

/* Mounts something at the empty directory @target: what is @outside, with the
 * file "file" there, if it is not something new. @work is another empty
 * directory.
 */
gboolean
mounts_add (MountKind   kind,
            const char *outside,
            const char *target,
            const char *work)
{
  g_autofree char *file = g_build_filename (outside, "file", NULL);
  g_autofree char *inner = NULL;

  switch (kind)
    {
    case MOUNT_TMPFS:
      mounts_tmpfs (target);
      break;
    case MOUNT_BIND_DIR:
      mounts_bind (outside, target);
      break;
    case MOUNT_BIND_FILE:
      mount_on_file (file, target);
      break;
    case MOUNT_BIND_LINK:
      mount_on_link (file, target);
      break;
    case MOUNT_READ_ONLY:
      test_make_tree (target, 3, 3);
      mounts_bind (target, target);
      g_assert_no_errno (mount (NULL, target, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
      break;
    case MOUNT_NESTED:
      mounts_tmpfs (target);
      inner = test_make_dir (target, "inner");
      mounts_bind (outside, inner);
      break;
    case MOUNT_MOVED:
      mounts_bind (outside, work);
      g_assert_no_errno (mount (work, target, NULL, MS_MOVE, NULL));
      break;
    case MOUNT_OVERLAY:
      mount_overlay (outside, target, work);
      break;
    case MOUNT_PROC:
      g_assert_no_errno (mount ("proc", target, "proc", 0, NULL));
      break;
    case MOUNT_LOOP:
      mounts_tmpfs (work);
      return mounts_new_file_system ("ext4", work, target);
    case MOUNT_FUSE:
      return mount_unserved (target);
    default:
      g_assert_not_reached ();
    }

  return TRUE;
}

/* The fifth field is the path, with octal numbers for what would be confusing. */
static char *
get_mount_path (const char *line)
{
  g_auto(GStrv) fields = g_strsplit (line, " ", 6);

  return g_strv_length (fields) == 6 ? g_strcompress (fields[4]) : g_strdup ("");
}

static char *
read_mount_info (void)
{
  GString *info = g_string_new (NULL);
  char buffer[4096];
  gssize length;
  int fd = openat (proc, "self/mountinfo", O_RDONLY | O_CLOEXEC);

  g_assert_no_errno (fd);
  while ((length = read (fd, buffer, sizeof buffer)) > 0)
    g_string_append_len (info, buffer, length);
  g_assert_no_errno (length);
  close (fd);

  return g_string_free (info, FALSE);
}

char **
mounts_list (const char *path)
{
  g_autofree char *info = read_mount_info ();
  g_auto(GStrv) lines = g_strsplit (info, "\n", -1);
  GPtrArray *found = g_ptr_array_new ();
  const gsize length = strlen (path);

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *mounted = get_mount_path (lines[i]);

      if (strncmp (mounted, path, length) == 0 &&
          (mounted[length] == '/' || mounted[length] == '\0'))
        g_ptr_array_add (found, g_strdup (lines[i]));
    }

  g_ptr_array_add (found, NULL);
  return (char **) g_ptr_array_free (found, FALSE);
}

/* The latest first: it may be on top of another. */
void
mounts_remove (const char *path)
{
  g_auto(GStrv) lines = mounts_list (path);

  for (gsize i = g_strv_length (lines); i > 0; i--)
    {
      g_autofree char *mounted = get_mount_path (lines[i - 1]);

      g_assert_no_errno (umount2 (mounted, MNT_DETACH | UMOUNT_NOFOLLOW));
    }

  if (fuse >= 0)
    close (fuse);
  fuse = -1;
}
