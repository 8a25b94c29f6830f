/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "mortal.h"

G_BEGIN_DECLS

/* What a function returns if it cannot be done here */
#define DEBUG_UNAVAILABLE 77

/* Something to be told. Each message is a pattern, and comes once; after a '+', that or
 * more often, and after a '?', as often as it likes, for it depends on how fast another
 * thread is.
 */
typedef struct
{
  const char *name;
  void (*leave) (TestFixture *fixture); /* is killed first; nullable */
  int (*change) (TestFixture *fixture); /* between both, not in a process of its own; nullable */
  int (*run) (TestFixture *fixture);
  const char *messages[6];
} DebugCase;

extern const DebugCase debug_cases[];
extern const gsize     debug_n_cases;

TmpDirectory *debug_create  (void);
void          debug_leave   (TestFixture *fixture);
int           debug_run_one (TestFixture *fixture);
int           debug_run_all (TestFixture *fixture);

G_END_DECLS
