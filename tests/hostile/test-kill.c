/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A process is killed before each single one of its system calls, and the next one
 * deletes everything that it has left, and nothing else.
 */

#include "stepper.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef enum
{
  NOT_KEPT,
  BEING_KEPT, /* it may have been, or not */
  KEPT        /* nobody is to delete it any more */
} Keeping;

/* What a life says about itself before it is killed */
typedef struct
{
  gint keeping; /* atomic: Keeping */
  char path[4096];
} Testament;

typedef struct
{
  MortalFunc live;      /* in the process that is killed */
  MortalFunc before;    /* in one that has been killed before that */
} Life;

static Testament *testament;

static TmpDirectory *
create (GFile      *parent,
        const char *prefix)
{
  g_autoptr(GError) error = NULL;
  TmpDirectory *dir = tmp_directory_new_in (parent, prefix, NULL, &error);

  g_assert_no_error (error);
  return dir;
}

/* What it is for. One of the links leads to the canaries. */
static void
use (TmpDirectory *dir)
{
  g_autofree char *link = tmp_directory_build_path (dir, "link", NULL);

  test_make_tree (tmp_directory_get_path (dir), 2, 2);
  g_assert_no_errno (symlink ("../../canaries", link));
}

static int
live_dropped (TestFixture   *fixture,
              gconstpointer  data)
{
  TmpDirectory *dir = create (NULL, "dropped-");

  use (dir);
  g_object_unref (dir);
  g_assert_true (tmp_flush (NULL, NULL));
  return 0;
}

/* In a certain directory, and deleted by the exit handler */
static int
live_owned (TestFixture   *fixture,
            gconstpointer  data)
{
  g_autofree char *tmp = mortal_get_tmp (fixture);
  g_autoptr(GFile) parent = g_file_new_for_path (tmp);
  TmpDirectory *dir = create (parent, NULL);

  use (dir);
  test_hold (dir);
  return 0;
}

static int
live_cleaned (TestFixture   *fixture,
              gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = create (NULL, NULL);

  use (dir);
  g_assert_true (tmp_directory_cleanup (dir, NULL, NULL));
  return 0;
}

/* One in another, and one beside them that is empty */
static int
live_nested (TestFixture   *fixture,
             gconstpointer  data)
{
  TmpDirectory *outer = create (NULL, NULL);
  TmpDirectory *inner = create (tmp_directory_get_file (outer), NULL);

  g_object_unref (create (NULL, NULL));
  use (inner);
  /* It goes with the outer one, where nobody will find it any more. */
  tmp_directory_set_ignore_cleanup_errors (inner, TRUE);
  g_object_unref (outer);
  g_object_unref (inner);
  return 0;
}

static int
live_detached (TestFixture   *fixture,
               gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = create (NULL, "kept-");

  strcpy (testament->path, tmp_directory_get_path (dir));
  g_atomic_int_set (&testament->keeping, BEING_KEPT);
  g_object_unref (tmp_directory_detach (dir));
  g_atomic_int_set (&testament->keeping, KEPT);
  return 0;
}

static int
live_kept (TestFixture   *fixture,
           gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = create (NULL, "kept-");

  strcpy (testament->path, tmp_directory_get_path (dir));
  g_atomic_int_set (&testament->keeping, BEING_KEPT);
  tmp_directory_set_auto_cleanup (dir, FALSE);
  g_atomic_int_set (&testament->keeping, KEPT);
  return 0;
}

/* All of it is in one of the two places. */
static int
live_persisted (TestFixture   *fixture,
                gconstpointer  data)
{
  g_autofree char *tmp = mortal_get_tmp (fixture);
  g_autoptr(GFile) destination = g_file_new_build_filename (tmp, "persisted", NULL);
  g_autoptr(TmpDirectory) dir = create (NULL, NULL);

  use (dir);
  strcpy (testament->path, g_file_peek_path (destination));
  g_atomic_int_set (&testament->keeping, BEING_KEPT);
  g_assert_true (tmp_directory_persist (dir, destination, TMP_PERSIST_NONE, NULL, NULL));
  g_atomic_int_set (&testament->keeping, KEPT);
  return 0;
}

/* The other way round: what was there before is deleted, or is still there. */
static int
live_exchanged (TestFixture   *fixture,
                gconstpointer  data)
{
  g_autofree char *tmp = mortal_get_tmp (fixture);
  g_autofree char *there = test_make_dir (tmp, "persisted");
  g_autoptr(GFile) destination = g_file_new_for_path (there);
  g_autoptr(TmpDirectory) dir = NULL;

  strcpy (testament->path, there);
  g_atomic_int_set (&testament->keeping, KEPT);
  test_make_tree (there, 2, 2);
  dir = create (NULL, NULL);
  use (dir);
  g_assert_true (tmp_directory_persist (dir, destination, TMP_PERSIST_EXCHANGE, NULL, NULL));
  return 0;
}

static int
live_to_reclaim (TestFixture   *fixture,
                 gconstpointer  data)
{
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (tmp_reclaim (NULL, &error), ==, 3);
  g_assert_no_error (error);
  return 0;
}

