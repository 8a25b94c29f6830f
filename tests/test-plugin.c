/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The library comes and goes with a plugin of a program that does not know it,
 * while its threads are at work. They must not lose the code they run.
 */

#include <dlfcn.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* There is no test-lib.h here: it would bring the library along. */
static gboolean
is_mapped (const char *name)
{
  g_autofree char *maps = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/maps", &maps, NULL, NULL));
  return strstr (maps, name) != NULL;
}

static void
use_plugin (const char *parent,
            gboolean    close)
{
  gpointer plugin;
  void (*plugin_use) (const char *parent);

  g_assert_false (is_mapped ("libtmpdir-glib"));
  plugin = dlopen (PLUGIN_PATH, RTLD_NOW | RTLD_LOCAL);
  if (plugin == NULL)
    g_error ("%s", dlerror ());
  plugin_use = (void (*) (const char *)) dlsym (plugin, "plugin_use");
  g_assert_true (plugin_use != NULL);
  plugin_use (parent);

  if (close)
    {
      g_autofree char *name = g_path_get_basename (PLUGIN_PATH);

      g_assert_cmpint (dlclose (plugin), ==, 0);
      g_assert_false (is_mapped (name));
      g_assert_true (is_mapped ("libtmpdir-glib"));
    }
}

static void
test_plugin (gconstpointer data)
{
  const gboolean close = GPOINTER_TO_INT (data);
  g_autofree char *parent = g_build_filename (g_getenv ("TMPDIR"),
                                              close ? "plugin-closed" : "plugin", NULL);

  if (g_test_subprocess ())
    {
      alarm (60);
      use_plugin (parent, close);
      return;
    }

  for (guint i = 0; i < 20; i++)
    {
      g_assert_no_errno (g_mkdir (parent, 0755));
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      /* Fails if anything is left */
      g_assert_no_errno (g_rmdir (parent));
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/plugin/exit", GINT_TO_POINTER (FALSE), test_plugin);
  g_test_add_data_func ("/plugin/closed", GINT_TO_POINTER (TRUE), test_plugin);

  return g_test_run ();
}
