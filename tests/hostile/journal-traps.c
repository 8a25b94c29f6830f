/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "journal-traps.h"

#include "mounts.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Names like those that the library makes up, one for a record without and one
 * for a record with characters to be filled in
 */
#define NAME "tmpabcdefghijklmnopqrstuv"
#define PATTERN "tmpXXXXXXabcdefghijklmnop"
#define FILLED "tmpABCDEFabcdefghijklmnop"
#define HIDDEN "." NAME ".deleted"

#define SLOT 128

static void
add_line (Scene      *scene,
          const char *line)
{
  const gsize length = strlen (line);
  const guint old = scene->journal->len;

  g_assert_cmpuint (length, <, 4 * SLOT);
  g_byte_array_set_size (scene->journal, old + (length / SLOT + 1) * SLOT);
  memset (scene->journal->data + old, 0, scene->journal->len - old);
  memcpy (scene->journal->data + old, line, length);
}

static void
add_header (Scene *scene)
{
  g_autofree char *boot_id = NULL;
  g_autofree char *line = NULL;

  g_file_get_contents ("/proc/sys/kernel/random/boot_id", &boot_id, NULL, NULL);
  line = g_strdup_printf ("tmpdir-glib journal 1 %s\n", boot_id != NULL ? g_strstrip (boot_id) : "unknown");
  add_line (scene, line);
}

/* @path and what its parent is said to be */
static void
add_record (Scene      *scene,
            const char *parent,
            const char *path)
{
  struct stat st;
  g_autofree char *line = NULL;

  g_assert_no_errno (g_stat (parent, &st));
  if (scene->journal->len == 0)
    add_header (scene);
  line = g_strdup_printf ("+ %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %d file://%s\n",
                          (guint64) st.st_dev, (guint64) st.st_ino,
                          g_str_has_suffix (path, PATTERN) ? 3 : -1, path);
  add_line (scene, line);
}

static void
add_name (Scene      *scene,
          const char *name)
{
  g_autofree char *path = g_build_filename (scene->tmp, name, NULL);

  add_record (scene, scene->tmp, path);
}

/* Writes down what there is so far, under another name than the rest. */
static char *
write_journal (Scene      *scene,
               const char *parent,
               const char *name)
{
  g_autofree char *path = g_build_filename (parent, name, NULL);
  g_autoptr(GError) error = NULL;

  g_file_set_contents_full (path, (char *) scene->journal->data, scene->journal->len,
                            G_FILE_SET_CONTENTS_NONE, 0600, &error);
  g_assert_no_error (error);
  g_byte_array_set_size (scene->journal, 0);
  return g_steal_pointer (&path);
}

/* A directory with something in it, for which there may be a record */
static char *
make_target (Scene      *scene,
             const char *parent,
             const char *name)
{
  char *path = test_make_dir (parent, name);

  g_free (test_make_file (path, "file"));
  return path;
}

static void
make_recorded_target (Scene *scene)
{
  g_free (make_target (scene, scene->tmp, NAME));
  add_name (scene, NAME);
}

/* Controls: what has to be deleted shows that what was written here is a journal. */
static void
set_genuine (Scene *scene)
{
  scene->gone = make_target (scene, scene->tmp, NAME);
  add_name (scene, NAME);
}

static void
set_genuine_filled (Scene *scene)
{
  scene->gone = make_target (scene, scene->tmp, FILLED);
  add_name (scene, PATTERN);
}

/* Both visible names are taken by somebody else, meanwhile. */
static void
set_decoys (Scene *scene)
{
  g_autofree char *decoy = test_make_file (scene->tmp, NAME);

  g_assert_no_errno (lchown (decoy, scene->other, scene->other));
  scene->gone = make_target (scene, scene->tmp, HIDDEN);
  add_name (scene, NAME);
}

