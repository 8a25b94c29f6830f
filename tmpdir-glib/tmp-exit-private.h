/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Something to be called at exit, embedded in what it is about. */
typedef struct _TmpExitHook TmpExitHook;

struct _TmpExitHook
{
  GList link;
  guint process; /* that it was added in, or 0 */
  void (*func) (TmpExitHook *hook);
};

void     tmp_exit_hook_add          (TmpExitHook *hook);
void     tmp_exit_hook_remove       (TmpExitHook *hook);
gboolean tmp_exit_hook_is_inherited (TmpExitHook *hook);

G_END_DECLS
