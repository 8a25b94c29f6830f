/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the kernel does about a system call: SECCOMP_RET_… */
typedef struct
{
  int     call;    /* SYS_… */
  guint32 action;
} SeccompRule;

/* The rules hold for the calling thread, and for all threads and processes
 * that come from it. Returns -1 and errno if that is not possible, and what
 * @flags say otherwise.
 */
int seccomp_filter_install (const SeccompRule *rules,
                            gsize              n_rules,
                            guint              flags);

G_END_DECLS
