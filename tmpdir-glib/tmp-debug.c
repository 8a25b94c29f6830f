/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Tells a developer what was decided and why, for G_MESSAGES_DEBUG=tmpdir-glib.
 *
 * Each decision is told once, about a whole directory and never about what is in it; and
 * when it has been carried out and none of our locks is held, for a writer of messages may
 * do anything: it may call this library, and it may call exit().
 *
 * If nobody wants to know, this does nothing at all. g_debug() would format the message, and
 * take a lock of GLib, in every thread of ours, which a forked child might then find taken.
 * So a program that has its own writer gets these messages as the default one would: if
 * G_MESSAGES_DEBUG has this domain, or after g_log_set_debug_enabled(). They are structured,
 * as the old functions abort when a handler makes somebody log something. */

#include "config.h"

#include "tmp-debug-private.h"

#include "tmp-process-private.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

/* Of this thread; NULL unless they are held back */
static GPrivate held_messages = G_PRIVATE_INIT ((GDestroyNotify) g_ptr_array_unref);

static void
tell (const char *message)
{
  /* There, nobody may ever give back a lock of GLib's logging. */
  if (tmp_process_is_forked ())
    dprintf (STDERR_FILENO, "(process:%d): " G_LOG_DOMAIN "-DEBUG: %s\n", (int) getpid (), message);
  else
    g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_DEBUG, "MESSAGE", "%s", message);
}

/* Does not change errno. Paths may be as the system has them. */
void
tmp_debug (const char *format,
           ...)
{
  const int errsv = errno;
  GPtrArray *held;
  g_autofree char *text = NULL;
  g_autofree char *message = NULL;
  va_list args;

  if (!tmp_debug_is_on ())
    return;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  message = g_utf8_make_valid (text, -1);

  held = g_private_get (&held_messages);
  if (held != NULL)
    g_ptr_array_add (held, g_steal_pointer (&message));
  else
    tell (message);
  errno = errsv;
}

/* What this thread has to tell from now on waits until something is finished that a writer
 * must not come into. Returns whether it does; not if it waits already. */
gboolean
tmp_debug_hold (void)
{
  if (!tmp_debug_is_on () || g_private_get (&held_messages) != NULL)
    return FALSE;

  g_private_set (&held_messages, g_ptr_array_new_with_free_func (g_free));
  return TRUE;
}

/* @held is what tmp_debug_hold() has returned. */
void
tmp_debug_release (gboolean held)
{
  g_autoptr (GPtrArray) messages = NULL;

  if (!held)
    return;

  messages = g_private_get (&held_messages);
  g_private_set (&held_messages, NULL);
  for (guint i = 0; i < messages->len; i++)
    tell (messages->pdata[i]);
}
