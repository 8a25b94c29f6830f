/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "test-lib.h"

G_BEGIN_DECLS

/* A tree on a file system with faults, which fuse-faults.c describes. It is
 * the same as one where nothing fails, which tells what is really left.
 */
typedef struct
{
  char  *backing;        /* where nothing fails */
  char  *path;           /* where it is mounted */
  char  *backing_tree;
  char  *tree;
  GFile *file;           /* the same */
  GPid   server;         /* 0 while it is not mounted */
} FaultyMount;

/* Is there what it takes? If not, the test is marked as skipped. */
gboolean faulty_mount_require (TestFixture        *fixture);

/* @tree is a name, and only its root exists. */
void     faulty_mount_init    (FaultyMount        *self,
                               TestFixture        *fixture,
                               const char         *tree);
void     faulty_mount_clear   (FaultyMount        *self);

void     faulty_mount_start   (FaultyMount        *self,
                               const char * const *rules);
void     faulty_mount_stop    (FaultyMount        *self);
void     faulty_mount_kill    (FaultyMount        *self);

/* All that is there, relative to the mount point, sorted */
GStrv    faulty_mount_list    (FaultyMount        *self);

G_END_DECLS
