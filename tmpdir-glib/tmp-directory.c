/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/**
 * TmpDirectory:
 * A temporary directory that lives as long as somebody holds a reference.
 *
 * [ctor@Tmp.Directory.new] creates a new, empty directory that nobody else can
 * read, under a name that nobody can guess. When the last reference is gone, or
 * when the process exits, the directory and everything in it is deleted, by
 * threads of this library, so that a main loop never waits for it.
 *
 * ```c
 * g_autoptr (TmpDirectory) dir = tmp_directory_new ("my-app-", error);
 * if (dir == NULL)
 *   return FALSE;
 *
 * g_autofree char *path = tmp_directory_build_path (dir, "report.txt", NULL);
 * if (!g_file_set_contents (path, "…", -1, error))
 *   return FALSE;
 * ```
 *
 * To know that everything is gone, and what could not be deleted, call
 * [method@Tmp.Directory.cleanup] or [method@Tmp.Directory.cleanup_async]. To
 * keep the directory, call [method@Tmp.Directory.detach] or, to give it a place and a
 * name, [method@Tmp.Directory.persist].
 *
 * The properties that have no argument in a constructor are for `g_initable_new()` and its
 * relatives:
 *
 * ```c
 * return g_initable_new (TMP_TYPE_DIRECTORY, cancellable, error,
 *                        "parent", parent,
 *                        "prefix", "my-app-",
 *                        "suffix", ".d",
 *                        "ignore-cleanup-errors", TRUE,
 *                        NULL);
 * ```
 *
 * After a mere `g_object_new()` there is no directory: getters return `NULL`, and
 * methods fail with `G_IO_ERROR_NOT_INITIALIZED`, until [method@Gio.Initable.init].
 *
 * The idea, and many of the names, come from `TemporaryDirectory` in Python's
 * `tempfile` module.
 *
 * ## What may be left
 *
 * Nothing is left when the last reference goes, and nothing when the process
 * ends by returning from `main()` or by `exit()`, whatever was still being
 * deleted included. A process that is killed, aborts or calls `_exit()` leaves
 * its directories behind, until another process of the same user calls
 * [func@Tmp.reclaim] or creates a temporary directory.
 *
 * Only the directory that this object has created is ever deleted. If somebody
 * moves it away or puts something else into its place, that is left alone, and
 * a warning says so. A forked child may use the directories of its parent, but
 * never deletes them. More about this is on the page
 * [“What you may rely on”](guarantees.html).
 *
 * ## Security
 *
 * The name has 80 random bits, the mode is 0700 whatever the umask, and a
 * shared lock on the directory tells systemd-tmpfiles that it is in use.
 * Deleting never follows a symbolic link and never enters a mount point; see
 * [func@Tmp.delete_tree]. Where the parent is not a native file, say a GVfs
 * mount, the mode and the safety are what its backend makes of them.
 *
 * ## Errors
 *
 * All calls report in [error@Gio.IOErrorEnum]; the message has the path and the reason.
 * What fails after the last reference is gone is a warning in the log domain `tmpdir-glib`,
 * unless [property@Tmp.Directory:ignore-cleanup-errors] is set.
 *
 * ## Threads
 *
 * All methods may be called from any thread. Signals and callbacks come in the
 * thread-default main context of the call that they belong to.
 *
 * Since: 0.1
 */

#include "config.h"

#include "tmp-directory-private.h"

#include "tmp-debug-private.h"
#include "tmp-error-private.h"
#include "tmp-reclaim-private.h"
#include "tmp-task-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* At most so many descriptors of what waits for its deletion are kept. */
#define MAX_KEPT 256

typedef enum
{
  PROP_PARENT = 1,
  PROP_PREFIX,
  PROP_SUFFIX,
  PROP_AUTO_CLEANUP,
  PROP_IGNORE_CLEANUP_ERRORS,
  PROP_FILE,
  PROP_PATH,
  PROP_ENTRIES_REMOVED,
} TmpDirectoryProperty;

static GParamSpec *properties[PROP_ENTRIES_REMOVED + 1];

static void initable_iface_init       (GInitableIface      *iface);
static void async_initable_iface_init (GAsyncInitableIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TmpDirectory, tmp_directory, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, initable_iface_init)
                               G_IMPLEMENT_INTERFACE (G_TYPE_ASYNC_INITABLE, async_initable_iface_init))

gboolean
tmp_directory_is_initialized (TmpDirectory *self)
{
  return g_atomic_int_get (&self->initialized);
}

gboolean
tmp_directory_is_inherited (TmpDirectory *self)
{
  return tmp_exit_hook_is_inherited (&self->exit_hook);
}

gboolean
tmp_directory_check_initialized (TmpDirectory  *self,
                                 GError       **error)
{
  if (tmp_directory_is_initialized (self))
    return TRUE;

  tmp_error_set (error, G_IO_ERROR_NOT_INITIALIZED,
                 N_("The temporary directory has not been created: "
                    "g_initable_init() was not called, or failed"));
  return FALSE;
}

