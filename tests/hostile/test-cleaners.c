/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Processes create directories, and others delete what nobody has any more, all at
 * once and again and again. No directory is lost that somebody has.
 */

#include "mortal.h"
#include "naive.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* So many each process creates before the next one begins, and has at a time */
#define BATCH 250
#define N_HELD 8

#define N_CREATORS 2
#define N_CLEANERS 2

/* All of them atomic, and seen by all processes */
typedef struct
{
  gint stop;
  gint n_created;
  gint n_lost;
  gint n_deleted;
} Score;

typedef struct
{
  const char *path;
  MortalFunc  create;
  MortalFunc  clean;
  gboolean    with_deaths; /* leftovers that have to be deleted */
  gboolean    loses;
} Game;

static Score *score;

static guint
get_n_creations (void)
{
  const char *env = g_getenv ("TMPDIR_TEST_CREATIONS");

  return env != NULL ? (guint) g_ascii_strtoull (env, NULL, 10) : test_scale (2000);
}

/* Whoever has a directory finds his file in there. */
static void
check (const char *path)
{
  g_autofree char *file = g_build_filename (path, "file", NULL);

  if (!g_file_test (file, G_FILE_TEST_EXISTS))
    g_atomic_int_inc (&score->n_lost);
}

static void
fill (const char *path)
{
  g_autofree char *file = g_build_filename (path, "file", NULL);
  const int fd = open (file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

  /* Otherwise it is lost already. */
  if (fd >= 0)
    close (fd);
  g_atomic_int_inc (&score->n_created);
}

static int
create (TestFixture   *fixture,
        gconstpointer  data)
{
  const Game *game = data;
  TmpDirectory *held[N_HELD] = { NULL, };

  for (guint i = 0; i < BATCH; i++)
    {
      g_autoptr(GError) error = NULL;
      TmpDirectory **place = &held[i % N_HELD];

      if (*place != NULL)
        check (tmp_directory_get_path (*place));
      g_clear_object (place);

      *place = tmp_directory_new (NULL, &error);
      /* Whoever regards no lock may take all the new ones. */
      if (game->loses && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_EXISTS))
        {
          g_atomic_int_inc (&score->n_created);
          g_atomic_int_inc (&score->n_lost);
          continue;
        }
      g_assert_no_error (error);
      /* What is lost would be told. */
      tmp_directory_set_ignore_cleanup_errors (*place, game->loses);
      fill (tmp_directory_get_path (*place));
    }

  for (gsize i = 0; i < N_HELD; i++)
    if (held[i] != NULL)
      {
        check (tmp_directory_get_path (held[i]));
        g_object_unref (held[i]);
      }
  return 0;
}

/* Locks what it has created, too, but does not look whether it still is there. */
static int
create_naively (TestFixture   *fixture,
                gconstpointer  data)
{
  for (guint i = 0; i < BATCH; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/tmpABCDEF%06dabcdefghij",
                                               g_getenv ("TMPDIR"), g_random_int_range (0, 1000000));
      g_autoptr(GFile) file = g_file_new_for_path (path);
      int fd;

      if (g_mkdir (path, 0700) != 0)
        continue;
      fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      if (fd >= 0)
        flock (fd, LOCK_SH);
      fill (path);
      check (path);
      naive_delete_tree (file);
      if (fd >= 0)
        close (fd);
    }
  return 0;
}

static int
leave (TestFixture   *fixture,
       gconstpointer  data)
{
  for (guint i = 0; i < 3; i++)
    {
      TmpDirectory *dir = tmp_directory_new (NULL, NULL);

      fill (tmp_directory_get_path (dir));
      test_hold (dir);
    }
  raise (SIGKILL);
  return 1;
}

static int
reclaim (TestFixture   *fixture,
         gconstpointer  data)
{
  while (!g_atomic_int_get (&score->stop))
    {
      g_autoptr(GError) error = NULL;
      const gssize n = tmp_reclaim (NULL, &error);

      g_assert_no_error (error);
      g_atomic_int_add (&score->n_deleted, (gint) n);
    }
  return 0;
}

