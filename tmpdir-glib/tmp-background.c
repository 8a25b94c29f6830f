/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The threads that delete, what they have to do, and what happens at exit.
 *
 * The threads are our own: GTask's are shared with everything that GIO does in
 * a thread, and a few slow deletions there would keep, for example, every
 * g_file_query_info_async() of the program waiting.
 *
 * There is one Background per process. A forked child inherits its memory, but
 * neither its threads nor any guarantee about the state of its locks, so it
 * never touches it: whoever asks for the Background of another process gets a
 * new one, and what belonged to the parent is left to the parent.
 *
 * A Job is a deletion with a place in line. It is in the runnable queue as
 * long as its deletion may have a directory that waits for a thread. A thread
 * takes the first job, puts it at the end of those of its priority, and works
 * on it until nothing is left to take, or until others have waited for SLICE.
 * How many threads work at once is up to tmp-pace.c. Whoever waits for a job
 * by himself works on it too, however many threads there are. */

#include "config.h"

#include "tmp-background-private.h"

#include "tmp-pace-private.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define MAX_THREADS 8
#define IDLE_TIME (5 * G_USEC_PER_SEC)
#define SLICE (20 * G_TIME_SPAN_MILLISECOND)

typedef struct _Background Background;

typedef struct
{
  Background  *background;
  TmpDeletion *deletion;
  int          io_priority;
  TmpDoneFunc  done;
  gpointer     user_data;
  guint64      serial;      /* 0 if somebody waits for it by himself */
  gsize        n_counted;   /* atomic: entries already in Background.n_removed */

  /* guarded by the lock */
  GList        link;        /* in the runnable queue */
  gboolean     is_runnable;
  guint        n_workers;   /* threads that have it */
  gboolean     finished;
} Job;

typedef struct
{
  GList        link;
  guint64      serial;      /* it waits for the jobs up to this one */
  guint        n_jobs;      /* as many as are not finished yet */
  TmpFlushFunc func;
  gpointer     user_data;
} Flush;

struct _Background
{
  /* The parent process's: never used, only not lost to a leak checker */
  Background *inherited;
  pid_t     pid;
  TmpPace   pace;
  gint      n_active;          /* atomic: threads that work on a job */
  gsize     n_removed;         /* atomic: entries deleted so far, for @pace */
  gint      n_runnable;        /* atomic: length of @runnable */
  gint      best_priority;     /* atomic: of the first in @runnable */

  GMutex    lock;              /* guards the rest */
  GCond     work;              /* for idle threads: a job is runnable */
  GCond     progress;          /* for all others: that, or a job is finished */
  GQueue    runnable;          /* of Job, by priority */
  GQueue    flushes;           /* of Flush */
  guint     n_threads;
  guint     n_idle;            /* of these, those that nobody has called */
  guint     n_called;          /* of these, those that are about to wake up */
  guint     n_waiting;         /* for @progress */
  guint     n_background_jobs; /* not finished, and with a serial */
  guint64   last_serial;
  gboolean  exiting;

  GRecMutex exit_lock;         /* guards @exit_hooks; taken before @lock */
  GQueue    exit_hooks;
};

/* What a thread of ours knows about itself; NULL in all others. */
typedef struct
{
  gint64 slice_start;
} Worker;

static Background *the_background; /* atomic */
static GPrivate current_worker;

static void     background_exit (void);
static gpointer worker_thread   (gpointer data);

static Background *
get_background (void)
{
  static gint handler_installed;
  Background *self = g_atomic_pointer_get (&the_background);
  Background *fresh;

  if (self != NULL && self->pid == getpid ())
    return self;

  fresh = g_new0 (Background, 1);
  fresh->pid = getpid ();
  fresh->inherited = self;
  g_mutex_init (&fresh->lock);
  g_cond_init (&fresh->work);
  g_cond_init (&fresh->progress);
  g_rec_mutex_init (&fresh->exit_lock);
  tmp_pace_init (&fresh->pace, MAX_THREADS);

  if (!g_atomic_pointer_compare_and_exchange (&the_background, self, fresh))
    {
      /* Another thread was faster. */
      g_free (fresh);
      return g_atomic_pointer_get (&the_background);
    }

  /* A forked child inherits the handler, too. */
  if (g_atomic_int_compare_and_exchange (&handler_installed, FALSE, TRUE))
    atexit (background_exit);

  return fresh;
}

