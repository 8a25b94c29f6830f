/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Does the data-race check see races, and only races?
 *
 * In each case two threads use 'shared', with one promise of GLib to order
 * them. While it is kept ThreadSanitizer must be silent, or tsan-glib.c lacks an
 * edge. When it is broken the race must be reported, or tsan-glib.c has an edge
 * too many, or the check does not work at all. Which thread comes first is left
 * to chance: ThreadSanitizer judges what is ordered, not what happened to meet.
 */

#include <gio/gio.h>
#include <gio/gfiledescriptorbased.h>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ThreadSanitizer remembers the last few accesses to each eight bytes: 'shared'
 * has some to itself, lest accesses to a neighbour displace them.
 */
static _Alignas (8) int shared;
static _Alignas (8) gboolean broken;

/* Locks. Broken: the two threads take different ones. */

static GMutex mutexes[2];
static GRecMutex rec_mutexes[2];
static GRWLock rw_locks[2];

#define LOCK_FOR(thread, array) (&(array)[broken ? GPOINTER_TO_INT (thread) : 0])

static gpointer
mutex_thread (gpointer thread)
{
  g_mutex_lock (LOCK_FOR (thread, mutexes));
  shared = 1;
  g_mutex_unlock (LOCK_FOR (thread, mutexes));

  return NULL;
}

static gpointer
trylock_thread (gpointer thread)
{
  while (!g_mutex_trylock (LOCK_FOR (thread, mutexes)))
    g_thread_yield ();
  shared = 1;
  g_mutex_unlock (LOCK_FOR (thread, mutexes));

  return NULL;
}

static gpointer
rec_mutex_thread (gpointer thread)
{
  g_rec_mutex_lock (LOCK_FOR (thread, rec_mutexes));
  shared = 1;
  g_rec_mutex_unlock (LOCK_FOR (thread, rec_mutexes));

  return NULL;
}

static gpointer
rw_lock_thread (gpointer thread)
{
  g_rw_lock_writer_lock (LOCK_FOR (thread, rw_locks));
  shared = 1;
  g_rw_lock_writer_unlock (LOCK_FOR (thread, rw_locks));

  return NULL;
}

static void
run_twice (GThreadFunc func)
{
  GThread *thread = g_thread_new (NULL, func, GINT_TO_POINTER (1));

  func (GINT_TO_POINTER (0));
  g_thread_join (thread);
}

static void
run_mutex (void)
{
  run_twice (mutex_thread);
}

static void
run_trylock (void)
{
  run_twice (trylock_thread);
}

static void
run_rec_mutex (void)
{
  run_twice (rec_mutex_thread);
}

static void
run_rw_lock (void)
{
  run_twice (rw_lock_thread);
}

/* The other promises have a giver in another thread and a taker in the main
 * one. Broken: the giver writes once more after it has given.
 */

static void
write_before (void)
{
  shared = 1;
}

static void
write_after (void)
{
  if (broken)
    shared = 1;
}

static void
read_shared (void)
{
  g_assert_cmpint (shared, ==, 1);
}

static gpointer
join_thread (gpointer data)
{
  write_before ();

  return NULL;
}

static void
run_join (void)
{
  GThread *thread = g_thread_new (NULL, join_thread, NULL);

  write_after ();
  g_thread_join (thread);
  read_shared ();
}

static GCond cond;
static gboolean given;

static gpointer
cond_thread (gpointer data)
{
  g_mutex_lock (&mutexes[0]);
  write_before ();
  given = TRUE;
  g_cond_signal (&cond);
  g_mutex_unlock (&mutexes[0]);
  write_after ();

  return NULL;
}

static void
run_cond (void)
{
  GThread *thread;

  g_mutex_lock (&mutexes[0]);
  thread = g_thread_new (NULL, cond_thread, NULL);
  while (!given)
    g_cond_wait (&cond, &mutexes[0]);
  read_shared ();
  g_mutex_unlock (&mutexes[0]);
  g_thread_join (thread);
}

