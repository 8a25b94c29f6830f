/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mortal.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the process that was started */
static int own_socket = -1;

void
mortal_set_up (TestFixture   *fixture,
               gconstpointer  data)
{
  test_fixture_set_up (fixture, data);
  g_free (test_make_dir (fixture->path, "tmp"));
  g_free (test_make_dir (fixture->path, "state"));
}

/* Unlike a test_fixture_tear_down () this does not use the library. */
void
mortal_tear_down (TestFixture   *fixture,
                  gconstpointer  data)
{
  test_remove (fixture->path);
  g_clear_pointer (&fixture->path, g_free);
  g_clear_object (&fixture->file);
}

char *
mortal_get_tmp (TestFixture *fixture)
{
  return g_build_filename (fixture->path, "tmp", NULL);
}

char *
mortal_get_journals (TestFixture *fixture)
{
  return g_build_filename (fixture->path, "state", "tmpdir-glib", NULL);
}

void
mortal_start (Mortal        *mortal,
              TestFixture   *fixture,
              MortalFunc     func,
              gconstpointer  data)
{
  int sockets[2];

  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets));
  /* What is not yet written would be written twice. */
  fflush (NULL);

  mortal->pid = fork ();
  g_assert_no_errno (mortal->pid);
  if (mortal->pid == 0)
    {
      g_autofree char *tmp = mortal_get_tmp (fixture);
      g_autofree char *state = g_build_filename (fixture->path, "state", NULL);

      close (sockets[0]);
      own_socket = sockets[1];
      /* A test that fails leaves nobody behind. */
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      g_setenv ("TMPDIR", tmp, TRUE);
      g_setenv ("XDG_STATE_HOME", state, TRUE);
      exit (func (fixture, data));
    }

  close (sockets[1]);
  mortal->socket = sockets[0];
}

static void
pass_byte (int      socket,
           gboolean to_read)
{
  gssize n;
  char byte = '.';

  do
    n = to_read ? read (socket, &byte, 1) : write (socket, &byte, 1);
  while (n < 0 && errno == EINTR);
  if (n != 1)
    g_error ("The other process is gone");
}

void
mortal_await (Mortal *mortal)
{
  pass_byte (mortal->socket, TRUE);
}

void
mortal_go_on (Mortal *mortal)
{
  pass_byte (mortal->socket, FALSE);
}

void
mortal_pause (void)
{
  pass_byte (own_socket, FALSE);
  pass_byte (own_socket, TRUE);
}

static int
wait_for (Mortal *mortal)
{
  int status;

  g_assert_no_errno (waitpid (mortal->pid, &status, 0));
  close (mortal->socket);
  return status;
}

int
mortal_end (Mortal *mortal)
{
  const int status = wait_for (mortal);

  g_assert_true (WIFEXITED (status));
  return WEXITSTATUS (status);
}

void
mortal_kill (Mortal *mortal)
{
  int status;

  g_assert_no_errno (kill (mortal->pid, SIGKILL));
  status = wait_for (mortal);
  g_assert_true (WIFSIGNALED (status));
  g_assert_cmpint (WTERMSIG (status), ==, SIGKILL);
}

void
mortal_die (TestFixture   *fixture,
            MortalFunc     func,
            gconstpointer  data)
{
  Mortal mortal;
  int status;

  mortal_start (&mortal, fixture, func, data);
  status = wait_for (&mortal);
  g_assert_true (WIFSIGNALED (status));
  g_assert_cmpint (WTERMSIG (status), ==, SIGKILL);
}

int
mortal_live (TestFixture   *fixture,
             MortalFunc     func,
             gconstpointer  data)
{
  Mortal mortal;

  mortal_start (&mortal, fixture, func, data);
  return mortal_end (&mortal);
}

static int
reclaim (TestFixture   *fixture,
         gconstpointer  data)
{
  g_autoptr(GError) error = NULL;
  const gssize n = tmp_reclaim (NULL, &error);

  g_assert_no_error (error);
  return n;
}

int
mortal_reclaim (TestFixture *fixture)
{
  return mortal_live (fixture, reclaim, NULL);
}

void
mortal_assert_clean (TestFixture *fixture)
{
  g_autofree char *tmp = mortal_get_tmp (fixture);
  g_autofree char *journals = mortal_get_journals (fixture);

  g_assert_cmpuint (test_count_entries (tmp), ==, 0);
  if (g_file_test (journals, G_FILE_TEST_EXISTS))
    g_assert_cmpuint (test_count_entries (journals), ==, 0);
}
