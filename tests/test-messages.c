/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Errors are in the user's language: all of each, whichever part of the library it comes
 * from. What they say in other languages is up to po/; here it is German.
 */

#include "test-lib.h"

#include <errno.h>
#include <libintl.h>
#include <locale.h>
#include <string.h>

#define LOCALE "de_DE.UTF-8"

/* The error, which is freed, has exactly this message. */
static void G_GNUC_PRINTF (2, 3)
check (GError     **error,
       const char  *format,
       ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);

  g_assert_nonnull (*error);
  g_assert_cmpstr ((*error)->message, ==, message);
  g_clear_error (error);
}

static void
test_creation (TestFixture   *fixture,
               gconstpointer  data)
{
  g_autofree char *missing = g_build_filename (fixture->path, "missing", NULL);
  g_autoptr(GFile) parent = g_file_new_for_path (missing);
  g_autofree char *long_name = g_strnfill (250, 'a');
  GError *error = NULL;

  g_assert_null (tmp_directory_new ("a/b", &error));
  check (&error, "Ungültiger Namensanfang „a/b“: „/“ darf darin nicht vorkommen");
  g_assert_null (tmp_directory_new (long_name, &error));
  check (&error, "Ungültiger Namensanfang oder ungültige Namensendung: "
                 "Zusammen dürfen sie nicht länger als 233 Bytes sein");
  g_assert_null (g_initable_new (TMP_TYPE_DIRECTORY, NULL, &error, "suffix", "/", NULL));
  check (&error, "Ungültige Namensendung „/“: „/“ darf darin nicht vorkommen");

  g_assert_null (tmp_directory_new_in (parent, NULL, NULL, &error));
  check (&error, "In „%s“ konnte kein temporärer Ordner angelegt werden: %s", missing,
         g_strerror (ENOENT));
}

static void
test_contents (TestFixture   *fixture,
               gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  g_autoptr(TmpDirectory) blank = g_object_new (TMP_TYPE_DIRECTORY, NULL);
  g_autofree char *path = g_strdup (tmp_directory_get_path (dir));
  g_autofree char *moved = g_build_filename (fixture->path, "moved", NULL);
  g_autofree char *inside = NULL;
  g_autoptr(GFile) file = NULL;
  GError *error = NULL;

  g_assert_null (tmp_directory_get_child (blank, "a", &error));
  check (&error, "Der temporäre Ordner wurde nicht angelegt: g_initable_init() wurde nicht "
                 "aufgerufen oder ist fehlgeschlagen");
  g_assert_null (tmp_directory_get_child (dir, "../a", &error));
  check (&error, "Ungültiger Name „../a“: Er führt nicht in den temporären Ordner");

  inside = tmp_directory_build_path (dir, "inside", NULL);
  file = g_file_new_for_path (inside);
  g_assert_false (tmp_directory_persist (dir, file, TMP_PERSIST_NONE, NULL, &error));
  check (&error, "Ein temporärer Ordner konnte nicht nach „%s“ verschoben werden: "
                 "Einer der beiden Ordner liegt im anderen", inside);

  g_assert_no_errno (g_rename (path, moved));
  g_assert_null (tmp_directory_new_file (dir, NULL, NULL, NULL, NULL, &error));
  check (&error, "In „%s“ konnte keine Datei angelegt werden: Er wurde verschoben", path);
  g_assert_no_errno (g_mkdir (path, 0700));
  g_assert_false (tmp_directory_clear (dir, NULL, &error));
  check (&error, "„%s“ konnte nicht geleert werden: "
                 "Unter dem Namen befindet sich inzwischen etwas anderes", path);
  g_assert_no_errno (g_rmdir (path));
  g_assert_no_errno (g_rename (moved, path));

  g_object_unref (tmp_directory_detach (dir));
  g_assert_null (tmp_directory_new_subdirectory (dir, NULL, NULL, NULL, &error));
  check (&error, "In „%s“ konnte kein Ordner angelegt werden: "
                 "Er wurde bereits aufgeräumt oder abgegeben", path);
}

