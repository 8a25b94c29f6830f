/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Deletes a native tree by descriptors only.
 *
 * A directory is opened by its name in a directory that is open already, never
 * through a link and never across a mount, and what is in it is deleted
 * relative to its descriptor. So nobody who swaps a directory for a link while
 * this runs can lead it anywhere else.
 *
 * Descriptors: the root and its parent stay open. Every thread holds open the
 * directory that it reads and, as long as the whole deletion has less than
 * MAX_OPEN of them, the ones above it. Beyond that a thread closes the topmost
 * of its own, and opens it again from the root when it comes back to it. That
 * leaves room for one that a thread needs in passing. */

#include "config.h"

#include "tmp-walker-private.h"

#include "tmp-name-private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define MAX_OPEN 10
#define BUFFER_SIZE 32768

typedef struct
{
  TmpWalker  parent;

  int        parent_fd; /* holds the root */
  char      *name;      /* the root's, in @parent_fd */
  int        root_fd;
  mode_t     root_mode;
  TmpFileId  root_id;
  guint64    mount;     /* never left */
  gint       n_open;    /* atomic: descriptors of other directories */
} NativeWalker;

/* A handle is a descriptor plus one, so that NULL means none. */
static int
dir_get_fd (TmpDir *dir)
{
  return GPOINTER_TO_INT (dir->handle) - 1;
}

static void
native_park (TmpWalker *walker,
             TmpDir    *dir)
{
  NativeWalker *self = (NativeWalker *) walker;
  int fd = dir_get_fd (dir);

  if (fd < 0)
    return;

  tmp_fd_close (&fd);
  dir->handle = NULL;
  g_atomic_int_add (&self->n_open, -1);
}

/* Closes the topmost directory above @dir that this thread has open. */
static gboolean
close_topmost (NativeWalker *self,
               TmpDir       *dir)
{
  TmpDir *topmost = NULL;

  while (dir->local)
    {
      dir = dir->parent;
      if (dir->handle != NULL)
        topmost = dir;
    }

  if (topmost == NULL)
    return FALSE;

  native_park (&self->parent, topmost);
  return TRUE;
}

/* Gives the owner every permission on the directory @fd, if we are the owner:
 * without them nothing in it can be deleted. Never done to a file, whose inode
 * may have another name outside. */
static gboolean
repair_fd (int fd)
{
  struct stat st;

  if (fstat (fd, &st) != 0 || !S_ISDIR (st.st_mode) || st.st_uid != geteuid () ||
      (st.st_mode & S_IRWXU) == S_IRWXU)
    return FALSE;

  return tmp_fd_chmod (fd, (st.st_mode & 07777) | S_IRWXU);
}

/* The same for a directory that its own mode forbids to read: it is held by
 * an O_PATH descriptor for the repair, opened by its name once more, and must
 * then be the same. With @id nothing is done to any other directory, and errno
 * is ESTALE if it is one. */
static int
repair_and_open (NativeWalker    *self,
                 int              dirfd,
                 const char      *path,
                 const TmpFileId *id)
{
  int holder = tmp_fd_open_path (dirfd, path, self->mount);
  struct stat before, after;
  int fd = -1;

  if (holder < 0)
    return -1;

  if (fstat (holder, &before) != 0)
    errno = EACCES;
  else if (id != NULL && !tmp_file_id_equal (id, &before))
    errno = ESTALE;
  else if (repair_fd (holder))
    fd = tmp_fd_open_beneath (dirfd, path, self->mount);
  else
    errno = EACCES;

  if (fd >= 0 && (fstat (fd, &after) != 0 || before.st_dev != after.st_dev ||
                  before.st_ino != after.st_ino))
    {
      tmp_fd_close (&fd);
      errno = EACCES;
    }

  tmp_fd_close (&holder);
  return fd;
}

static int
open_repaired (NativeWalker *self,
               int           dirfd,
               const char   *path)
{
  int fd = tmp_fd_open_beneath (dirfd, path, self->mount);

  if (fd < 0 && errno == EACCES && repair_fd (dirfd))
    fd = tmp_fd_open_beneath (dirfd, path, self->mount);
  if (fd < 0 && errno == EACCES)
    fd = repair_and_open (self, dirfd, path, NULL);

  return fd;
}

/* Opens @dir by its path below the root. This looks only at what never changes
 * in a directory, so that it can be done for one that another thread has. */
