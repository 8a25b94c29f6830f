/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/**
 * TmpSpooledStream:
 * A stream to be written, read and sought in, which is in memory while it is small.
 *
 * Once there are more than [property@Tmp.SpooledStream:max-size] bytes, everything goes
 * into a file without a name inside of a [class@Tmp.Directory]. What is read and written is
 * the same in both cases.
 *
 * ```c
 * g_autoptr (TmpSpooledStream) stream = tmp_spooled_stream_new (dir, 1024 * 1024);
 * GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (stream));
 *
 * if (g_output_stream_splice (output, download, G_OUTPUT_STREAM_SPLICE_NONE, cancellable, error) < 0 ||
 *     !g_seekable_seek (G_SEEKABLE (stream), 0, G_SEEK_SET, cancellable, error))
 *   return FALSE;
 * ```
 *
 * Unlike most streams, its input and its output share one position, like those of a file,
 * and closing one of them leaves the other open. Both, and the stream itself, are a
 * [iface@Gio.Seekable]. Truncating does not move the position; what is written behind the
 * end leaves zeros before it.
 *
 * If memory is short, or if there were more than 64 MiB of zeros between what is written, the
 * file is used earlier.
 *
 * The idea comes from `SpooledTemporaryFile` in Python's `tempfile` module, for which,
 * though, a `max_size` of 0 means that there is no limit; here that is `G_MAXUINT64`.
 *
 * ## What may be left
 *
 * Nothing, even if the process is killed: the file has no name. The stream holds a reference
 * to its directory, which so is not deleted before the stream is finalized.
 *
 * ## Security
 *
 * Nobody else can find the file, or open it.
 *
 * ## Errors
 *
 * All of them are [error@Gio.IOErrorEnum]. If there is no room on the disk, the call that
 * needed the file fails with `G_IO_ERROR_NO_SPACE`; everything that was written before is
 * still there. If the directory has been cleaned up explicitly, there can be no more file, and
 * rolling over fails with `G_IO_ERROR_CLOSED`; a file that is there remains usable. A
 * directory that is not native can have none: `G_IO_ERROR_NOT_SUPPORTED`.
 *
 * ## Threads
 *
 * It may be used from several threads, though as for every stream, there can be only one
 * operation at a time on each half. An asynchronous one that is done in memory is done at
 * once, and a thread does any other. It cannot be used in a forked child.
 *
 * Since: 0.1
 */

#include "config.h"

#include "tmp-spooled-stream.h"

#include "tmp-error-private.h"
#include "tmp-spool-private.h"
#include "tmp-task-private.h"

#include <glib/gi18n-lib.h>

/* All of them are views of one spool, which has the lock and the state: the stream, and
 * the halves, which may outlive it. */
struct _TmpSpooledStream
{
  GIOStream      parent_instance;

  TmpDirectory  *directory; /* until there is a spool */
  guint64        max_size;

  TmpSpool      *spool;
  GInputStream  *input;
  GOutputStream *output;
};

typedef struct
{
  GInputStream parent_instance;
  TmpSpool    *spool;
} TmpSpooledInput;

typedef struct
{
  GInputStreamClass parent_class;
} TmpSpooledInputClass;

typedef struct
{
  GOutputStream parent_instance;
  TmpSpool     *spool;
} TmpSpooledOutput;

typedef struct
{
  GOutputStreamClass parent_class;
} TmpSpooledOutputClass;

typedef enum
{
  PROP_DIRECTORY = 1,
  PROP_MAX_SIZE,
  PROP_ROLLED,
} TmpSpooledStreamProperty;

static GParamSpec *properties[PROP_ROLLED + 1];

static void seekable_iface_init (GSeekableIface *iface);

static GType tmp_spooled_input_get_type (void);
static GType tmp_spooled_output_get_type (void);

G_DEFINE_FINAL_TYPE_WITH_CODE (TmpSpooledStream, tmp_spooled_stream, G_TYPE_IO_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_SEEKABLE, seekable_iface_init))

G_DEFINE_FINAL_TYPE_WITH_CODE (TmpSpooledInput, tmp_spooled_input, G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_SEEKABLE, seekable_iface_init))

G_DEFINE_FINAL_TYPE_WITH_CODE (TmpSpooledOutput, tmp_spooled_output, G_TYPE_OUTPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_SEEKABLE, seekable_iface_init))

/* What is to be read or written; the caller keeps the buffer. */
typedef struct
{
  TmpSpool   *spool;
  void       *to;
  const void *from; /* if that is NULL */
  gsize       count;
} Transfer;

