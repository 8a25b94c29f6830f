/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "test-lib.h"

G_BEGIN_DECLS

/* A GFile that wraps a local one and says that it is not native: it has a URI
 * (wrap:///...), no path, and only what a simple remote file system can do.
 * What is done through it is watched, and can be made to fail or to be slow.
 */
#define WRAP_TYPE_FILE (wrap_file_get_type ())
G_DECLARE_FINAL_TYPE (WrapFile, wrap_file, WRAP, FILE, GObject)

typedef enum
{
  WRAP_QUERY,
  WRAP_ENUMERATE,
  WRAP_NEXT,
  WRAP_MAKE,
  WRAP_DELETE,
  WRAP_N_OPERATIONS
} WrapOperation;

GFile *wrap_file_new          (const char    *path);

/* For the whole process: forget everything said and counted */
void   wrap_reset             (void);

/* @operation on a file called @basename (NULL: any) fails with @code. */
void   wrap_fail              (WrapOperation  operation,
                               const char    *basename,
                               GIOErrorEnum   code);
void   wrap_delay             (WrapOperation  operation,
                               guint          microseconds);

guint  wrap_count             (WrapOperation  operation);
/* How often a directory was enumerated while its parent still was */
guint  wrap_count_nested      (void);
/* How many enumerators are open now */
guint  wrap_count_open        (void);
/* Whether every enumeration asked not to follow symbolic links */
gboolean wrap_never_followed  (void);

/* A fixture whose file is one of these, and which has nothing open afterwards */
void   wrap_set_up            (TestFixture   *fixture,
                               gconstpointer  data);
void   wrap_tear_down         (TestFixture   *fixture,
                               gconstpointer  data);

#define wrap_add(path, data, func) \
  g_test_add ((path), TestFixture, (data), wrap_set_up, (func), wrap_tear_down)

G_END_DECLS
