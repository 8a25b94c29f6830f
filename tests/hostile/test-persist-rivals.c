/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A directory is moved to where it is to stay while the kernel refuses, and while somebody
 * is at work in both parents who acts just before the renaming, as the fastest one there
 * could be. Either all of it has been moved, or nothing is different.
 */

#include "mounts.h"
#include "supervise.h"
#include "test-lib.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct _Run Run;

typedef struct
{
  TmpPersistFlags flags;
  void (*act) (Run *run);
  int code;             /* the error, or -1 */
} RivalCase;

struct _Run
{
  const RivalCase *rival;
  TmpPersistFlags flags;
  TmpDirectory *dir;
  GFile *destination;
  char *path;           /* of the temporary directory */
  char *parent;         /* of the destination */
  char *there;          /* the destination */
  char *aside;          /* where the rival puts things */
  gboolean naive;
  gboolean acted;
  gboolean moved;
  GError *error;
};

static void
persist_in_thread (gpointer data)
{
  Run *run = data;

  if (run->naive)
    run->moved = renameat (AT_FDCWD, run->path, AT_FDCWD, run->there) == 0;
  else
    run->moved = tmp_directory_persist (run->dir, run->destination, run->flags, NULL, &run->error);
}

static void
run_init (Run             *run,
          TestFixture     *fixture,
          TmpPersistFlags  flags)
{
  *run = (Run) { .flags = flags };
  run->dir = test_new_directory (fixture);
  run->path = g_strdup (tmp_directory_get_path (run->dir));
  run->parent = test_make_dir (fixture->path, "parent");
  run->there = g_build_filename (run->parent, "destination", NULL);
  run->aside = g_build_filename (fixture->path, "aside", NULL);
  run->destination = g_file_new_for_path (run->there);
  g_free (test_make_file (run->path, "new"));
  if (flags == TMP_PERSIST_EXCHANGE)
    {
      g_free (test_make_dir (run->parent, "destination"));
      g_free (test_make_file (run->there, "old"));
    }
}

static void
run_clear (Run *run)
{
  g_clear_object (&run->dir);
  g_clear_object (&run->destination);
  g_clear_error (&run->error);
  g_free (run->path);
  g_free (run->parent);
  g_free (run->there);
  g_free (run->aside);
}

static gboolean
has (const char *path,
     const char *name)
{
  g_autofree char *file = g_build_filename (path, name, NULL);

  return g_file_test (file, G_FILE_TEST_EXISTS);
}

/* Either, or: never both, never neither, never a part */
static void
assert_consistent (Run *run)
{
  const gboolean exchange = run->flags == TMP_PERSIST_EXCHANGE;

  g_assert_true (run->moved == (run->error == NULL));
  g_assert_true (has (run->there, "new") == run->moved);
  g_assert_true (has (run->path, "new") == !run->moved);
  g_assert_true (has (run->path, "old") == (run->moved && exchange));
  g_assert_true (has (run->there, "old") == (!run->moved && exchange));
}

/* The code that an errno of the renaming becomes */
static int
get_code (int errsv)
{
  if (errsv == EXDEV || errsv == EINVAL || errsv == ENOSYS)
    return G_IO_ERROR_NOT_SUPPORTED;

  return (int) g_io_error_from_errno (errsv);
}

