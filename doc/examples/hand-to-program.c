/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Has another program work in a directory, which is there until that program has ended:
 * whoever waits for it holds the reference.
 */

#include <tmpdir-glib/tmpdir-glib.h>

typedef struct
{
  TmpDirectory *dir;
  GMainLoop    *loop;
  gboolean      success;
} Job;

static void
on_exited (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Job *job = user_data;
  g_autoptr (GError) error = NULL;

  job->success = g_subprocess_wait_check_finish (G_SUBPROCESS (source), result, &error);
  if (!job->success)
    g_printerr ("%s\n", error->message);

  /* Not before: the program may have files open until its end. */
  g_clear_object (&job->dir);
  g_main_loop_quit (job->loop);
}

/* The program finds the file by its name, and puts its own temporary files beside it. */
static gboolean
start (Job     *job,
       GError **error)
{
  const char *path = tmp_directory_get_path (job->dir);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autofree char *input = tmp_directory_build_path (job->dir, "input.txt", NULL);
  g_autoptr (GSubprocess) program = NULL;

  if (!g_file_set_contents (input, "c\na\nb\n", -1, error))
    return FALSE;

  g_subprocess_launcher_set_cwd (launcher, path);
  g_subprocess_launcher_setenv (launcher, "TMPDIR", path, TRUE);
  program = g_subprocess_launcher_spawn (launcher, error, "sort", "input.txt", NULL);
  if (program == NULL)
    return FALSE;

  g_subprocess_wait_check_async (program, NULL, on_exited, job);
  return TRUE;
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Job job = { tmp_directory_new ("hand-to-program-", &error), loop, FALSE };

  if (job.dir == NULL || !start (&job, &error))
    {
      g_printerr ("%s\n", error->message);
      g_clear_object (&job.dir);
      return 1;
    }

  g_main_loop_run (loop);
  return job.success ? 0 : 1;
}
