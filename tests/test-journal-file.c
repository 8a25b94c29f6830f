/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The file that a process writes down its directories in: where it cannot be,
 * everything else works; and it is not larger than it has to be.
 */

#include "mortal.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOBODY 65534

static TmpDirectory *
create (GFile *parent)
{
  g_autoptr(GError) error = NULL;
  TmpDirectory *dir = tmp_directory_new_in (parent, NULL, NULL, &error);

  g_assert_no_error (error);
  test_make_files (tmp_directory_get_path (dir), 3);
  return dir;
}

static guint n_messages = 0;

static GLogWriterOutput
count_message (GLogLevelFlags   level,
               const GLogField *fields,
               gsize            n_fields,
               gpointer         data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE") &&
        strstr (fields[i].value, "is not in the journal: ") != NULL)
      n_messages++;
  return G_LOG_WRITER_HANDLED;
}

/* Makes the folder what it should not be. Returns FALSE if that is not possible. */
typedef gboolean (*SpoilFunc) (const char *state,
                               const char *folder);

typedef struct
{
  SpoilFunc spoil;
  gboolean  as_user;  /* root may do what others may not */
} Spoilt;

static gboolean
spoil_owner (const char *state,
             const char *folder)
{
  g_free (test_make_dir (state, "tmpdir-glib"));
  return chown (folder, NOBODY, NOBODY) == 0;
}

static gboolean
spoil_mode (const char *state,
            const char *folder)
{
  g_free (test_make_dir (state, "tmpdir-glib"));
  return g_chmod (folder, 0777) == 0;
}

static gboolean
spoil_read_only (const char *state,
                 const char *folder)
{
  g_free (test_make_dir (state, "tmpdir-glib"));
  return g_chmod (folder, 0555) == 0;
}

static gboolean
spoil_state (const char *state,
             const char *folder)
{
  return g_chmod (state, 0555) == 0;
}

static gboolean
spoil_link (const char *state,
            const char *folder)
{
  g_free (test_make_dir (state, "elsewhere"));
  return symlink ("elsewhere", folder) == 0;
}

static gboolean
spoil_broken_link (const char *state,
                   const char *folder)
{
  return symlink ("nowhere", folder) == 0;
}

static gboolean
spoil_file (const char *state,
            const char *folder)
{
  g_free (test_make_file (state, "tmpdir-glib"));
  return TRUE;
}

