/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* One tree on its way out.
 *
 * The unit of work is a directory. A thread that has one deletes the files in
 * it and goes down into its subdirectories, one after the other; but while
 * other threads are hungry, it leaves subdirectories to them in the ready
 * queue instead. So the queue never holds more than a few, whatever the size
 * of the tree, and nothing is ever as deep as the tree:
 *
 *  - A directory belongs to one thread from the moment it is taken. With it
 *    the thread owns, through TmpDir.local, the chain of directories above it
 *    up to the one that it took from the queue.
 *  - When all that is left to do for a directory is to wait for children that
 *    others have (TmpDir.pending), nobody owns it any more: it is waiting, and
 *    the last of these children puts it into the queue again.
 *  - Where files are deleted one by one, by a call that waits for its answer,
 *    hungry threads get slices of the files in a directory just as well.
 *  - A directory at MAX_DEPTH does not go deeper. Its subdirectories are moved
 *    up to the root, to be deleted from there.
 *
 * Each directory holds a reference on its parent; there is one more for the
 * queue or the thread that has it, and none for one that is waiting.
 *
 * A directory is done when it could be removed. If it turns out not to be
 * empty although nothing in it failed, somebody has added to it, or the file
 * system did not show everything: it is read once more, as long as that helps
 * and RETRY_TIME is not over. Failures are noted and counted; everything else
 * is deleted all the same.
 *
 * The lock guards the queue, and what TmpDir says it guards. */

#include "config.h"

#include "tmp-deletion-private.h"

#include "tmp-debug-private.h"
#include "tmp-error-private.h"
#include "tmp-walker-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>

/* A chain this long holds about a hundred kilobytes, and real trees are seldom
 * deeper. */
#define MAX_DEPTH 32

/* As many directories may be in the queue for having been moved up; more of
 * them are found again by reading the root once more. */
#define MAX_RAISED 256

/* How many files of a directory are dealt with at once. */
#define SLICE 8

/* For how long a directory is read again because somebody keeps adding to it:
 * until both are over. But after that time, it is not read on if so much more has
 * been added to it in one pass than in the one before, for then there will be
 * even more in the next. */
#define RETRY_PASSES 8
#define RETRY_TIME (5 * G_USEC_PER_SEC)
#define RETRY_MORE 1000

/* How often in a row it is read again although that does not help. */
#define MAX_IDLE 2

/* How often a directory may turn out to hold more than was read of it. */
#define MAX_PARTIAL 1000

struct _TmpDeletion
{
  gint                    ref_count; /* atomic */
  TmpWalker              *walker;
  TmpDir                 *root;
  const TmpDeletionHooks *hooks;
  gpointer                hooks_data;
  gint                    n_ready;   /* atomic: length of @ready, for others to look at */
  gint                    cancelled; /* atomic */

  GMutex                  lock;
  GQueue                  ready;     /* of TmpDir */
  guint                   n_working; /* threads */
  gboolean                raised;    /* the root has more than was found in it */
  gboolean                finished;  /* nothing changes any more */

  gboolean                opened;    /* the root; by the thread that takes it first */
  gboolean                refused;   /* it was wrong to ask */
  gboolean                gone;      /* the whole tree */
  GError                 *error;     /* of the whole, once it is finished */
  GError                 *ignored;   /* what it would be if it were not to be ignored */
};

static TmpDir *
dir_new (TmpDir *parent,
         char   *name)
{
  TmpDir *dir = g_new0 (TmpDir, 1);

  dir->ref_count = 1;
  dir->subdirs = g_ptr_array_new_with_free_func (g_free);
  dir->files = g_ptr_array_new_with_free_func (g_free);
  dir->name = name;
  if (parent != NULL)
    {
      dir->parent = parent;
      dir->depth = parent->depth + 1;
      g_atomic_int_inc (&parent->ref_count);
    }

  return dir;
}

static void
dir_unref (TmpDeletion *self,
           TmpDir      *dir)
{
  while (dir != NULL && g_atomic_int_dec_and_test (&dir->ref_count))
    {
      TmpDir *parent = dir->parent;

      self->walker->klass->forget (self->walker, dir);
      g_ptr_array_unref (dir->subdirs);
      g_ptr_array_unref (dir->files);
      g_clear_pointer (&dir->left_names, g_hash_table_unref);
      g_clear_error (&dir->scan_error);
      g_free (dir->name);
      g_free (dir);
      dir = parent;
    }
}

/* Is there something that this thread can do for @dir? */
static gboolean
has_work (TmpDir *dir)
{
  return dir->subdirs->len > 0 || dir->files->len > 0 || !dir->scanned;
}

