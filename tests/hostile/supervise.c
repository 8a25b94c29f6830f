/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "supervise.h"

#include "seccomp-filter.h"
#include "test-lib.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Which arguments tell the path: a descriptor, and a name relative to it */
typedef enum
{
  PATH_NONE,
  PATH_FD,
  PATH_NAME,
  PATH_FD_NAME,
} PathKind;

static const struct
{
  int number;
  Call call;
  PathKind path;
} calls[] = {
  { SYS_openat2, CALL_OPENAT2, PATH_FD_NAME },
  { SYS_openat, CALL_OPENAT, PATH_FD_NAME },
  { SYS_getdents64, CALL_GETDENTS, PATH_FD },
  { SYS_unlinkat, CALL_UNLINK, PATH_FD_NAME }, /* or CALL_RMDIR */
#ifdef SYS_rmdir
  { SYS_rmdir, CALL_RMDIR, PATH_NAME },
#endif
  { SYS_newfstatat, CALL_STAT, PATH_FD_NAME },
  { SYS_fstat, CALL_STAT, PATH_FD },
  { SYS_statx, CALL_STATX, PATH_FD_NAME },
  { SYS_fchmod, CALL_CHMOD, PATH_FD },
  { SYS_fchmodat, CALL_CHMOD, PATH_FD_NAME },
#ifdef SYS_fchmodat2
  { SYS_fchmodat2, CALL_CHMOD, PATH_FD_NAME },
#else
  { SYS_openat2 + 15, CALL_CHMOD, PATH_FD_NAME },
#endif
#ifdef SYS_chmod
  { SYS_chmod, CALL_CHMOD, PATH_NAME },
#endif
  { SYS_renameat2, CALL_RENAME, PATH_FD_NAME },
#ifdef SYS_renameat
  { SYS_renameat, CALL_RENAME, PATH_FD_NAME },
#endif
  { SYS_lseek, CALL_LSEEK, PATH_FD },
  { SYS_close, CALL_CLOSE, PATH_FD },
  { SYS_clone, CALL_CLONE, PATH_NONE },
  { SYS_clone3, CALL_CLONE, PATH_NONE },
#ifdef SYS_mkdir
  { SYS_mkdir, CALL_MKDIR, PATH_NAME },
#endif
  { SYS_mkdirat, CALL_MKDIR, PATH_FD_NAME },
  { SYS_flock, CALL_FLOCK, PATH_FD },
  { SYS_pwrite64, CALL_PWRITE, PATH_FD },
  { SYS_fstatfs, CALL_STATFS, PATH_FD },
  { SYS_getrandom, CALL_GETRANDOM, PATH_NONE },
};

static const char *call_names[N_CALLS] = {
  "openat2", "openat", "getdents64", "unlinkat", "rmdir", "stat", "statx", "chmod", "rename",
  "lseek", "close", "clone", "mkdir", "flock", "pwrite", "fstatfs", "getrandom",
};

/* There is one supervised thread, which waits for something to run, and one that
 * answers the kernel's questions. Threads that the supervised one has started may
 * outlive what it ran: somebody has to answer for them until the process ends.
 */
static struct
{
  int     listener;      /* the kernel's questions */
  int     proc_fd;       /* /proc/self/fd, which may go away */
  GMutex  lock;
  GCond   changed;       /* what follows */
  gboolean ready;
  void  (*func) (gpointer data);
  gpointer data;
  Supervision *supervision;      /* or NULL: all calls are let through */
} thread_state;

static int
install_filter (void)
{
  SeccompRule rules[G_N_ELEMENTS (calls)];

  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    rules[i] = (SeccompRule) { calls[i].number, SECCOMP_RET_USER_NOTIF };

  return seccomp_filter_install (rules, G_N_ELEMENTS (rules), SECCOMP_FILTER_FLAG_NEW_LISTENER);
}

gboolean
supervise_require (void)
{
  g_autofree char *reason = NULL;
  pid_t pid = fork ();
  int status;

  g_assert_no_errno (pid);
  if (pid == 0)
    _exit (install_filter () >= 0 ? 0 : errno);

  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  if (status == 0)
    return TRUE;

  reason = g_strdup_printf ("needs seccomp: %s", g_strerror (WEXITSTATUS (status)));
  g_test_skip (reason);
  return FALSE;
}

