/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Tells a process from those that it was forked from.
 *
 * A pid does not: parent and child can both be the first of a PID namespace, and
 * asking for it is a system call. A page that the kernel wipes in every child,
 * since Linux 4.14, does, whatever the child was made with. Where that is not to be
 * had, the pid and a handler of pthread_atfork() have to do. */

#include "config.h"

#include "tmp-process-private.h"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

static gint last_id;      /* atomic: inherited, and so unlike all before */
static gint *place;       /* atomic: of the ID: that page, or if there is none: */
static gint place_if_not; /* atomic */
static gint pid_if_not;   /* atomic */

static void
forget_id (void)
{
  g_atomic_int_set (&place_if_not, 0);
}

/* Without a lock, which a thread of the parent might have held during a fork */
static gint *
get_place (void)
{
  gint *current = g_atomic_pointer_get (&place);
  gint *fresh = &place_if_not;

  if (current != NULL)
    return current;

#ifdef MADV_WIPEONFORK
  {
    gpointer page = mmap (NULL, sizeof (gint), PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (page != MAP_FAILED && madvise (page, sizeof (gint), MADV_WIPEONFORK) == 0)
      fresh = page;
    else if (page != MAP_FAILED)
      munmap (page, sizeof (gint));
  }
#endif

  /* Whoever sees the place must not take this process for a child. */
  g_atomic_int_set (&pid_if_not, getpid ());

  if (!g_atomic_pointer_compare_and_exchange (&place, NULL, fresh))
    {
      /* Another thread was faster. */
      if (fresh != &place_if_not)
        munmap (fresh, sizeof (gint));
      return g_atomic_pointer_get (&place);
    }

  if (fresh == &place_if_not)
    pthread_atfork (NULL, NULL, forget_id);
  return fresh;
}

/* Returns a number that is not 0, and that no process has which this one was
 * forked from. */
guint
tmp_process_get_id (void)
{
  gint *id = get_place ();
  gint current = g_atomic_int_get (id);

  if (id == &place_if_not && g_atomic_int_get (&pid_if_not) != getpid ())
    {
      g_atomic_int_set (&pid_if_not, getpid ());
      current = 0;
      g_atomic_int_set (id, 0);
    }

  if (current == 0)
    {
      /* If another thread does the same at once, the first number counts. */
      g_atomic_int_compare_and_exchange (id, 0, g_atomic_int_add (&last_id, 1) + 1);
      current = g_atomic_int_get (id);
    }

  return (guint) current;
}