/* What a forked child has is a copy of the object, not the directory. */
gboolean
tmp_directory_refuse_inherited (TmpDirectory  *self,
                                TmpAction      action,
                                GError       **error)
{
  g_autofree char *name = NULL;

  if (!tmp_directory_is_initialized (self) || !tmp_directory_is_inherited (self))
    return FALSE;

  name = g_file_get_parse_name (self->location.file);
  tmp_error_set_literal (error, G_IO_ERROR_PERMISSION_DENIED, action, name,
                         N_("It belongs to the process that this one was forked from"));
  return TRUE;
}

/* Makes sure that the directory is still ours, and where it was. Gives back another
 * descriptor of it, to be closed, or -1 if there is none. */
gboolean
tmp_directory_open (TmpDirectory  *self,
                    TmpAction      action,
                    int           *fd,
                    GError       **error)
{
  const gboolean inherited = tmp_directory_is_inherited (self);
  TmpLocationState state;
  TmpLocation location;
  g_autofree char *name = NULL;
  gboolean owned;
  int errsv;

  *fd = -1;
  if (!tmp_directory_check_initialized (self, error))
    return FALSE;

  if (!inherited)
    g_mutex_lock (&self->lock);
  owned = self->owned;
  location = self->location;
  if (owned && location.fd >= 0)
    *fd = fcntl (location.fd, F_DUPFD_CLOEXEC, 0);
  if (!inherited)
    g_mutex_unlock (&self->lock);

  state = owned ? tmp_location_check (&location, *fd) : TMP_LOCATION_DELETED;
  errsv = errno;
  if (state == TMP_LOCATION_OURS)
    return TRUE;

  tmp_fd_close (fd);
  name = g_file_get_parse_name (location.file);
  if (!owned)
    tmp_error_set_literal (error, G_IO_ERROR_CLOSED, action, name,
                           N_("It has been cleaned up, or given away"));
  else if (state == TMP_LOCATION_UNKNOWN)
    tmp_error_set_errno (error, errsv, action, name);
  else if (state == TMP_LOCATION_REPLACED)
    tmp_error_set_literal (error, G_IO_ERROR_FAILED, action, name,
                           N_("The name now leads to something else"));
  else
    tmp_error_set_literal (error, G_IO_ERROR_NOT_FOUND, action, name,
                           state == TMP_LOCATION_DELETED ? N_("Somebody else has deleted it")
                           : state == TMP_LOCATION_ALONG ? N_("What it is in is being deleted")
                                                         : N_("It has been moved away"));
  return FALSE;
}

void
tmp_directory_notify_entries_removed (TmpDirectory *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ENTRIES_REMOVED]);
}

gboolean
tmp_directory_keeps_everything (void)
{
  return g_strcmp0 (g_getenv ("TMPDIR_GLIB_KEEP"), "1") == 0;
}

/* Printed, not logged: it was asked for, and a log may go anywhere. */
void
tmp_directory_print_kept (TmpDirectory *self)
{
  g_autofree char *name = g_file_get_parse_name (self->location.file);

  g_printerr ("tmpdir-glib: kept %s\n", name);
}

/* Tells a developer what has become of the directory. Without the lock */
void
tmp_directory_tell (TmpDirectory *self,
                    const char   *what,
                    const char   *why)
{
  g_autofree char *name = NULL;

  if (!tmp_debug_is_on ())
    return;

  name = g_file_get_parse_name (self->location.file);
  tmp_debug ("%s “%s”%s", what, name, why);
}

/* Where it is, and what protects it */
static void
tell_created (TmpDirectory *self)
{
  const TmpLocation *location = &self->location;
  g_autofree char *name = NULL;
  gboolean by_env;

  if (!tmp_debug_is_on ())
    return;

  name = g_file_get_parse_name (location->file);
  by_env = g_strcmp0 (g_getenv ("TMPDIR"), g_get_tmp_dir ()) == 0;
  tmp_debug ("Created “%s”, %s", name,
             self->parent != NULL ? "in the given parent"
             : by_env             ? "where TMPDIR says"
                                  : "as TMPDIR says nothing else");
  if (location->no_lock != NULL)
    tmp_debug ("“%s” has no lock: %s", name, location->no_lock);
  if (location->journal == 0)
    tmp_debug ("“%s” is not in the journal: %s", name, location->no_journal);
}

/* With the lock, while it is owned. Returns the descriptor, to be closed; the entry is to
 * be struck out once the directory is gone, or to stay. */
int
tmp_directory_release (TmpDirectory    *self,
                       TmpJournalEntry *journal)
{
  int fd = self->location.fd;

  self->owned = FALSE;
  self->location.fd = -1;
  *journal = self->location.journal;
  self->location.journal = 0;
  return fd;
}

/* What the background needs to know of a directory that has been dropped. */
typedef struct
{
  char      *path;
  char      *hidden_path; /* NULL if it could not be hidden */
  TmpFileId  id;          /* of what should have been hidden */
  gboolean   nested;      /* it may be in another temporary directory */
  int        fd;          /* then of it, unless that would be one too many */
  gboolean   quiet;
  TmpJournalEntry journal;
} Dropped;

/* What was renamed may be something that came there after it was checked: no
 * system call does both. It is not deleted, and gets its name back. Returns whether
 * what was dropped is still there. */
