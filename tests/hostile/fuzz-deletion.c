/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "fuzz-deletion.h"

#include "naive.h"
#include "test-lib.h"
#include "wrap-file.h"

#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* What Python's rmtree() with the usual handler of errors comes down to */
static void
careless_delete_tree (const char *path)
{
  if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    {
      g_autoptr(GDir) dir = NULL;
      const char *name;

      g_chmod (path, 0700);
      dir = g_dir_open (path, 0, NULL);
      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *child = g_build_filename (path, name, NULL);

          careless_delete_tree (child);
        }
    }
  else
    g_chmod (path, 0600);

  g_remove (path);
}

gboolean
via_is_directory (Via via)
{
  return via >= VIA_CLEANUP && via <= VIA_EXIT;
}

static gboolean
delete_async (Deletion      *self,
              GCancellable  *cancellable,
              GError       **error)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  g_autoptr(GAsyncResult) result = NULL;
  gboolean success;

  g_main_context_push_thread_default (context);
  if (self->dir != NULL)
    tmp_directory_cleanup_async (self->dir, G_PRIORITY_DEFAULT, cancellable, test_store_result, &result);
  else
    tmp_delete_tree_async (self->file, self->flags, G_PRIORITY_DEFAULT, cancellable,
                           test_store_result, &result);
  test_wait_result (&result);
  success = self->dir != NULL ? tmp_directory_cleanup_finish (self->dir, result, error)
                              : tmp_delete_tree_finish (result, error);
  g_main_context_pop_thread_default (context);
  return success;
}

static gboolean
delete_now (Deletion      *self,
            GCancellable  *cancellable,
            GError       **error)
{
  switch (self->via)
    {
    case VIA_DELETE_TREE:
      return tmp_delete_tree (self->file, self->flags, cancellable, error);
    case VIA_CLEANUP:
      return tmp_directory_cleanup (self->dir, cancellable, error);
    case VIA_DELETE_TREE_ASYNC:
    case VIA_CLEANUP_ASYNC:
      return delete_async (self, cancellable, error);
    case VIA_UNREF:
      g_clear_object (&self->dir);
      return tmp_flush (NULL, error);
    case VIA_EXIT:
      return TRUE; /* nothing but to keep it until then */
    case VIA_NAIVE:
      naive_delete_tree (self->file);
      return TRUE;
    case VIA_CARELESS:
    default:
      careless_delete_tree (self->path);
      return TRUE;
    }
}

typedef struct
{
  GCancellable *cancellable;
  guint after;
} Cancellation;

static gpointer
cancel_in_thread (gpointer data)
{
  Cancellation *cancellation = data;

  g_usleep (cancellation->after);
  g_cancellable_cancel (cancellation->cancellable);
  return NULL;
}

/* What is gone is not said to have been cancelled. */
static void
delete_and_cancel (Deletion *self)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  Cancellation cancellation = { cancellable, self->cancel_after };
  GThread *thread = g_thread_new ("cancel", cancel_in_thread, &cancellation);
  g_autoptr(GError) error = NULL;

  delete_now (self, cancellable, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_assert_no_errno (faccessat (AT_FDCWD, self->path, F_OK, AT_SYMLINK_NOFOLLOW));
  g_thread_join (thread);
}

static gpointer
delete_in_thread (gpointer data)
{
  Deletion *self = data;
  g_autoptr(GError) error = NULL;

  if (self->cancel_after > 0)
    delete_and_cancel (self);

  self->success = delete_now (self, NULL, &error) && self->message[0] == '\0';
  if (error != NULL)
    {
      self->code = error->code;
      g_strlcpy (self->message, error->message, sizeof self->message);
    }

  g_clear_object (&self->file);
  if (self->dir == NULL || self->via == VIA_EXIT)
    return NULL;

  /* What could not be cleaned up is not tried again. */
  g_object_unref (tmp_directory_detach (self->dir));
  g_clear_object (&self->dir);
  return NULL;
}

static gboolean
warning_is_fatal (const char     *domain,
                  GLogLevelFlags  level,
                  const char     *message,
                  gpointer        user_data)
{
  return g_strcmp0 (domain, "tmpdir-glib") != 0 || (level & G_LOG_LEVEL_WARNING) == 0;
}

/* A dropped directory has nobody to return an error to. */
static void
note_warning (const char     *domain,
              GLogLevelFlags  level,
              const char     *message,
              gpointer        user_data)
{
  Deletion *deletions = user_data;

  for (guint i = 0; deletions[i].path[0] != '\0'; i++)
    {
      g_autofree char *name = g_path_get_basename (deletions[i].path);

      if (!via_is_directory (deletions[i].via) || strstr (message, name) == NULL)
        continue;
      deletions[i].success = FALSE;
      deletions[i].code = -1;
      g_strlcpy (deletions[i].message, message, sizeof deletions[i].message);
    }
}

static void
create (Deletion *self)
{
  g_autoptr(GFile) parent = self->wrapped ? wrap_file_new (self->parent)
                                          : g_file_new_for_path (self->parent);
  g_autofree char *path = NULL;
  g_autoptr(GError) error = NULL;

  self->dir = tmp_directory_new_in (parent, NULL, NULL, &error);
  g_assert_no_error (error);
  self->file = g_object_ref (tmp_directory_get_file (self->dir));
  path = test_only_entry (self->parent);
  g_strlcpy (self->path, path, sizeof self->path);
}

static void
prepare (Deletion *self)
{
  g_autofree char *shown = NULL;

  if (via_is_directory (self->via))
    create (self);
  else
    self->file = self->wrapped ? wrap_file_new (self->path) : g_file_new_for_path (self->path);

  shown = self->wrapped ? g_file_get_parse_name (self->file) : g_strdup (self->path);
  g_strlcpy (self->shown, shown, sizeof self->shown);
}

void
deletions_run (Deletion *deletions,
               guint     n_deletions,
               uid_t     uid,
               gid_t     gid,
               guint     max_descriptors,
               int       socket)
{
  g_autofree GThread **threads = g_new0 (GThread *, n_deletions);
  char byte = 0;

  /* Whatever hangs is a failure. */
  alarm (test_timeout (60) / G_USEC_PER_SEC);
  g_test_log_set_fatal_handler (warning_is_fatal, NULL);
  g_log_set_handler ("tmpdir-glib", G_LOG_LEVEL_WARNING | G_LOG_FLAG_FATAL, note_warning, deletions);

  if (geteuid () != uid)
    {
      g_assert_no_errno (setgroups (0, NULL));
      g_assert_no_errno (setresgid (gid, gid, gid));
      g_assert_no_errno (setresuid (uid, uid, uid));
      g_assert_no_errno (prctl (PR_SET_DUMPABLE, 1));
    }

  for (guint i = 0; i < n_deletions; i++)
    prepare (&deletions[i]);
  g_assert_no_errno (send (socket, &byte, 1, 0));
  g_assert_cmpint (recv (socket, &byte, 1, 0), ==, 1);

  /* ThreadSanitizer does not see how GObject makes a class known to all threads. */
  g_object_unref (g_cancellable_new ());
  test_limit_descriptors (max_descriptors);
  for (guint i = 1; i < n_deletions; i++)
    threads[i] = g_thread_new ("delete", delete_in_thread, &deletions[i]);
  delete_in_thread (&deletions[0]);
  for (guint i = 1; i < n_deletions; i++)
    g_thread_join (threads[i]);

  for (guint i = 0; i < n_deletions; i++)
    if (deletions[i].dir != NULL)
      test_hold (g_steal_pointer (&deletions[i].dir));
}
