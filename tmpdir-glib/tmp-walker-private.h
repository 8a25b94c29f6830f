/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "tmp-delete.h"
#include "tmp-fd-private.h"

G_BEGIN_DECLS

/* A walker knows how one kind of file system is read and deleted, a directory
 * at a time: native trees by descriptors (tmp-walker-native.c), everything
 * else by GFile (tmp-walker-gio.c). In which order, by which thread and how
 * often is not its business but that of tmp-deletion.c. */

typedef struct _TmpDir         TmpDir;
typedef struct _TmpWalker      TmpWalker;
typedef struct _TmpWalkerClass TmpWalkerClass;

/* A directory of the tree, or a slice of the files in one. It belongs to one
 * thread at a time; only what says so is guarded by the lock of the deletion
 * instead. */
struct _TmpDir
{
  TmpDir    *parent;            /* owned; NULL for the root */
  char      *name;              /* in @parent; NULL for the root and for a slice */
  gint       ref_count;         /* atomic: itself and its children */
  guint      depth;             /* 0 for the root */
  gboolean   local;             /* @parent belongs to the same thread */

  /* the walker's */
  gpointer   handle;
  gint64     position;          /* where to go on reading */
  guint64    n_read;            /* entries of this pass, as far as it is native */
  char      *mark;              /* one of them */
  gint64     young_since;       /* when many of them had been read; 0 before that */
  guint      n_young;           /* how many more were young than old since then */
  GPtrArray *subdirs;           /* names of directories found */
  GPtrArray *files;             /* names of other files found */
  GError    *scan_error;        /* why this pass has not read everything */
  guint64    own_progress;      /* entries of this pass that were */
  guint64    known_left;        /* what the pass before this one has left and forgotten */

  /* the deletion's */
  gboolean   slice;             /* of the files in @parent */
  gboolean   scanned;           /* this pass has read all it is going to read */
  gboolean   partial;           /* that was not everything */
  guint      n_partial;         /* passes that were partial */
  guint      passes;
  guint      idle_passes;       /* passes in a row that deleted nothing */
  gint64     first_pass_ended;  /* in monotonic time */
  guint64    last_progress;     /* entries that the pass before has deleted */

  /* guarded by the deletion's lock */
  guint      pending;           /* children that other threads have or will have */
  gboolean   waiting;           /* for @pending to become 0 */
  guint64    children_progress; /* children that are gone */

  /* guarded by the walker's lock */
  GHashTable *left_names;       /* atomic: entries that cannot be deleted, if any */
  guint64    n_left;            /* these and what is in them */
  guint64    n_forgotten;       /* what is left besides: more than can be remembered */
};

typedef enum
{
  TMP_SCAN_MORE,   /* not at the end yet */
  TMP_SCAN_END,    /* at the end: all that is left has been found, or has failed */
  TMP_SCAN_PART,   /* read again from the start when what was found is dealt with */
  TMP_SCAN_GONE,   /* the directory is not there any more */
  TMP_SCAN_FAILED  /* it could not be read at all; the error is noted */
} TmpScan;

typedef enum
{
  TMP_REMOVAL_DONE,
  TMP_REMOVAL_NOT_EMPTY,
  TMP_REMOVAL_FAILED /* the error is noted */
} TmpRemoval;

typedef enum
{
  TMP_ROOT_DIRECTORY, /* to be walked */
  TMP_ROOT_GONE,      /* was not there, or was no directory and is deleted */
  TMP_ROOT_FAILED,    /* the error is noted */
  TMP_ROOT_REFUSED    /* the same, and never to be ignored */
} TmpRoot;

struct _TmpWalkerClass
{
  gsize        size;
  gboolean     slices; /* several threads delete files of one directory faster */

  TmpRoot    (*open_root) (TmpWalker  *self,
                           TmpDir     *root);

  /* Appends the directories in @dir to dir->subdirs, and either deletes the
   * other files at once or appends them to dir->files. Returns now and then,
   * so that the thread can be called away and little has to be remembered. */
  TmpScan    (*scan)      (TmpWalker  *self,
                           TmpDir     *dir);

  /* Deletes the file @name of dir->files; @dir may be a slice. */
  void       (*delete)    (TmpWalker  *self,
                           TmpDir     *dir,
                           const char *name);

  /* Removes @dir, which should be empty. */
  TmpRemoval (*remove)    (TmpWalker  *self,
                           TmpDir     *dir);

  /* Moves the directory @name of @dir, which is very deep, to the root, and
   * returns its new name, or NULL if that is not possible. May be missing. */
  char *     (*raise)     (TmpWalker  *self,
                           TmpDir     *dir,
                           const char *name);

  /* Nobody will work on @dir for a while: lets go of what is scarce. */
  void       (*park)      (TmpWalker  *self,
                           TmpDir     *dir);

  void       (*forget)    (TmpWalker  *self,
                           TmpDir     *dir);

  /* After this only free() follows. */
  void       (*close)     (TmpWalker  *self);
};

struct _TmpWalker
{
  const TmpWalkerClass *klass;
  GFile                *file;     /* NULL if it is native */
  char                 *path;        /* to be shown, and the native root */
  TmpDeleteFlags        flags;
  gboolean              has_id;
  TmpFileId             id;          /* what the root must be */
  GCancellable         *cancellable; /* nullable */
  gsize                 n_removed;   /* atomic */

  GMutex                lock;
  GError               *error;       /* guarded by @lock: the first one met */
};

extern const TmpWalkerClass tmp_walker_native_class;
extern const TmpWalkerClass tmp_walker_gio_class;

TmpWalker *tmp_walker_new        (GFile           *file,
                                  TmpDeleteFlags   flags,
                                  const TmpFileId *id,
                                  GCancellable    *cancellable);
void       tmp_walker_let_go     (TmpWalker       *self);
void       tmp_walker_free       (TmpWalker       *self);
gboolean   tmp_walker_cancelled  (TmpWalker       *self);
char      *tmp_walker_build_path (TmpWalker       *self,
                                  TmpDir          *dir,
                                  const char      *name);
void       tmp_walker_removed    (TmpWalker       *self,
                                  TmpDir          *dir);
void       tmp_walker_note_left  (TmpWalker       *self,
                                  TmpDir          *dir,
                                  const char      *name,
                                  guint64          n);
gboolean   tmp_walker_is_left    (TmpWalker       *self,
                                  TmpDir          *dir,
                                  const char      *name);
void       tmp_walker_failed     (TmpWalker       *self,
                                  TmpDir          *dir,
                                  const char      *name,
                                  int              errsv);
void       tmp_walker_failed_with
                                 (TmpWalker       *self,
                                  TmpDir          *dir,
                                  GIOErrorEnum     code,
                                  const char      *reason);
guint      tmp_walker_get_n_left_names
                                 (TmpWalker       *self,
                                  TmpDir          *dir);
void       tmp_walker_take_error (TmpWalker       *self,
                                  GError          *error);

G_END_DECLS
