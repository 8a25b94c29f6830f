/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "test-lib.h"

G_BEGIN_DECLS

typedef enum
{
  MOUNT_TMPFS,
  MOUNT_BIND_DIR,    /* of the same file system: st_dev says nothing */
  MOUNT_BIND_FILE,
  MOUNT_BIND_LINK,   /* the same file on a symbolic link */
  MOUNT_READ_ONLY,   /* a directory of the tree on itself */
  MOUNT_NESTED,      /* something is mounted in what is mounted */
  MOUNT_MOVED,       /* it was mounted elsewhere at first */
  MOUNT_OVERLAY,
  MOUNT_PROC,
  MOUNT_LOOP,        /* a file system in a file */
  MOUNT_FUSE,        /* that nobody serves: who looks inside waits forever */
} MountKind;

/* Mounts in a namespace of this process's own, which nobody else sees and
 * which ends with it. To be called before there are threads: each has its own
 * namespace.
 */
void      mounts_init          (void);
gboolean  mounts_available     (void);
gboolean  mounts_require       (void);

/* Making mounts; what returns FALSE has marked the test as skipped */
void      mounts_bind          (const char *source,
                                const char *target);
void      mounts_tmpfs         (const char *target);
gboolean  mounts_new_file_system
                               (const char *type,
                                const char *dir,
                                const char *target);
gboolean  mounts_add           (MountKind   kind,
                                const char *outside,
                                const char *target,
                                const char *work);

/* The lines of /proc/self/mountinfo of what is mounted at or below @path */
char    **mounts_list          (const char *path);
void      mounts_remove        (const char *path);

/* Runs a command, whose words are separated by spaces, and returns whether it
 * succeeded. What it says is in the test's log. */
gboolean  mounts_run           (const char *format,
                                ...) G_GNUC_PRINTF (1, 2);

G_END_DECLS
