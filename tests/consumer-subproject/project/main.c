/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A program as somebody else would write it */

#include <tmpdir-glib/tmpdir-glib.h>

#if !TMP_CHECK_VERSION (0, 1, 0)
#error "The headers do not know their version"
#endif

int
main (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(TmpDirectory) dir = tmp_directory_new ("consumer-", &error);
  g_autofree char *path = NULL;
  g_autofree char *file = NULL;

  g_assert_no_error (error);
  path = g_strdup (tmp_directory_get_path (dir));
  file = tmp_directory_build_path (dir, "hello.txt", NULL);
  g_file_set_contents (file, "Hello\n", -1, &error);
  g_assert_no_error (error);

  g_assert_true (g_type_is_a (TMP_TYPE_DELETE_FLAGS, G_TYPE_FLAGS));
  g_clear_object (&dir);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));

  g_print ("%s came and went\n", path);
  return 0;
}
