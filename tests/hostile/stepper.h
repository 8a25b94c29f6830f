/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "mortal.h"

G_BEGIN_DECLS

/* Runs a process system call by system call, all its threads, and kills it before
 * the one whose number is @when, from 1. Returns whether it came that far; if not
 * it has ended by itself, with a status of 0.
 */
gboolean stepper_run     (TestFixture   *fixture,
                          MortalFunc     func,
                          gconstpointer  data,
                          guint          when);

/* Returns FALSE, with the test marked as skipped, if nobody lets us trace. */
gboolean stepper_require (TestFixture   *fixture);

G_END_DECLS
