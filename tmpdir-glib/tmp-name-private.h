/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

char     *tmp_name_new           (const char  *prefix,
                                  const char  *suffix,
                                  gboolean     for_mkdtemp,
                                  GError     **error);
gboolean  tmp_name_suits_mkdtemp (const char  *suffix);
gboolean  tmp_name_is_ours       (const char  *name,
                                  gssize       filling);
gboolean  tmp_name_may_be_ours   (const char  *name);
gboolean  tmp_name_matches       (const char  *name,
                                  const char  *pattern,
                                  gssize       filling);
gssize    tmp_name_get_filling   (const char  *prefix);
char     *tmp_name_hidden        (const char  *name);
char     *tmp_name_random        (void);

G_END_DECLS
