/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The threads that delete, and what they have to do.
 *
 * The threads are our own: GTask's are shared with everything that GIO does in
 * a thread, and a few slow deletions there would keep, for example, every
 * g_file_query_info_async() of the program waiting.
 *
 * There is one Background per process: a forked child leaves what belongs to its parent
 * to the parent.
 *
 * A Job is a deletion with a place in line. It is in the runnable queue as
 * long as its deletion may have a directory that waits for a thread. A thread
 * takes the first job, puts it at the end of those of its priority, and works
 * on it until nothing is left to take, or until others have waited for SLICE.
 * A deletion that is begun has descriptors open, so only a few of those that nobody
 * waits for take turns, and the others are in the queue of new jobs.
 *
 * How many threads work at once is up to tmp-pace.c; but one of ours always
 * may, and whoever waits for a job by himself works on it too. */

#include "config.h"

#include "tmp-background-private.h"

#include "tmp-debug-private.h"
#include "tmp-pace-private.h"
#include "tmp-process-private.h"
#include "tmp-thread-private.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define MAX_THREADS 8
#define IDLE_TIME (5 * G_USEC_PER_SEC)
#define LONGEST_IDLE_TIME (600 * G_USEC_PER_SEC)
#define SLICE (20 * G_TIME_SPAN_MILLISECOND)

/* So many deletions are begun at once, but not more than one for this many descriptors that
 * the process may have: each of them keeps two, and cannot go on without a third. */
#define MAX_BEGUN 8
#define DESCRIPTORS_PER_BEGUN 32

#define TICK_INTERVAL (50 * G_TIME_SPAN_MILLISECOND)

/* For so long the end of the process waits for somebody who is told that something has been
 * deleted, or has not. */
#define TELL_TIME (2 * G_USEC_PER_SEC)

typedef struct _Background Background;

typedef struct
{
  Background  *background;
  TmpDeletion *deletion;
  int          io_priority;
  TmpDoneFunc  done;
  TmpTickFunc  tick;        /* nullable */
  gpointer     user_data;
  guint64      serial;      /* 0 if somebody waits for it by himself */
  gsize        n_counted;   /* atomic: entries already in Background.n_removed */
  GThread     *waiter;      /* if there is a @tick */
  gint64       next_tick;   /* for the waiter, in monotonic time */

  /* guarded by the lock */
  GList        link;        /* in one of the queues */
  GList        serial_link; /* in Background.jobs, if it has a serial */
  gboolean     is_queued;
  gboolean     is_begun;
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
  TmpProcessData data;

  TmpPace   pace;
  gint      n_active;          /* atomic: threads that work on a job */
  gint      n_workers;         /* atomic: of these, those of ours */
  gsize     n_removed;         /* atomic: entries deleted so far, for @pace */
  gint      n_waiting_jobs;    /* atomic: how many could be taken */
  gint      best_priority;     /* atomic: of the first in both queues */
  gint      n_holds;           /* atomic: how often a thread is wanted to be kept ready */

  GMutex    lock;              /* guards the rest */
  GCond     work;              /* for idle threads: a job is runnable */
  GCond     progress;          /* for all others: that, or a job is finished */
  GQueue    runnable;          /* of Job, by priority: those that are begun */
  GQueue    new_jobs;          /* of Job, by priority: those that are not */
  guint     n_begun;           /* jobs with a serial that are, and are not finished */
  guint     max_begun;         /* of these */
  GQueue    jobs;              /* of Job: those with a serial that are not finished */
  GQueue    flushes;           /* of Flush */
  guint     n_threads;
  guint     n_idle;            /* of these, those that nobody has called */
  guint     n_called;          /* of these, those that are about to wake up */
  guint     n_unsignalled;     /* of these, those that do not know it yet */
  guint     n_starting;        /* of these, those that have not begun to run */
  guint     n_waiting;         /* for @progress */
  guint     n_background_jobs; /* not finished, and with a serial */
  guint     n_calls;           /* of these, those whose TmpDoneFunc is being called */
  guint     n_stuck;           /* of these, those that nobody waits for any more */
  guint64   last_serial;
  gboolean  main_thread_gone;
  gboolean  staying;           /* no thread ends any more */
  gboolean  exiting;
};

/* What a thread of ours knows about itself; NULL in all others. */
typedef struct
{
  gint64 slice_start;
} Worker;

/* A TmpDoneFunc that is being called, on the stack of the thread that calls it. What it
 * logs may make it drop another directory, or exit. */
typedef struct _Call Call;

struct _Call
{
  Background *background;
  Call       *outer;
};

