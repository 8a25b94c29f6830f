/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "wrap-file.h"

#include <string.h>

/* What was said and counted; the library calls us from several threads. */
static GMutex      wrap_lock;
static struct
{
  char *fail_name[WRAP_N_OPERATIONS];
  GIOErrorEnum fail_code[WRAP_N_OPERATIONS];
  gboolean fails[WRAP_N_OPERATIONS];
  guint delay[WRAP_N_OPERATIONS];
  guint count[WRAP_N_OPERATIONS];
  guint nested;
  guint followed;
} wrap_state;
static GHashTable *wrap_open = NULL;   /* paths being enumerated */

/* Every operation begins with this. */
static gboolean
wrap_begin (WrapOperation   operation,
            const char     *path,
            GCancellable   *cancellable,
            GError        **error)
{
  g_autofree char *basename = g_path_get_basename (path);
  gboolean fails;
  GIOErrorEnum code;
  guint delay;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  g_mutex_lock (&wrap_lock);
  wrap_state.count[operation]++;
  delay = wrap_state.delay[operation];
  code = wrap_state.fail_code[operation];
  fails = wrap_state.fails[operation] &&
          (wrap_state.fail_name[operation] == NULL ||
           g_str_equal (wrap_state.fail_name[operation], basename));
  g_mutex_unlock (&wrap_lock);

  if (delay > 0)
    g_usleep (delay);
  if (!fails)
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, code, "Injected failure");
  return FALSE;
}

void
wrap_reset (void)
{
  g_mutex_lock (&wrap_lock);
  for (guint i = 0; i < WRAP_N_OPERATIONS; i++)
    g_free (wrap_state.fail_name[i]);
  memset (&wrap_state, 0, sizeof wrap_state);
  g_mutex_unlock (&wrap_lock);
}

void
wrap_fail (WrapOperation  operation,
           const char    *basename,
           GIOErrorEnum   code)
{
  g_mutex_lock (&wrap_lock);
  g_free (wrap_state.fail_name[operation]);
  wrap_state.fail_name[operation] = g_strdup (basename);
  wrap_state.fail_code[operation] = code;
  wrap_state.fails[operation] = TRUE;
  g_mutex_unlock (&wrap_lock);
}

void
wrap_delay (WrapOperation operation,
            guint         microseconds)
{
  g_mutex_lock (&wrap_lock);
  wrap_state.delay[operation] = microseconds;
  g_mutex_unlock (&wrap_lock);
}

static guint
locked_get (const guint *value)
{
  guint result;

  g_mutex_lock (&wrap_lock);
  result = *value;
  g_mutex_unlock (&wrap_lock);
  return result;
}

guint
wrap_count (WrapOperation operation)
{
  return locked_get (&wrap_state.count[operation]);
}

guint
wrap_count_nested (void)
{
  return locked_get (&wrap_state.nested);
}

gboolean
wrap_never_followed (void)
{
  return locked_get (&wrap_state.followed) == 0;
}

guint
wrap_count_open (void)
{
  guint result;

  g_mutex_lock (&wrap_lock);
  result = wrap_open != NULL ? g_hash_table_size (wrap_open) : 0;
  g_mutex_unlock (&wrap_lock);
  return result;
}

static void
note_opened (const char          *path,
             GFileQueryInfoFlags  flags)
{
  g_autofree char *parent = g_path_get_dirname (path);

  g_mutex_lock (&wrap_lock);
  if (wrap_open == NULL)
    wrap_open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (g_hash_table_contains (wrap_open, parent))
    wrap_state.nested++;
  if ((flags & G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS) == 0)
    wrap_state.followed++;
  g_hash_table_add (wrap_open, g_strdup (path));
  g_mutex_unlock (&wrap_lock);
}

static void
note_closed (const char *path)
{
  g_mutex_lock (&wrap_lock);
  g_hash_table_remove (wrap_open, path);
  g_mutex_unlock (&wrap_lock);
}

/* The enumerator */

#define WRAP_TYPE_ENUMERATOR (wrap_enumerator_get_type ())
G_DECLARE_FINAL_TYPE (WrapEnumerator, wrap_enumerator, WRAP, ENUMERATOR, GFileEnumerator)

