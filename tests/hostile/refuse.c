/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* refuse WHAT… -- PROGRAM [ARGUMENT…]
 *
 * Runs a test program where the kernel, or the sandbox around it, offers less
 * than this one does. WHAT is CALL=ERRNO, as in openat2=ENOSYS: that system
 * call fails; or 'proc': nothing is mounted at /proc.
 */

#include "seccomp-filter.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct
{
  const char *name;
  int call;
} calls[] = {
  { "clone", SYS_clone },
  { "clone3", SYS_clone3 },
  { "flock", SYS_flock },
  { "getrandom", SYS_getrandom },
  { "madvise", SYS_madvise },
  { "openat2", SYS_openat2 },
  { "renameat2", SYS_renameat2 },
  { "statx", SYS_statx },
};

/* The whole program that was to be run counts as skipped. */
G_NORETURN static void
skip (const char *what)
{
  printf ("1..0 # SKIP %s: %s\n", what, g_strerror (errno));
  exit (0);
}

static int
find_call (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    if (strcmp (calls[i].name, name) == 0)
      return calls[i].call;
  g_error ("'%s' is not a call that can be refused", name);
}

static int
find_errno (const char *name)
{
  for (int errsv = 1; errsv < 200; errsv++)
    if (g_strcmp0 (strerrorname_np (errsv), name) == 0)
      return errsv;
  g_error ("'%s' is no errno", name);
}

/* The mounts of this process only */
static void
hide_proc (void)
{
  if (unshare (CLONE_NEWNS) != 0 || mount ("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
      mount ("none", "/proc", "tmpfs", MS_RDONLY, NULL) != 0)
    skip ("needs a mount namespace");
}

int
main (int    argc,
      char **argv)
{
  g_autoptr(GArray) rules = g_array_new (FALSE, FALSE, sizeof (SeccompRule));
  int i;

  for (i = 1; i < argc && strcmp (argv[i], "--") != 0; i++)
    {
      g_auto(GStrv) parts = g_strsplit (argv[i], "=", 2);

      if (strcmp (argv[i], "proc") == 0)
        hide_proc ();
      else
        {
          SeccompRule rule = {
            .call = find_call (parts[0]),
            .action = SECCOMP_RET_ERRNO | (guint32) find_errno (parts[1]),
          };

          g_array_append_val (rules, rule);
        }
    }

  if (seccomp_filter_install ((SeccompRule *) (gpointer) rules->data, rules->len, 0) < 0)
    skip ("needs seccomp");

  /* What the program shows would be worth nothing if nothing were refused. No
   * call gets as far as to look at these arguments.
   */
  for (guint j = 0; j < rules->len; j++)
    {
      SeccompRule *rule = &g_array_index (rules, SeccompRule, j);

      if (syscall (rule->call, -1, NULL, 0, 0, 0, 0) != -1 ||
          errno != (int) (rule->action & SECCOMP_RET_DATA))
        g_error ("System call %d is not refused", rule->call);
    }

  if (i + 1 < argc)
    execv (argv[i + 1], argv + i + 1);
  g_error ("Cannot run the program: %s", g_strerror (errno));
}