/* With the lock. */
static void
push_ready (TmpDeletion *self,
            TmpDir      *dir)
{
  g_queue_push_tail (&self->ready, dir);
  g_atomic_int_set (&self->n_ready, (gint) self->ready.length);
}

/* With the lock. The newest first: it is the deepest, so that what is begun is
 * ended before more is begun. */
static TmpDir *
pop_ready (TmpDeletion *self)
{
  TmpDir *dir = g_queue_pop_tail (&self->ready);

  g_atomic_int_set (&self->n_ready, (gint) self->ready.length);
  return dir;
}

/* Leaves @dir, a new child of @parent, to whoever takes it. */
static void
hand_over (TmpDeletion *self,
           TmpDir      *parent,
           TmpDir      *dir)
{
  g_mutex_lock (&self->lock);
  parent->pending++;
  push_ready (self, dir);
  g_mutex_unlock (&self->lock);

  self->hooks->offered (self->hooks_data);
}

/* With the lock. This thread owns @dir no longer, but it is not finished.
 * Returns the directory above it, if that is this thread's. */
static TmpDir *
let_go (TmpDir *dir)
{
  if (!dir->local)
    return NULL;

  dir->local = FALSE;
  dir->parent->pending++;
  return dir->parent;
}

/* Nothing is left to do for @dir but to wait for its children: if there are
 * any, lets go of it, and of @dir in the caller. */
static gboolean
wait_for_children (TmpDeletion  *self,
                   TmpDir      **dir)
{
  TmpDir *waiting = *dir;
  gboolean wait;

  g_mutex_lock (&self->lock);
  wait = waiting->pending > 0;
  g_mutex_unlock (&self->lock);

  if (!wait)
    return FALSE;

  /* As soon as it is waiting, it can be somebody else's. */
  self->walker->klass->park (self->walker, waiting);

  g_mutex_lock (&self->lock);
  wait = waiting->pending > 0;
  if (wait)
    {
      waiting->waiting = TRUE;
      *dir = let_go (waiting);
    }
  g_mutex_unlock (&self->lock);

  if (wait)
    dir_unref (self, waiting);
  return wait;
}

/* Gives everything back that this thread owns, from @dir upwards. */
static void
put_back (TmpDeletion *self,
          TmpDir      *dir)
{
  g_autoptr (GPtrArray) ready = g_ptr_array_new ();
  g_autoptr (GPtrArray) waiting = g_ptr_array_new ();

  for (TmpDir *above = dir; above != NULL; above = above->local ? above->parent : NULL)
    self->walker->klass->park (self->walker, above);

  g_mutex_lock (&self->lock);
  while (dir != NULL)
    {
      TmpDir *above = let_go (dir);

      dir->waiting = dir->pending > 0 && !has_work (dir);
      g_ptr_array_add (dir->waiting ? waiting : ready, dir);
      dir = above;
    }
  /* The deepest last, to be the first that is taken again. */
  for (guint i = ready->len; i > 0; i--)
    push_ready (self, ready->pdata[i - 1]);
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < waiting->len; i++)
    dir_unref (self, waiting->pdata[i]);
}

/* How much is left in @dir, which nobody works in any more */
static guint64
get_n_left (TmpDir *dir)
{
  return dir->n_left + dir->n_forgotten;
}

/* @dir is over and done with, for better or worse. Returns the directory above
 * it, if that is this thread's. */
static TmpDir *
finish_dir (TmpDeletion *self,
            TmpDir      *dir,
            gboolean     gone)
{
  TmpDir *parent = dir->parent;
  TmpDir *next = dir->local ? parent : NULL;
  gboolean ready = FALSE;

  g_mutex_lock (&self->lock);
  if (parent == NULL)
    self->gone = gone;
  else if (gone)
    parent->children_progress++;
  else if (!dir->slice)
    tmp_walker_note_left (self->walker, parent, dir->name, 1 + get_n_left (dir));

  if (parent != NULL && next == NULL)
    {
      parent->pending--;
      ready = parent->waiting && parent->pending == 0;
    }
  if (ready)
    {
      parent->waiting = FALSE;
      g_atomic_int_inc (&parent->ref_count);
      push_ready (self, parent);
    }
  g_mutex_unlock (&self->lock);

  dir_unref (self, dir);
  if (ready)
    self->hooks->offered (self->hooks_data);

  return next;
}