/* Calls @func with each directory that has a name like ours. */
static int
clean_up (void (*func) (int dirfd, const char *name, const char *path))
{
  while (!g_atomic_int_get (&score->stop))
    {
      DIR *dir = opendir (g_getenv ("TMPDIR"));
      struct dirent *entry;

      g_assert_nonnull (dir);
      while ((entry = readdir (dir)) != NULL)
        if (strlen (entry->d_name) == strlen ("tmpXXXXXXabcdefghijklmnop"))
          {
            g_autofree char *path = g_build_filename (g_getenv ("TMPDIR"), entry->d_name, NULL);

            func (dirfd (dir), entry->d_name, path);
          }
      closedir (dir);
    }
  return 0;
}

static void
delete (const char *path)
{
  if (naive_delete_nftw (path) == 0)
    g_atomic_int_inc (&score->n_deleted);
}

static void
delete_old (int         dirfd,
            const char *name,
            const char *path)
{
  struct stat st;

  if (fstatat (dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
      g_get_real_time () - (st.st_mtim.tv_sec * G_USEC_PER_SEC + st.st_mtim.tv_nsec / 1000) > 1000)
    delete (path);
}

/* By its name, and its age: a process may have it for longer. */
static int
clean_by_age (TestFixture   *fixture,
              gconstpointer  data)
{
  return clean_up (delete_old);
}

static void
delete_unlocked (int         dirfd,
                 const char *name,
                 const char *path)
{
  const int fd = openat (dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

  if (fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) == 0)
    delete (path);
  if (fd >= 0)
    close (fd);
}

/* As systemd-tmpfiles does, if everything were old enough */
static int
clean_by_lock (TestFixture   *fixture,
               gconstpointer  data)
{
  return clean_up (delete_unlocked);
}

static void
test_game (TestFixture   *fixture,
           gconstpointer  data)
{
  const Game *game = data;
  const gint n_creations = (gint) (game->loses ? MIN (get_n_creations (), 4000) : get_n_creations ());
  Mortal cleaners[N_CLEANERS], creators[N_CREATORS];

  score = mmap (NULL, sizeof *score, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  g_assert_true (score != MAP_FAILED);

  for (gsize i = 0; i < N_CLEANERS; i++)
    mortal_start (&cleaners[i], fixture, game->clean, NULL);

  /* With few creations, there may have been nothing to delete yet: one cleaner
   * or the other gets something in the end.
   */
  while ((g_atomic_int_get (&score->n_created) < n_creations ||
          (game->with_deaths && g_atomic_int_get (&score->n_deleted) == 0)) &&
         !(game->loses && g_atomic_int_get (&score->n_lost) > 0))
    {
      for (gsize i = 0; i < N_CREATORS; i++)
        mortal_start (&creators[i], fixture, game->create, game);
      if (game->with_deaths)
        mortal_die (fixture, leave, NULL);
      for (gsize i = 0; i < N_CREATORS; i++)
        g_assert_cmpint (mortal_end (&creators[i]), ==, 0);
    }

  g_atomic_int_set (&score->stop, TRUE);
  for (gsize i = 0; i < N_CLEANERS; i++)
    g_assert_cmpint (mortal_end (&cleaners[i]), ==, 0);

  g_test_message ("%d created, %d lost, %d deleted", score->n_created, score->n_lost,
                  score->n_deleted);
  if (game->loses)
    g_assert_cmpint (score->n_lost, >, 0);
  else
    g_assert_cmpint (score->n_lost, ==, 0);
  if (game->with_deaths)
    {
      g_assert_cmpint (score->n_deleted, >, 0);
      mortal_reclaim (fixture);
      mortal_assert_clean (fixture);
    }
  munmap (score, sizeof *score);
}

int
main (int    argc,
      char **argv)
{
  static const Game games[] = {
    { "/cleaners/control/age", create, clean_by_age, FALSE, TRUE },
    { "/cleaners/control/lock", create_naively, clean_by_lock, FALSE, TRUE },
    { "/cleaners/lock", create, clean_by_lock, FALSE, FALSE },
    { "/cleaners/reclaim", create, reclaim, TRUE, FALSE },
  };

  test_init (&argc, &argv);

  for (gsize i = 0; i < G_N_ELEMENTS (games); i++)
    mortal_add (games[i].path, &games[i], test_game);

  return test_run ();
}
