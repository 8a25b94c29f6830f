/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Somebody has put something into the folder of the journals, or where they lead
 * to. It is left alone, and nobody who creates a directory notices it.
 */

#include "journal-traps.h"
#include "mounts.h"
#include "naive.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOBODY 65534
#define SOMEBODY 65533

/* The first creation may take that long, in microseconds. */
#define MAX_DELAY 20000
#define MAX_TRIES 50

static guint
count_descriptors (void)
{
  return test_count_entries ("/proc/self/fd");
}

static gboolean
has_two_more (gpointer data)
{
  return count_descriptors () == *(guint *) data + 2;
}

/* Returns 77 if the creation was slow. */
static int
live_as_root (TestFixture   *fixture,
      gconstpointer  data)
{
  const Trap *trap = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(TmpDirectory) dir = NULL;
  guint n_descriptors;
  gint64 start;

  /* What waits for something has descriptors, too. */
  g_main_context_iteration (NULL, FALSE);
  n_descriptors = count_descriptors ();
  start = g_get_monotonic_time ();
  dir = tmp_directory_new (NULL, &error);
  g_assert_no_error (error);
  if (g_get_monotonic_time () - start > MAX_DELAY && !trap->mounts)
    return 77;

  tmp_reclaim (NULL, &error);
  if (trap->mounts)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  else
    g_assert_no_error (error);

  /* One is that of the directory, and one that of the journal. */
  test_wait_until (has_two_more, &n_descriptors);
  return 0;
}

static int
live_as_user (TestFixture   *fixture,
              gconstpointer  data)
{
  return test_drop_root (fixture) ? live_as_root (fixture, data) : 1;
}

/* Believes everything. */
static void
reclaim_naively (Scene *scene)
{
  g_autoptr(GDir) dir = g_dir_open (scene->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *journal = g_build_filename (scene->folder, name, NULL);
      g_autofree char *text = NULL;
      gsize length = 0;
      const char *end, *line;

      g_file_get_contents (journal, &text, &length, NULL);
      for (line = text; line != NULL; line = end != NULL ? end + 1 : NULL)
        {
          const char *uri = memmem (line, text + length - line, "file://", strlen ("file://"));
          g_autofree char *path = NULL;

          end = uri != NULL ? strchr (uri, '\n') : NULL;
          path = end != NULL ? g_strndup (uri + strlen ("file://"), end - uri - strlen ("file://")) : NULL;
          if (path != NULL && strlen (path) > strlen (scene->tmp) &&
              g_str_has_prefix (path, scene->tmp))
            {
              g_autoptr(GFile) file = g_file_new_for_path (path);

              naive_delete_tree (file);
            }
        }
    }
}

/* What may not change: all but the folder of the journals, where one of ours comes
 * and goes, and @gone. If that is not in the parent any more, its time has changed.
 */
static char *
take_snapshot (Scene *scene)
{
  g_autofree char *tmp = test_snapshot (scene->tmp);
  g_auto(GStrv) lines = g_strsplit (tmp, "\n", -1);
  g_autoptr(GString) snapshot = g_string_new (NULL);
  g_autofree char *elsewhere = g_build_filename (scene->fixture->path, "elsewhere", NULL);
  g_autofree char *target = g_build_filename (scene->fixture->path, "target", NULL);
  const char *others[] = { elsewhere, target };

  for (gsize i = 0; lines[i] != NULL; i++)
    if (scene->gone == NULL ||
        !g_str_has_prefix (lines[i], scene->gone + strlen (scene->tmp)))
      g_string_append_printf (snapshot, "%s\n", *lines[i] == ' ' ? "" : lines[i]);

  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    if (g_file_test (others[i], G_FILE_TEST_EXISTS))
      {
        g_autofree char *other = test_snapshot (others[i]);

        g_string_append (snapshot, other);
      }
  return g_string_free (g_steal_pointer (&snapshot), FALSE);
}

static char *
take_snapshot_of_trap (Scene *scene)
{
  struct stat st;

  g_assert_no_errno (g_lstat (scene->trap, &st));
  return g_strdup_printf ("%o %u %u %" G_GUINT64_FORMAT " %ld.%ld", st.st_mode, st.st_uid,
                          (guint) st.st_nlink, (guint64) st.st_ino, (long) st.st_ctim.tv_sec,
                          (long) st.st_ctim.tv_nsec);
}

static void
run_trap (TestFixture *fixture,
          const Trap  *trap,
          uid_t        self,
          uid_t        other,
          MortalFunc   live)
{
  Scene scene = { NULL, };
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *trap_before = NULL;
  g_autofree char *trap_after = NULL;
  int status = 77;

  scene_set (&scene, fixture, trap, self, other);
  before = take_snapshot (&scene);
  trap_before = trap->stays ? take_snapshot_of_trap (&scene) : NULL;

  /* Whoever else uses the processor delays, too. */
  for (guint i = 0; i < MAX_TRIES && status == 77; i++)
    status = mortal_live (fixture, live, trap);
  g_assert_cmpint (status, ==, 0);

  after = take_snapshot (&scene);
  g_assert_cmpstr (before, ==, after);
  trap_after = trap->stays ? take_snapshot_of_trap (&scene) : NULL;
  g_assert_cmpstr (trap_before, ==, trap_after);
  if (scene.gone != NULL)
    test_assert_absent (scene.gone);
  scene_clear (&scene, trap);
}

static void
test_as_root (TestFixture   *fixture,
              gconstpointer  data)
{
  const Trap *trap = data;

  if (test_require_root () && (!trap->mounts || mounts_require ()))
    run_trap (fixture, trap, 0, NOBODY, live_as_root);
}

static void
test_as_user (TestFixture   *fixture,
              gconstpointer  data)
{
  const Trap *trap = data;

  if (!test_require_root () || (trap->mounts && !mounts_require ()) || !test_drop_root (fixture))
    return;

  test_regain_root ();
  run_trap (fixture, trap, NOBODY, SOMEBODY, live_as_user);
}

static void
test_control (TestFixture   *fixture,
              gconstpointer  data)
{
  const Trap *trap = data;
  Scene scene = { NULL, };
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  if (!test_require_root ())
    return;

  scene_set (&scene, fixture, trap, 0, NOBODY);
  before = take_snapshot (&scene);
  reclaim_naively (&scene);
  /* Even the directory itself may be lost. */
  after = g_file_test (scene.tmp, G_FILE_TEST_EXISTS) ? take_snapshot (&scene) : NULL;
  g_assert_cmpstr (before, !=, after);
  scene_clear (&scene, trap);
}

int
main (int    argc,
      char **argv)
{
  mounts_init ();
  test_init (&argc, &argv);

  for (gsize i = 0; i < n_traps; i++)
    {
      g_autofree char *as_root = g_strconcat ("/journal/root/", traps[i].path, NULL);
      g_autofree char *as_user = g_strconcat ("/journal/user/", traps[i].path, NULL);
      g_autofree char *control = g_strconcat ("/journal/control/", traps[i].path, NULL);

      mortal_add (as_root, &traps[i], test_as_root);
      mortal_add (as_user, &traps[i], test_as_user);
      if (traps[i].tempting)
        mortal_add (control, &traps[i], test_control);
    }

  return test_run ();
}
