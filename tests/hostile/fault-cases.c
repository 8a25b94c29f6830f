/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What can go wrong where. What no kernel does is left out: to say that a
 * directory is none, for example, unless somebody exchanges it.
 */

#include "fault-cases.h"

#include <errno.h>

/* EACCES makes it be tried again, for another thread may have repaired the mode
 * meanwhile; but not for what is done in the parent of the tree.
 */
static const Fault open_faults[] = {
  { EACCES, EITHER }, { EIO, REPORTED }, { ENOMEM, REPORTED }, { ESTALE, REPORTED },
  { EXDEV, REPORTED }, { EAGAIN, MENDED }, { EINTR, MENDED }, { EMFILE, MENDED },
  { ENFILE, MENDED }, { ENOENT, MENDED }, { ENAMETOOLONG, MENDED },
  { E2BIG, HARMLESS }, { EINVAL, HARMLESS }, { ENOSYS, HARMLESS }, { EPERM, HARMLESS }, { 0 }
};

/* Where there is something to be repaired, it is tried once more. */
static const Fault locked_faults[] = {
  { EACCES, EITHER }, { EIO, EITHER }, { ENOMEM, EITHER }, { EAGAIN, MENDED },
  { EINTR, MENDED }, { EMFILE, MENDED }, { ENOENT, MENDED }, { ENOSYS, HARMLESS }, { 0 }
};

static const Fault step_faults[] = {
  { EACCES, EITHER }, { EIO, REPORTED }, { ENOMEM, REPORTED }, { ESTALE, REPORTED },
  { EINTR, MENDED }, { EMFILE, MENDED }, { ENOENT, MENDED }, { 0 }
};

static const Fault getdents_faults[] = {
  { EACCES, IF_NEEDED }, { EINVAL, IF_NEEDED }, { EIO, IF_NEEDED }, { ENOMEM, IF_NEEDED },
  { ESTALE, IF_NEEDED }, { EINTR, MENDED }, { ENOENT, MENDED }, { 0 }
};

/* In the middle of a large directory */
static const Fault wide_faults[] = {
  { EIO, IF_NEEDED }, { EINTR, MENDED }, { 0 }
};

static const Fault unlink_faults[] = {
  { EACCES, MENDED }, { EBUSY, REPORTED }, { EDQUOT, REPORTED }, { EIO, REPORTED },
  { ENOMEM, REPORTED }, { ENOSPC, REPORTED }, { EPERM, REPORTED }, { EROFS, REPORTED },
  { EINTR, MENDED }, { ENOENT, MENDED }, { 0 }
};

static const Fault rmdir_faults[] = {
  { EACCES, EITHER }, { EBUSY, REPORTED }, { EIO, REPORTED }, { ENOMEM, REPORTED },
  { ENOSPC, REPORTED }, { EPERM, REPORTED }, { EROFS, REPORTED },
  { EEXIST, MENDED }, { EINTR, MENDED }, { ENOENT, MENDED }, { ENOTEMPTY, MENDED }, { 0 }
};

static const Fault stat_faults[] = {
  { EACCES, EITHER }, { EIO, EITHER }, { ENOMEM, EITHER }, { 0 }
};

static const Fault chmod_faults[] = {
  { EACCES, EITHER }, { EIO, EITHER }, { EPERM, EITHER }, { EROFS, EITHER }, { 0 }
};

static const Fault rename_faults[] = {
  { EACCES, HARMLESS }, { EBUSY, HARMLESS }, { EEXIST, HARMLESS }, { EINTR, HARMLESS },
  { EINVAL, HARMLESS }, { EIO, HARMLESS }, { EMLINK, HARMLESS }, { ENOSPC, HARMLESS },
  { ENOSYS, HARMLESS }, { EPERM, HARMLESS }, { EROFS, HARMLESS }, { EXDEV, HARMLESS }, { 0 }
};

static const Fault lseek_faults[] = {
  { EINVAL, HARMLESS }, { EIO, HARMLESS }, { 0 }
};

static const Fault close_faults[] = {
  { EINTR, HARMLESS }, { EIO, HARMLESS }, { ENOSPC, HARMLESS }, { 0 }
};

static const Fault statx_faults[] = {
  { EIO, EITHER }, { ENOMEM, EITHER }, { 0 }
};

static const Fault clone_faults[] = {
  { EAGAIN, HARMLESS }, { ENOMEM, HARMLESS }, { 0 }
};

const FaultCase fault_cases[] = {
  { "plain", PLAIN, CALL_OPENAT2, open_faults },
  { "plain", PLAIN, CALL_OPENAT, step_faults },
  { "plain", PLAIN, CALL_GETDENTS, getdents_faults },
  { "plain", PLAIN, CALL_UNLINK, unlink_faults },
  { "plain", PLAIN, CALL_RMDIR, rmdir_faults },
  { "plain", PLAIN, CALL_STAT, stat_faults },
  { "plain", PLAIN, CALL_STATX, statx_faults },
  { "plain", PLAIN, CALL_CLOSE, close_faults },
  { "stepwise", STEPWISE, CALL_OPENAT, step_faults },
  { "stepwise", STEPWISE, CALL_STAT, stat_faults },
  { "stepwise", STEPWISE, CALL_STATX, statx_faults },
  { "no-statx", NO_STATX, CALL_OPENAT, step_faults },
  { "no-statx", NO_STATX, CALL_STAT, stat_faults },
  { "wide", WIDE, CALL_LSEEK, lseek_faults },
  { "wide", WIDE, CALL_GETDENTS, wide_faults },
  { "deep", DEEP, CALL_RENAME, rename_faults },
  { "deep", DEEP, CALL_RMDIR, rmdir_faults },
  { "locked", LOCKED, CALL_CHMOD, chmod_faults },
  { "locked", LOCKED, CALL_OPENAT2, locked_faults },
  { "locked", LOCKED, CALL_STAT, stat_faults },
  { "async", ASYNC, CALL_CLONE, clone_faults },
  { "async", ASYNC, CALL_UNLINK, unlink_faults },
};

const gsize fault_n_cases = G_N_ELEMENTS (fault_cases);
