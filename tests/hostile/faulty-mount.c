/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "faulty-mount.h"

#include <ftw.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* It is built beside us. */
static char *
find_program (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *dir = g_path_get_dirname (self);

  return g_build_filename (dir, "fuse-faults", NULL);
}

void
faulty_mount_init (FaultyMount *self,
                   TestFixture *fixture,
                   const char  *tree)
{
  self->backing = test_make_dir (fixture->path, "backing");
  self->path = test_make_dir (fixture->path, "mount");
  self->backing_tree = test_make_dir (self->backing, tree);
  self->tree = g_build_filename (self->path, tree, NULL);
  self->file = g_file_new_for_path (self->tree);
  self->server = 0;
}

void
faulty_mount_clear (FaultyMount *self)
{
  g_assert_cmpint (self->server, ==, 0);
  g_free (self->backing);
  g_free (self->path);
  g_free (self->backing_tree);
  g_free (self->tree);
  g_object_unref (self->file);
}

static gboolean
try_start (FaultyMount        *self,
           const char * const *rules)
{
  g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GError) error = NULL;
  GStatBuf before, now;

  g_ptr_array_add (argv, find_program ());
  g_ptr_array_add (argv, g_strdup (self->backing));
  g_ptr_array_add (argv, g_strdup (self->path));
  for (; *rules != NULL; rules++)
    g_ptr_array_add (argv, g_strdup (*rules));
  g_ptr_array_add (argv, NULL);

  g_assert_no_errno (g_lstat (self->path, &before));
  g_spawn_async (NULL, (char **) argv->pdata, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                 &self->server, &error);
  g_assert_no_error (error);

  do
    {
      g_usleep (1000);
      if (waitpid (self->server, NULL, WNOHANG) != 0)
        return FALSE;
      g_assert_no_errno (g_lstat (self->path, &now));
    }
  while (now.st_dev == before.st_dev);

  return TRUE;
}

/* If the test ends at once, so does the server, and with it the mount. */
void
faulty_mount_start (FaultyMount        *self,
                    const char * const *rules)
{
  if (!try_start (self, rules))
    g_error ("%s: could not be mounted", self->path);
}

void
faulty_mount_stop (FaultyMount *self)
{
  int status;

  g_assert_no_errno (kill (self->server, SIGTERM));
  g_assert_no_errno (waitpid (self->server, &status, 0));
  g_assert_true (WIFEXITED (status));
  self->server = 0;
}

/* What is mounted stays, with nobody behind it. */
void
faulty_mount_kill (FaultyMount *self)
{
  g_assert_no_errno (kill (self->server, SIGKILL));
  g_assert_no_errno (waitpid (self->server, NULL, 0));
  self->server = 0;
}

/* Why there is nothing to be mounted, or NULL. That it is possible shows if it
 * works with a file system that is as good as any.
 */
static const char *
find_obstacle (TestFixture *fixture)
{
  const char * const no_rules[] = { NULL };
  g_autofree char *program = find_program ();
  gboolean success;
  FaultyMount mount;

  if (!g_file_test (program, G_FILE_TEST_IS_EXECUTABLE))
    return "needs libfuse 3 when it is built";
  if (access ("/dev/fuse", R_OK | W_OK) != 0)
    return "needs access to /dev/fuse";

  faulty_mount_init (&mount, fixture, "tree");
  success = try_start (&mount, no_rules);
  if (success)
    faulty_mount_stop (&mount);
  mount.server = 0;
  test_remove (mount.backing);
  test_remove (mount.path);
  faulty_mount_clear (&mount);

  return success ? NULL : "needs the permission to mount a FUSE file system";
}

gboolean
faulty_mount_require (TestFixture *fixture)
{
  static const char *obstacle = NULL;
  static gboolean known = FALSE;

  if (!known)
    obstacle = find_obstacle (fixture);
  known = TRUE;

  if (obstacle == NULL)
    return TRUE;

  g_test_skip (obstacle);
  return FALSE;
}

static GPtrArray *listed;
static gsize      listed_prefix;

static int
list_cb (const char        *path,
         const struct stat *st,
         int                type,
         struct FTW        *ftw)
{
  if (ftw->level > 0)
    g_ptr_array_add (listed, g_strdup (path + listed_prefix));
  return 0;
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char * const *) a, *(const char * const *) b);
}

GStrv
faulty_mount_list (FaultyMount *self)
{
  listed = g_ptr_array_new ();
  listed_prefix = strlen (self->backing) + 1;
  g_assert_no_errno (nftw (self->backing, list_cb, 16, FTW_PHYS));
  g_ptr_array_sort (listed, compare_names);
  g_ptr_array_add (listed, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&listed), FALSE);
}
