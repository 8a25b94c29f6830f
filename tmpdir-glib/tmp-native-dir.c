/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Opens the directories of a native tree, and closes them again in time.
 *
 * A directory is opened by its name in a directory that is open already, or by
 * its path from the root, but never through a link and never across a mount.
 *
 * However large the tree, and however many threads, no more than 16 descriptors
 * are open at once:
 *
 *  - the root and its parent, all the time;
 *  - for each of MAX_FIRST threads the directory that it reads; one more thread
 *    has to wait for that;
 *  - the directories above these, but not more than MAX_MORE. Beyond that, a
 *    thread closes the topmost of its own, and opens it once more when it comes
 *    back to it;
 *  - up to three that one thread at a time needs in passing: for a repair, or to
 *    go down step by step.
 *
 * A thread that waits may hold what is above, but whoever it waits for never
 * waits for it, so there is always one that goes on. */

#include "config.h"

#include "tmp-native-dir-private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#define MAX_FIRST 8
#define MAX_MORE 3

void
tmp_native_tree_init (TmpNativeTree *self)
{
  self->root_fd = -1;
  g_mutex_init (&self->lock);
  g_cond_init (&self->released);
  g_rec_mutex_init (&self->passing);
}

void
tmp_native_tree_clear (TmpNativeTree *self)
{
  tmp_fd_close (&self->root_fd);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->released);
  g_rec_mutex_clear (&self->passing);
}

/* Opens the directory at @path in @dirfd. */
int
tmp_native_tree_open (TmpNativeTree *self,
                      int            dirfd,
                      const char    *path)
{
  gboolean stepwise = !tmp_fd_has_openat2 () || strlen (path) >= PATH_MAX;
  int fd;

  if (stepwise)
    g_rec_mutex_lock (&self->passing);
  fd = tmp_fd_open_beneath (dirfd, path, self->mount);
  if (stepwise)
    g_rec_mutex_unlock (&self->passing);

  return fd;
}

/* Gives the owner every permission on the directory @fd, if we are the owner:
 * without them nothing in it can be deleted. Never done to a file, whose inode
 * may have another name outside. Another thread may have just done it: that is
 * as good. If it does not help, errno stays as it was. */
gboolean
tmp_native_repair (int fd)
{
  int errsv = errno;
  struct stat st;

  if (fstat (fd, &st) == 0 && S_ISDIR (st.st_mode) && st.st_uid == geteuid () &&
      ((st.st_mode & S_IRWXU) == S_IRWXU ||
       tmp_fd_chmod (fd, (st.st_mode & 07777) | S_IRWXU)))
    return TRUE;

  errno = errsv;
  return FALSE;
}

/* The same for the directory @name in @dirfd, which is to be moved. */
gboolean
tmp_native_repair_entry (TmpNativeTree *self,
                         int            dirfd,
                         const char    *name)
{
  gboolean repaired = FALSE;
  int holder;

  g_rec_mutex_lock (&self->passing);
  holder = tmp_fd_open_path (dirfd, name, self->mount);
  if (holder >= 0)
    repaired = tmp_native_repair (holder);
  tmp_fd_close (&holder);
  g_rec_mutex_unlock (&self->passing);

  return repaired;
}

/* Opens a directory that its own mode forbids to read: it is held by an O_PATH
 * descriptor for the repair, opened by its name once more, and must then be the
 * same. With @id nothing is done to any other directory, and errno is ESTALE if
 * it is one. @before is how it was before the repair. */
int
tmp_native_tree_open_repaired (TmpNativeTree   *self,
                               int              dirfd,
                               const char      *path,
                               const TmpFileId *id,
                               struct stat     *before)
{
  struct stat after;
  int fd = -1;
  int holder;

  g_rec_mutex_lock (&self->passing);
  holder = tmp_fd_open_path (dirfd, path, self->mount);

  if (holder < 0)
    ;
  else if (fstat (holder, before) != 0)
    errno = EACCES;
  else if (id != NULL && !tmp_file_id_equal (id, before))
    errno = ESTALE;
  else if (tmp_native_repair (holder))
    fd = tmp_native_tree_open (self, dirfd, path);
  else
    errno = EACCES;

