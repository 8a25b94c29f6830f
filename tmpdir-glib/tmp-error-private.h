/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

void     tmp_error_set_errno   (GError     **error,
                                int          errsv,
                                const char  *action,
                                const char  *path);
void     tmp_error_set_literal (GError     **error,
                                GIOErrorEnum code,
                                const char  *action,
                                const char  *path,
                                const char  *reason);
void     tmp_error_take        (GError     **error,
                                GError      *source,
                                const char  *action,
                                const char  *path);

G_END_DECLS