static gpointer the_background;    /* atomic */
static GPrivate current_worker;
static GPrivate current_call;      /* the innermost Call of this thread */

static gpointer worker_thread (gpointer data);
static void thread_ends (gpointer data);

static GPrivate own_end = G_PRIVATE_INIT (thread_ends); /* set in threads that are watched */

static guint
get_max_begun (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return MAX_BEGUN;

  return (guint) CLAMP (limit.rlim_cur / DESCRIPTORS_PER_BEGUN, 1, MAX_BEGUN);
}

static gpointer
background_new (void)
{
  Background *self = g_new0 (Background, 1);

  self->max_begun = get_max_begun ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->work);
  g_cond_init (&self->progress);
  tmp_pace_init (&self->pace, MAX_THREADS);

  return self;
}

static void
install_handler (void)
{
  atexit (tmp_background_drain);
}

static Background *
get_background (void)
{
  return tmp_process_get_data (&the_background, background_new, g_free, install_handler);
}

static void
signal_called (Background *self,
               guint      *n_unsignalled)
{
  for (; *n_unsignalled > 0; (*n_unsignalled)--)
    g_cond_signal (&self->work);
}

/* With the lock, which is released first: a thread that wakes up wants it, and would
 * have to wait for it, and to be woken once more by a system call of ours. */
static void
unlock (Background *self)
{
  guint n_unsignalled = self->n_unsignalled;

  self->n_unsignalled = 0;
  g_mutex_unlock (&self->lock);
  signal_called (self, &n_unsignalled);
}

/* With the lock. A new job is only begun while few are, or if it is more
 * urgent than all of them. */
static gboolean
may_begin (Background *self)
{
  Job *job = g_queue_peek_head (&self->runnable);
  Job *new_job = g_queue_peek_head (&self->new_jobs);

  return new_job != NULL && (self->n_begun < self->max_begun ||
                             (job != NULL && new_job->io_priority < job->io_priority));
}

/* With the lock. */
static void
queues_changed (Background *self)
{
  Job *job = g_queue_peek_head (&self->runnable);
  Job *new_job = g_queue_peek_head (&self->new_jobs);

  g_atomic_int_set (&self->best_priority,
                    MIN (job != NULL ? job->io_priority : G_MAXINT,
                         new_job != NULL ? new_job->io_priority : G_MAXINT));
  g_atomic_int_set (&self->n_waiting_jobs,
                    (gint) self->runnable.length + (may_begin (self) ? 1 : 0));
}

/* With the lock. At the end of the jobs of its priority, so that they take
 * turns. */
static void
enqueue (Background *self,
         Job        *job)
{
  GQueue *queue = job->is_begun ? &self->runnable : &self->new_jobs;
  GList *before = queue->tail;

  if (job->is_queued || job->finished)
    return;

  while (before != NULL && ((Job *) before->data)->io_priority > job->io_priority)
    before = before->prev;

  job->is_queued = TRUE;
  job->link.data = job;
  if (before != NULL)
    g_queue_insert_after_link (queue, before, &job->link);
  else
    g_queue_push_head_link (queue, &job->link);
  queues_changed (self);
}

/* With the lock. */
static void
dequeue (Background *self,
         Job        *job)
{
  if (!job->is_queued)
    return;

  g_queue_unlink (job->is_begun ? &self->runnable : &self->new_jobs, &job->link);
  job->is_queued = FALSE;
  queues_changed (self);
}

/* With the lock. */
static void
begin_job (Background *self,
           Job        *job)
{
  if (job->is_begun)
    return;

  dequeue (self, job);
  job->is_begun = TRUE;
  if (job->serial != 0)
    {
      self->n_begun++;
      self->max_begun = get_max_begun ();
    }
  queues_changed (self);
}

/* With the lock. Waking nobody up would still be a system call. */
static void
tell_progress (Background *self)
{
  if (self->n_waiting > 0)
    g_cond_broadcast (&self->progress);
}

/* With the lock. Waits until then at most, unless that is 0. */
static void
wait_for_progress (Background *self,
                   gint64      until)
{
  self->n_waiting++;
  signal_called (self, &self->n_unsignalled);
  if (until != 0)
    g_cond_wait_until (&self->progress, &self->lock, until);
  else
    g_cond_wait (&self->progress, &self->lock);
  self->n_waiting--;
}

/* Without the lock, and without anything else that could be in the way of whatever
 * is called here. */
static void
tick (Job    *job,
      gint64  now)
{
  if (job->tick == NULL || job->waiter != g_thread_self () || now < job->next_tick)
    return;

  job->tick (job->user_data);
  job->next_tick = g_get_monotonic_time () + TICK_INTERVAL;
}

