/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Deletes a native tree by descriptors only: what is in a directory is deleted
 * relative to its descriptor, and tmp-native-dir.c sees to it that this is one
 * in the tree. So nobody who swaps a directory for a link while this runs can
 * lead it anywhere else. */

#include "config.h"

#include "tmp-native-dir-private.h"

#include "tmp-error-private.h"
#include "tmp-name-private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_SIZE 32768

/* For how long, in microseconds, files are deleted before the thread may be
 * called away. */
#define MAX_SCAN_TIME (4 * G_TIME_SPAN_MILLISECOND)

/* Which entry of a directory is the first to be compared with those after it. */
#define MIN_MARK 256

/* After so many entries of a directory, one of each buffer is asked for its age, and so many
 * more have to be young than old to end the pass. */
#define MIN_YOUNG 16384
#define MAX_YOUNG 16

typedef struct
{
  TmpWalker      parent;
  TmpNativeTree  tree;

  int            parent_fd; /* holds the root */
  char          *name;      /* the root's, in @parent_fd */
  TmpFileId      root_id;
  mode_t         root_mode;
  gboolean       root_is_ours;
} NativeWalker;

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

  return errno == EACCES && tmp_native_repair (dirfd) && unlink_at (dirfd, name, flags);
}

/* Why unlinkat() has failed; EXDEV stands for a mount point. */
static int
explain (int         dirfd,
         const char *name,
         int         errsv)
{
  return errsv == EBUSY && tmp_fd_is_mount_point (dirfd, name) ? EXDEV : errsv;
}

static void
root_is_foreign (NativeWalker *self,
                 GIOErrorEnum  code)
{
  tmp_walker_failed_with (&self->parent, NULL, code,
                          code == G_IO_ERROR_NOT_FOUND
                            ? N_("It has been moved away")
                            : N_("The name now leads to something else"));
}

/* Is the root still where it was? If not, notes the error. What is checked
 * here and what is removed after it can differ, but only by an empty directory
 * that somebody put there in between; no system call takes both at once. */
