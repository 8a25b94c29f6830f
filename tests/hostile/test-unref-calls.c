/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Whoever drops the last reference waits for at most five system calls, whatever
 * is in the directory. What counts is every call of the dropping thread that asks
 * for something outside of this process, waking a thread included. Getting memory,
 * which malloc () does whenever it likes, does not.
 */

#include "test-lib.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_CALLS 5

/* It costs nothing, and nobody else calls it. */
#define MARK SYS_getppid

typedef struct
{
  const char *name;
  guint n_files;
} UnrefCase;

static const struct
{
  long number;
  const char *name;
} known_calls[] = {
  { SYS_newfstatat, "newfstatat" },
  { SYS_close, "close" },
  { SYS_unlinkat, "unlinkat" },
#ifdef SYS_rmdir
  { SYS_rmdir, "rmdir" },
#endif
  { SYS_renameat2, "renameat2" },
  { SYS_pwrite64, "pwrite64" },
  { SYS_futex, "futex" },
};

static const long memory_calls[] = { SYS_brk, SYS_mmap, SYS_munmap, SYS_mprotect, SYS_madvise };

static void
drop_in_child (TestFixture *fixture,
               guint        n_files)
{
  TmpDirectory *dir = test_new_directory (fixture);

  test_make_files (tmp_directory_get_path (dir), n_files);
  /* Until the threads of the library are idle */
  g_usleep (100 * 1000);

  if (ptrace (PTRACE_TRACEME, 0, NULL, NULL) != 0)
    _exit (errno);
  raise (SIGSTOP);

  syscall (MARK);
  g_object_unref (dir);
  syscall (MARK);
}

static gboolean
is_counted (long number)
{
  for (gsize i = 0; i < G_N_ELEMENTS (memory_calls); i++)
    if (memory_calls[i] == number)
      return FALSE;
  return TRUE;
}

static char *
name_call (long number)
{
  for (gsize i = 0; i < G_N_ELEMENTS (known_calls); i++)
    if (known_calls[i].number == number)
      return g_strdup (known_calls[i].name);
  return g_strdup_printf ("call %ld", number);
}

/* Returns the names of what the child calls between its marks. */
static GPtrArray *
trace_child (pid_t pid)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  guint n_marks = 0;
  int status;

  g_assert_no_errno (ptrace (PTRACE_SETOPTIONS, pid, NULL,
                             PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL));
  while (n_marks < 2)
    {
      struct __ptrace_syscall_info info;

      g_assert_no_errno (ptrace (PTRACE_SYSCALL, pid, NULL, NULL));
      g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
      g_assert_true (WIFSTOPPED (status));
      if (WSTOPSIG (status) != (SIGTRAP | 0x80))
        continue;

      g_assert_no_errno ((int) ptrace (PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info));
      if (info.op != PTRACE_SYSCALL_INFO_ENTRY)
        continue;
      if ((long) info.entry.nr == MARK)
        n_marks++;
      else if (n_marks == 1 && is_counted ((long) info.entry.nr))
        g_ptr_array_add (names, name_call ((long) info.entry.nr));
    }

  g_assert_no_errno (ptrace (PTRACE_DETACH, pid, NULL, NULL));
  return names;
}

static void
test_calls (TestFixture   *fixture,
            gconstpointer  data)
{
  const UnrefCase *test = data;
  g_autoptr(GPtrArray) names = NULL;
  g_autofree char *list = NULL;
  int status;
  pid_t pid;

  fflush (NULL);
  pid = fork ();
  g_assert_no_errno (pid);
  if (pid == 0)
    {
      alarm (test_timeout (60) / G_USEC_PER_SEC);
      drop_in_child (fixture, test->n_files > 1 ? test_scale (test->n_files) : test->n_files);
      exit (EXIT_SUCCESS);
    }

  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  if (WIFEXITED (status) && (WEXITSTATUS (status) == EPERM || WEXITSTATUS (status) == ENOSYS))
    {
      g_test_skip ("ptrace is not permitted");
      return;
    }
  g_assert_true (WIFSTOPPED (status));
  names = trace_child (pid);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);

  g_ptr_array_add (names, NULL);
  list = g_strjoinv (", ", (char **) names->pdata);
  g_test_message ("%s", list);
  g_assert_cmpuint (names->len - 1, <=, MAX_CALLS);
  /* The same number, whatever the size. An empty one is removed at once, and struck
   * out of the journal, if there is one.
   */
  if (test->n_files > 0)
    g_assert_cmpuint (names->len - 1, ==, MAX_CALLS);
}

static const UnrefCase cases[] = {
  { "empty", 0 },
  { "one-entry", 1 },
  { "many-entries", 100000 },
};

int
main (int    argc,
      char **argv)
{
  g_setenv ("GIO_USE_VFS", "local", TRUE);
  test_init (&argc, &argv);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/unref-calls/", cases[i].name, NULL);

      test_add (path, &cases[i], test_calls);
    }

  return test_run ();
}
