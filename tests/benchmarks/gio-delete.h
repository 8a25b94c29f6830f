/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The two ways in which programs delete a tree with GIO today. */

#pragma once

#include <gio/gio.h>

gboolean gio_delete       (GFile     *file,
                           GError   **error);

/* One g_file_delete_async() for each entry, a hundred at a time; a failure ends
 * the process. */
void     gio_delete_async (GFile     *file,
                           GFunc      done,
                           gpointer   user_data);
