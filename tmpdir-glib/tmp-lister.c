/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Reads directories by GIO without ever being stuck in one.
 *
 * g_file_enumerator_next_file() need not look at its GCancellable, and that of
 * GVfs does not; nor does it notice that the mount has gone away, but waits for
 * a minute, and then calls what it has got all there is. The asynchronous call
 * does no better, and the first to make one decides in which main context GVfs
 * learns from then on that a connection is closed. So this is done in a thread
 * that can be left behind: it lets go of everything when it comes back.
 *
 * A lister is used by one thread at a time. 'lock' guards its state; what it is
 * asked and what it has found belongs to its thread while it is BUSY, and to
 * the caller while it is IDLE. */

#include "config.h"

#include "tmp-lister-private.h"

#include "tmp-thread-private.h"

#include <string.h>

/* How long nothing is heard before it is asked whether anybody is there. */
#define PATIENCE G_TIME_SPAN_SECOND

typedef enum
{
  LISTER_IDLE,
  LISTER_BUSY,
  LISTER_LEFT /* nobody waits for it any more */
} ListerState;

struct _TmpLister
{
  gint          ref_count; /* atomic: whoever has it, and its thread */

  GMutex        lock;
  GCond         changed;
  ListerState   state;

  GFile        *directory;
  guint64       max;
  GCancellable *cancellable;
  TmpListing    listing;
  GError       *error;
};

void
tmp_listing_clear (TmpListing *listing)
{
  g_clear_pointer (&listing->subdirs, g_ptr_array_unref);
  g_clear_pointer (&listing->files, g_ptr_array_unref);
}

static void
lister_unref (TmpLister *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;

  g_clear_object (&self->directory);
  g_clear_object (&self->cancellable);
  tmp_listing_clear (&self->listing);
  g_clear_error (&self->error);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static gboolean
is_left (TmpLister *self)
{
  gboolean left;

  if (self == NULL)
    return FALSE;

  g_mutex_lock (&self->lock);
  left = self->state == LISTER_LEFT;
  g_mutex_unlock (&self->lock);

  return left;
}

/* @self is not NULL in its own thread. */
static void
read_directory (TmpLister     *self,
                GFile         *directory,
                guint64        max,
                GCancellable  *cancellable,
                TmpListing    *listing,
                GError       **error)
{
  g_autoptr (GFileEnumerator) enumerator = NULL;
  GError *local_error = NULL;

  listing->subdirs = g_ptr_array_new_with_free_func (g_free);
  listing->files = g_ptr_array_new_with_free_func (g_free);

  enumerator = g_file_enumerate_children (directory,
                                          G_FILE_ATTRIBUTE_STANDARD_NAME ","
                                          G_FILE_ATTRIBUTE_STANDARD_TYPE,
                                          G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS,
                                          cancellable, &local_error);
  listing->opened = enumerator != NULL;

  for (guint64 n = 0; enumerator != NULL && n < max && !is_left (self); n++)
    {
      g_autoptr (GFileInfo) info = g_file_enumerator_next_file (enumerator, cancellable,
                                                                &local_error);

      listing->end = info == NULL && local_error == NULL;
      if (info == NULL)
        break;

      /* What cannot be looked at has no type, of which
       * g_file_info_get_file_type() of GLib 2.76 and newer complains. */
      g_ptr_array_add (g_file_info_get_attribute_uint32 (info, G_FILE_ATTRIBUTE_STANDARD_TYPE) ==
                           G_FILE_TYPE_DIRECTORY
                         ? listing->subdirs
                         : listing->files,
                       g_strdup (g_file_info_get_name (info)));
    }

  if (enumerator != NULL)
    g_file_enumerator_close (enumerator, cancellable, NULL);
  if (local_error != NULL)
    g_propagate_error (error, local_error);
}

static gpointer
lister_thread (gpointer data)
{
  TmpLister *self = data;

  g_mutex_lock (&self->lock);
  while (self->state != LISTER_LEFT)
    {
      if (self->state == LISTER_IDLE)
        {
          g_cond_wait (&self->changed, &self->lock);
          continue;
        }

      g_mutex_unlock (&self->lock);
      read_directory (self, self->directory, self->max, self->cancellable,
                      &self->listing, &self->error);
      g_mutex_lock (&self->lock);

      if (self->state == LISTER_BUSY)
        self->state = LISTER_IDLE;
      g_cond_signal (&self->changed);
    }
  g_mutex_unlock (&self->lock);

  lister_unref (self);
  return NULL;
}

/* Returns NULL if there is no thread to be had. */
TmpLister *
tmp_lister_new (void)
{
  TmpLister *self = g_new0 (TmpLister, 1);

  self->ref_count = 2;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);

  if (tmp_thread_start ("tmpdir-glib-ls", lister_thread, self))
    return self;

  self->ref_count = 1;
  lister_unref (self);
  return NULL;
}

void
tmp_lister_free (TmpLister *self)
{
  g_mutex_lock (&self->lock);
  self->state = LISTER_LEFT;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);

  lister_unref (self);
}

static void
wake (GCancellable *cancellable,
      gpointer      data)
{
  TmpLister *self = data;

  g_mutex_lock (&self->lock);
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}

/* Is there still something to wait for? */
static gboolean
check_directory (TmpLister  *self,
                 GError    **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GFileInfo) info = NULL;

  info = g_file_query_info (self->directory, G_FILE_ATTRIBUTE_STANDARD_TYPE,
                            G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, self->cancellable, &local_error);
  if (info != NULL || g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* Reads at most @max entries of @directory, which may end in an error. Returns
 * FALSE if the thread of @self has not come back, and the error is a reason not
 * to wait for it any longer; @self can only be freed then. Without @self, the
 * calling thread reads. */
gboolean
tmp_lister_read (TmpLister     *self,
                 GFile         *directory,
                 guint64        max,
                 GCancellable  *cancellable,
                 TmpListing    *listing,
                 GError       **error)
{
  gulong handler = 0;
  gboolean done;

  memset (listing, 0, sizeof *listing);
  if (self == NULL)
    {
      read_directory (NULL, directory, max, cancellable, listing, error);
      return TRUE;
    }

  g_set_object (&self->directory, directory);
  g_set_object (&self->cancellable, cancellable);
  self->max = max;

  g_mutex_lock (&self->lock);
  self->state = LISTER_BUSY;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);

  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (wake), self, NULL);

  g_mutex_lock (&self->lock);
  while (self->state == LISTER_BUSY &&
         !g_cancellable_set_error_if_cancelled (cancellable, error))
    {
      gboolean there = TRUE;

      if (!g_cond_wait_until (&self->changed, &self->lock, g_get_monotonic_time () + PATIENCE))
        {
          g_mutex_unlock (&self->lock);
          there = check_directory (self, error);
          g_mutex_lock (&self->lock);
        }
      if (!there)
        break;
    }
  done = self->state == LISTER_IDLE;
  g_mutex_unlock (&self->lock);

  g_cancellable_disconnect (cancellable, handler);
  if (!done)
    return FALSE;

  /* Its thread may wait for long, and these are not its own. */
  g_clear_object (&self->directory);
  g_clear_object (&self->cancellable);
  g_clear_error (error);
  if (self->error != NULL)
    g_propagate_error (error, g_steal_pointer (&self->error));
  *listing = self->listing;
  memset (&self->listing, 0, sizeof self->listing);
  return TRUE;
}