static void
set_decoys_filled (Scene *scene)
{
  static const char * const names[] = {
    "tmpAAAAAAabcdefghijklmnop", "tmpZZZZZZabcdefghijklmnop", ".tmpABCDEFabcdefghijklmnop.deleted",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *decoy = make_target (scene, scene->tmp, names[i]);

      g_assert_no_errno (lchown (decoy, scene->other, scene->other));
    }
  scene->gone = make_target (scene, scene->tmp, FILLED);
  add_name (scene, PATTERN);
}

/* After that nothing but names is left to know things by. */
static void
set_rebooted (Scene *scene)
{
  g_autofree char *before = test_make_dir (scene->tmp, "before");

  scene->gone = make_target (scene, scene->tmp, NAME);
  add_line (scene, "tmpdir-glib journal 1 00000000-0000-0000-0000-000000000000\n");
  add_record (scene, before, scene->gone);
}

/* What is no journal, or not one of a dead process of this user */
static void
set_huge (Scene *scene)
{
  g_autofree char *path = NULL;

  make_recorded_target (scene);
  path = write_journal (scene, scene->folder, TRAP_JOURNAL);
  g_assert_no_errno (truncate (path, 1024 * 1024 * 1024));
}

/* Almost as large as they may be; full of zeros, or of what might be records */
static void
set_large (Scene *scene)
{
  g_autofree char *path = NULL;

  add_header (scene);
  path = write_journal (scene, scene->folder, TRAP_JOURNAL);
  g_assert_no_errno (truncate (path, 64 * 1024 * 1024));
}

static void
set_dense (Scene *scene)
{
  add_header (scene);
  g_byte_array_set_size (scene->journal, 4 * 1024 * 1024);
  for (guint i = SLOT; i < scene->journal->len; i++)
    scene->journal->data[i] = i % SLOT == 0 ? '+' : ' ';
}

static void
set_garbage (Scene *scene)
{
  for (guint file = 0; file < 20; file++)
    {
      g_autofree char *name = g_strdup_printf ("%u.journal", file);

      if (file % 2 == 0)
        add_header (scene);
      for (guint i = 0; i < 4096; i++)
        {
          const guint8 byte = (guint8) g_test_rand_int_range (0, 256);

          g_byte_array_append (scene->journal, &byte, 1);
        }
      g_free (write_journal (scene, scene->folder, name));
    }
}

/* Cut off anywhere, and with any byte replaced by any other: what is left must not
 * lead anywhere else.
 */
static void
set_mutants (Scene *scene)
{
  g_autofree char *path = g_build_filename (scene->tmp, NAME "a", NULL);
  g_autofree char *longer = g_strconcat (path, "b", NULL);

  g_free (make_target (scene, scene->tmp, NAME));
  for (guint i = 0; i < test_scale (400); i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.journal", i);

      add_record (scene, scene->tmp, i % 2 == 0 ? path : longer);
      if (i % 4 < 2)
        g_byte_array_set_size (scene->journal, SLOT + g_test_rand_int_range (0, 2 * SLOT));
      else
        scene->journal->data[SLOT + g_test_rand_int_range (0, 30)] =
          (guint8) g_test_rand_int_range (0, 256);
      g_free (write_journal (scene, scene->folder, name));
    }
}

static void
set_link (Scene *scene)
{
  make_recorded_target (scene);
  g_free (write_journal (scene, scene->fixture->path, "elsewhere"));
  g_assert_no_errno (symlink ("../../elsewhere", scene->trap));
}

static void
set_fifo (Scene *scene)
{
  g_assert_no_errno (mkfifo (scene->trap, 0600));
}

static void
set_directory (Scene *scene)
{
  g_free (make_target (scene, scene->folder, TRAP_JOURNAL));
}

/* Whoever opens a device that nobody drives is told so. */
static void
set_device (Scene *scene)
{
  g_assert_no_errno (mknod (scene->trap, S_IFCHR | 0600, makedev (1, 5)));
}

static void
set_hard_link (Scene *scene)
{
  g_autofree char *other_path = g_build_filename (scene->folder, "another.journal", NULL);
  g_autofree char *file = test_make_file (scene->fixture->path, "document");
  g_autofree char *journal = NULL;

  g_assert_no_errno (link (file, scene->trap));
  make_recorded_target (scene);
  journal = write_journal (scene, scene->fixture->path, "elsewhere");
  g_assert_no_errno (link (journal, other_path));
}

