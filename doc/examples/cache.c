/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A cache in a temporary directory, which is cleared when it has grown too large. The
 * directory itself stays, so that its path may be kept.
 */

#include <glib/gstdio.h>
#include <tmpdir-glib/tmpdir-glib.h>

#define SIZE 1000

typedef struct
{
  TmpDirectory *dir;
  gsize         limit;
  gsize         size;
  unsigned      hits;
  unsigned      misses;
} Cache;

/* What takes long: the decimals of 1/n */
static char *
decimals (unsigned n)
{
  GString *digits = g_string_sized_new (SIZE);

  for (unsigned rest = 10; digits->len < SIZE; rest = rest % n * 10)
    g_string_append_c (digits, (char) ('0' + rest / n));

  return g_string_free (digits, FALSE);
}

static char *
cache_get (Cache     *cache,
           unsigned   n,
           GError   **error)
{
  g_autofree char *name = g_strdup_printf ("%u.txt", n);
  g_autofree char *path = tmp_directory_build_path (cache->dir, name, NULL);
  g_autofree char *text = NULL;

  if (g_file_get_contents (path, &text, NULL, NULL))
    {
      cache->hits++;
      return g_steal_pointer (&text);
    }

  cache->misses++;
  text = decimals (n);
  if (cache->size + strlen (text) > cache->limit)
    {
      if (!tmp_directory_clear (cache->dir, NULL, error))
        return NULL;
      cache->size = 0;
    }

  if (!g_file_set_contents (path, text, -1, error))
    return NULL;

  cache->size += strlen (text);
  return g_steal_pointer (&text);
}

/* Asks for 2 to 7, then for 4 to 9, and so on, until 8 to 13. */
static gboolean
use (Cache   *cache,
     GError **error)
{
  for (unsigned first = 2; first <= 8; first += 2)
    for (unsigned n = first; n < first + 6; n++)
      {
        g_autofree char *expected = decimals (n);
        g_autofree char *text = cache_get (cache, n, error);

        if (text == NULL)
          return FALSE;
        if (!g_str_equal (text, expected))
          g_error ("1/%u is 0.%s, not 0.%s", n, expected, text);
      }

  return TRUE;
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TmpDirectory) dir = tmp_directory_new ("cache-", &error);
  Cache cache = { dir, 8 * SIZE, 0 };
  const char *path;
  GStatBuf before, after;

  if (dir == NULL)
    g_error ("%s", error->message);

  path = tmp_directory_get_path (dir);
  if (g_stat (path, &before) != 0 || !use (&cache, &error) || g_stat (path, &after) != 0)
    {
      g_printerr ("%s\n", error != NULL ? error->message : "The cache is gone");
      return 1;
    }

  g_print ("%u hits, %u misses; %" G_GSIZE_FORMAT " bytes are in %s\n",
           cache.hits, cache.misses, cache.size, path);

  /* It was asked for 12 numbers, and has room for 8: before the ninth, 10, it was cleared,
   * and 8 and 9 were asked for once more.
   */
  return cache.hits == 10 && cache.misses == 14 && before.st_ino == after.st_ino ? 0 : 1;
}
