/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* One deletion has a bounded number of descriptors open, whatever the tree is
 * like, makes do with less, and leaves the program its own.
 */

#include "naive.h"
#include "supervise.h"
#include "test-lib.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static guint
count_descriptors (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GDir) dir = g_dir_open ("/proc/self/fd", 0, &error);
  guint n = 0;

  g_assert_no_error (error);
  while (g_dir_read_name (dir) != NULL)
    n++;
  return n - 1;
}

typedef struct
{
  gint stop;
  guint max;
} Sampler;

static gpointer
sample_in_thread (gpointer data)
{
  Sampler *sampler = data;

  while (!g_atomic_int_get (&sampler->stop))
    sampler->max = MAX (sampler->max, count_descriptors ());
  return NULL;
}

static void
make_deep_and_wide (const char *tree,
                    guint       n_dirs)
{
  for (guint i = 0; i < n_dirs; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);
      g_autofree char *dir = test_make_dir (tree, name);

      test_make_deep (dir, 50);
      test_make_tree (dir, 20, 20);
    }
}

/* One deletion never has more than so many, whatever it works on and with how
 * many threads.
 */
#define MAX_DESCRIPTORS 16

static void
test_descriptors (TestFixture   *fixture,
                  gconstpointer  data)
{
  g_autofree char *tree = g_build_filename (fixture->path, "tree", NULL);
  g_autoptr(GFile) file = g_file_new_for_path (tree);
  Sampler sampler = { 0 };
  guint before = 0;

  /* A small tree may be gone before another thread has looked. */
  for (guint i = 0; i < 100 && sampler.max <= before; i++)
    {
      g_autoptr(GError) error = NULL;
      GThread *thread;

      g_free (test_make_dir (fixture->path, "tree"));
      make_deep_and_wide (tree, test_scale (60));
      before = count_descriptors ();
      g_atomic_int_set (&sampler.stop, FALSE);
      thread = g_thread_new ("sample", sample_in_thread, &sampler);
      tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error);
      g_atomic_int_set (&sampler.stop, TRUE);
      g_thread_join (thread);
      g_assert_no_error (error);
    }

  g_test_message ("Up to %u descriptors", sampler.max - before);
  g_assert_cmpuint (sampler.max, >, before);
  g_assert_cmpuint (sampler.max - before, <=, MAX_DESCRIPTORS);
  g_assert_cmpuint (count_descriptors (), ==, before);
}

static void
delete_file (gpointer data)
{
  g_autoptr(GError) error = NULL;

  tmp_delete_tree (data, TMP_DELETE_NONE, NULL, &error);
  g_assert_no_error (error);
}

/* The same, looked at before every single call */
static void
note_descriptors (Call        call,
                  const char *path,
                  gpointer    data)
{
  guint *max = data;

  *max = MAX (*max, count_descriptors ());
}

static void
test_descriptors_exactly (TestFixture   *fixture,
                          gconstpointer  data)
{
  guint before, max = 0;
  Supervision supervision = {
    .refuse = GPOINTER_TO_UINT (data),
    .before = note_descriptors,
    .before_data = &max,
  };
  g_autofree char *tree = NULL;
  g_autoptr(GFile) file = NULL;

  if (!g_test_subprocess ())
    {
      supervise_in_subprocess ();
      return;
    }

  supervise_start ();
  tree = test_make_dir (fixture->path, "tree");
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);
      g_autofree char *dir = test_make_dir (tree, name);

      test_make_deep (dir, 50);
    }
  file = g_file_new_for_path (tree);
  before = count_descriptors ();
  supervise_run (&supervision, delete_file, file);

  g_printerr ("# Up to %u descriptors\n", max - before);
  g_assert_cmpuint (max, >, before);
  g_assert_cmpuint (max - before, <=, MAX_DESCRIPTORS);
}

typedef struct
{
  gint stop;
  guint n_opened;
  int errsv;
} Application;

static gpointer
open_in_thread (gpointer data)
{
  Application *application = data;

  while (!g_atomic_int_get (&application->stop) && application->errsv == 0)
    {
      int fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);

      if (fd < 0)
        application->errsv = errno;
      else
        close (fd);
      application->n_opened++;
    }
  return NULL;
}