static void
set_locked (Scene *scene)
{
  g_autofree char *path = NULL;

  make_recorded_target (scene);
  path = write_journal (scene, scene->folder, TRAP_JOURNAL);
  scene->lock = open (path, O_RDONLY | O_CLOEXEC);
  g_assert_no_errno (scene->lock);
  g_assert_no_errno (flock (scene->lock, LOCK_SH));
}

static void
set_unreadable (Scene *scene)
{
  g_autofree char *path = NULL;

  /* Root is not kept from anything, but has others'. */
  make_recorded_target (scene);
  path = write_journal (scene, scene->folder, TRAP_JOURNAL);
  g_assert_no_errno (g_chmod (path, 0000));
  g_assert_no_errno (lchown (path, scene->other, scene->other));
}

static void
set_not_named (Scene *scene)
{
  make_recorded_target (scene);
  g_free (write_journal (scene, scene->folder, "journal"));
}

static void
set_foreign_names (Scene *scene)
{
  g_free (make_target (scene, scene->tmp, NAME));
  g_free (make_target (scene, scene->tmp, FILLED));
  g_free (make_target (scene, scene->tmp, HIDDEN));
}

/* Records of what is not ours */
static void
set_paths (Scene *scene)
{
  static const char * const names[] = {
    "", "dir", "dir/../" NAME, "./" NAME, "nothing/../" NAME, NAME "/", NAME "%2ftmp", NAME "%00",
    NAME "\\", "/" NAME, "%zz" NAME, NAME "/..",
  };

  g_free (make_target (scene, scene->tmp, NAME));
  g_free (make_target (scene, scene->tmp, "dir"));
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_strconcat (scene->tmp, "/", names[i], NULL);

      add_record (scene, scene->tmp, path);
    }
  add_record (scene, "/", "/");
  add_record (scene, "/", "//");
  add_record (scene, "/", "/..");
  add_record (scene, "/", g_get_home_dir ());
  add_record (scene, scene->tmp, NAME);
  add_record (scene, scene->tmp, "../" NAME);
  add_record (scene, scene->tmp, "");
}

/* What has our name there, but is none of ours */
static void
set_file (Scene *scene)
{
  g_free (test_make_file (scene->tmp, NAME));
  add_name (scene, NAME);
}

static void
set_link_target (Scene *scene)
{
  g_autofree char *target = make_target (scene, scene->fixture->path, "target");
  g_autofree char *link = g_build_filename (scene->tmp, NAME, NULL);
  g_autofree char *filled = g_build_filename (scene->tmp, FILLED, NULL);

  g_assert_no_errno (symlink (target, link));
  g_assert_no_errno (symlink (target, filled));
  add_name (scene, NAME);
  add_name (scene, PATTERN);
}

static void
set_fifo_target (Scene *scene)
{
  g_autofree char *path = g_build_filename (scene->tmp, NAME, NULL);

  g_assert_no_errno (mkfifo (path, 0600));
  add_name (scene, NAME);
}

static void
set_others_directory (Scene *scene)
{
  g_autofree char *path = make_target (scene, scene->tmp, NAME);

  g_assert_no_errno (chown (path, scene->other, scene->other));
  add_name (scene, NAME);
}

static void
set_mount (Scene *scene)
{
  g_autofree char *path = test_make_dir (scene->tmp, NAME);

  mounts_tmpfs (path);
  g_free (test_make_file (path, "file"));
  add_name (scene, NAME);
}

static void
set_bind_mount (Scene *scene)
{
  g_autofree char *target = make_target (scene, scene->fixture->path, "target");
  g_autofree char *path = test_make_dir (scene->tmp, NAME);

  mounts_bind (target, path);
  add_name (scene, NAME);
}