/* With the lock. */
static void
runnable_changed (Background *self)
{
  Job *first = g_queue_peek_head (&self->runnable);

  g_atomic_int_set (&self->best_priority, first != NULL ? first->io_priority : G_MAXINT);
  g_atomic_int_set (&self->n_runnable, (gint) self->runnable.length);
}

/* With the lock. At the end of the jobs of its priority, so that they take
 * turns. */
static void
make_runnable (Background *self,
               Job        *job)
{
  GList *before = self->runnable.tail;

  if (job->is_runnable || job->finished)
    return;

  while (before != NULL && ((Job *) before->data)->io_priority > job->io_priority)
    before = before->prev;

  job->is_runnable = TRUE;
  job->link.data = job;
  if (before != NULL)
    g_queue_insert_after_link (&self->runnable, before, &job->link);
  else
    g_queue_push_head_link (&self->runnable, &job->link);
  runnable_changed (self);
}

/* With the lock. */
static void
make_unrunnable (Background *self,
                 Job        *job)
{
  if (!job->is_runnable)
    return;

  g_queue_unlink (&self->runnable, &job->link);
  job->is_runnable = FALSE;
  runnable_changed (self);
}

/* With the lock. Waking nobody up would still be a system call. */
static void
tell_progress (Background *self)
{
  if (self->n_waiting > 0)
    g_cond_broadcast (&self->progress);
}

/* With the lock. */
static void
wait_for_progress (Background *self)
{
  self->n_waiting++;
  g_cond_wait (&self->progress, &self->lock);
  self->n_waiting--;
}

/* With the lock. Whoever waits for a job must not starve the others, so one
 * thread may always work. */
static gboolean
has_place (Background *self)
{
  return g_atomic_int_get (&self->n_active) < tmp_pace_get (&self->pace) ||
         self->n_threads == self->n_idle;
}

/* With the lock. */
static gboolean
start_thread (Background *self)
{
  sigset_t all, before;
  GThread *thread;

  /* A program's signals are for its own threads. */
  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &before);
  thread = g_thread_try_new ("tmpdir-glib", worker_thread, self, NULL);
  pthread_sigmask (SIG_SETMASK, &before, NULL);

  if (thread == NULL)
    return FALSE;

  g_thread_unref (thread);
  self->n_threads++;
  return TRUE;
}

/* With the lock. A job has become runnable: sees to it that somebody takes it
 * if there is a place. Returns FALSE if nobody ever will. */
static gboolean
call_thread (Background *self)
{
  tell_progress (self);

  if (!has_place (self))
    return TRUE;

  if (self->n_idle > 0)
    {
      self->n_idle--;
      self->n_called++;
      g_cond_signal (&self->work);
      return TRUE;
    }

  if (self->n_threads < MAX_THREADS && start_thread (self))
    return TRUE;

  return self->n_threads > 0;
}

static gboolean
job_is_hungry (gpointer data)
{
  Job *job = data;
  Background *self = job->background;
  gint places = tmp_pace_get (&self->pace) - g_atomic_int_get (&self->n_active);

  return places > 0 && tmp_deletion_get_n_ready (job->deletion) < (guint) places;
}

static void
job_offered (gpointer data)
{
  Job *job = data;
  Background *self = job->background;

  g_mutex_lock (&self->lock);
  make_runnable (self, job);
  call_thread (self);
  g_mutex_unlock (&self->lock);
}

static gboolean
job_must_yield (gpointer data)
{
  Job *job = data;
  Background *self = job->background;
  Worker *worker = g_private_get (&current_worker);
  gint n_active = g_atomic_int_get (&self->n_active);
  gint64 now = g_get_monotonic_time ();
  gsize n_removed = (gsize) tmp_deletion_get_n_removed (job->deletion);
  gsize n_counted = (gsize) g_atomic_pointer_exchange (&job->n_counted, n_removed);

  n_removed = g_atomic_pointer_add (&self->n_removed, n_removed - n_counted) +
              n_removed - n_counted;
  tmp_pace_tick (&self->pace, now, n_removed, n_active);

  if (worker == NULL)
    return FALSE;

  return n_active > tmp_pace_get (&self->pace) ||
         g_atomic_int_get (&self->best_priority) < job->io_priority ||
         (now - worker->slice_start > SLICE && g_atomic_int_get (&self->n_runnable) > 1);
}