/* The program has all descriptors but so many. */
static GArray *
hold_descriptors (guint n_free)
{
  GArray *held = g_array_new (FALSE, FALSE, sizeof (int));
  int fd;

  test_limit_descriptors (24);
  while ((fd = open ("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
    g_array_append_val (held, fd);
  g_assert_cmpuint (held->len, >=, n_free);
  for (guint i = 0; i < n_free; i++)
    close (g_array_index (held, int, held->len - 1 - i));
  g_array_set_size (held, held->len - n_free);

  return held;
}

static void
release_descriptors (GArray *held)
{
  for (guint i = 0; i < held->len; i++)
    close (g_array_index (held, int, i));
  g_array_unref (held);
  test_limit_descriptors (0);
}

/* What is deleted in the usual way needs a descriptor for each level. */
typedef struct
{
  guint n_free;
  gboolean naive;
} Scarcity;

static void
test_scarcity (TestFixture   *fixture,
               gconstpointer  data)
{
  const Scarcity *scarcity = data;
  g_autofree char *tree = test_make_dir (fixture->path, "tree");
  g_autoptr(GFile) file = g_file_new_for_path (tree);
  g_autoptr(GError) error = NULL;
  GArray *held;
  Application application = { 0 };
  GThread *thread = NULL;

  make_deep_and_wide (tree, test_scale (20));
  held = hold_descriptors (scarcity->n_free);

  /* If there is one more than the deletion may have, the program needs that. */
  if (scarcity->n_free > MAX_DESCRIPTORS)
    thread = g_thread_new ("open", open_in_thread, &application);
  if (scarcity->naive)
    naive_delete_tree (file);
  else
    tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error);
  g_atomic_int_set (&application.stop, TRUE);
  if (thread != NULL)
    g_thread_join (thread);

  release_descriptors (held);

  if (scarcity->naive)
    test_assert_present (tree);
  else
    {
      g_assert_no_error (error);
      test_assert_absent (tree);
      g_assert_cmpint (application.errsv, ==, 0);
      g_assert_true (thread == NULL || application.n_opened > 0);
    }
}

/* Many deletions at once do not keep descriptors from each other for ever. */
static void
test_scarcity_many (TestFixture   *fixture,
                    gconstpointer  data)
{
  GAsyncResult *results[20] = { NULL };
  GArray *held;

  for (gsize i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autofree char *name = g_strdup_printf ("tree%zu", i);
      g_autofree char *tree = test_make_dir (fixture->path, name);

      test_make_tree (tree, test_scale (100), 1);
    }

  /* The main context has a descriptor, too. */
  g_main_context_iteration (NULL, FALSE);
  held = hold_descriptors (GPOINTER_TO_UINT (data));
  for (gsize i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autofree char *name = g_strdup_printf ("tree%zu", i);
      g_autoptr(GFile) file = g_file_get_child (fixture->file, name);

      tmp_delete_tree_async (file, TMP_DELETE_NONE, G_PRIORITY_DEFAULT, NULL,
                             test_store_result, &results[i]);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (results); i++)
    test_wait_result (&results[i]);
  release_descriptors (held);

  for (gsize i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autoptr(GError) error = NULL;

      tmp_delete_tree_finish (results[i], &error);
      g_assert_no_error (error);
      g_object_unref (results[i]);
    }
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  static const Scarcity control = { 17, TRUE };
  static const Scarcity enough = { 17, FALSE };
  static const Scarcity half = { 8, FALSE };
  static const Scarcity few = { 4, FALSE };

  test_init (&argc, &argv);

  test_add ("/descriptors/sampled", NULL, test_descriptors);
  test_add ("/descriptors/exactly", NULL, test_descriptors_exactly);
  test_add ("/descriptors/stepwise", GUINT_TO_POINTER (1u << CALL_OPENAT2 | 1u << CALL_STATX),
            test_descriptors_exactly);
  test_add ("/descriptors/control", &control, test_scarcity);
  test_add ("/descriptors/enough", &enough, test_scarcity);
  test_add ("/descriptors/half", &half, test_scarcity);
  test_add ("/descriptors/few", &few, test_scarcity);
  test_add ("/descriptors/many", GUINT_TO_POINTER (5), test_scarcity_many);

  return test_run ();
}
