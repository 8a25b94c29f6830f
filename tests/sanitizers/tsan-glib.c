/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What ThreadSanitizer has to be told about an uninstrumented GLib.
 *
 * ThreadSanitizer learns which thread waits for which from the atomic operations
 * of the code that it compiled and from the C library's functions that it
 * intercepts. GThread is a pthread and g_atomic_*() are the compiler's builtins
 * in whatever calls them: these it sees. GLib's other ways to order two threads
 * are futexes and atomic operations inside GLib, which it does not see:
 *
 *  - GMutex, GCond, GRecMutex, GRWLock;
 *  - g_once_init_enter() and g_once_init_leave();
 *  - the last g_object_unref(), which comes after all the others;
 *  - a GSource, from the thread that attaches it to the one that dispatches it
 *    (a GTask returns its result this way), and g_main_loop_quit();
 *  - GThreadPool, from the push to the worker (a GTask starts its thread so).
 *
 * This file is linked into the test programs. A program's own symbols come
 * first, so that the functions below are called in place of GLib's by the
 * program, by the library under test, by libgio and by libgobject, but not by
 * GLib itself, which binds its own calls when it is linked. Each of them calls
 * GLib's and tells ThreadSanitizer what that one promises, and nothing more:
 * an edge that GLib does not promise would hide a race. test-planted-race.c
 * holds both sides of that against every edge here.
 */

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <sanitizer/tsan_interface.h>

/* GLib's own function. Looked up at its first use, since GLib's constructors
 * lock mutexes before ours could run.
 */