static void
test_deletion (TestFixture   *fixture,
               gconstpointer  data)
{
  g_autofree char *tree = test_make_dir (fixture->path, "tree");
  g_autoptr(GFile) file = g_file_new_for_path (tree);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *first = NULL;
  GError *error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_false (tmp_delete_tree (file, TMP_DELETE_NONE, cancellable, &error));
  check (&error, "Vorgang wurde abgebrochen");

  /* A directory that is somebody else's */
  test_make_files (tree, 1);
  first = test_only_entry (tree);
  if (!test_drop_root (fixture))
    return;

  g_assert_false (tmp_delete_tree (file, TMP_DELETE_KEEP_ROOT, NULL, &error));
  check (&error, "„%s“ konnte nicht gelöscht werden: %s (1 Datei oder Ordner ist übrig)", first,
         g_strerror (EACCES));
  g_assert_false (tmp_delete_tree (file, TMP_DELETE_NONE, NULL, &error));
  check (&error, "„%s“ konnte nicht gelöscht werden: %s (2 Dateien und Ordner sind übrig)", first,
         g_strerror (EACCES));
  test_regain_root ();
}

static void
test_stream (TestFixture   *fixture,
             gconstpointer  data)
{
  g_autoptr(TmpSpooledStream) stream = g_object_new (TMP_TYPE_SPOOLED_STREAM, NULL);
  GSeekable *seekable = G_SEEKABLE (stream);
  GSeekable *input = G_SEEKABLE (g_io_stream_get_input_stream (G_IO_STREAM (stream)));
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (stream));
  GError *error = NULL;

  g_assert_false (g_seekable_truncate (input, 0, NULL, &error));
  check (&error, "Ein Eingabedatenstrom kann nicht gekürzt werden");
  g_assert_false (g_seekable_truncate (seekable, -1, NULL, &error));
  check (&error, "Ein Datenstrom kann keine negative Länge haben");
  g_assert_false (g_seekable_seek (seekable, -1, G_SEEK_SET, NULL, &error));
  check (&error, "Vor dem Anfang eines Datenstroms gibt es nichts");
  g_assert_cmpint (g_output_stream_write (output, "ab", 2, NULL, &error), ==, -1);
  check (&error, "Der Datenstrom hat keinen Ordner, in den er ausgelagert werden könnte");
}

/* Has localedef make one where the system has none, if it can. */
static gboolean
set_locale (const char *folder)
{
  const char * const argv[] = { "localedef", "-c", "-i", "de_DE", "-f", "UTF-8", LOCALE, NULL };
  g_autofree char *target = g_build_filename (folder, LOCALE, NULL);
  const char *command[G_N_ELEMENTS (argv)];

  if (setlocale (LC_ALL, LOCALE) != NULL)
    return TRUE;

  memcpy (command, argv, sizeof argv);
  command[6] = target;
  g_spawn_sync (NULL, (char **) command, NULL,
                G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                NULL, NULL, NULL, NULL, NULL, NULL);
  g_setenv ("LOCPATH", folder, TRUE);
  return setlocale (LC_ALL, LOCALE) != NULL;
}

static void
skip (TestFixture   *fixture,
      gconstpointer  data)
{
  g_test_skip ("There is no German locale, nor what localedef makes one from");
}

int
main (int   argc,
      char *argv[])
{
  const char *translations = g_getenv ("TMPDIR_TEST_LOCALEDIR");
  g_autofree char *folder = NULL;
  gboolean german;

  /* LC_ALL is that of all tests, and LANGUAGE goes before it. */
  g_setenv ("LANGUAGE", "de", TRUE);
  test_init (&argc, &argv);
  folder = g_dir_make_tmp ("locale-XXXXXX", NULL);
  g_assert_nonnull (folder);
  german = set_locale (folder);
  test_remove (folder);

  /* The library says itself where its translations are installed, before the first
   * message. These are in the build tree. */
  g_assert_null (tmp_directory_new ("/", NULL));
  if (translations != NULL)
    g_assert_nonnull (bindtextdomain ("tmpdir-glib", translations));

  test_add ("/messages/creation", NULL, german ? test_creation : skip);
  test_add ("/messages/contents", NULL, german ? test_contents : skip);
  test_add ("/messages/deletion", NULL, german ? test_deletion : skip);
  test_add ("/messages/stream", NULL, german ? test_stream : skip);

  return test_run ();
}
