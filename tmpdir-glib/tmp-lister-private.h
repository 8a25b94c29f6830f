/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _TmpLister TmpLister;

/* What a directory has */
typedef struct
{
  GPtrArray *subdirs; /* names */
  GPtrArray *files;   /* names of everything else */
  gboolean   opened;  /* it could be read at all */
  gboolean   end;     /* this is all */
} TmpListing;

TmpLister *tmp_lister_new       (void);
void       tmp_lister_free      (TmpLister     *self);
gboolean   tmp_lister_read      (TmpLister     *self,
                                 GFile         *directory,
                                 guint64        max,
                                 GCancellable  *cancellable,
                                 TmpListing    *listing,
                                 GError       **error);
void       tmp_listing_clear    (TmpListing    *listing);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TmpListing, tmp_listing_clear)

G_END_DECLS
