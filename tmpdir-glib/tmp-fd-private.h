/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include <sys/stat.h>
#include <sys/types.h>

G_BEGIN_DECLS

/* What a directory is, whatever its name. */
typedef struct
{
  dev_t dev;
  ino_t ino;
} TmpFileId;

gboolean tmp_file_id_equal      (const TmpFileId   *id,
                                 const struct stat *st);

int      tmp_fd_open_directory  (int                dirfd,
                                 const char        *name);
gboolean tmp_fd_has_openat2     (void);
int      tmp_fd_open_beneath    (int                dirfd,
                                 const char        *path,
                                 guint64            mount);
int      tmp_fd_open_path       (int                dirfd,
                                 const char        *name,
                                 guint64            mount);
guint64  tmp_fd_get_mount       (int                fd);
gboolean tmp_fd_is_local        (int                fd);
gboolean tmp_fd_is_deleted      (int                fd);
gint64   tmp_fd_get_birth       (int                dirfd,
                                 const char        *name);
gboolean tmp_fd_is_mount_point  (int                dirfd,
                                 const char        *name);
gboolean tmp_fd_is_append_only  (int                fd);
gboolean tmp_fd_chmod           (int                fd,
                                 mode_t             mode);
gboolean tmp_fd_rename2         (int                old_dirfd,
                                 const char        *old_name,
                                 int                new_dirfd,
                                 const char        *new_name,
                                 guint              flags);
gboolean tmp_fd_rename          (int                old_dirfd,
                                 const char        *old_name,
                                 int                new_dirfd,
                                 const char        *new_name);
void     tmp_fd_close           (int               *fd);

G_END_DECLS
