/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Is loaded into the example 'unpack' before everything else, whichever language that is
 * written in, and does what a user would do: reads what it says, presses its button,
 * closes its window. Meanwhile it counts the frames of the window.
 *
 *   UNPACK_DRIVER   'cancel', 'close' or 'picture', and when: ' making', ' unpacking' or
 *                   ' deleting'; or only 'watch'
 *   UNPACK_PICTURE  the PNG to write
 *   UNPACK_SLOW     microseconds that it takes longer to delete a file
 */

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gtk/gtk.h>

static char *action;
static char *when;
static gboolean acted = FALSE;

static GtkWidget *window;
static GtkWidget *button;
static GtkWidget *status;
static GtkWidget *bar;

/* When they were, in monotonic time */
static GArray *frames;

/* Of all files together; set by whichever thread deletes */
static unsigned slow = 0;
static int n_deletions = 0;
static gint64 first_deletion;
static gint64 last_deletion;

typedef int (*Unlinkat) (int         dirfd,
                         const char *name,
                         int         flags);
static Unlinkat next_unlinkat;

int
unlinkat (int         dirfd,
          const char *name,
          int         flags)
{
  int result;

  if (g_atomic_int_add (&n_deletions, 1) == 0)
    first_deletion = g_get_monotonic_time ();
  if (slow > 0)
    usleep (slow);
  result = next_unlinkat (dirfd, name, flags);
  last_deletion = g_get_monotonic_time ();

  return result;
}

static GtkWidget *
find (GtkWidget *widget,
      GType      type)
{
  GtkWidget *found = g_type_is_a (G_OBJECT_TYPE (widget), type) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find (child, type);

  return found;
}

static gboolean
on_frame (GtkWidget     *widget,
          GdkFrameClock *clock,
          gpointer       user_data)
{
  gint64 now = g_get_monotonic_time ();

  g_array_append_val (frames, now);
  return G_SOURCE_CONTINUE;
}

/* When the window has been painted. Without the shadow that it may have around it */
static void
take_picture (GdkFrameClock *clock)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (window);
  const int width = gtk_widget_get_width (window);
  const int height = gtk_widget_get_height (window);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;

  gdk_paintable_snapshot (paintable, snapshot, width, height);
  node = gtk_snapshot_free_to_node (snapshot);
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (window)), node,
                                         &GRAPHENE_RECT_INIT (0, 0, width, height));
  if (!gdk_texture_save_to_png (texture, g_getenv ("UNPACK_PICTURE")))
    g_error ("Could not write %s", g_getenv ("UNPACK_PICTURE"));
  g_signal_handlers_disconnect_by_func (clock, take_picture, NULL);
}

static gboolean
act (gpointer user_data)
{
  g_print ("%s at “%s”, %.0f %%\n", action, gtk_label_get_label (GTK_LABEL (status)),
           gtk_progress_bar_get_fraction (GTK_PROGRESS_BAR (bar)) * 100);

  if (g_str_equal (action, "cancel"))
    g_signal_emit_by_name (button, "clicked");
  else if (g_str_equal (action, "close"))
    gtk_window_close (GTK_WINDOW (window));
  else
    g_signal_connect (gtk_widget_get_frame_clock (window), "after-paint",
                      G_CALLBACK (take_picture), NULL);

  return G_SOURCE_REMOVE;
}

static gboolean
end (gpointer user_data)
{
  gtk_window_close (GTK_WINDOW (window));
  return G_SOURCE_REMOVE;
}

static gboolean
has_come (const char *text)
{
  const double fraction = gtk_progress_bar_get_fraction (GTK_PROGRESS_BAR (bar));

  if (g_strcmp0 (when, "making") == 0)
    return g_str_has_prefix (text, "Making");
  if (g_strcmp0 (when, "unpacking") == 0)
    return g_str_has_prefix (text, "Unpacking, ");
  if (g_strcmp0 (when, "deleting") == 0)
    return g_str_has_prefix (text, "Deleting ") && fraction > 0.5 && fraction < 1;
  return FALSE;
}

/* What the window shows has changed. Never from within the program that has done that,
 * which no user does either. */
static void
on_changed (void)
{
  const char *text = gtk_label_get_label (GTK_LABEL (status));

  if (!acted && has_come (text))
    {
      acted = TRUE;
      g_idle_add_full (G_PRIORITY_HIGH, act, NULL, NULL);
    }

  if (g_str_has_prefix (text, "Unpacked and ") &&
      (!acted ? when != NULL : !g_str_equal (action, "picture")))
    g_error ("It has come to its end without %s", action);
  if (g_str_equal (text, "Cancelled.") && g_str_equal (action, "cancel"))
    g_idle_add (end, NULL);
}

/* A frame counts if files were deleted before and after it, a gap if files were deleted
 * in it. The last gap ends with the last file. */
static void
on_shutdown (void)
{
  guint n_frames = 0;
  gint64 longest = 0;

  g_array_append_val (frames, last_deletion);
  for (guint i = 0; i < frames->len; i++)
    {
      const gint64 frame = g_array_index (frames, gint64, i);
      const gint64 before = i > 0 ? g_array_index (frames, gint64, i - 1) : frame;

      if (frame > first_deletion && frame < last_deletion)
        n_frames++;
      if (frame > first_deletion && before < last_deletion)
        longest = MAX (longest, frame - before);
    }

  if (g_str_equal (action, "watch"))
    g_print ("%d deletions in %.0f ms, %u frames, longest gap %.1f ms\n", n_deletions,
             (last_deletion - first_deletion) / 1e3, n_frames, longest / 1e3);
}

static gboolean
find_window (gpointer user_data)
{
  GApplication *app = g_application_get_default ();
  GList *windows = app != NULL ? gtk_application_get_windows (GTK_APPLICATION (app)) : NULL;

  if (windows == NULL)
    return G_SOURCE_CONTINUE;

  window = windows->data;
  button = find (gtk_window_get_titlebar (GTK_WINDOW (window)), GTK_TYPE_BUTTON);
  status = find (gtk_window_get_child (GTK_WINDOW (window)), GTK_TYPE_LABEL);
  bar = find (gtk_window_get_child (GTK_WINDOW (window)), GTK_TYPE_PROGRESS_BAR);

  g_signal_connect (app, "shutdown", on_shutdown, NULL);
  g_signal_connect (status, "notify::label", on_changed, NULL);
  g_signal_connect (bar, "notify::fraction", on_changed, NULL);
  gtk_widget_add_tick_callback (window, on_frame, NULL, NULL);

  /* As in GNOME */
  g_object_set (gtk_settings_get_default (), "gtk-decoration-layout", ":close", NULL);

  /* With --auto it has begun. */
  if (g_str_equal (gtk_button_get_label (GTK_BUTTON (button)), "Unpack"))
    g_signal_emit_by_name (button, "clicked");
  on_changed ();
  return G_SOURCE_REMOVE;
}

__attribute__ ((constructor)) static void
begin (void)
{
  g_auto (GStrv) words = g_strsplit (g_getenv ("UNPACK_DRIVER"), " ", 2);

  next_unlinkat = (Unlinkat) dlsym (RTLD_NEXT, "unlinkat");
  action = g_strdup (words[0]);
  when = g_strdup (words[1]);
  slow = g_getenv ("UNPACK_SLOW") != NULL ? atoi (g_getenv ("UNPACK_SLOW")) : 0;
  frames = g_array_new (FALSE, FALSE, sizeof (gint64));

  /* Not into the programs that it starts */
  g_unsetenv ("LD_PRELOAD");
  g_timeout_add (1, find_window, NULL);
}