/* Seen by this process only, and full to the last byte */
static gboolean
spoil_full (const char *state,
            const char *folder)
{
  g_autofree char *file = g_build_filename (state, "full", NULL);
  static const char block[4096];
  FILE *stream;

  if (unshare (CLONE_NEWNS) != 0 || mount ("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0 ||
      mount ("none", state, "tmpfs", 0, "size=64k,mode=0700") != 0)
    return FALSE;

  g_free (test_make_dir (state, "tmpdir-glib"));
  g_assert_no_errno (g_chmod (folder, 0700));
  stream = fopen (file, "w");
  g_assert_nonnull (stream);
  while (fwrite (block, sizeof block, 1, stream) == 1)
    ;
  fclose (stream);
  return TRUE;
}

static gboolean
spoil_relative (const char *state,
                const char *folder)
{
  g_setenv ("XDG_STATE_HOME", "state", TRUE);
  return g_chdir (state) == 0;
}

static gboolean
spoil_no_home (const char *state,
               const char *folder)
{
  g_unsetenv ("XDG_STATE_HOME");
  g_setenv ("HOME", "/nonexistent", TRUE);
  return TRUE;
}

/* As by 'sudo' or 'su': no folder of root's should appear there. */
static gboolean
spoil_home_of_another (const char *state,
                       const char *folder)
{
  g_unsetenv ("XDG_STATE_HOME");
  g_setenv ("HOME", state, TRUE);
  return chown (state, NOBODY, NOBODY) == 0;
}

static int
create_without_journal (TestFixture   *fixture,
                        gconstpointer  data)
{
  const Spoilt *spoilt = data;
  g_autofree char *state = g_build_filename (fixture->path, "state", NULL);
  g_autofree char *tmp = mortal_get_tmp (fixture);
  g_autofree char *folder = mortal_get_journals (fixture);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  TmpDirectory *dirs[2];

  if (spoilt->as_user && geteuid () == 0)
    {
      g_assert_no_errno (chown (state, NOBODY, NOBODY));
      g_assert_no_errno (chown (tmp, NOBODY, NOBODY));
      if (!test_drop_root (fixture))
        return 77;
    }
  if (!spoilt->spoil (state, folder))
    return 77;
  /* It can be seen that a file was there. */
  before = spoilt->spoil != spoil_full ? test_snapshot (state) : NULL;

  g_log_set_debug_enabled (TRUE);
  g_log_set_writer_func (count_message, NULL, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (dirs); i++)
    dirs[i] = create (NULL);
  g_assert_cmpuint (n_messages, ==, G_N_ELEMENTS (dirs));
  g_assert_cmpint (tmp_reclaim (NULL, NULL), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (dirs); i++)
    g_object_unref (dirs[i]);

  g_assert_true (tmp_flush (NULL, NULL));
  g_assert_cmpuint (n_messages, ==, G_N_ELEMENTS (dirs));
  after = before != NULL ? test_snapshot (state) : NULL;
  g_assert_cmpstr (before, ==, after);
  if (before == NULL)
    g_assert_cmpuint (test_count_entries (folder), ==, 0);
  return 0;
}

static void
test_spoilt (TestFixture   *fixture,
             gconstpointer  data)
{
  g_autofree char *state = g_build_filename (fixture->path, "state", NULL);
  g_autofree char *tmp = mortal_get_tmp (fixture);

  if (mortal_live (fixture, create_without_journal, data) == 77)
    g_test_skip ("needs root, mounts, or a TMPDIR that 'nobody' can reach");
  g_assert_cmpuint (test_count_entries (tmp), ==, 0);
  g_assert_no_errno (g_chmod (state, 0755));
}

/* The folder is made when there is none, for nobody else to look into. */
static int
create_folder (TestFixture   *fixture,
               gconstpointer  data)
{
  g_autofree char *home = g_build_filename (fixture->path, "state", "home", NULL);
  g_autofree char *folder = g_build_filename (home, ".local", "state", "tmpdir-glib", NULL);
  g_autofree char *journal = NULL;
  struct stat st;

  g_assert_no_errno (g_mkdir (home, 0755));
  g_unsetenv ("XDG_STATE_HOME");
  g_setenv ("HOME", home, TRUE);
  umask (0);
  test_hold (create (NULL));

  g_assert_no_errno (g_stat (folder, &st));
  g_assert_cmpuint (st.st_mode & 07777, ==, 0700);
  journal = test_only_entry (folder);
  g_assert_no_errno (g_stat (journal, &st));
  g_assert_cmpuint (st.st_mode & 07777, ==, 0600);
  return 0;
}

static void
test_folder (TestFixture   *fixture,
             gconstpointer  data)
{
  g_autofree char *folder = g_build_filename (fixture->path, "state", "home", ".local", "state",
                                              "tmpdir-glib", NULL);

  g_assert_cmpint (mortal_live (fixture, create_folder, NULL), ==, 0);
  g_assert_cmpuint (test_count_entries (folder), ==, 0);
}

/* There is a journal as soon as there is a descriptor for it. */
static int
create_without_descriptors (TestFixture   *fixture,
                            gconstpointer  data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(TmpDirectory) dir = NULL;

  test_limit_descriptors (3);
  dir = tmp_directory_new (NULL, &error);
  g_assert_no_error (error);
  test_limit_descriptors (0);

  test_hold (create (NULL));
  raise (SIGKILL);
  return 1;
}

static void
test_descriptors (TestFixture   *fixture,
                  gconstpointer  data)
{
  g_autofree char *tmp = mortal_get_tmp (fixture);

  mortal_die (fixture, create_without_descriptors, NULL);
  g_assert_cmpint (mortal_reclaim (fixture), ==, 1);
  /* Nobody knows of the other one. */
  g_assert_cmpuint (test_count_entries (tmp), ==, 1);
}

static goffset
get_size (TestFixture *fixture)
{
  g_autofree char *journals = mortal_get_journals (fixture);
  g_autofree char *journal = test_only_entry (journals);
  struct stat st;

  g_assert_no_errno (g_stat (journal, &st));
  return st.st_size;
}

/* Many come and go while one stays. */
static int
create_many (TestFixture   *fixture,
             gconstpointer  data)
{
  const guint n = test_scale (10000);
  goffset size;

  test_hold (create (NULL));
  size = get_size (fixture);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(TmpDirectory) dir = tmp_directory_new (NULL, &error);

      g_assert_no_error (error);
      g_assert_nonnull (dir);
    }

  g_assert_cmpint (get_size (fixture), <=, size + 1024);
  return 0;
}

