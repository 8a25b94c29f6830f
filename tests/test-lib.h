/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <tmpdir-glib/tmpdir-glib.h>

G_BEGIN_DECLS

/* Every test gets an empty directory of its own, which is removed afterwards.
 * A test may run itself again with g_test_trap_subprocess (): the second
 * process finds the same directory and leaves its removal to the first.
 */
typedef struct
{
  char  *path;
  GFile *file;
} TestFixture;

typedef void (*TestFunc) (TestFixture   *fixture,
                          gconstpointer  data);

#define test_add(path, data, func)                                      \
  g_test_add ((path), TestFixture, (data), test_fixture_set_up, (func), \
              test_fixture_tear_down)

void          test_init              (int           *argc,
                                      char        ***argv);
int           test_run               (void);
void          test_fixture_set_up    (TestFixture   *fixture,
                                      gconstpointer  data);
void          test_fixture_tear_down (TestFixture   *fixture,
                                      gconstpointer  data);

/* Sizes and waiting times, adapted to TMPDIR_TEST_SCALE */
guint         test_scale             (guint          count);
guint64       test_timeout           (guint          seconds);

/* Who we are */
gboolean      test_require_root      (void);
gboolean      test_drop_root         (TestFixture   *fixture);
void          test_regain_root       (void);
void          test_drop_root_in_thread
                                     (void);
void          test_regain_root_in_thread
                                     (void);
void          test_give_away         (const char    *path);

/* No descriptor over @n can be opened until test_limit_descriptors (0) */
void          test_limit_descriptors (guint          n);
/* How many there are of something below @path */
guint         test_count_descriptors (const char    *path);

/* Making things */
char         *test_make_dir          (const char    *parent,
                                      const char    *name);
char         *test_make_file         (const char    *parent,
                                      const char    *name);
guint         test_make_tree         (const char    *parent,
                                      guint          n_dirs,
                                      guint          n_files);
void          test_make_files        (const char    *parent,
                                      guint          n_files);
void          test_make_deep         (const char    *parent,
                                      guint          n_levels);

/* A new TmpDirectory in that of the test */
TmpDirectory *test_new_directory     (TestFixture   *fixture);

/* Keeping an object until the process ends */
void          test_hold              (gpointer       object);

/* Looking at things */
guint         test_count_entries     (const char    *path);
char         *test_only_entry        (const char    *path);
char         *test_snapshot          (const char    *path);
void          test_remove            (const char    *path);

/* Waiting; the callback takes a GAsyncResult ** as its user data */
void          test_store_result      (GObject       *source,
                                      GAsyncResult  *result,
                                      gpointer       user_data);
void          test_wait_result       (GAsyncResult **result);
void          test_wait_until        (gboolean     (*condition) (gpointer data),
                                      gpointer       data);

/* Waiting for a directory to change: start before, wait after */
typedef struct
{
  int fd;
  struct timespec mtime;
} TestWatch;

void          test_watch_start       (TestWatch     *watch,
                                      const char    *path);
void          test_watch_wait        (TestWatch     *watch);

#define test_assert_absent(path)                                            \
  g_assert_false (g_file_test ((path), G_FILE_TEST_EXISTS) ||               \
                  g_file_test ((path), G_FILE_TEST_IS_SYMLINK))
#define test_assert_present(path) \
  g_assert_true (g_file_test ((path), G_FILE_TEST_EXISTS))

/* The error is of GIO's domain, has this code, and names the path */
#define test_assert_error(error, code, path)                    \
  G_STMT_START {                                                \
    g_assert_error ((error), G_IO_ERROR, (code));               \
    g_assert_nonnull (strstr ((error)->message, (path)));       \
  } G_STMT_END

G_END_DECLS
