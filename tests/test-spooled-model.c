/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A stream is the same as a byte array, whatever is done with it in whatever order. */

#include "stream.h"

#include <string.h>

/* What it has to be the same as */
typedef struct
{
  GByteArray *bytes;
  gsize       position;
} Model;

static void
model_write (Model        *model,
             const guint8 *bytes,
             gsize         count)
{
  const gsize size = model->bytes->len;

  if (count == 0)
    return;
  if (model->position + count > size)
    {
      g_byte_array_set_size (model->bytes, (guint) (model->position + count));
      memset (model->bytes->data + size, 0, model->bytes->len - size);
    }
  memcpy (model->bytes->data + model->position, bytes, count);
  model->position += count;
}

static void
model_truncate (Model *model,
                gsize  new_size)
{
  const gsize size = model->bytes->len;

  g_byte_array_set_size (model->bytes, (guint) new_size);
  if (new_size > size)
    memset (model->bytes->data + size, 0, new_size - size);
}

static gsize
model_left (Model *model)
{
  return model->bytes->len > model->position ? model->bytes->len - model->position : 0;
}

static gssize
write_some (TmpSpooledStream *stream,
            const void       *bytes,
            gsize             count,
            gboolean          async,
            GError          **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  if (!async)
    return g_output_stream_write (stream_get_output (stream), bytes, count, NULL, error);

  g_output_stream_write_async (stream_get_output (stream), bytes, count, G_PRIORITY_DEFAULT, NULL,
                               test_store_result, &result);
  test_wait_result (&result);
  return g_output_stream_write_finish (stream_get_output (stream), result, error);
}

static gssize
read_some (TmpSpooledStream *stream,
           void             *bytes,
           gsize             count,
           gboolean          async,
           GError          **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  if (!async)
    return g_input_stream_read (stream_get_input (stream), bytes, count, NULL, error);

  g_input_stream_read_async (stream_get_input (stream), bytes, count, G_PRIORITY_DEFAULT, NULL,
                             test_store_result, &result);
  test_wait_result (&result);
  return g_input_stream_read_finish (stream_get_input (stream), result, error);
}

/* Whichever of the three */
static GSeekable *
get_seekable (TmpSpooledStream *stream,
              gboolean          truncates)
{
  switch (g_test_rand_int_range (0, truncates ? 2 : 3))
    {
    case 0:
      return G_SEEKABLE (stream);
    case 1:
      return G_SEEKABLE (stream_get_output (stream));
    default:
      return G_SEEKABLE (stream_get_input (stream));
    }
}

static void
random_step (TmpSpooledStream *stream,
             Model            *model)
{
  const gboolean async = g_test_rand_bit ();
  guint8 bytes[64];
  gsize count = (gsize) g_test_rand_int_range (0, sizeof bytes);
  g_autoptr(GError) error = NULL;
  goffset offset;
  gssize n;

  switch (g_test_rand_int_range (0, 12))
    {
    case 0:
    case 1:
    case 2:
    case 3:
      for (gsize i = 0; i < count; i++)
        bytes[i] = (guint8) g_test_rand_int ();
      n = write_some (stream, bytes, count, async, &error);
      g_assert_cmpint (n, ==, count);
      model_write (model, bytes, count);
      break;

    case 4:
    case 5:
    case 6:
      n = read_some (stream, bytes, count, async, &error);
      g_assert_cmpint (n, ==, MIN (count, model_left (model)));
      if (n > 0)
        g_assert_cmpmem (bytes, n, model->bytes->data + model->position, n);
      model->position += (gsize) n;
      break;

    case 7:
      n = g_input_stream_skip (stream_get_input (stream), count, NULL, &error);
      g_assert_cmpint (n, ==, MIN (count, model_left (model)));
      model->position += (gsize) n;
      break;

    case 8:
      g_seekable_seek (get_seekable (stream, FALSE), (goffset) count, G_SEEK_SET, NULL, &error);
      model->position = count;
      break;

    case 9:
      offset = g_test_rand_int_range (-(gint32) MIN (model->position, 70), 20);
      g_seekable_seek (get_seekable (stream, FALSE), offset, G_SEEK_CUR, NULL, &error);
      model->position = (gsize) ((goffset) model->position + offset);
      break;

    case 10:
      offset = g_test_rand_int_range (-(gint32) MIN (model->bytes->len, 70), 20);
      g_seekable_seek (get_seekable (stream, FALSE), offset, G_SEEK_END, NULL, &error);
      model->position = (gsize) ((goffset) model->bytes->len + offset);
      break;

    default:
      g_seekable_truncate (get_seekable (stream, TRUE), (goffset) count, NULL, &error);
      model_truncate (model, count);
      break;
    }

  g_assert_no_error (error);
  g_assert_cmpint (g_seekable_tell (get_seekable (stream, FALSE)), ==, model->position);
}

/* Whatever is done in whatever order, and whenever it becomes a file */
static void
test_model (TestFixture   *fixture,
            gconstpointer  data)
{
  g_autoptr(TmpDirectory) dir = test_new_directory (fixture);
  guint n_rolled = 0;

  for (guint i = 0; i < test_scale (400); i++)
    {
      const guint64 max_size = g_test_rand_bit () ? (guint64) g_test_rand_int_range (0, 300) : G_MAXUINT64;
      const int rollover_at = g_test_rand_int_range (0, 200);
      g_autoptr(TmpSpooledStream) stream = tmp_spooled_stream_new (dir, max_size);
      Model model = { g_byte_array_new (), 0 };

      for (int j = 0; j < 100; j++)
        {
          if (j == rollover_at)
            {
              g_autoptr(GError) error = NULL;

              tmp_spooled_stream_rollover (stream, NULL, &error);
              g_assert_no_error (error);
            }

          random_step (stream, &model);
          if (model.bytes->len > max_size)
            g_assert_true (tmp_spooled_stream_get_rolled (stream));
          if (j % 10 == 0)
            stream_assert_contents (stream, model.bytes->data, model.bytes->len);
        }

      stream_assert_contents (stream, model.bytes->data, model.bytes->len);
      n_rolled += tmp_spooled_stream_get_rolled (stream);
      g_byte_array_unref (model.bytes);
    }

  g_test_message ("%u of them were rolled over", n_rolled);
  g_assert_cmpuint (n_rolled, >, 0);
}

int
main (int    argc,
      char **argv)
{
  test_init (&argc, &argv);

  test_add ("/spooled-stream/model", NULL, test_model);

  return test_run ();
}