/* All of them live at once, and then none. */
static int
create_crowd (TestFixture   *fixture,
              gconstpointer  data)
{
  g_autoptr(GPtrArray) dirs = g_ptr_array_new_with_free_func (g_object_unref);
  const guint n = MAX (test_scale (2000), 1000);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr(GError) error = NULL;

      g_ptr_array_add (dirs, tmp_directory_new (NULL, &error));
      g_assert_no_error (error);
    }

  g_assert_cmpint (get_size (fixture), >, n * 100);
  g_ptr_array_set_size (dirs, 0);
  g_assert_cmpint (get_size (fixture), <, 1024);

  /* It is as good as before. */
  test_hold (create (NULL));
  raise (SIGKILL);
  return 1;
}

static void
test_size (TestFixture   *fixture,
           gconstpointer  data)
{
  g_assert_cmpint (mortal_live (fixture, create_many, NULL), ==, 0);
  mortal_assert_clean (fixture);

  mortal_die (fixture, create_crowd, NULL);
  g_assert_cmpint (mortal_reclaim (fixture), ==, 1);
  mortal_assert_clean (fixture);
}

/* Paths of all lengths, up to what a system call takes, and with characters that
 * take up most room
 */
static int
create_long (TestFixture   *fixture,
             gconstpointer  data)
{
  g_autofree char *path = mortal_get_tmp (fixture);

  for (gsize length = strlen (path); length < 3900; length = strlen (path))
    {
      g_autoptr(GFile) parent = NULL;
      g_autofree char *name = g_strnfill (MIN (200, 3900 - length), '\xfc');
      char *next = test_make_dir (path, name);

      g_free (path);
      path = next;
      parent = g_file_new_for_path (path);
      test_hold (create (parent));
    }
  raise (SIGKILL);
  return 1;
}

static void
test_long (TestFixture   *fixture,
           gconstpointer  data)
{
  g_autofree char *tmp = mortal_get_tmp (fixture);
  guint n_dirs;

  mortal_die (fixture, create_long, NULL);
  /* A directory and its files in each of those that have a path to make long */
  n_dirs = test_count_entries (tmp) / (1 + 1 + 3);
  g_assert_cmpuint (n_dirs, >, 10);
  g_assert_cmpint (mortal_reclaim (fixture), ==, n_dirs);
  g_assert_cmpuint (test_count_entries (tmp), ==, n_dirs);
}

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const char *path;
    Spoilt spoilt;
  } spoilts[] = {
    { "/journal-file/spoilt/owner", { spoil_owner, FALSE } },
    { "/journal-file/spoilt/mode", { spoil_mode, FALSE } },
    { "/journal-file/spoilt/read-only", { spoil_read_only, TRUE } },
    { "/journal-file/spoilt/state", { spoil_state, TRUE } },
    { "/journal-file/spoilt/link", { spoil_link, FALSE } },
    { "/journal-file/spoilt/broken-link", { spoil_broken_link, FALSE } },
    { "/journal-file/spoilt/file", { spoil_file, FALSE } },
    { "/journal-file/spoilt/full", { spoil_full, FALSE } },
    { "/journal-file/spoilt/relative", { spoil_relative, FALSE } },
    { "/journal-file/spoilt/no-home", { spoil_no_home, FALSE } },
    { "/journal-file/spoilt/no-home-user", { spoil_no_home, TRUE } },
    { "/journal-file/spoilt/home-of-another", { spoil_home_of_another, FALSE } },
  };

  test_init (&argc, &argv);

  for (gsize i = 0; i < G_N_ELEMENTS (spoilts); i++)
    mortal_add (spoilts[i].path, &spoilts[i].spoilt, test_spoilt);
  mortal_add ("/journal-file/folder", NULL, test_folder);
  mortal_add ("/journal-file/descriptors", NULL, test_descriptors);
  mortal_add ("/journal-file/size", NULL, test_size);
  mortal_add ("/journal-file/long", NULL, test_long);

  return test_run ();
}
