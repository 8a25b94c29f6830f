/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* entries-removed: when, where and with which values it is notified. The
 * files are slow ones, so that there is something to be seen.
 */

#include "test-lib.h"
#include "wrap-file.h"

#include <string.h>

#define INTERVAL (50 * 1000)

typedef struct
{
  GThread *thread;
  GArray *times;
  GArray *values;
} Record;

static void
record_init (Record *record)
{
  record->thread = g_thread_self ();
  record->times = g_array_new (FALSE, FALSE, sizeof (gint64));
  record->values = g_array_new (FALSE, FALSE, sizeof (guint64));
}

static void
record_clear (Record *record)
{
  g_array_unref (record->times);
  g_array_unref (record->values);
}

static void
record_cb (GObject    *object,
           GParamSpec *pspec,
           gpointer    user_data)
{
  Record *record = user_data;
  gint64 now = g_get_monotonic_time ();
  guint64 value;

  g_assert_true (g_thread_self () == record->thread);
  g_object_get (object, "entries-removed", &value, NULL);
  g_assert_cmpuint (value, <=, tmp_directory_get_entries_removed (TMP_DIRECTORY (object)));
  g_array_append_val (record->times, now);
  g_array_append_val (record->values, value);
}

/* At least @n_wanted, not too often, upwards, and in the end all */
static void
record_check (Record *record,
              guint   n_wanted,
              guint   n_entries)
{
  guint n = record->times->len;
  gint64 whole;

  g_test_message ("%u notifications for %u entries", n, n_entries);
  g_assert_cmpuint (n, >=, n_wanted);
  g_assert_cmpuint (g_array_index (record->values, guint64, n - 1), ==, n_entries);

  for (guint i = 1; i < n; i++)
    g_assert_cmpuint (g_array_index (record->values, guint64, i - 1), <=,
                      g_array_index (record->values, guint64, i));

  /* The last one comes when it comes. If the machine is busy the first may be
   * late, and the second then seems to be early.
   */
  if (n > 2)
    {
      whole = g_array_index (record->times, gint64, n - 2) - g_array_index (record->times, gint64, 0);
      g_assert_cmpint (whole, >=, (n - 3) * INTERVAL);
    }
}

/* In 300 entries of 2 ms, one after the other or several at a time */
static TmpDirectory *
new_slow (TestFixture *fixture,
          guint       *n_entries)
{
  g_autoptr(GFile) parent = wrap_file_new (fixture->path);
  g_autoptr(GError) error = NULL;
  g_autofree char *path = NULL;
  TmpDirectory *dir = tmp_directory_new_in (parent, NULL, NULL, &error);

  g_assert_no_error (error);
  path = test_only_entry (fixture->path);
  test_make_files (path, 300);
  *n_entries = 301;

  wrap_reset ();
  wrap_delay (WRAP_DELETE, 2000);
  return dir;
}

static void
test_async (TestFixture   *fixture,
            gconstpointer  data)
{
  guint n_entries;
  g_autoptr(TmpDirectory) dir = new_slow (fixture, &n_entries);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  Record record;
  guint n_at_end;

  record_init (&record);
  g_signal_connect (dir, "notify::entries-removed", G_CALLBACK (record_cb), &record);
  tmp_directory_cleanup_async (dir, G_PRIORITY_DEFAULT, NULL, test_store_result, &result);
  test_wait_result (&result);
  g_assert_true (tmp_directory_cleanup_finish (dir, result, &error));
  g_assert_no_error (error);
  record_check (&record, 2, n_entries);

  /* Nothing comes after the callback. */
  n_at_end = record.times->len;
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (record.times->len, ==, n_at_end);
  record_clear (&record);
}

