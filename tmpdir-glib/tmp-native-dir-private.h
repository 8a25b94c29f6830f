/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "tmp-walker-private.h"

G_BEGIN_DECLS

/* A native tree, as far as it is open. */
typedef struct
{
  int       root_fd;
  guint64   mount;    /* never left */
  gint      n_tries;  /* atomic: in a row, to open something in vain */

  GMutex    lock;     /* guards what follows */
  GCond     released; /* of @n_first */
  guint     n_first;  /* threads that hold a directory */
  guint     n_more;   /* further directories that they hold */

  GRecMutex passing;  /* held by whoever needs descriptors in passing */
} TmpNativeTree;

void     tmp_native_tree_init          (TmpNativeTree   *self);
void     tmp_native_tree_clear         (TmpNativeTree   *self);
int      tmp_native_tree_open          (TmpNativeTree   *self,
                                        int              dirfd,
                                        const char      *path);
int      tmp_native_tree_open_repaired (TmpNativeTree   *self,
                                        int              dirfd,
                                        const char      *path,
                                        const TmpFileId *id,
                                        struct stat     *before);

int      tmp_native_dir_hold           (TmpNativeTree   *self,
                                        TmpDir          *dir);
int      tmp_native_dir_hold_parent    (TmpNativeTree   *self,
                                        TmpDir          *dir,
                                        int             *to_close);
void     tmp_native_dir_release_parent (TmpNativeTree   *self,
                                        int             *to_close);
void     tmp_native_dir_release        (TmpNativeTree   *self,
                                        TmpDir          *dir);

gboolean tmp_native_repair             (int              fd);
gboolean tmp_native_repair_entry       (TmpNativeTree   *self,
                                        int              dirfd,
                                        const char      *name);
gboolean tmp_native_may_open_again     (gint            *tries);

G_END_DECLS