static gssize
transfer_in_thread (gpointer       source_object,
                    gpointer       task_data,
                    GCancellable  *cancellable,
                    GError       **error)
{
  Transfer *transfer = task_data;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return -1;
  if (transfer->to != NULL)
    return tmp_spool_read (transfer->spool, transfer->to, transfer->count, error);

  return tmp_spool_write (transfer->spool, transfer->from, transfer->count, error);
}

/* A thread does what cannot be done at once. */
static void
transfer_async (gpointer             stream,
                const Transfer      *transfer,
                int                  io_priority,
                GCancellable        *cancellable,
                GAsyncReadyCallback  callback,
                gpointer             user_data,
                gpointer             source_tag)
{
  g_autoptr (GTask) task = g_task_new (stream, cancellable, callback, user_data);
  gssize n = -1;

  g_task_set_source_tag (task, source_tag);
  g_task_set_priority (task, io_priority);
  /* The position has moved; that is not reported as cancelled. */
  g_task_set_check_cancellable (task, FALSE);

  if (g_cancellable_is_cancelled (cancellable))
    n = -1;
  else if (transfer->to != NULL)
    n = tmp_spool_try_read (transfer->spool, transfer->to, transfer->count);
  else
    n = tmp_spool_try_write (transfer->spool, transfer->from, transfer->count);

  if (n >= 0)
    {
      g_task_return_int (task, n);
      return;
    }

  g_task_set_task_data (task, g_memdup2 (transfer, sizeof *transfer), g_free);
  tmp_task_run_in_thread (task, transfer_in_thread);
}

/* The input half */

static gssize
tmp_spooled_input_read (GInputStream  *stream,
                        void          *buffer,
                        gsize          count,
                        GCancellable  *cancellable,
                        GError       **error)
{
  TmpSpooledInput *self = (TmpSpooledInput *) stream;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return -1;

  return tmp_spool_read (self->spool, buffer, count, error);
}

static gssize
tmp_spooled_input_skip (GInputStream  *stream,
                        gsize          count,
                        GCancellable  *cancellable,
                        GError       **error)
{
  TmpSpooledInput *self = (TmpSpooledInput *) stream;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return -1;

  return tmp_spool_skip (self->spool, count, error);
}

static void
tmp_spooled_input_read_async (GInputStream        *stream,
                              void                *buffer,
                              gsize                count,
                              int                  io_priority,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  TmpSpooledInput *self = (TmpSpooledInput *) stream;
  const Transfer transfer = { self->spool, buffer, NULL, count };

  transfer_async (stream, &transfer, io_priority, cancellable, callback, user_data,
                  tmp_spooled_input_read_async);
}

static gssize
tmp_spooled_input_read_finish (GInputStream  *stream,
                               GAsyncResult  *result,
                               GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, stream), -1);
  g_return_val_if_fail (g_async_result_is_tagged (result, tmp_spooled_input_read_async), -1);

  return g_task_propagate_int (G_TASK (result), error);
}

static void
tmp_spooled_input_finalize (GObject *object)
{
  tmp_spool_unref (((TmpSpooledInput *) object)->spool);
  G_OBJECT_CLASS (tmp_spooled_input_parent_class)->finalize (object);
}

static void
tmp_spooled_input_class_init (TmpSpooledInputClass *klass)
{
  GInputStreamClass *stream_class = G_INPUT_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = tmp_spooled_input_finalize;
  stream_class->read_fn = tmp_spooled_input_read;
  stream_class->skip = tmp_spooled_input_skip;
  stream_class->read_async = tmp_spooled_input_read_async;
  stream_class->read_finish = tmp_spooled_input_read_finish;
}

static void
tmp_spooled_input_init (TmpSpooledInput *self)
{
}

/* The output half */

static gssize
tmp_spooled_output_write (GOutputStream  *stream,
                          const void     *buffer,
                          gsize           count,
                          GCancellable   *cancellable,
                          GError        **error)
{
  TmpSpooledOutput *self = (TmpSpooledOutput *) stream;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return -1;

  return tmp_spool_write (self->spool, buffer, count, error);
}

static void
tmp_spooled_output_write_async (GOutputStream       *stream,
                                const void          *buffer,
                                gsize                count,
                                int                  io_priority,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  TmpSpooledOutput *self = (TmpSpooledOutput *) stream;
  const Transfer transfer = { self->spool, NULL, buffer, count };

  transfer_async (stream, &transfer, io_priority, cancellable, callback, user_data,
                  tmp_spooled_output_write_async);
}