  if (fd >= 0 && (fstat (fd, &after) != 0 || before->st_dev != after.st_dev ||
                  before->st_ino != after.st_ino))
    {
      tmp_fd_close (&fd);
      errno = EACCES;
    }

  tmp_fd_close (&holder);
  g_rec_mutex_unlock (&self->passing);
  return fd;
}

static int
open_somehow (TmpNativeTree *self,
              int            dirfd,
              const char    *path)
{
  int fd = tmp_native_tree_open (self, dirfd, path);
  struct stat before;

  if (fd < 0 && errno == EACCES && tmp_native_repair (dirfd))
    fd = tmp_native_tree_open (self, dirfd, path);
  if (fd < 0 && errno == EACCES)
    fd = tmp_native_tree_open_repaired (self, dirfd, path, NULL, &before);

  return fd;
}

/* The same for a longer path, all of which is repaired. A thread that finds a
 * directory in one that may be read, but not searched, can leave it to another
 * thread before anything in there had to be opened. */
static int
open_stepwise (TmpNativeTree *self,
               const char    *path)
{
  g_auto (GStrv) names = g_strsplit (path, "/", -1);
  int dirfd = -1;
  int fd = -1;

  g_rec_mutex_lock (&self->passing);
  for (guint i = 0; names[i] != NULL; i++)
    {
      fd = open_somehow (self, i == 0 ? self->root_fd : dirfd, names[i]);
      tmp_fd_close (&dirfd);
      if (fd < 0)
        break;
      dirfd = fd;
    }
  g_rec_mutex_unlock (&self->passing);

  return fd;
}

/* Opens @dir by its path below the root. This looks only at what never changes
 * in a directory, so that it can be done for one that another thread has. */
static int
open_by_path (TmpNativeTree *self,
              TmpDir        *dir)
{
  g_autoptr (GString) path = NULL;
  int fd;

  /* A descriptor of its own, with a position of its own to read from. */
  if (dir->parent == NULL)
    {
      fd = tmp_fd_open_directory (self->root_fd, ".");
      if (fd < 0 && errno == EACCES && tmp_native_repair (self->root_fd))
        fd = tmp_fd_open_directory (self->root_fd, ".");
      return fd;
    }

  path = g_string_new (dir->name);
  for (TmpDir *above = dir->parent; above->parent != NULL; above = above->parent)
    {
      g_string_prepend_c (path, '/');
      g_string_prepend (path, above->name);
    }

  fd = tmp_native_tree_open (self, self->root_fd, path->str);
  if (fd < 0 && errno == EACCES)
    fd = open_stepwise (self, path->str);
  return fd;
}

/* A handle is NULL as long as the directory is not open. */
static gpointer
make_handle (int      fd,
             gboolean first)
{
  return GINT_TO_POINTER (2 * (fd + 1) + (first ? 1 : 0));
}

static int
handle_get_fd (gpointer handle)
{
  return GPOINTER_TO_INT (handle) / 2 - 1;
}

static gboolean
handle_is_first (gpointer handle)
{
  return GPOINTER_TO_INT (handle) % 2 != 0;
}

/* Opens @dir, which this thread has, by its name in its parent, if this thread
 * has that open, too. */
static int
open_by_name (TmpNativeTree *self,
              TmpDir        *dir)
{
  if (dir->local && dir->parent->handle != NULL)
    return open_somehow (self, handle_get_fd (dir->parent->handle), dir->name);

  return open_by_path (self, dir);
}

static void
take_first (TmpNativeTree *self)
{
  g_mutex_lock (&self->lock);
  while (self->n_first == MAX_FIRST)
    g_cond_wait (&self->released, &self->lock);
  self->n_first++;
  g_mutex_unlock (&self->lock);
}

static gboolean
take_more (TmpNativeTree *self)
{
  gboolean taken;

  g_mutex_lock (&self->lock);
  taken = self->n_more < MAX_MORE;
  if (taken)
    self->n_more++;
  g_mutex_unlock (&self->lock);

  return taken;
}