static gboolean
check_dropped (Dropped *dropped)
{
  const char *path = dropped->hidden_path != NULL ? dropped->hidden_path : dropped->path;
  struct stat st;

  if (path == NULL)
    return FALSE;
  if (lstat (path, &st) != 0)
    return errno != ENOENT && errno != ENOTDIR;
  if (tmp_file_id_equal (&dropped->id, &st))
    return TRUE;

  if (dropped->hidden_path != NULL)
    tmp_fd_rename (AT_FDCWD, dropped->hidden_path, AT_FDCWD, dropped->path);
  return FALSE;
}

/* Does it, which is not there any more, go along with another temporary directory that it is
 * in? Then it is none of our business. Without a descriptor that is taken for granted: a
 * hidden name is nobody else's. */
static gboolean
goes_along (const Dropped *dropped,
            const GError  *error)
{
  const char *path = dropped->hidden_path != NULL ? dropped->hidden_path : dropped->path;

  if (!dropped->nested)
    return FALSE;
  if (dropped->fd < 0)
    return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);

  return tmp_location_goes_along (path, &dropped->id, dropped->fd);
}

static void
dropped_done (TmpDeletion *deletion,
              gpointer     user_data)
{
  Dropped *dropped = user_data;
  g_autoptr (GError) error = NULL;
  gboolean gone = tmp_deletion_get_result (deletion, &error) || !check_dropped (dropped);
  gboolean along = error != NULL && gone && goes_along (dropped, error);

  /* What could not be deleted may be so later on, by another process. */
  if (gone)
    tmp_journal_strike (dropped->journal);

  if (error != NULL && !along && !dropped->quiet)
    g_warning ("%s", error->message);
  else
    tmp_deletion_tell (deletion);

  tmp_fd_close (&dropped->fd);
  g_free (dropped->path);
  g_free (dropped->hidden_path);
  g_free (dropped);
}

/* The directory is not where it was. */
static void
tell_not_deleted (TmpDirectory     *self,
                  TmpLocationState  state,
                  gboolean          quiet)
{
  if ((state == TMP_LOCATION_MOVED || state == TMP_LOCATION_REPLACED) && !quiet)
    {
      g_autofree char *display = g_filename_display_name (self->location.path);

      g_warning ("Temporary directory “%s” is not deleted: %s", display,
                 state == TMP_LOCATION_MOVED ? "It has been moved away"
                                             : "The name now leads to something else");
    }
  else
    {
      tmp_directory_tell (self, "Did not delete",
                          state == TMP_LOCATION_DELETED ? ": Somebody else has deleted it"
                          : state == TMP_LOCATION_ALONG ? ": What it is in is being deleted"
                          : state == TMP_LOCATION_MOVED ? ": It has been moved away"
                                                        : ": The name now leads to something else");
    }
}

/* Any number of directories may wait for their deletion, which needs descriptors, and so does
 * the program. The lowest free number is always given away first, so what is kept is so
 * few. */
static gboolean
may_keep (int fd)
{
  struct rlimit limit;

  return getrlimit (RLIMIT_NOFILE, &limit) == 0 && fd < MAX_KEPT &&
         (rlim_t) fd < limit.rlim_cur / 4;
}

/* Only where it was it may be deleted; if that cannot be known now, whoever tries to will have
 * the error. */
static gboolean
may_delete (TmpLocationState state)
{
  return state == TMP_LOCATION_OURS || state == TMP_LOCATION_UNKNOWN;
}

/* Leaves the deletion to the background, under a name that is not ours any
 * more, if it can be renamed. Until then, @fd keeps others from deleting it; what
 * follows may need the descriptor more than the lock. Returns where it is, for it may have
 * gone meanwhile: at exit a cleanup may be running, and just be done. */
static TmpLocationState
hand_over (TmpDirectory    *self,
           int              fd,
           TmpJournalEntry  journal,
           gboolean         quiet)
{
  TmpLocation *location = &self->location;
  g_autofree char *hidden_path = tmp_location_hide (location);
  const int errsv = errno;
  TmpLocationState state = TMP_LOCATION_OURS;
  g_autoptr (TmpDeletion) deletion = NULL;
  g_autoptr (GFile) file = NULL;
  Dropped *dropped;
  gboolean held;

  if (hidden_path == NULL && location->path != NULL && errsv == ENOENT)
    state = tmp_location_check (location, fd);
  if (!may_delete (state))
    return state;

  held = tmp_debug_hold (); /* a writer may exit, and then this would stay */
  dropped = g_new0 (Dropped, 1);
  dropped->id = location->id;
  dropped->nested = location->has_id && tmp_location_is_nested (location);
  dropped->fd = dropped->nested && may_keep (fd) ? fd : -1;
  dropped->quiet = quiet;
  dropped->journal = journal;
  dropped->path = g_strdup (location->path);
  dropped->hidden_path = g_steal_pointer (&hidden_path);
  if (dropped->hidden_path != NULL)
    tmp_debug ("Renamed “%s” to “%s”, to be deleted", dropped->path, dropped->hidden_path);
  else if (dropped->path != NULL)
    tmp_debug ("Could not rename “%s”, to be deleted: %s", dropped->path, g_strerror (errsv));
  else
    tmp_directory_tell (self, "Could not rename", ", to be deleted: It is not native");
  if (dropped->fd < 0)
    tmp_fd_close (&fd);

  file = dropped->hidden_path != NULL ? g_file_new_for_path (dropped->hidden_path)
                                      : g_object_ref (location->file);
  deletion = tmp_deletion_new (file, TMP_DELETE_NONE, location->has_id ? &location->id : NULL,
                               NULL);
  tmp_background_push (deletion, G_PRIORITY_LOW, dropped_done, dropped);
  tmp_debug_release (held);
  return state;
}

