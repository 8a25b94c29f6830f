/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The tree is not ours alone: others delete it as well, or keep adding to it,
 * or have made a part of it undeletable.
 */

#include "naive.h"
#include "supervise.h"
#include "test-lib.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  GFile *file;
  gboolean naive;

  gboolean success;
  GError *error;
} Deletion;

static void
delete_tree (gpointer data)
{
  Deletion *deletion = data;

  deletion->success = deletion->naive
                        ? naive_try_delete_tree (deletion->file, &deletion->error)
                        : tmp_delete_tree (deletion->file, TMP_DELETE_NONE, NULL, &deletion->error);
  g_assert_true (deletion->success == (deletion->error == NULL));
}

static gpointer
delete_in_thread (gpointer data)
{
  delete_tree (data);
  return NULL;
}

/* How many files and directories the error says to be left */
static guint
count_told (const GError *error)
{
  const char *count = strrchr (error->message, '(');

  return count != NULL ? (guint) g_ascii_strtoull (count + 1, NULL, 10) : 1;
}

/* All of them delete the same tree, and each finds in the end that it is gone,
 * whoever was faster. The usual programs take part, but may complain.
 */
static void
test_deleters (TestFixture   *fixture,
               gconstpointer  data)
{
  for (guint round = 0; round < test_scale (20); round++)
    {
      g_autofree char *tree = test_make_dir (fixture->path, "tree");
      g_autofree char *deep = test_make_dir (tree, "deep");
      g_autoptr(GFile) file = g_file_new_for_path (tree);
      g_autoptr(GError) error = NULL;
      g_autoptr(GSubprocess) rm = NULL;
      g_autoptr(GSubprocess) find = NULL;
      Deletion deletions[4];
      GThread *threads[G_N_ELEMENTS (deletions)];

      test_make_tree (tree, 40, 10);
      test_make_deep (deep, 60);
      rm = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, "rm", "-rf", tree, NULL);
      g_assert_no_error (error);
      find = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, "find", tree, "-delete", NULL);
      g_assert_no_error (error);

      for (gsize i = 0; i < G_N_ELEMENTS (deletions); i++)
        {
          deletions[i] = (Deletion) { .file = file };
          threads[i] = g_thread_new ("delete", delete_in_thread, &deletions[i]);
        }
      for (gsize i = 0; i < G_N_ELEMENTS (deletions); i++)
        {
          g_thread_join (threads[i]);
          g_assert_no_error (deletions[i].error);
        }

      test_assert_absent (tree);
      g_assert_true (g_subprocess_wait (rm, NULL, &error));
      g_assert_true (g_subprocess_wait (find, NULL, &error));
      g_assert_no_error (error);
    }
}

typedef struct
{
  const char *dir;
  gsize number;
  gint stop;
  gint n_added;
} Writer;

