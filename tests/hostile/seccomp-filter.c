/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "seccomp-filter.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A call is known by its number alone: whoever is filtered here is a program
 * of ours, and makes no calls of another architecture.
 */
int
seccomp_filter_install (const SeccompRule *rules,
                        gsize              n_rules,
                        guint              flags)
{
  g_autoptr(GArray) code = g_array_new (FALSE, FALSE, sizeof (struct sock_filter));
  struct sock_filter load = BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr));
  struct sock_filter allow = BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog program;

  g_array_append_val (code, load);
  for (gsize i = 0; i < n_rules; i++)
    {
      struct sock_filter compare = BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, (guint) rules[i].call, 0, 1);
      struct sock_filter act = BPF_STMT (BPF_RET | BPF_K, rules[i].action);

      g_array_append_val (code, compare);
      g_array_append_val (code, act);
    }
  g_array_append_val (code, allow);

  program.len = (unsigned short) code->len;
  program.filter = (struct sock_filter *) (gpointer) code->data;

  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return -1;
  return (int) syscall (SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}