#define REAL(function)                                              \
  (G_GNUC_EXTENSION ({                                              \
    static gpointer real;                                           \
    gpointer found = g_atomic_pointer_get (&real);                  \
                                                                    \
    if (found == NULL)                                              \
      {                                                             \
        found = dlsym (RTLD_NEXT, #function);                       \
        g_atomic_pointer_set (&real, found);                        \
      }                                                             \
    (__typeof__ (&function)) found;                                 \
  }))

/* Locks. ThreadSanitizer makes one known at its first use and, between 'pre'
 * and 'post', looks away from how GLib does it. A GRecMutex and a GRWLock are
 * pthreads, but GLib publishes them by an atomic operation of its own.
 */

#define DEFINE_LOCK(Type, function, flags)                          \
  void                                                              \
  (function) (Type *lock)                                           \
  {                                                                 \
    __tsan_mutex_pre_lock (lock, flags);                            \
    REAL (function) (lock);                                         \
    __tsan_mutex_post_lock (lock, flags, 0);                        \
  }

#define DEFINE_TRYLOCK(Type, function, flags)                       \
  gboolean                                                          \
  (function) (Type *lock)                                           \
  {                                                                 \
    gboolean locked;                                                \
                                                                    \
    __tsan_mutex_pre_lock (lock, (flags) | __tsan_mutex_try_lock);  \
    locked = REAL (function) (lock);                                \
    __tsan_mutex_post_lock (lock,                                   \
                            (flags) | __tsan_mutex_try_lock |       \
                            (locked ? 0 : __tsan_mutex_try_lock_failed), \
                            0);                                     \
                                                                    \
    return locked;                                                  \
  }

#define DEFINE_UNLOCK(Type, function, flags)                        \
  void                                                              \
  (function) (Type *lock)                                           \
  {                                                                 \
    __tsan_mutex_pre_unlock (lock, flags);                          \
    REAL (function) (lock);                                         \
    __tsan_mutex_post_unlock (lock, flags);                         \
  }

#define DEFINE_CLEAR(Type, function)                                \
  void                                                              \
  (function) (Type *lock)                                           \
  {                                                                 \
    REAL (function) (lock);                                         \
    __tsan_mutex_destroy (lock, 0);                                 \
  }

DEFINE_LOCK    (GMutex, g_mutex_lock, 0)
DEFINE_TRYLOCK (GMutex, g_mutex_trylock, 0)
DEFINE_UNLOCK  (GMutex, g_mutex_unlock, 0)
DEFINE_CLEAR   (GMutex, g_mutex_clear)

DEFINE_LOCK    (GRecMutex, g_rec_mutex_lock, __tsan_mutex_write_reentrant)
DEFINE_TRYLOCK (GRecMutex, g_rec_mutex_trylock, __tsan_mutex_write_reentrant)
DEFINE_UNLOCK  (GRecMutex, g_rec_mutex_unlock, 0)
DEFINE_CLEAR   (GRecMutex, g_rec_mutex_clear)

DEFINE_LOCK    (GRWLock, g_rw_lock_writer_lock, 0)
DEFINE_TRYLOCK (GRWLock, g_rw_lock_writer_trylock, 0)
DEFINE_UNLOCK  (GRWLock, g_rw_lock_writer_unlock, 0)
DEFINE_LOCK    (GRWLock, g_rw_lock_reader_lock, __tsan_mutex_read_lock)
DEFINE_TRYLOCK (GRWLock, g_rw_lock_reader_trylock, __tsan_mutex_read_lock)
DEFINE_UNLOCK  (GRWLock, g_rw_lock_reader_unlock, __tsan_mutex_read_lock)
DEFINE_CLEAR   (GRWLock, g_rw_lock_clear)

/* Conditions. By itself one orders nothing, only the mutex around it does: as
 * with pthreads, signalling needs no word here. While it waits, GLib unlocks
 * and locks the mutex by internal calls.
 */

void
(g_cond_wait) (GCond  *cond,
               GMutex *mutex)
{
  __tsan_mutex_pre_unlock (mutex, 0);
  __tsan_mutex_post_unlock (mutex, 0);
  REAL (g_cond_wait) (cond, mutex);
  __tsan_mutex_pre_lock (mutex, 0);
  __tsan_mutex_post_lock (mutex, 0, 0);
}

gboolean
(g_cond_wait_until) (GCond  *cond,
                     GMutex *mutex,
                     gint64  end_time)
{
  gboolean signalled;

  __tsan_mutex_pre_unlock (mutex, 0);
  __tsan_mutex_post_unlock (mutex, 0);
  signalled = REAL (g_cond_wait_until) (cond, mutex, end_time);
  __tsan_mutex_pre_lock (mutex, 0);
  __tsan_mutex_post_lock (mutex, 0, 0);

  return signalled;
}

/* One-time initialisation. The macro g_once_init_enter() reads the location
 * atomically in instrumented code before it calls the function, which acquires
 * what is released here.
 */

gboolean
(g_once_init_enter) (volatile void *location)
{
  gboolean first;

  first = REAL (g_once_init_enter) (location);
  __tsan_acquire ((gpointer) location);

  return first;
}

void
(g_once_init_leave) (volatile void *location,
                     gsize          result)
{
  __tsan_release ((gpointer) location);
  REAL (g_once_init_leave) (location, result);
}

/* Reference counting. Whoever drops the last reference finalizes after all
 * that the others did before they dropped theirs. The count has to be lowered
 * here, in instrumented code: annotations before GLib's function could be
 * overtaken by another thread's, and after it the object may be gone. GLib
 * still does the last step, and all of them where a toggle reference wants to
 * know when it is the only one left.
 */

#define HAS_TOGGLE_REF(object) ((g_datalist_get_flags (&(object)->qdata) & 1) != 0)

void
(g_object_unref) (gpointer instance)
{
  GObject *object = instance;
  guint count = g_atomic_int_get (&object->ref_count);

  while (count > 1 && !HAS_TOGGLE_REF (object))
    {
      if (g_atomic_int_compare_and_exchange (&object->ref_count, count, count - 1))
        return;
      count = g_atomic_int_get (&object->ref_count);
    }

  REAL (g_object_unref) (instance);
}

/* Sources. GLib asks a source for its callback in the thread that is about to
 * dispatch it: that is the place to acquire, whatever arguments the callback
 * takes. The functions that make, attach and drop a source in one call do so
 * inside GLib; their callback takes only data, so that it can be wrapped.
 */

typedef struct
{
  int            ref_count;
  GSourceFunc    func;
  gpointer       data;
  GDestroyNotify notify;
} Callback;

static Callback *
callback_new (GSourceFunc    func,
              gpointer       data,
              GDestroyNotify notify)
{
  Callback *self = g_new (Callback, 1);

  self->ref_count = 1;
  self->func = func;
  self->data = data;
  self->notify = notify;
  __tsan_release (self);

  return self;
}

static void
callback_ref (gpointer data)
{
  Callback *self = data;

  /* The dispatching thread does this before it asks. */
  __tsan_acquire (self);
  g_atomic_int_inc (&self->ref_count);
}

static void
callback_unref (gpointer data)
{
  Callback *self = data;

  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;

  if (self->notify != NULL)
    self->notify (self->data);
  g_free (self);
}

static void
callback_get (gpointer     data,
              GSource     *source,
              GSourceFunc *func,
              gpointer    *func_data)
{
  Callback *self = data;

  __tsan_acquire (source);
  *func = self->func;
  *func_data = self->data;
}

static gboolean
callback_run (gpointer data)
{
  Callback *self = data;

  __tsan_acquire (self);

  return self->func (self->data);
}

void
(g_source_set_callback) (GSource        *source,
                         GSourceFunc     func,
                         gpointer        data,
                         GDestroyNotify  notify)
{
  /* Not const in g_source_set_callback_indirect(). */
  static GSourceCallbackFuncs callback_funcs = { callback_ref, callback_unref, callback_get };

  g_source_set_callback_indirect (source, callback_new (func, data, notify), &callback_funcs);
}

guint
(g_source_attach) (GSource      *source,
                   GMainContext *context)
{
  __tsan_release (source);

  return REAL (g_source_attach) (source, context);
}

guint
(g_idle_add_full) (int             priority,
                   GSourceFunc     func,
                   gpointer        data,
                   GDestroyNotify  notify)
{
  Callback *callback = callback_new (func, data, notify);

  return REAL (g_idle_add_full) (priority, callback_run, callback, callback_unref);
}

guint
(g_idle_add) (GSourceFunc func,
              gpointer    data)
{
  return g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, func, data, NULL);
}

