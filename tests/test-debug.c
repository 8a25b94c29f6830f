/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What G_MESSAGES_DEBUG=tmpdir-glib tells: each decision, once, and nothing else; and
 * without it, nothing at all. Whoever is told may do anything.
 */

#include "debug-cases.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* In the process that tells */

typedef struct
{
  const DebugCase *test;
  const char *domains;
} Run;

static int
leave_and_die (TestFixture   *fixture,
               gconstpointer  data)
{
  const Run *run = data;

  g_unsetenv ("G_MESSAGES_DEBUG");
  run->test->leave (fixture);
  kill (getpid (), SIGKILL);
  return 0;
}

static void
open_log (TestFixture *fixture)
{
  g_autofree char *path = g_build_filename (fixture->path, "log", NULL);
  int log = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);

  g_assert_no_errno (log);
  g_assert_no_errno (dup2 (log, STDOUT_FILENO));
  g_assert_no_errno (dup2 (log, STDERR_FILENO));
}

static int
run_case (TestFixture   *fixture,
          gconstpointer  data)
{
  const Run *run = data;

  open_log (fixture);
  if (run->domains != NULL)
    g_setenv ("G_MESSAGES_DEBUG", run->domains, TRUE);
  else
    g_unsetenv ("G_MESSAGES_DEBUG");

  return run->test->run (fixture);
}

/* Returns the messages, or NULL if the case is skipped. */
static char **
listen (TestFixture *fixture,
        const Run   *run)
{
  g_autofree char *path = g_build_filename (fixture->path, "log", NULL);
  g_autoptr(GPtrArray) messages = g_ptr_array_new ();
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;
  g_auto(GStrv) lines = NULL;
  int status;

  if (run->test->leave != NULL)
    mortal_die (fixture, leave_and_die, run);
  if (run->test->change != NULL && run->test->change (fixture) == DEBUG_UNAVAILABLE)
    return NULL;

  status = mortal_live (fixture, run_case, run);
  g_assert_true (g_file_get_contents (path, &text, NULL, &error));
  g_assert_no_error (error);
  if (status == DEBUG_UNAVAILABLE)
    return NULL;
  if (status != 0)
    g_test_message ("%s", text);
  g_assert_cmpint (status, ==, 0);

  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *message = strstr (lines[i], "tmpdir-glib-DEBUG: ");

      if (message == NULL)
        continue;
      message += strlen ("tmpdir-glib-DEBUG: ");
      /* GLib tells the time, too. */
      if (g_ascii_isdigit (*message))
        message += strlen ("00:00:00.000: ");
      g_ptr_array_add (messages, g_strdup (message));
    }
  g_ptr_array_add (messages, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&messages), FALSE);
}

static void
test_case (TestFixture   *fixture,
           gconstpointer  data)
{
  const DebugCase *test = data;
  const Run run = { test, "tmpdir-glib" };
  g_auto(GStrv) messages = listen (fixture, &run);
  guint n[G_N_ELEMENTS (test->messages)] = { 0 };

  if (messages == NULL)
    {
      g_test_skip ("needs root, and mounts");
      return;
    }

  for (guint i = 0; messages[i] != NULL; i++)
    {
      gboolean found = FALSE;

      for (guint j = 0; j < G_N_ELEMENTS (n) && test->messages[j] != NULL && !found; j++)
        {
          const char *pattern = test->messages[j];
          const gboolean special = *pattern == '?' || *pattern == '+';

          found = g_pattern_match_simple (pattern + (special ? 1 : 0), messages[i]) &&
                  (special || n[j] == 0);
          n[j] += found ? 1 : 0;
        }
      if (!found)
        g_error ("'%s' was not to be told, or not once more", messages[i]);
    }

  for (guint j = 0; j < G_N_ELEMENTS (n) && test->messages[j] != NULL; j++)
    if (n[j] == 0 && *test->messages[j] != '?')
      g_error ("'%s' was not told", test->messages[j]);
}

/* Neither to others than those who ask */
static void
test_silent (TestFixture   *fixture,
             gconstpointer  data)
{
  const DebugCase *test = data;
  const Run run = { test, NULL };
  g_auto(GStrv) messages = listen (fixture, &run);

  if (messages == NULL)
    g_test_skip ("needs root, and mounts");
  else
    g_assert_cmpuint (g_strv_length (messages), ==, 0);
}