/* Is more added to @dir than can be deleted? */
static gboolean
is_outrun (TmpDeletion *self,
           TmpDir      *dir)
{
  guint64 progress;

  if (dir->passes == 0 || g_get_monotonic_time () - dir->first_pass_ended < RETRY_TIME)
    return FALSE;

  g_mutex_lock (&self->lock);
  progress = dir->own_progress + dir->children_progress;
  g_mutex_unlock (&self->lock);

  return progress > dir->last_progress + RETRY_MORE;
}

static void
begin_pass (TmpDeletion *self,
            TmpDir      *dir)
{
  self->walker->klass->park (self->walker, dir);
  dir->n_partial += dir->partial ? 1 : 0;
  dir->position = 0;
  dir->scanned = dir->partial = FALSE;
  g_clear_error (&dir->scan_error);
  dir->known_left = dir->n_forgotten;
  dir->n_forgotten = 0;
  dir->last_progress = dir->own_progress + dir->children_progress;
  dir->own_progress = dir->children_progress = 0;
}

/* @dir has been dealt with, but is not empty. Is it worthwhile to read it once
 * more? */
static gboolean
may_retry (TmpDeletion *self,
           TmpDir      *dir)
{
  gboolean progress = dir->own_progress + dir->children_progress > 0;
  gboolean outrun = is_outrun (self, dir);
  gint64 now = g_get_monotonic_time ();

  if (dir->partial)
    return dir->n_partial < MAX_PARTIAL;

  /* With less in front of it, what could not be read may come into reach. */
  if (dir->scan_error != NULL)
    return progress && ++dir->n_partial < MAX_PARTIAL;

  if (dir->n_forgotten > 0 || (dir->n_left > 0 && !progress))
    return FALSE;

  if (progress)
    dir->idle_passes = 0;
  else
    dir->idle_passes++;

  if (dir->passes++ == 0)
    dir->first_pass_ended = now;

  return dir->idle_passes < MAX_IDLE && !outrun &&
         (dir->passes < RETRY_PASSES || now - dir->first_pass_ended < RETRY_TIME);
}

static void
note_busy (TmpDeletion *self,
           TmpDir      *dir)
{
  tmp_walker_failed_with (self->walker, dir, G_IO_ERROR_BUSY, N_("Files keep appearing in it"));
}

/* @dir is not empty, and will not be. */
static void
note_not_empty (TmpDeletion *self,
                TmpDir      *dir)
{
  gboolean known = get_n_left (dir) > 0;

  if (dir->scan_error != NULL)
    {
      tmp_walker_take_error (self->walker, g_steal_pointer (&dir->scan_error));
      /* How much there is that could not be read, nobody knows. */
      dir->n_forgotten += known ? 0 : 1;
    }
  else if (known)
    return; /* the reason has been noted */
  else if (dir->idle_passes < MAX_IDLE)
    note_busy (self, dir);
  else /* there is nothing to be seen in it */
    tmp_walker_failed (self->walker, dir, NULL, ENOTEMPTY);
}

/* Returns whether @dir is done with; if not, a new pass has begun. */
static gboolean
remove_dir (TmpDeletion *self,
            TmpDir      *dir,
            gboolean    *gone)
{
  gboolean progress = dir->own_progress + dir->children_progress > 0;
  TmpRemoval removal;

  if (dir == self->root)
    {
      g_mutex_lock (&self->lock);
      dir->partial = dir->partial || self->raised;
      self->raised = FALSE;
      g_mutex_unlock (&self->lock);
    }

  if (dir->slice)
    removal = progress ? TMP_REMOVAL_DONE : TMP_REMOVAL_FAILED;
  else if (dir->partial)
    removal = TMP_REMOVAL_NOT_EMPTY;
  else if (dir != self->root || (self->walker->flags & TMP_DELETE_KEEP_ROOT) == 0)
    removal = self->walker->klass->remove (self->walker, dir);
  else /* it is empty if a whole pass finds nothing in it */
    removal = progress || get_n_left (dir) > 0 || dir->scan_error != NULL
                ? TMP_REMOVAL_NOT_EMPTY
                : TMP_REMOVAL_DONE;

  *gone = removal == TMP_REMOVAL_DONE;
  if (removal != TMP_REMOVAL_NOT_EMPTY)
    return TRUE;

  if (may_retry (self, dir))
    {
      begin_pass (self, dir);
      return FALSE;
    }

  note_not_empty (self, dir);
  return TRUE;
}

/* Deals with one subdirectory found in @dir. Returns the directory to go on
 * with. */
