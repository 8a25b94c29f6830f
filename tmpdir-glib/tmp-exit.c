/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What a process owns when it exits.
 *
 * Whoever owns something has a hook here, and as long as there is one, the background
 * keeps a thread ready. At exit all hooks are called, and what they leave to the
 * background is waited for. In a forked child there are no hooks but its own.
 *
 * The lock is held while a hook is called, so that nobody else's hook goes away under
 * the handler. It is recursive: what a hook logs may make the same thread drop something
 * else, or exit once more. */

#include "config.h"

#include "tmp-exit-private.h"

#include "tmp-background-private.h"
#include "tmp-journal-private.h"
#include "tmp-process-private.h"

#include <stdlib.h>

typedef struct
{
  TmpProcessData data;

  GRecMutex lock;   /* guards the rest; taken before that of the background */
  GQueue    hooks;
  gboolean  called; /* and none was added since */
} Exit;

static gpointer the_exit; /* atomic */

static gpointer
exit_new (void)
{
  Exit *self = g_new0 (Exit, 1);

  g_rec_mutex_init (&self->lock);
  return self;
}

static void
exit_free (gpointer data)
{
  Exit *self = data;

  g_rec_mutex_clear (&self->lock);
  g_free (self);
}

/* What is still owned goes into the background, and this thread helps until
 * all of that is done. The other threads of the process still run meanwhile. */
static void
exit_handler (void)
{
  Exit *self = tmp_process_peek_data (&the_exit);
  GList *link;

  if (self == NULL)
    return;

  tmp_background_stay ();
  g_rec_mutex_lock (&self->lock);
  /* What is logged meanwhile may make the program exit once more, which does not come
   * back: then we are called again. */
  if (self->hooks.length > 0)
    atexit (exit_handler);
  while ((link = g_queue_pop_head_link (&self->hooks)) != NULL)
    {
      TmpExitHook *hook = g_steal_pointer (&link->data);

      tmp_background_release ();
      hook->func (hook);
    }
  self->called = TRUE;
  g_rec_mutex_unlock (&self->lock);

  tmp_background_drain ();
  tmp_journal_close ();
}

static void
install_handler (void)
{
  atexit (exit_handler);
}

static Exit *
get_exit (void)
{
  return tmp_process_get_data (&the_exit, exit_new, exit_free, install_handler);
}

void
tmp_exit_hook_add (TmpExitHook *hook)
{
  Exit *self;

  /* First of all, so that its own handler comes after ours, when it has been given all
   * that there is to do. */
  tmp_background_hold ();

  self = get_exit ();
  g_rec_mutex_lock (&self->lock);
  hook->process = self->data.process;
  hook->link.data = hook;
  g_queue_push_tail_link (&self->hooks, &hook->link);
  /* The handler is needed once more if the process is about to exit, and we have been told
   * already. */
  if (self->called)
    atexit (exit_handler);
  self->called = FALSE;
  g_rec_mutex_unlock (&self->lock);
}

/* If the exit handler is just calling @hook, in another thread, this waits
 * until it has returned. In a forked child it does nothing. */
void
tmp_exit_hook_remove (TmpExitHook *hook)
{
  Exit *self;

  if (hook->process != tmp_process_get_id ())
    return; /* that of a parent, or none at all */

  self = get_exit ();
  g_rec_mutex_lock (&self->lock);
  if (hook->link.data != NULL)
    {
      g_queue_unlink (&self->hooks, &hook->link);
      tmp_background_release ();
    }
  hook->link.data = NULL;
  g_rec_mutex_unlock (&self->lock);
}

/* Does @hook belong to a process that this one has been forked from? */
gboolean
tmp_exit_hook_is_inherited (TmpExitHook *hook)
{
  return hook->process != 0 && hook->process != tmp_process_get_id ();
}