/* With the lock. Is there a place for a thread that has none yet? Those on their
 * way have one. Whoever waits for a job must not starve the others. */
static gboolean
has_place (Background *self)
{
  gint n_coming = (gint) (self->n_called + self->n_starting);

  return g_atomic_int_get (&self->n_active) + n_coming < tmp_pace_get (&self->pace) ||
         g_atomic_int_get (&self->n_workers) + n_coming == 0;
}

/* With the lock. */
static gboolean
has_job (Background *self)
{
  return self->runnable.length > 0 || may_begin (self);
}

/* With the lock. */
static gboolean
start_worker (Background *self)
{
  if (!tmp_thread_start ("tmpdir-glib", worker_thread, self))
    return FALSE;

  self->n_threads++;
  self->n_starting++;
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
      self->n_unsignalled++;
      return TRUE;
    }

  if (self->n_threads < MAX_THREADS && start_worker (self))
    return TRUE;

  return self->n_threads > 0;
}

/* Threads that have nothing to do are hungry, and those that work will be soon:
 * as much as the limit is kept ready, so that none has to wait until another
 * comes by a subdirectory again. */
static gboolean
job_is_hungry (gpointer data)
{
  Job *job = data;
  Background *self = job->background;
  gint limit = tmp_pace_get (&self->pace);
  gint n_wanted = limit - g_atomic_int_get (&self->n_active) + (limit > 1 ? limit : 0);

  return n_wanted > 0 && tmp_deletion_get_n_ready (job->deletion) < (guint) n_wanted;
}

static void
job_offered (gpointer data)
{
  Job *job = data;
  Background *self = job->background;

  g_mutex_lock (&self->lock);
  enqueue (self, job);
  call_thread (self);
  unlock (self);
}