static gssize
tmp_spooled_output_write_finish (GOutputStream  *stream,
                                 GAsyncResult   *result,
                                 GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, stream), -1);
  g_return_val_if_fail (g_async_result_is_tagged (result, tmp_spooled_output_write_async), -1);

  return g_task_propagate_int (G_TASK (result), error);
}

static void
tmp_spooled_output_finalize (GObject *object)
{
  tmp_spool_unref (((TmpSpooledOutput *) object)->spool);
  G_OBJECT_CLASS (tmp_spooled_output_parent_class)->finalize (object);
}

static void
tmp_spooled_output_class_init (TmpSpooledOutputClass *klass)
{
  GOutputStreamClass *stream_class = G_OUTPUT_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = tmp_spooled_output_finalize;
  stream_class->write_fn = tmp_spooled_output_write;
  stream_class->write_async = tmp_spooled_output_write_async;
  stream_class->write_finish = tmp_spooled_output_write_finish;
}

static void
tmp_spooled_output_init (TmpSpooledOutput *self)
{
}

/* GSeekable, of all three */

static TmpSpool *
get_spool (GSeekable *seekable)
{
  if (TMP_IS_SPOOLED_STREAM (seekable))
    return TMP_SPOOLED_STREAM (seekable)->spool;
  if (G_IS_INPUT_STREAM (seekable))
    return ((TmpSpooledInput *) seekable)->spool;

  return ((TmpSpooledOutput *) seekable)->spool;
}

/* Fails if it is closed, or in the middle of something else. */
static gboolean
begin (GSeekable     *seekable,
       GCancellable  *cancellable,
       GError       **error)
{
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (G_IS_IO_STREAM (seekable))
    return g_io_stream_set_pending (G_IO_STREAM (seekable), error);
  if (G_IS_INPUT_STREAM (seekable))
    return g_input_stream_set_pending (G_INPUT_STREAM (seekable), error);

  return g_output_stream_set_pending (G_OUTPUT_STREAM (seekable), error);
}

static void
end (GSeekable *seekable)
{
  if (G_IS_IO_STREAM (seekable))
    g_io_stream_clear_pending (G_IO_STREAM (seekable));
  else if (G_IS_INPUT_STREAM (seekable))
    g_input_stream_clear_pending (G_INPUT_STREAM (seekable));
  else
    g_output_stream_clear_pending (G_OUTPUT_STREAM (seekable));
}

static goffset
seekable_tell (GSeekable *seekable)
{
  return tmp_spool_tell (get_spool (seekable));
}

static gboolean
seekable_can_seek (GSeekable *seekable)
{
  return TRUE;
}

static gboolean
seekable_seek (GSeekable     *seekable,
               goffset        offset,
               GSeekType      type,
               GCancellable  *cancellable,
               GError       **error)
{
  gboolean success;

  if (!begin (seekable, cancellable, error))
    return FALSE;

  success = tmp_spool_seek (get_spool (seekable), offset, type, error);
  end (seekable);
  return success;
}

/* An input stream cannot be written to. */
static gboolean
seekable_can_truncate (GSeekable *seekable)
{
  return !G_IS_INPUT_STREAM (seekable);
}

static gboolean
seekable_truncate (GSeekable     *seekable,
                   goffset        size,
                   GCancellable  *cancellable,
                   GError       **error)
{
  gboolean success;

  if (!seekable_can_truncate (seekable))
    {
      tmp_error_set (error, G_IO_ERROR_NOT_SUPPORTED,
                     N_("An input stream cannot be truncated"));
      return FALSE;
    }

  if (!begin (seekable, cancellable, error))
    return FALSE;

  success = tmp_spool_truncate (get_spool (seekable), size, error);
  end (seekable);
  return success;
}

static void
seekable_iface_init (GSeekableIface *iface)
{
  iface->tell = seekable_tell;
  iface->can_seek = seekable_can_seek;
  iface->seek = seekable_seek;
  iface->can_truncate = seekable_can_truncate;
  iface->truncate_fn = seekable_truncate;
}

/* The stream */

static GInputStream *
tmp_spooled_stream_get_input_stream (GIOStream *stream)
{
  return TMP_SPOOLED_STREAM (stream)->input;
}

static GOutputStream *
tmp_spooled_stream_get_output_stream (GIOStream *stream)
{
  return TMP_SPOOLED_STREAM (stream)->output;
}

/* A half that is in the middle of something keeps the spool open. */
static gboolean
tmp_spooled_stream_close (GIOStream     *stream,
                          GCancellable  *cancellable,
                          GError       **error)
{
  if (!G_IO_STREAM_CLASS (tmp_spooled_stream_parent_class)->close_fn (stream, cancellable, error))
    return FALSE;

  tmp_spool_close (TMP_SPOOLED_STREAM (stream)->spool);
  return TRUE;
}

