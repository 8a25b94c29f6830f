/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Deletes any tree that GIO reaches.
 *
 * GIO names files by path or URI, so this walk is only as safe as names are:
 * whoever can write to the tree while it is deleted can swap a directory for a
 * link, and nothing here can prevent that. Links that are there when a
 * directory is read are never followed. */

#include "config.h"

#include "tmp-walker-private.h"

#include "tmp-error-private.h"
#include "tmp-lister-private.h"

#include <errno.h>

/* How many entries are read before they are dealt with: at first, and at most.
 * The number doubles, so that even a very wide directory is not enumerated
 * often, and somebody who adds files has to be very fast to make it endless. */
#define BATCH 1024
#define MAX_DOUBLINGS 6

typedef struct
{
  TmpWalker walker;
  GQueue    listers; /* idle ones; guarded by the walker's lock */
} GioWalker;

/* A handle is the GFile. It does not change once it is there, so that threads
 * which have the children may read it. */
static GFile *
dir_get_file (TmpWalker *self,
              TmpDir    *dir)
{
  if (dir->parent == NULL)
    return self->file;
  if (dir->slice)
    return dir_get_file (self, dir->parent);

  if (dir->handle == NULL)
    dir->handle = g_file_get_child (dir_get_file (self, dir->parent), dir->name);

  return dir->handle;
}

/* Like tmp_walker_failed(), for an error of GIO's, which it takes. */
static void
note_error (TmpWalker  *self,
            TmpDir     *dir,
            const char *name,
            GError     *error)
{
  g_autofree char *path = NULL;
  GError *noted = NULL;

  /* The deletion sees for itself that it is cancelled. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) && tmp_walker_cancelled (self))
    {
      g_error_free (error);
      return;
    }

  path = tmp_walker_build_path (self, dir, name);
  tmp_error_take (&noted, error, TMP_ACTION_DELETE, path);
  tmp_walker_take_error (self, noted);

  if (name != NULL)
    tmp_walker_note_left (self, dir, name, 1);
}

static TmpRoot
gio_open_root (TmpWalker *self,
               TmpDir    *root)
{
  g_autoptr (GFileInfo) info = NULL;
  GError *error = NULL;

  /* g_file_enumerate_children() follows a link at the root whatever its flags
   * say, so what the root is must be known before. */
  info = g_file_query_info (self->file, G_FILE_ATTRIBUTE_STANDARD_TYPE,
                            G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS,
                            self->cancellable, &error);

  if (info != NULL)
    {
      /* It has no type, which g_file_info_get_file_type() of GLib 2.76 and newer
       * complains of, if nobody may look at it. */
      if (g_file_info_get_attribute_uint32 (info, G_FILE_ATTRIBUTE_STANDARD_TYPE) ==
          G_FILE_TYPE_DIRECTORY)
        return TMP_ROOT_DIRECTORY;

      if ((self->flags & TMP_DELETE_KEEP_ROOT) != 0)
        g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY, g_strerror (ENOTDIR));
      else if (g_file_delete (self->file, self->cancellable, &error))
        {
          tmp_walker_removed (self, NULL);
          return TMP_ROOT_GONE;
        }
    }

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    {
      g_error_free (error);
      return TMP_ROOT_GONE;
    }

  note_error (self, NULL, NULL, error);
  return TMP_ROOT_FAILED;
}

static void
gio_delete (TmpWalker  *self,
            TmpDir     *dir,
            const char *name)
{
  g_autoptr (GFile) file = g_file_get_child (dir_get_file (self, dir), name);
  GError *error = NULL;

  if (g_file_delete (file, self->cancellable, &error))
    tmp_walker_removed (self, dir);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    g_error_free (error); /* somebody else was faster */
  else
    note_error (self, dir, name, error);
}

static TmpLister *
take_lister (GioWalker *self)
{
  TmpLister *lister;

  g_mutex_lock (&self->walker.lock);
  lister = g_queue_pop_tail (&self->listers);
  g_mutex_unlock (&self->walker.lock);

  return lister != NULL ? lister : tmp_lister_new ();
}

