/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Every error of the library is in G_IO_ERROR and reads
 * "ACTION “PATH”: REASON", whatever domain and wording it came from.
 *
 * All of them come through here, and only here they are translated: elsewhere, what is
 * shown to people is only marked. So there is one place where gettext has to be told where
 * our translations are, and an error that nobody sees costs no look at them. */

#include "config.h"

#include "tmp-error-private.h"

#include <glib/gi18n-lib.h>

/* A program does this for its own messages, not for those of a library. Twice does no harm,
 * so there is no lock that a forked child could find taken. The locale is up to the program. */
static void
bind_domain (void)
{
  static gint bound; /* atomic */

  if (g_atomic_int_get (&bound))
    return;

  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  g_atomic_int_set (&bound, TRUE);
}

/* @reason is translated. */
static char *
build_message (TmpAction   action,
               const char *path,
               const char *reason)
{
  switch (action)
    {
    case TMP_ACTION_CREATE_AT:
      /* Translators: %s is a path, and then a sentence that says why; so it is below */
      return g_strdup_printf (_("Could not create a temporary directory at “%s”: %s"), path, reason);
    case TMP_ACTION_CREATE_IN:
      return g_strdup_printf (_("Could not create a temporary directory in “%s”: %s"), path, reason);
    case TMP_ACTION_NEW_FILE:
      return g_strdup_printf (_("Could not create a file in “%s”: %s"), path, reason);
    case TMP_ACTION_NEW_DIRECTORY:
      return g_strdup_printf (_("Could not create a directory in “%s”: %s"), path, reason);
    case TMP_ACTION_CLEAR:
      /* Translators: To clear a directory is to delete what is in it. */
      return g_strdup_printf (_("Could not clear “%s”: %s"), path, reason);
    case TMP_ACTION_MOVE:
      return g_strdup_printf (_("Could not move “%s”: %s"), path, reason);
    case TMP_ACTION_MOVE_TO:
      return g_strdup_printf (_("Could not move a temporary directory to “%s”: %s"), path, reason);
    case TMP_ACTION_ROLL_OVER:
      /* Translators: What was in memory until now was to be written to a file. */
      return g_strdup_printf (_("Could not roll over to a file in “%s”: %s"), path, reason);
    case TMP_ACTION_READ:
      return g_strdup_printf (_("Could not read from a temporary file in “%s”: %s"), path, reason);
    case TMP_ACTION_WRITE:
      return g_strdup_printf (_("Could not write to a temporary file in “%s”: %s"), path, reason);
    case TMP_ACTION_USE_NAME:
      return g_strdup_printf (_("Invalid name “%s”: %s"), path, reason);
    case TMP_ACTION_USE_PREFIX:
      /* Translators: what the name of a new directory or file is to begin with */
      return g_strdup_printf (_("Invalid prefix “%s”: %s"), path, reason);
    case TMP_ACTION_USE_SUFFIX:
      /* Translators: what the name of a new directory or file is to end with */
      return g_strdup_printf (_("Invalid suffix “%s”: %s"), path, reason);
    case TMP_ACTION_DELETE:
    default:
      return g_strdup_printf (_("Could not delete “%s”: %s"), path, reason);
    }
}

static void
set_translated (GError      **error,
                GIOErrorEnum  code,
                TmpAction     action,
                const char   *path,
                const char   *reason)
{
  g_autofree char *display = NULL;
  g_autofree char *message = NULL;

  if (error == NULL)
    return;

  bind_domain ();
  display = g_filename_display_name (path);
  message = build_message (action, display, reason);
  g_set_error_literal (error, G_IO_ERROR, (int) code, message);
}

/* For the few errors that are about no path */
void
tmp_error_set (GError      **error,
               GIOErrorEnum  code,
               const char   *message)
{
  bind_domain ();
  g_set_error_literal (error, G_IO_ERROR, (int) code, _(message));
}

