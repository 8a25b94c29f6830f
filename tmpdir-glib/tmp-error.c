/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Every error of the library is in G_IO_ERROR and reads
 * "ACTION “PATH”: REASON", whatever domain and wording it came from. */

#include "config.h"

#include "tmp-error-private.h"

void
tmp_error_set_literal (GError      **error,
                       GIOErrorEnum  code,
                       const char   *action,
                       const char   *path,
                       const char   *reason)
{
  g_autofree char *display = g_filename_display_name (path);

  g_set_error (error, G_IO_ERROR, (int) code, "%s “%s”: %s", action, display, reason);
}

void
tmp_error_set_errno (GError     **error,
                     int          errsv,
                     const char  *action,
                     const char  *path)
{
  tmp_error_set_literal (error, g_io_error_from_errno (errsv), action, path,
                         g_strerror (errsv));
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

/* Takes ownership of @source, an error of GLib or GIO. A cancellation stays
 * as it is: it is about the call, not about the path. */
void
tmp_error_take (GError     **error,
                GError      *source,
                const char  *action,
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

  tmp_error_set_literal (error, code, action, path, source->message);
  g_error_free (source);
}