static void
give_back (TmpNativeTree *self,
           gboolean       first)
{
  int errsv = errno;

  g_mutex_lock (&self->lock);
  if (!first)
    self->n_more--;
  else if (self->n_first-- == MAX_FIRST)
    g_cond_signal (&self->released);
  g_mutex_unlock (&self->lock);
  errno = errsv;
}

void
tmp_native_dir_release (TmpNativeTree *self,
                        TmpDir        *dir)
{
  int fd = handle_get_fd (dir->handle);

  if (dir->handle == NULL)
    return;

  tmp_fd_close (&fd);
  give_back (self, handle_is_first (g_steal_pointer (&dir->handle)));
}

/* Closes the topmost directory above @dir that this thread has open. */
static gboolean
release_topmost (TmpNativeTree *self,
                 TmpDir        *dir)
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

  tmp_native_dir_release (self, topmost);
  return TRUE;
}

/* Does this thread have the first of its descriptors above @dir? */
static gboolean
has_first (TmpDir *dir)
{
  while (dir->local)
    {
      dir = dir->parent;
      if (handle_is_first (dir->handle))
        return TRUE;
    }

  return FALSE;
}

/* Nothing can be opened, for a reason that passes: a signal, a rename at the same
 * time, or too many descriptors; waits a little for those of others. But not
 * forever. */
gboolean
tmp_native_may_open_again (gint *tries)
{
  if (errno != EINTR && errno != EAGAIN && errno != EMFILE && errno != ENFILE)
    return FALSE;

  if (g_atomic_int_add (tries, 1) >= 500)
    return FALSE;

  if (errno == EMFILE || errno == ENFILE)
    g_usleep (2000);
  return TRUE;
}

/* Opens @held, which this thread has, or a directory above it. */
static int
open_dir (TmpNativeTree *self,
          TmpDir        *dir,
          TmpDir        *held)
{
  int fd;

  do
    fd = dir == held ? open_by_name (self, dir) : open_by_path (self, dir);
  while (fd < 0 && ((errno == EMFILE && release_topmost (self, held)) ||
                    tmp_native_may_open_again (&self->n_tries)));

  /* Only if nothing at all can be opened for long, it is given up. */
  if (fd >= 0 && g_atomic_int_get (&self->n_tries) != 0)
    g_atomic_int_set (&self->n_tries, 0);

  return fd;
}

/* Returns the descriptor of @dir, which belongs to this thread and keeps it. */
int
tmp_native_dir_hold (TmpNativeTree *self,
                     TmpDir        *dir)
{
  gboolean first;
  int fd;

  if (dir->handle != NULL)
    return handle_get_fd (dir->handle);

  while (!(first = !has_first (dir)) && !take_more (self))
    release_topmost (self, dir);
  if (first)
    take_first (self);

  fd = open_dir (self, dir, dir);
  if (fd < 0)
    {
      give_back (self, first);
      return -1;
    }

  if (dir->position != 0 && lseek (fd, (off_t) dir->position, SEEK_SET) < 0)
    dir->position = 0; /* read from the start again, then */

  dir->handle = make_handle (fd, first);
  return fd;
}

/* Returns a descriptor of the directory that holds @dir, which is not the root
 * and not open. It is to be released after use. */
int
tmp_native_dir_hold_parent (TmpNativeTree *self,
                            TmpDir        *dir,
                            int           *to_close)
{
  *to_close = -1;

  if (dir->parent->parent == NULL)
    return self->root_fd;
  if (dir->local)
    return tmp_native_dir_hold (self, dir->parent);

  take_first (self);
  *to_close = open_dir (self, dir->parent, dir);
  if (*to_close < 0)
    give_back (self, TRUE);

  return *to_close;
}

void
tmp_native_dir_release_parent (TmpNativeTree *self,
                               int           *to_close)
{
  if (*to_close < 0)
    return;

  tmp_fd_close (to_close);
  give_back (self, TRUE);
}
