/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

/* Makes what the arguments say at the path, which must not exist, and returns
 * the number of entries, the top directory included. Ends the process if it
 * cannot. The arguments are
 *
 *   grid SIZE [N…] FILES   N directories, in each of them the next N, …, in the
 *                          innermost ones FILES files of SIZE bytes
 *   modules PACKAGES       like a node_modules: deep, narrow, many small
 *                          directories
 *   deep LEVELS            one directory inside the other
 */
long tree_make (const char         *path,
                const char * const *arguments);
