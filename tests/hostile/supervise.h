/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a creation and a deletion ask of the kernel */
typedef enum
{
  CALL_OPENAT2,
  CALL_OPENAT,
  CALL_GETDENTS,
  CALL_UNLINK,
  CALL_RMDIR,
  CALL_STAT,
  CALL_STATX,
  CALL_CHMOD,
  CALL_RENAME,
  CALL_LSEEK,
  CALL_CLOSE,
  CALL_CLONE,
  CALL_MKDIR,
  CALL_FLOCK,
  CALL_PWRITE,
  CALL_STATFS,
  CALL_GETRANDOM,
  N_CALLS
} Call;

#define SUPERVISE_ALWAYS G_MAXUINT

/* Runs a function in a thread whose system calls, and those of all threads that
 * it starts, are carried out only after a look at them: the kernel asks another
 * thread, by a seccomp filter. No call escapes, whoever makes it, and a call that
 * is to fail is not carried out. When the function has returned, what threads that
 * it has started still do is let through.
 */
typedef struct
{
  guint   refuse;             /* bit mask of Call: these fail with ENOSYS */
  Call    call;               /* this one fails with @errsv ... */
  int     errsv;              /* (0: it does not) */
  guint   when;               /* ... for the when-th time, from 1, or always */
  /* Called before each of them, in another thread, if not NULL; @path is what it is
   * about, or NULL.
   */
  void  (*before) (Call        call,
                   const char *path,
                   gpointer    data);
  gpointer before_data;

  guint   n_seen[N_CALLS];
  guint   n_injected;
  char   *path;               /* what the first call that failed was about, or NULL */
} Supervision;

/* Returns FALSE, with the test marked as skipped, if the kernel does not let us */
gboolean    supervise_require   (void);

/* Runs the test once more in another process, which can use what follows */
void        supervise_in_subprocess
                                (void);

/* Once in a process; the thread stays supervised. */
void        supervise_start     (void);
void        supervise_run       (Supervision *supervision,
                                 void       (*func) (gpointer data),
                                 gpointer     data);

const char *supervise_call_name (Call         call);

G_END_DECLS
