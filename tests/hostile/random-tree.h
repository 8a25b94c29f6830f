/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <sys/stat.h>

#include <glib.h>

G_BEGIN_DECLS

#define node_must(call, name)                                       \
  G_STMT_START {                                                    \
    if ((call) < 0)                                                 \
      g_error ("%s: %s: %s", #call, (name), g_strerror (errno));    \
  } G_STMT_END

/* A file, or a directory with everything in it: at first an idea, then on the
 * disk, then with a prediction of what a deletion leaves of it, and finally with
 * what is left.
 */
typedef struct _Node Node;

struct _Node
{
  Node *parent;
  char *name;
  GHashTable *children;   /* of Node by name; NULL unless it is a directory */
  mode_t mode;            /* with the type */
  uid_t uid;
  gid_t gid;
  int flags;              /* FS_IMMUTABLE_FL, FS_APPEND_FL */
  goffset size;           /* of a regular file */
  dev_t device;
  char *target;           /* of a symbolic link */
  Node *other_name;       /* in the pool, if this is a hard link */
  struct stat st;         /* on the disk, before the deletion */

  gboolean is_root;       /* of a tree */
  gboolean is_strict;     /* a directory in which nothing happens at all */

  gboolean left;          /* must be */
  gboolean reachable;     /* by whoever deletes */
  gboolean removable;     /* once it is empty */
  gboolean emptied;       /* a directory that was seen to be empty in the end */
  gboolean repaired;      /* its owner may get all permissions */
  gboolean keeps_mode;    /* and loses them in the end */

  gboolean found;         /* it is left */
  gboolean moved;         /* to the root */
  char *found_path;       /* where */
};

/* Where nodes come from */
typedef struct
{
  GRand *rand;
  uid_t uid;              /* who will delete */
  gid_t gid;
  gboolean privileged;    /* whether files can be given to others */
  gboolean has_others;    /* whether some are, in this tree */
  gboolean has_flags;     /* whether some are immutable */
  gboolean has_devices;
  Node *pool;             /* a directory of files to make hard links to */
  const char *pool_path;
  const char *outside_path; /* for symbolic links */
  gsize room;             /* how long a path may be below the root */
  guint n_built;
} Forest;

Node    *node_new          (Node          *parent,
                            const char    *name,
                            mode_t         mode,
                            uid_t          uid,
                            gid_t          gid);
void     node_free         (Node          *self);

/* Gives @root, which may be anything then if @any_type, random contents */
void     node_grow         (Node          *root,
                            Forest        *forest,
                            gboolean       any_type);

/* Makes it in the directory @dirfd, where directories may exist already */
void     node_build        (Node          *self,
                            int            dirfd,
                            Forest        *forest);

gboolean node_set_flags    (int            dirfd,
                            const char    *name,
                            int            flags);

/* Removes it all, whatever is in the way. */
void     node_wipe         (int            dirfd,
                            const char    *name);

G_END_DECLS
