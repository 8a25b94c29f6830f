/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What the reference shows of each call. Each function here is called by main(), and so
 * works; what it shows is in the documentation of the call of the same name.
 */

#include <tmpdir-glib/tmpdir-glib.h>

#include <string.h>

/* TmpDirectory */
static gboolean
directory (GError **error)
{
  g_autoptr (TmpDirectory) dir = tmp_directory_new ("my-app-", error);
  if (dir == NULL)
    return FALSE;

  g_autofree char *path = tmp_directory_build_path (dir, "report.txt", NULL);
  if (!g_file_set_contents (path, "…", -1, error))
    return FALSE;

  return TRUE; /* dir goes, and the directory with it */
}

/* A GInitable, with properties that tmp_directory_new() does not set */
static TmpDirectory *
initable (GFile         *parent,
          GCancellable  *cancellable,
          GError       **error)
{
  return g_initable_new (TMP_TYPE_DIRECTORY, cancellable, error,
                         "parent", parent,
                         "prefix", "my-app-",
                         "suffix", ".d",
                         "ignore-cleanup-errors", TRUE,
                         NULL);
}

/* tmp_directory_new_in(), and tmp_directory_persist() */
static gboolean
persist (GFile         *destination,
         GCancellable  *cancellable,
         GError       **error)
{
  g_autoptr (GFile) parent = g_file_get_parent (destination);
  g_autoptr (TmpDirectory) dir = tmp_directory_new_in (parent, ".new-", cancellable, error);
  if (dir == NULL)
    return FALSE;

  g_autofree char *index = tmp_directory_build_path (dir, "index.html", NULL);
  if (!g_file_set_contents (index, "<h1>New</h1>\n", -1, error))
    return FALSE;

  return tmp_directory_persist (dir, destination, TMP_PERSIST_NONE, cancellable, error);
}

/* tmp_directory_create_async() */
static void
on_created (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  TmpDirectory **dir = user_data;

  *dir = tmp_directory_create_finish (result, &error);
  if (*dir == NULL)
    g_warning ("%s", error->message);
}

static void
create_async (GFile         *parent,
              GCancellable  *cancellable,
              TmpDirectory **dir)
{
  tmp_directory_create_async (parent, "my-app-", G_PRIORITY_DEFAULT, cancellable, on_created, dir);
}

/* tmp_directory_get_child() */
static gboolean
get_child (TmpDirectory  *dir,
           const char    *name_in_archive,
           GError       **error)
{
  g_autoptr (GFile) file = tmp_directory_get_child (dir, name_in_archive, error);
  if (file == NULL)
    return FALSE; // it was "/etc/passwd", or "../../.bashrc"

  return g_file_replace_contents (file, "…", strlen ("…"), NULL, FALSE,
                                  G_FILE_CREATE_NONE, NULL, NULL, error);
}

/* tmp_directory_new_file() */
static gboolean
new_file (TmpDirectory  *dir,
          GBytes        *page,
          GError       **error)
{
  g_autoptr (GFileIOStream) stream = NULL;
  g_autoptr (GFile) file = tmp_directory_new_file (dir, "page-", ".html", &stream, NULL, error);
  if (file == NULL)
    return FALSE;

  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (stream));
  return g_output_stream_write_all (output, g_bytes_get_data (page, NULL), g_bytes_get_size (page),
                                    NULL, NULL, error) &&
         g_io_stream_close (G_IO_STREAM (stream), NULL, error);
}

/* tmp_directory_new_subdirectory() */
static GFile *
new_subdirectory (TmpDirectory  *dir,
                  GError       **error)
{
  return tmp_directory_new_subdirectory (dir, "job-", NULL, NULL, error);
}

/* tmp_directory_clear() */
static gboolean
clear (TmpDirectory       *dir,
       const char * const *jobs,
       GCancellable       *cancellable,
       GError            **error)
{
  g_autofree char *input = tmp_directory_build_path (dir, "input", NULL);

  for (guint i = 0; jobs[i] != NULL; i++)
    {
      if (!g_file_set_contents (input, jobs[i], -1, error))
        return FALSE;

      /* … */

      if (!tmp_directory_clear (dir, cancellable, error))
        return FALSE;
    }

  return TRUE;
}

/* tmp_directory_cleanup() */
static gboolean
cleanup (TmpDirectory *dir)
{
  g_autoptr (GError) error = NULL;

  if (tmp_directory_cleanup (dir, NULL, &error))
    return TRUE;

  // Say, "Could not delete “/tmp/my-app-…/mnt”: Device or resource busy
  // (2 files and directories are left)"
  g_printerr ("%s\n", error->message);
  return FALSE; // and everything else is gone
}

/* tmp_directory_cleanup_async() */
static void
on_cleaned_up (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  TmpDirectory *dir = TMP_DIRECTORY (source);
  g_autoptr (GError) error = NULL;

  if (!tmp_directory_cleanup_finish (dir, result, &error))
    g_warning ("%s", error->message);
  else
    g_print ("%" G_GUINT64_FORMAT " files and directories are gone\n",
             tmp_directory_get_entries_removed (dir));
}

static void
cleanup_async (TmpDirectory *dir)
{
  tmp_directory_cleanup_async (dir, G_PRIORITY_LOW, NULL, on_cleaned_up, NULL);
}

