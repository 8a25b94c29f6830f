/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TMPDIR_GLIB_INSIDE) && !defined(TMPDIR_GLIB_COMPILATION)
#error "Only <tmpdir-glib/tmpdir-glib.h> can be included directly."
#endif

#include <gio/gio.h>

#include <tmpdir-glib/tmp-version-macros.h>

G_BEGIN_DECLS

/**
 * TmpPersistFlags:
 * @TMP_PERSIST_NONE: fail if something is at the destination
 * @TMP_PERSIST_EXCHANGE: put the directory that is at the destination into the place of
 *   the temporary one
 *
 * Flags for [method@Tmp.Directory.persist].
 *
 * Since: 0.1
 */
typedef enum /*< flags >*/
{
  TMP_PERSIST_NONE     = 0,
  TMP_PERSIST_EXCHANGE = 1 << 0
} TmpPersistFlags;

#define TMP_TYPE_DIRECTORY (tmp_directory_get_type ())

TMP_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (TmpDirectory, tmp_directory, TMP, DIRECTORY, GObject)

TMP_AVAILABLE_IN_ALL
TmpDirectory *tmp_directory_new                       (const char           *prefix,
                                                       GError              **error);
TMP_AVAILABLE_IN_ALL
TmpDirectory *tmp_directory_new_in                    (GFile                *parent,
                                                       const char           *prefix,
                                                       GCancellable         *cancellable,
                                                       GError              **error);
TMP_AVAILABLE_IN_ALL
void          tmp_directory_create_async              (GFile                *parent,
                                                       const char           *prefix,
                                                       int                   io_priority,
                                                       GCancellable         *cancellable,
                                                       GAsyncReadyCallback   callback,
                                                       gpointer              user_data);
TMP_AVAILABLE_IN_ALL
TmpDirectory *tmp_directory_create_finish             (GAsyncResult         *result,
                                                       GError              **error);

TMP_AVAILABLE_IN_ALL
GFile        *tmp_directory_get_file                  (TmpDirectory         *self);
TMP_AVAILABLE_IN_ALL
const char   *tmp_directory_get_path                  (TmpDirectory         *self);
TMP_AVAILABLE_IN_ALL
GFile        *tmp_directory_get_parent                (TmpDirectory         *self);
TMP_AVAILABLE_IN_ALL
const char   *tmp_directory_get_prefix                (TmpDirectory         *self);
TMP_AVAILABLE_IN_ALL
const char   *tmp_directory_get_suffix                (TmpDirectory         *self);
TMP_AVAILABLE_IN_ALL
gboolean      tmp_directory_get_auto_cleanup          (TmpDirectory         *self);
TMP_AVAILABLE_IN_ALL
void          tmp_directory_set_auto_cleanup          (TmpDirectory         *self,
                                                       gboolean              auto_cleanup);
TMP_AVAILABLE_IN_ALL
gboolean      tmp_directory_get_ignore_cleanup_errors (TmpDirectory         *self);
TMP_AVAILABLE_IN_ALL
void          tmp_directory_set_ignore_cleanup_errors (TmpDirectory         *self,
                                                       gboolean              ignore_cleanup_errors);
TMP_AVAILABLE_IN_ALL
guint64       tmp_directory_get_entries_removed       (TmpDirectory         *self);

TMP_AVAILABLE_IN_ALL
GFile        *tmp_directory_get_child                 (TmpDirectory         *self,
                                                       const char           *name,
                                                       GError              **error);
TMP_AVAILABLE_IN_ALL
char         *tmp_directory_build_path                (TmpDirectory         *self,
                                                       const char           *first,
                                                       ...) G_GNUC_NULL_TERMINATED;

TMP_AVAILABLE_IN_ALL
GFile        *tmp_directory_new_file                  (TmpDirectory         *self,
                                                       const char           *prefix,
                                                       const char           *suffix,
                                                       GFileIOStream       **iostream,
                                                       GCancellable         *cancellable,
                                                       GError              **error);
TMP_AVAILABLE_IN_ALL
void          tmp_directory_new_file_async            (TmpDirectory         *self,
                                                       const char           *prefix,
                                                       const char           *suffix,
                                                       int                   io_priority,
                                                       GCancellable         *cancellable,
                                                       GAsyncReadyCallback   callback,
                                                       gpointer              user_data);
TMP_AVAILABLE_IN_ALL
GFile        *tmp_directory_new_file_finish           (TmpDirectory         *self,
                                                       GAsyncResult         *result,
                                                       GFileIOStream       **iostream,
                                                       GError              **error);
TMP_AVAILABLE_IN_ALL
GFile        *tmp_directory_new_subdirectory          (TmpDirectory         *self,
                                                       const char           *prefix,
                                                       const char           *suffix,
                                                       GCancellable         *cancellable,
                                                       GError              **error);
TMP_AVAILABLE_IN_ALL
void          tmp_directory_new_subdirectory_async    (TmpDirectory         *self,
                                                       const char           *prefix,
                                                       const char           *suffix,
                                                       int                   io_priority,
                                                       GCancellable         *cancellable,
                                                       GAsyncReadyCallback   callback,
                                                       gpointer              user_data);
TMP_AVAILABLE_IN_ALL
GFile        *tmp_directory_new_subdirectory_finish   (TmpDirectory         *self,
                                                       GAsyncResult         *result,
                                                       GError              **error);

TMP_AVAILABLE_IN_ALL
gboolean      tmp_directory_clear                     (TmpDirectory         *self,
                                                       GCancellable         *cancellable,
                                                       GError              **error);
TMP_AVAILABLE_IN_ALL
void          tmp_directory_clear_async               (TmpDirectory         *self,
                                                       int                   io_priority,
                                                       GCancellable         *cancellable,
                                                       GAsyncReadyCallback   callback,
                                                       gpointer              user_data);
TMP_AVAILABLE_IN_ALL
gboolean      tmp_directory_clear_finish              (TmpDirectory         *self,
                                                       GAsyncResult         *result,
                                                       GError              **error);
TMP_AVAILABLE_IN_ALL
gboolean      tmp_directory_cleanup                   (TmpDirectory         *self,
                                                       GCancellable         *cancellable,
                                                       GError              **error);
TMP_AVAILABLE_IN_ALL
void          tmp_directory_cleanup_async             (TmpDirectory         *self,
                                                       int                   io_priority,
                                                       GCancellable         *cancellable,
                                                       GAsyncReadyCallback   callback,
                                                       gpointer              user_data);
TMP_AVAILABLE_IN_ALL
gboolean      tmp_directory_cleanup_finish            (TmpDirectory         *self,
                                                       GAsyncResult         *result,
                                                       GError              **error);
TMP_AVAILABLE_IN_ALL
gboolean      tmp_directory_persist                   (TmpDirectory         *self,
                                                       GFile                *destination,
                                                       TmpPersistFlags       flags,
                                                       GCancellable         *cancellable,
                                                       GError              **error);
TMP_AVAILABLE_IN_ALL
void          tmp_directory_persist_async             (TmpDirectory         *self,
                                                       GFile                *destination,
                                                       TmpPersistFlags       flags,
                                                       int                   io_priority,
                                                       GCancellable         *cancellable,
                                                       GAsyncReadyCallback   callback,
                                                       gpointer              user_data);
TMP_AVAILABLE_IN_ALL
gboolean      tmp_directory_persist_finish            (TmpDirectory         *self,
                                                       GAsyncResult         *result,
                                                       GError              **error);
TMP_AVAILABLE_IN_ALL
GFile        *tmp_directory_detach                    (TmpDirectory         *self);

G_END_DECLS