static int
open_by_path (NativeWalker *self,
              TmpDir       *dir)
{
  g_autoptr (GString) path = NULL;

  /* A descriptor of its own, with a position of its own to read from. */
  if (dir->parent == NULL)
    {
      int fd = tmp_fd_open_directory (self->root_fd, ".");

      if (fd < 0 && errno == EACCES && repair_fd (self->root_fd))
        fd = tmp_fd_open_directory (self->root_fd, ".");
      return fd;
    }

  path = g_string_new (dir->name);
  for (TmpDir *above = dir->parent; above->parent != NULL; above = above->parent)
    {
      g_string_prepend_c (path, '/');
      g_string_prepend (path, above->name);
    }

  return open_repaired (self, self->root_fd, path->str);
}

/* Opens @dir, which this thread has, by its name in its parent, if this thread
 * has that open, too. */
static int
open_by_name (NativeWalker *self,
              TmpDir       *dir)
{
  if (dir->local && dir->parent->handle != NULL)
    return open_repaired (self, dir_get_fd (dir->parent), dir->name);

  return open_by_path (self, dir);
}

/* Nothing can be opened, for a reason that passes: a signal, a rename at the same
 * time, or too many descriptors; waits a little for those of others. But not
 * forever. */
static gboolean
may_open_again (guint *tries)
{
  if (errno != EINTR && errno != EAGAIN && errno != EMFILE && errno != ENFILE)
    return FALSE;

  if (++*tries > 500)
    return FALSE;

  if (errno == EMFILE || errno == ENFILE)
    g_usleep (2000);
  return TRUE;
}

/* Returns a descriptor, to be closed by the caller, of @held, which this thread
 * has, or of a directory above it. */
static int
open_dir (NativeWalker *self,
          TmpDir       *dir,
          TmpDir       *held)
{
  guint tries = 0;
  int fd;

  do
    fd = dir == held ? open_by_name (self, dir) : open_by_path (self, dir);
  while (fd < 0 && ((errno == EMFILE && close_topmost (self, held)) ||
                    may_open_again (&tries)));

  return fd;
}

/* Returns the descriptor of @dir, which belongs to this thread and keeps it. */
static int
hold_dir (NativeWalker *self,
          TmpDir       *dir)
{
  int fd = dir_get_fd (dir);

  if (fd >= 0)
    return fd;

  if (g_atomic_int_add (&self->n_open, 1) >= MAX_OPEN)
    close_topmost (self, dir);

  fd = open_dir (self, dir, dir);
  if (fd < 0)
    {
      g_atomic_int_add (&self->n_open, -1);
      return -1;
    }

  if (dir->position != 0 && lseek (fd, (off_t) dir->position, SEEK_SET) < 0)
    dir->position = 0; /* read from the start again, then */

  dir->handle = GINT_TO_POINTER (fd + 1);
  return fd;
}

/* Returns a descriptor of the directory that holds @dir. It is to be closed
 * if it ends up in @to_close. */
static int
hold_parent (NativeWalker *self,
             TmpDir       *dir,
             int          *to_close)
{
  *to_close = -1;

  if (dir->parent == NULL)
    return self->parent_fd;
  if (dir->parent->parent == NULL)
    return self->root_fd;
  if (dir->local)
    return hold_dir (self, dir->parent);

  g_atomic_int_inc (&self->n_open);
  *to_close = open_dir (self, dir->parent, dir);
  if (*to_close < 0)
    g_atomic_int_add (&self->n_open, -1);
  return *to_close;
}

static void
release_parent (NativeWalker *self,
                int          *to_close)
{
  if (*to_close < 0)
    return;

  tmp_fd_close (to_close);
  g_atomic_int_add (&self->n_open, -1);
}

/* On file systems in user space, and on the network, a signal for this thread
 * may interrupt anything. */
static gboolean
interrupted (guint *tries)
{
  return errno == EINTR && ++*tries <= 500;
}

static gboolean
unlink_at (int         dirfd,
           const char *name,
           int         flags)
{
  guint tries = 0;
  int result;

  do
    result = unlinkat (dirfd, name, flags);
  while (result != 0 && interrupted (&tries));

  return result == 0;
}

static gboolean
unlink_repaired (int         dirfd,
                 const char *name,
                 int         flags)
{
  if (unlink_at (dirfd, name, flags))
    return TRUE;

  return errno == EACCES && repair_fd (dirfd) && unlink_at (dirfd, name, flags);
}