static TmpDir *
enter_subdir (TmpDeletion *self,
              TmpDir      *dir)
{
  const TmpWalkerClass *klass = self->walker->klass;
  g_autofree char *name = g_ptr_array_steal_index_fast (dir->subdirs, dir->subdirs->len - 1);
  g_autofree char *raised = NULL;
  TmpDir *child;

  if (dir->depth >= MAX_DEPTH && klass->raise != NULL)
    raised = klass->raise (self->walker, dir, name);

  if (raised != NULL && tmp_deletion_get_n_ready (self) < MAX_RAISED)
    {
      hand_over (self, self->root, dir_new (self->root, g_steal_pointer (&raised)));
      return dir;
    }

  if (raised != NULL)
    {
      g_mutex_lock (&self->lock);
      self->raised = TRUE;
      g_mutex_unlock (&self->lock);
      return dir;
    }

  child = dir_new (dir, g_steal_pointer (&name));

  if (self->hooks->is_hungry (self->hooks_data))
    {
      hand_over (self, dir, child);
      return dir;
    }

  child->local = TRUE;
  return child;
}

/* Deals with some of the files found in @dir. */
static void
delete_files (TmpDeletion *self,
              TmpDir      *dir)
{
  guint n = MIN (dir->files->len, SLICE);

  if (self->walker->klass->slices && dir->files->len > SLICE &&
      self->hooks->is_hungry (self->hooks_data))
    {
      TmpDir *slice = dir_new (dir, NULL);

      slice->slice = slice->scanned = TRUE;
      for (guint i = 0; i < n; i++)
        g_ptr_array_add (slice->files,
                         g_ptr_array_steal_index_fast (dir->files, dir->files->len - 1));
      hand_over (self, dir, slice);
      return;
    }

  for (guint i = 0; i < n && !tmp_walker_cancelled (self->walker); i++)
    {
      g_autofree char *name = g_ptr_array_steal_index_fast (dir->files, dir->files->len - 1);

      self->walker->klass->delete (self->walker, dir, name);
    }
}

static TmpDir *
scan_dir (TmpDeletion *self,
          TmpDir      *dir)
{
  switch (self->walker->klass->scan (self->walker, dir))
    {
    case TMP_SCAN_END:
      dir->scanned = TRUE;
      return dir;

    case TMP_SCAN_PART:
      dir->scanned = dir->partial = TRUE;
      return dir;

    case TMP_SCAN_GONE:
      return finish_dir (self, dir, TRUE);

    case TMP_SCAN_FAILED:
      return finish_dir (self, dir, FALSE);

    case TMP_SCAN_MORE:
    default:
      return dir;
    }
}

/* Works on @dir until there is nothing left of it, or nothing that this thread
 * can do. Returns FALSE if the thread is wanted elsewhere. */
static gboolean
walk (TmpDeletion *self,
      TmpDir      *dir)
{
  while (dir != NULL)
    {
      gboolean gone;

      if (tmp_walker_cancelled (self->walker))
        g_atomic_int_set (&self->cancelled, TRUE);

      if (g_atomic_int_get (&self->cancelled) || self->hooks->must_yield (self->hooks_data))
        {
          put_back (self, dir);
          return FALSE;
        }

      if (!self->opened)
        {
          TmpRoot root = self->walker->klass->open_root (self->walker, dir);

          self->opened = TRUE;
          self->refused = root == TMP_ROOT_REFUSED;
          if (root != TMP_ROOT_DIRECTORY)
            dir = finish_dir (self, dir, root == TMP_ROOT_GONE);
        }
      else if (dir->subdirs->len > 0)
        dir = enter_subdir (self, dir);
      else if (dir->files->len > 0)
        delete_files (self, dir);
      else if (!dir->scanned && is_outrun (self, dir))
        dir->scanned = TRUE;
      else if (!dir->scanned)
        dir = scan_dir (self, dir);
      else if (!wait_for_children (self, &dir) && remove_dir (self, dir, &gone))
        dir = finish_dir (self, dir, gone);
    }

  return TRUE;
}

/* Makes the error that the caller gets: the first one met, and how many files
 * and directories are left. */
static GError *
take_result (TmpDeletion *self)
{
  GError *error = g_steal_pointer (&self->walker->error);
  guint64 left = get_n_left (self->root);

  if (self->gone)
    {
      g_clear_error (&error);
    }
  /* It may also come when there is nothing left to do but the root. */
  else if (g_atomic_int_get (&self->cancelled) ||
           (error == NULL && tmp_walker_cancelled (self->walker)))
    {
      g_clear_error (&error);
      tmp_error_set (&error, G_IO_ERROR_CANCELLED, N_("Operation was cancelled"));
    }
  else if ((self->walker->flags & TMP_DELETE_IGNORE_ERRORS) != 0 && !self->refused)
    {
      self->ignored = g_steal_pointer (&error);
    }
  else if (error == NULL)
    {
      note_busy (self, self->root);
      error = g_steal_pointer (&self->walker->error);
    }
  else if (left > 0)
    {
      /* The root is one of them, unless it was to stay. */
      tmp_error_add_left (error, left + ((self->walker->flags & TMP_DELETE_KEEP_ROOT) != 0 ? 0 : 1));
    }

  return error;
}