static gboolean
others_wait (Job *job)
{
  gint n_own = tmp_deletion_get_n_ready (job->deletion) > 0 ? 1 : 0;

  return g_atomic_int_get (&job->background->n_waiting_jobs) > n_own;
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
  if (tmp_pace_tick (&self->pace, now, n_removed, n_active))
    {
      g_mutex_lock (&self->lock);
      if (has_job (self))
        call_thread (self);
      unlock (self);
    }

  tick (job, now);
  if (worker == NULL)
    return FALSE;

  return (n_active > tmp_pace_get (&self->pace) && g_atomic_int_get (&self->n_workers) > 1) ||
         g_atomic_int_get (&self->best_priority) < job->io_priority ||
         (now - worker->slice_start > SLICE && others_wait (job));
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
  dequeue (self, job);

  if (job->serial != 0)
    {
      Call call = { self, g_private_get (&current_call) };

      g_queue_unlink (&self->jobs, &job->serial_link);
      self->n_calls++;
      tell_progress (self);
      unlock (self);
      g_private_set (&current_call, &call);
      job->done (job->deletion, job->user_data);
      g_private_set (&current_call, call.outer);
      g_mutex_lock (&self->lock);

      self->n_calls--;
      self->n_background_jobs--;
      self->n_begun--;
      queues_changed (self);
      if (has_job (self))
        call_thread (self);

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
      unlock (self);
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
  Worker *worker = g_private_get (&current_worker);
  gboolean finished;

  begin_job (self, job);
  job->n_workers++;
  g_atomic_int_inc (&self->n_active);
  if (worker != NULL)
    {
      /* Also if it is at exit, in a callback of another job. */
      worker->slice_start = g_get_monotonic_time ();
      g_atomic_int_inc (&self->n_workers);
    }
  if (has_job (self))
    call_thread (self);
  unlock (self);

  finished = tmp_deletion_work (job->deletion);

  g_mutex_lock (&self->lock);
  if (worker != NULL)
    g_atomic_int_add (&self->n_workers, -1);
  if (g_atomic_int_dec_and_test (&self->n_active))
    tmp_pace_break (&self->pace);

  if (finished)
    finish_job (self, job);
  else if (tmp_deletion_get_n_ready (job->deletion) > 0)
    {
      enqueue (self, job);
      tell_progress (self);
    }

  job_release (self, job);
}

/* With the lock. Returns the first job that is begun and, unless @attended, that nobody
 * waits for by himself. */
static Job *
peek_runnable (Background *self,
               gboolean    attended)
{
  GList *link = self->runnable.head;

  while (link != NULL && !attended && ((Job *) link->data)->serial == 0)
    link = link->next;

  return link != NULL ? link->data : NULL;
}

/* With the lock. Returns the job whose turn it is; its next turn comes after
 * that of the others. */
static Job *
take_job (Background *self,
          gboolean    attended)
{
  Job *job = peek_runnable (self, attended);
  Job *new_job = g_queue_peek_head (&self->new_jobs);

  if (may_begin (self) && (job == NULL || new_job->io_priority <= job->io_priority))
    {
      job = new_job;
      begin_job (self, job);
    }

  for (; job != NULL; job = peek_runnable (self, attended))
    {
      guint n_ready = tmp_deletion_get_n_ready (job->deletion);

      dequeue (self, job);
      if (n_ready > 1)
        enqueue (self, job);
      if (n_ready > 0)
        return job;
    }

  return NULL;
}

/* A process whose main thread ends by pthread_exit() goes on until the last thread has ended,
 * and that must not be one of ours that waits for work. */
static void
thread_ends (gpointer data)
{
  Background *self = tmp_process_peek_data (&the_background);

  if (self == NULL || gettid () != getpid ())
    return;

  g_mutex_lock (&self->lock);
  self->main_thread_gone = TRUE;
  g_cond_broadcast (&self->work);
  unlock (self);
}

/* With the lock. The main thread is not watched if it has never held anything. (Where a thread
 * of GTask's did that for it, those of GLib keep the process anyway.) */
static gboolean
main_thread_is_gone (Background *self)
{
  g_autofree char *stat = NULL;
  const char *state;

  if (self->main_thread_gone || !g_file_get_contents ("/proc/self/stat", &stat, NULL, NULL))
    return self->main_thread_gone;

  /* "PID (NAME) STATE", and the name may have anything in it. */
  state = strrchr (stat, ')');
  self->main_thread_gone = state != NULL && g_str_has_prefix (state, ") Z");
  return self->main_thread_gone;
}

/* With the lock. One of our threads stays for as long as something is owned: whoever drops
 * it should not have to start one. At exit all do, for the last thread to end would exit
 * once more. */
static gboolean
may_end (Background *self)
{
  return !has_job (self) && !self->staying &&
         (self->n_threads > 1 || g_atomic_int_get (&self->n_holds) == 0 ||
          main_thread_is_gone (self));
}

static gpointer
worker_thread (gpointer data)
{
  Background *self = data;
  gint64 idle_time = IDLE_TIME;
  gboolean idle = FALSE; /* for so long */
  Worker worker = { 0 };

  g_private_set (&current_worker, &worker);

  sched_yield ();
  g_mutex_lock (&self->lock);
  self->n_starting--;
  for (;;)
    {
      Job *job = has_place (self) ? take_job (self, TRUE) : NULL;

      if (job != NULL)
        {
          idle_time = IDLE_TIME;
          idle = FALSE;
          work_on_job (self, job);
        }
      else if (idle && may_end (self))
        {
          break;
        }
      else
        {
          /* It wakes up ever more seldom. */
          if (self->main_thread_gone)
            idle_time = IDLE_TIME;
          else if (idle)
            idle_time = MIN (2 * idle_time, LONGEST_IDLE_TIME);

          signal_called (self, &self->n_unsignalled);
          self->n_idle++;
          idle = !g_cond_wait_until (&self->work, &self->lock,
                                     g_get_monotonic_time () + idle_time);

          /* Whoever has called one of us has counted it already. */
          if (self->n_called > 0)
            self->n_called--;
          else
            self->n_idle--;

          /* The kernel may have let us displace him. He has less to do than we have. */
          if (!idle)
            {
              g_mutex_unlock (&self->lock);
              sched_yield ();
              g_mutex_lock (&self->lock);
            }
        }
    }

  self->n_threads--;
  unlock (self);

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
        {
          wait_for_progress (self, job->next_tick);
          unlock (self);
          tick (job, g_get_monotonic_time ());
          g_mutex_lock (&self->lock);
        }
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
  gboolean threadless;

  job->done = done;
  job->user_data = user_data;

  g_mutex_lock (&self->lock);
  job->serial = ++self->last_serial;
  job->serial_link.data = job;
  g_queue_push_tail_link (&self->jobs, &job->serial_link);
  self->n_background_jobs++;
  enqueue (self, job);

  /* Without threads, or when they are about to end with the process, nobody
   * else will do it. */
  threadless = !call_thread (self);
  if (threadless || self->exiting)
    attend_job (self, job);
  unlock (self);
  if (threadless)
    tmp_debug ("Deleted without a thread: There is none");
}

/* Deletes, and returns when that is done. Meanwhile @tick is called every
 * TICK_INTERVAL, in this thread, if there is one. */
gboolean
tmp_background_run (TmpDeletion  *deletion,
                    int           io_priority,
                    TmpTickFunc   tick_func,
                    gpointer      user_data,
                    GError      **error)
{
  Background *self = get_background ();
  Job *job = job_new (self, deletion, io_priority);

  if (tick_func != NULL)
    {
      job->tick = tick_func;
      job->user_data = user_data;
      job->waiter = g_thread_self ();
      job->next_tick = g_get_monotonic_time () + TICK_INTERVAL;
    }

  g_mutex_lock (&self->lock);
  attend_job (self, job);
  unlock (self);

  return tmp_deletion_get_result (deletion, error);
}

/* Helps until all is deleted that has been pushed so far and is below @path. */
void
tmp_background_finish_below (const char *path)
{
  Background *self = tmp_process_peek_data (&the_background);
  g_autofree char *prefix = g_strconcat (path, "/", NULL);
  GList *link;

  if (self == NULL)
    return;

  g_mutex_lock (&self->lock);
  link = self->jobs.head;
  while (link != NULL)
    {
      Job *job = link->data;

      if (g_str_has_prefix (tmp_deletion_get_path (job->deletion), prefix))
        {
          /* Without the lock in between: then the others may be gone. */
          attend_job (self, job);
          link = self->jobs.head;
        }
      else
        {
          link = link->next;
        }
    }
  unlock (self);
}

/* Calls @func when all deletions are finished that have been pushed so far. If
 * there are none it does so at once, and returns FALSE. */
gboolean
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
  unlock (self);

  if (flush != NULL)
    return TRUE;

  func (user_data);
  return FALSE;
}