/* Gives the directory up. Whatever its size, whoever holds the last reference
 * waits for no more than lstat(), rmdir(), renameat2(), close(), and what it
 * takes to wake a thread, or to start the first one. An empty directory needs
 * neither the renaming nor a thread. */
static void
drop (TmpDirectory *self)
{
  TmpLocationState state = TMP_LOCATION_OURS;
  TmpJournalEntry journal = 0;
  const char *why = NULL; /* it is kept */
  gboolean owned, quiet, removed = FALSE;
  int fd = -1;

  g_mutex_lock (&self->lock);
  owned = self->owned && g_atomic_int_get (&self->auto_cleanup);
  if (self->owned && !owned)
    why = ": auto-cleanup is off";
  quiet = self->told || g_atomic_int_get (&self->ignore_cleanup_errors);
  if (self->owned)
    fd = tmp_directory_release (self, &journal);
  g_mutex_unlock (&self->lock);

  if (owned && tmp_directory_keeps_everything ())
    {
      tmp_directory_print_kept (self);
      owned = FALSE;
      why = ": TMPDIR_GLIB_KEEP";
    }

  if (owned)
    state = tmp_location_check (&self->location, fd);
  if (owned && may_delete (state))
    {
      removed = tmp_location_remove (&self->location);
      if (!removed)
        {
          state = hand_over (self, fd, journal, quiet);
          if (may_delete (state))
            return;
        }
    }

  /* Before anything is told: a warning may be the end of the process, and what has the name
   * now is nothing to reclaim. */
  tmp_fd_close (&fd);
  tmp_journal_strike (journal);
  if (removed)
    tmp_directory_tell (self, "Deleted", ", which was empty");
  else if (owned)
    tell_not_deleted (self, state, quiet);
  else if (why != NULL)
    tmp_directory_tell (self, "Kept", why);
}

static void
drop_at_exit (TmpExitHook *hook)
{
  drop ((TmpDirectory *) (gpointer) ((char *) hook - G_STRUCT_OFFSET (TmpDirectory, exit_hook)));
}

static gboolean
tmp_directory_initable_init (GInitable     *initable,
                             GCancellable  *cancellable,
                             GError       **error)
{
  TmpDirectory *self = TMP_DIRECTORY (initable);

  if (tmp_directory_is_initialized (self))
    return TRUE;

  /* After the creation a cancellation does not matter any more: what has been
   * created is owned, and goes with the object. */
  if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
      !tmp_location_create (&self->location, self->parent, self->prefix, self->suffix,
                            cancellable, error))
    return FALSE;

  self->owned = TRUE;
  if (!g_atomic_int_get (&self->auto_cleanup))
    tmp_journal_mark (self->location.journal, FALSE);
  tmp_exit_hook_add (&self->exit_hook);
  g_atomic_int_set (&self->initialized, TRUE);
  tell_created (self);

  tmp_reclaim_once ();
  return TRUE;
}

static gssize
init_in_thread (gpointer       source_object,
                gpointer       task_data,
                GCancellable  *cancellable,
                GError       **error)
{
  return tmp_directory_initable_init (source_object, cancellable, error) ? 0 : -1;
}

static void
tmp_directory_async_initable_init_async (GAsyncInitable      *initable,
                                         int                  io_priority,
                                         GCancellable        *cancellable,
                                         GAsyncReadyCallback  callback,
                                         gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (initable, cancellable, callback, user_data);

  g_task_set_source_tag (task, tmp_directory_async_initable_init_async);
  g_task_set_priority (task, io_priority);
  tmp_task_run_in_thread (task, init_in_thread);
}

static gboolean
tmp_directory_async_initable_init_finish (GAsyncInitable  *initable,
                                          GAsyncResult    *result,
                                          GError         **error)
{
  g_return_val_if_fail (g_task_is_valid (result, initable), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, tmp_directory_async_initable_init_async),
                        FALSE);

  return g_task_propagate_int (G_TASK (result), error) >= 0;
}

static void
initable_iface_init (GInitableIface *iface)
{
  iface->init = tmp_directory_initable_init;
}

static void
async_initable_iface_init (GAsyncInitableIface *iface)
{
  iface->init_async = tmp_directory_async_initable_init_async;
  iface->init_finish = tmp_directory_async_initable_init_finish;
}

