/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Processes that share the folder of the journals, but see different processes,
 * different files, or a different time.
 */

#include "mortal.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

/* What a process is started in */
typedef struct
{
  int  flags;     /* new namespaces */
  int  mounts;    /* the mounts of this descriptor, or -1 */
  int  n_create;  /* how many directories it creates, and holds until it is killed */
} Container;

/* Is the thread that reclaims by itself still there? */
static gboolean
is_reclaiming (void)
{
  g_autoptr(GDir) threads = g_dir_open ("/proc/self/task", 0, NULL);
  const char *name;

  while (threads != NULL && (name = g_dir_read_name (threads)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/task", name, "comm", NULL);
      g_autofree char *comm = NULL;

      if (g_file_get_contents (path, &comm, NULL, NULL) && g_str_equal (comm, "tmpdir-glib-old\n"))
        return TRUE;
    }
  return FALSE;
}

/* What dies later is left to others. */
static void
create (guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(GError) error = NULL;
      TmpDirectory *dir = tmp_directory_new (NULL, &error);

      g_assert_no_error (error);
      test_make_files (tmp_directory_get_path (dir), 3);
      test_hold (dir);
    }

  while (is_reclaiming ())
    g_usleep (1000);
}

static gboolean
write_proc (const char *path,
            const char *text)
{
  FILE *file = fopen (path, "w");

  if (file == NULL)
    return FALSE;
  fputs (text, file);
  return fclose (file) == 0;
}

/* Returns FALSE if these cannot be had. */
static gboolean
enter (const Container *container)
{
  if (container->mounts >= 0 && setns (container->mounts, CLONE_NEWNS) != 0)
    return FALSE;
  if (unshare (container->flags) != 0)
    return FALSE;

  /* Everybody has a directory for temporary files of his own, in the same place. */
  if ((container->flags & CLONE_NEWNS) != 0 &&
      (mount ("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0 ||
       mount ("none", g_getenv ("TMPDIR"), "tmpfs", 0, NULL) != 0))
    return FALSE;

  /* Eleven days ahead; a process is in there if it is forked from this one. */
  return (container->flags & CLONE_NEWTIME) == 0 ||
         write_proc ("/proc/self/timens_offsets", "monotonic 1000000 0\nboottime 1000000 0\n");
}

static int
live_inside (TestFixture   *fixture,
             gconstpointer  data)
{
  const Container *container = data;
  const gssize n = container->n_create == 0 ? tmp_reclaim (NULL, NULL) : 0;

  create (container->n_create);
  if (container->n_create > 0)
    mortal_pause ();
  return n;
}

/* 99 stands for what is not possible here, as no number of directories is. */
static int
live (TestFixture   *fixture,
      gconstpointer  data)
{
  const Container *container = data;
  int status;
  pid_t pid;

  if (!enter (container))
    return 99;
  if ((container->flags & (CLONE_NEWPID | CLONE_NEWTIME)) == 0)
    return live_inside (fixture, data);

  /* These namespaces are those of the next process. */
  pid = fork ();
  g_assert_no_errno (pid);
  if (pid == 0)
    {
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      if ((container->flags & CLONE_NEWPID) != 0)
        g_assert_cmpint (getpid (), ==, 1);
      exit (live_inside (fixture, data));
    }
  g_assert_no_errno (waitpid (pid, &status, 0));
  g_assert_true (WIFEXITED (status));
  return WEXITSTATUS (status);
}

static gboolean
require (TestFixture *fixture,
         int          flags)
{
  const Container container = { flags, -1, 0 };

  if (mortal_live (fixture, live, &container) == 0)
    return TRUE;

  g_test_skip ("these namespaces cannot be made here");
  return FALSE;
}

/* Each is process 1 of its own, as every other is. */
static void
test_processes (TestFixture   *fixture,
                gconstpointer  data)
{
  static const Container holder = { CLONE_NEWPID, -1, 2 };
  static const Container reclaimer = { CLONE_NEWPID, -1, 0 };
  g_autofree char *tmp = mortal_get_tmp (fixture);
  Mortal first, second;

  if (!require (fixture, CLONE_NEWPID))
    return;

  mortal_start (&first, fixture, live, &holder);
  mortal_await (&first);
  mortal_start (&second, fixture, live, &holder);
  mortal_await (&second);
  g_assert_cmpint (mortal_live (fixture, live, &reclaimer), ==, 0);
  g_assert_cmpuint (test_count_entries (tmp), ==, 4 * (1 + 3));

  /* Process 1 is the child of the one that is killed here, and then ours. */
  g_assert_no_errno (prctl (PR_SET_CHILD_SUBREAPER, 1));
  mortal_kill (&first);
  g_assert_no_errno (wait (NULL));
  g_assert_cmpint (mortal_live (fixture, live, &reclaimer), ==, 2);
  g_assert_cmpuint (test_count_entries (tmp), ==, 2 * (1 + 3));

  mortal_go_on (&second);
  g_assert_cmpint (mortal_end (&second), ==, 0);
  mortal_assert_clean (fixture);
}

static int
open_mounts (pid_t pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/ns/mnt", (int) pid);
  const int fd = open (path, O_RDONLY | O_CLOEXEC);

  g_assert_no_errno (fd);
  return fd;
}

/* The same path leads to different directories. Only who sees the one that is meant
 * deletes anything.
 */
static void
test_mounts (TestFixture   *fixture,
             gconstpointer  data)
{
  static const Container holder = { CLONE_NEWNS, -1, 2 };
  g_autofree char *journals = mortal_get_journals (fixture);
  Container inside = { 0, -1, 0 };
  Container beside = { 0, -1, 2 };
  Mortal keepers[2], dead;

  if (!require (fixture, CLONE_NEWNS))
    return;

  for (gsize i = 0; i < G_N_ELEMENTS (keepers); i++)
    {
      mortal_start (&keepers[i], fixture, live, &holder);
      mortal_await (&keepers[i]);
    }

  /* Somebody dies among the mounts of the first one. */
  inside.mounts = beside.mounts = open_mounts (keepers[0].pid);
  mortal_start (&dead, fixture, live, &beside);
  mortal_await (&dead);
  mortal_kill (&dead);
  g_assert_cmpuint (test_count_entries (journals), ==, 3);

  /* Neither those outside nor those in the other one see anything of it, ... */
  g_assert_cmpint (mortal_reclaim (fixture), ==, 0);
  inside.mounts = open_mounts (keepers[1].pid);
  g_assert_cmpint (mortal_live (fixture, live, &inside), ==, 0);
  close (inside.mounts);
  g_assert_cmpuint (test_count_entries (journals), ==, 3);

  /* ... and it is deleted as soon as somebody does. */
  inside.mounts = beside.mounts;
  g_assert_cmpint (mortal_live (fixture, live, &inside), ==, 2);
  g_assert_cmpint (mortal_live (fixture, live, &inside), ==, 0);
  g_assert_cmpuint (test_count_entries (journals), ==, 2);
  close (inside.mounts);

  for (gsize i = 0; i < G_N_ELEMENTS (keepers); i++)
    {
      mortal_go_on (&keepers[i]);
      g_assert_cmpint (mortal_end (&keepers[i]), ==, 0);
    }
  mortal_assert_clean (fixture);
}

/* Who is stopped lives. */
static void
test_stopped (TestFixture   *fixture,
              gconstpointer  data)
{
  static const Container holder = { 0, -1, 2 };
  g_autofree char *tmp = mortal_get_tmp (fixture);
  Mortal mortal;
  int status;

  mortal_start (&mortal, fixture, live, &holder);
  mortal_await (&mortal);
  g_assert_no_errno (kill (mortal.pid, SIGSTOP));
  g_assert_no_errno (waitpid (mortal.pid, &status, WUNTRACED));
  g_assert_true (WIFSTOPPED (status));
  g_assert_cmpint (mortal_reclaim (fixture), ==, 0);
  g_assert_cmpuint (test_count_entries (tmp), ==, 2 * (1 + 3));

  g_assert_no_errno (kill (mortal.pid, SIGCONT));
  mortal_go_on (&mortal);
  g_assert_cmpint (mortal_end (&mortal), ==, 0);
  mortal_assert_clean (fixture);
}

/* Everything has been changed at @seconds since 1970. */
static void
set_times (const char *path,
           gint64      seconds)
{
  const struct timespec times[] = { { seconds, 0 }, { seconds, 0 } };
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      g_assert_no_errno (utimensat (AT_FDCWD, child, times, 0));
    }
}