/* tmp_directory_detach() */
static char *
detach (TmpDirectory *dir)
{
  g_autoptr (GFile) file = tmp_directory_detach (dir);

  return g_file_get_path (file);
}

/* tmp_delete_tree() */
static gboolean
delete_tree (GFile         *cache,
             GCancellable  *cancellable,
             GError       **error)
{
  return tmp_delete_tree (cache, TMP_DELETE_KEEP_ROOT, cancellable, error);
}

/* tmp_flush() */
static gboolean
flush (TmpDirectory **dir,
       GFile         *parent,
       GError       **error)
{
  g_clear_object (dir);

  // What was in it may still be there, beside where it was.
  return tmp_flush (NULL, error) &&
         g_file_delete (parent, NULL, error);
}

/* tmp_reclaim() */
static gboolean
reclaim (GCancellable  *cancellable,
         GError       **error)
{
  gssize n = tmp_reclaim (cancellable, error);
  if (n < 0)
    return FALSE;

  g_print ("%" G_GSSIZE_FORMAT " directories of killed processes are gone\n", n);
  return TRUE;
}

/* TmpSpooledStream */
static gboolean
spooled_stream (TmpDirectory  *dir,
                GInputStream  *download,
                GCancellable  *cancellable,
                GError       **error)
{
  g_autoptr (TmpSpooledStream) stream = tmp_spooled_stream_new (dir, 1024 * 1024);
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (stream));

  if (g_output_stream_splice (output, download, G_OUTPUT_STREAM_SPLICE_NONE, cancellable, error) < 0 ||
      !g_seekable_seek (G_SEEKABLE (stream), 0, G_SEEK_SET, cancellable, error))
    return FALSE;

  /* … read it from g_io_stream_get_input_stream() … */

  return g_io_stream_close (G_IO_STREAM (stream), cancellable, error);
}

/* How it is shown that they work */

static gboolean
is_there (GFile *file)
{
  return g_file_query_exists (file, NULL);
}

static gboolean
is_empty (TmpDirectory *dir)
{
  g_autoptr (GDir) names = g_dir_open (tmp_directory_get_path (dir), 0, NULL);

  return g_dir_read_name (names) == NULL;
}

static void
iterate_until_cleaned_up (TmpDirectory *dir)
{
  while (is_there (tmp_directory_get_file (dir)) || tmp_directory_get_entries_removed (dir) == 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
check_directories (GFile *parent)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TmpDirectory) created = NULL;
  g_autoptr (TmpDirectory) dir = initable (parent, NULL, &error);
  g_autoptr (GFile) destination = g_file_get_child (parent, "destination");
  g_autoptr (GFile) index = g_file_get_child (destination, "index.html");

  g_assert_no_error (error);
  g_assert_true (directory (&error));
  g_assert_no_error (error);
  g_assert_true (persist (destination, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (is_there (index));
  g_assert_false (persist (destination, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_true (delete_tree (destination, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (is_there (index));
  g_assert_true (g_file_delete (destination, NULL, &error));
  g_assert_no_error (error);

  create_async (parent, NULL, &created);
  while (created == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (cleanup (created));
  g_assert_false (is_there (tmp_directory_get_file (created)));

  cleanup_async (dir);
  iterate_until_cleaned_up (dir);
}

static void
check_contents (TmpDirectory *dir)
{
  const char *jobs[] = { "a", "b", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) page = g_bytes_new_static ("page", 4);
  g_autoptr (GInputStream) download = g_memory_input_stream_new_from_bytes (page);
  g_autoptr (GFile) subdirectory = new_subdirectory (dir, &error);

  g_assert_no_error (error);
  g_assert_true (is_there (subdirectory));
  g_assert_true (new_file (dir, page, &error));
  g_assert_no_error (error);
  g_assert_true (get_child (dir, "a.txt", &error));
  g_assert_no_error (error);
  g_assert_false (get_child (dir, "../a.txt", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME);
  g_clear_error (&error);
  g_assert_true (spooled_stream (dir, download, NULL, &error));
  g_assert_no_error (error);

  g_assert_true (clear (dir, jobs, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (is_empty (dir));
}

static void
check_ends (TmpDirectory *parent)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) inside = tmp_directory_get_child (parent, "inside", &error);
  g_autoptr (TmpDirectory) dir = NULL;
  g_autoptr (TmpDirectory) kept = NULL;
  g_autofree char *path = NULL;

  g_assert_true (g_file_make_directory (inside, NULL, &error));
  dir = tmp_directory_new_in (inside, "my-app-", NULL, &error);
  g_assert_no_error (error);
  g_assert_true (flush (&dir, inside, &error));
  g_assert_no_error (error);

  kept = tmp_directory_new_in (tmp_directory_get_file (parent), "my-app-", NULL, &error);
  g_assert_no_error (error);
  path = detach (kept);
  g_clear_object (&kept);
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_DIR));

  g_assert_true (reclaim (NULL, &error));
  g_assert_no_error (error);
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TmpDirectory) dir = tmp_directory_new ("reference-", &error);

  g_assert_no_error (error);
  check_directories (tmp_directory_get_file (dir));
  check_contents (dir);
  check_ends (dir);

  return 0;
}