static void
tmp_directory_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  TmpDirectory *self = TMP_DIRECTORY (object);

  switch ((TmpDirectoryProperty) prop_id)
    {
    case PROP_PARENT:
      g_value_set_object (value, tmp_directory_get_parent (self));
      break;
    case PROP_PREFIX:
      g_value_set_string (value, tmp_directory_get_prefix (self));
      break;
    case PROP_SUFFIX:
      g_value_set_string (value, tmp_directory_get_suffix (self));
      break;
    case PROP_AUTO_CLEANUP:
      g_value_set_boolean (value, tmp_directory_get_auto_cleanup (self));
      break;
    case PROP_IGNORE_CLEANUP_ERRORS:
      g_value_set_boolean (value, tmp_directory_get_ignore_cleanup_errors (self));
      break;
    case PROP_FILE:
      g_value_set_object (value, tmp_directory_get_file (self));
      break;
    case PROP_PATH:
      g_value_set_string (value, tmp_directory_get_path (self));
      break;
    case PROP_ENTRIES_REMOVED:
      g_value_set_uint64 (value, tmp_directory_get_entries_removed (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tmp_directory_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  TmpDirectory *self = TMP_DIRECTORY (object);

  switch ((TmpDirectoryProperty) prop_id)
    {
    case PROP_PARENT:
      self->parent = g_value_dup_object (value);
      break;
    case PROP_PREFIX:
      self->prefix = g_value_dup_string (value);
      break;
    case PROP_SUFFIX:
      self->suffix = g_value_dup_string (value);
      break;
    case PROP_AUTO_CLEANUP:
      tmp_directory_set_auto_cleanup (self, g_value_get_boolean (value));
      break;
    case PROP_IGNORE_CLEANUP_ERRORS:
      tmp_directory_set_ignore_cleanup_errors (self, g_value_get_boolean (value));
      break;
    case PROP_FILE:
    case PROP_PATH:
    case PROP_ENTRIES_REMOVED:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tmp_directory_dispose (GObject *object)
{
  TmpDirectory *self = TMP_DIRECTORY (object);

  if (tmp_directory_is_initialized (self) && !tmp_directory_is_inherited (self))
    {
      tmp_exit_hook_remove (&self->exit_hook);
      drop (self);
    }
  else if (tmp_directory_is_initialized (self))
    {
      tmp_directory_tell (self, "Left", " to the process that this one was forked from");
    }

  G_OBJECT_CLASS (tmp_directory_parent_class)->dispose (object);
}

static void
tmp_directory_finalize (GObject *object)
{
  TmpDirectory *self = TMP_DIRECTORY (object);

  /* A forked child has its own descriptor of the same locked file, and closing
   * it does not unlock: the lock goes with the last one. */
  tmp_location_clear (&self->location);
  g_clear_object (&self->parent);
  g_clear_pointer (&self->deletion, tmp_deletion_unref);
  g_free (self->prefix);
  g_free (self->suffix);
  /* A thread of the parent may have held it during the fork. */
  if (!tmp_directory_is_inherited (self))
    g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (tmp_directory_parent_class)->finalize (object);
}

static void
tmp_directory_class_init (TmpDirectoryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = tmp_directory_get_property;
  object_class->set_property = tmp_directory_set_property;
  object_class->dispose = tmp_directory_dispose;
  object_class->finalize = tmp_directory_finalize;

  /**
   * TmpDirectory:parent: (getter get_parent)
   *
   * Where to create the directory.
   *
   * `NULL` is the system's directory for temporary files, see
   * [func@GLib.get_tmp_dir]. It need not be a native file.
   *
   * Since: 0.1
   */
  properties[PROP_PARENT] =
    g_param_spec_object ("parent", NULL, NULL, G_TYPE_FILE,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * TmpDirectory:prefix: (getter get_prefix)
   *
   * How the name begins; `NULL` is `tmp`.
   *
   * Since: 0.1
   */
  properties[PROP_PREFIX] =
    g_param_spec_string ("prefix", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * TmpDirectory:suffix: (getter get_suffix)
   *
   * How the name ends; `NULL` is nothing.
   *
   * Since: 0.1
   */
  properties[PROP_SUFFIX] =
    g_param_spec_string ("suffix", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * TmpDirectory:auto-cleanup: (getter get_auto_cleanup) (setter set_auto_cleanup)
   *
   * Whether the directory is deleted with the last reference and at exit.
   *
   * Since: 0.1
   */
  properties[PROP_AUTO_CLEANUP] =
    g_param_spec_boolean ("auto-cleanup", NULL, NULL, TRUE,
                          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * TmpDirectory:ignore-cleanup-errors: (getter get_ignore_cleanup_errors) (setter set_ignore_cleanup_errors)
   *
   * Whether it is all right if something could not be deleted.
   *
   * Everything that can be deleted is deleted in either case.
   *
   * Since: 0.1
   */
  properties[PROP_IGNORE_CLEANUP_ERRORS] =
    g_param_spec_boolean ("ignore-cleanup-errors", NULL, NULL, FALSE,
                          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * TmpDirectory:file: (getter get_file)
   *
   * Where the directory is.
   *
   * The one form that works for every name in every language.
   *
   * Since: 0.1
   */
  properties[PROP_FILE] =
    g_param_spec_object ("file", NULL, NULL, G_TYPE_FILE,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * TmpDirectory:path: (getter get_path)
   *
   * Where the directory is, as an absolute path; `NULL` if it is not native.
   *
   * It is as the system has it, so it need not be UTF-8. Languages whose
   * strings are always Unicode use [property@Tmp.Directory:file] to be safe.
   *
   * Since: 0.1
   */
  properties[PROP_PATH] =
    g_param_spec_string ("path", NULL, NULL, NULL,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * TmpDirectory:entries-removed: (getter get_entries_removed)
   *
   * How many files and directories the running or last cleanup has removed.
   *
   * The directory itself is one of them.
   *
   * It is notified at most every 50 milliseconds, and once when the cleanup is
   * done: by [method@Tmp.Directory.cleanup_async] in the thread-default main
   * context of its caller, by [method@Tmp.Directory.cleanup] in the thread that
   * waits in there.
   *
   * Since: 0.1
   */
  properties[PROP_ENTRIES_REMOVED] =
    g_param_spec_uint64 ("entries-removed", NULL, NULL, 0, G_MAXUINT64, 0,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
tmp_directory_init (TmpDirectory *self)
{
  g_mutex_init (&self->lock);
  self->auto_cleanup = TRUE;
  self->location.fd = -1;
  self->exit_hook.func = drop_at_exit;
}

/**
 * tmp_directory_new:
 * @prefix: (nullable): how its name begins; `NULL` is `tmp`
 * @error: return location for an error
 *
 * Creates a new directory in the system's directory for temporary files.
 *
 * That is the one [func@GLib.Dir.make_tmp] uses. This call blocks for no longer than it
 * takes to create a directory, and may be used from any thread.
 *
 * ## What may be left
 *
 * Nothing after an error, else the directory for as long as [class@Tmp.Directory] says.
 *
 * ## Security
 *
 * It is a directory of this user's that nobody else can enter, and that was not there
 * before: if somebody takes the name meanwhile, it gets another one.
 *
 * ## Errors
 *
 * All of them are [error@Gio.IOErrorEnum]: those of `mkdir()`, and
 * `G_IO_ERROR_INVALID_FILENAME` if @prefix has a slash or is too long for a file name.
 *
 * ## Example
 *
 * ```c
 * g_autoptr (TmpDirectory) dir = tmp_directory_new ("my-app-", error);
 * if (dir == NULL)
 *   return FALSE;
 * ```
 *
 * Returns: (transfer full): the new directory
 *
 * Since: 0.1
 */
TmpDirectory *
tmp_directory_new (const char  *prefix,
                   GError     **error)
{
  return tmp_directory_new_in (NULL, prefix, NULL, error);
}

/**
 * tmp_directory_new_in:
 * @parent: (nullable): where to create it; `NULL` is the system's directory
 *   for temporary files
 * @prefix: (nullable): how its name begins; `NULL` is `tmp`
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Creates a new directory in another one.
 *
 * This is for what is to be on the file system of something else, or is too large for
 * `/tmp`. If @parent is not a native file, it can block for as long as its backend does; use
 * [func@Tmp.Directory.create_async] then.
 *
 * What may be left, how safe it is, and the errors are those of [ctor@Tmp.Directory.new]; the
 * error is `G_IO_ERROR_CANCELLED` if @cancellable is, and then nothing is left, either.
 *
 * ## Example
 *
 * ```c
 * g_autoptr (GFile) parent = g_file_get_parent (destination);
 * g_autoptr (TmpDirectory) dir = tmp_directory_new_in (parent, ".new-", cancellable, error);
 * if (dir == NULL)
 *   return FALSE;
 * ```
 *
 * Returns: (transfer full): the new directory
 *
 * Since: 0.1
 */
TmpDirectory *
tmp_directory_new_in (GFile         *parent,
                      const char    *prefix,
                      GCancellable  *cancellable,
                      GError       **error)
{
  g_return_val_if_fail (parent == NULL || G_IS_FILE (parent), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_initable_new (TMP_TYPE_DIRECTORY, cancellable, error,
                         "parent", parent,
                         "prefix", prefix,
                         NULL);
}

typedef struct
{
  GFile        *parent;
  char         *prefix;
  TmpDirectory *self; /* once it has been created */
} CreateData;

static void
create_data_free (gpointer data)
{
  CreateData *create = data;

  g_clear_object (&create->parent);
  g_free (create->prefix);
  /* If the task was cancelled meanwhile; with it goes the directory. */
  g_clear_object (&create->self);
  g_free (create);
}

static gssize
create_in_thread (gpointer       source_object,
                  gpointer       task_data,
                  GCancellable  *cancellable,
                  GError       **error)
{
  CreateData *create = task_data;

  create->self = tmp_directory_new_in (create->parent, create->prefix, cancellable, error);
  /* Nobody may ever be there to be told. */
  if (create->self != NULL && g_cancellable_set_error_if_cancelled (cancellable, error))
    g_clear_object (&create->self);

  return create->self != NULL ? 0 : -1;
}

/**
 * tmp_directory_create_async:
 * @parent: (nullable): where to create it; `NULL` is the system's directory
 *   for temporary files
 * @prefix: (nullable): how its name begins; `NULL` is `tmp`
 * @io_priority: the [I/O priority](https://docs.gtk.org/gio/iface.AsyncResult.html#io-priority), for
 *   example `G_PRIORITY_DEFAULT`
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (nullable) (scope async) (closure user_data): called when it is done
 * @user_data: data for @callback
 *
 * Creates a new directory without blocking.
 *
 * See [ctor@Tmp.Directory.new_in]. A cancellation leaves no directory behind, whenever it
 * comes.
 *
 * ## Example
 *
 * ```c
 * tmp_directory_create_async (parent, "my-app-", G_PRIORITY_DEFAULT, cancellable, on_created, dir);
 * ```
 *
 * Since: 0.1
 */
void
tmp_directory_create_async (GFile               *parent,
                            const char          *prefix,
                            int                  io_priority,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  CreateData *create;

  g_return_if_fail (parent == NULL || G_IS_FILE (parent));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  create = g_new0 (CreateData, 1);
  g_set_object (&create->parent, parent);
  create->prefix = g_strdup (prefix);

  /* PyGObject cannot await a static function whose task has a source object. */
  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, tmp_directory_create_async);
  g_task_set_priority (task, io_priority);
  g_task_set_task_data (task, create, create_data_free);
  tmp_task_run_in_thread (task, create_in_thread);
}

/**
 * tmp_directory_create_finish:
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [func@Tmp.Directory.create_async].
 *
 * ## Example
 *
 * ```c
 * *dir = tmp_directory_create_finish (result, &error);
 * if (*dir == NULL)
 *   g_warning ("%s", error->message);
 * ```
 *
 * Returns: (transfer full): the new directory
 *
 * Since: 0.1
 */
TmpDirectory *
tmp_directory_create_finish (GAsyncResult  *result,
                             GError       **error)
{
  CreateData *create;

  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, tmp_directory_create_async), NULL);

  if (g_task_propagate_int (G_TASK (result), error) < 0)
    return NULL;

  create = g_task_get_task_data (G_TASK (result));
  return g_steal_pointer (&create->self);
}

/**
 * tmp_directory_get_file: (get-property file)
 * @self: a directory
 *
 * Gets where the directory is.
 *
 * Returns: (transfer none) (nullable): its file, `NULL` if @self has not been
 *   initialized
 *
 * Since: 0.1
 */
GFile *
tmp_directory_get_file (TmpDirectory *self)
{
  g_return_val_if_fail (TMP_IS_DIRECTORY (self), NULL);

  return tmp_directory_is_initialized (self) ? self->location.file : NULL;
}

/**
 * tmp_directory_get_path: (get-property path)
 * @self: a directory
 *
 * Gets where the directory is, as an absolute path.
 *
 * Returns: (type filename) (transfer none) (nullable): its path, `NULL` if it
 *   is not native or if @self has not been initialized
 *
 * Since: 0.1
 */
const char *
tmp_directory_get_path (TmpDirectory *self)
{
  g_return_val_if_fail (TMP_IS_DIRECTORY (self), NULL);

  return tmp_directory_is_initialized (self) ? self->location.path : NULL;
}

/**
 * tmp_directory_get_parent: (get-property parent)
 * @self: a directory
 *
 * Gets where the directory was to be created.
 *
 * Returns: (transfer none) (nullable): the parent that was given, `NULL` if
 *   it is the system's directory for temporary files
 *
 * Since: 0.1
 */
GFile *
tmp_directory_get_parent (TmpDirectory *self)
{
  g_return_val_if_fail (TMP_IS_DIRECTORY (self), NULL);

  return self->parent;
}

/**
 * tmp_directory_get_prefix: (get-property prefix)
 * @self: a directory
 *
 * Gets how the name begins.
 *
 * Returns: (transfer none) (nullable): the prefix that was given
 *
 * Since: 0.1
 */
const char *
tmp_directory_get_prefix (TmpDirectory *self)
{
  g_return_val_if_fail (TMP_IS_DIRECTORY (self), NULL);

  return self->prefix;
}

/**
 * tmp_directory_get_suffix: (get-property suffix)
 * @self: a directory
 *
 * Gets how the name ends.
 *
 * Returns: (transfer none) (nullable): the suffix that was given
 *
 * Since: 0.1
 */
const char *
tmp_directory_get_suffix (TmpDirectory *self)
{
  g_return_val_if_fail (TMP_IS_DIRECTORY (self), NULL);

  return self->suffix;
}

static void
set_switch (TmpDirectory         *self,
            gint                 *field,
            gboolean              value,
            TmpDirectoryProperty  property)
{
  value = !!value;

  if (g_atomic_int_compare_and_exchange (field, !value, value))
    g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

/**
 * tmp_directory_get_auto_cleanup: (get-property auto-cleanup)
 * @self: a directory
 *
 * Gets whether the directory is deleted with the last reference and at exit.
 *
 * Returns: `TRUE` if it is
 *
 * Since: 0.1
 */
gboolean
tmp_directory_get_auto_cleanup (TmpDirectory *self)
{
  g_return_val_if_fail (TMP_IS_DIRECTORY (self), FALSE);

  return g_atomic_int_get (&self->auto_cleanup);
}

/**
 * tmp_directory_set_auto_cleanup: (set-property auto-cleanup)
 * @self: a directory
 * @auto_cleanup: whether to delete it
 *
 * Sets whether the directory is deleted with the last reference and at exit.
 *
 * [method@Tmp.Directory.cleanup] deletes it in either case.
 *
 * Since: 0.1
 */
void
tmp_directory_set_auto_cleanup (TmpDirectory *self,
                                gboolean      auto_cleanup)
{
  g_return_if_fail (TMP_IS_DIRECTORY (self));

  set_switch (self, &self->auto_cleanup, auto_cleanup, PROP_AUTO_CLEANUP);

  if (tmp_directory_is_initialized (self) && !tmp_directory_is_inherited (self))
    {
      /* If the process is killed, nobody else is to delete it, either. Another thread
       * may have changed its mind meanwhile. */
      g_mutex_lock (&self->lock);
      if (self->owned)
        tmp_journal_mark (self->location.journal, g_atomic_int_get (&self->auto_cleanup));
      g_mutex_unlock (&self->lock);
    }
}

/**
 * tmp_directory_get_ignore_cleanup_errors: (get-property ignore-cleanup-errors)
 * @self: a directory
 *
 * Gets whether it is all right if something could not be deleted.
 *
 * Returns: `TRUE` if it is
 *
 * Since: 0.1
 */
gboolean
tmp_directory_get_ignore_cleanup_errors (TmpDirectory *self)
{
  g_return_val_if_fail (TMP_IS_DIRECTORY (self), FALSE);

  return g_atomic_int_get (&self->ignore_cleanup_errors);
}

/**
 * tmp_directory_set_ignore_cleanup_errors: (set-property ignore-cleanup-errors)
 * @self: a directory
 * @ignore_cleanup_errors: whether to ignore them
 *
 * Sets whether it is all right if something could not be deleted.
 *
 * If it is, [method@Tmp.Directory.cleanup] reports success, and the last unref
 * logs no warning.
 *
 * Since: 0.1
 */
void
tmp_directory_set_ignore_cleanup_errors (TmpDirectory *self,
                                         gboolean      ignore_cleanup_errors)
{
  g_return_if_fail (TMP_IS_DIRECTORY (self));

  set_switch (self, &self->ignore_cleanup_errors, ignore_cleanup_errors,
              PROP_IGNORE_CLEANUP_ERRORS);
}

/**
 * tmp_directory_get_entries_removed: (get-property entries-removed)
 * @self: a directory
 *
 * Gets how many files and directories the running or last cleanup has removed.
 *
 * Returns: their number, 0 before the first cleanup
 *
 * Since: 0.1
 */
guint64
tmp_directory_get_entries_removed (TmpDirectory *self)
{
  guint64 entries_removed;

  g_return_val_if_fail (TMP_IS_DIRECTORY (self), 0);

  if (!tmp_directory_is_initialized (self) || tmp_directory_is_inherited (self))
    return 0;

  g_mutex_lock (&self->lock);
  entries_removed = self->deletion != NULL ? tmp_deletion_get_n_removed (self->deletion)
                                           : self->entries_removed;
  g_mutex_unlock (&self->lock);

  return entries_removed;
}

/**
 * tmp_directory_detach:
 * @self: a directory
 *
 * Gives up the ownership of the directory: neither the last unref nor the exit
 * will delete it any more.
 *
 * To have it moved to where it is to stay, in the same step, use
 * [method@Tmp.Directory.persist]. A cleanup that is running is not stopped by this; cancel it
 * first. It may be called from any thread, and does not block.
 *
 * ## What may be left
 *
 * The directory, which is the caller's now, with its mode of 0700, its lock released. It is
 * not reclaimed when the process is killed.
 *
 * ## Example
 *
 * ```c
 * g_autoptr (GFile) file = tmp_directory_detach (dir);
 *
 * return g_file_get_path (file);
 * ```
 *
 * Returns: (transfer full) (nullable): where it is, `NULL` if @self has not been
 *   initialized
 *
 * Since: 0.1
 */
GFile *
tmp_directory_detach (TmpDirectory *self)
{
  TmpJournalEntry journal = 0;
  gboolean owned;
  int fd = -1;

  g_return_val_if_fail (TMP_IS_DIRECTORY (self), NULL);

  if (!tmp_directory_is_initialized (self))
    return NULL;

  if (!tmp_directory_is_inherited (self))
    {
      g_mutex_lock (&self->lock);
      owned = self->owned;
      if (owned)
        fd = tmp_directory_release (self, &journal);
      g_mutex_unlock (&self->lock);

      tmp_journal_strike (journal);
      tmp_fd_close (&fd);
      tmp_exit_hook_remove (&self->exit_hook);
      if (owned)
        tmp_directory_tell (self, "Kept", ": It has been detached");
    }

  return g_object_ref (self->location.file);
}
