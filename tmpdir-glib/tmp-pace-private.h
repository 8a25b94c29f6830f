/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How many threads should work at once. */
typedef struct
{
  gint     limit;        /* atomic: the answer */

  GMutex   lock;         /* guards the rest */
  gint     max;
  gint     before;       /* the limit to go back to, if this one is on trial */
  gboolean climbing;     /* from one thread, at the beginning */
  gboolean settling;     /* the limit has just changed */
  gboolean try_fewer;    /* next time */
  double   rate;         /* entries per microsecond at the limit that is kept */
  gint64   pause;        /* until the next trial, in microseconds */
  gint64   next_trial;   /* in monotonic time */
  gint64   window_start; /* in monotonic time, 0 if there was no work */
  gsize    window_count;
} TmpPace;

void     tmp_pace_init  (TmpPace *self,
                         gint     max);
gint     tmp_pace_get   (TmpPace *self);
gboolean tmp_pace_tick  (TmpPace *self,
                         gint64   now,
                         gsize    count,
                         gint     n_active);
void     tmp_pace_break (TmpPace *self);

G_END_DECLS