/* After the last thread has left. */
static void
finish (TmpDeletion *self)
{
  TmpDir *dir;

  self->error = take_result (self);

  while ((dir = pop_ready (self)) != NULL)
    dir_unref (self, dir);
  dir_unref (self, g_steal_pointer (&self->root));

  if (self->opened)
    self->walker->klass->close (self->walker);
  tmp_walker_let_go (self->walker);
}

/* Works on this deletion for as long as there is something to do for this
 * thread. Returns TRUE to the one thread that has finished it. */
gboolean
tmp_deletion_work (TmpDeletion *self)
{
  gboolean finished;
  TmpDir *dir;

  g_mutex_lock (&self->lock);
  self->n_working++;

  while (!g_atomic_int_get (&self->cancelled) && (dir = pop_ready (self)) != NULL)
    {
      gboolean stay;

      g_mutex_unlock (&self->lock);
      stay = walk (self, dir);
      g_mutex_lock (&self->lock);

      if (!stay)
        break;
    }

  self->n_working--;
  finished = !self->finished && self->n_working == 0 &&
             (g_atomic_int_get (&self->cancelled) || g_queue_is_empty (&self->ready));
  if (finished)
    self->finished = TRUE;
  g_mutex_unlock (&self->lock);

  if (finished)
    finish (self);
  return finished;
}

/* The first to look at a new deletion is whoever has the threads; @hooks are
 * called from all of them. */
void
tmp_deletion_set_hooks (TmpDeletion            *self,
                        const TmpDeletionHooks *hooks,
                        gpointer                data)
{
  self->hooks = hooks;
  self->hooks_data = data;
}

/* Returns how many directories wait for a thread; by now it may be different.
 * After a cancellation nobody is needed for what is left. */
guint
tmp_deletion_get_n_ready (TmpDeletion *self)
{
  if (g_atomic_int_get (&self->cancelled))
    return 0;

  return (guint) g_atomic_int_get (&self->n_ready);
}

/* Returns where it is, or, if that is not native, something to be shown. */
const char *
tmp_deletion_get_path (TmpDeletion *self)
{
  return self->walker->path;
}

guint64
tmp_deletion_get_n_removed (TmpDeletion *self)
{
  return (guint64) (gsize) g_atomic_pointer_get (&self->walker->n_removed);
}

/* Returns whether the tree is gone, once the deletion is finished. */
gboolean
tmp_deletion_get_result (TmpDeletion  *self,
                         GError      **error)
{
  if (self->error == NULL)
    return TRUE;

  g_propagate_error (error, g_error_copy (self->error));
  return FALSE;
}

/* Tells a developer how it has ended. Without locks, for whoever learns that it is finished:
 * a writer of messages may exit, and that waits for what is not. */
void
tmp_deletion_tell (TmpDeletion *self)
{
  const GError *error = self->error != NULL ? self->error : self->ignored;
  const char *path = self->walker->path;

  if (error != NULL)
    tmp_debug ("“%s” is not deleted: %s", path, error->message);
  else
    tmp_debug ("Deleted “%s”: %" G_GUINT64_FORMAT " files and directories", path,
               tmp_deletion_get_n_removed (self));
}

/* @id, if not NULL, is what @file must still be; else nothing is deleted. */
TmpDeletion *
tmp_deletion_new (GFile           *file,
                  TmpDeleteFlags   flags,
                  const TmpFileId *id,
                  GCancellable    *cancellable)
{
  TmpDeletion *self = g_new0 (TmpDeletion, 1);

  self->ref_count = 1;
  self->walker = tmp_walker_new (file, flags, id, cancellable);
  g_mutex_init (&self->lock);
  g_queue_init (&self->ready);

  self->root = dir_new (NULL, NULL);
  g_atomic_int_inc (&self->root->ref_count);
  push_ready (self, self->root);

  return self;
}

TmpDeletion *
tmp_deletion_ref (TmpDeletion *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

/* A deletion that has been begun is finished before its last reference goes. */
void
tmp_deletion_unref (TmpDeletion *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;

  if (self->root != NULL)
    finish (self);
  tmp_walker_free (self->walker);
  g_clear_error (&self->error);
  g_clear_error (&self->ignored);
  g_mutex_clear (&self->lock);
  g_free (self);
}
