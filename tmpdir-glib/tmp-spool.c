/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What a spooled stream keeps: bytes, and a position among them. */

#include "config.h"

#include "tmp-spool-private.h"

#include "tmp-debug-private.h"
#include "tmp-directory-private.h"
#include "tmp-error-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes that nobody has written cost nothing in a file, and as much as any other in
 * memory, of which the kernel may promise more than there is. */
#define MAX_HOLE (64 * 1024 * 1024)

/* 'lock' guards what can change, and is held while the file is read or written: 'fd' has
 * no position of its own, so that a forked child does not move that of its parent. What
 * can be told without the disk is done only if the lock is free. */
struct _TmpSpool
{
  TmpDirectory *directory; /* nullable */
  guint64       max_size;

  GMutex        lock;
  gboolean      closed;
  goffset       position;  /* from 0, also beyond the end */
  int           fd;        /* -1 while everything is in memory: */
  guint8       *memory;
  gsize         allocated;
  gsize         size;
  gint          rolled;    /* atomic: fd >= 0 */
  gboolean      told;      /* a developer knows that it is, or it is not */
};

TmpSpool *
tmp_spool_new (TmpDirectory *directory,
               guint64       max_size)
{
  TmpSpool *self = g_atomic_rc_box_new0 (TmpSpool);

  g_set_object (&self->directory, directory);
  self->max_size = max_size;
  self->fd = -1;
  self->told = TRUE;
  g_mutex_init (&self->lock);
  return self;
}