void
(g_main_context_invoke_full) (GMainContext   *context,
                              int             priority,
                              GSourceFunc     func,
                              gpointer        data,
                              GDestroyNotify  notify)
{
  Callback *callback = callback_new (func, data, notify);

  REAL (g_main_context_invoke_full) (context, priority, callback_run, callback, callback_unref);
}

void
(g_main_context_invoke) (GMainContext *context,
                         GSourceFunc   func,
                         gpointer      data)
{
  g_main_context_invoke_full (context, G_PRIORITY_DEFAULT, func, data, NULL);
}

void
(g_main_loop_quit) (GMainLoop *loop)
{
  __tsan_release (loop);
  REAL (g_main_loop_quit) (loop);
}

void
(g_main_loop_run) (GMainLoop *loop)
{
  REAL (g_main_loop_run) (loop);
  __tsan_acquire (loop);
}

/* Thread pools, by the item that is handed over; GTask pushes itself. The item
 * cannot be wrapped, since a pool may sort by it.
 */

typedef struct
{
  GFunc    func;
  gpointer user_data;
} PoolFunc;

static void
pool_run (gpointer item,
          gpointer data)
{
  PoolFunc *self = data;

  __tsan_acquire (item);
  self->func (item, self->user_data);
}

GThreadPool *
(g_thread_pool_new) (GFunc      func,
                     gpointer   user_data,
                     int        max_threads,
                     gboolean   exclusive,
                     GError   **error)
{
  /* Lives as long as the pool, whose end cannot be seen from here. */
  PoolFunc *pool_func = g_new (PoolFunc, 1);

  pool_func->func = func;
  pool_func->user_data = user_data;

  return REAL (g_thread_pool_new) (pool_run, pool_func, max_threads, exclusive, error);
}

gboolean
(g_thread_pool_push) (GThreadPool  *pool,
                      gpointer      item,
                      GError      **error)
{
  __tsan_release (item);

  return REAL (g_thread_pool_push) (pool, item, error);
}

/* Memory. tsan.supp tells ThreadSanitizer to look away when GLib itself calls
 * malloc() and free(). These keep it looking when somebody else does through
 * GLib: a thread that still uses what another one frees is a race like any.
 */

void
(g_free) (gpointer mem)
{
  free (mem);
}

/* Descriptors, by their numbers. When GLib itself calls close(), ThreadSanitizer looks away,
 * too, and would take what has that number next for what had it before.
 */
gboolean
(g_close) (int      fd,
           GError **error)
{
  int errsv;

  if (close (fd) == 0 || errno == EINTR)
    return TRUE;

  errsv = errno;
  g_set_error_literal (error, G_FILE_ERROR, (int) g_file_error_from_errno (errsv), g_strerror (errsv));
  errno = errsv;
  return FALSE;
}
