/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How many threads pay.
 *
 * Deleting is mostly waiting for the file system. Some serve many threads at
 * once, some are only slowed down by them, and the same one does either,
 * depending on whether it waits for a disk or for a lock. So the number follows
 * what it achieves. It begins with one thread, and is doubled for as long as
 * that deletes enough more. From then on it is now and then doubled on trial,
 * and taken back if that does not help, or halved on trial, and left there if
 * nothing is lost. A trial that fails makes the next one wait longer. */

#include "config.h"

#include "tmp-pace-private.h"

/* A window is long enough to count what is deleted in it, unless that takes too
 * long. The first ones are short: small trees are deleted in them. */
#define WINDOW (5 * G_TIME_SPAN_MILLISECOND)
#define FIRST_WINDOW (2 * G_TIME_SPAN_MILLISECOND)
#define LONGEST_WINDOW (40 * G_TIME_SPAN_MILLISECOND)
#define WINDOW_ENTRIES 64

#define ENOUGH_MORE 1.12
#define NOTHING_LOST 0.97

#define SHORTEST_PAUSE (4 * WINDOW)
#define LONGEST_PAUSE (400 * WINDOW)

void
tmp_pace_init (TmpPace *self,
               gint     max)
{
  g_mutex_init (&self->lock);
  self->limit = 1;
  self->max = max;
  self->climbing = TRUE;
  self->pause = SHORTEST_PAUSE;
}

gint
tmp_pace_get (TmpPace *self)
{
  return g_atomic_int_get (&self->limit);
}

static void
set_limit (TmpPace *self,
           gint     limit)
{
  g_atomic_int_set (&self->limit, limit);
  /* The next window still has something of the old limit in it. While climbing
   * that can only delay a result. */
  self->settling = !self->climbing;
}

static void
begin_trial (TmpPace *self,
             gboolean fewer)
{
  gint limit = self->limit;

  self->before = limit;
  self->try_fewer = !fewer;
  set_limit (self, fewer ? limit / 2 : MIN (limit * 2, self->max));
}

static void
end_trial (TmpPace *self,
           gboolean keep,
           double   rate,
           gint64   now)
{
  gboolean more = self->limit > self->before;

  if (keep)
    {
      self->rate = rate;
      self->pause = SHORTEST_PAUSE;
      self->try_fewer = !more;
      /* What has just helped may help once more. */
      self->next_trial = more && self->limit == self->max ? now + self->pause : now;
    }
  else
    {
      self->climbing = FALSE;
      set_limit (self, self->before);
      self->next_trial = now + self->pause;
      self->pause = MIN (2 * self->pause, LONGEST_PAUSE);
    }

  self->before = 0;
}

/* In the last window @rate entries were deleted per microsecond. Threads that
 * have found nothing to do make it say nothing about the limit, except that a
 * smaller one might do. */
static void
judge (TmpPace *self,
       double   rate,
       gboolean busy,
       gint64   now)
{
  gboolean more = self->limit > self->before;

  if (self->settling)
    {
      self->settling = FALSE;
    }
  else if (self->before != 0)
    {
      if (busy || !more)
        end_trial (self, rate >= self->rate * (more ? ENOUGH_MORE : NOTHING_LOST), rate, now);
    }
  else
    {
      self->rate = self->rate == 0 ? rate : (3 * self->rate + rate) / 4;
    }

  if (self->before == 0 && !self->settling && now >= self->next_trial)
    {
      gboolean fewer = self->limit > 1 && (self->try_fewer || self->limit == self->max || !busy);

      if (fewer || busy)
        begin_trial (self, fewer);
    }

  if (self->limit == self->max)
    self->climbing = FALSE;
}

/* To be called often, by whoever works. @count is the number of entries
 * deleted since the beginning of time, @n_active how many threads work.
 * Returns whether more of them should work from now on. */
gboolean
tmp_pace_tick (TmpPace *self,
               gint64   now,
               gsize    count,
               gint     n_active)
{
  gint64 window;
  gint64 elapsed;
  gssize n;
  gint before;
  gboolean more;

  if (!g_mutex_trylock (&self->lock))
    return FALSE;

  before = self->limit;
  window = self->climbing ? FIRST_WINDOW : WINDOW;

  if (self->window_start == 0)
    {
      self->window_start = now;
      self->window_count = count;
    }

  elapsed = now - self->window_start;
  /* A thread that comes late may know of fewer than another one did. */
  n = MAX ((gssize) (count - self->window_count), 0);
  if (elapsed >= LONGEST_WINDOW || (elapsed >= window && n >= WINDOW_ENTRIES))
    {
      self->window_start = now;
      self->window_count = count;
      judge (self, (double) n / (double) elapsed, n_active >= before, now);
    }

  more = self->limit > before;
  g_mutex_unlock (&self->lock);
  return more;
}

/* Nobody works for a while. What comes next may be on another file system: it
 * begins with the number that was good so far, and with a trial. */
void
tmp_pace_break (TmpPace *self)
{
  g_mutex_lock (&self->lock);
  if (self->before != 0)
    set_limit (self, self->before);
  self->before = 0;
  self->settling = FALSE;
  self->rate = 0;
  self->pause = SHORTEST_PAUSE;
  self->next_trial = 0;
  self->window_start = 0;
  g_mutex_unlock (&self->lock);
}
