/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What both walkers share: whose tree it is, how many entries are gone, and
 * the first error. */

#include "config.h"

#include "tmp-walker-private.h"

#include "tmp-error-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>

/* So many entries of a directory are remembered to be undeletable. */
#define MAX_LEFT_NAMES 1024

TmpWalker *
tmp_walker_new (GFile           *file,
                TmpDeleteFlags   flags,
                const TmpFileId *id,
                GCancellable    *cancellable)
{
  const TmpWalkerClass *klass = &tmp_walker_gio_class;
  TmpWalker *self;

  /* A GVfs mount may have a path too, by way of FUSE; but it is not native,
   * and better served by its own backend. */
  if (g_file_is_native (file) && g_file_peek_path (file) != NULL)
    klass = &tmp_walker_native_class;

  self = g_malloc0 (klass->size);
  self->klass = klass;
  /* What a native tree is deleted by is its path. An object that our threads let go of
   * would make them take locks of GObject, which a forked child could never open. */
  if (klass == &tmp_walker_gio_class)
    self->file = g_object_ref (file);
  self->path = g_file_get_path (file);
  if (self->path == NULL || klass == &tmp_walker_gio_class)
    {
      g_free (self->path);
      self->path = g_file_get_parse_name (file);
    }
  self->flags = flags;
  if (id != NULL)
    {
      self->has_id = TRUE;
      self->id = *id;
    }
  g_set_object (&self->cancellable, cancellable);
  g_mutex_init (&self->lock);

  return self;
}

/* Of what belongs to the caller, and is not needed any more. Until the caller is told that it
 * is over, he has it, too, so it is not this thread that frees it. */
void
tmp_walker_let_go (TmpWalker *self)
{
  g_clear_object (&self->file);
  g_clear_object (&self->cancellable);
}

void
tmp_walker_free (TmpWalker *self)
{
  tmp_walker_let_go (self);
  g_free (self->path);
  g_clear_error (&self->error);
  g_mutex_clear (&self->lock);
  g_free (self);
}

gboolean
tmp_walker_cancelled (TmpWalker *self)
{
  return g_cancellable_is_cancelled (self->cancellable);
}

/* Returns the path of @dir, or of the entry @name in it, for people to read. */
char *
tmp_walker_build_path (TmpWalker  *self,
                       TmpDir     *dir,
                       const char *name)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new ();
  GString *path;

  if (name != NULL)
    g_ptr_array_add (parts, (gpointer) name);
  for (; dir != NULL; dir = dir->parent)
    if (dir->name != NULL)
      g_ptr_array_add (parts, dir->name);

  path = g_string_new (self->path);
  for (guint i = parts->len; i > 0; i--)
    {
      if (path->len > 0 && path->str[path->len - 1] != '/')
        g_string_append_c (path, '/');
      g_string_append (path, parts->pdata[i - 1]);
    }

  return g_string_free (path, FALSE);
}

/* One more entry of @dir is gone. */
void
tmp_walker_removed (TmpWalker *self,
                    TmpDir    *dir)
{
  g_atomic_pointer_add (&self->n_removed, 1);
  if (dir != NULL)
    dir->own_progress++;
}

/* The entry @name of @dir could not be deleted, which leaves @n files and
 * directories. It is counted once, however often it is shown, and not tried
 * again when @dir is read once more. */
void
tmp_walker_note_left (TmpWalker  *self,
                      TmpDir     *dir,
                      const char *name,
                      guint64     n)
{
  if (dir->slice)
    dir = dir->parent;

  g_mutex_lock (&self->lock);
  if (dir->left_names == NULL)
    g_atomic_pointer_set (&dir->left_names,
                          g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL));

  if (g_hash_table_size (dir->left_names) < MAX_LEFT_NAMES)
    dir->n_left += g_hash_table_add (dir->left_names, g_strdup (name)) ? n : 0;
  else
    dir->n_forgotten += n;
  g_mutex_unlock (&self->lock);
}

gboolean
tmp_walker_is_left (TmpWalker  *self,
                    TmpDir     *dir,
                    const char *name)
{
  gboolean result;

  /* The usual case, without the lock */
  if (g_atomic_pointer_get (&dir->left_names) == NULL)
    return FALSE;

  g_mutex_lock (&self->lock);
  result = g_hash_table_contains (dir->left_names, name);
  g_mutex_unlock (&self->lock);

  return result;
}

/* How many entries tmp_walker_is_left() is true of */
guint
tmp_walker_get_n_left_names (TmpWalker *self,
                             TmpDir    *dir)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = dir->left_names != NULL ? g_hash_table_size (dir->left_names) : 0;
  g_mutex_unlock (&self->lock);

  return n;
}

/* Notes @error, of which it takes ownership, if it is the first. */
void
tmp_walker_take_error (TmpWalker *self,
                       GError    *error)
{
  g_mutex_lock (&self->lock);
  if (self->error == NULL)
    self->error = g_steal_pointer (&error);
  g_mutex_unlock (&self->lock);

  g_clear_error (&error);
}

/* The entry @name of @dir, or @dir itself, could not be deleted or read. */
void
tmp_walker_failed (TmpWalker  *self,
                   TmpDir     *dir,
                   const char *name,
                   int         errsv)
{
  GError *error = NULL;
  gboolean first;

  g_mutex_lock (&self->lock);
  first = self->error == NULL;
  g_mutex_unlock (&self->lock);

  /* A tree may fail a million times, but only one path is ever shown. */
  if (first)
    {
      g_autofree char *path = tmp_walker_build_path (self, dir, name);

      if (errsv == EXDEV)
        tmp_error_set_literal (&error, G_IO_ERROR_BUSY, TMP_ACTION_DELETE, path,
                               N_("It is a mount point"));
      else
        tmp_error_set_errno (&error, errsv, TMP_ACTION_DELETE, path);
      tmp_walker_take_error (self, error);
    }

  if (name != NULL)
    tmp_walker_note_left (self, dir, name, 1);
}

/* The same for @dir, or for the root if it is NULL, and a reason that is not
 * the system's. */
void
tmp_walker_failed_with (TmpWalker    *self,
                        TmpDir       *dir,
                        GIOErrorEnum  code,
                        const char   *reason)
{
  g_autofree char *path = tmp_walker_build_path (self, dir, NULL);
  GError *error = NULL;

  tmp_error_set_literal (&error, code, TMP_ACTION_DELETE, path, reason);
  tmp_walker_take_error (self, error);
}
