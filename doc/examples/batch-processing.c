/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Has a program, which wants files, work on many items, some of them at once. Each of
 * them has a folder of its own, and all have one temporary directory.
 */

#include <tmpdir-glib/tmpdir-glib.h>

#define AT_ONCE 3

/* What was installed on a machine, what is, and what is to be found out of that */
static const struct
{
  const char *before;
  const char *after;
  const char *added;
} items[] = {
  { "bash\ncurl\ngit\n", "bash\ncurl\ngit\njq\n", "jq\n" },
  { "bash\nperl\nzsh\n", "bash\nmake\nperl\nvim\n", "make\nvim\n" },
  { "dash\n", "dash\n", "" },
  { "gcc\nmake\n", "gcc\nmake\nmeson\nninja\n", "meson\nninja\n" },
  { "", "dash\nnano\n", "dash\nnano\n" },
  { "less\nvim\n", "less\n", "" },
  { "bash\nwget\n", "bash\ncurl\nwget\n", "curl\n" },
};

typedef struct _Batch Batch;

typedef struct
{
  Batch      *batch;
  const char *before;
  const char *after;
  char       *added;
} Job;

struct _Batch
{
  TmpDirectory *dir;
  GMainLoop    *loop;
  Job           jobs[G_N_ELEMENTS (items)];
  guint         n_started;
  guint         n_running;
  GError       *error; /* the first one */
};

static void start_some (gpointer user_data);

static void
on_cleared (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Batch *batch = user_data;

  tmp_directory_clear_finish (batch->dir, result, batch->error ? NULL : &batch->error);
  start_some (batch);
}

static void
on_compared (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Job *job = user_data;
  Batch *batch = job->batch;
  GError **error = batch->error ? NULL : &batch->error;

  if (g_subprocess_communicate_utf8_finish (G_SUBPROCESS (source), result,
                                            &job->added, NULL, error) &&
      !g_subprocess_get_successful (G_SUBPROCESS (source)))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "comm has failed");

  /* The next ones need not find the disk full of these. */
  if (--batch->n_running == 0)
    tmp_directory_clear_async (batch->dir, G_PRIORITY_DEFAULT, NULL, on_cleared, batch);
}

/* In a folder that nobody else has, files can have simple names. */
static gboolean
start (Job     *job,
       GError **error)
{
  g_autoptr (GSubprocess) comm = NULL;
  g_autoptr (GFile) folder = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  folder = tmp_directory_new_subdirectory (job->batch->dir, "item-", NULL, NULL, error);
  if (folder == NULL)
    return FALSE;

  before = g_build_filename (g_file_peek_path (folder), "before", NULL);
  after = g_build_filename (g_file_peek_path (folder), "after", NULL);
  if (!g_file_set_contents (before, job->before, -1, error) ||
      !g_file_set_contents (after, job->after, -1, error))
    return FALSE;

  comm = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, error,
                           "comm", "-13", before, after, NULL);
  if (comm == NULL)
    return FALSE;

  g_subprocess_communicate_utf8_async (comm, NULL, NULL, on_compared, job);
  return TRUE;
}

static void
start_some (gpointer user_data)
{
  Batch *batch = user_data;

  while (batch->error == NULL && batch->n_running < AT_ONCE &&
         batch->n_started < G_N_ELEMENTS (items))
    if (start (&batch->jobs[batch->n_started++], &batch->error))
      batch->n_running++;

  if (batch->n_running == 0)
    g_main_loop_quit (batch->loop);
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (TmpDirectory) dir = tmp_directory_new ("batch-", &error);
  Batch batch = { 0, };
  int status = 0;

  if (dir == NULL)
    g_error ("%s", error->message);

  batch.dir = dir;
  batch.loop = loop;
  for (gsize i = 0; i < G_N_ELEMENTS (items); i++)
    batch.jobs[i] = (Job) { &batch, items[i].before, items[i].after, NULL };

  g_idle_add_once (start_some, &batch);
  g_main_loop_run (loop);

  if (batch.error != NULL)
    {
      g_printerr ("%s\n", batch.error->message);
      status = 1;
    }

  for (gsize i = 0; i < G_N_ELEMENTS (items); i++)
    {
      g_autofree char *added = batch.jobs[i].added;

      g_print ("Machine %" G_GSIZE_FORMAT " has got:\n%s", i, added ? added : "?\n");
      if (g_strcmp0 (added, items[i].added) != 0)
        status = 1;
    }

  g_clear_error (&batch.error);
  return status;
}
