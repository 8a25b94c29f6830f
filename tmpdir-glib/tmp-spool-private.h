/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "tmp-directory.h"

G_BEGIN_DECLS

/* Bytes with one position among them, in memory while they are few, and else in a file
 * without a name. All of it may be called from any thread. */
typedef struct _TmpSpool TmpSpool;

TmpSpool     *tmp_spool_new           (TmpDirectory  *directory,
                                       guint64        max_size);
TmpSpool     *tmp_spool_ref           (TmpSpool      *self);
void          tmp_spool_unref         (TmpSpool      *self);

TmpDirectory *tmp_spool_get_directory (TmpSpool      *self);
guint64       tmp_spool_get_max_size  (TmpSpool      *self);
gboolean      tmp_spool_is_rolled     (TmpSpool      *self);

/* What need not wait for anything is done, and the rest answered with -1. */
gssize        tmp_spool_try_read      (TmpSpool      *self,
                                       void          *buffer,
                                       gsize          count);
gssize        tmp_spool_try_write     (TmpSpool      *self,
                                       const void    *buffer,
                                       gsize          count);

gssize        tmp_spool_read          (TmpSpool      *self,
                                       void          *buffer,
                                       gsize          count,
                                       GError       **error);
gssize        tmp_spool_write         (TmpSpool      *self,
                                       const void    *buffer,
                                       gsize          count,
                                       GError       **error);
gssize        tmp_spool_skip          (TmpSpool      *self,
                                       gsize          count,
                                       GError       **error);
goffset       tmp_spool_tell          (TmpSpool      *self);
gboolean      tmp_spool_seek          (TmpSpool      *self,
                                       goffset        offset,
                                       GSeekType      type,
                                       GError       **error);
gboolean      tmp_spool_truncate      (TmpSpool      *self,
                                       goffset        size,
                                       GError       **error);
gboolean      tmp_spool_roll_over     (TmpSpool      *self,
                                       GError       **error);
void          tmp_spool_close         (TmpSpool      *self);

G_END_DECLS
