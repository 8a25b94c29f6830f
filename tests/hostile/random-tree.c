/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "random-tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define CONTENT "What is in a file.\n"

/* The owner of what belongs neither to root nor to whoever deletes */
#define SOMEBODY 65533

Node *
node_new (Node       *parent,
          const char *name,
          mode_t      mode,
          uid_t       uid,
          gid_t       gid)
{
  Node *self = g_new0 (Node, 1);

  self->parent = parent;
  self->name = g_strdup (name);
  self->mode = mode;
  self->uid = uid;
  self->gid = gid;
  self->left = TRUE;
  if (S_ISDIR (mode))
    self->children = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) node_free);
  if (parent != NULL)
    g_hash_table_insert (parent->children, self->name, self);
  return self;
}

void
node_free (Node *self)
{
  g_clear_pointer (&self->children, g_hash_table_unref);
  g_free (self->name);
  g_free (self->target);
  g_free (self->found_path);
  g_free (self);
}

static gboolean
chance (Forest *forest,
        guint   percent)
{
  return (guint) g_rand_int_range (forest->rand, 0, 100) < percent;
}

static guint
up_to (Forest *forest,
       guint   n)
{
  return (guint) g_rand_int_range (forest->rand, 0, (gint32) n + 1);
}

static mode_t
random_mode (Forest *forest)
{
  static const mode_t usual[] = { 0755, 0755, 0755, 0700, 0777, 01777, 0555, 0500, 0000, 02775 };

  return chance (forest, 60) ? usual[up_to (forest, G_N_ELEMENTS (usual) - 1)]
                             : up_to (forest, 07777);
}

/* A name that @dir does not have yet, of at most @room bytes */
static char *
random_name (Forest *forest,
             Node   *dir,
             gsize   room)
{
  static const char *odd[] = {
    "-rf", "--", "...", "..a", ".hidden", ".x.deleted", "~", "*", "a\nb", "\n", " ", "%2e%2e",
    "Case", "case", "CASE", "\xff\xfe", "\xc3", "\xe2\x80\x9d", "\\", "a:b", "caf\xc3\xa9", "cafe\xcc\x81",
  };

  for (;;)
    {
      g_autoptr(GString) name = g_string_new (NULL);
      gsize length = MIN (room, chance (forest, 4) ? NAME_MAX : 1 + up_to (forest, 7));

      if (chance (forest, 20))
        g_string_assign (name, odd[up_to (forest, G_N_ELEMENTS (odd) - 1)]);
      else if (chance (forest, 15))
        while (name->len < length)
          {
            char byte = (char) (1 + up_to (forest, 254));

            g_string_append_c (name, byte == '/' ? '_' : byte);
          }
      else
        while (name->len < length)
          g_string_append_c (name, (char) ('a' + up_to (forest, 25)));

      if (name->len <= MAX (room, 8) && !g_str_equal (name->str, ".") &&
          !g_str_equal (name->str, "..") && !g_hash_table_contains (dir->children, name->str))
        return g_string_free (g_steal_pointer (&name), FALSE);
    }
}

static void
link_to (Node   *node,
         Forest *forest)
{
  const char name[] = { (char) ('a' + up_to (forest, g_hash_table_size (forest->pool->children) - 1)), '\0' };
  Node *other = g_hash_table_lookup (forest->pool->children, name);

  node->other_name = other;
  node->mode = other->mode;
  node->uid = other->uid;
  node->gid = other->gid;
}