static void
tmp_spooled_stream_constructed (GObject *object)
{
  TmpSpooledStream *self = TMP_SPOOLED_STREAM (object);

  G_OBJECT_CLASS (tmp_spooled_stream_parent_class)->constructed (object);

  self->spool = tmp_spool_new (self->directory, self->max_size);
  g_clear_object (&self->directory);

  self->input = g_object_new (tmp_spooled_input_get_type (), NULL);
  ((TmpSpooledInput *) self->input)->spool = tmp_spool_ref (self->spool);
  self->output = g_object_new (tmp_spooled_output_get_type (), NULL);
  ((TmpSpooledOutput *) self->output)->spool = tmp_spool_ref (self->spool);
}

static void
tmp_spooled_stream_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  TmpSpooledStream *self = TMP_SPOOLED_STREAM (object);

  switch ((TmpSpooledStreamProperty) prop_id)
    {
    case PROP_DIRECTORY:
      g_value_set_object (value, tmp_spooled_stream_get_directory (self));
      break;
    case PROP_MAX_SIZE:
      g_value_set_uint64 (value, tmp_spooled_stream_get_max_size (self));
      break;
    case PROP_ROLLED:
      g_value_set_boolean (value, tmp_spooled_stream_get_rolled (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tmp_spooled_stream_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  TmpSpooledStream *self = TMP_SPOOLED_STREAM (object);

  switch ((TmpSpooledStreamProperty) prop_id)
    {
    case PROP_DIRECTORY:
      self->directory = g_value_dup_object (value);
      break;
    case PROP_MAX_SIZE:
      self->max_size = g_value_get_uint64 (value);
      break;
    case PROP_ROLLED:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tmp_spooled_stream_finalize (GObject *object)
{
  TmpSpooledStream *self = TMP_SPOOLED_STREAM (object);

  g_object_unref (self->input);
  g_object_unref (self->output);
  tmp_spool_unref (self->spool);

  G_OBJECT_CLASS (tmp_spooled_stream_parent_class)->finalize (object);
}

static void
tmp_spooled_stream_class_init (TmpSpooledStreamClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (klass);

  object_class->constructed = tmp_spooled_stream_constructed;
  object_class->get_property = tmp_spooled_stream_get_property;
  object_class->set_property = tmp_spooled_stream_set_property;
  object_class->finalize = tmp_spooled_stream_finalize;

  stream_class->get_input_stream = tmp_spooled_stream_get_input_stream;
  stream_class->get_output_stream = tmp_spooled_stream_get_output_stream;
  stream_class->close_fn = tmp_spooled_stream_close;

  /**
   * TmpSpooledStream:directory:
   *
   * Where it rolls over to.
   *
   * Since: 0.1
   */
  properties[PROP_DIRECTORY] =
    g_param_spec_object ("directory", NULL, NULL, TMP_TYPE_DIRECTORY,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * TmpSpooledStream:max-size:
   *
   * How many bytes are kept in memory at most.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_SIZE] =
    g_param_spec_uint64 ("max-size", NULL, NULL, 0, G_MAXUINT64, 0,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * TmpSpooledStream:rolled:
   *
   * Whether it is in a file.
   *
   * This is not notified, as it may happen in any thread.
   *
   * Since: 0.1
   */
  properties[PROP_ROLLED] =
    g_param_spec_boolean ("rolled", NULL, NULL, FALSE,
                          G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
tmp_spooled_stream_init (TmpSpooledStream *self)
{
}

/**
 * tmp_spooled_stream_new:
 * @directory: where it rolls over to; the stream keeps a reference
 * @max_size: how many bytes are kept in memory at most; 0 is none, `G_MAXUINT64` all
 *
 * Creates an empty stream. There is no file yet, and so there are no errors yet.
 *
 * See [class@Tmp.SpooledStream] for what may be left, how safe it is, and an example.
 *
 * Returns: (transfer full): the stream
 *
 * Since: 0.1
 */
TmpSpooledStream *
tmp_spooled_stream_new (TmpDirectory *directory,
                        guint64       max_size)
{
  g_return_val_if_fail (TMP_IS_DIRECTORY (directory), NULL);

  return g_object_new (TMP_TYPE_SPOOLED_STREAM,
                       "directory", directory,
                       "max-size", max_size,
                       NULL);
}

/**
 * tmp_spooled_stream_get_directory: (get-property directory)
 * @self: a spooled stream
 *
 * Gets where it rolls over to.
 *
 * Returns: (transfer none) (nullable): the directory, `NULL` if it was created without
 *
 * Since: 0.1
 */
TmpDirectory *
tmp_spooled_stream_get_directory (TmpSpooledStream *self)
{
  g_return_val_if_fail (TMP_IS_SPOOLED_STREAM (self), NULL);

  return tmp_spool_get_directory (self->spool);
}

/**
 * tmp_spooled_stream_get_max_size: (get-property max-size)
 * @self: a spooled stream
 *
 * Gets how many bytes are kept in memory at most.
 *
 * Returns: their number
 *
 * Since: 0.1
 */
guint64
tmp_spooled_stream_get_max_size (TmpSpooledStream *self)
{
  g_return_val_if_fail (TMP_IS_SPOOLED_STREAM (self), 0);

  return tmp_spool_get_max_size (self->spool);
}

/**
 * tmp_spooled_stream_get_rolled: (get-property rolled)
 * @self: a spooled stream
 *
 * Gets whether it is in a file.
 *
 * Once it is, it remains there, even if it becomes shorter.
 *
 * Returns: `TRUE` if it is
 *
 * Since: 0.1
 */
gboolean
tmp_spooled_stream_get_rolled (TmpSpooledStream *self)
{
  g_return_val_if_fail (TMP_IS_SPOOLED_STREAM (self), FALSE);

  return tmp_spool_is_rolled (self->spool);
}

static gboolean
rollover (TmpSpooledStream  *self,
          GCancellable      *cancellable,
          GError           **error)
{
  return !g_cancellable_set_error_if_cancelled (cancellable, error) &&
         tmp_spool_roll_over (self->spool, error);
}

/**
 * tmp_spooled_stream_rollover:
 * @self: a spooled stream
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Moves it into a file, however short it is.
 *
 * The position and the bytes remain the same. If it is in a file already, nothing happens.
 *
 * It is `G_IO_ERROR_NO_SPACE` if there is no room for it, `G_IO_ERROR_NOT_SUPPORTED` if its
 * directory is not native, and `G_IO_ERROR_CLOSED` if the stream is closed; else the errors
 * are those of [method@Tmp.Directory.new_file]. After any error it is in memory as before.
 *
 * This call blocks; see [method@Tmp.SpooledStream.rollover_async].
 *
 * Returns: `TRUE` if it is in a file
 *
 * Since: 0.1
 */
gboolean
tmp_spooled_stream_rollover (TmpSpooledStream  *self,
                             GCancellable      *cancellable,
                             GError           **error)
{
  g_return_val_if_fail (TMP_IS_SPOOLED_STREAM (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return rollover (self, cancellable, error);
}

static gssize
rollover_in_thread (gpointer       source_object,
                    gpointer       task_data,
                    GCancellable  *cancellable,
                    GError       **error)
{
  return rollover (source_object, cancellable, error) ? 0 : -1;
}

/**
 * tmp_spooled_stream_rollover_async:
 * @self: a spooled stream
 * @io_priority: the [I/O priority](https://docs.gtk.org/gio/iface.AsyncResult.html#io-priority), for
 *   example `G_PRIORITY_DEFAULT`
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (nullable) (scope async) (closure user_data): called when it is done
 * @user_data: data for @callback
 *
 * Moves it into a file without blocking.
 *
 * See [method@Tmp.SpooledStream.rollover].
 *
 * Since: 0.1
 */
void
tmp_spooled_stream_rollover_async (TmpSpooledStream    *self,
                                   int                  io_priority,
                                   GCancellable        *cancellable,
                                   GAsyncReadyCallback  callback,
                                   gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (TMP_IS_SPOOLED_STREAM (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, tmp_spooled_stream_rollover_async);
  g_task_set_priority (task, io_priority);
  g_task_set_check_cancellable (task, FALSE);
  tmp_task_run_in_thread (task, rollover_in_thread);
}

/**
 * tmp_spooled_stream_rollover_finish:
 * @self: a spooled stream
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Tmp.SpooledStream.rollover_async].
 *
 * Returns: `TRUE` if it is in a file
 *
 * Since: 0.1
 */
gboolean
tmp_spooled_stream_rollover_finish (TmpSpooledStream  *self,
                                    GAsyncResult      *result,
                                    GError           **error)
{
  g_return_val_if_fail (TMP_IS_SPOOLED_STREAM (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, tmp_spooled_stream_rollover_async), FALSE);

  return g_task_propagate_int (G_TASK (result), error) >= 0;
}
