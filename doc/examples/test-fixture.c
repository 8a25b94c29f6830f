/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A fixture that gives every test case a folder of its own, and deletes it afterwards.
 * What is tested here remembers a number in its folder: if they shared one, the case that
 * comes second would fail.
 */

#include <tmpdir-glib/tmpdir-glib.h>

/* Returns 1 in an empty folder, then 2, and so on. */
static guint64
next_invoice (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "last-invoice", NULL);
  g_autofree char *last = NULL;
  g_autofree char *next = NULL;
  g_autoptr (GError) error = NULL;
  guint64 number = 1;

  if (g_file_get_contents (path, &last, NULL, NULL))
    number += g_ascii_strtoull (last, NULL, 10);

  next = g_strdup_printf ("%" G_GUINT64_FORMAT "\n", number);
  if (!g_file_set_contents (path, next, -1, &error))
    g_error ("%s", error->message);

  return number;
}

typedef struct
{
  TmpDirectory *dir;
  const char   *folder;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  fixture->dir = tmp_directory_new ("test-fixture-", &error);
  g_assert_no_error (error);
  fixture->folder = tmp_directory_get_path (fixture->dir);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  /* Dropping it would do, but then nobody would know if something cannot be deleted. What
   * a failed assertion leaves, as it aborts, the next program with such a fixture deletes.
   */
  tmp_directory_cleanup (fixture->dir, NULL, &error);
  g_assert_no_error (error);
  g_object_unref (fixture->dir);
}

static void
test_first (Fixture       *fixture,
            gconstpointer  data)
{
  g_assert_cmpuint (next_invoice (fixture->folder), ==, 1);
}

static void
test_in_a_row (Fixture       *fixture,
               gconstpointer  data)
{
  g_assert_cmpuint (next_invoice (fixture->folder), ==, 1);
  g_assert_cmpuint (next_invoice (fixture->folder), ==, 2);
  g_assert_cmpuint (next_invoice (fixture->folder), ==, 3);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/invoices/first", Fixture, NULL, set_up, test_first, tear_down);
  g_test_add ("/invoices/in-a-row", Fixture, NULL, set_up, test_in_a_row, tear_down);

  return g_test_run ();
}
