/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What processes leave behind that are killed, and who deletes it, and who must
 * not. What is killed here is in a state that it has reached by itself; in
 * hostile/test-kill.c it is killed everywhere.
 */

#include "mortal.h"

#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Not leaked, only left behind */
static TmpDirectory *held = NULL;

/* This program can say that it has more privileges than its user: the libraries ask here,
 * not the C library.
 */
static gboolean is_privileged = FALSE;

unsigned long __getauxval (unsigned long type);

__attribute__ ((visibility ("default"))) unsigned long
getauxval (unsigned long type)
{
  return type == AT_SECURE && is_privileged ? 1 : __getauxval (type);
}

static TmpDirectory *
create (GFile      *parent,
        const char *prefix,
        const char *suffix,
        gboolean    auto_cleanup)
{
  g_autoptr(GError) error = NULL;
  TmpDirectory *dir = g_initable_new (TMP_TYPE_DIRECTORY, NULL, &error,
                                      "parent", parent,
                                      "prefix", prefix,
                                      "suffix", suffix,
                                      "auto-cleanup", auto_cleanup,
                                      NULL);

  g_assert_no_error (error);
  return dir;
}

static TmpDirectory *
create_simple (void)
{
  return create (NULL, NULL, NULL, TRUE);
}

/* Where things are left, and under which names */
typedef struct
{
  const char *name;
  const char *prefix;
  const char *suffix;
} Names;

static const Names names[] = {
  { "default", NULL, NULL },
  { "prefix", "prefix-", NULL },
  { "suffix", "prefix-", ".suffix" },
  { "no-prefix", "", NULL },
  { "longest-prefix", "p*", NULL },
  { "longest-suffix", "", "S*" },
  { "newline", "a\n+ 1 2 -1 file:b", NULL },
  { "no-utf-8", "\xff\xfe", "\x80\\" },
  { "filling", "XXXXXX", NULL },
  { "two-fillings", "XXXXXX", "XXXXXX" },
  { "percent", "%2e%2f", "#?" },
};

typedef enum
{
  IN_SYSTEM = 1 << 0,     /* g_get_tmp_dir () */
  IN_RELATIVE = 1 << 1,   /* the same, but it is relative */
  IN_LINKED = 1 << 2,     /* a parent that is a symbolic link to a directory */
  DROPPED = 1 << 3,       /* dropped a moment ago */
  CLEANED = 1 << 4,       /* in the middle of a cleanup */
} How;

typedef struct
{
  const Names *names;
  How how;
} Left;

/* '*' stands for as much as there can be. */
static char *
expand (const char *part)
{
  if (part == NULL || strchr (part, '*') == NULL)
    return g_strdup (part);
  return g_strnfill (255 - 6 - 16, *part);
}