static const TmpDeletionHooks job_hooks = {
  .is_hungry = job_is_hungry,
  .offered = job_offered,
  .must_yield = job_must_yield,
};

static Job *
job_new (Background  *self,
         TmpDeletion *deletion,
         int          io_priority)
{
  Job *job = g_new0 (Job, 1);

  job->background = self;
  job->deletion = tmp_deletion_ref (deletion);
  job->io_priority = io_priority;
  tmp_deletion_set_hooks (deletion, &job_hooks, job);

  return job;
}

/* With the lock, which is released in between. */
static void
finish_job (Background *self,
            Job        *job)
{
  GQueue reached = G_QUEUE_INIT;
  GList *next;

  job->finished = TRUE;
  make_unrunnable (self, job);

  if (job->serial != 0)
    {
      g_mutex_unlock (&self->lock);
      job->done (job->deletion, job->user_data);
      g_mutex_lock (&self->lock);

      self->n_background_jobs--;

      for (GList *l = self->flushes.head; l != NULL; l = next)
        {
          Flush *flush = l->data;

          next = l->next;
          if (job->serial <= flush->serial && --flush->n_jobs == 0)
            {
              g_queue_unlink (&self->flushes, l);
              g_queue_push_tail_link (&reached, l);
            }
        }
    }

  tell_progress (self);

  if (reached.length > 0)
    {
      g_mutex_unlock (&self->lock);
      while (reached.length > 0)
        {
          Flush *flush = g_queue_pop_head_link (&reached)->data;

          flush->func (flush->user_data);
          g_free (flush);
        }
      g_mutex_lock (&self->lock);
    }
}

/* With the lock. */
static void
job_release (Background *self,
             Job        *job)
{
  if (--job->n_workers > 0 || !job->finished)
    return;

  tmp_deletion_unref (job->deletion);
  g_free (job);
}

/* With the lock, which is released while this thread works. The job may be
 * gone afterwards, unless the caller has it, too. */
static void
work_on_job (Background *self,
             Job        *job)
{
  gboolean finished;

  job->n_workers++;
  g_atomic_int_inc (&self->n_active);
  if (self->runnable.length > 0)
    call_thread (self);
  g_mutex_unlock (&self->lock);

  finished = tmp_deletion_work (job->deletion);

  g_mutex_lock (&self->lock);
  if (g_atomic_int_dec_and_test (&self->n_active))
    tmp_pace_break (&self->pace);

  if (finished)
    finish_job (self, job);
  else if (tmp_deletion_get_n_ready (job->deletion) > 0)
    {
      make_runnable (self, job);
      tell_progress (self);
    }

  job_release (self, job);
}

/* With the lock. Returns the job whose turn it is; its next turn comes after
 * that of the others. */
static Job *
take_job (Background *self)
{
  Job *job;

  while ((job = g_queue_peek_head (&self->runnable)) != NULL)
    {
      make_unrunnable (self, job);

      if (tmp_deletion_get_n_ready (job->deletion) == 0)
        continue;
      if (tmp_deletion_get_n_ready (job->deletion) > 1)
        make_runnable (self, job);
      return job;
    }

  return NULL;
}

static gpointer
worker_thread (gpointer data)
{
  Background *self = data;
  Worker worker = { 0 };

  g_private_set (&current_worker, &worker);

  g_mutex_lock (&self->lock);
  for (;;)
    {
      /* This thread is none of the idle ones, so there is a place for it if
       * the others leave one. */
      gboolean place = g_atomic_int_get (&self->n_active) < tmp_pace_get (&self->pace) ||
                       self->n_threads == self->n_idle + 1;
      Job *job = place ? take_job (self) : NULL;

      if (job != NULL)
        {
          worker.slice_start = g_get_monotonic_time ();
          work_on_job (self, job);
        }
      else
        {
          gint64 until = g_get_monotonic_time () + IDLE_TIME;
          gboolean called;

          self->n_idle++;
          called = g_cond_wait_until (&self->work, &self->lock, until);

          /* Whoever has called one of us has counted it already. */
          if (self->n_called > 0)
            self->n_called--;
          else
            self->n_idle--;

          if (!called && self->runnable.length == 0)
            break;
        }
    }

  self->n_threads--;
  g_mutex_unlock (&self->lock);

  return NULL;
}

/* With the lock. Works on @job in this thread until it is finished. */
static void
attend_job (Background *self,
            Job        *job)
{
  job->n_workers++;

  while (!job->finished)
    {
      if (tmp_deletion_get_n_ready (job->deletion) > 0)
        work_on_job (self, job);
      else
        wait_for_progress (self);
    }

  job_release (self, job);
}

