/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Where directories are made, with which names and modes, and what happens
 * when they cannot be.
 */

#include "test-lib.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define N_FILLED 6    /* characters for XXXXXX, which g_dir_make_tmp () needs */
#define N_RANDOM 16   /* base-32 characters: 80 bits */

static guint
mode_of (const char *path)
{
  GStatBuf st;

  g_assert_no_errno (g_lstat (path, &st));
  g_assert_true (S_ISDIR (st.st_mode));
  g_assert_cmpuint (st.st_uid, ==, geteuid ());
  return st.st_mode & 0777;
}

static TmpDirectory *
new_with_names (GFile        *parent,
                const char   *prefix,
                const char   *suffix,
                GError      **error)
{
  return g_initable_new (TMP_TYPE_DIRECTORY, NULL, error,
                         "parent", parent,
                         "prefix", prefix,
                         "suffix", suffix,
                         NULL);
}

static char *
basename_of (TmpDirectory *dir)
{
  return g_path_get_basename (tmp_directory_get_path (dir));
}

static void
test_default (TestFixture   *fixture,
              gconstpointer  data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(TmpDirectory) dir = tmp_directory_new ("x-", &error);
  g_autofree char *parent = NULL;
  g_autofree char *name = NULL;
  g_autofree char *path = NULL;

  g_assert_no_error (error);
  path = g_strdup (tmp_directory_get_path (dir));
  parent = g_path_get_dirname (path);
  name = basename_of (dir);

  g_assert_cmpstr (parent, ==, g_get_tmp_dir ());
  g_assert_true (g_str_has_prefix (name, "x-"));
  g_assert_cmpuint (strlen (name), ==, strlen ("x-") + N_RANDOM + N_FILLED);
  g_assert_cmpuint (mode_of (path), ==, 0700);
  g_assert_cmpuint (test_count_entries (path), ==, 0);

  g_clear_object (&dir);
  test_assert_absent (path);
}

static void
test_in_parent (TestFixture   *fixture,
                gconstpointer  data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(TmpDirectory) dir = NULL;
  g_autofree char *entry = NULL;

  dir = tmp_directory_new_in (fixture->file, NULL, NULL, &error);
  g_assert_no_error (error);

  entry = test_only_entry (fixture->path);
  g_assert_cmpstr (tmp_directory_get_path (dir), ==, entry);
  g_assert_cmpuint (mode_of (entry), ==, 0700);
  g_assert_true (g_file_equal (tmp_directory_get_parent (dir), fixture->file));
}

/* A link to a directory is as good a parent as the directory */
static void
test_parent_symlink (TestFixture   *fixture,
                     gconstpointer  data)
{
  g_autofree char *target = test_make_dir (fixture->path, "target");
  g_autofree char *link = g_build_filename (fixture->path, "link", NULL);
  g_autoptr(GFile) parent = g_file_new_for_path (link);
  g_autoptr(GError) error = NULL;
  g_autoptr(TmpDirectory) dir = NULL;

  g_assert_no_errno (symlink (target, link));
  dir = tmp_directory_new_in (parent, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_entries (target), ==, 1);

  g_clear_object (&dir);
  tmp_flush (NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_entries (target), ==, 0);
  g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
}

static void
test_names (TestFixture   *fixture,
            gconstpointer  data)
{
  static const struct
  {
    const char *prefix;
    const char *suffix;
    const char *start;
    const char *end;
  } cases[] = {
    { NULL, NULL, "tmp", "" },
    { "", "", "", "" },
    { "a-", NULL, "a-", "" },
    { NULL, ".d", "tmp", ".d" },
    { "a b\n%s", "\xc3\xbc", "a b\n%s", "\xc3\xbc" },
    { "..", "..", "..", ".." },
    { "-rf ", "~", "-rf ", "~" },
    /* Not UTF-8 */
    { "\xff\xfe", "\x80", "\xff\xfe", "\x80" },
    /* Only our own template is filled in */
    { "XXXXXX", NULL, "XXXXXX", "" },
    { "p", "XXXXXX", "p", "XXXXXX" },
    { "p", "XXXXXXs", "p", "XXXXXXs" },
  };

  /* Once in the system's directory, once in ours */
  for (gsize i = 0; i < 2 * G_N_ELEMENTS (cases); i++)
    {
      const guint c = i / 2;
      g_autoptr(GError) error = NULL;
      g_autoptr(TmpDirectory) dir = new_with_names (i % 2 == 0 ? NULL : fixture->file,
                                                    cases[c].prefix, cases[c].suffix, &error);
      g_autofree char *name = NULL;

      g_assert_no_error (error);
      name = basename_of (dir);
      g_assert_true (g_str_has_prefix (name, cases[c].start));
      g_assert_true (g_str_has_suffix (name, cases[c].end));
      g_assert_cmpuint (strlen (name), ==,
                        strlen (cases[c].start) + N_FILLED + N_RANDOM + strlen (cases[c].end));
      test_assert_present (tmp_directory_get_path (dir));
    }
}

