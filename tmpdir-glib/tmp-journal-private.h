/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "tmp-fd-private.h"

G_BEGIN_DECLS

/* What the journal says about one directory. */
typedef struct
{
  char      *parent;    /* absolute */
  TmpFileId  parent_id; /* of it */
  char      *name;
  gssize     filling;   /* where in @name are 6 characters that nobody knew; -1 if nowhere */
} TmpRecord;

/* What is known about the process that had the directory. */
typedef struct
{
  gint64   since;    /* in monotonic time: since then it cannot have done anything */
  gboolean rebooted; /* it ran before the kernel was last started */
} TmpDeath;

/* What became of a directory whose process is dead. Of several verdicts the last one
 * counts. */
typedef enum
{
  TMP_RECORD_SETTLED,  /* nothing is left to do */
  TMP_RECORD_FAILED,   /* something is left; it should be tried again, but not forever */
  TMP_RECORD_POSTPONED /* that cannot be told by this process, or not now */
} TmpVerdict;

typedef TmpVerdict (*TmpJudgeFunc) (const TmpRecord *record,
                                    const TmpDeath  *death,
                                    gpointer         user_data);

/* An entry is where a record is in the journal of this process; 0 is none. */
typedef guint64 TmpJournalEntry;

TmpJournalEntry tmp_journal_add    (const TmpRecord *record,
                                    const char     **reason);
void            tmp_journal_mark   (TmpJournalEntry  entry,
                                    gboolean         live);
void            tmp_journal_strike (TmpJournalEntry  entry);
void            tmp_journal_close  (void);

void            tmp_journal_judge  (TmpJudgeFunc     func,
                                    gpointer         user_data,
                                    GCancellable    *cancellable);

G_END_DECLS