TmpSpool *
tmp_spool_ref (TmpSpool *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
spool_free (gpointer data)
{
  TmpSpool *self = data;

  tmp_spool_close (self);
  g_mutex_clear (&self->lock);
  g_clear_object (&self->directory);
}

void
tmp_spool_unref (TmpSpool *self)
{
  g_atomic_rc_box_release_full (self, spool_free);
}

TmpDirectory *
tmp_spool_get_directory (TmpSpool *self)
{
  return self->directory;
}

guint64
tmp_spool_get_max_size (TmpSpool *self)
{
  return self->max_size;
}

gboolean
tmp_spool_is_rolled (TmpSpool *self)
{
  return g_atomic_int_get (&self->rolled);
}

static void
set_errno (TmpSpool    *self,
           int          errsv,
           TmpAction    action,
           GError     **error)
{
  tmp_error_set_errno (error, errsv, action, tmp_directory_get_path (self->directory));
}

/* All of it, as a file system that is full may take only a part. */
static gboolean
write_all (int           fd,
           const guint8 *bytes,
           gsize         count)
{
  gsize done = 0;

  while (done < count)
    {
      gssize n = pwrite (fd, bytes + done, count - done, (off_t) done);

      if (n < 0 && errno != EINTR)
        return FALSE;
      if (n == 0)
        {
          errno = ENOSPC;
          return FALSE;
        }
      if (n > 0)
        done += (gsize) n;
    }

  return TRUE;
}

static void
free_memory (TmpSpool *self)
{
  g_clear_pointer (&self->memory, g_free);
  self->allocated = 0;
  self->size = 0;
}

/* With the lock. Until everything is in the file, everything is in memory. */
static gboolean
roll_over (TmpSpool  *self,
           GError   **error)
{
  int fd;

  if (self->fd >= 0)
    return TRUE;

  if (self->directory == NULL)
    {
      tmp_error_set (error, G_IO_ERROR_NOT_INITIALIZED,
                     N_("The spooled stream has no directory to roll over to"));
      return FALSE;
    }

  if (!tmp_directory_open_unnamed (self->directory, TMP_ACTION_ROLL_OVER, &fd, error))
    return FALSE;

  if (!write_all (fd, self->memory, self->size))
    {
      set_errno (self, errno, TMP_ACTION_ROLL_OVER, error);
      tmp_fd_close (&fd);
      return FALSE;
    }

  self->fd = fd;
  self->told = FALSE;
  free_memory (self);
  g_atomic_int_set (&self->rolled, TRUE);
  return TRUE;
}

/* With the lock: has memory for @size bytes, of which those that are new are 0;
 * from @start on they are going to be written. Returns FALSE if they have to be in a
 * file. */
static gboolean
grow_memory (TmpSpool *self,
             guint64   size,
             guint64   start)
{
  if (size > self->max_size || size > G_MAXSSIZE)
    return FALSE;
  if (start > self->size && start - self->size > MAX_HOLE)
    return FALSE;

  if (size > self->allocated)
    {
      gsize allocated = (gsize) MAX (size, MIN ((guint64) self->allocated * 2, self->max_size));
      guint8 *memory = g_try_realloc (self->memory, allocated);

      if (memory == NULL)
        return FALSE;

      self->memory = memory;
      self->allocated = allocated;
    }

  if (size > self->size)
    {
      memset (self->memory + self->size, 0, (gsize) size - self->size);
      self->size = (gsize) size;
    }
  return TRUE;
}

/* With the lock, in memory */
static gsize
read_memory (TmpSpool *self,
             void     *buffer,
             gsize     count)
{
  gsize left = self->position < (goffset) self->size ? self->size - (gsize) self->position : 0;
  gsize n = MIN (count, left);

  if (n > 0 && buffer != NULL)
    memcpy (buffer, self->memory + self->position, n);
  self->position += (goffset) n;
  return n;
}

/* The same. Returns FALSE if it has to be in a file. */
static gboolean
write_memory (TmpSpool   *self,
              const void *buffer,
              gsize       count)
{
  const guint64 start = (guint64) self->position;

  if (!grow_memory (self, MAX (start + count, self->size), start))
    return FALSE;

  memcpy (self->memory + start, buffer, count);
  self->position += (goffset) count;
  return TRUE;
}

gssize
tmp_spool_try_read (TmpSpool *self,
                    void     *buffer,
                    gsize     count)
{
  gssize n = -1;

  if (!g_mutex_trylock (&self->lock))
    return -1;
  if (self->fd < 0 && !self->closed)
    n = (gssize) read_memory (self, buffer, count);
  g_mutex_unlock (&self->lock);

  return n;
}

gssize
tmp_spool_try_write (TmpSpool   *self,
                     const void *buffer,
                     gsize       count)
{
  gssize n = -1;

  if (!g_mutex_trylock (&self->lock))
    return -1;
  if (self->fd < 0 && !self->closed && write_memory (self, buffer, count))
    n = (gssize) count;
  g_mutex_unlock (&self->lock);

  return n;
}

/* Takes the lock, unless it is closed. */
static gboolean
enter (TmpSpool  *self,
       GError   **error)
{
  g_mutex_lock (&self->lock);
  if (!self->closed)
    return TRUE;

  g_mutex_unlock (&self->lock);
  tmp_error_set (error, G_IO_ERROR_CLOSED, N_("The spooled stream is closed"));
  return FALSE;
}

/* Gives the lock back, after something that may have rolled over. */
static void
leave (TmpSpool *self)
{
  gboolean told = self->told;

  self->told = TRUE;
  g_mutex_unlock (&self->lock);
  if (!told)
    tmp_debug ("Rolled over to a file in “%s”", tmp_directory_get_path (self->directory));
}

gssize
tmp_spool_read (TmpSpool  *self,
                void      *buffer,
                gsize      count,
                GError   **error)
{
  gssize n;

  if (!enter (self, error))
    return -1;

  if (self->fd < 0)
    {
      n = (gssize) read_memory (self, buffer, count);
    }
  else
    {
      do
        n = pread (self->fd, buffer, count, self->position);
      while (n < 0 && errno == EINTR);

      if (n < 0)
        set_errno (self, errno, TMP_ACTION_READ, error);
      else
        self->position += n;
    }

  g_mutex_unlock (&self->lock);
  return n;
}

gssize
tmp_spool_write (TmpSpool    *self,
                 const void  *buffer,
                 gsize        count,
                 GError     **error)
{
  gssize n = -1;

  if (!enter (self, error))
    return -1;

  if (self->fd < 0 && write_memory (self, buffer, count))
    {
      n = (gssize) count;
    }
  else if (roll_over (self, error))
    {
      do
        n = pwrite (self->fd, buffer, count, self->position);
      while (n < 0 && errno == EINTR);

      if (n < 0)
        set_errno (self, errno, TMP_ACTION_WRITE, error);
      else
        self->position += n;
    }

  leave (self);
  return n;
}

/* With the lock */
static gboolean
get_size (TmpSpool  *self,
          goffset   *size,
          GError   **error)
{
  struct stat st;

  *size = (goffset) self->size;
  if (self->fd < 0)
    return TRUE;

  if (fstat (self->fd, &st) != 0)
    {
      set_errno (self, errno, TMP_ACTION_READ, error);
      return FALSE;
    }

  *size = st.st_size;
  return TRUE;
}

gssize
tmp_spool_skip (TmpSpool  *self,
                gsize      count,
                GError   **error)
{
  gssize n = -1;
  goffset size;

  if (!enter (self, error))
    return -1;

  if (get_size (self, &size, error))
    {
      n = (gssize) MIN (MIN (count, G_MAXSSIZE), (guint64) MAX (size - self->position, 0));
      self->position += n;
    }

  g_mutex_unlock (&self->lock);
  return n;
}

goffset
tmp_spool_tell (TmpSpool *self)
{
  goffset position;

  g_mutex_lock (&self->lock);
  position = self->position;
  g_mutex_unlock (&self->lock);

  return position;
}

gboolean
tmp_spool_seek (TmpSpool   *self,
                goffset     offset,
                GSeekType   type,
                GError    **error)
{
  gboolean success = TRUE;
  goffset from = 0;

  if (!enter (self, error))
    return FALSE;

  if (type == G_SEEK_CUR)
    from = self->position;
  else if (type == G_SEEK_END)
    success = get_size (self, &from, error);

  if (success && (offset < -from || offset > G_MAXOFFSET - from))
    {
      tmp_error_set (error, G_IO_ERROR_INVALID_ARGUMENT,
                     offset < 0 ? N_("There is nothing before the beginning of a stream")
                                : N_("No stream can be so long"));
      success = FALSE;
    }
  if (success)
    self->position = from + offset;

  g_mutex_unlock (&self->lock);
  return success;
}

gboolean
tmp_spool_truncate (TmpSpool  *self,
                    goffset    size,
                    GError   **error)
{
  gboolean success;

  if (size < 0)
    {
      tmp_error_set (error, G_IO_ERROR_INVALID_ARGUMENT,
                     N_("A stream cannot be shorter than nothing"));
      return FALSE;
    }

  if (!enter (self, error))
    return FALSE;

  if (self->fd < 0 && grow_memory (self, (guint64) size, (guint64) size))
    {
      self->size = (gsize) size;
      success = TRUE;
    }
  else
    {
      success = roll_over (self, error);
      if (success && ftruncate (self->fd, size) != 0)
        {
          set_errno (self, errno, TMP_ACTION_WRITE, error);
          success = FALSE;
        }
    }

  leave (self);
  return success;
}

gboolean
tmp_spool_roll_over (TmpSpool  *self,
                     GError   **error)
{
  gboolean success;

  if (!enter (self, error))
    return FALSE;

  success = roll_over (self, error);
  leave (self);

  return success;
}

void
tmp_spool_close (TmpSpool *self)
{
  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  free_memory (self);
  tmp_fd_close (&self->fd);
  g_mutex_unlock (&self->lock);
}