/* The random part is 16 letters of 32 kinds: every kind occurs at every place,
 * and no two places go together. All bounds are more than seven standard
 * deviations away.
 */
static void
test_random (TestFixture   *fixture,
             gconstpointer  data)
{
  const gboolean in_parent = GPOINTER_TO_INT (data);
  const guint n = test_scale (in_parent ? 10000 : 1000);
  g_autoptr(GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint same[N_RANDOM][N_RANDOM] = { 0 };
  gboolean seen[N_RANDOM][256] = { 0 };

  for (guint i = 0; i < n; i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(TmpDirectory) dir = tmp_directory_new_in (in_parent ? fixture->file : NULL,
                                                          "", NULL, &error);
      g_autofree char *whole = NULL;
      char *name;

      g_assert_no_error (error);
      whole = basename_of (dir);
      name = g_strdup (whole + N_FILLED);
      for (guint j = 0; j < N_RANDOM; j++)
        {
          seen[j][(guchar) name[j]] = TRUE;
          for (guint k = 0; k < j; k++)
            same[j][k] += name[j] == name[k];
        }
      /* FALSE if it was there already */
      g_assert_true (g_hash_table_add (names, name));
    }

  for (guint j = 0; j < N_RANDOM; j++)
    {
      guint n_kinds = 0;

      for (guint c = 0; c < 256; c++)
        n_kinds += seen[j][c];
      /* With fewer names some kind may be missing at some place */
      g_assert_cmpuint (n_kinds, <=, 32);
      if (n >= 1000)
        g_assert_cmpuint (n_kinds, ==, 32);

      for (guint k = 0; k < j; k++)
        g_assert_cmpuint (same[j][k], <, n / 32 + n / 16 + 20);
    }
}

static void
test_bad_names (TestFixture   *fixture,
                gconstpointer  data)
{
  /* The longest name is 255 bytes */
  g_autofree char *fits = g_strnfill (255 - N_RANDOM - N_FILLED, 'p');
  g_autofree char *too_long = g_strnfill (256 - N_RANDOM - N_FILLED, 'p');
  g_autofree char *half = g_strnfill (120, 'h');
  const struct
  {
    const char *prefix;
    const char *suffix;
  } cases[] = {
    { "a/b", NULL },
    { "/", NULL },
    { "../x", NULL },
    { "a", "/b" },
    { NULL, "b/" },
    { too_long, NULL },
    { "", too_long },
    { half, half },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(TmpDirectory) dir = new_with_names (fixture->file, cases[i].prefix,
                                                    cases[i].suffix, &error);

      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME);
      g_assert_null (dir);
      g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
    }

  for (gsize i = 0; i < 2; i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(TmpDirectory) dir = new_with_names (fixture->file,
                                                    i == 0 ? fits : "",
                                                    i == 0 ? NULL : fits, &error);
      g_autofree char *path = NULL;

      g_assert_no_error (error);
      path = g_strdup (tmp_directory_get_path (dir));
      test_assert_present (path);

      /* There is no room for a hidden name, but it has to go all the same */
      test_make_files (path, 10);
      g_clear_object (&dir);
      tmp_flush (NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
    }
}

static void
test_bad_parents (TestFixture   *fixture,
                  gconstpointer  data)
{
  g_autofree char *file = test_make_file (fixture->path, "file");
  g_autofree char *missing = g_build_filename (fixture->path, "missing", NULL);
  g_autofree char *dangling = g_build_filename (fixture->path, "dangling", NULL);
  g_autofree char *loop = g_build_filename (fixture->path, "loop", NULL);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  const struct
  {
    const char *path;
    int code;
  } cases[] = {
    { missing, G_IO_ERROR_NOT_FOUND },
    { file, G_IO_ERROR_NOT_DIRECTORY },
    { dangling, G_IO_ERROR_NOT_FOUND },
    { loop, G_IO_ERROR_TOO_MANY_LINKS },
  };

  g_assert_no_errno (symlink ("nowhere", dangling));
  g_assert_no_errno (symlink ("loop", loop));
  before = test_snapshot (fixture->path);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GFile) parent = g_file_new_for_path (cases[i].path);
      g_autoptr(GError) error = NULL;
      g_autoptr(TmpDirectory) dir = tmp_directory_new_in (parent, NULL, NULL, &error);

      test_assert_error (error, cases[i].code, cases[i].path);
      g_assert_null (dir);
    }

  after = test_snapshot (fixture->path);
  g_assert_cmpstr (before, ==, after);
}