/* Why unlinkat() has failed; EXDEV stands for a mount point. */
static int
explain (int         dirfd,
         const char *name,
         int         errsv)
{
  return errsv == EBUSY && tmp_fd_is_mount_point (dirfd, name) ? EXDEV : errsv;
}

/* Is the root still where it was? Returns 0, or what is wrong. What is checked
 * here and what is removed after it can differ, but only by an empty directory
 * that somebody put there in between; no system call takes both at once. */
static int
check_root (NativeWalker *self)
{
  struct stat st;

  if (fstatat (self->parent_fd, self->name, &st, AT_SYMLINK_NOFOLLOW) == 0)
    return tmp_file_id_equal (&self->root_id, &st) ? 0 : G_IO_ERROR_FAILED;

  /* Deleted by somebody else, or moved away with what came into it since? */
  if (errno != ENOENT || tmp_fd_is_deleted (self->root_fd))
    return 0;

  return G_IO_ERROR_NOT_FOUND;
}

static void
root_is_foreign (NativeWalker *self,
                 GIOErrorEnum  code)
{
  tmp_walker_failed_with (&self->parent, NULL, code,
                          code == G_IO_ERROR_NOT_FOUND
                            ? "The directory has been moved away"
                            : "The name now leads to something else");
}

/* The root is removed from a directory that is none of our business: its mode
 * is not repaired. */
static gboolean
unlink_root (NativeWalker *self)
{
  return unlink_at (self->parent_fd, self->name, AT_REMOVEDIR);
}

static TmpRemoval
native_remove (TmpWalker *walker,
               TmpDir    *dir)
{
  NativeWalker *self = (NativeWalker *) walker;
  const char *name = dir->parent != NULL ? dir->name : self->name;
  int wrong = dir->parent == NULL ? check_root (self) : 0;
  TmpRemoval result;
  int to_close;
  int dirfd;

  native_park (walker, dir);

  if (wrong != 0)
    {
      root_is_foreign (self, (GIOErrorEnum) wrong);
      return TMP_REMOVAL_FAILED;
    }

  dirfd = hold_parent (self, dir, &to_close);

  if (dir->parent == NULL ? unlink_root (self)
                          : dirfd >= 0 && unlink_repaired (dirfd, name, AT_REMOVEDIR))
    {
      tmp_walker_removed (walker, NULL);
      result = TMP_REMOVAL_DONE;
    }
  else if (errno == ENOENT)
    {
      result = TMP_REMOVAL_DONE;
    }
  else if (errno == ENOTEMPTY || errno == EEXIST)
    {
      result = TMP_REMOVAL_NOT_EMPTY;
    }
  else if (errno == ENOTDIR && dirfd >= 0 && dir->parent != NULL &&
           unlink_repaired (dirfd, name, 0))
    {
      /* Somebody put something else into its place. */
      tmp_walker_removed (walker, NULL);
      result = TMP_REMOVAL_DONE;
    }
  else
    {
      tmp_walker_failed (walker, dir, NULL, explain (dirfd, name, errno));
      result = TMP_REMOVAL_FAILED;
    }

  release_parent (self, &to_close);
  return result;
}

/* @dir could not be opened. An empty directory can be removed all the same,
 * and so can what has taken its place. */
static TmpScan
scan_unopened (NativeWalker *self,
               TmpDir       *dir,
               int           errsv)
{
  int to_close = -1;
  int dirfd;

  if (errsv == ENOENT)
    return TMP_SCAN_GONE;

  if (errsv != EXDEV && dir->parent != NULL)
    {
      gboolean replaced = errsv == ENOTDIR || errsv == ELOOP;
      gboolean gone;

      dirfd = hold_parent (self, dir, &to_close);
      gone = dirfd >= 0 && unlink_repaired (dirfd, dir->name, replaced ? 0 : AT_REMOVEDIR);
      release_parent (self, &to_close);
      if (gone)
        {
          tmp_walker_removed (&self->parent, NULL);
          return TMP_SCAN_GONE;
        }
    }

  tmp_walker_failed (&self->parent, dir, NULL, errsv);
  return TMP_SCAN_FAILED;
}