/* Deletes in the background. */
void
tmp_background_push (TmpDeletion *deletion,
                     int          io_priority,
                     TmpDoneFunc  done,
                     gpointer     user_data)
{
  Background *self = get_background ();
  Job *job = job_new (self, deletion, io_priority);

  job->done = done;
  job->user_data = user_data;

  g_mutex_lock (&self->lock);
  job->serial = ++self->last_serial;
  self->n_background_jobs++;
  make_runnable (self, job);

  /* Without threads, or when they are about to end with the process, nobody
   * else will do it. */
  if (!call_thread (self) || self->exiting)
    attend_job (self, job);
  g_mutex_unlock (&self->lock);
}

/* Deletes, and returns when that is done. */
gboolean
tmp_background_run (TmpDeletion  *deletion,
                    GError      **error)
{
  Background *self = get_background ();
  Job *job = job_new (self, deletion, G_PRIORITY_DEFAULT);

  g_mutex_lock (&self->lock);
  attend_job (self, job);
  g_mutex_unlock (&self->lock);

  return tmp_deletion_get_result (deletion, error);
}

/* Calls @func when all deletions are finished that have been pushed so far;
 * at once if there are none, and then returns NULL. */
gpointer
tmp_background_add_flush (TmpFlushFunc func,
                          gpointer     user_data)
{
  Background *self = get_background ();
  Flush *flush = NULL;

  g_mutex_lock (&self->lock);
  if (self->n_background_jobs > 0)
    {
      flush = g_new0 (Flush, 1);
      flush->link.data = flush;
      flush->serial = self->last_serial;
      flush->n_jobs = self->n_background_jobs;
      flush->func = func;
      flush->user_data = user_data;
      g_queue_push_tail_link (&self->flushes, &flush->link);
    }
  g_mutex_unlock (&self->lock);

  if (flush == NULL)
    func (user_data);
  return flush;
}

/* Returns whether @id was still waiting; its function will not be called then. */
gboolean
tmp_background_remove_flush (gpointer id)
{
  Background *self = get_background ();
  Flush *flush = NULL;

  g_mutex_lock (&self->lock);
  for (GList *l = self->flushes.head; l != NULL && flush == NULL; l = l->next)
    if (l->data == id)
      flush = id;
  if (flush != NULL)
    g_queue_unlink (&self->flushes, &flush->link);
  g_mutex_unlock (&self->lock);

  g_free (flush);
  return flush != NULL;
}

void
tmp_background_add_exit_hook (TmpExitHook *hook)
{
  Background *self = get_background ();

  g_rec_mutex_lock (&self->exit_lock);
  hook->owner = self;
  hook->link.data = hook;
  g_queue_push_tail_link (&self->exit_hooks, &hook->link);
  g_rec_mutex_unlock (&self->exit_lock);
}

/* If the exit handler is just calling @hook, in another thread, this waits
 * until it has returned. In a forked child it does nothing. */
void
tmp_background_remove_exit_hook (TmpExitHook *hook)
{
  Background *self = get_background ();

  if (hook->owner != self)
    return;

  g_rec_mutex_lock (&self->exit_lock);
  if (hook->link.data != NULL)
    g_queue_unlink (&self->exit_hooks, &hook->link);
  hook->link.data = NULL;
  g_rec_mutex_unlock (&self->exit_lock);
}

/* What is still owned goes into the background, and this thread helps until
 * all of that is done. The other threads of the process still run meanwhile. */
static void
background_exit (void)
{
  Background *self = g_atomic_pointer_get (&the_background);
  GList *link;

  if (self == NULL || self->pid != getpid ())
    return;

  g_rec_mutex_lock (&self->exit_lock);
  while ((link = g_queue_pop_head_link (&self->exit_hooks)) != NULL)
    {
      TmpExitHook *hook = g_steal_pointer (&link->data);

      hook->func (hook);
    }
  g_rec_mutex_unlock (&self->exit_lock);

  g_mutex_lock (&self->lock);
  self->exiting = TRUE;
  while (self->n_background_jobs > 0)
    {
      Job *job = take_job (self);

      if (job != NULL)
        work_on_job (self, job);
      else
        wait_for_progress (self);
    }
  g_mutex_unlock (&self->lock);
}