struct _WrapEnumerator
{
  GFileEnumerator parent_instance;
  GFileEnumerator *local;
  char *path;
};

G_DEFINE_FINAL_TYPE (WrapEnumerator, wrap_enumerator, G_TYPE_FILE_ENUMERATOR)

static GFileInfo *
wrap_enumerator_next_file (GFileEnumerator  *enumerator,
                           GCancellable     *cancellable,
                           GError          **error)
{
  WrapEnumerator *self = WRAP_ENUMERATOR (enumerator);

  if (!wrap_begin (WRAP_NEXT, self->path, cancellable, error))
    return NULL;
  return g_file_enumerator_next_file (self->local, cancellable, error);
}

static gboolean
wrap_enumerator_close (GFileEnumerator  *enumerator,
                       GCancellable     *cancellable,
                       GError          **error)
{
  WrapEnumerator *self = WRAP_ENUMERATOR (enumerator);

  note_closed (self->path);
  return g_file_enumerator_close (self->local, cancellable, error);
}

/* GFileEnumerator closes itself before this, if nobody has. */
static void
wrap_enumerator_finalize (GObject *object)
{
  WrapEnumerator *self = WRAP_ENUMERATOR (object);

  G_OBJECT_CLASS (wrap_enumerator_parent_class)->finalize (object);
  g_clear_object (&self->local);
  g_clear_pointer (&self->path, g_free);
}

static void
wrap_enumerator_class_init (WrapEnumeratorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = wrap_enumerator_finalize;
  G_FILE_ENUMERATOR_CLASS (klass)->next_file = wrap_enumerator_next_file;
  G_FILE_ENUMERATOR_CLASS (klass)->close_fn = wrap_enumerator_close;
}

static void
wrap_enumerator_init (WrapEnumerator *self)
{
}

/* The file */

struct _WrapFile
{
  GObject parent_instance;
  GFile *local;
};

static void wrap_file_iface_init (GFileIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (WrapFile, wrap_file, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_FILE, wrap_file_iface_init))

static GFile *
local_of (GFile *file)
{
  return WRAP_FILE (file)->local;
}

/* Takes the reference */
static GFile *
wrap (GFile *local)
{
  WrapFile *self;

  if (local == NULL)
    return NULL;

  self = g_object_new (WRAP_TYPE_FILE, NULL);
  self->local = local;
  return G_FILE (self);
}

GFile *
wrap_file_new (const char *path)
{
  return wrap (g_file_new_for_path (path));
}

static GFile *
wrap_file_dup (GFile *file)
{
  return wrap (g_file_dup (local_of (file)));
}

static guint
wrap_file_hash (GFile *file)
{
  return g_file_hash (local_of (file));
}

static gboolean
wrap_file_equal (GFile *a,
                 GFile *b)
{
  return g_file_equal (local_of (a), local_of (b));
}

static gboolean
wrap_file_is_native (GFile *file)
{
  return FALSE;
}

static gboolean
wrap_file_has_uri_scheme (GFile      *file,
                          const char *scheme)
{
  return g_ascii_strcasecmp (scheme, "wrap") == 0;
}

static char *
wrap_file_get_uri_scheme (GFile *file)
{
  return g_strdup ("wrap");
}

static char *
wrap_file_get_basename (GFile *file)
{
  return g_file_get_basename (local_of (file));
}

static char *
wrap_file_get_path (GFile *file)
{
  return NULL;
}

static char *
wrap_file_get_uri (GFile *file)
{
  g_autofree char *uri = g_file_get_uri (local_of (file));

  return g_strconcat ("wrap", uri + strlen ("file"), NULL);
}

static GFile *
wrap_file_get_parent (GFile *file)
{
  return wrap (g_file_get_parent (local_of (file)));
}

static gboolean
wrap_file_prefix_matches (GFile *prefix,
                          GFile *file)
{
  return g_file_has_prefix (local_of (file), local_of (prefix));
}

static char *
wrap_file_get_relative_path (GFile *parent,
                             GFile *descendant)
{
  return g_file_get_relative_path (local_of (parent), local_of (descendant));
}

static GFile *
wrap_file_resolve_relative_path (GFile      *file,
                                 const char *relative_path)
{
  return wrap (g_file_resolve_relative_path (local_of (file), relative_path));
}

