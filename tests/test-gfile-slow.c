/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Files that are not native, on a backend that is slow, or does not answer at
 * all, and who waits for it.
 */

#include "test-lib.h"
#include "wrap-file.h"

#include <errno.h>
#include <pthread.h>

static void
delete_tree (TestFixture *fixture,
             const char  *name)
{
  g_autoptr(GFile) file = g_file_get_child (fixture->file, name);
  g_autoptr(GError) error = NULL;

  g_assert_true (tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error));
  g_assert_no_error (error);
}

static gboolean
reads (gpointer data)
{
  return wrap_count (WRAP_NEXT) > 0;
}

static gboolean
nothing_is_read (gpointer data)
{
  return wrap_count_open () == 0;
}

/* A backend need not come back because it is asked to, nor because what it
 * reads is gone: then it is left where it is.
 */
static void
test_stuck (TestFixture   *fixture,
            gconstpointer  data)
{
  const int code = GPOINTER_TO_INT (data);
  g_autofree char *tree = test_make_dir (fixture->path, "tree");
  g_autoptr(GFile) file = g_file_get_child (fixture->file, "tree");
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  test_make_files (tree, 3);
  wrap_delay (WRAP_NEXT, 3 * G_USEC_PER_SEC);
  tmp_delete_tree_async (file, TMP_DELETE_NONE, G_PRIORITY_DEFAULT, cancellable,
                         test_store_result, &result);
  test_wait_until (reads, NULL);
  if (code == G_IO_ERROR_CANCELLED)
    g_cancellable_cancel (cancellable);
  else
    wrap_fail (WRAP_QUERY, NULL, code);

  test_wait_result (&result);
  g_assert_cmpuint (wrap_count_open (), ==, 1);
  g_assert_false (tmp_delete_tree_finish (result, &error));
  g_assert_error (error, G_IO_ERROR, code);
  g_assert_cmpuint (test_count_entries (tree), ==, 3);

  test_wait_until (nothing_is_read, NULL);
}

/* But one that is only slow is waited for. */
static void
test_slow (TestFixture   *fixture,
           gconstpointer  data)
{
  g_autofree char *tree = test_make_dir (fixture->path, "tree");

  wrap_delay (WRAP_NEXT, 3 * G_USEC_PER_SEC);
  delete_tree (fixture, "tree");
  test_assert_absent (tree);
  /* It was asked meanwhile. */
  g_assert_cmpuint (wrap_count (WRAP_QUERY), >, 1);
}

typedef struct
{
  GFile *file;
  gint  *n_finished;
} Waiting;

static gpointer
delete_and_wait (gpointer data)
{
  Waiting *waiting = data;

  g_assert_true (tmp_delete_tree (waiting->file, TMP_DELETE_NONE, NULL, NULL));
  g_atomic_int_inc (waiting->n_finished);
  return NULL;
}

/* However many threads wait for slow deletions of their own, what is deleted
 * in the background has its turn.
 */
static void
test_no_starvation (TestFixture   *fixture,
                    gconstpointer  data)
{
  GThread *threads[12];
  Waiting waiting[G_N_ELEMENTS (threads)];
  gint n_finished = 0;
  g_autofree char *quick = test_make_dir (fixture->path, "quick");
  g_autoptr(GFile) quick_file = g_file_new_for_path (quick);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  test_make_tree (quick, 5, 5);
  wrap_reset ();
  wrap_delay (WRAP_DELETE, 20000);

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autofree char *name = g_strdup_printf ("slow-%" G_GSIZE_FORMAT, i);
      g_autofree char *path = test_make_dir (fixture->path, name);

      test_make_files (path, 100);
      waiting[i].file = g_file_get_child (fixture->file, name);
      waiting[i].n_finished = &n_finished;
      threads[i] = g_thread_new ("waiting", delete_and_wait, &waiting[i]);
    }

  tmp_delete_tree_async (quick_file, TMP_DELETE_NONE, G_PRIORITY_DEFAULT, NULL,
                         test_store_result, &result);
  test_wait_result (&result);
  g_assert_true (tmp_delete_tree_finish (result, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_atomic_int_get (&n_finished), <, G_N_ELEMENTS (threads) / 2);

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_thread_join (threads[i]);
      g_object_unref (waiting[i].file);
    }
  wrap_reset ();
}

static void *
do_nothing (void *data)
{
  return data;
}

/* No thread that could be left behind, none that helps: it is done all the same.
 */
static void
test_no_threads (TestFixture   *fixture,
                 gconstpointer  data)
{
  g_autofree char *tree = g_build_filename (fixture->path, "tree", NULL);
  pthread_attr_t attr;
  pthread_t thread;

  /* A stack for which there are not enough addresses */
  g_assert_cmpint (pthread_attr_init (&attr), ==, 0);
  g_assert_cmpint (pthread_attr_setstacksize (&attr, (size_t) 1 << 47), ==, 0);

  /* Valgrind says EINVAL, which GLib takes for a mistake of the program. */
  if (pthread_create (&thread, &attr, do_nothing, NULL) != EAGAIN)
    {
      g_test_skip ("cannot make threads fail");
    }
  else if (g_test_subprocess ())
    {
      g_assert_cmpint (pthread_setattr_default_np (&attr), ==, 0);
      delete_tree (fixture, "tree");
    }
  else
    {
      g_free (test_make_dir (fixture->path, "tree"));
      test_make_tree (tree, 10, 10);
      g_test_trap_subprocess (NULL, test_timeout (60), 0);
      g_test_trap_assert_passed ();
      test_assert_absent (tree);
    }
  pthread_attr_destroy (&attr);
}

int
main (int    argc,
      char **argv)
{
  test_init (&argc, &argv);

  wrap_add ("/gfile-slow/stuck-cancelled", GINT_TO_POINTER (G_IO_ERROR_CANCELLED), test_stuck);
  wrap_add ("/gfile-slow/stuck-gone", GINT_TO_POINTER (G_IO_ERROR_NOT_MOUNTED), test_stuck);
  wrap_add ("/gfile-slow/slow", NULL, test_slow);
  wrap_add ("/gfile-slow/no-threads", NULL, test_no_threads);
  wrap_add ("/gfile-slow/no-starvation", NULL, test_no_starvation);

  return test_run ();
}
