/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* make-tree PATH SHAPE NUMBER…
 *
 * Makes a tree at PATH, which must not exist, and prints the number of its
 * entries, PATH included. The same arguments make the same tree:
 *
 *   nested DIRECTORIES FILES SIZE   so many innermost directories, ten to a
 *                                   parent, each with FILES files of SIZE bytes
 *   flat DIRECTORIES FILES SIZE     the same, side by side
 *   cache DIRECTORIES FILES         the same, with hashes as names, and 1 to
 *                                   16 KiB in each file
 *   kernel DIRECTORIES              like the source of Linux 6.1, which has
 *                                   5,096 directories
 *   modules PACKAGES                like a node_modules: deep, narrow, many
 *                                   small directories
 *   deep LEVELS                     one directory inside the other
 */

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
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

static int
make_numbered (int         parent,
               const char *kind,
               long        number)
{
  char name[32];

  snprintf (name, sizeof name, "%s-%ld", kind, number);

  return make_directory (parent, name);
}

static void
make_file (int         directory,
           const char *name,
           size_t      size)
{
  static char content[64 * 1024];
  int fd = openat (directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

  if (fd < 0)
    err (1, "create %s", name);
  while (size > 0)
    {
      size_t part = size < sizeof content ? size : sizeof content;

      errno = ENOSPC; /* what a short write means */
      if (write (fd, content, part) != (ssize_t) part)
        err (1, "write %s", name);
      size -= part;
    }
  close (fd);
  entries++;
}

static void
make_files (int    directory,
            long   count,
            size_t size)
{
  for (long i = 0; i < count; i++)
    {
      char name[32];

      snprintf (name, sizeof name, "file-%ld", i);
      make_file (directory, name, size);
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

/* exp() of a normal distribution: few are many times as large as most. */
static double
log_normal (double mean,
            double deviation)
{
  /* 1 - x, because drand48() may be 0 */
  double normal = sqrt (-2 * log (1 - drand48 ())) * cos (2 * M_PI * drand48 ());

  return exp (mean + deviation * normal);
}

static void
make_nested (int    directory,
             long   leaves,
             long   files,
             size_t size)
{
  long children = leaves < 10 ? leaves : 10;

  if (leaves == 1)
    make_files (directory, files, size);
  else
    for (long i = 0; i < children; i++)
      {
        int child = make_numbered (directory, "directory", i);

        make_nested (child, (leaves + i) / children, files, size);
        close (child);
      }
}

static void
make_flat (int    directory,
           long   directories,
           long   files,
           size_t size)
{
  for (long i = 0; i < directories; i++)
    {
      int child = make_numbered (directory, "directory", i);

      make_files (child, files, size);
      close (child);
    }
}

static void
make_cache (int  directory,
            long directories,
            long files)
{
  for (long i = 0; i < directories; i++)
    {
      char name[64];
      int child;

      snprintf (name, sizeof name, "%02lx", i);
      child = make_directory (directory, name);
      for (long j = 0; j < files; j++)
        {
          snprintf (name, sizeof name, "%08lx%08lx%08lx%08lx",
                    mrand48 () & 0xffffffff, mrand48 () & 0xffffffff,
                    mrand48 () & 0xffffffff, mrand48 () & 0xffffffff);
          make_file (child, name, (size_t) (1024 * pow (16, drand48 ())));
        }
      close (child);
    }
}

/* The numbers are those of the logarithms of sizes and counts in the tarball. */
static void
make_kernel (int  root,
             long directories)
{
  char (*paths)[512] = calloc ((size_t) directories, sizeof *paths);

  if (paths == NULL)
    err (1, "calloc");

  for (long i = 0; i < directories; i++)
    {
      int directory;

      if (i == 0)
        {
          strcpy (paths[i], ".");
          directory = dup (root);
        }
      else
        {
          /* The power prefers earlier ones: 4 levels on average, not 8. */
          long parent = (long) ((double) i * pow (drand48 (), 2.5));

          if (snprintf (paths[i], sizeof *paths, "%s/directory-%ld", paths[parent], i) >= (int) sizeof *paths)
            errx (1, "too deep");
          directory = make_directory (root, paths[i]);
        }

      for (long j = (long) log_normal (1.96, 1.17); j > 0; j--)
        {
          char name[32];

          snprintf (name, sizeof name, "source-%ld.c", j);
          make_file (directory, name, (size_t) log_normal (8.23, 1.62));
        }
      close (directory);
    }

  free (paths);
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
      int dependency = make_directory (modules, "dependency");

      close (modules);
      make_package (dependency, nested - 1);
      close (dependency);
    }
}

static void
make_modules (int  directory,
              long packages)
{
  for (long i = 0; i < packages; i++)
    {
      int package = make_numbered (directory, "package", i);

      make_package (package, i % 7);
      close (package);
    }
}

static void
make_deep (int  root,
           long levels)
{
  int directory = dup (root);

  for (long i = 0; i < levels; i++)
    {
      int next = make_directory (directory, "d");

      close (directory);
      directory = next;
    }

  close (directory);
}

int
main (int   argc,
      char *argv[])
{
  const char *shape = argv[2];
  long n[3] = { 0 };
  int root;

  if (argc < 4)
    errx (2, "usage: make-tree PATH SHAPE NUMBER…");
  for (int i = 0; i < 3 && i + 3 < argc; i++)
    n[i] = atol (argv[i + 3]);

  srand48 (1);
  root = make_directory (AT_FDCWD, argv[1]);

  if (strcmp (shape, "nested") == 0)
    make_nested (root, n[0], n[1], (size_t) n[2]);
  else if (strcmp (shape, "flat") == 0)
    make_flat (root, n[0], n[1], (size_t) n[2]);
  else if (strcmp (shape, "cache") == 0)
    make_cache (root, n[0], n[1]);
  else if (strcmp (shape, "kernel") == 0)
    make_kernel (root, n[0]);
  else if (strcmp (shape, "modules") == 0)
    make_modules (root, n[0]);
  else if (strcmp (shape, "deep") == 0)
    make_deep (root, n[0]);
  else
    errx (2, "no such shape: %s", shape);

  close (root);
  printf ("%ld\n", entries);

  return 0;
}
