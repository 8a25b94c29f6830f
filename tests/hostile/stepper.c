/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "stepper.h"

#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define OPTIONS (PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL)
#define SYSCALL_STOP (SIGTRAP | 0x80) /* by PTRACE_O_TRACESYSGOOD */

static gboolean is_traced = FALSE;

/* The leak checker of AddressSanitizer is a tracer itself, and there can be only
 * one. It asks for this function.
 */
int __lsan_is_turned_off (void);

int
__lsan_is_turned_off (void)
{
  return is_traced;
}

typedef struct
{
  MortalFunc func;
  gconstpointer data;
} Traced;

static int
be_traced (TestFixture   *fixture,
           gconstpointer  data)
{
  const Traced *traced = data;

  is_traced = TRUE;
  if (ptrace (PTRACE_TRACEME, 0, NULL, NULL) != 0)
    return errno;
  raise (SIGSTOP);
  return traced->func (fixture, traced->data);
}

/* Every second stop at a system call is behind it. */
static gboolean
is_entry (pid_t thread)
{
  struct __ptrace_syscall_info info;

  return ptrace (PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info) > 0 &&
         info.op == PTRACE_SYSCALL_INFO_ENTRY;
}

gboolean
stepper_run (TestFixture   *fixture,
             MortalFunc     func,
             gconstpointer  data,
             guint          when)
{
  const Traced traced = { func, data };
  gboolean killed = FALSE;
  guint n_calls = 0;
  Mortal mortal;
  int status;
  pid_t thread;

  mortal_start (&mortal, fixture, be_traced, &traced);
  g_assert_no_errno (waitpid (mortal.pid, &status, 0));
  g_assert_true (WIFSTOPPED (status));
  g_assert_no_errno (ptrace (PTRACE_SETOPTIONS, mortal.pid, NULL, OPTIONS));
  g_assert_no_errno (ptrace (PTRACE_SYSCALL, mortal.pid, NULL, NULL));

  for (;;)
    {
      int signal = 0;

      thread = waitpid (-1, &status, __WALL);
      g_assert_no_errno (thread);

      /* The one that the process began with is the last to be heard of. */
      if (!WIFSTOPPED (status) && thread == mortal.pid)
        break;
      if (!WIFSTOPPED (status) || killed)
        continue;

      if (WSTOPSIG (status) == SYSCALL_STOP)
        killed = is_entry (thread) && ++n_calls == when;
      else if (WSTOPSIG (status) != SIGSTOP && status >> 16 == 0)
        signal = WSTOPSIG (status);

      if (killed)
        kill (mortal.pid, SIGKILL);
      else
        ptrace (PTRACE_SYSCALL, thread, NULL, signal);
    }

  close (mortal.socket);
  g_assert_true (killed ? WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL
                        : WIFEXITED (status) && WEXITSTATUS (status) == 0);
  return killed;
}

static int
return_at_once (TestFixture   *fixture,
                gconstpointer  data)
{
  return 0;
}

gboolean
stepper_require (TestFixture *fixture)
{
  const Traced traced = { return_at_once };
  struct __ptrace_syscall_info info;
  Mortal mortal;
  int status, errsv = 0;

  mortal_start (&mortal, fixture, be_traced, &traced);
  g_assert_no_errno (waitpid (mortal.pid, &status, 0));
  if (!WIFSTOPPED (status))
    errsv = WEXITSTATUS (status);
  /* Since Linux 5.3 */
  else if (ptrace (PTRACE_GET_SYSCALL_INFO, mortal.pid, sizeof info, &info) < 0)
    errsv = errno;

  if (WIFSTOPPED (status))
    mortal_kill (&mortal);
  else
    close (mortal.socket);

  if (errsv != 0)
    g_test_skip_printf ("needs ptrace: %s", g_strerror (errsv));
  return errsv == 0;
}
