/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Runs COMMAND and adds a last line to its output: the seconds it took and its
 * peak memory in KiB.
 *
 * ru_maxrss is the VmHWM of a process that has ended, but a process also
 * inherits that of whoever called exec(); a program as small as this one is
 * smaller than any that it starts, which Python is not.
 */

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int
main (int   argc,
      char *argv[])
{
  struct timespec start, end;
  struct rusage usage;
  rlim_t limit;
  pid_t child;
  int status;

  if (argc < 3)
    errx (2, "usage: launch RLIMIT_NOFILE|0 COMMAND…");

  limit = (rlim_t) atol (argv[1]);
  if (limit > 0 && setrlimit (RLIMIT_NOFILE, &(struct rlimit) { limit, limit }) != 0)
    err (2, "setrlimit");

  clock_gettime (CLOCK_MONOTONIC, &start);
  child = fork ();
  if (child == 0)
    {
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      execvp (argv[2], argv + 2);
      err (127, "%s", argv[2]);
    }
  if (child < 0 || wait4 (child, &status, 0, &usage) < 0)
    err (2, "fork");
  clock_gettime (CLOCK_MONOTONIC, &end);

  printf ("%.6f %ld\n",
          (double) (end.tv_sec - start.tv_sec) + (double) (end.tv_nsec - start.tv_nsec) / 1e9,
          usage.ru_maxrss);

  return WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status);
}
