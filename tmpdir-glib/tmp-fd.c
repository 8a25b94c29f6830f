/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What the kernel knows about descriptors and no libc offers: opening below a
 * directory without ever leaving it, changing the mode of what an O_PATH
 * descriptor holds, renaming without replacing. Every function returns like
 * a system call: -1 or FALSE, and errno. */

#include "config.h"

#include "tmp-fd-private.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#if HAVE_LINUX_OPENAT2_H
#include <linux/openat2.h>
#endif

/* Newer than many kernel headers, but since openat2() every new call has had
 * the same distance from it on all architectures. */
#if !defined(SYS_fchmodat2) && defined(SYS_openat2)
#define SYS_fchmodat2 (SYS_openat2 + 15)
#endif

#define DIRECTORY_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)

/* openat2() appeared in Linux 5.6; a sandbox's system call filter may refuse
 * it with EPERM, and an old one with ENOSYS. What does not know all of its flags
 * says E2BIG or EINVAL. Asked once per process. */
static gint openat2_missing;

gboolean
tmp_file_id_equal (const TmpFileId   *id,
                   const struct stat *st)
{
  return id->dev == st->st_dev && id->ino == st->st_ino;
}

void
tmp_fd_close (int *fd)
{
  int errsv = errno;

  if (*fd >= 0)
    close (*fd);
  *fd = -1;
  errno = errsv;
}

/* Opens a directory that the caller named, wherever it is mounted. Only the
 * last component is not followed if it is a link. */
int
tmp_fd_open_directory (int         dirfd,
                       const char *name)
{
  return openat (dirfd, name, DIRECTORY_FLAGS);
}

/* Where the number of a mount comes from, the best first. Numbers can only be
 * compared if they come from the same place, so that is chosen once per process. */
typedef enum
{
  MOUNT_UNKNOWN,
  MOUNT_STATX,   /* since Linux 5.8 */
  MOUNT_FDINFO,  /* since Linux 3.15, if there is a /proc */
  MOUNT_DEVICE   /* takes a bind mount of the same file system for the same
                  * mount, and a btrfs subvolume for another one */
} MountSource;

static gint mount_source; /* atomic */

static guint64
get_mount_by_statx (int fd)
{
#if HAVE_STATX && defined(STATX_MNT_ID)
  struct statx stx;

  if (statx (fd, "", AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW | AT_STATX_DONT_SYNC, STATX_MNT_ID,
             &stx) != 0)
    return 0;
  if ((stx.stx_mask & STATX_MNT_ID) != 0)
    return stx.stx_mnt_id;
#endif

  errno = ENOSYS;
  return 0;
}

static guint64
get_mount_by_fdinfo (int fd)
{
  char buffer[1024];
  const char *line;
  gssize length;
  int info;

  g_snprintf (buffer, sizeof buffer, "/proc/self/fdinfo/%d", fd);
  info = open (buffer, O_RDONLY | O_CLOEXEC);
  if (info < 0)
    return 0;

  length = read (info, buffer, sizeof buffer - 1);
  tmp_fd_close (&info);
  if (length < 0)
    return 0;

  buffer[length] = '\0';
  line = strstr (buffer, "\nmnt_id:");
  errno = ENOSYS;
  return line != NULL ? g_ascii_strtoull (line + strlen ("\nmnt_id:"), NULL, 10) : 0;
}

static guint64
get_mount_by_device (int fd)
{
  struct stat st;

  return fstat (fd, &st) == 0 ? (guint64) st.st_dev : 0;
}

/* Returns a number that two descriptors share if and only if they are on the
 * same mount, as far as can be told here; or 0, which is none, and errno. */
guint64
tmp_fd_get_mount (int fd)
{
  static guint64 (* const get_mount[]) (int fd) = {
    [MOUNT_STATX] = get_mount_by_statx,
    [MOUNT_FDINFO] = get_mount_by_fdinfo,
    [MOUNT_DEVICE] = get_mount_by_device,
  };
  gint source = g_atomic_int_get (&mount_source);
  guint64 mount;

  if (source != MOUNT_UNKNOWN)
    return get_mount[source] (fd);

  for (source = MOUNT_STATX;; source++)
    {
      mount = get_mount[source] (fd);
      if (mount != 0)
        break;

      /* Out of memory, or of descriptors: that says nothing about the next time. */
      if (source == MOUNT_DEVICE || errno == EMFILE || errno == ENFILE || errno == ENOMEM)
        return 0;
    }

  /* Another thread may just have chosen differently. */
  if (g_atomic_int_compare_and_exchange (&mount_source, MOUNT_UNKNOWN, source))
    return mount;
  return get_mount[g_atomic_int_get (&mount_source)] (fd);
}