/* Each call fails, for the first time, for the second, and so on. */
static void
test_faults (TestFixture   *fixture,
             gconstpointer  data)
{
  static const int errnos[] = {
    EACCES, EPERM, EIO, ENOENT, EMFILE, ENOMEM, EROFS, EXDEV, EINVAL, ENOSYS, EBUSY, ENOSPC, EEXIST,
    ENOTEMPTY, EWOULDBLOCK,
  };
  static const Call calls[] = { CALL_OPENAT, CALL_STAT, CALL_RENAME, CALL_CHMOD, CALL_FLOCK };
  guint n_failed = 0;

  if (!g_test_subprocess ())
    {
      supervise_in_subprocess ();
      return;
    }

  supervise_start ();
  for (gsize i = 0; i < G_N_ELEMENTS (calls) * G_N_ELEMENTS (errnos) * 2; i++)
    {
      guint n_injected = 1;

      for (guint when = 1; n_injected > 0; when++)
        {
          Supervision supervision = {
            .call = calls[i / 2 % G_N_ELEMENTS (calls)],
            .errsv = errnos[i / 2 / G_N_ELEMENTS (calls)],
            .when = when,
          };
          Run run;

          run_init (&run, fixture, i % 2 == 0 ? TMP_PERSIST_NONE : TMP_PERSIST_EXCHANGE);
          supervise_run (&supervision, persist_in_thread, &run);
          n_injected = supervision.n_injected;
          g_free (supervision.path);
          assert_consistent (&run);
          if (!run.moved)
            {
              const int code = get_code (supervision.errsv);

              n_failed++;
              g_assert_true (run.error->domain == G_IO_ERROR);
              g_assert_true (strstr (run.error->message, run.path) != NULL ||
                             strstr (run.error->message, run.there) != NULL);
              /* The renaming itself says why; what cannot be done at once is not done. */
              if (supervision.call == CALL_RENAME && when == 1)
                g_assert_error (run.error, G_IO_ERROR, code);
              /* Nothing has been lost by that, and nothing is kept. */
              g_clear_error (&run.error);
              run.moved = tmp_directory_persist (run.dir, run.destination, run.flags, NULL, &run.error);
              g_assert_no_error (run.error);
              assert_consistent (&run);
            }

          test_remove (run.there);
          test_remove (run.parent);
          run_clear (&run);
          g_assert_true (tmp_flush (NULL, NULL));
          g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
        }
    }

  g_test_message ("%u of them failed", n_failed);
  g_assert_cmpuint (n_failed, >, G_N_ELEMENTS (errnos) * 2);
}

static void
before_rename (Call        call,
               const char *path,
               gpointer    data)
{
  Run *run = data;

  if (call == CALL_RENAME && !run->acted)
    {
      run->acted = TRUE;
      run->rival->act (run);
    }
}

/* Somebody's directory under the name of ours */
static void
replace_source (Run *run)
{
  g_autofree char *file = g_build_filename (run->path, "foreign", NULL);

  g_assert_no_errno (rename (run->path, run->aside));
  g_assert_no_errno (mkdir (run->path, 0700));
  g_assert_true (g_file_set_contents (file, "", 0, NULL));
}

/* Something is there first, even if it is empty. */
static void
take_destination (Run *run)
{
  g_assert_no_errno (mkdir (run->there, 0755));
}

static void
replace_destination (Run *run)
{
  g_autofree char *file = g_build_filename (run->there, "foreign", NULL);

  g_assert_no_errno (rename (run->there, run->aside));
  g_assert_no_errno (mkdir (run->there, 0700));
  g_assert_true (g_file_set_contents (file, "", 0, NULL));
}

static void
remove_destination (Run *run)
{
  g_assert_no_errno (rename (run->there, run->aside));
}

/* The parent moves away, and its name becomes a link: what has been moved is in the parent
 * that was meant. */
static void
replace_parent (Run *run)
{
  g_assert_no_errno (rename (run->parent, run->aside));
  g_assert_no_errno (symlink ("/nowhere", run->parent));
}

static void
test_rival (TestFixture   *fixture,
            gconstpointer  data)
{
  const RivalCase *rival = data;
  Run run;
  Supervision supervision = { .before = before_rename, .before_data = &run };

  if (!g_test_subprocess ())
    {
      supervise_in_subprocess ();
      return;
    }

  run_init (&run, fixture, rival->flags);
  run.rival = rival;
  supervise_start ();
  supervise_run (&supervision, persist_in_thread, &run);
  g_assert_true (run.acted);

  if (rival->code >= 0)
    {
      g_assert_false (run.moved);
      test_assert_error (run.error, rival->code, run.there);
    }
  else
    g_assert_no_error (run.error);

  if (rival->act == replace_source)
    {
      g_assert_true (has (run.path, "foreign"));
      g_assert_true (has (run.aside, "new"));
      g_assert_true (has (run.there, "old") == (rival->flags == TMP_PERSIST_EXCHANGE));
      g_assert_no_errno (renameat2 (AT_FDCWD, run.aside, AT_FDCWD, run.path, RENAME_EXCHANGE));
    }
  else if (rival->act == take_destination)
    {
      g_assert_true (has (run.path, "new"));
      g_assert_cmpuint (test_count_entries (run.there), ==, 0);
    }
  else if (rival->act == replace_destination)
    {
      g_assert_true (has (run.path, "new"));
      g_assert_true (has (run.there, "foreign"));
      g_assert_true (has (run.aside, "old"));
    }
  else if (rival->act == remove_destination)
    {
      g_assert_true (has (run.path, "new"));
      g_assert_true (has (run.aside, "old"));
      test_assert_absent (run.there);
    }
  else
    {
      g_autofree char *moved = g_build_filename (run.aside, "destination", NULL);

      g_assert_true (has (moved, "new"));
      test_assert_absent (run.path);
    }

  run_clear (&run);
  g_assert_true (tmp_flush (NULL, NULL));
}

