/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "arena.h"

#include "mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define N_DIRS 2
#define N_FILES 2

/* A little more than the library goes down before it raises. */
#define RAISED_DEPTH 35
#define RAISED_VICTIM 33

/* Like what it stands for, so that a deletion which is led astray finds the
 * names that it expects
 */
static void
make_dirs (const char *parent,
           guint       n_levels)
{
  for (guint i = 0; i < N_FILES; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);

      g_free (test_make_file (parent, name));
    }
  for (guint i = 0; n_levels > 0 && i < N_DIRS; i++)
    {
      g_autofree char *name = g_strdup_printf ("dir%u", i);
      g_autofree char *dir = test_make_dir (parent, name);

      make_dirs (dir, n_levels - 1);
    }
}

/* A chain of directories, each with a file */
static void
make_chain (const char *parent,
            guint       n_levels)
{
  g_autofree char *current = g_strdup (parent);

  for (guint i = 0; i < n_levels; i++)
    {
      char *next = test_make_dir (current, "dir0");

      test_make_files (next, 1);
      g_free (current);
      current = next;
    }
}

/* As root, who is the attacker then */
static void
lock_dirs (const char *path)
{
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR) && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
        lock_dirs (child);
    }
  test_give_away (path);
  g_assert_no_errno (g_chmod (path, 0000));
}

/* Of a file that gains and loses names all the time, so that its change time
 * says nothing
 */
static char *
describe_hard_link (const char *path)
{
  g_autofree char *content = NULL;
  struct stat st;

  g_assert_no_errno (lstat (path, &st));
  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  return g_strdup_printf ("%" G_GUINT64_FORMAT " %o %u:%u n%u m%ld.%09ld '%s'",
                          (guint64) st.st_ino, st.st_mode, st.st_uid, st.st_gid,
                          (guint) st.st_nlink, (long) st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
                          content);
}

static char *
describe (Arena *arena)
{
  static const char * const siblings[] = { "0", "1", "dir1" };
  g_autofree char *outside = test_snapshot (arena->outside);
  g_autofree char *hard_link = describe_hard_link (arena->hard_link);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "%s\nhard link: %s", outside, hard_link);
  for (gsize i = 0; i < G_N_ELEMENTS (siblings); i++)
    {
      g_autofree char *path = g_build_filename (arena->elsewhere, siblings[i], NULL);
      g_autofree char *snapshot = g_file_test (path, G_FILE_TEST_EXISTS) ? test_snapshot (path)
                                                                         : g_strdup ("gone");

      g_string_append_printf (text, "\n%s: %s", siblings[i], snapshot);
    }

  return g_string_free (text, FALSE);
}

void
arena_init (Arena       *arena,
            TestFixture *fixture,
            const char  *where,
            gboolean     locked)
{
  *arena = (Arena) { .where = g_strdup (where), .locked = locked };

  if (g_str_equal (where, AT_RAISED))
    {
      GString *path = g_string_new (AT_MIDDLE);

      for (guint i = 1; i < RAISED_VICTIM; i++)
        g_string_append (path, "/" AT_MIDDLE);
      g_free (arena->where);
      arena->where = g_string_free (path, FALSE);
    }

  /* A disk would take most of the time. */
  arena->base = test_make_dir (fixture->path, "base");
  if (mounts_available ())
    mounts_tmpfs (arena->base);
  g_assert_no_errno (g_chmod (arena->base, 0755));

  arena->outside = test_make_dir (arena->base, "outside");
  make_dirs (arena->outside, 2);
  arena->elsewhere = test_make_dir (arena->base, "elsewhere");
  make_dirs (arena->elsewhere, 1);
  arena->moved = g_build_filename (arena->elsewhere, "dir0", NULL);
  test_remove (arena->moved);
  arena->hard_link = test_make_file (arena->base, "hard-link");
  g_assert_no_errno (g_chmod (arena->hard_link, 0400));
  /* Not every file system has them. */
  if (setxattr (arena->outside, "user.tmpdir-glib", "outside", 7, 0) != 0)
    g_assert_cmpint (errno, ==, ENOTSUP);

  arena->path = g_build_filename (arena->base, "arena", NULL);
  arena->link = g_build_filename (arena->path, "link", NULL);

  if (locked)
    lock_dirs (arena->outside);
  arena->before = describe (arena);
}

void
arena_clear (Arena *arena)
{
  if (arena->thread != NULL)
    {
      g_atomic_int_set (&arena->over, TRUE);
      g_thread_join (arena->thread);
    }

  if (mounts_available ())
    mounts_remove (arena->base);
  test_remove (arena->base);

  g_free (arena->where);
  g_free (arena->base);
  g_free (arena->outside);
  g_free (arena->elsewhere);
  g_free (arena->moved);
  g_free (arena->hard_link);
  g_free (arena->path);
  g_free (arena->link);
  g_free (arena->before);
}

/* Its change time says nothing, as it is renamed. */
static char *
describe_other (Arena *arena)
{
  g_autofree char *sub = g_strdup_printf ("/proc/self/fd/%d/dir0", arena->other);
  g_autofree char *snapshot = test_snapshot (sub);
  struct stat st;

  g_assert_no_errno (fstat (arena->other, &st));
  return g_strdup_printf ("%o %u m%ld.%09ld\n%s", st.st_mode, (guint) st.st_nlink,
                          (long) st.st_mtim.tv_sec, st.st_mtim.tv_nsec, snapshot);
}