static void
delete_entry (NativeWalker  *self,
              TmpDir        *dir,
              int            fd,
              const char    *name,
              unsigned char  type)
{
  struct stat st;

  if (type != DT_DIR)
    {
      if (unlink_repaired (fd, name, 0))
        {
          tmp_walker_removed (&self->parent, dir);
          return;
        }
      if (errno == ENOENT)
        return; /* somebody else was faster */

      /* Not every file system tells the type beforehand, and it may have
       * changed. Linux says EISDIR here, POSIX EPERM. */
      if (errno != EISDIR &&
          !(errno == EPERM && fstatat (fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISDIR (st.st_mode)))
        {
          tmp_walker_failed (&self->parent, dir, name, explain (fd, name, errno));
          return;
        }
    }

  g_ptr_array_add (dir->subdirs, g_strdup (name));
}

static TmpScan
native_scan (TmpWalker *walker,
             TmpDir    *dir)
{
  NativeWalker *self = (NativeWalker *) walker;
  g_autofree char *buffer = NULL;
  gboolean stopped = FALSE;
  int fd = hold_dir (self, dir);
  guint tries = 0;
  gssize length;

  if (fd < 0)
    return scan_unopened (self, dir, errno);

  buffer = g_malloc (BUFFER_SIZE);
  do
    length = getdents64 (fd, buffer, BUFFER_SIZE);
  while (length < 0 && interrupted (&tries));

  if (length < 0 && errno != ENOENT) /* ENOENT: removed while it is open */
    {
      tmp_walker_failed (walker, dir, NULL, errno);
      dir->own_left++;
    }
  if (length <= 0)
    return TMP_SCAN_END;

  for (gssize offset = 0; offset < length && !stopped;)
    {
      struct dirent64 *entry = (struct dirent64 *) (gpointer) (buffer + offset);

      if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0)
        delete_entry (self, dir, fd, entry->d_name, entry->d_type);

      dir->position = entry->d_off;
      offset += entry->d_reclen;
      stopped = offset < length && (dir->subdirs->len >= TMP_WALKER_BATCH ||
                                    tmp_walker_cancelled (walker));
    }

  /* The rest of the buffer will be read again. A file system that cannot go to
   * where it was ends this pass too early, and the next one finds the rest. */
  if (stopped && lseek (fd, (off_t) dir->position, SEEK_SET) < 0)
    return TMP_SCAN_END;

  return TMP_SCAN_MORE;
}

static char *
native_raise (TmpWalker  *walker,
              TmpDir     *dir,
              const char *name)
{
  NativeWalker *self = (NativeWalker *) walker;
  g_autofree char *random = tmp_name_random ();
  g_autofree char *new_name = tmp_name_hidden (random);
  int fd = hold_dir (self, dir);

  if (fd < 0)
    return NULL;

  if (tmp_fd_rename (fd, name, self->root_fd, new_name))
    return g_steal_pointer (&new_name);

  /* It changes all three: both parents, and '..' of what is moved. */
  if (errno == EACCES)
    {
      int holder = tmp_fd_open_path (fd, name, self->mount);
      gboolean repaired = repair_fd (fd) | repair_fd (self->root_fd);

      if (holder >= 0)
        repaired |= repair_fd (holder);
      tmp_fd_close (&holder);

      if (repaired && tmp_fd_rename (fd, name, self->root_fd, new_name))
        return g_steal_pointer (&new_name);
    }

  return NULL;
}

/* What has the root's name is no directory. */
static TmpRoot
open_root_file (NativeWalker *self)
{
  if (self->parent.has_id)
    {
      root_is_foreign (self, G_IO_ERROR_FAILED);
      return TMP_ROOT_FAILED;
    }

  if ((self->parent.flags & TMP_DELETE_KEEP_ROOT) != 0)
    errno = ENOTDIR;
  else if (unlink_at (self->parent_fd, self->name, 0))
    {
      tmp_walker_removed (&self->parent, NULL);
      return TMP_ROOT_GONE;
    }
  else if (errno == ENOENT)
    return TMP_ROOT_GONE;

  tmp_walker_failed (&self->parent, NULL, NULL, errno);
  return TMP_ROOT_FAILED;
}

static TmpRoot
open_root_missing (NativeWalker *self)
{
  if (!self->parent.has_id)
    return TMP_ROOT_GONE;

  root_is_foreign (self, G_IO_ERROR_NOT_FOUND);
  return TMP_ROOT_FAILED;
}