static gpointer
cleanup_in_thread (gpointer data)
{
  TmpDirectory *dir = data;
  g_autoptr(GMainContext) context = g_main_context_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  Record *record = g_new0 (Record, 1);

  g_main_context_push_thread_default (context);
  record_init (record);
  g_signal_connect (dir, "notify::entries-removed", G_CALLBACK (record_cb), record);
  tmp_directory_cleanup_async (dir, G_PRIORITY_DEFAULT, NULL, test_store_result, &result);
  test_wait_result (&result);
  g_assert_true (tmp_directory_cleanup_finish (dir, result, &error));
  g_assert_no_error (error);
  g_main_context_pop_thread_default (context);
  return record;
}

/* In the context of the thread that asked, not in the one that made it */
static void
test_thread_default (TestFixture   *fixture,
                     gconstpointer  data)
{
  guint n_entries;
  g_autoptr(TmpDirectory) dir = new_slow (fixture, &n_entries);
  g_autofree Record *record = NULL;

  record = g_thread_join (g_thread_new ("cleanup", cleanup_in_thread, dir));
  record_check (record, 2, n_entries);
  record_clear (record);
}

/* The caller is blocked; he is told in his own thread before it returns. */
static void
test_sync (TestFixture   *fixture,
           gconstpointer  data)
{
  guint n_entries;
  g_autoptr(TmpDirectory) dir = new_slow (fixture, &n_entries);
  g_autoptr(GError) error = NULL;
  Record record;

  record_init (&record);
  g_signal_connect (dir, "notify::entries-removed", G_CALLBACK (record_cb), &record);
  g_assert_true (tmp_directory_cleanup (dir, NULL, &error));
  g_assert_no_error (error);
  record_check (&record, 2, n_entries);
  record_clear (&record);
}

typedef enum
{
  HANDLER_CANCELS,
  HANDLER_UNREFS,        /* the last reference */
  HANDLER_CLEANS_UP,
  HANDLER_FLUSHES,
} HandlerAction;

typedef struct
{
  HandlerAction action;
  gboolean async;
} HandlerCase;

typedef struct
{
  const HandlerCase *data;
  TmpDirectory *dir;     /* the reference that is dropped */
  GCancellable *cancellable;
  guint n_entries;
  gboolean done;
  guint64 last;
} Handler;

/* Only the first notification does something, and while files are left. */
static void
handler_cb (GObject    *object,
            GParamSpec *pspec,
            gpointer    user_data)
{
  Handler *handler = user_data;
  g_autoptr(GError) error = NULL;

  handler->last = tmp_directory_get_entries_removed (TMP_DIRECTORY (object));
  if (handler->done)
    return;
  handler->done = TRUE;
  g_assert_cmpuint (handler->last, <, handler->n_entries);

  switch (handler->data->action)
    {
    case HANDLER_CANCELS:
      g_cancellable_cancel (handler->cancellable);
      break;
    case HANDLER_UNREFS:
      g_clear_object (&handler->dir);
      break;
    case HANDLER_CLEANS_UP:
      g_assert_true (tmp_directory_cleanup (TMP_DIRECTORY (object), NULL, &error));
      g_assert_no_error (error);
      break;
    case HANDLER_FLUSHES:
      g_assert_true (tmp_flush (NULL, &error));
      g_assert_no_error (error);
      break;
    }
}