static void
run_cond_until (void)
{
  GThread *thread;

  g_mutex_lock (&mutexes[0]);
  thread = g_thread_new (NULL, cond_thread, NULL);
  while (!given)
    g_cond_wait_until (&cond, &mutexes[0], g_get_monotonic_time () + G_TIME_SPAN_MILLISECOND);
  read_shared ();
  g_mutex_unlock (&mutexes[0]);
  g_thread_join (thread);
}

/* Whichever thread is first initializes. */
static gpointer
once_thread (gpointer data)
{
  static gsize initialized;

  if (g_once_init_enter (&initialized))
    {
      write_before ();
      g_once_init_leave (&initialized, 1);
      write_after ();
    }
  read_shared ();

  return NULL;
}

static void
run_once (void)
{
  run_twice (once_thread);
}

static gpointer
unref_thread (gpointer object)
{
  write_before ();
  g_object_unref (object);
  write_after ();

  return NULL;
}

static void
object_gone (gpointer  data,
             GObject  *where_it_was)
{
  read_shared ();
}

static void
run_unref (void)
{
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);
  GThread *thread;

  g_object_weak_ref (object, object_gone, NULL);
  thread = g_thread_new (NULL, unref_thread, g_object_ref (object));

  /* Ours shall be the last reference; to wait for that must not order us. */
  while (__atomic_load_n (&object->ref_count, __ATOMIC_RELAXED) > 1)
    g_thread_yield ();
  g_object_unref (object);
  g_thread_join (thread);
}

static gboolean
source_cb (gpointer loop)
{
  read_shared ();
  g_main_loop_quit (loop);

  return G_SOURCE_REMOVE;
}

static gpointer
source_thread (gpointer loop)
{
  g_autoptr(GSource) source = g_idle_source_new ();

  g_source_set_callback (source, source_cb, loop, NULL);
  write_before ();
  g_source_attach (source, NULL);
  write_after ();

  return NULL;
}

static gpointer
idle_thread (gpointer loop)
{
  write_before ();
  g_idle_add (source_cb, loop);
  write_after ();

  return NULL;
}

static gpointer
invoke_thread (gpointer loop)
{
  write_before ();
  g_main_context_invoke (NULL, source_cb, loop);
  write_after ();

  return NULL;
}

static gpointer
quit_thread (gpointer loop)
{
  while (!g_main_loop_is_running (loop))
    g_thread_yield ();
  write_before ();
  g_main_loop_quit (loop);
  write_after ();

  return NULL;
}

static void
run_loop (GThreadFunc func)
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  /* Without it, a thread could be the context's owner and invoke at once. */
  gboolean acquired = g_main_context_acquire (NULL);
  GThread *thread;

  g_assert_true (acquired);
  thread = g_thread_new (NULL, func, loop);
  g_main_loop_run (loop);
  read_shared ();
  g_main_context_release (NULL);
  g_thread_join (thread);
}

static void
run_source (void)
{
  run_loop (source_thread);
}

static void
run_idle (void)
{
  run_loop (idle_thread);
}

static void
run_invoke (void)
{
  run_loop (invoke_thread);
}

static void
run_quit (void)
{
  run_loop (quit_thread);
}

/* The way into a GTask's thread, which is that of a thread pool. The thread
 * waits for the write, since its end orders as well; the wait must not.
 */

static int written;

static void
task_start_thread (GTask        *task,
                   gpointer      source_object,
                   gpointer      data,
                   GCancellable *cancellable)
{
  while (!__atomic_load_n (&written, __ATOMIC_RELAXED))
    g_thread_yield ();
  read_shared ();
  g_task_return_boolean (task, TRUE);
}

static void
run_task_start (void)
{
  g_autoptr(GTask) task = g_task_new (NULL, NULL, NULL, NULL);

  write_before ();
  g_task_run_in_thread (task, task_start_thread);
  write_after ();
  __atomic_store_n (&written, TRUE, __ATOMIC_RELAXED);
  while (!g_task_get_completed (task))
    g_main_context_iteration (NULL, TRUE);
}