void
supervise_in_subprocess (void)
{
  if (!supervise_require ())
    return;

  g_test_trap_subprocess (NULL, test_timeout (60), G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
}

static gpointer
supervised_thread (gpointer data)
{
  thread_state.listener = install_filter ();
  g_assert_no_errno (thread_state.listener);

  g_mutex_lock (&thread_state.lock);
  for (;;)
    {
      thread_state.func = NULL;
      thread_state.ready = TRUE;
      g_cond_broadcast (&thread_state.changed);
      while (thread_state.func == NULL)
        g_cond_wait (&thread_state.changed, &thread_state.lock);

      g_mutex_unlock (&thread_state.lock);
      thread_state.func (thread_state.data);
      g_mutex_lock (&thread_state.lock);
    }

  return NULL;
}

/* The memory of the caller is ours, too. */
static char *
find_path (PathKind     kind,
           const __u64 *args)
{
  const char *name = NULL;
  g_autofree char *fd_name = NULL;
  char dir[4096];
  gssize length;

  if (kind == PATH_NONE)
    return NULL;
  if (kind == PATH_NAME)
    return g_strdup ((const char *) (gsize) args[0]);
  if (kind == PATH_FD_NAME)
    name = (const char *) (gsize) args[1];
  if (name != NULL && (name[0] == '/' || (int) args[0] == AT_FDCWD))
    return g_strdup (name);

  fd_name = g_strdup_printf ("%d", (int) args[0]);
  length = readlinkat (thread_state.proc_fd, fd_name, dir, sizeof dir);
  if (length < 0)
    return NULL;
  if (name == NULL || *name == '\0' || strcmp (name, ".") == 0)
    return g_strndup (dir, (gsize) length);
  return g_strdup_printf ("%.*s/%s", (int) length, dir, name);
}

/* Returns the errno that the call fails with, or 0. */
static int
judge (Supervision               *self,
       const struct seccomp_data *data)
{
  Call call = N_CALLS;
  PathKind path = PATH_NONE;

  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    if (calls[i].number == data->nr)
      {
        call = calls[i].call;
        path = calls[i].path;
      }
  g_assert_cmpint (call, <, N_CALLS);
  if (call == CALL_UNLINK && (data->args[2] & AT_REMOVEDIR) != 0)
    call = CALL_RMDIR;

  self->n_seen[call]++;
  if (self->before != NULL)
    {
      g_autofree char *name = find_path (path, data->args);

      self->before (call, name, self->before_data);
    }
  if ((self->refuse & (1u << call)) != 0)
    return ENOSYS;
  if (self->errsv == 0 || call != self->call ||
      (self->when != self->n_seen[call] && self->when != SUPERVISE_ALWAYS))
    return 0;

  if (self->n_injected++ == 0)
    self->path = find_path (path, data->args);

  /* Linux closes the descriptor, whatever it returns. */
  if (call == CALL_CLOSE)
    close ((int) data->args[0]);
  return self->errsv;
}

static gpointer
answer_in_thread (gpointer data)
{
  struct seccomp_notif_sizes sizes;
  g_autofree struct seccomp_notif *request = NULL;
  g_autofree struct seccomp_notif_resp *response = NULL;

  /* A newer kernel may write more than we know of. */
  g_assert_no_errno ((int) syscall (SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes));
  request = g_malloc (MAX (sizes.seccomp_notif, sizeof *request));
  response = g_malloc0 (MAX (sizes.seccomp_notif_resp, sizeof *response));

  for (;;)
    {
      memset (request, 0, MAX (sizes.seccomp_notif, sizeof *request));
      /* ENOENT: a signal has interrupted the call meanwhile, and it comes again. */
      if (ioctl (thread_state.listener, SECCOMP_IOCTL_NOTIF_RECV, request) != 0)
        {
          g_assert_true (errno == ENOENT || errno == EINTR);
          continue;
        }

      g_mutex_lock (&thread_state.lock);
      response->id = request->id;
      response->error = thread_state.supervision != NULL
                          ? -judge (thread_state.supervision, &request->data) : 0;
      response->flags = response->error == 0 ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0;
      g_mutex_unlock (&thread_state.lock);

      if (ioctl (thread_state.listener, SECCOMP_IOCTL_NOTIF_SEND, response) != 0)
        g_assert_cmpint (errno, ==, ENOENT);
    }

  return NULL;
}

static void
wait_until_ready (void)
{
  while (!thread_state.ready)
    g_cond_wait (&thread_state.changed, &thread_state.lock);
}

void
supervise_start (void)
{
  thread_state.proc_fd = open ("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
  g_assert_no_errno (thread_state.proc_fd);

  g_mutex_lock (&thread_state.lock);
  g_thread_unref (g_thread_new ("supervised", supervised_thread, NULL));
  wait_until_ready ();
  g_mutex_unlock (&thread_state.lock);
  g_thread_unref (g_thread_new ("supervisor", answer_in_thread, NULL));
}

void
supervise_run (Supervision *supervision,
               void       (*func) (gpointer data),
               gpointer     data)
{
  g_mutex_lock (&thread_state.lock);
  thread_state.supervision = supervision;
  thread_state.data = data;
  thread_state.func = func;
  thread_state.ready = FALSE;
  g_cond_broadcast (&thread_state.changed);
  wait_until_ready ();
  thread_state.supervision = NULL;
  g_mutex_unlock (&thread_state.lock);
}

const char *
supervise_call_name (Call call)
{
  return call_names[call];
}