static int
leave (TestFixture   *fixture,
       gconstpointer  data)
{
  g_autofree char *tmp = mortal_get_tmp (fixture);
  g_autoptr(GFile) parent = g_file_new_for_path (tmp);
  GFile *parents[] = { NULL, parent, NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (parents); i++)
    {
      TmpDirectory *dir = create (parents[i], NULL);

      use (dir);
      test_hold (dir);
    }
  raise (SIGKILL);
  return 1;
}

/* Files that are not ours, beside what is and where its links lead to */
static void
make_canaries (TestFixture *fixture)
{
  static const char * const names[] = {
    "tmpABCDEFabcdefghijklmnop", "tmpabcdefghijklmnopqrstuv", ".tmpABCDEFabcdefghijklmnop.deleted",
  };
  g_autofree char *tmp = mortal_get_tmp (fixture);
  g_autofree char *canaries = test_make_dir (fixture->path, "canaries");

  g_free (test_make_file (canaries, "file"));
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *dir = test_make_dir (tmp, names[i]);

      g_free (test_make_file (dir, "file"));
    }
}

static guint
count_journals (TestFixture *fixture)
{
  g_autofree char *journals = mortal_get_journals (fixture);

  return g_file_test (journals, G_FILE_TEST_EXISTS) ? test_count_entries (journals) : 0;
}

/* Directories that come and go change the times of the one that they are in. */
static char *
take_snapshot (TestFixture *fixture)
{
  g_autofree char *tmp = mortal_get_tmp (fixture);
  g_autofree char *canaries = g_build_filename (fixture->path, "canaries", NULL);
  g_autofree char *outside = test_snapshot (canaries);
  g_autofree char *inside = test_snapshot (tmp);
  const char *end_of_first_line = strchr (inside, '\n');

  g_assert_nonnull (end_of_first_line);
  return g_strconcat (outside, end_of_first_line, NULL);
}

static void
check_testament (void)
{
  const Keeping keeping = g_atomic_int_get (&testament->keeping);

  if (keeping == KEPT)
    test_assert_present (testament->path);
  if (keeping != NOT_KEPT && g_file_test (testament->path, G_FILE_TEST_EXISTS))
    test_remove (testament->path);
}

/* Returns how many entries were left by all those that were killed, and left by the
 * next process, too.
 */
static guint
kill_everywhere (TestFixture *fixture,
                 const Life  *life)
{
  const gboolean control = g_getenv ("TMPDIR_GLIB_JOURNAL") != NULL;
  g_autofree char *tmp = mortal_get_tmp (fixture);
  g_autofree char *before = NULL;
  guint n_canaries, n_left = 0;
  gboolean killed = TRUE;
  guint when;

  make_canaries (fixture);
  before = take_snapshot (fixture);
  n_canaries = test_count_entries (tmp);
  testament = mmap (NULL, sizeof *testament, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  g_assert_true (testament != MAP_FAILED);

  for (when = 1; killed; when++)
    {
      g_autofree char *after = NULL;

      testament->keeping = NOT_KEPT;
      if (life->before != NULL)
        mortal_die (fixture, life->before, NULL);
      killed = stepper_run (fixture, life->live, NULL, when);
      mortal_reclaim (fixture);
      check_testament ();

      if (control)
        {
          n_left += test_count_entries (tmp) - n_canaries;
          continue;
        }

      g_assert_cmpuint (count_journals (fixture), ==, 0);
      after = take_snapshot (fixture);
      g_assert_cmpstr (before, ==, after);
    }

  munmap (testament, sizeof *testament);
  g_test_message ("Killed before each of %u system calls", when - 2);
  /* Less would be no life. */
  g_assert_cmpuint (when, >, 20);
  return n_left;
}

static void
test_kill (TestFixture   *fixture,
           gconstpointer  data)
{
  if (stepper_require (fixture))
    kill_everywhere (fixture, data);
}

/* If it is not written down, nobody knows. */
static void
test_control (TestFixture   *fixture,
              gconstpointer  data)
{
  if (!stepper_require (fixture))
    return;

  g_setenv ("TMPDIR_GLIB_JOURNAL", "0", TRUE);
  g_assert_cmpuint (kill_everywhere (fixture, data), >, 0);
  g_unsetenv ("TMPDIR_GLIB_JOURNAL");
}

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const char *path;
    Life life;
  } lives[] = {
    { "/kill/dropped", { live_dropped } },
    { "/kill/owned", { live_owned } },
    { "/kill/cleaned", { live_cleaned } },
    { "/kill/nested", { live_nested } },
    { "/kill/detached", { live_detached } },
    { "/kill/kept", { live_kept } },
    { "/kill/persisted", { live_persisted } },
    { "/kill/exchanged", { live_exchanged } },
    { "/kill/reclaim", { live_to_reclaim, leave } },
    { "/kill/automatic", { live_dropped, leave } },
  };

  test_init (&argc, &argv);

  mortal_add ("/kill/control", &lives[0].life, test_control);
  for (gsize i = 0; i < G_N_ELEMENTS (lives); i++)
    mortal_add (lives[i].path, &lives[i].life, test_kill);

  return test_run ();
}