/* Returns whether a flush with @user_data was still waiting; its function will
 * not be called then. */
gboolean
tmp_background_remove_flush (gpointer user_data)
{
  Background *self = get_background ();
  Flush *flush = NULL;

  g_mutex_lock (&self->lock);
  for (GList *l = self->flushes.head; l != NULL && flush == NULL; l = l->next)
    if (((Flush *) l->data)->user_data == user_data)
      flush = l->data;
  if (flush != NULL)
    g_queue_unlink (&self->flushes, &flush->link);
  unlock (self);

  g_free (flush);
  return flush != NULL;
}

/* Keeps a thread ready until it is released as often, so that whoever has something to
 * delete then need not start one. */
void
tmp_background_hold (void)
{
  Background *self = get_background ();

  if (g_private_get (&own_end) == NULL)
    g_private_set (&own_end, self);
  /* If this fails, it will be tried again when there is something to do. */
  if (g_atomic_int_add (&self->n_holds, 1) == 0)
    {
      g_mutex_lock (&self->lock);
      if (self->n_threads == 0)
        start_worker (self);
      unlock (self);
    }
}

void
tmp_background_release (void)
{
  g_atomic_int_add (&get_background ()->n_holds, -1);
}

/* The process exits. */
void
tmp_background_stay (void)
{
  Background *self = get_background ();

  g_mutex_lock (&self->lock);
  self->staying = TRUE;
  unlock (self);
}

/* At exit: helps until all that has been pushed is done, and leaves what is pushed from
 * now on to whoever does it. */
void
tmp_background_drain (void)
{
  Background *self = tmp_process_peek_data (&the_background);
  guint n_own = 0;
  gint64 until;

  if (self == NULL)
    return;

  g_mutex_lock (&self->lock);
  self->staying = self->exiting = TRUE;
  /* A handler of log messages may have called exit(): the job that it was told
   * about is over, but will not be counted as such before this returns. */
  for (Call *call = g_private_get (&current_call); call != NULL; call = call->outer)
    n_own += call->background == self ? 1 : 0;
  n_own = MAX (n_own, self->n_stuck);
  /* And if one does meanwhile, which does not come back, we are called again. */
  if (self->n_background_jobs > n_own)
    atexit (tmp_background_drain);
  /* What others wait for by themselves is theirs; it may take long. */
  while (self->n_background_jobs > n_own)
    {
      Job *job = take_job (self, FALSE);

      if (job != NULL)
        {
          work_on_job (self, job);
          continue;
        }

      /* A handler of log messages in another thread may also have called exit(), and then
       * it waits for us. */
      until = self->n_background_jobs > self->n_calls ? 0 : g_get_monotonic_time () + TELL_TIME;
      wait_for_progress (self, until);
      if (until != 0 && g_get_monotonic_time () >= until)
        n_own = self->n_stuck = self->n_calls;
    }
  unlock (self);
}