static void
give_back_lister (GioWalker *self,
                  TmpLister *lister)
{
  g_mutex_lock (&self->walker.lock);
  g_queue_push_tail (&self->listers, lister);
  g_mutex_unlock (&self->walker.lock);
}

/* Takes those of @names that have not failed yet. */
static void
take_names (TmpWalker *self,
            TmpDir    *dir,
            GPtrArray *names,
            GPtrArray *found)
{
  while (names->len > 0)
    {
      g_autofree char *name = g_ptr_array_steal_index_fast (names, names->len - 1);

      if (!tmp_walker_is_left (self, dir, name))
        g_ptr_array_add (found, g_steal_pointer (&name));
    }
}

/* A batch is read and the enumerator closed before anything is deleted. A
 * backend may hold a descriptor or a connection for it, and may not like what
 * it enumerates to change. The next batch begins at the start again, where
 * what could not be deleted still is. */
static TmpScan
gio_scan (TmpWalker *self,
          TmpDir    *dir)
{
  TmpLister *lister = take_lister ((GioWalker *) self);
  g_auto (TmpListing) listing = { 0 };
  GError *error = NULL;
  guint64 batch = ((guint64) BATCH << MIN (dir->n_partial, MAX_DOUBLINGS)) + dir->known_left +
                  tmp_walker_get_n_left_names (self, dir);

  if (!tmp_lister_read (lister, dir_get_file (self, dir), batch, self->cancellable,
                        &listing, &error))
    {
      tmp_lister_free (lister);
      note_error (self, dir, NULL, error);
      return TMP_SCAN_FAILED;
    }

  if (lister != NULL)
    give_back_lister ((GioWalker *) self, lister);
  take_names (self, dir, listing.subdirs, dir->subdirs);
  take_names (self, dir, listing.files, dir->files);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    {
      g_error_free (error);
      return TMP_SCAN_GONE;
    }

  /* An empty directory can be removed by who cannot read it. */
  if (!listing.opened && (dir->parent != NULL || (self->flags & TMP_DELETE_KEEP_ROOT) == 0) &&
      g_file_delete (dir_get_file (self, dir), self->cancellable, NULL))
    {
      g_error_free (error);
      tmp_walker_removed (self, NULL);
      return TMP_SCAN_GONE;
    }

  if (error != NULL)
    {
      g_autofree char *path = NULL;

      if (!listing.opened)
        {
          note_error (self, dir, NULL, error);
          return TMP_SCAN_FAILED;
        }

      path = tmp_walker_build_path (self, dir, NULL);
      tmp_error_take (&dir->scan_error, error, TMP_ACTION_DELETE, path);
      return TMP_SCAN_END;
    }

  return listing.end ? TMP_SCAN_END : TMP_SCAN_PART;
}

static TmpRemoval
gio_remove (TmpWalker *self,
            TmpDir    *dir)
{
  GError *error = NULL;

  if (g_file_delete (dir_get_file (self, dir), self->cancellable, &error))
    {
      tmp_walker_removed (self, NULL);
      return TMP_REMOVAL_DONE;
    }

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    {
      g_error_free (error);
      return TMP_REMOVAL_DONE;
    }

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_EMPTY))
    {
      g_error_free (error);
      return TMP_REMOVAL_NOT_EMPTY;
    }

  note_error (self, dir, NULL, error);
  return TMP_REMOVAL_FAILED;
}

static void
gio_park (TmpWalker *self,
          TmpDir    *dir)
{
}

static void
gio_forget (TmpWalker *self,
            TmpDir    *dir)
{
  g_clear_object (&dir->handle);
}

static void
gio_close (TmpWalker *walker)
{
  GioWalker *self = (GioWalker *) walker;

  g_queue_clear_full (&self->listers, (GDestroyNotify) tmp_lister_free);
}

const TmpWalkerClass tmp_walker_gio_class = {
  .slices = TRUE, /* each deletion is a round trip */
  .size = sizeof (GioWalker),
  .open_root = gio_open_root,
  .scan = gio_scan,
  .delete = gio_delete,
  .remove = gio_remove,
  .park = gio_park,
  .forget = gio_forget,
  .close = gio_close,
};