static void
test_forbidden_parent (TestFixture   *fixture,
                       gconstpointer  data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(TmpDirectory) dir = NULL;

  if (!test_drop_root (fixture))
    return;

  g_assert_no_errno (g_chmod (fixture->path, 0500));
  dir = tmp_directory_new_in (fixture->file, NULL, NULL, &error);
  test_assert_error (error, G_IO_ERROR_PERMISSION_DENIED, fixture->path);
  g_assert_null (dir);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);

  g_assert_no_errno (g_chmod (fixture->path, 0700));
  test_regain_root ();
}

static void
check_private (TestFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(TmpDirectory) dir = tmp_directory_new_in (fixture->file, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (mode_of (tmp_directory_get_path (dir)), ==, 0700);
  /* The owner can use it */
  test_make_files (tmp_directory_get_path (dir), 1);
}

static void
check_umask (GFile *parent)
{
  static const mode_t masks[] = { 0777, 0000, 0022, 0400, 0300 };

  for (gsize i = 0; i < G_N_ELEMENTS (masks); i++)
    {
      mode_t old = umask (masks[i]);
      g_autoptr(GError) error = NULL;
      g_autoptr(TmpDirectory) dir = tmp_directory_new_in (parent, NULL, NULL, &error);

      /* Nor has the library changed it */
      g_assert_cmpuint (umask (old), ==, masks[i]);
      g_assert_no_error (error);
      g_assert_cmpuint (mode_of (tmp_directory_get_path (dir)), ==, 0700);
      test_make_files (tmp_directory_get_path (dir), 1);
    }
}

static void
test_umask (TestFixture   *fixture,
            gconstpointer  data)
{
  check_umask (NULL);

  if (!test_drop_root (fixture))
    return;
  check_umask (fixture->file);
  test_regain_root ();
}

static void
test_setgid_parent (TestFixture   *fixture,
                    gconstpointer  data)
{
  g_assert_no_errno (g_chmod (fixture->path, 02777));
  check_private (fixture);
}

/* A default ACL replaces the umask and names users who get more. */
static void
test_default_acl (TestFixture   *fixture,
                  gconstpointer  data)
{
  g_autofree char *setfacl = g_find_program_in_path ("setfacl");
  const char *argv[] = { "setfacl", "-d", "-m", "u::---,g::rwx,o::rwx,u:65534:rwx,m::rwx",
                         fixture->path, NULL };
  g_autoptr(GSubprocess) process = NULL;
  g_autofree char *complaint = NULL;
  g_autoptr(GError) error = NULL;

  if (setfacl == NULL)
    {
      g_test_skip ("needs setfacl");
      return;
    }

  process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, NULL, &complaint, &error);
  g_assert_no_error (error);
  if (g_subprocess_get_exit_status (process) != 0)
    {
      g_test_skip (complaint);
      return;
    }

  check_private (fixture);
}

