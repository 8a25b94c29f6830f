/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a process has once; the first member of a struct with all the rest. */
typedef struct _TmpProcessData TmpProcessData;

struct _TmpProcessData
{
  TmpProcessData *inherited; /* the parent's: never used, only not lost to a leak checker */
  guint           process;   /* from tmp_process_get_id() */
};

guint    tmp_process_get_id    (void);
gboolean tmp_process_is_forked (void);
gpointer tmp_process_get_data  (gpointer       *data,
                                gpointer      (*create) (void),
                                GDestroyNotify  discard,
                                void          (*install) (void));
gpointer tmp_process_peek_data (gpointer       *data);

G_END_DECLS
