/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How many threads pay.
 *
 * Deleting is mostly waiting for the file system. Some serve many threads at
 * once, some are only slowed down by them, and the same one does either,
 * depending on whether it waits for a disk or for a lock. So the number follows
 * what it achieves: it is doubled on trial, kept if enough more is deleted, and
 * taken back if not; now and then it is halved on trial, and that is kept if
 * nothing is lost. A trial that fails makes the next one wait longer. */

#include "config.h"

#include "tmp-pace-private.h"

/* A window is long enough to count what is deleted in it. */
#define WINDOW (5 * G_TIME_SPAN_MILLISECOND)
#define WINDOW_ENTRIES 64
#define LONGEST_WINDOW (20 * WINDOW)

#define ENOUGH_MORE 1.12
#define NOTHING_LOST 0.97

#define SHORTEST_PAUSE (8 * WINDOW)
#define LONGEST_PAUSE (400 * WINDOW)

void
tmp_pace_init (TmpPace *self,
               gint     max)
{
  g_mutex_init (&self->lock);
  self->limit = 1;
  self->max = max;
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
  self->settling = TRUE;
}

static void
begin_trial (TmpPace *self)
{
  gint limit = self->limit;
  gboolean fewer = limit == self->max || (self->try_fewer && limit > 1);

  self->before = limit;
  self->try_fewer = !fewer;
  set_limit (self, fewer ? limit / 2 : MIN (limit * 2, self->max));
}

static void
end_trial (TmpPace *self,
           double   rate,
           gint64   now)
{
  gboolean more = self->limit > self->before;
  gboolean keep = rate >= self->rate * (more ? ENOUGH_MORE : NOTHING_LOST);

  if (keep)
    {
      self->before = 0;
      self->rate = rate;
      self->pause = SHORTEST_PAUSE;
      self->try_fewer = !more;
      /* What has just helped may help once more. */
      self->next_trial = more && self->limit == self->max ? now + self->pause : now;
    }
  else
    {
      set_limit (self, self->before);
      self->before = 0;
      self->next_trial = now + self->pause;
      self->pause = MIN (2 * self->pause, LONGEST_PAUSE);
    }
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
  gint64 elapsed;
  double rate;
  gint before;
  gboolean more;

  if (!g_mutex_trylock (&self->lock))
    return FALSE;

  before = self->limit;

  if (self->window_start == 0)
    {
      self->window_start = now;
      self->window_count = count;
    }

  elapsed = now - self->window_start;
  if (elapsed >= LONGEST_WINDOW ||
      (elapsed >= WINDOW && count - self->window_count >= WINDOW_ENTRIES))
    {
      rate = (double) (count - self->window_count) / (double) elapsed;
      self->window_start = now;
      self->window_count = count;

      if (self->settling)
        {
          self->settling = FALSE;
        }
      else if (n_active < self->limit)
        {
          /* There was not enough to do for all of them: that says nothing. */
        }
      else if (self->before != 0)
        {
          end_trial (self, rate, now);
        }
      else
        {
          self->rate = self->rate == 0 ? rate : (3 * self->rate + rate) / 4;
          if (now >= self->next_trial)
            begin_trial (self);
        }
    }

  more = self->limit > before;
  g_mutex_unlock (&self->lock);
  return more;
}

/* Nobody works for a while: the window ends without a result. */
void
tmp_pace_break (TmpPace *self)
{
  g_mutex_lock (&self->lock);
  self->window_start = 0;
  g_mutex_unlock (&self->lock);
}
