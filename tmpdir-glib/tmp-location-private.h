/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "tmp-fd-private.h"
#include "tmp-journal-private.h"

G_BEGIN_DECLS

typedef struct
{
  GFile     *file;
  char      *path;   /* NULL if it is not native */
  gboolean   has_id; /* if it is */
  TmpFileId  id;
  int        fd;     /* the directory, with a shared lock; -1 if there is none */
  TmpJournalEntry journal; /* 0 if there is none */
  const char *no_lock;     /* why there is no lock, for developers; not owned */
  const char *no_journal;  /* the same for the journal */
} TmpLocation;

typedef enum
{
  TMP_LOCATION_OURS,
  TMP_LOCATION_DELETED,
  TMP_LOCATION_ALONG,    /* it goes along with a temporary directory that it is in */
  TMP_LOCATION_MOVED,    /* its name leads nowhere */
  TMP_LOCATION_REPLACED, /* its name leads to something else */
  TMP_LOCATION_UNKNOWN   /* errno says why */
} TmpLocationState;

gboolean         tmp_location_create     (TmpLocation        *self,
                                          GFile              *parent,
                                          const char         *prefix,
                                          const char         *suffix,
                                          GCancellable       *cancellable,
                                          GError            **error);
void             tmp_location_clear      (TmpLocation        *self);
TmpLocationState tmp_location_check      (const TmpLocation  *self,
                                          int                 fd);
gboolean         tmp_location_remove     (const TmpLocation  *self);
char            *tmp_location_hide       (const TmpLocation  *self);
gboolean         tmp_location_is_nested  (const TmpLocation  *self);
gboolean         tmp_location_goes_along (const char         *path,
                                          const TmpFileId    *id,
                                          int                 fd);

G_END_DECLS
