/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "mortal.h"

G_BEGIN_DECLS

/* The one journal that a trap has */
#define TRAP_JOURNAL "trap.journal"

/* Where a trap is set for whoever reclaims */
typedef struct
{
  TestFixture *fixture;
  char        *tmp;
  char        *folder;   /* of the journals */
  char        *trap;     /* TRAP_JOURNAL in there */
  uid_t        other;    /* not the user who reclaims */
  GByteArray  *journal;  /* contents of TRAP_JOURNAL, if there are any in the end */
  int          lock;     /* to be held all the time, or -1 */
  char        *gone;     /* what has to be deleted, unlike all the rest; or NULL */
} Scene;

typedef struct
{
  const char *path;
  void      (*set) (Scene *scene); /* as root; what is root's then becomes the user's */
  gboolean    stays;    /* TRAP_JOURNAL, as it is */
  gboolean    tempting; /* who does not look twice falls into it */
  gboolean    mounts;   /* something, which cannot be deleted */
} Trap;

extern const Trap  traps[];
extern const gsize n_traps;

void scene_set   (Scene       *scene,
                  TestFixture *fixture,
                  const Trap  *trap,
                  uid_t        self,
                  uid_t        other);
void scene_clear (Scene       *scene,
                  const Trap  *trap);

G_END_DECLS