static int
open_root_directory (NativeWalker *self)
{
  const TmpFileId *id = self->parent.has_id ? &self->parent.id : NULL;
  int fd = tmp_fd_open_beneath (self->parent_fd, self->name, self->mount);

  if (fd < 0 && errno == EACCES)
    fd = repair_and_open (self, self->parent_fd, self->name, id);

  /* The contents of a mount point can be deleted by whoever names it, but a
   * mount point cannot be removed, so it is better left as it is. */
  if (fd < 0 && errno == EXDEV && id == NULL &&
      (self->parent.flags & TMP_DELETE_KEEP_ROOT) != 0)
    {
      fd = tmp_fd_open_directory (self->parent_fd, self->name);
      if (fd >= 0)
        self->mount = tmp_fd_get_mount (fd);
    }

  return fd;
}

static TmpRoot
native_open_root (TmpWalker *walker,
                  TmpDir    *root)
{
  NativeWalker *self = (NativeWalker *) walker;
  g_autofree char *parent_path = g_path_get_dirname (walker->path);
  gboolean keep_root = (walker->flags & TMP_DELETE_KEEP_ROOT) != 0;
  guint tries = 0;
  struct stat st;

  self->parent_fd = self->root_fd = -1;
  self->name = g_path_get_basename (walker->path);

  if (strcmp (self->name, "/") == 0)
    {
      tmp_walker_failed_with (walker, NULL, G_IO_ERROR_INVALID_ARGUMENT,
                              "It is the root of the file system");
      return TMP_ROOT_REFUSED;
    }

  do
    self->parent_fd = open (parent_path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  while (self->parent_fd < 0 && may_open_again (&tries));

  if (self->parent_fd < 0 && errno == ENOENT)
    return open_root_missing (self);
  if (self->parent_fd < 0)
    {
      tmp_walker_failed (walker, NULL, NULL, errno);
      return TMP_ROOT_FAILED;
    }

  do
    self->mount = tmp_fd_get_mount (self->parent_fd);
  while (self->mount == 0 && may_open_again (&tries));
  if (self->mount == 0)
    {
      tmp_walker_failed (walker, NULL, NULL, errno);
      return TMP_ROOT_FAILED;
    }

  do
    self->root_fd = open_root_directory (self);
  while (self->root_fd < 0 && may_open_again (&tries));

  if (self->root_fd < 0)
    {
      int errsv = errno;

      if (errsv == ENOENT)
        return open_root_missing (self);
      if (errsv == ENOTDIR || errsv == ELOOP)
        return open_root_file (self);
      if (errsv == ESTALE && walker->has_id)
        {
          root_is_foreign (self, G_IO_ERROR_FAILED);
          return TMP_ROOT_FAILED;
        }

      if (errsv == EACCES && !keep_root && !walker->has_id &&
          unlink_at (self->parent_fd, self->name, AT_REMOVEDIR))
        {
          tmp_walker_removed (walker, NULL);
          return TMP_ROOT_GONE;
        }

      tmp_walker_failed (walker, NULL, NULL, errsv);
      return TMP_ROOT_FAILED;
    }

  if (fstat (self->root_fd, &st) != 0)
    {
      tmp_walker_failed (walker, NULL, NULL, errno);
      return TMP_ROOT_FAILED;
    }

  if (walker->has_id && !tmp_file_id_equal (&walker->id, &st))
    {
      root_is_foreign (self, G_IO_ERROR_FAILED);
      return TMP_ROOT_FAILED;
    }

  self->root_id.dev = st.st_dev;
  self->root_id.ino = st.st_ino;
  self->root_mode = st.st_mode & 07777;

  return TMP_ROOT_DIRECTORY;
}

static void
native_close (TmpWalker *walker)
{
  NativeWalker *self = (NativeWalker *) walker;
  struct stat st;

  /* A root that stays keeps its mode. */
  if (self->root_fd >= 0 && (walker->flags & TMP_DELETE_KEEP_ROOT) != 0 &&
      fstat (self->root_fd, &st) == 0 && (st.st_mode & 07777) != self->root_mode &&
      (st.st_mode & 07777) == (self->root_mode | S_IRWXU))
    tmp_fd_chmod (self->root_fd, self->root_mode);

  tmp_fd_close (&self->root_fd);
  tmp_fd_close (&self->parent_fd);
  g_clear_pointer (&self->name, g_free);
}

const TmpWalkerClass tmp_walker_native_class = {
  .size = sizeof (NativeWalker),
  .open_root = native_open_root,
  .scan = native_scan,
  .remove = native_remove,
  .raise = native_raise,
  .park = native_park,
  .forget = native_park,
  .close = native_close,
};
