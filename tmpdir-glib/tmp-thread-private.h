/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean tmp_thread_start (const char  *name,
                           GThreadFunc  func,
                           gpointer     data);

G_END_DECLS
