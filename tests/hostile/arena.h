/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "test-lib.h"

G_BEGIN_DECLS

/* Where a tree is deleted while somebody swaps one of its directories, the
 * victim, for something else.
 */
typedef enum
{
  SWAP_EXCHANGE,      /* for a link to a directory outside, at once */
  SWAP_REPLACE,       /* the same step by step, with moments without either */
  SWAP_OTHER,         /* for a directory of the same attacker's, at once */
  SWAP_AWAY,          /* for nothing: it is moved out of the tree */
  SWAP_MOUNT,         /* for what is mounted over it, a directory outside */
  N_SWAPS
} Swap;

/* Where the victim is in the tree */
#define AT_ROOT ""
#define AT_MIDDLE "dir0"
#define AT_LEAF "dir0/dir0"
/* Too deep to be deleted where it is: it is moved up to the root first. */
#define AT_RAISED "raised"

typedef struct
{
  char    *base;        /* has all of what follows */
  char    *outside;     /* not in the tree, and not to be touched */
  char    *hard_link;   /* a file outside that has a name in the tree, too */
  char    *elsewhere;   /* where directories are moved to, with siblings */
  char    *path;        /* has everything of one round */
  char    *tree;        /* what is deleted */
  GFile   *file;        /* the same */
  char    *link;        /* to @outside, while it is not in the tree */
  char    *moved;       /* where the victim goes, or the other directory comes from */
  char    *victim;
  int      other;       /* holds the other directory */
  char    *other_state; /* and what it was like */
  char    *where;
  gboolean locked;      /* all directories are nobody's, of mode 0000 */
  Swap     swap;

  char    *before;      /* the state of all that must not be touched */

  GThread *thread;      /* of the attacker */
  gint     n_swaps;     /* atomic, like those below */
  gint     wanted;
  gint     busy;
  gint     over;
} Arena;

void     arena_init         (Arena       *arena,
                             TestFixture *fixture,
                             const char  *where,
                             gboolean     locked);
void     arena_clear        (Arena       *arena);

/* One round; the tree is somewhere in arena.path, where it may exist */
void     arena_begin        (Arena       *arena,
                             Swap         swap);
void     arena_make_tree    (Arena       *arena,
                             const char  *path);
gboolean arena_swap         (Arena       *arena);
gboolean arena_swap_back    (Arena       *arena);
void     arena_end          (Arena       *arena);

/* Swaps all the time, in another thread. If the victim is there, start () waits
 * for the first swap.
 */
void     arena_attack_start (Arena       *arena);
void     arena_attack_stop  (Arena       *arena);

gboolean arena_is_harmed    (Arena       *arena);
void     arena_assert_safe  (Arena       *arena);
void     arena_assert_other_safe
                            (Arena       *arena);

G_END_DECLS
