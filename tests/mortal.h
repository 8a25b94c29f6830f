/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "test-lib.h"

#include <sys/types.h>

G_BEGIN_DECLS

/* A process that is started to be killed, or to clean up after one that was.
 *
 * It is forked from the test, which must not have used the library itself: GLib
 * asks only once where temporary files and the state of programs belong. Both are
 * in the directory of the test here, which is 'tmp' and 'state' in it.
 */
typedef struct
{
  pid_t pid;
  int socket;
} Mortal;

/* What it does; what it returns, if nobody kills it, is its exit status. */
typedef int (*MortalFunc) (TestFixture   *fixture,
                           gconstpointer  data);

#define mortal_add(path, data, func)                                   \
  g_test_add ((path), TestFixture, (data), mortal_set_up, (func), mortal_tear_down)

void   mortal_set_up       (TestFixture   *fixture,
                            gconstpointer  data);
void   mortal_tear_down    (TestFixture   *fixture,
                            gconstpointer  data);
char  *mortal_get_tmp      (TestFixture   *fixture);
char  *mortal_get_journals (TestFixture   *fixture);

void   mortal_start        (Mortal        *mortal,
                            TestFixture   *fixture,
                            MortalFunc     func,
                            gconstpointer  data);
void   mortal_await        (Mortal        *mortal);
void   mortal_go_on        (Mortal        *mortal);
int    mortal_end          (Mortal        *mortal);
void   mortal_kill         (Mortal        *mortal);

/* In that process: lets mortal_await () return, and waits for mortal_go_on (). */
void   mortal_pause        (void);

/* A whole life: one that kills itself, and one that comes to an end */
void   mortal_die          (TestFixture   *fixture,
                            MortalFunc     func,
                            gconstpointer  data);
int    mortal_live         (TestFixture   *fixture,
                            MortalFunc     func,
                            gconstpointer  data);

/* Has a fresh process reclaim, and returns how many directories that were. */
int    mortal_reclaim      (TestFixture   *fixture);

/* Nothing is left, neither directories nor journals. */
void   mortal_assert_clean (TestFixture   *fixture);

G_END_DECLS