/* A program's own writer gets what G_MESSAGES_DEBUG asks for, and what it has switched on. */
static guint n_written = 0;

static GLogWriterOutput
count_written (GLogLevelFlags   level,
               const GLogField *fields,
               gsize            n_fields,
               gpointer         data)
{
  if (level == G_LOG_LEVEL_DEBUG)
    n_written++;
  return G_LOG_WRITER_HANDLED;
}

static int
run_writer (TestFixture   *fixture,
            gconstpointer  data)
{
  g_unsetenv ("G_MESSAGES_DEBUG");
  g_log_set_writer_func (count_written, NULL, NULL);

  debug_run_one (fixture);
  g_assert_cmpuint (n_written, ==, 0);
  g_log_set_debug_enabled (TRUE);
  debug_run_one (fixture);
  g_assert_cmpuint (n_written, ==, 3);
  g_log_set_debug_enabled (FALSE);
  return 0;
}

static void
test_writer (TestFixture   *fixture,
             gconstpointer  data)
{
  g_assert_cmpint (mortal_live (fixture, run_writer, NULL), ==, 0);
  mortal_assert_clean (fixture);
}

/* Writers that call the library, or exit, whenever they are told something */
static guint until_exit = 0;

static GLogWriterOutput
use_library (GLogLevelFlags   level,
             const GLogField *fields,
             gsize            n_fields,
             gpointer         data)
{
  static GPrivate busy;

  if (g_private_get (&busy) == NULL)
    {
      g_private_set (&busy, &busy);
      g_object_unref (debug_create ());
      g_assert_cmpint (tmp_reclaim (NULL, NULL), >=, 0);
      g_private_set (&busy, NULL);
    }
  return G_LOG_WRITER_HANDLED;
}

static GLogWriterOutput
exit_later (GLogLevelFlags   level,
            const GLogField *fields,
            gsize            n_fields,
            gpointer         data)
{
  static gint n = 0;

  if ((guint) g_atomic_int_add (&n, 1) == until_exit)
    exit (0);
  return G_LOG_WRITER_HANDLED;
}

static int
run_everything (TestFixture   *fixture,
                gconstpointer  data)
{
  /* What is told while something is told, GLib just writes. */
  open_log (fixture);
  g_log_set_debug_enabled (TRUE);
  g_log_set_writer_func (data != NULL ? exit_later : use_library, NULL, NULL);
  if (data != NULL)
    until_exit = GPOINTER_TO_UINT (data) - 1;

  debug_run_all (fixture);
  return data != NULL ? DEBUG_UNAVAILABLE : 0;
}

static int
leave_something (TestFixture   *fixture,
                 gconstpointer  data)
{
  debug_leave (fixture);
  kill (getpid (), SIGKILL);
  return 0;
}

static void
test_calls (TestFixture   *fixture,
              gconstpointer  data)
{
  mortal_die (fixture, leave_something, NULL);
  g_assert_cmpint (mortal_live (fixture, run_everything, NULL), ==, 0);
  mortal_assert_clean (fixture);
}

/* Once at each message */
static void
test_exit (TestFixture   *fixture,
           gconstpointer  data)
{
  g_autofree char *target = g_build_filename (fixture->path, "target", NULL);
  guint n = 0;

  do
    {
      test_remove (target);
      g_assert_cmpuint (n, <, 1000);
    }
  while (mortal_live (fixture, run_everything, GUINT_TO_POINTER (++n)) == 0);
  g_test_message ("%u messages", n - 1);
  g_assert_cmpuint (n, >, 10);
}

int
main (int   argc,
      char *argv[])
{
  /* Messages are in the character set of the locale. */
  setlocale (LC_ALL, "");
  test_init (&argc, &argv);

  for (gsize i = 0; i < debug_n_cases; i++)
    {
      g_autofree char *told = g_strconcat ("/debug/told/", debug_cases[i].name, NULL);
      g_autofree char *silent = g_strconcat ("/debug/silent/", debug_cases[i].name, NULL);

      mortal_add (told, &debug_cases[i], test_case);
      mortal_add (silent, &debug_cases[i], test_silent);
    }
  mortal_add ("/debug/writer", NULL, test_writer);
  mortal_add ("/debug/calls", NULL, test_calls);
  mortal_add ("/debug/exit", NULL, test_exit);

  return test_run ();
}
