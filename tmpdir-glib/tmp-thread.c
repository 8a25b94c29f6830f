/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Threads that nobody joins, and that do not get in a program's way. */

#include "config.h"

#include "tmp-thread-private.h"

#include <signal.h>

/* Returns FALSE if there is none to be had. */
gboolean
tmp_thread_start (const char  *name,
                  GThreadFunc  func,
                  gpointer     data)
{
  sigset_t all, before;
  GThread *thread;

  /* A program's signals are for its own threads. */
  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &before);
  thread = g_thread_try_new (name, func, data, NULL);
  pthread_sigmask (SIG_SETMASK, &before, NULL);

  if (thread == NULL)
    return FALSE;

  g_thread_unref (thread);
  return TRUE;
}
