/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A plugin that has temporary directories, and never thinks of them again, or
 * only at the very last moment.
 */

#include <glib/gstdio.h>
#include <stdlib.h>
#include <tmpdir-glib/tmpdir-glib.h>

/* What test-plugin.c calls; it is not linked with us. */
__attribute__ ((visibility ("default"))) void plugin_use (const char *parent);

static TmpDirectory *held = NULL;
static TmpDirectory *held_until_handler = NULL;
static TmpDirectory *held_until_destructor = NULL;

static TmpDirectory *
new_filled (const char *parent,
            guint       n_dirs)
{
  g_autoptr(GFile) file = g_file_new_for_path (parent);
  g_autoptr(GError) error = NULL;
  TmpDirectory *dir = tmp_directory_new_in (file, NULL, NULL, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < n_dirs; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);
      g_autofree char *path = tmp_directory_build_path (dir, name, NULL);

      g_assert_no_errno (g_mkdir (path, 0700));
    }
  return dir;
}

static void
drop_in_handler (void)
{
  g_clear_object (&held_until_handler);
}

__attribute__ ((destructor)) static void
drop_in_destructor (void)
{
  g_clear_object (&held_until_destructor);
}

void
plugin_use (const char *parent)
{
  held = new_filled (parent, 2);
  held_until_handler = new_filled (parent, 5);
  held_until_destructor = new_filled (parent, 5);
  /* At exit, or when the plugin is closed */
  atexit (drop_in_handler);
  g_object_unref (new_filled (parent, 50));
}