void
tmp_error_set_literal (GError      **error,
                       GIOErrorEnum  code,
                       TmpAction     action,
                       const char   *path,
                       const char   *reason)
{
  bind_domain ();
  set_translated (error, code, action, path, _(reason));
}

/* The C library translates its reasons by itself. */
void
tmp_error_set_errno (GError     **error,
                     int          errsv,
                     TmpAction    action,
                     const char  *path)
{
  set_translated (error, g_io_error_from_errno (errsv), action, path, g_strerror (errsv));
}

/* Not every one of these has a GIOErrorEnum of its own, and not every
 * GIOErrorEnum comes from one of these; they agree where both exist. */
static GIOErrorEnum
io_error_from_file_error (int code)
{
  switch ((GFileError) code)
    {
    case G_FILE_ERROR_EXIST:
      return G_IO_ERROR_EXISTS;
    case G_FILE_ERROR_ISDIR:
      return G_IO_ERROR_IS_DIRECTORY;
    case G_FILE_ERROR_ACCES:
    case G_FILE_ERROR_PERM:
      return G_IO_ERROR_PERMISSION_DENIED;
    case G_FILE_ERROR_NAMETOOLONG:
      return G_IO_ERROR_FILENAME_TOO_LONG;
    case G_FILE_ERROR_NOENT:
      return G_IO_ERROR_NOT_FOUND;
    case G_FILE_ERROR_NOTDIR:
      return G_IO_ERROR_NOT_DIRECTORY;
    case G_FILE_ERROR_ROFS:
      return G_IO_ERROR_READ_ONLY;
    case G_FILE_ERROR_LOOP:
      return G_IO_ERROR_TOO_MANY_LINKS;
    case G_FILE_ERROR_NOSPC:
    case G_FILE_ERROR_NOMEM:
      return G_IO_ERROR_NO_SPACE;
    case G_FILE_ERROR_MFILE:
    case G_FILE_ERROR_NFILE:
      return G_IO_ERROR_TOO_MANY_OPEN_FILES;
    case G_FILE_ERROR_INVAL:
      return G_IO_ERROR_INVALID_ARGUMENT;
    case G_FILE_ERROR_AGAIN:
      return G_IO_ERROR_WOULD_BLOCK;
    case G_FILE_ERROR_NOSYS:
      return G_IO_ERROR_NOT_SUPPORTED;
    case G_FILE_ERROR_NXIO:
    case G_FILE_ERROR_NODEV:
    case G_FILE_ERROR_TXTBSY:
    case G_FILE_ERROR_FAULT:
    case G_FILE_ERROR_BADF:
    case G_FILE_ERROR_PIPE:
    case G_FILE_ERROR_INTR:
    case G_FILE_ERROR_IO:
    case G_FILE_ERROR_FAILED:
    default:
      return G_IO_ERROR_FAILED;
    }
}

/* Takes ownership of @source, an error of GLib or GIO, which is translated. A cancellation stays
 * as it is: it is about the call, not about the path. */
void
tmp_error_take (GError     **error,
                GError      *source,
                TmpAction    action,
                const char  *path)
{
  GIOErrorEnum code = G_IO_ERROR_FAILED;

  if (g_error_matches (source, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, source);
      return;
    }

  if (source->domain == G_IO_ERROR)
    code = (GIOErrorEnum) source->code;
  else if (source->domain == G_FILE_ERROR)
    code = io_error_from_file_error (source->code);

  set_translated (error, code, action, path, source->message);
  g_error_free (source);
}

/* Tells in @error how much could not be deleted. */
void
tmp_error_add_left (GError  *error,
                    guint64  n_left)
{
  g_autofree char *message = g_steal_pointer (&error->message);
  gulong n = (gulong) MIN (n_left, G_MAXULONG);

  bind_domain ();
  /* Translators: %s is a whole message, that of the first file that could not be deleted. */
  error->message = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                                 "%s (%lu file or directory is left)",
                                                 "%s (%lu files and directories are left)", n),
                                    message, n);
}
