/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tree.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static long entries;

static int
make_directory (int         parent,
                const char *name)
{
  int fd;

  if (mkdirat (parent, name, 0700) != 0)
    err (1, "mkdir %s", name);
  fd = openat (parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    err (1, "open %s", name);
  entries++;

  return fd;
}

static void
make_files (int    directory,
            long   count,
            size_t size)
{
  static char content[64 * 1024];

  for (long i = 0; i < count; i++)
    {
      char name[32];
      int fd;

      snprintf (name, sizeof name, "file-%ld", i);
      fd = openat (directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
      if (fd < 0)
        err (1, "create %s", name);
      errno = ENOSPC; /* what a short write means */
      if (write (fd, content, size) != (ssize_t) size)
        err (1, "write %s", name);
      close (fd);
      entries++;
    }
}

static void
make_subdirectory (int         parent,
                   const char *name,
                   long        files)
{
  int fd = make_directory (parent, name);

  make_files (fd, files, 700);
  close (fd);
}

/* Takes the descriptor, as do the next two. */
static void
make_grid (int                 directory,
           size_t              size,
           const char * const *counts)
{
  long count = atol (counts[0]);

  if (counts[1] == NULL)
    make_files (directory, count, size);
  else
    for (long i = 0; i < count; i++)
      {
        char name[32];

        snprintf (name, sizeof name, "directory-%ld", i);
        make_grid (make_directory (directory, name), size, counts + 1);
      }

  close (directory);
}

static void
make_package (int  directory,
              long nested)
{
  int dist;

  make_files (directory, 4, 1500);
  make_subdirectory (directory, "lib", 5);
  make_subdirectory (directory, "types", 3);
  dist = make_directory (directory, "dist");
  make_subdirectory (dist, "cjs", 4);
  make_subdirectory (dist, "esm", 4);
  close (dist);

  if (nested > 0)
    {
      int modules = make_directory (directory, "node_modules");

      make_package (make_directory (modules, "dependency"), nested - 1);
      close (modules);
    }

  close (directory);
}

static void
make_deep (int  directory,
           long levels)
{
  for (long i = 0; i < levels; i++)
    {
      int next = make_directory (directory, "d");

      close (directory);
      directory = next;
    }

  close (directory);
}

long
tree_make (const char         *path,
           const char * const *arguments)
{
  const char *shape = arguments[0];
  long number = atol (arguments[1]);
  int root;

  entries = 0;
  root = make_directory (AT_FDCWD, path);

  if (strcmp (shape, "grid") == 0)
    make_grid (root, (size_t) number, arguments + 2);
  else if (strcmp (shape, "deep") == 0)
    make_deep (root, number);
  else if (strcmp (shape, "modules") == 0)
    {
      for (long i = 0; i < number; i++)
        {
          char name[32];

          snprintf (name, sizeof name, "package-%ld", i);
          make_package (make_directory (root, name), i % 7);
        }
      close (root);
    }
  else
    errx (2, "no such shape: %s", shape);

  return entries;
}