/* Whoever is told may do what he likes. */
static void
test_handler (TestFixture   *fixture,
              gconstpointer  data)
{
  Handler handler = { .data = data };
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  gpointer dir = NULL;
  gboolean success;

  handler.cancellable = cancellable;
  dir = handler.dir = new_slow (fixture, &handler.n_entries);
  g_object_add_weak_pointer (dir, &dir);
  g_signal_connect (dir, "notify::entries-removed", G_CALLBACK (handler_cb), &handler);

  if (handler.data->async)
    {
      tmp_directory_cleanup_async (dir, G_PRIORITY_DEFAULT, cancellable, test_store_result, &result);
      test_wait_result (&result);
      success = tmp_directory_cleanup_finish (dir, result, &error);
      g_clear_object (&result);
    }
  else
    success = tmp_directory_cleanup (dir, cancellable, &error);

  g_assert_true (handler.done);
  if (handler.data->action == HANDLER_CANCELS)
    {
      g_assert_false (success);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpuint (handler.last, ==, tmp_directory_get_entries_removed (dir));
      g_assert_cmpuint (test_count_entries (fixture->path), ==, handler.n_entries - handler.last);
    }
  else
    {
      g_assert_no_error (error);
      g_assert_true (success);
      g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
    }

  /* The task of an asynchronous call lives until its callback has returned. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_object (&handler.dir);
  g_assert_null (dir);
}

static gpointer
begin_in_thread (gpointer data)
{
  g_autoptr(GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  tmp_directory_cleanup_async (data, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
  g_main_context_pop_thread_default (context);
  return g_steal_pointer (&context);
}

static void
not_reached_cb (GObject    *object,
                GParamSpec *pspec,
                gpointer    user_data)
{
  g_assert_not_reached ();
}

/* The main context that should hear of it does not run any more. */
static void
test_dead_context (TestFixture   *fixture,
                   gconstpointer  data)
{
  guint n_entries;
  TmpDirectory *dir = new_slow (fixture, &n_entries);
  g_autoptr(GMainContext) context = NULL;
  g_autoptr(GError) error = NULL;
  gulong handler;

  handler = g_signal_connect (dir, "notify::entries-removed", G_CALLBACK (not_reached_cb), NULL);
  context = g_thread_join (g_thread_new ("begin", begin_in_thread, dir));
  g_assert_true (tmp_flush (NULL, &error));
  g_assert_no_error (error);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (tmp_directory_get_entries_removed (dir), ==, n_entries);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);

  /* What waits there holds the object. */
  g_signal_handler_disconnect (dir, handler);
  g_object_add_weak_pointer (G_OBJECT (dir), (gpointer *) &dir);
  g_object_unref (dir);
  g_assert_nonnull (dir);
  while (g_main_context_iteration (context, FALSE))
    ;
  g_assert_null (dir);
}

/* A second try counts from the start. */
static void
test_retry (TestFixture   *fixture,
            gconstpointer  data)
{
  guint n_entries;
  g_autoptr(TmpDirectory) dir = new_slow (fixture, &n_entries);
  g_autoptr(GError) error = NULL;

  wrap_reset ();
  wrap_fail (WRAP_DELETE, "7", G_IO_ERROR_BUSY);
  g_assert_false (tmp_directory_cleanup (dir, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_clear_error (&error);
  /* All but that one and the directory */
  g_assert_cmpuint (tmp_directory_get_entries_removed (dir), ==, n_entries - 2);

  wrap_reset ();
  g_assert_true (tmp_directory_cleanup (dir, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (tmp_directory_get_entries_removed (dir), ==, 2);
}

int
main (int    argc,
      char **argv)
{
  static const HandlerCase cases[] = {
    { HANDLER_CANCELS, FALSE },
    { HANDLER_CANCELS, TRUE },
    { HANDLER_UNREFS, FALSE },
    { HANDLER_UNREFS, TRUE },
    { HANDLER_CLEANS_UP, FALSE },
    { HANDLER_CLEANS_UP, TRUE },
    { HANDLER_FLUSHES, FALSE },
  };

  test_init (&argc, &argv);

  test_add ("/progress/async", NULL, test_async);
  test_add ("/progress/thread-default", NULL, test_thread_default);
  test_add ("/progress/sync", NULL, test_sync);
  test_add ("/progress/retry", NULL, test_retry);
  test_add ("/progress/handler/cancels", &cases[0], test_handler);
  test_add ("/progress/handler/cancels-async", &cases[1], test_handler);
  test_add ("/progress/handler/unrefs", &cases[2], test_handler);
  test_add ("/progress/handler/unrefs-async", &cases[3], test_handler);
  test_add ("/progress/handler/cleans-up", &cases[4], test_handler);
  test_add ("/progress/handler/cleans-up-async", &cases[5], test_handler);
  test_add ("/progress/handler/flushes", &cases[6], test_handler);
  test_add ("/progress/dead-context", NULL, test_dead_context);

  return test_run ();
}
