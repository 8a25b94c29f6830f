/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Tells a process from those that it was forked from.
 *
 * A pid does not: parent and child can both be the first of a PID namespace, and
 * asking for it is a system call. A page that the kernel wipes in every child,
 * since Linux 4.14, does, whatever the child was made with. Where that is not to be
 * had, the pid and a handler of pthread_atfork() have to do.
 *
 * A child has the memory of its parent, but none of its threads, and no guarantee about
 * the state of its locks. So it never touches what the parent has had once, and gets
 * its own. */

#include "config.h"

#include "tmp-process-private.h"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

/* More than there are pids */
#define PID_RANGE (1u << 22)

static gint *page;    /* atomic: the ID is in there; or &no_page, or NULL before */
static gint no_page;
static gint last_id;  /* atomic: inherited, and so unlike all before */
static gint first_id; /* atomic: inherited; of the first process that has asked */
static guint n_forks; /* from the first process to this one */

static void
count_fork (void)
{
  n_forks++;
}

/* Without a lock, which a thread of the parent might have held during a fork */
static gint *
get_page (void)
{
  gint *current = g_atomic_pointer_get (&page);
  gint *fresh = &no_page;

  if (current != NULL)
    return current;

#ifdef MADV_WIPEONFORK
  {
    gpointer map = mmap (NULL, sizeof (gint), PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (map != MAP_FAILED && madvise (map, sizeof (gint), MADV_WIPEONFORK) == 0)
      fresh = map;
    else if (map != MAP_FAILED)
      munmap (map, sizeof (gint));
  }
#endif

  if (!g_atomic_pointer_compare_and_exchange (&page, NULL, fresh))
    {
      /* Another thread was faster. */
      if (fresh != &no_page)
        munmap (fresh, sizeof (gint));
      return g_atomic_pointer_get (&page);
    }

  if (fresh == &no_page)
    pthread_atfork (NULL, NULL, count_fork);
  return fresh;
}

/* Returns a number that is not 0, and that no process has which this one was
 * forked from. */
guint
tmp_process_get_id (void)
{
  gint *id = get_page ();
  gint current;

  /* Nothing here changes but by a fork, so that no two threads can get different ones. */
  if (id == &no_page)
    return n_forks * PID_RANGE + (guint) getpid ();

  current = g_atomic_int_get (id);
  if (current == 0)
    {
      /* If another thread does the same at once, the first number counts. */
      g_atomic_int_compare_and_exchange (id, 0, g_atomic_int_add (&last_id, 1) + 1);
      current = g_atomic_int_get (id);
      g_atomic_int_compare_and_exchange (&first_id, 0, current);
    }

  return (guint) current;
}

/* Was there a process before this one that has used the library? */
gboolean
tmp_process_is_forked (void)
{
  guint id = tmp_process_get_id ();

  return n_forks > 0 || (get_page () != &no_page && id != (guint) g_atomic_int_get (&first_id));
}

/* Returns what this process has at @data, or NULL: that of its parent is none of its
 * business. */
gpointer
tmp_process_peek_data (gpointer *data)
{
  TmpProcessData *current = g_atomic_pointer_get (data);

  return current != NULL && current->process == tmp_process_get_id () ? current : NULL;
}

/* The same, but what is not there is created. @install is called before, but only in the first
 * process: a forked child inherits the handlers that are installed there. It may be called
 * twice, if several threads are the first. */
gpointer
tmp_process_get_data (gpointer       *data,
                      gpointer      (*create) (void),
                      GDestroyNotify  discard,
                      void          (*install) (void))
{
  TmpProcessData *before = g_atomic_pointer_get (data);
  TmpProcessData *fresh;

  if (before != NULL && before->process == tmp_process_get_id ())
    return before;

  if (before == NULL)
    install ();
  fresh = create ();
  fresh->inherited = before;
  fresh->process = tmp_process_get_id ();
  if (g_atomic_pointer_compare_and_exchange (data, before, fresh))
    return fresh;

  /* Another thread was faster. */
  discard (fresh);
  return g_atomic_pointer_get (data);
}