static gpointer
write_in_thread (gpointer data)
{
  Writer *writer = data;

  /* Whatever is taken away is made again, except for the root. */
  while (!g_atomic_int_get (&writer->stop))
    {
      g_autofree char *name = g_strdup_printf ("%s/%zu-%d", writer->dir, writer->number, writer->n_added);
      int fd = open (name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

      if (fd >= 0)
        {
          close (fd);
          g_atomic_int_inc (&writer->n_added);
        }
      else if (errno == ENOENT)
        g_mkdir (writer->dir, 0755);
    }
  return NULL;
}

/* As fast as they can; nobody knows who wins, but it ends. */
static void
test_writers (TestFixture   *fixture,
              gconstpointer  data)
{
  g_autofree char *tree = test_make_dir (fixture->path, "tree");
  g_autofree char *dir = test_make_dir (tree, "dir");
  Deletion deletion = { .file = g_file_new_for_path (tree) };
  Writer writers[4];
  GThread *threads[G_N_ELEMENTS (writers)];
  gint64 start, duration;

  for (gsize i = 0; i < G_N_ELEMENTS (writers); i++)
    {
      writers[i] = (Writer) { .dir = dir, .number = i };
      threads[i] = g_thread_new ("write", write_in_thread, &writers[i]);
      while (g_atomic_int_get (&writers[i].n_added) < (int) test_scale (5000))
        g_thread_yield ();
    }

  start = g_get_monotonic_time ();
  delete_tree (&deletion);
  duration = g_get_monotonic_time () - start;
  g_assert_cmpint (duration, <, test_timeout (120));
  if (deletion.success)
    test_assert_absent (tree);
  else
    test_assert_error (deletion.error, G_IO_ERROR_BUSY, tree);

  for (gsize i = 0; i < G_N_ELEMENTS (writers); i++)
    {
      g_atomic_int_set (&writers[i].stop, TRUE);
      g_thread_join (threads[i]);
    }
  g_test_message ("%s after %.1f s, and %d, %d and %d files",
                  deletion.success ? "Gone" : deletion.error->message,
                  (double) duration / G_USEC_PER_SEC,
                  writers[0].n_added, writers[1].n_added, writers[2].n_added);

  g_clear_error (&deletion.error);
  delete_tree (&deletion);
  g_assert_no_error (deletion.error);
  g_object_unref (deletion.file);
}

/* A writer who is always there at the worst moment: when everything in the
 * directory has been deleted, and it is about to be removed
 */
typedef struct
{
  const char *dir;
  guint n_files;      /* how often he does that */
  guint n_added;
} LastMoment;

static void
add_at_last_moment (Call        call,
                    const char *path,
                    gpointer    data)
{
  LastMoment *writer = data;

  if (call == CALL_RMDIR && g_strcmp0 (path, writer->dir) == 0 && writer->n_added < writer->n_files)
    {
      g_autofree char *name = g_strdup_printf ("file%u", writer->n_added++);

      g_free (test_make_file (writer->dir, name));
    }
}

typedef enum
{
  STOPS,
  NEVER_STOPS,
  NAIVE,
} LastMomentKind;

static void
test_last_moment (TestFixture   *fixture,
                  gconstpointer  data)
{
  const LastMomentKind kind = GPOINTER_TO_INT (data);
  LastMoment writer = { .n_files = kind == NEVER_STOPS ? G_MAXUINT : 6 };
  Supervision supervision = { .before = add_at_last_moment, .before_data = &writer };
  Deletion deletion = { .naive = kind == NAIVE };
  g_autofree char *tree = NULL;
  g_autofree char *dir = NULL;
  gint64 start = g_get_monotonic_time ();

  if (!g_test_subprocess ())
    {
      supervise_in_subprocess ();
      return;
    }

  supervise_start ();
  tree = test_make_dir (fixture->path, "tree");
  test_make_tree (tree, 5, 5);
  dir = test_make_dir (tree, "dir");
  writer.dir = dir;
  deletion.file = g_file_new_for_path (tree);
  supervise_run (&supervision, delete_tree, &deletion);

  switch (kind)
    {
    case STOPS:
      g_assert_no_error (deletion.error);
      test_assert_absent (tree);
      g_assert_cmpuint (writer.n_added, ==, writer.n_files);
      break;

    case NEVER_STOPS:
      test_assert_error (deletion.error, G_IO_ERROR_BUSY, dir);
      g_assert_cmpuint (writer.n_added, >=, 6);
      g_assert_cmpint (g_get_monotonic_time () - start, <, test_timeout (30));
      /* Only the directory and what was added last is left. */
      g_assert_cmpuint (test_count_entries (tree), ==, 2);
      break;

    case NAIVE:
      g_assert_error (deletion.error, G_IO_ERROR, G_IO_ERROR_NOT_EMPTY);
      g_assert_cmpuint (test_count_entries (tree), >, 0);
      break;
    }

  g_clear_error (&deletion.error);
  g_object_unref (deletion.file);
}

/* Who deletes a directory just before it gets its hidden name, as another thread's cleanup
 * can at exit, has not moved it away: there is nothing to warn of.
 */
static void
delete_at_last_moment (Call        call,
                       const char *path,
                       gpointer    data)
{
  char **victim = data;

  if (call == CALL_RENAME && g_strcmp0 (path, *victim) == 0)
    {
      test_remove (*victim);
      g_clear_pointer (victim, g_free);
    }
}

static void
drop (gpointer data)
{
  g_object_unref (data);
}

static void
test_dropped (TestFixture   *fixture,
              gconstpointer  data)
{
  g_autofree char *victim = NULL;
  Supervision supervision = { .before = delete_at_last_moment, .before_data = &victim };
  TmpDirectory *dir;

  if (!g_test_subprocess ())
    {
      supervise_in_subprocess ();
      return;
    }

  supervise_start ();
  dir = test_new_directory (fixture);
  victim = g_strdup (tmp_directory_get_path (dir));
  test_make_tree (victim, 5, 5);
  supervise_run (&supervision, drop, dir);
  g_assert_true (tmp_flush (NULL, NULL));
  g_assert_null (victim);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

/* Sets or clears one attribute, or returns FALSE with errno if the file system
 * does not have it.
 */
static gboolean
change_attribute (const char *path,
                  int         attribute,
                  gboolean    set)
{
  int fd = open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  int flags = 0;
  gboolean result;

  g_assert_no_errno (fd);
  result = ioctl (fd, FS_IOC_GETFLAGS, &flags) == 0;
  flags = set ? flags | attribute : flags & ~attribute;
  result = result && ioctl (fd, FS_IOC_SETFLAGS, &flags) == 0;
  close (fd);
  return result;
}

/* The kernel refuses to delete it, even for root. That is said, everything else
 * is deleted, and the attribute and the mode stay.
 */
typedef struct
{
  int attribute;
  gboolean directory;
  gboolean content;     /* in the directory */
} Attribute;

static void
test_attribute (TestFixture   *fixture,
                gconstpointer  data)
{
  const Attribute *kind = data;
  g_autofree char *tree = test_make_dir (fixture->path, "tree");
  g_autofree char *sub = test_make_dir (tree, "sub");
  g_autofree char *victim = kind->directory ? test_make_dir (sub, "victim")
                                            : test_make_file (sub, "victim");
  g_autofree char *content = kind->content ? test_make_file (victim, "content") : NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  Deletion naive = { .naive = TRUE };
  Deletion deletion = { 0 };

  if (!test_require_root ())
    return;
  if (!change_attribute (victim, kind->attribute, TRUE))
    {
      g_autofree char *reason = g_strdup_printf ("needs attributes of files: %s", g_strerror (errno));

      g_test_skip (reason);
      return;
    }

  deletion.file = naive.file = g_file_new_for_path (tree);
  test_make_tree (tree, 5, 5);
  test_make_tree (sub, 5, 5);
  before = test_snapshot (victim);
  delete_tree (&deletion);
  after = test_snapshot (victim);

  test_assert_error (deletion.error, G_IO_ERROR_PERMISSION_DENIED, content != NULL ? content : victim);
  g_assert_nonnull (strstr (deletion.error->message, g_strerror (EPERM)));
  g_assert_cmpuint (count_told (deletion.error), ==, test_count_entries (tree) + 1);
  g_assert_cmpuint (test_count_entries (tree), ==, content != NULL ? 3 : 2);
  g_assert_cmpstr (before, ==, after);

  /* The usual deletion does not know why. */
  delete_tree (&naive);
  g_assert_error (naive.error, G_IO_ERROR, G_IO_ERROR_NOT_EMPTY);

  g_clear_error (&naive.error);
  g_clear_error (&deletion.error);
  g_assert_true (change_attribute (victim, kind->attribute, FALSE));
  delete_tree (&deletion);
  g_assert_no_error (deletion.error);
  g_object_unref (deletion.file);
}

int
main (int    argc,
      char **argv)
{
  static const Attribute immutable_file = { FS_IMMUTABLE_FL, FALSE, FALSE };
  static const Attribute immutable_dir = { FS_IMMUTABLE_FL, TRUE, TRUE };
  static const Attribute immutable_empty = { FS_IMMUTABLE_FL, TRUE, FALSE };
  static const Attribute append_file = { FS_APPEND_FL, FALSE, FALSE };
  static const Attribute append_dir = { FS_APPEND_FL, TRUE, TRUE };
  static const Attribute append_empty = { FS_APPEND_FL, TRUE, FALSE };

  test_init (&argc, &argv);

  test_add ("/rivals/deleters", NULL, test_deleters);
  test_add ("/rivals/writers", NULL, test_writers);
  test_add ("/rivals/last-moment/control", GINT_TO_POINTER (NAIVE), test_last_moment);
  test_add ("/rivals/last-moment/stops", GINT_TO_POINTER (STOPS), test_last_moment);
  test_add ("/rivals/last-moment/never-stops", GINT_TO_POINTER (NEVER_STOPS), test_last_moment);
  test_add ("/rivals/dropped", NULL, test_dropped);
  test_add ("/rivals/immutable/file", &immutable_file, test_attribute);
  test_add ("/rivals/immutable/directory", &immutable_dir, test_attribute);
  test_add ("/rivals/immutable/empty-directory", &immutable_empty, test_attribute);
  test_add ("/rivals/append-only/file", &append_file, test_attribute);
  test_add ("/rivals/append-only/directory", &append_dir, test_attribute);
  test_add ("/rivals/append-only/empty-directory", &append_empty, test_attribute);

  return test_run ();
}
