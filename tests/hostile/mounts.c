/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mounts.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

/* Why there is nothing to be mounted, or NULL */
static char *no_mounts = NULL;

void
mounts_init (void)
{
  if (unshare (CLONE_NEWNS) != 0 || mount ("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
    no_mounts = g_strdup_printf ("needs a mount namespace: %s", g_strerror (errno));
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

/* The fifth field is the path, with octal numbers for what would be confusing. */
static char *
get_mount_path (const char *line)
{
  g_auto(GStrv) fields = g_strsplit (line, " ", 6);

  return g_strv_length (fields) == 6 ? g_strcompress (fields[4]) : g_strdup ("");
}

char **
mounts_list (const char *path)
{
  g_autofree char *info = NULL;
  g_auto(GStrv) lines = NULL;
  GPtrArray *found = g_ptr_array_new ();
  const gsize length = strlen (path);

  g_assert_true (g_file_get_contents ("/proc/self/mountinfo", &info, NULL, NULL));
  lines = g_strsplit (info, "\n", -1);
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
}
