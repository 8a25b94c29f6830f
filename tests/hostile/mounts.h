/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Mounts in a namespace of this process's own, which nobody else sees and
 * which ends with it. To be called before there are threads: each has its own
 * namespace.
 */
void      mounts_init          (void);
gboolean  mounts_require       (void);

/* Making mounts; those that return something fail or skip the test themselves */
void      mounts_bind          (const char *source,
                                const char *target);
void      mounts_tmpfs         (const char *target);
gboolean  mounts_new_file_system
                               (const char *type,
                                const char *dir,
                                const char *target);

/* The lines of /proc/self/mountinfo of what is mounted at or below @path */
char    **mounts_list          (const char *path);
void      mounts_remove        (const char *path);

/* Runs a command, whose words are separated by spaces, and returns whether it
 * succeeded. What it says is in the test's log. */
gboolean  mounts_run           (const char *format,
                                ...) G_GNUC_PRINTF (1, 2);

G_END_DECLS
