/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Tasks whose threads do not keep what belongs to their caller.
 *
 * The thread of g_task_run_in_thread() lets go of its task a moment after the callback
 * may have been called, so the last reference on the source object may be the thread's. A
 * directory would then still be there after its user has dropped it and flushed. Here, the
 * thread has a task of its own, with nothing in it.
 *
 * And what the last reference on is let go of may call anything, above all what a language
 * has tied to it: a thread that then wants to run Python while that is ending never comes
 * back. So what has been given to a task is let go of where its callback is called.
 */

#include "config.h"

#include "tmp-task-private.h"

typedef struct
{
  GTask       *task; /* NULL once it is to return */
  TmpTaskFunc  func;
} Work;

static void
work_free (gpointer data)
{
  Work *work = data;

  g_clear_object (&work->task);
  g_free (work);
}

static void
work_thread (GTask        *worker,
             gpointer      source_object,
             gpointer      task_data,
             GCancellable *cancellable)
{
  Work *work = task_data;
  GError *error = NULL;
  gssize result = work->func (g_task_get_source_object (work->task),
                              g_task_get_task_data (work->task),
                              g_task_get_cancellable (work->task), &error);

  if (error == NULL)
    g_task_return_int (worker, result);
  else
    g_task_return_error (worker, error);
}

/* In the main context of the caller */
static void
work_done (GObject      *source,
           GAsyncResult *worker,
           gpointer      user_data)
{
  Work *work = g_task_get_task_data (G_TASK (worker));
  g_autoptr (GTask) task = g_steal_pointer (&work->task);
  GError *error = NULL;
  gssize result = g_task_propagate_int (G_TASK (worker), &error);

  if (error == NULL)
    g_task_return_int (task, result);
  else
    g_task_return_error (task, error);
}

/* To be called with the thread-default main context that @task was created with. What the
 * function has done is not reported as cancelled. */
void
tmp_task_run_in_thread (GTask       *task,
                        TmpTaskFunc  func)
{
  g_autoptr (GTask) worker = g_task_new (NULL, NULL, work_done, NULL);
  Work *work = g_new0 (Work, 1);

  work->task = g_object_ref (task);
  work->func = func;

  g_task_set_source_tag (worker, tmp_task_run_in_thread);
  g_task_set_priority (worker, g_task_get_priority (task));
  g_task_set_task_data (worker, work, work_free);
  g_task_run_in_thread (worker, work_thread);
}

/* From any thread: lets @func complete @task in the main context of the caller, and lets go of
 * it there. As soon as that is attached, the context may run, and go; so this thread does not
 * even keep the source. */
void
tmp_task_complete (GTask       *task,
                   GSourceFunc  func)
{
  GSource *source = g_idle_source_new ();

  g_object_set_data_full (G_OBJECT (task), "tmp-source", source,
                          (GDestroyNotify) g_source_unref);
  g_source_set_priority (source, g_task_get_priority (task));
  g_source_set_callback (source, func, task, g_object_unref);
  g_source_attach (source, g_task_get_context (task));
}

/* What a task returns */
typedef struct
{
  gssize  result;
  GError *error; /* instead, if there is one */
} Answer;

static void
answer_free (gpointer data)
{
  Answer *answer = data;

  g_clear_error (&answer->error);
  g_free (answer);
}

static gboolean
return_answer (gpointer user_data)
{
  GTask *task = user_data;
  Answer *answer = g_object_get_data (G_OBJECT (task), "tmp-answer");

  if (answer->error == NULL)
    g_task_return_int (task, answer->result);
  else
    g_task_return_error (task, g_steal_pointer (&answer->error));

  return G_SOURCE_REMOVE;
}

/* The same, for what g_task_propagate_int() is to return. Takes @error. */
void
tmp_task_return (GTask  *task,
                 gssize  result,
                 GError *error)
{
  Answer *answer = g_new0 (Answer, 1);

  answer->result = result;
  answer->error = error;
  g_object_set_data_full (G_OBJECT (task), "tmp-answer", answer, answer_free);
  tmp_task_complete (task, return_answer);
}