/* Where the name proves nothing */
static void
set_other_parent (Scene *scene)
{
  g_autofree char *before = test_make_dir (scene->tmp, "before");
  g_autofree char *parent = test_make_dir (scene->tmp, "parent");
  g_autofree char *path = make_target (scene, parent, NAME);

  add_record (scene, before, path);
}

static void
set_writable_parent (Scene *scene)
{
  g_autofree char *parent = test_make_dir (scene->tmp, "parent");
  g_autofree char *path = make_target (scene, parent, NAME);

  g_assert_no_errno (g_chmod (parent, 0777));
  add_record (scene, parent, path);
}

static void
set_others_parent (Scene *scene)
{
  g_autofree char *parent = test_make_dir (scene->tmp, "parent");
  g_autofree char *path = make_target (scene, parent, NAME);

  g_assert_no_errno (g_chmod (parent, 01777));
  g_assert_no_errno (chown (parent, scene->other, scene->other));
  add_record (scene, parent, path);
}

/* As in /tmp, where it does */
static void
set_sticky_parent (Scene *scene)
{
  set_genuine (scene);
  g_assert_no_errno (g_chmod (scene->tmp, 01777));
}

const Trap traps[] = {
  { "genuine", set_genuine },
  { "genuine-filled", set_genuine_filled },
  { "rebooted", set_rebooted },
  { "decoys", set_decoys },
  { "decoys-filled", set_decoys_filled },
  { "huge", set_huge, .stays = TRUE },
  { "large", set_large },
  { "dense", set_dense },
  { "garbage", set_garbage },
  { "mutants", set_mutants },
  { "link", set_link, .stays = TRUE, .tempting = TRUE },
  { "fifo", set_fifo, .stays = TRUE },
  { "directory", set_directory, .stays = TRUE },
  { "device", set_device, .stays = TRUE },
  { "hard-link", set_hard_link, .stays = TRUE, .tempting = TRUE },
  { "locked", set_locked, .stays = TRUE, .tempting = TRUE },
  { "unreadable", set_unreadable, .stays = TRUE },
  { "not-named", set_not_named },
  { "foreign-names", set_foreign_names },
  { "paths", set_paths, .tempting = TRUE },
  { "target-file", set_file, .tempting = TRUE },
  { "target-link", set_link_target, .tempting = TRUE },
  { "target-fifo", set_fifo_target },
  { "target-of-another", set_others_directory, .tempting = TRUE },
  { "target-mount", set_mount, .mounts = TRUE },
  { "target-bind-mount", set_bind_mount, .mounts = TRUE },
  { "parent-other", set_other_parent, .tempting = TRUE },
  { "parent-writable", set_writable_parent, .tempting = TRUE },
  { "parent-of-another", set_others_parent, .tempting = TRUE },
  { "parent-sticky", set_sticky_parent },
};

const gsize n_traps = G_N_ELEMENTS (traps);

void
scene_set (Scene       *scene,
           TestFixture *fixture,
           const Trap  *trap,
           uid_t        self,
           uid_t        other)
{
  scene->fixture = fixture;
  scene->tmp = mortal_get_tmp (fixture);
  scene->folder = mortal_get_journals (fixture);
  scene->trap = g_build_filename (scene->folder, TRAP_JOURNAL, NULL);
  scene->other = other;
  scene->journal = g_byte_array_new ();
  scene->lock = -1;

  g_assert_no_errno (g_mkdir (scene->folder, 0700));
  trap->set (scene);
  if (scene->journal->len > 0)
    g_free (write_journal (scene, scene->folder, TRAP_JOURNAL));

  if (self != 0)
    g_assert_true (mounts_run ("chown -h --from=0:0 -R %u:%u %s", self, self, fixture->path));
}

void
scene_clear (Scene      *scene,
             const Trap *trap)
{
  if (trap->mounts)
    mounts_remove (scene->tmp);
  if (scene->lock >= 0)
    close (scene->lock);
  g_byte_array_unref (scene->journal);
  g_free (scene->gone);
  g_free (scene->trap);
  g_free (scene->folder);
  g_free (scene->tmp);
}