static int
leave (TestFixture   *fixture,
       gconstpointer  data)
{
  const Left *left = data;
  g_autofree char *tmp = mortal_get_tmp (fixture);
  g_autofree char *link = g_build_filename (fixture->path, "link", NULL);
  g_autofree char *prefix = expand (left->names->prefix);
  g_autofree char *suffix = expand (left->names->suffix);
  g_autoptr(GFile) parent = NULL;

  if ((left->how & IN_RELATIVE) != 0)
    {
      g_assert_no_errno (g_chdir (fixture->path));
      g_setenv ("TMPDIR", "tmp", TRUE);
    }
  else if ((left->how & IN_LINKED) != 0)
    {
      g_assert_no_errno (symlink ("tmp", link));
      parent = g_file_new_for_path (link);
    }
  else if ((left->how & IN_SYSTEM) == 0)
    {
      parent = g_file_new_for_path (tmp);
    }

  held = create (parent, prefix, suffix, TRUE);
  test_make_tree (tmp_directory_get_path (held), 3,
                  (left->how & (DROPPED | CLEANED)) != 0 ? 1000 : 10);
  g_assert_no_errno (g_chdir ("/"));

  if ((left->how & CLEANED) != 0)
    tmp_directory_cleanup_async (held, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
  if ((left->how & DROPPED) != 0)
    g_clear_object (&held);

  raise (SIGKILL);
  return 1;
}

static void
test_left (TestFixture   *fixture,
           gconstpointer  data)
{
  const Left *left = data;
  g_autofree char *tmp = mortal_get_tmp (fixture);
  g_autofree char *found = NULL;

  mortal_die (fixture, leave, data);
  found = test_only_entry (tmp);
  /* What is being deleted may just have come to an end. */
  g_assert_true (found != NULL || (left->how & (DROPPED | CLEANED)) != 0);
  g_assert_cmpint (mortal_reclaim (fixture), ==, found != NULL ? 1 : 0);
  mortal_assert_clean (fixture);

  /* There is nothing more. */
  g_assert_cmpint (mortal_reclaim (fixture), ==, 0);
}

/* One in another, of which the outer one goes first, in one way or another */
static int
leave_nested (TestFixture   *fixture,
              gconstpointer  data)
{
  TmpDirectory *outer = create_simple ();

  held = create (tmp_directory_get_file (outer), NULL, NULL, TRUE);
  test_make_files (tmp_directory_get_path (held), test_scale (5000));
  if (GPOINTER_TO_INT (data))
    g_object_unref (outer);
  else
    test_hold (outer);
  raise (SIGKILL);
  return 1;
}

static void
test_nested (TestFixture   *fixture,
             gconstpointer  data)
{
  g_autofree char *tmp = mortal_get_tmp (fixture);
  guint n_found;

  mortal_die (fixture, leave_nested, data);
  n_found = test_count_entries (tmp);
  /* What was dropped may just have been deleted. */
  g_assert_true (n_found > 0 || GPOINTER_TO_INT (data));
  g_assert_cmpint (mortal_reclaim (fixture), >=, n_found > 0 ? 1 : 0);
  mortal_assert_clean (fixture);
}

/* Where it is cannot be looked at when it is dropped, which says nothing about it. */
static int
drop_unknown (TestFixture   *fixture,
              gconstpointer  data)
{
  g_autofree char *tmp = mortal_get_tmp (fixture);
  g_autofree char *moved = g_build_filename (tmp, "moved", NULL);
  g_autofree char *sub = test_make_dir (tmp, "sub");
  g_autoptr(GFile) parent = g_file_new_for_path (sub);

  held = create (parent, NULL, NULL, TRUE);
  test_make_files (tmp_directory_get_path (held), 5);
  g_assert_no_errno (g_rename (sub, moved));
  g_assert_no_errno (symlink ("sub", sub));
  tmp_directory_set_ignore_cleanup_errors (held, TRUE);
  g_clear_object (&held);
  return 0;
}

static void
test_unknown (TestFixture   *fixture,
              gconstpointer  data)
{
  g_autofree char *tmp = mortal_get_tmp (fixture);
  g_autofree char *moved = g_build_filename (tmp, "moved", NULL);
  g_autofree char *sub = g_build_filename (tmp, "sub", NULL);

  g_assert_cmpint (mortal_live (fixture, drop_unknown, data), ==, 0);
  g_assert_no_errno (g_unlink (sub));
  g_assert_no_errno (g_rename (moved, sub));
  g_assert_cmpuint (test_count_entries (sub), ==, 1 + 5);

  g_assert_cmpint (mortal_reclaim (fixture), ==, 1);
  g_assert_no_errno (g_rmdir (sub));
  mortal_assert_clean (fixture);
}

/* Creates some, and waits to be killed. */
static int
live (TestFixture   *fixture,
      gconstpointer  data)
{
  for (int i = 0; i < GPOINTER_TO_INT (data); i++)
    {
      TmpDirectory *dir = create_simple ();

      test_make_files (tmp_directory_get_path (dir), 5);
      test_hold (dir);
    }
  mortal_pause ();
  return 0;
}

/* Those of processes that live are not touched, and of several that are dead all
 * are deleted.
 */
static void
test_live (TestFixture   *fixture,
           gconstpointer  data)
{
  g_autofree char *tmp = mortal_get_tmp (fixture);
  Mortal mortals[3];

  for (gsize i = 0; i < G_N_ELEMENTS (mortals); i++)
    {
      mortal_start (&mortals[i], fixture, live, GINT_TO_POINTER (2));
      mortal_await (&mortals[i]);
    }

  g_assert_cmpint (mortal_reclaim (fixture), ==, 0);
  g_assert_cmpuint (test_count_entries (tmp), ==, 3 * 2 * (1 + 5));

  mortal_kill (&mortals[0]);
  mortal_kill (&mortals[1]);
  g_assert_cmpint (mortal_reclaim (fixture), ==, 4);
  g_assert_cmpuint (test_count_entries (tmp), ==, 1 * 2 * (1 + 5));

  /* The last one deletes them by itself. */
  mortal_go_on (&mortals[2]);
  g_assert_cmpint (mortal_end (&mortals[2]), ==, 0);
  mortal_assert_clean (fixture);
}

/* The forked child of a process that is dead is at home in its directory. */
static int
live_with_child (TestFixture   *fixture,
                 gconstpointer  data)
{
  held = create_simple ();
  if (fork () == 0)
    {
      /* Killed with the parent are only those who ask for it. */
      mortal_pause ();
      _exit (0);
    }

  /* In this one nobody is. */
  test_hold (create_simple ());
  pause ();
  return 1;
}

static void
test_child (TestFixture   *fixture,
            gconstpointer  data)
{
  g_autofree char *tmp = mortal_get_tmp (fixture);
  Mortal mortal;
  int child;

  /* So that we can wait for the orphan, too */
  g_assert_no_errno (prctl (PR_SET_CHILD_SUBREAPER, 1));
  mortal_start (&mortal, fixture, live_with_child, NULL);
  mortal_await (&mortal);
  while (test_count_entries (tmp) < 2)
    g_usleep (1000);
  child = dup (mortal.socket);
  g_assert_no_errno (child);
  mortal_kill (&mortal);

  g_assert_cmpint (mortal_reclaim (fixture), ==, 1);
  g_assert_cmpint (mortal_reclaim (fixture), ==, 0);
  g_assert_cmpuint (test_count_entries (tmp), ==, 1);

  g_assert_cmpint (write (child, ".", 1), ==, 1);
  g_assert_no_errno (wait (NULL));
  close (child);
  g_assert_cmpint (mortal_reclaim (fixture), ==, 1);
  mortal_assert_clean (fixture);
}

/* What an application has kept, in one of several ways, is its own. */
typedef enum
{
  KEPT_DETACHED,
  KEPT_FROM_THE_BEGINNING,
  KEPT_LATER,
  KEPT_AFTER_ALL,  /* cleaned up automatically in between */
  KEPT_RENAMED,
  KEPT_REPLACED,   /* and the warning about it is the end */
  KEPT_BY_ENVIRONMENT,
  KEPT_WITHOUT_JOURNAL,
  KEPT_PRIVILEGED,
  N_KEPT,
  NOT_KEPT = N_KEPT
} Kept;

static const char * const kept_names[] = {
  "detached", "from-the-beginning", "later", "after-all", "renamed", "replaced", "by-environment",
  "without-journal", "privileged", "not-kept",
};

static void
die_of_warning (const char     *log_domain,
                GLogLevelFlags  log_level,
                const char     *message,
                gpointer        user_data)
{
  raise (SIGKILL);
}

static int
keep (TestFixture   *fixture,
      gconstpointer  data)
{
  const Kept kept = GPOINTER_TO_INT (data);
  g_autofree char *renamed = NULL;

  if (kept == KEPT_BY_ENVIRONMENT)
    g_setenv ("TMPDIR_GLIB_KEEP", "1", TRUE);
  if (kept == KEPT_WITHOUT_JOURNAL)
    g_setenv ("TMPDIR_GLIB_JOURNAL", "0", TRUE);
  is_privileged = kept == KEPT_PRIVILEGED;

  held = create (NULL, NULL, NULL, kept != KEPT_FROM_THE_BEGINNING && kept != NOT_KEPT);
  test_make_files (tmp_directory_get_path (held), 5);

  if (kept == KEPT_DETACHED)
    g_object_unref (tmp_directory_detach (held));
  if (kept == KEPT_AFTER_ALL || kept == NOT_KEPT)
    tmp_directory_set_auto_cleanup (held, FALSE);
  if (kept == KEPT_AFTER_ALL || kept == NOT_KEPT)
    tmp_directory_set_auto_cleanup (held, TRUE);
  if (kept == KEPT_AFTER_ALL || kept == KEPT_LATER)
    tmp_directory_set_auto_cleanup (held, FALSE);
  if (kept == KEPT_RENAMED)
    {
      renamed = g_strconcat (tmp_directory_get_path (held), "-mine", NULL);
      g_assert_no_errno (g_rename (tmp_directory_get_path (held), renamed));
    }
  if (kept == KEPT_REPLACED)
    {
      renamed = g_build_filename (fixture->path, "moved", NULL);
      g_assert_no_errno (g_rename (tmp_directory_get_path (held), renamed));
      g_assert_no_errno (g_mkdir (tmp_directory_get_path (held), 0700));
      test_make_files (tmp_directory_get_path (held), 5);
      g_log_set_handler ("tmpdir-glib", G_LOG_LEVEL_WARNING | G_LOG_FLAG_FATAL, die_of_warning, NULL);
      g_object_unref (held);
      return 1;
    }

  raise (SIGKILL);
  return 1;
}

static void
test_kept (TestFixture   *fixture,
           gconstpointer  data)
{
  const Kept kept = GPOINTER_TO_INT (data);
  g_autofree char *tmp = mortal_get_tmp (fixture);
  g_autofree char *journals = mortal_get_journals (fixture);

  mortal_die (fixture, keep, data);
  g_assert_cmpint (mortal_reclaim (fixture), ==, kept == NOT_KEPT ? 1 : 0);
  g_assert_cmpuint (test_count_entries (tmp), ==, kept == NOT_KEPT ? 0 : 1 + 5);
  if (g_file_test (journals, G_FILE_TEST_EXISTS))
    g_assert_cmpuint (test_count_entries (journals), ==, 0);
  else
    g_assert_true (kept == KEPT_BY_ENVIRONMENT || kept == KEPT_WITHOUT_JOURNAL ||
                   kept == KEPT_PRIVILEGED);
}

/* Whoever has been told to leave things alone, or how they are, does. */
static int
reclaim_not (TestFixture   *fixture,
             gconstpointer  data)
{
  g_autoptr(GError) error = NULL;

  is_privileged = strcmp (data, "AT_SECURE") == 0;
  if (!is_privileged)
    g_setenv (data, strcmp (data, "TMPDIR_GLIB_KEEP") == 0 ? "1" : "0", TRUE);
  g_assert_cmpint (tmp_reclaim (NULL, &error), ==, 0);
  g_assert_no_error (error);
  held = create_simple ();
  g_usleep (100 * 1000);
  return 0;
}

static void
test_switched_off (TestFixture   *fixture,
                   gconstpointer  data)
{
  static const Left left = { &names[0], IN_SYSTEM };
  g_autofree char *tmp = mortal_get_tmp (fixture);
  guint n_entries;

  mortal_die (fixture, leave, &left);
  n_entries = test_count_entries (tmp);
  g_assert_cmpint (mortal_live (fixture, reclaim_not, data), ==, 0);
  g_assert_cmpuint (test_count_entries (tmp), >=, n_entries);
  g_assert_cmpint (mortal_reclaim (fixture), ==, 1);
}

static gboolean
has_one_entry (gpointer data)
{
  return test_count_entries (data) == 1;
}

/* Nobody has to ask for it. What is left then is this process's own. */
static int
create_and_wait (TestFixture   *fixture,
                 gconstpointer  data)
{
  g_autofree char *tmp = mortal_get_tmp (fixture);
  g_autofree char *journals = mortal_get_journals (fixture);

  held = create_simple ();
  test_wait_until (has_one_entry, tmp);
  test_wait_until (has_one_entry, journals);
  test_assert_present (tmp_directory_get_path (held));
  return 0;
}

static void
test_automatic (TestFixture   *fixture,
                gconstpointer  data)
{
  static const Left lefts[] = { { &names[1], IN_SYSTEM }, { &names[2], IN_SYSTEM } };

  for (gsize i = 0; i < G_N_ELEMENTS (lefts); i++)
    mortal_die (fixture, leave, &lefts[i]);
  g_assert_cmpint (mortal_live (fixture, create_and_wait, NULL), ==, 0);
  mortal_assert_clean (fixture);
}

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const char *name;
    How how;
    gboolean with_all_names;
  } hows[] = {
    { "parent/%s/owned", 0, TRUE },
    { "parent/%s/dropped", DROPPED, TRUE },
    { "parent/%s/cleaned", CLEANED, TRUE },
    { "system/%s/owned", IN_SYSTEM, TRUE },
    { "system/%s/dropped", IN_SYSTEM | DROPPED, TRUE },
    { "system/%s/cleaned", IN_SYSTEM | CLEANED, TRUE },
    { "relative/%s/owned", IN_RELATIVE, FALSE },
    { "relative/%s/dropped", IN_RELATIVE | DROPPED, FALSE },
    { "linked/%s/owned", IN_LINKED, FALSE },
    { "linked/%s/dropped", IN_LINKED | DROPPED, FALSE },
  };
  static Left lefts[G_N_ELEMENTS (hows)][G_N_ELEMENTS (names)];

  test_init (&argc, &argv);

  for (gsize i = 0; i < G_N_ELEMENTS (hows); i++)
    for (gsize j = 0; j < (hows[i].with_all_names ? G_N_ELEMENTS (names) : 1); j++)
      {
        g_auto(GStrv) parts = g_strsplit (hows[i].name, "%s", 2);
        g_autofree char *path = g_strconcat ("/reclaim/", parts[0], names[j].name, parts[1], NULL);

        lefts[i][j] = (Left) { &names[j], hows[i].how };
        mortal_add (path, &lefts[i][j], test_left);
      }

  mortal_add ("/reclaim/nested/owned", GINT_TO_POINTER (FALSE), test_nested);
  mortal_add ("/reclaim/nested/dropped", GINT_TO_POINTER (TRUE), test_nested);
  mortal_add ("/reclaim/unknown", NULL, test_unknown);
  mortal_add ("/reclaim/live", NULL, test_live);
  mortal_add ("/reclaim/child", NULL, test_child);
  for (Kept kept = 0; kept <= NOT_KEPT; kept++)
    {
      g_autofree char *path = g_strconcat ("/reclaim/kept/", kept_names[kept], NULL);

      mortal_add (path, GINT_TO_POINTER (kept), test_kept);
    }
  mortal_add ("/reclaim/switched-off/journal", "TMPDIR_GLIB_JOURNAL", test_switched_off);
  mortal_add ("/reclaim/switched-off/keep", "TMPDIR_GLIB_KEEP", test_switched_off);
  mortal_add ("/reclaim/switched-off/privileged", "AT_SECURE", test_switched_off);
  mortal_add ("/reclaim/automatic", NULL, test_automatic);

  return test_run ();
}