/* And the way out of it. GTask returns after the thread function's end, so that
 * the late write has to come from a thread of its own.
 */

static gpointer
late_thread (gpointer data)
{
  write_after ();

  return NULL;
}

static void
task_return_thread (GTask        *task,
                    gpointer      source_object,
                    gpointer      late,
                    GCancellable *cancellable)
{
  GThread **thread = late;

  write_before ();
  *thread = g_thread_new (NULL, late_thread, NULL);
  g_task_return_boolean (task, TRUE);
}

static void
task_returned (GObject      *source_object,
               GAsyncResult *result,
               gpointer      loop)
{
  g_assert_true (g_task_propagate_boolean (G_TASK (result), NULL));
  read_shared ();
  g_main_loop_quit (loop);
}

static void
run_task_return (void)
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(GTask) task = g_task_new (NULL, NULL, task_returned, loop);
  GThread *thread = NULL;

  g_task_set_task_data (task, &thread, NULL);
  g_task_run_in_thread (task, task_return_thread);
  g_main_loop_run (loop);
  g_thread_join (thread);
}

/* A descriptor that GIO has opened and closed; the next one of that number is another one.
 * The kernel is asked for it directly, as for openat2(), which no C library has. Broken: it is
 * still open.
 */

static int descriptor = -1;

static gpointer
descriptor_thread (gpointer data)
{
  int fd;

  while ((fd = __atomic_load_n (&descriptor, __ATOMIC_RELAXED)) < 0)
    g_thread_yield ();
  if (!broken)
    g_assert_cmpint ((int) syscall (SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY | O_CLOEXEC), ==, fd);
  g_assert_cmpint (close (fd), ==, 0);

  return NULL;
}

static void
run_descriptor (void)
{
  GThread *thread = g_thread_new (NULL, descriptor_thread, NULL);
  g_autoptr(GFile) file = g_file_new_for_path ("/dev/null");
  g_autoptr(GFileInputStream) stream = g_file_read (file, NULL, NULL);
  int fd = g_file_descriptor_based_get_fd (G_FILE_DESCRIPTOR_BASED (stream));

  if (!broken)
    g_assert_true (g_input_stream_close (G_INPUT_STREAM (stream), NULL, NULL));
  __atomic_store_n (&descriptor, fd, __ATOMIC_RELAXED);
  g_thread_join (thread);
}

static void
run_kept (gconstpointer run)
{
  if (g_test_subprocess ())
    {
      ((GTestFunc) run) ();
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_stderr_unmatched ("*WARNING: ThreadSanitizer*");
  g_test_trap_assert_passed ();
}

static void
run_broken (gconstpointer run)
{
  if (g_test_subprocess ())
    {
      broken = TRUE;
      ((GTestFunc) run) ();
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*WARNING: ThreadSanitizer: data race*");
}

int
main (int   argc,
      char *argv[])
{
  static const struct
  {
    const char *name;
    GTestFunc   run;
  } cases[] =
    {
      { "mutex", run_mutex },
      { "trylock", run_trylock },
      { "rec-mutex", run_rec_mutex },
      { "rw-lock", run_rw_lock },
      { "join", run_join },
      { "cond", run_cond },
      { "cond-until", run_cond_until },
      { "once", run_once },
      { "unref", run_unref },
      { "source", run_source },
      { "idle", run_idle },
      { "invoke", run_invoke },
      { "quit", run_quit },
      { "task-start", run_task_start },
      { "task-return", run_task_return },
      { "descriptor", run_descriptor },
    };

  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *kept = g_strdup_printf ("/planted-race/%s/kept", cases[i].name);
      g_autofree char *broken_path = g_strdup_printf ("/planted-race/%s/broken", cases[i].name);

      g_test_add_data_func (kept, cases[i].run, run_kept);
      g_test_add_data_func (broken_path, cases[i].run, run_broken);
    }

  return g_test_run ();
}