/* Does nobody but this computer write to the file system of @fd, so that locks and
 * numbers are to be trusted? No list can be complete; what is missing in this one
 * has been seen to keep its promises. */
gboolean
tmp_fd_is_local (int fd)
{
  static const guint32 remote[] = {
    0x00006969, /* NFS */
    0x0000517b, /* SMB */
    0xff534d42, /* CIFS */
    0xfe534d42, /* SMB 2 */
    0x65735546, /* FUSE, which may be anything */
    0x01021997, /* 9P */
    0x5346414f, /* AFS */
    0x6b414653, /* kAFS */
    0x73757245, /* Coda */
    0x00c36400, /* Ceph */
    0x0bd00bd0, /* Lustre */
    0x01161970, /* GFS2 */
    0x7461636f, /* OCFS2 */
    0x0000564c, /* NCP */
    0x786f4256, /* VirtualBox's shared folders */
    0xbacbacbc, /* VMware's */
  };
  struct statfs st;

  if (fstatfs (fd, &st) != 0)
    return FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (remote); i++)
    if ((guint32) st.f_type == remote[i])
      return FALSE;

  return TRUE;
}

/* Has the directory that @fd holds been deleted, rather than moved? */
gboolean
tmp_fd_is_deleted (int fd)
{
  char proc_path[sizeof "/proc/self/fd/" + 3 * sizeof fd];
  g_autofree char *target = NULL;
  struct stat st;

  if (fd < 0 || fstat (fd, &st) != 0)
    return FALSE;
  if (st.st_nlink == 0)
    return TRUE;

  /* Not every file system counts the links of directories. */
  g_snprintf (proc_path, sizeof proc_path, "/proc/self/fd/%d", fd);
  target = g_file_read_link (proc_path, NULL);
  return target != NULL && g_str_has_suffix (target, " (deleted)");
}

/* Returns when @name was created, in nanoseconds by the clock of its file system, or 0 if
 * that is not known. */
gint64
tmp_fd_get_birth (int         dirfd,
                  const char *name)
{
#if HAVE_STATX
  struct statx stx;

  if (statx (dirfd, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_BTIME, &stx) == 0 &&
      (stx.stx_mask & STATX_BTIME) != 0)
    return stx.stx_btime.tv_sec * (1000 * 1000 * 1000) + stx.stx_btime.tv_nsec;
#endif

  return 0;
}

/* Is something mounted on @name? FALSE if the kernel cannot tell (before Linux
 * 5.8): good enough to explain an EBUSY, not to prevent anything. */