/* A directory costs a descriptor, but can do without. */
static void
test_no_descriptors (TestFixture   *fixture,
                     gconstpointer  data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(TmpDirectory) dir = NULL;

  test_limit_descriptors (3);
  dir = tmp_directory_new_in (fixture->file, NULL, NULL, &error);
  test_limit_descriptors (0);
  g_assert_no_error (error);
  g_assert_cmpuint (mode_of (tmp_directory_get_path (dir)), ==, 0700);

  test_make_tree (tmp_directory_get_path (dir), 3, 3);
  g_assert_true (tmp_directory_cleanup (dir, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_entries (fixture->path), ==, 0);
}

/* TMPDIR is read once by GLib, so each value needs a process of its own. All of
 * these lead to the same directory.
 */
static void
test_tmpdir_relative (TestFixture   *fixture,
                      gconstpointer  data)
{
  const char *value = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(TmpDirectory) dir = NULL;
  g_autofree char *wanted = g_build_filename (fixture->path, "a", "tmp", NULL);
  g_autofree char *path = NULL;
  g_autofree char *parent = NULL;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, test_timeout (60), 0);
      g_test_trap_assert_passed ();
      g_assert_cmpuint (test_count_entries (fixture->path), ==, 4);
      return;
    }

  g_assert_no_errno (g_chdir (fixture->path));
  g_assert_no_errno (g_mkdir_with_parents ("a/tmp", 0755));
  g_assert_no_errno (g_mkdir ("a/b", 0755));
  g_assert_no_errno (symlink ("a/b", "link"));
  g_setenv ("TMPDIR", value, TRUE);

  dir = tmp_directory_new (NULL, &error);
  g_assert_no_error (error);
  path = g_strdup (tmp_directory_get_path (dir));
  g_assert_true (g_path_is_absolute (path));
  parent = g_path_get_dirname (path);
  g_assert_cmpstr (parent, ==, wanted);

  /* It must still be found from elsewhere */
  g_assert_no_errno (g_chdir ("/"));
  test_make_files (path, 3);
  g_assert_true (tmp_directory_cleanup (dir, NULL, &error));
  g_assert_no_error (error);
  test_assert_absent (path);
}

static void
test_tmpdir_invalid (TestFixture   *fixture,
                     gconstpointer  data)
{
  const int code = GPOINTER_TO_INT (data);
  g_autofree char *path = g_build_filename (fixture->path, "value", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(TmpDirectory) dir = NULL;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, test_timeout (60), 0);
      g_test_trap_assert_passed ();
      return;
    }

  if (code == G_IO_ERROR_NOT_DIRECTORY)
    g_free (test_make_file (fixture->path, "value"));
  g_setenv ("TMPDIR", path, TRUE);

  dir = tmp_directory_new (NULL, &error);
  test_assert_error (error, code, path);
  g_assert_null (dir);
}

static void
test_tmpdir_not_utf8 (TestFixture   *fixture,
                      gconstpointer  data)
{
  g_autofree char *value = g_build_filename (fixture->path, "\xff\xfe", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(TmpDirectory) dir = NULL;
  g_autofree char *path = NULL;
  g_autofree char *from_file = NULL;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, test_timeout (60), 0);
      g_test_trap_assert_passed ();
      return;
    }

  g_assert_no_errno (g_mkdir (value, 0755));
  g_setenv ("TMPDIR", value, TRUE);

  dir = tmp_directory_new (NULL, &error);
  g_assert_no_error (error);
  path = g_strdup (tmp_directory_get_path (dir));
  from_file = g_file_get_path (tmp_directory_get_file (dir));
  g_assert_true (g_str_has_prefix (path, value));
  g_assert_cmpstr (path, ==, from_file);
  test_make_tree (path, 3, 3);

  g_clear_object (&dir);
  test_assert_absent (path);
  tmp_flush (NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (test_count_entries (value), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  test_init (&argc, &argv);

  test_add ("/create/default", NULL, test_default);
  test_add ("/create/in-parent", NULL, test_in_parent);
  test_add ("/create/parent-symlink", NULL, test_parent_symlink);
  test_add ("/create/names", NULL, test_names);
  test_add ("/create/random", GINT_TO_POINTER (TRUE), test_random);
  test_add ("/create/random-default", GINT_TO_POINTER (FALSE), test_random);
  test_add ("/create/bad-names", NULL, test_bad_names);
  test_add ("/create/bad-parents", NULL, test_bad_parents);
  test_add ("/create/forbidden-parent", NULL, test_forbidden_parent);
  test_add ("/create/umask", NULL, test_umask);
  test_add ("/create/setgid-parent", NULL, test_setgid_parent);
  test_add ("/create/default-acl", NULL, test_default_acl);
  test_add ("/create/no-descriptors", NULL, test_no_descriptors);
  test_add ("/create/tmpdir-relative", "a/tmp", test_tmpdir_relative);
  test_add ("/create/tmpdir-dots", "./a/b/../tmp/", test_tmpdir_relative);
  test_add ("/create/tmpdir-link", "link/../tmp", test_tmpdir_relative);
  test_add ("/create/tmpdir-missing", GINT_TO_POINTER (G_IO_ERROR_NOT_FOUND), test_tmpdir_invalid);
  test_add ("/create/tmpdir-file", GINT_TO_POINTER (G_IO_ERROR_NOT_DIRECTORY), test_tmpdir_invalid);
  test_add ("/create/tmpdir-not-utf8", NULL, test_tmpdir_not_utf8);

  return test_run ();
}