static GFile *
wrap_file_get_child_for_display_name (GFile       *file,
                                      const char  *display_name,
                                      GError     **error)
{
  return wrap (g_file_get_child_for_display_name (local_of (file), display_name, error));
}

static GFileEnumerator *
wrap_file_enumerate_children (GFile                *file,
                              const char           *attributes,
                              GFileQueryInfoFlags   flags,
                              GCancellable         *cancellable,
                              GError              **error)
{
  g_autoptr(GFileEnumerator) local = NULL;
  WrapEnumerator *self;
  const char *path = g_file_peek_path (local_of (file));

  if (!wrap_begin (WRAP_ENUMERATE, path, cancellable, error))
    return NULL;
  local = g_file_enumerate_children (local_of (file), attributes, flags, cancellable, error);
  if (local == NULL)
    return NULL;

  self = g_object_new (WRAP_TYPE_ENUMERATOR, "container", file, NULL);
  self->local = g_steal_pointer (&local);
  self->path = g_strdup (path);
  note_opened (path, flags);
  return G_FILE_ENUMERATOR (self);
}

static GFileInfo *
wrap_file_query_info (GFile                *file,
                      const char           *attributes,
                      GFileQueryInfoFlags   flags,
                      GCancellable         *cancellable,
                      GError              **error)
{
  if (!wrap_begin (WRAP_QUERY, g_file_peek_path (local_of (file)), cancellable, error))
    return NULL;
  return g_file_query_info (local_of (file), attributes, flags, cancellable, error);
}

static gboolean
wrap_file_make_directory (GFile         *file,
                          GCancellable  *cancellable,
                          GError       **error)
{
  if (!wrap_begin (WRAP_MAKE, g_file_peek_path (local_of (file)), cancellable, error))
    return FALSE;
  return g_file_make_directory (local_of (file), cancellable, error);
}

static gboolean
wrap_file_delete (GFile         *file,
                  GCancellable  *cancellable,
                  GError       **error)
{
  if (!wrap_begin (WRAP_DELETE, g_file_peek_path (local_of (file)), cancellable, error))
    return FALSE;
  return g_file_delete (local_of (file), cancellable, error);
}

static void
wrap_file_finalize (GObject *object)
{
  g_clear_object (&WRAP_FILE (object)->local);
  G_OBJECT_CLASS (wrap_file_parent_class)->finalize (object);
}

static void
wrap_file_class_init (WrapFileClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = wrap_file_finalize;
}

static void
wrap_file_init (WrapFile *self)
{
}

static void
wrap_file_iface_init (GFileIface *iface)
{
  iface->dup = wrap_file_dup;
  iface->hash = wrap_file_hash;
  iface->equal = wrap_file_equal;
  iface->is_native = wrap_file_is_native;
  iface->has_uri_scheme = wrap_file_has_uri_scheme;
  iface->get_uri_scheme = wrap_file_get_uri_scheme;
  iface->get_basename = wrap_file_get_basename;
  iface->get_path = wrap_file_get_path;
  iface->get_uri = wrap_file_get_uri;
  iface->get_parse_name = wrap_file_get_uri;
  iface->get_parent = wrap_file_get_parent;
  iface->prefix_matches = wrap_file_prefix_matches;
  iface->get_relative_path = wrap_file_get_relative_path;
  iface->resolve_relative_path = wrap_file_resolve_relative_path;
  iface->get_child_for_display_name = wrap_file_get_child_for_display_name;
  iface->enumerate_children = wrap_file_enumerate_children;
  iface->query_info = wrap_file_query_info;
  iface->make_directory = wrap_file_make_directory;
  iface->delete_file = wrap_file_delete;
}

void
wrap_set_up (TestFixture   *fixture,
             gconstpointer  data)
{
  test_fixture_set_up (fixture, data);
  wrap_reset ();
  g_clear_object (&fixture->file);
  fixture->file = wrap_file_new (fixture->path);
}

void
wrap_tear_down (TestFixture   *fixture,
                gconstpointer  data)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (tmp_flush (NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (wrap_count_open (), ==, 0);
  g_assert_cmpuint (wrap_count_nested (), ==, 0);
  g_assert_true (wrap_never_followed ());
  test_fixture_tear_down (fixture, data);
}