/* The clock has been set, back or forward: it decides nothing. */
static void
test_clock (TestFixture   *fixture,
            gconstpointer  data)
{
  static const Container holder = { 0, -1, 2 };
  const gint64 seconds = GPOINTER_TO_INT (data);
  g_autofree char *tmp = mortal_get_tmp (fixture);
  g_autofree char *journals = mortal_get_journals (fixture);
  Mortal dead, alive;

  mortal_start (&dead, fixture, live, &holder);
  mortal_start (&alive, fixture, live, &holder);
  mortal_await (&dead);
  mortal_await (&alive);
  set_times (tmp, seconds);
  set_times (journals, seconds);
  mortal_kill (&dead);

  /* On a slow machine, the one that is alive may just have begun to do it. */
  g_assert_cmpint (mortal_reclaim (fixture), <=, 2);
  while (test_count_entries (tmp) > 2 * (1 + 3))
    g_usleep (1000);
  g_assert_cmpuint (test_count_entries (tmp), ==, 2 * (1 + 3));
  mortal_go_on (&alive);
  g_assert_cmpint (mortal_end (&alive), ==, 0);
  mortal_assert_clean (fixture);
}

/* The other clock differs, too, as in a container that was moved here. */
static void
test_time (TestFixture   *fixture,
           gconstpointer  data)
{
  static const Container holder = { 0, -1, 2 };
  static const Container reclaimer = { CLONE_NEWTIME, -1, 0 };
  g_autofree char *tmp = mortal_get_tmp (fixture);
  Mortal dead, alive;

  if (!require (fixture, CLONE_NEWTIME))
    return;

  mortal_start (&dead, fixture, live, &holder);
  mortal_start (&alive, fixture, live, &holder);
  mortal_await (&dead);
  mortal_await (&alive);
  mortal_kill (&dead);
  g_assert_cmpint (mortal_live (fixture, live, &reclaimer), ==, 2);
  g_assert_cmpuint (test_count_entries (tmp), ==, 2 * (1 + 3));
  mortal_kill (&alive);
  g_assert_cmpint (mortal_live (fixture, live, &reclaimer), ==, 2);
  mortal_assert_clean (fixture);
}

int
main (int    argc,
      char **argv)
{
  test_init (&argc, &argv);

  mortal_add ("/containers/processes", NULL, test_processes);
  mortal_add ("/containers/mounts", NULL, test_mounts);
  mortal_add ("/containers/stopped", NULL, test_stopped);
  mortal_add ("/containers/clock/back", GINT_TO_POINTER (1), test_clock);
  mortal_add ("/containers/clock/forward", GINT_TO_POINTER (G_MAXINT), test_clock);
  mortal_add ("/containers/time", NULL, test_time);

  return test_run ();
}