gboolean
tmp_fd_is_mount_point (int         dirfd,
                       const char *name)
{
#if HAVE_STATX && defined(STATX_ATTR_MOUNT_ROOT)
  struct statx stx;

  return statx (dirfd, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, 0,
                &stx) == 0 &&
         (stx.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
#else
  return FALSE;
#endif
}

/* May entries be added to the directory @fd, but not removed? */
gboolean
tmp_fd_is_append_only (int fd)
{
  int flags = 0;

  return ioctl (fd, FS_IOC_GETFLAGS, &flags) == 0 && (flags & FS_APPEND_FL) != 0;
}

/* Fails with EXDEV if what has been opened is not on @mount. */
static int
open_on_mount (int         dirfd,
               const char *name,
               int         flags,
               guint64     mount)
{
  int fd = openat (dirfd, name, flags);
  guint64 found;

  if (fd < 0)
    return -1;

  found = tmp_fd_get_mount (fd);
  if (found == mount)
    return fd;

  if (found != 0)
    errno = EXDEV;
  tmp_fd_close (&fd);
  return -1;
}

/* One component at a time, each checked for a change of mount, as openat2()
 * does in one call. Before it is opened for reading it is held with O_PATH only,
 * because whoever serves what is mounted there may never answer. In between it
 * may change: then the wrong directory is opened, but only asked for its mount,
 * so no harm is done. */
static int
open_stepwise (int         dirfd,
               const char *path,
               int         flags,
               guint64     mount)
{
  const int path_flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  int current = dirfd;

  for (;;)
    {
      gsize length = strcspn (path, "/");
      gboolean last = path[length] == '\0';
      char name[NAME_MAX + 1];
      int fd;

      if (length > NAME_MAX)
        {
          fd = -1;
          errno = ENAMETOOLONG;
        }
      else
        {
          memcpy (name, path, length);
          name[length] = '\0';
          fd = open_on_mount (current, name, path_flags, mount);
        }

      if (fd >= 0 && last && (flags & O_PATH) == 0)
        {
          tmp_fd_close (&fd);
          fd = open_on_mount (current, name, flags, mount);
        }

      if (current != dirfd)
        tmp_fd_close (&current);
      if (fd < 0 || last)
        return fd;

      current = fd;
      path += length + 1;
    }
}

/* If not, an opening needs more than one descriptor for a moment. */
gboolean
tmp_fd_has_openat2 (void)
{
#if HAVE_LINUX_OPENAT2_H && defined(SYS_openat2)
  return !g_atomic_int_get (&openat2_missing);
#else
  return FALSE;
#endif
}

static int
open_beneath (int         dirfd,
              const char *path,
              int         flags,
              guint64     mount)
{
  gboolean refused = FALSE;
  int fd;

#if HAVE_LINUX_OPENAT2_H && defined(SYS_openat2)
  if (!g_atomic_int_get (&openat2_missing))
    {
      struct open_how how = {
        .flags = (guint64) flags,
        .resolve = RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS |
                   RESOLVE_NO_MAGICLINKS | RESOLVE_BENEATH,
      };

      fd = (int) syscall (SYS_openat2, dirfd, path, &how, sizeof how);
      if (fd >= 0 || (errno != ENOSYS && errno != EPERM && errno != E2BIG &&
                      errno != EINVAL && errno != ENAMETOOLONG))
        return fd;

      /* Step by step there is no limit to the length of a path. */
      refused = errno != ENAMETOOLONG;
    }
#endif

  /* A file system in user space may say what it likes; but what openat() can do,
   * openat2() was only forbidden. */
  fd = open_stepwise (dirfd, path, flags, mount);
  if (fd >= 0 && refused)
    g_atomic_int_set (&openat2_missing, 1);

  return fd;
}

/* Opens the directory at @path, relative to @dirfd, for reading. Fails with
 * ELOOP or ENOTDIR at a link anywhere in @path and with EXDEV at a mount
 * point, including one of the same file system. @mount is that of @dirfd, from
 * tmp_fd_get_mount(). */
int
tmp_fd_open_beneath (int         dirfd,
                     const char *path,
                     guint64     mount)
{
  return open_beneath (dirfd, path, DIRECTORY_FLAGS, mount);
}

/* The same without any permission on the directory itself: the descriptor is
 * good for fstat() and tmp_fd_chmod(). */
int
tmp_fd_open_path (int         dirfd,
                  const char *name,
                  guint64     mount)
{
  return open_beneath (dirfd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, mount);
}

/* Changes the mode of exactly what @fd holds, even if that is an O_PATH
 * descriptor, which fchmod() refuses with EBADF. */
gboolean
tmp_fd_chmod (int    fd,
              mode_t mode)
{
  char proc_path[sizeof "/proc/self/fd/" + 3 * sizeof fd];

  if (fchmod (fd, mode) == 0)
    return TRUE;
  if (errno != EBADF)
    return FALSE;

#ifdef SYS_fchmodat2
  /* Since Linux 6.6 */
  if (syscall (SYS_fchmodat2, fd, "", mode, AT_EMPTY_PATH) == 0)
    return TRUE;
  if (errno != ENOSYS && errno != EPERM && errno != EINVAL)
    return FALSE;
#endif

  /* A magic link leads to the open file, not to its name. */
  g_snprintf (proc_path, sizeof proc_path, "/proc/self/fd/%d", fd);
  return chmod (proc_path, mode) == 0;
}

/* renameat2(), which not every C library has */
gboolean
tmp_fd_rename2 (int         old_dirfd,
                const char *old_name,
                int         new_dirfd,
                const char *new_name,
                guint       flags)
{
#ifdef SYS_renameat2
  return syscall (SYS_renameat2, old_dirfd, old_name, new_dirfd, new_name, flags) == 0;
#else
  errno = ENOSYS;
  return FALSE;
#endif
}

/* Renames, but never onto something that is there already (EEXIST). Where the
 * file system cannot promise that (EINVAL), a check beforehand has to do: what
 * replaces an existing name can only be a directory that replaces an empty
 * directory with one of our unguessable names. */
gboolean
tmp_fd_rename (int         old_dirfd,
               const char *old_name,
               int         new_dirfd,
               const char *new_name)
{
  struct stat st;

  if (tmp_fd_rename2 (old_dirfd, old_name, new_dirfd, new_name, RENAME_NOREPLACE))
    return TRUE;
  if (errno != EINVAL && errno != ENOSYS && errno != EPERM)
    return FALSE;

  if (fstatat (new_dirfd, new_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
    {
      errno = EEXIST;
      return FALSE;
    }

  return renameat (old_dirfd, old_name, new_dirfd, new_name) == 0;
}