/* What @node is, other than a directory */
static void
become_something (Node   *node,
                  Forest *forest)
{
  const char *targets[] = {
    "nowhere", "/nowhere", "./x", forest->outside_path, node->name, ".", "..", "../."
  };
  mode_t mode = node->mode & 07777;

  switch (up_to (forest, 9))
    {
    case 0:
    case 1:
      node->mode = S_IFLNK | 0777;
      node->target = g_strdup (targets[up_to (forest, G_N_ELEMENTS (targets) - 1)]);
      break;
    case 2:
      node->mode = S_IFIFO | mode;
      break;
    case 3:
      node->mode = S_IFSOCK | mode;
      break;
    case 4:
      if (forest->has_devices)
        {
          node->mode = (chance (forest, 50) ? S_IFCHR : S_IFBLK) | mode;
          node->device = makedev (up_to (forest, 1), up_to (forest, 9));
        }
      break;
    case 5:
    case 6:
      link_to (node, forest);
      break;
    case 7:
      node->size = chance (forest, 50) ? G_GINT64_CONSTANT (1) << 30 : 1 << 20;
      break;
    case 8:
      node->size = strlen (CONTENT);
      break;
    default:
      break;
    }

  if (S_ISREG (node->mode) && node->other_name == NULL && forest->has_flags && chance (forest, 3))
    node->flags = chance (forest, 50) ? FS_IMMUTABLE_FL : FS_APPEND_FL;
}

static Node *
random_child (Forest   *forest,
              Node     *dir,
              gboolean  is_dir,
              gsize     room)
{
  g_autofree char *name = random_name (forest, dir, room);
  Node *child = node_new (dir, name, (is_dir ? S_IFDIR : S_IFREG) | random_mode (forest),
                          forest->uid, forest->gid);

  if (forest->has_others && chance (forest, 20))
    child->uid = chance (forest, 50) ? SOMEBODY : 0;
  if (forest->has_others && chance (forest, 20))
    child->gid = 0;

  if (!is_dir)
    become_something (child, forest);
  else if (forest->has_flags && chance (forest, 2))
    child->flags = chance (forest, 50) ? FS_IMMUTABLE_FL : FS_APPEND_FL;
  return child;
}

/* Puts @n entries into @dir and what is in it. */
static void
grow (Forest *forest,
      Node   *dir,
      guint   n,
      gsize   room)
{
  while (n > 0)
    {
      gboolean is_dir = room > 2 * NAME_MAX && chance (forest, 40);
      Node *child = random_child (forest, dir, is_dir, room);
      guint n_below = is_dir ? up_to (forest, n - 1) : 0;

      if (is_dir)
        grow (forest, child, n_below, room - strlen (child->name) - 1);
      n -= n_below + 1;
    }
}

void
node_grow (Node     *root,
           Forest   *forest,
           gboolean  any_type)
{
  Node *dir = root;
  gsize room = forest->room;
  guint shape = up_to (forest, 99);

  root->is_root = TRUE;
  if (any_type && shape < 5)
    {
      g_clear_pointer (&root->children, g_hash_table_unref);
      root->mode = S_IFREG | (root->mode & 07777);
      become_something (root, forest);
      return;
    }

  root->mode = S_IFDIR | random_mode (forest);
  if (any_type && forest->has_others && chance (forest, 10))
    root->uid = chance (forest, 50) ? SOMEBODY : 0;
  if (forest->has_others && chance (forest, 20))
    root->gid = 0;
  if (forest->has_flags && chance (forest, 8))
    root->flags = chance (forest, 50) ? FS_IMMUTABLE_FL : FS_APPEND_FL;

  if (shape < 6) /* wide: of further names, since new inodes take long */
    for (guint n = 200 + up_to (forest, 1500); n > 0; n--)
      {
        g_autofree char *name = g_strdup_printf ("%u", n);

        link_to (node_new (root, name, S_IFREG, 0, 0), forest);
      }
  else if (shape < 16) /* deep */
    for (guint n = 20 + up_to (forest, 300); n > 0 && room > 2 * NAME_MAX; n--)
      {
        grow (forest, dir, up_to (forest, 2), room);
        dir = random_child (forest, dir, TRUE, chance (forest, 95) ? 4 : NAME_MAX);
        room -= strlen (dir->name) + 1;
        /* A chain that others forbid to enter is a short one. */
        if (dir->uid != forest->uid && chance (forest, 90))
          dir->uid = forest->uid;
      }

  grow (forest, dir, up_to (forest, shape < 90 ? 60 : 400), room);
}

