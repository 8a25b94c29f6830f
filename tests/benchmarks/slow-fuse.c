/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Shows the directory BACKING at MOUNTPOINT, where unlink() takes MS
 * milliseconds more, like a round trip to a server. Only what deletion needs is
 * there; the tree is made in BACKING before.
 */

#define FUSE_USE_VERSION 31

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int backing;
static useconds_t delay;

#define RELATIVE(path) ((path)[1] != '\0' ? (path) + 1 : ".")

static int
slow_getattr (const char            *path,
              struct stat           *st,
              struct fuse_file_info *info)
{
  return fstatat (backing, RELATIVE (path), st, AT_SYMLINK_NOFOLLOW) == 0 ? 0 : -errno;
}

static int
slow_readdir (const char              *path,
              void                    *buffer,
              fuse_fill_dir_t          fill,
              off_t                    offset,
              struct fuse_file_info   *info,
              enum fuse_readdir_flags  flags)
{
  int fd = openat (backing, RELATIVE (path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *directory = fd < 0 ? NULL : fdopendir (fd);
  struct dirent *entry;

  if (directory == NULL)
    return -errno;

  while ((entry = readdir (directory)) != NULL)
    {
      struct stat st = { .st_ino = entry->d_ino, .st_mode = DTTOIF (entry->d_type) };

      fill (buffer, entry->d_name, &st, 0, 0);
    }
  closedir (directory);

  return 0;
}

static int
slow_unlink (const char *path)
{
  usleep (delay);

  return unlinkat (backing, RELATIVE (path), 0) == 0 ? 0 : -errno;
}

static int
slow_rmdir (const char *path)
{
  return unlinkat (backing, RELATIVE (path), AT_REMOVEDIR) == 0 ? 0 : -errno;
}

static int
slow_rename (const char   *from,
             const char   *to,
             unsigned int  flags)
{
  return renameat2 (backing, RELATIVE (from), backing, RELATIVE (to), flags) == 0 ? 0 : -errno;
}

static const struct fuse_operations operations = {
  .getattr = slow_getattr,
  .readdir = slow_readdir,
  .unlink = slow_unlink,
  .rmdir = slow_rmdir,
  .rename = slow_rename,
};

int
main (int   argc,
      char *argv[])
{
  char threads[] = "-omax_threads=64,fsname=slow-fuse";
  char foreground[] = "-f";

  if (argc != 4)
    errx (2, "usage: slow-fuse BACKING MOUNTPOINT MS");

  backing = open (argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (backing < 0)
    err (1, "%s", argv[1]);
  delay = (useconds_t) (atoi (argv[3]) * 1000);

  return fuse_main (4, ((char *[]) { argv[0], argv[2], foreground, threads, NULL }), &operations, NULL);
}