/* renameat() replaces what has come meanwhile, without a word. */
static void
test_control (TestFixture   *fixture,
              gconstpointer  data)
{
  static const RivalCase rival = { TMP_PERSIST_NONE, take_destination, -1 };
  Run run;
  Supervision supervision = { .before = before_rename, .before_data = &run };

  if (!g_test_subprocess ())
    {
      supervise_in_subprocess ();
      return;
    }

  run_init (&run, fixture, TMP_PERSIST_NONE);
  run.rival = &rival;
  run.naive = TRUE;
  g_object_unref (tmp_directory_detach (run.dir));
  supervise_start ();
  supervise_run (&supervision, persist_in_thread, &run);
  g_assert_true (run.acted);
  g_assert_true (run.moved);
  g_assert_true (has (run.there, "new"));
  run_clear (&run);
}

typedef enum
{
  READ_ONLY,
  BEHIND_BIND, /* the same file system */
  MOUNT_POINT
} MountCase;

static void
test_mounts (TestFixture   *fixture,
             gconstpointer  data)
{
  const MountCase which = GPOINTER_TO_INT (data);
  static const int codes[] = { G_IO_ERROR_READ_ONLY, G_IO_ERROR_NOT_SUPPORTED, G_IO_ERROR_BUSY };
  g_autofree char *path = NULL;

  if (!mounts_require ())
    return;

  for (TmpPersistFlags flags = TMP_PERSIST_NONE; flags <= TMP_PERSIST_EXCHANGE; flags++)
    {
      g_autofree char *before = NULL;
      g_autofree char *after = NULL;
      Run run;

      /* Nothing may be there, mounted or not. */
      if (which == MOUNT_POINT && flags == TMP_PERSIST_NONE)
        continue;

      run_init (&run, fixture, flags);
      path = g_strdup (which == READ_ONLY ? fixture->path : which == MOUNT_POINT ? run.there : run.parent);
      mounts_bind (path, path);
      /* What has been mounted on it is not what the names in it led to before. */
      if (which == READ_ONLY)
        g_assert_no_errno (mount (NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));

      before = test_snapshot (fixture->path);
      persist_in_thread (&run);
      test_assert_error (run.error, codes[which], run.there);
      after = test_snapshot (fixture->path);
      g_assert_cmpstr (before, ==, after);

      mounts_remove (path);
      g_clear_pointer (&path, g_free);
      test_remove (run.parent);
      run_clear (&run);
      g_assert_true (tmp_flush (NULL, NULL));
    }
}

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const char *path;
    RivalCase rival;
  } rivals[] = {
    { "/persist-rivals/source", { TMP_PERSIST_NONE, replace_source, G_IO_ERROR_FAILED } },
    { "/persist-rivals/source-exchange", { TMP_PERSIST_EXCHANGE, replace_source, G_IO_ERROR_FAILED } },
    { "/persist-rivals/taken", { TMP_PERSIST_NONE, take_destination, G_IO_ERROR_EXISTS } },
    { "/persist-rivals/destination", { TMP_PERSIST_EXCHANGE, replace_destination, G_IO_ERROR_FAILED } },
    { "/persist-rivals/destination-gone", { TMP_PERSIST_EXCHANGE, remove_destination, G_IO_ERROR_NOT_FOUND } },
    { "/persist-rivals/parent", { TMP_PERSIST_NONE, replace_parent, -1 } },
  };

  test_init (&argc, &argv);
  mounts_init ();

  test_add ("/persist-rivals/control", NULL, test_control);
  test_add ("/persist-rivals/faults", NULL, test_faults);
  for (gsize i = 0; i < G_N_ELEMENTS (rivals); i++)
    test_add (rivals[i].path, &rivals[i].rival, test_rival);
  test_add ("/persist-rivals/read-only", GINT_TO_POINTER (READ_ONLY), test_mounts);
  test_add ("/persist-rivals/bind", GINT_TO_POINTER (BEHIND_BIND), test_mounts);
  test_add ("/persist-rivals/mount-point", GINT_TO_POINTER (MOUNT_POINT), test_mounts);

  return test_run ();
}
