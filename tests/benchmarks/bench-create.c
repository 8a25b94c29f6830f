/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Creates and drops an empty directory in PARENT, COUNT times. */

#include <tmpdir-glib/tmpdir-glib.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void
with_library (const char *parent,
              long        count)
{
  g_autoptr(GFile) file = g_file_new_for_path (parent);

  for (long i = 0; i < count; i++)
    {
      g_autoptr(GError) error = NULL;
      TmpDirectory *directory = tmp_directory_new_in (file, "bench-", NULL, &error);

      if (directory == NULL)
        g_error ("%s", error->message);
      g_object_unref (directory);
    }

  /* Nothing may be left for later. */
  tmp_flush (NULL, NULL);
}

static void
with_system_calls (const char *parent,
                   long        count)
{
  for (long i = 0; i < count; i++)
    {
      g_autofree char *path = g_build_filename (parent, "bench-XXXXXX", NULL);

      if (mkdtemp (path) == NULL || rmdir (path) != 0)
        g_error ("%s: %s", path, g_strerror (errno));
    }
}

/* What glnx_mkdtempat() and the rm_rf at the end of its life come to */
static void
with_descriptors (const char *parent,
                  long        count)
{
  int parent_fd = open (parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  for (long i = 0; i < count; i++)
    {
      g_autofree char *name = g_strdup_printf ("bench-%06x", g_random_int () & 0xffffff);
      struct stat st;
      DIR *directory;

      if (mkdirat (parent_fd, name, 0700) != 0)
        g_error ("%s: %s", name, g_strerror (errno));
      directory = fdopendir (openat (parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
      if (directory == NULL || fstat (dirfd (directory), &st) != 0)
        g_error ("%s: %s", name, g_strerror (errno));
      while (readdir (directory) != NULL)
        ;
      closedir (directory);
      if (unlinkat (parent_fd, name, AT_REMOVEDIR) != 0)
        g_error ("%s: %s", name, g_strerror (errno));
    }

  close (parent_fd);
}

int
main (int   argc,
      char *argv[])
{
  gint64 start = g_get_monotonic_time ();

  if (argc != 4)
    g_error ("usage: bench-create tmp|raw|glnx PARENT COUNT");

  if (g_str_equal (argv[1], "tmp"))
    with_library (argv[2], atol (argv[3]));
  else if (g_str_equal (argv[1], "raw"))
    with_system_calls (argv[2], atol (argv[3]));
  else
    with_descriptors (argv[2], atol (argv[3]));

  g_print ("{\"inside_s\": %.6f}\n", (double) (g_get_monotonic_time () - start) / 1e6);

  return 0;
}
