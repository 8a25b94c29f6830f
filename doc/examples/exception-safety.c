/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Returns from the middle of a function because of an error. No way out of it has to
 * clean up anything, nothing is left, and the caller gets the error that it was.
 */

#include <locale.h>
#include <string.h>

#include <tmpdir-glib/tmpdir-glib.h>

typedef struct
{
  const char *place;
  const char *rain;
} Reading;

static const Reading good[] = { { "Oslo", "4" }, { "Bergen", "11" } };
static const Reading bad[] = { { "Oslo", "4" }, { "Narvik", "much" }, { "Molde", "7" } };

/* Puts the rain of each place into a file, and adds it up. */
static gboolean
import_rain (GFile          *parent,
             const Reading  *readings,
             gsize           n_readings,
             guint64        *sum,
             GError        **error)
{
  g_autoptr (TmpDirectory) dir = tmp_directory_new_in (parent, "import-", NULL, error);

  if (dir == NULL)
    return FALSE;

  for (gsize i = 0; i < n_readings; i++)
    {
      g_autofree char *path = tmp_directory_build_path (dir, readings[i].place, NULL);
      guint64 rain;

      /* Here dir goes, with what is in it by now. */
      if (!g_file_set_contents (path, readings[i].rain, -1, error) ||
          !g_ascii_string_to_unsigned (readings[i].rain, 10, 0, 1000, &rain, error))
        return FALSE;

      g_print ("%s has %s\n", path, readings[i].rain);
      *sum += rain;
    }

  return TRUE;
}

static gboolean
is_empty (TmpDirectory *dir)
{
  g_autoptr (GDir) names = NULL;

  /* What is dropped is gone from its path at once, but from the disk a little later. */
  tmp_flush (NULL, NULL);
  names = g_dir_open (tmp_directory_get_path (dir), 0, NULL);

  return names != NULL && g_dir_read_name (names) == NULL;
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TmpDirectory) outer = tmp_directory_new ("exception-safety-", &error);
  GFile *parent;
  guint64 sum = 0;

  setlocale (LC_ALL, "");
  if (outer == NULL)
    g_error ("%s", error->message);
  parent = tmp_directory_get_file (outer);

  if (!import_rain (parent, good, G_N_ELEMENTS (good), &sum, &error) ||
      sum != 15 || !is_empty (outer))
    return 1;

  if (import_rain (parent, bad, G_N_ELEMENTS (bad), &sum, &error))
    return 1;
  g_print ("Failed: %s\n", error->message);
  if (!g_error_matches (error, G_NUMBER_PARSER_ERROR, G_NUMBER_PARSER_ERROR_INVALID) ||
      strstr (error->message, "much") == NULL || !is_empty (outer))
    return 1;

  g_print ("Nothing is left\n");
  return 0;
}
