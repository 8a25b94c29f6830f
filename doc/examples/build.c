/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Builds in a temporary directory beside the destination, and moves the result there when
 * it is complete: whoever looks there finds the old one or the new one, and a build that
 * fails leaves the old one and nothing else.
 */

#include <glib/gstdio.h>
#include <tmpdir-glib/tmpdir-glib.h>

/* Makes a page of every note. */
static gboolean
render (const char  *notes,
        const char  *pages,
        GError     **error)
{
  g_autoptr (GDir) dir = g_dir_open (notes, 0, error);
  const char *name;

  if (dir == NULL)
    return FALSE;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *note = g_build_filename (notes, name, NULL);
      g_autofree char *page = g_strdup_printf ("%s/%s.html", pages, name);
      g_autofree char *text = NULL;
      g_autofree char *html = NULL;

      if (!g_file_get_contents (note, &text, NULL, error))
        return FALSE;

      if (*text == '\0')
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s is empty", note);
          return FALSE;
        }

      html = g_markup_printf_escaped ("<h1>%s</h1>\n", text);
      if (!g_file_set_contents (page, html, -1, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
build (const char  *notes,
       GFile       *site,
       GError     **error)
{
  g_autoptr (GFile) parent = g_file_get_parent (site);
  g_autoptr (TmpDirectory) dir = tmp_directory_new_in (parent, ".build-", NULL, error);
  TmpPersistFlags flags = TMP_PERSIST_NONE;

  if (dir == NULL || !render (notes, tmp_directory_get_path (dir), error))
    return FALSE;

  /* Others may read it; until now nobody else could. */
  if (!g_file_set_attribute_uint32 (tmp_directory_get_file (dir), G_FILE_ATTRIBUTE_UNIX_MODE, 0755,
                                    G_FILE_QUERY_INFO_NONE, NULL, error))
    return FALSE;

  /* With an old one there, dir is that one afterwards, to be deleted in the end. */
  if (g_file_query_exists (site, NULL))
    flags |= TMP_PERSIST_EXCHANGE;

  return tmp_directory_persist (dir, site, flags, NULL, error);
}

/* Whether the site has @text, and @folder nothing but the notes and the site. */
static gboolean
check (const char *folder,
       const char *text)
{
  g_autofree char *page = g_build_filename (folder, "site", "apples.html", NULL);
  g_autofree char *contents = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n_entries = 0;

  /* Until what has been dropped is deleted, too */
  tmp_flush (NULL, NULL);
  while (g_dir_read_name (dir) != NULL)
    n_entries++;

  if (!g_file_get_contents (page, &contents, NULL, NULL))
    return FALSE;

  g_print ("%s: %s", page, contents);
  return n_entries == 2 && strstr (contents, text) != NULL;
}

static gboolean
write_note (const char *notes,
            const char *name,
            const char *text)
{
  g_autofree char *note = g_build_filename (notes, name, NULL);

  return g_file_set_contents (note, text, -1, NULL);
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TmpDirectory) dir = tmp_directory_new ("build-", &error);
  g_autofree char *notes = NULL;
  g_autoptr (GFile) site = NULL;
  const char *folder;

  if (dir == NULL)
    g_error ("%s", error->message);

  folder = tmp_directory_get_path (dir);
  notes = tmp_directory_build_path (dir, "notes", NULL);
  site = g_file_get_child (tmp_directory_get_file (dir), "site");

  /* The first one, one in its place, and one that fails */
  if (g_mkdir (notes, 0700) == 0 &&
      write_note (notes, "apples", "Red apples") &&
      build (notes, site, &error) && check (folder, "Red") &&
      write_note (notes, "apples", "Green apples") &&
      build (notes, site, &error) && check (folder, "Green") &&
      write_note (notes, "apples", "Rotten apples") &&
      write_note (notes, "pears", "") &&
      !build (notes, site, &error) && check (folder, "Green"))
    {
      g_print ("What failed is not seen: %s\n", error->message);
      return 0;
    }

  g_printerr ("%s\n", error != NULL ? error->message : "The site is not what it should be");
  return 1;
}