void
arena_begin (Arena *arena,
             Swap   swap)
{
  arena->swap = swap;
  g_assert_no_errno (g_mkdir (arena->path, 0755));
  g_assert_no_errno (symlink (arena->outside, arena->link));
  if (swap == SWAP_OTHER)
    {
      g_assert_no_errno (g_mkdir (arena->moved, 0755));
      make_dirs (arena->moved, 1);
    }
  if (arena->locked)
    {
      test_give_away (arena->path);
      if (swap == SWAP_OTHER)
        lock_dirs (arena->moved);
    }
  if (swap == SWAP_OTHER)
    {
      arena->other = open (arena->moved, O_PATH | O_CLOEXEC);
      g_assert_no_errno (arena->other);
      arena->other_state = describe_other (arena);
    }
}

/* Makes it in @path, if that is not NULL. */
void
arena_make_tree (Arena      *arena,
                 const char *path)
{
  g_autofree char *name = NULL;

  arena->tree = path != NULL ? g_strdup (path) : test_make_dir (arena->path, "tree");
  arena->file = g_file_new_for_path (arena->tree);
  arena->victim = g_build_filename (arena->tree, *arena->where != '\0' ? arena->where : NULL, NULL);

  if (strlen (arena->where) > strlen (AT_LEAF))
    make_chain (arena->tree, RAISED_DEPTH);
  else
    make_dirs (arena->tree, 2);
  name = g_build_filename (arena->tree, "hard-link", NULL);
  g_assert_no_errno (link (arena->hard_link, name));

  if (arena->locked)
    lock_dirs (arena->tree);
}

/* The attacks. Each returns whether it has changed something: the victim may be
 * gone by now.
 */
gboolean
arena_swap (Arena *arena)
{
  gboolean swapped = FALSE;

  switch (arena->swap)
    {
    case SWAP_EXCHANGE:
      swapped = renameat2 (AT_FDCWD, arena->victim, AT_FDCWD, arena->link, RENAME_EXCHANGE) == 0;
      break;
    case SWAP_REPLACE:
      swapped = rename (arena->victim, arena->moved) == 0 &&
                symlink (arena->outside, arena->victim) == 0;
      break;
    case SWAP_OTHER:
      swapped = renameat2 (AT_FDCWD, arena->victim, AT_FDCWD, arena->moved, RENAME_EXCHANGE) == 0;
      break;
    case SWAP_AWAY:
      swapped = rename (arena->victim, arena->moved) == 0;
      break;
    case SWAP_MOUNT:
      swapped = mount (arena->outside, arena->victim, NULL, MS_BIND, NULL) == 0;
      break;
    case N_SWAPS:
    default:
      g_assert_not_reached ();
    }

  if (swapped)
    g_atomic_int_inc (&arena->n_swaps);
  return swapped;
}

gboolean
arena_swap_back (Arena *arena)
{
  switch (arena->swap)
    {
    case SWAP_REPLACE:
      unlink (arena->victim);
      return rename (arena->moved, arena->victim) == 0;
    case SWAP_AWAY:
      return rename (arena->moved, arena->victim) == 0;
    case SWAP_MOUNT:
      return umount2 (arena->victim, MNT_DETACH) == 0;
    case SWAP_EXCHANGE:
    case SWAP_OTHER:
    case N_SWAPS:
    default:
      return arena_swap (arena);
    }
}

/* Whatever is left, under whichever name, is removed. */
void
arena_end (Arena *arena)
{
  g_clear_pointer (&arena->tree, g_free);
  g_clear_pointer (&arena->victim, g_free);
  g_clear_object (&arena->file);
  if (arena->swap == SWAP_OTHER)
    {
      close (arena->other);
      g_clear_pointer (&arena->other_state, g_free);
    }
  if (arena->swap == SWAP_MOUNT)
    mounts_remove (arena->path);
  test_remove (arena->path);
  test_remove (arena->moved);
}

static gpointer
attack_in_thread (gpointer data)
{
  Arena *arena = data;

  if (arena->locked)
    test_regain_root_in_thread ();

  while (!g_atomic_int_get (&arena->over))
    {
      g_atomic_int_set (&arena->busy, g_atomic_int_get (&arena->wanted));
      if (!g_atomic_int_get (&arena->busy))
        g_thread_yield ();
      else if (g_atomic_int_get (&arena->wanted) && arena_swap (arena))
        arena_swap_back (arena);
    }

  return NULL;
}

void
arena_attack_start (Arena *arena)
{
  const gboolean wait = g_file_test (arena->victim, G_FILE_TEST_EXISTS);
  const gint n_swaps = g_atomic_int_get (&arena->n_swaps);

  if (arena->thread == NULL)
    arena->thread = g_thread_new ("attack", attack_in_thread, arena);

  g_atomic_int_set (&arena->wanted, TRUE);
  while (wait && g_atomic_int_get (&arena->n_swaps) == n_swaps)
    g_thread_yield ();
}

void
arena_attack_stop (Arena *arena)
{
  g_atomic_int_set (&arena->wanted, FALSE);
  while (g_atomic_int_get (&arena->busy))
    g_thread_yield ();
}

gboolean
arena_is_harmed (Arena *arena)
{
  g_autofree char *now = describe (arena);

  return !g_str_equal (arena->before, now);
}

void
arena_assert_safe (Arena *arena)
{
  g_autofree char *now = describe (arena);

  g_assert_cmpstr (arena->before, ==, now);
}

/* Of SWAP_OTHER, where the other directory has never been in the tree */
void
arena_assert_other_safe (Arena *arena)
{
  g_autofree char *now = describe_other (arena);

  g_assert_cmpstr (arena->other_state, ==, now);
}
