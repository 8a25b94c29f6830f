/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tree-model.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* How many differences are worth reading */
#define MAX_SHOWN 10

/* The prediction */

/* What @deleter may do to the directory @dir, once it is repaired: bits of
 * R_OK, W_OK, X_OK
 */
static guint
access_to (Node          *dir,
           const Deleter *deleter)
{
  if (deleter->uid == 0)
    return R_OK | W_OK | X_OK;
  if (dir->uid == deleter->uid)
    return dir->repaired ? R_OK | W_OK | X_OK : (dir->st.st_mode >> 6) & 7;
  return dir->gid == deleter->gid ? (dir->st.st_mode >> 3) & 7 : dir->st.st_mode & 7;
}

static gboolean
predict (Node          *self,
         const Deleter *deleter,
         gboolean       reachable,
         gboolean       writable)
{
  Node *dir = self->parent;
  gboolean sticky = (dir->st.st_mode & S_ISVTX) != 0 && deleter->uid != 0 &&
                    dir->uid != deleter->uid && self->uid != deleter->uid;
  gboolean empty = TRUE;

  if (S_ISDIR (self->mode))
    {
      GHashTableIter iter;
      gpointer child;
      guint may = 0;
      gboolean may_look;

      self->repaired = reachable && deleter->native && deleter->uid != 0 &&
                       self->uid == deleter->uid && self->flags == 0;
      if (reachable)
        may = access_to (self, deleter);
      may_look = (may & R_OK) != 0 && (may & X_OK) != 0;

      g_hash_table_iter_init (&iter, self->children);
      while (g_hash_table_iter_next (&iter, NULL, &child))
        if (predict (child, deleter, may_look, (may & W_OK) != 0 && self->flags == 0))
          empty = FALSE;

      self->keeps_mode = self->is_root && deleter->keeps_root;
      /* By a path it can be seen without being searched that it is empty. */
      self->emptied = empty && (may_look || (!deleter->native && (may & R_OK) != 0));
    }

  self->reachable = reachable;
  self->removable = reachable && writable && !sticky && self->flags == 0 &&
                    !(self->is_root && deleter->keeps_root);
  self->left = !self->removable || !empty;
  return self->left;
}

void
node_predict (Node          *root,
              const Deleter *deleter)
{
  guint may = access_to (root->parent, deleter);

  predict (root, deleter, (may & X_OK) != 0, (may & W_OK) != 0);
}

void
node_count_left (Node  *root,
                 guint *n_reachable,
                 guint *n_all)
{
  GHashTableIter iter;
  gpointer child;

  *n_reachable += root->left && root->reachable ? 1 : 0;
  *n_all += root->left ? 1 : 0;
  if (root->children == NULL)
    return;

  g_hash_table_iter_init (&iter, root->children);
  while (g_hash_table_iter_next (&iter, NULL, &child))
    node_count_left (child, n_reachable, n_all);
}

/* The comparison */

typedef struct
{
  GHashTable *dirs;       /* Node by inode number */
  GString *report;
  guint n_differences;
} Comparison;

static void
collect_dirs (Node       *self,
              GHashTable *dirs)
{
  GHashTableIter iter;
  gpointer child;

  if (self->children == NULL)
    return;

  g_hash_table_insert (dirs, &self->st.st_ino, self);
  g_hash_table_iter_init (&iter, self->children);
  while (g_hash_table_iter_next (&iter, NULL, &child))
    collect_dirs (child, dirs);
}

G_GNUC_PRINTF (3, 4)
static void
report_difference (Comparison *comparison,
                   const char *path,
                   const char *format,
                   ...)
{
  g_autofree char *shown = g_strescape (path, NULL);
  gsize length = strlen (shown);
  va_list args;

  if (++comparison->n_differences > MAX_SHOWN)
    return;

  g_string_append_printf (comparison->report, "%s%s: ", length > 200 ? "…" : "",
                          shown + (length > 200 ? length - 200 : 0));
  va_start (args, format);
  g_string_append_vprintf (comparison->report, format, args);
  va_end (args);
  g_string_append_c (comparison->report, '\n');
}

/* Is @name in @dir where @node may be? Deep directories are moved up while they
 * are deleted, and a whole tree gets another name when it is dropped.
 */
static gboolean
is_in_place (Node       *node,
             Node       *dir,
             const char *name)
{
  gboolean hidden = name[0] == '.' && g_str_has_suffix (name, ".deleted");

  if (node->parent == dir)
    return g_str_equal (name, node->name) ||
           (node->is_root && hidden && strncmp (name + 1, node->name, strlen (node->name)) == 0);

  while (node != NULL && node->parent != dir)
    node = node->parent;
  return dir->is_root && hidden && node != NULL;
}

