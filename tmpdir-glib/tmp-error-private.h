/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What was to be done with a path, or what is wrong with it. Each has a whole sentence in
 * tmp-error.c, so that every language has its own order of words. */
typedef enum
{
  TMP_ACTION_CREATE_AT,
  TMP_ACTION_CREATE_IN,
  TMP_ACTION_NEW_FILE,
  TMP_ACTION_NEW_DIRECTORY,
  TMP_ACTION_DELETE,
  TMP_ACTION_CLEAR,
  TMP_ACTION_MOVE,
  TMP_ACTION_MOVE_TO,
  TMP_ACTION_ROLL_OVER,
  TMP_ACTION_READ,
  TMP_ACTION_WRITE,
  TMP_ACTION_USE_NAME,
  TMP_ACTION_USE_PREFIX,
  TMP_ACTION_USE_SUFFIX
} TmpAction;

/* @message and @reason are marked with N_(), and translated here. */
void     tmp_error_set         (GError     **error,
                                GIOErrorEnum code,
                                const char  *message);
void     tmp_error_set_errno   (GError     **error,
                                int          errsv,
                                TmpAction    action,
                                const char  *path);
void     tmp_error_set_literal (GError     **error,
                                GIOErrorEnum code,
                                TmpAction    action,
                                const char  *path,
                                const char  *reason);
void     tmp_error_take        (GError     **error,
                                GError      *source,
                                TmpAction    action,
                                const char  *path);
void     tmp_error_add_left    (GError      *error,
                                guint64      n_left);

G_END_DECLS