static gboolean
check_root (NativeWalker *self)
{
  struct stat st;

  if (fstatat (self->parent_fd, self->name, &st, AT_SYMLINK_NOFOLLOW) == 0)
    {
      if (tmp_file_id_equal (&self->root_id, &st))
        return TRUE;

      if (tmp_fd_is_mount_point (self->parent_fd, self->name))
        tmp_walker_failed (&self->parent, NULL, NULL, EXDEV);
      else
        root_is_foreign (self, G_IO_ERROR_FAILED);
      return FALSE;
    }

  /* Deleted by somebody else, or moved away with what came into it since? */
  if (errno != ENOENT || tmp_fd_is_deleted (self->tree.root_fd))
    return TRUE;

  root_is_foreign (self, G_IO_ERROR_NOT_FOUND);
  return FALSE;
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
  TmpRemoval result;
  int to_close = -1;
  int dirfd;

  tmp_native_dir_release (&self->tree, dir);

  if (dir->parent == NULL && !check_root (self))
    return TMP_REMOVAL_FAILED;

  dirfd = dir->parent == NULL ? self->parent_fd
                              : tmp_native_dir_hold_parent (&self->tree, dir, &to_close);

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

  tmp_native_dir_release_parent (&self->tree, &to_close);
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

      dirfd = tmp_native_dir_hold_parent (&self->tree, dir, &to_close);
      gone = dirfd >= 0 && unlink_repaired (dirfd, dir->name, replaced ? 0 : AT_REMOVEDIR);
      tmp_native_dir_release_parent (&self->tree, &to_close);
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
delete_entry (NativeWalker *self,
              TmpDir       *dir,
              int           fd,
              const char   *name)
{
  struct stat st;

  if (unlink_repaired (fd, name, 0))
    tmp_walker_removed (&self->parent, dir);
  /* Not every file system tells the type beforehand, and it may have changed.
   * Linux says EISDIR here, POSIX EPERM. */
  else if (errno == EISDIR ||
           (errno == EPERM && fstatat (fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISDIR (st.st_mode)))
    g_ptr_array_add (dir->subdirs, g_strdup (name));
  else if (errno != ENOENT) /* somebody else was faster */
    tmp_walker_failed (&self->parent, dir, name, explain (fd, name, errno));
}

static void
native_delete (TmpWalker  *walker,
               TmpDir     *dir,
               const char *name)
{
  NativeWalker *self = (NativeWalker *) walker;
  int fd = tmp_native_dir_hold (&self->tree, dir);

  if (fd >= 0)
    delete_entry (self, dir, fd, name);
  else if (errno != ENOENT)
    tmp_walker_failed (walker, dir, name, errno);
}

/* A broken file system may show the same entries over and over. What has been
 * shown is not remembered, only one of the latest 2^n entries, for as long as
 * there have not been as many again: if it comes once more, this is how Brent's
 * algorithm finds any circle. Somebody may also have made a new file of that
 * name; so it ends the pass, and is no error. */
static gboolean
is_repeated (TmpDir     *dir,
             const char *name)
{
  if (dir->mark != NULL && strcmp (dir->mark, name) == 0)
    return TRUE;

  /* Nothing is lost by going through a small circle a few times. */
  dir->n_read++;
  if (dir->n_read >= MIN_MARK && (dir->n_read & (dir->n_read - 1)) == 0)
    {
      g_free (dir->mark);
      dir->mark = g_strdup (name);
    }

  return FALSE;
}

/* Where what is added to a directory is shown to those who are reading it, a pass never
 * ends if that is more than they can delete. So it is over when most of what it comes to
 * has only been there since it began: that is left to the next pass, if there is one. */
static gboolean
is_too_young (TmpDir     *dir,
              int         fd,
              const char *name)
{
  struct stat st;

  if (dir->n_read < MIN_YOUNG)
    return FALSE;

  /* By the clock of the file system, which need not be ours: when the directory was last
   * changed, by us or by who adds to it. */
  if (dir->young_since == 0 && fstat (fd, &st) == 0)
    dir->young_since = st.st_mtim.tv_sec * (1000 * 1000 * 1000) + st.st_mtim.tv_nsec;

  if (tmp_fd_get_birth (fd, name) > dir->young_since)
    dir->n_young++;
  else if (dir->n_young > 0)
    dir->n_young--;

  return dir->n_young >= MAX_YOUNG;
}

/* What is read at once is deleted at once, as long as that does not take too
 * long; what is left of it then is only remembered. */
static TmpScan
native_scan (TmpWalker *walker,
             TmpDir    *dir)
{
  NativeWalker *self = (NativeWalker *) walker;
  g_autofree char *buffer = NULL;
  int fd = tmp_native_dir_hold (&self->tree, dir);
  gint64 until = g_get_monotonic_time () + MAX_SCAN_TIME;
  guint tries = 0, n = 0;
  gboolean late = FALSE;
  gssize length;

  if (fd < 0)
    return scan_unopened (self, dir, errno);

  if (dir->position == 0)
    {
      dir->n_read = dir->n_young = 0;
      dir->young_since = 0;
      g_clear_pointer (&dir->mark, g_free);
    }

  buffer = g_malloc (BUFFER_SIZE);
  do
    length = getdents64 (fd, buffer, BUFFER_SIZE);
  while (length < 0 && interrupted (&tries));

  if (length < 0 && errno != ENOENT) /* ENOENT: removed while it is open */
    {
      int errsv = errno;
      g_autofree char *path = tmp_walker_build_path (walker, dir, NULL);

      tmp_error_set_errno (&dir->scan_error, errsv, TMP_ACTION_DELETE, path);
    }
  if (length <= 0)
    return TMP_SCAN_END;

  for (gssize offset = 0; offset < length && !tmp_walker_cancelled (walker);)
    {
      struct dirent64 *entry = (struct dirent64 *) (gpointer) (buffer + offset);

      if (strcmp (entry->d_name, ".") == 0 || strcmp (entry->d_name, "..") == 0)
        ;
      else if (offset == 0 && is_too_young (dir, fd, entry->d_name))
        return TMP_SCAN_END;
      else if (is_repeated (dir, entry->d_name))
        return dir->own_progress > 0 ? TMP_SCAN_PART : TMP_SCAN_END;
      else if (tmp_walker_is_left (walker, dir, entry->d_name))
        ;
      else if (entry->d_type == DT_DIR)
        g_ptr_array_add (dir->subdirs, g_strdup (entry->d_name));
      else if (late)
        g_ptr_array_add (dir->files, g_strdup (entry->d_name));
      else
        {
          delete_entry (self, dir, fd, entry->d_name);
          late = ++n % 4 == 0 && g_get_monotonic_time () > until;
        }

      dir->position = entry->d_off;
      offset += entry->d_reclen;
    }

  return TMP_SCAN_MORE;
}

/* What is moved to the root is to be removed from there, which can be forbidden
 * although it was not where it came from. */
static gboolean
may_raise (NativeWalker *self)
{
  gboolean sticky = (self->root_mode & S_ISVTX) != 0 && !self->root_is_ours && geteuid () != 0;

  return !sticky && !tmp_fd_is_append_only (self->tree.root_fd);
}

static char *
native_raise (TmpWalker  *walker,
              TmpDir     *dir,
              const char *name)
{
  NativeWalker *self = (NativeWalker *) walker;
  g_autofree char *random = tmp_name_random ();
  g_autofree char *new_name = tmp_name_hidden (random);
  int fd = may_raise (self) ? tmp_native_dir_hold (&self->tree, dir) : -1;

  if (fd < 0)
    return NULL;

  if (tmp_fd_rename (fd, name, self->tree.root_fd, new_name))
    return g_steal_pointer (&new_name);

  /* It changes all three: both parents, and '..' of what is moved. */
  if (errno == EACCES)
    {
      gboolean repaired = tmp_native_repair (fd) | tmp_native_repair (self->tree.root_fd) |
                          tmp_native_repair_entry (&self->tree, fd, name);

      if (repaired && tmp_fd_rename (fd, name, self->tree.root_fd, new_name))
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

/* @before is how it was before it was made accessible. */
static int
open_root_directory (NativeWalker *self,
                     struct stat  *before)
{
  const TmpFileId *id = self->parent.has_id ? &self->parent.id : NULL;
  int fd = tmp_native_tree_open (&self->tree, self->parent_fd, self->name);

  if (fd < 0 && errno == EACCES)
    {
      fd = tmp_native_tree_open_repaired (&self->tree, self->parent_fd, self->name, id, before);
      if (fd >= 0)
        return fd;
    }

  /* The contents of a mount point can be deleted by whoever names it, but a
   * mount point cannot be removed, so it is better left as it is. */
  if (fd < 0 && errno == EXDEV && id == NULL &&
      (self->parent.flags & TMP_DELETE_KEEP_ROOT) != 0)
    {
      fd = tmp_fd_open_directory (self->parent_fd, self->name);
      if (fd >= 0)
        self->tree.mount = tmp_fd_get_mount (fd);
    }

  if (fd >= 0 && fstat (fd, before) != 0)
    tmp_fd_close (&fd);
  return fd;
}

static TmpRoot
native_open_root (TmpWalker *walker,
                  TmpDir    *root)
{
  NativeWalker *self = (NativeWalker *) walker;
  g_autofree char *parent_path = g_path_get_dirname (walker->path);
  gboolean keep_root = (walker->flags & TMP_DELETE_KEEP_ROOT) != 0;
  gint tries = 0;
  struct stat st;

  tmp_native_tree_init (&self->tree);
  self->parent_fd = -1;
  self->name = g_path_get_basename (walker->path);

  if (strcmp (self->name, "/") == 0)
    {
      tmp_walker_failed_with (walker, NULL, G_IO_ERROR_INVALID_ARGUMENT,
                              N_("It is the root of the file system"));
      return TMP_ROOT_REFUSED;
    }

  do
    self->parent_fd = open (parent_path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  while (self->parent_fd < 0 && tmp_native_may_open_again (&tries));

  if (self->parent_fd < 0 && errno == ENOENT)
    return open_root_missing (self);
  if (self->parent_fd < 0)
    {
      tmp_walker_failed (walker, NULL, NULL, errno);
      return TMP_ROOT_FAILED;
    }

  do
    self->tree.mount = tmp_fd_get_mount (self->parent_fd);
  while (self->tree.mount == 0 && tmp_native_may_open_again (&tries));
  if (self->tree.mount == 0)
    {
      tmp_walker_failed (walker, NULL, NULL, errno);
      return TMP_ROOT_FAILED;
    }

  do
    self->tree.root_fd = open_root_directory (self, &st);
  while (self->tree.root_fd < 0 && tmp_native_may_open_again (&tries));

  if (self->tree.root_fd < 0)
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

  if (walker->has_id && !tmp_file_id_equal (&walker->id, &st))
    {
      root_is_foreign (self, G_IO_ERROR_FAILED);
      return TMP_ROOT_FAILED;
    }

  self->root_id.dev = st.st_dev;
  self->root_id.ino = st.st_ino;
  self->root_mode = st.st_mode & 07777;
  self->root_is_ours = st.st_uid == geteuid ();

  return TMP_ROOT_DIRECTORY;
}

static void
native_park (TmpWalker *walker,
             TmpDir    *dir)
{
  NativeWalker *self = (NativeWalker *) walker;

  tmp_native_dir_release (&self->tree, dir);
}

static void
native_forget (TmpWalker *walker,
               TmpDir    *dir)
{
  native_park (walker, dir);
  g_clear_pointer (&dir->mark, g_free);
}

static void
native_close (TmpWalker *walker)
{
  NativeWalker *self = (NativeWalker *) walker;
  struct stat st;

  /* A root that stays keeps its mode, unless somebody else has changed it, too.
   * The repair may have cost the set-group-ID bit: nobody may set that for a group
   * that is not his. */
  if (self->tree.root_fd >= 0 && (walker->flags & TMP_DELETE_KEEP_ROOT) != 0 &&
      fstat (self->tree.root_fd, &st) == 0 && (st.st_mode & 07777) != self->root_mode &&
      ((st.st_mode ^ (self->root_mode | S_IRWXU)) & 07777 & ~(mode_t) S_ISGID) == 0)
    tmp_fd_chmod (self->tree.root_fd, self->root_mode);

  tmp_native_tree_clear (&self->tree);
  tmp_fd_close (&self->parent_fd);
  g_clear_pointer (&self->name, g_free);
}

const TmpWalkerClass tmp_walker_native_class = {
  .size = sizeof (NativeWalker),
  .open_root = native_open_root,
  .scan = native_scan,
  .delete = native_delete,
  .remove = native_remove,
  .raise = native_raise,
  .park = native_park,
  .forget = native_forget,
  .close = native_close,
};
