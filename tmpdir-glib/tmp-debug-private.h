/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* For what has to be found out first */
#define tmp_debug_is_on() (!g_log_writer_default_would_drop (G_LOG_LEVEL_DEBUG, G_LOG_DOMAIN))

void     tmp_debug         (const char *format,
                            ...) G_GNUC_PRINTF (1, 2);
gboolean tmp_debug_hold    (void);
void     tmp_debug_release (gboolean held);

G_END_DECLS
