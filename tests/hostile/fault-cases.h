/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "supervise.h"

G_BEGIN_DECLS

/* What is deleted, and where */
typedef enum
{
  PLAIN,         /* some directories and files */
  STEPWISE,      /* the same without openat2 */
  NO_STATX,      /* the same without statx as well */
  WIDE,          /* so wide that it is read in pieces, and deep in between */
  DEEP,          /* so deep that directories are moved up */
  LOCKED,        /* of directories without permissions, as an ordinary user */
  ASYNC,         /* in the background */
  NAIVE,         /* by the usual recursion */
} FaultScenario;

/* What comes of it. Where every call fails, all but HARMLESS may end with an
 * error, as long as it is true.
 */
typedef enum
{
  REPORTED,      /* an error with this errno */
  IF_NEEDED,     /* the same, unless there was nothing left to be found */
  EITHER,        /* that, or success */
  MENDED,        /* success: a second try does it */
  HARMLESS,      /* success: there is another way */
} FaultOutcome;

typedef struct
{
  int errsv;
  FaultOutcome outcome;
} Fault;

typedef struct
{
  const char *name;
  FaultScenario scenario;
  Call call;
  const Fault *faults;   /* until an errno of 0 */
} FaultCase;

extern const FaultCase fault_cases[];
extern const gsize     fault_n_cases;

G_END_DECLS