/* The disk */

/* Sets the flags that a node can have, and leaves those alone that are the
 * file system's.
 */
gboolean
node_set_flags (int         dirfd,
                const char *name,
                int         flags)
{
  int fd = openat (dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  int all = 0;
  gboolean result = fd >= 0 && ioctl (fd, FS_IOC_GETFLAGS, &all) == 0;

  flags |= all & ~(FS_IMMUTABLE_FL | FS_APPEND_FL);
  result = result && (flags == all || ioctl (fd, FS_IOC_SETFLAGS, &flags) == 0);
  if (fd >= 0)
    close (fd);
  return result;
}

static void
build_file (Node   *self,
            int     dirfd,
            Forest *forest)
{
  if (self->other_name != NULL)
    {
      g_autofree char *path = g_build_filename (forest->pool_path, self->other_name->name, NULL);

      node_must (linkat (AT_FDCWD, path, dirfd, self->name, 0), path);
    }
  else if (S_ISLNK (self->mode))
    node_must (symlinkat (self->target, dirfd, self->name), self->name);
  else if (!S_ISREG (self->mode))
    node_must (mknodat (dirfd, self->name, (self->mode & S_IFMT) | 0600, self->device), self->name);
  else
    {
      int fd = openat (dirfd, self->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

      node_must (fd, self->name);
      if (self->size == (goffset) strlen (CONTENT))
        node_must (write (fd, CONTENT, strlen (CONTENT)), self->name);
      else
        node_must (ftruncate (fd, self->size), self->name);
      close (fd);
    }
}

/* From the leaves to the root, so that no mode, owner or flag is in the way of
 * what comes after it
 */
void
node_build (Node   *self,
            int     dirfd,
            Forest *forest)
{
  if (S_ISDIR (self->mode))
    {
      GHashTableIter iter;
      gpointer child;
      int fd;

      if (mkdirat (dirfd, self->name, 0700) != 0 && errno != EEXIST)
        g_error ("%s: %s", self->name, g_strerror (errno));
      fd = openat (dirfd, self->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
      node_must (fd, self->name);
      g_hash_table_iter_init (&iter, self->children);
      while (g_hash_table_iter_next (&iter, NULL, &child))
        node_build (child, fd, forest);
      close (fd);
    }
  else
    build_file (self, dirfd, forest);

  if (self->other_name == NULL)
    {
      if (forest->privileged)
        node_must (fchownat (dirfd, self->name, self->uid, self->gid, AT_SYMLINK_NOFOLLOW), self->name);
      if (!S_ISLNK (self->mode))
        node_must (fchmodat (dirfd, self->name, self->mode & 07777, 0), self->name);
      if (self->flags != 0 && !node_set_flags (dirfd, self->name, self->flags))
        g_error ("%s: %s", self->name, g_strerror (errno));
    }
  node_must (fstatat (dirfd, self->name, &self->st, AT_SYMLINK_NOFOLLOW), self->name);
  forest->n_built++;
}

void
node_wipe (int         dirfd,
           const char *name)
{
  struct dirent *entry;
  struct stat st;
  DIR *stream;
  int fd;

  node_must (fstatat (dirfd, name, &st, AT_SYMLINK_NOFOLLOW), name);
  if (geteuid () == 0 && (S_ISREG (st.st_mode) || S_ISDIR (st.st_mode)))
    node_set_flags (dirfd, name, 0);
  if (!S_ISDIR (st.st_mode))
    {
      node_must (unlinkat (dirfd, name, 0), name);
      return;
    }

  node_must (fchmodat (dirfd, name, 0700, 0), name);
  fd = openat (dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  node_must (fd, name);
  stream = fdopendir (fd);
  while ((entry = readdir (stream)) != NULL)
    if (!g_str_equal (entry->d_name, ".") && !g_str_equal (entry->d_name, ".."))
      node_wipe (fd, entry->d_name);
  closedir (stream);
  node_must (unlinkat (dirfd, name, AT_REMOVEDIR), name);
}