static void
compare_stat (Comparison        *comparison,
              const char        *path,
              Node              *node,
              const struct stat *st)
{
  const struct stat *before = &node->st;
  gboolean is_dir = S_ISDIR (before->st_mode);
  /* To change the mode of a directory with the group of others costs S_ISGID. */
  mode_t repaired = (before->st_mode | S_IRWXU) & ~(mode_t) S_ISGID;

  if (st->st_mode != before->st_mode &&
      !(node->repaired && (st->st_mode & ~(mode_t) S_ISGID) ==
                            (node->keeps_mode ? before->st_mode & ~(mode_t) S_ISGID : repaired)))
    report_difference (comparison, path, "its mode was %o and is %o", before->st_mode, st->st_mode);
  if (st->st_uid != before->st_uid || st->st_gid != before->st_gid)
    report_difference (comparison, path, "its owner has changed");
  if (!is_dir && (st->st_ino != before->st_ino || st->st_size != before->st_size))
    report_difference (comparison, path, "it is another file");
  if ((!is_dir || node->is_strict) && (st->st_mtim.tv_sec != before->st_mtim.tv_sec ||
                                       st->st_mtim.tv_nsec != before->st_mtim.tv_nsec))
    report_difference (comparison, path, "its contents have changed");
}

static void
compare_dir (Comparison *comparison,
             int         fd,
             const char *path,
             Node       *dir)
{
  DIR *stream = fdopendir (fd);
  struct dirent *entry;

  while ((entry = readdir (stream)) != NULL)
    {
      g_autofree char *entry_path = g_build_filename (path, entry->d_name, NULL);
      struct stat st;
      Node *node;

      if (g_str_equal (entry->d_name, ".") || g_str_equal (entry->d_name, ".."))
        continue;

      node_must (fstatat (fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW), entry_path);
      if (S_ISDIR (st.st_mode))
        node = g_hash_table_lookup (comparison->dirs, &st.st_ino);
      else
        node = g_hash_table_lookup (dir->children, entry->d_name);

      if (node == NULL || !is_in_place (node, dir, entry->d_name))
        {
          report_difference (comparison, entry_path, "it should not be here");
          continue;
        }

      node->found = TRUE;
      node->moved = node->parent != dir;
      g_free (node->found_path);
      node->found_path = g_strdup (entry_path);
      if (!node->left)
        report_difference (comparison, entry_path, "it should be gone");
      compare_stat (comparison, entry_path, node, &st);

      if (S_ISDIR (st.st_mode))
        {
          int sub;

          /* Nothing stops root. */
          if (geteuid () != 0)
            fchmodat (fd, entry->d_name, 0700, 0);
          sub = openat (fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
          node_must (sub, entry_path);
          compare_dir (comparison, sub, entry_path, node);
        }
    }

  closedir (stream);
}

static char *
node_build_path (Node *self)
{
  g_autofree char *above = self->parent != NULL ? node_build_path (self->parent) : NULL;

  return above != NULL ? g_build_filename (above, self->name, NULL) : g_strdup (self->name);
}

/* A directory out of which everything was moved that had to be left could be
 * removed, and is not to be left then.
 */
static void
report_lost (Comparison *comparison,
             Node       *node)
{
  gboolean moved_out = node->removable;
  GHashTableIter iter;
  gpointer key, value;

  if (node->children != NULL)
    {
      g_hash_table_iter_init (&iter, node->children);
      while (g_hash_table_iter_next (&iter, &key, &value))
        {
          Node *child = value;

          report_lost (comparison, child);
          moved_out = moved_out && (!child->left || child->moved);
        }
    }

  if (node->left && !node->found && moved_out)
    node->left = FALSE;
  else if (node->left && !node->found)
    {
      g_autofree char *path = node_build_path (node);

      report_difference (comparison, path, "it is lost");
    }
}

void
node_compare (Node       *arena,
              const char *path,
              GString    *report)
{
  g_autoptr(GHashTable) dirs = g_hash_table_new (g_int64_hash, g_int64_equal);
  Comparison comparison = { dirs, report, 0 };
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  G_STATIC_ASSERT (sizeof (ino_t) == sizeof (gint64));
  node_must (fd, path);
  collect_dirs (arena, dirs);
  compare_dir (&comparison, fd, path, arena);
  arena->found = TRUE;
  report_lost (&comparison, arena);
  if (comparison.n_differences > MAX_SHOWN)
    g_string_append_printf (report, "%u differences\n", comparison.n_differences);
}

gboolean
node_is_named (Node       *root,
               const char *path,
               const char *shown,
               const char *message)
{
  GHashTableIter iter;
  gpointer child;

  if (root->found)
    {
      gboolean renamed = !g_str_has_prefix (root->found_path, path);
      g_autofree char *full = g_strconcat (renamed ? "" : shown,
                                           root->found_path + (renamed ? 0 : strlen (path)), NULL);
      g_autofree char *display = g_filename_display_name (full);
      g_autofree char *start = g_strdup_printf ("Could not delete “%s”: ", display);

      if (g_str_has_prefix (message, start))
        return TRUE;
    }

  if (root->children == NULL)
    return FALSE;
  g_hash_table_iter_init (&iter, root->children);
  while (g_hash_table_iter_next (&iter, NULL, &child))
    if (node_is_named (child, path, shown, message))
      return TRUE;
  return FALSE;
}
