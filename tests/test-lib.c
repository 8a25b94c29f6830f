/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test-lib.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

/* The user and group 'nobody' of every Linux */
#define NOBODY 65534

/* nftw () keeps this many directories open and closes the others */
#define NFTW_FDS 16

static char *work_dir = NULL;

/* Test code has no way to go on after a failed system call. */
#define must(call, path)                                                \
  G_STMT_START {                                                        \
    if ((call) < 0)                                                     \
      g_error ("%s: %s: %s", #call, (path), g_strerror (errno));        \
  } G_STMT_END

static guint
scale (void)
{
  const char *env = g_getenv ("TMPDIR_TEST_SCALE");
  guint64 value = 1;

  if (env != NULL && !g_ascii_string_to_unsigned (env, 10, 1, 1000, &value, NULL))
    g_error ("TMPDIR_TEST_SCALE must be a number from 1 to 1000, not '%s'", env);

  return value;
}

/* A work directory below TMPDIR becomes the TMPDIR of the program, before
 * GLib can have looked at that variable, and of the processes it starts.
 */
void
test_init (int    *argc,
           char ***argv)
{
  g_autofree char *name = g_path_get_basename ((*argv)[0]);

  g_test_init (argc, argv, NULL);

  if (g_test_subprocess ())
    return;

  work_dir = g_strdup_printf ("%s/%s.XXXXXX",
                              g_getenv ("TMPDIR") != NULL ? g_getenv ("TMPDIR") : "/tmp",
                              name);
  if (g_mkdtemp_full (work_dir, 0755) == NULL)
    g_error ("mkdtemp: %s: %s", work_dir, g_strerror (errno));
  must (chmod (work_dir, 0755), work_dir);
  g_setenv ("TMPDIR", work_dir, TRUE);

  if (scale () != 1)
    g_test_message ("TMPDIR_TEST_SCALE: sizes are divided and timeouts multiplied by %u",
                    scale ());
}

int
test_run (void)
{
  int result = g_test_run ();

  /* Fails if a test has left something */
  if (work_dir != NULL)
    must (rmdir (work_dir), work_dir);
  g_clear_pointer (&work_dir, g_free);

  return result;
}

/* The name of the directory is made from the test's, so that a test which
 * runs itself again in another process finds it there.
 */
void
test_fixture_set_up (TestFixture   *fixture,
                     gconstpointer  data)
{
  g_autofree char *name = g_strdelimit (g_strdup (g_test_get_path () + 1), "/", '-');

  fixture->path = g_build_filename (g_getenv ("TMPDIR"), name, NULL);
  fixture->file = g_file_new_for_path (fixture->path);

  if (!g_test_subprocess ())
    must (g_mkdir (fixture->path, 0755), fixture->path);
}

void
test_fixture_tear_down (TestFixture   *fixture,
                        gconstpointer  data)
{
  if (!g_test_subprocess ())
    {
      g_autoptr(GError) error = NULL;

      tmp_flush (NULL, &error);
      g_assert_no_error (error);
      test_remove (fixture->path);
    }

  g_clear_pointer (&fixture->path, g_free);
  g_clear_object (&fixture->file);
}

guint
test_scale (guint count)
{
  return MAX (count / scale (), 1);
}

/* In microseconds */
guint64
test_timeout (guint seconds)
{
  return (guint64) seconds * scale () * G_USEC_PER_SEC;
}

gboolean
test_require_root (void)
{
  if (geteuid () == 0)
    return TRUE;

  g_test_skip ("needs root");
  return FALSE;
}

/* Root may do everything, which hides half of the mistakes: this makes the
 * process 'nobody', in all threads, until test_regain_root (). The test's
 * directory is given to that user. If we are an ordinary user all is well as
 * it is. Returns FALSE, with the test marked as skipped, if 'nobody' cannot
 * reach the directory.
 */
gboolean
test_drop_root (TestFixture *fixture)
{
  if (geteuid () != 0)
    return TRUE;

  /* What root still has in the background, only root can delete. */
  tmp_flush (NULL, NULL);

  must (chown (fixture->path, NOBODY, NOBODY), fixture->path);
  must (setgroups (0, NULL), "");
  must (setegid (NOBODY), "");
  must (seteuid (NOBODY), "");
  /* Changing the user makes /proc/self the property of root, unlike that of
   * an ordinary process.
   */
  must (prctl (PR_SET_DUMPABLE, 1), "");

  if (faccessat (AT_FDCWD, fixture->path, R_OK | W_OK | X_OK, AT_EACCESS) == 0)
    return TRUE;

  test_regain_root ();
  g_test_skip ("the user 'nobody' cannot reach TMPDIR");
  return FALSE;
}

void
test_regain_root (void)
{
  if (getuid () != 0)
    return;

  must (seteuid (0), "");
  must (setegid (0), "");
  must (prctl (PR_SET_DUMPABLE, 1), "");
}

/* Both for the calling thread alone, with the system calls themselves: those of
 * the C library change all threads. Between test_drop_root () and
 * test_regain_root ().
 */
void
test_drop_root_in_thread (void)
{
  must (syscall (SYS_setresgid, -1, NOBODY, -1), "");
  must (syscall (SYS_setresuid, -1, NOBODY, -1), "");
  must (prctl (PR_SET_DUMPABLE, 1), "");
}

void
test_regain_root_in_thread (void)
{
  must (syscall (SYS_setresuid, -1, 0, -1), "");
  must (syscall (SYS_setresgid, -1, 0, -1), "");
  must (prctl (PR_SET_DUMPABLE, 1), "");
}

/* Makes it nobody's. */
void
test_give_away (const char *path)
{
  must (lchown (path, NOBODY, NOBODY), path);
}

void
test_limit_descriptors (guint n)
{
  static struct rlimit original = { 0, 0 };
  struct rlimit limit;

  if (original.rlim_cur == 0)
    must (getrlimit (RLIMIT_NOFILE, &original), "");
  limit = original;
  if (n != 0)
    limit.rlim_cur = n;
  must (setrlimit (RLIMIT_NOFILE, &limit), "");
}

/* How many descriptors of this process are of something below @path; none of them may be
 * inherited by another program. A thread that reclaims has some of other things. */
guint
test_count_descriptors (const char *path)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GDir) dir = g_dir_open ("/proc/self/fd", 0, &error);
  const char *name;
  guint n = 0;

  g_assert_no_error (error);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *link = g_build_filename ("/proc/self/fd", name, NULL);
      g_autofree char *target = g_file_read_link (link, NULL);

      if (target != NULL && g_str_has_prefix (target, path))
        {
          int flags = fcntl (atoi (name), F_GETFD);

          /* A thread may have closed it since. */
          g_assert_true (flags == FD_CLOEXEC || (flags == -1 && errno == EBADF));
          n += flags != -1 ? 1 : 0;
        }
    }
  return n;
}

char *
test_make_dir (const char *parent,
               const char *name)
{
  g_autofree char *path = g_build_filename (parent, name, NULL);

  must (g_mkdir (path, 0755), path);
  return g_steal_pointer (&path);
}

/* Its content is its name. */
char *
test_make_file (const char *parent,
                const char *name)
{
  g_autofree char *path = g_build_filename (parent, name, NULL);
  g_autoptr(GError) error = NULL;

  g_file_set_contents_full (path, name, -1, G_FILE_SET_CONTENTS_NONE, 0644, &error);
  g_assert_no_error (error);
  return g_steal_pointer (&path);
}

/* Empty files with numbers for names. New inodes are what takes long, above
 * all on an ext4 where many have just been deleted, so 63 of 64 are further
 * names of the one before, if the file system can do that.
 */
void
test_make_files (const char *parent,
                 guint       n_files)
{
  int dir = open (parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  char last[16] = "";

  must (dir, parent);
  for (guint i = 0; i < n_files; i++)
    {
      char name[16];
      int fd;

      g_snprintf (name, sizeof name, "%u", i);
      if (i % 64 != 0 && linkat (dir, last, dir, name, 0) == 0)
        continue;

      fd = openat (dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
      must (fd, name);
      close (fd);
      strcpy (last, name);
    }
  close (dir);
}

/* Directories in one another and beside one another, each with its files and
 * a symbolic link. Returns how many entries that makes.
 */
guint
test_make_tree (const char *parent,
                guint       n_dirs,
                guint       n_files)
{
  g_autofree char *current = g_strdup (parent);

  for (guint i = 0; i < n_dirs; i++)
    {
      g_autofree char *name = g_strdup_printf ("dir%u", i);
      g_autofree char *dir = test_make_dir (i % 4 == 0 ? parent : current, name);
      g_autofree char *link = g_build_filename (dir, "link", NULL);

      test_make_files (dir, n_files);
      must (symlink ("..", link), link);
      g_free (current);
      current = g_steal_pointer (&dir);
    }

  return n_dirs * (n_files + 2);
}

/* Each directory has files beside the next directory. The path of all but the
 * first levels is too long for any system call.
 */
void
test_make_deep (const char *parent,
                guint       n_levels)
{
  int dir = open (parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  must (dir, parent);
  test_make_files (parent, 2);
  for (guint i = 0; i < n_levels; i++)
    {
      int next;

      must (mkdirat (dir, "deep", 0755), "deep");
      next = openat (dir, "deep", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      must (next, "deep");
      must (linkat (dir, "0", next, "0", 0), "0");
      must (linkat (dir, "1", next, "1", 0), "1");
      close (dir);
      dir = next;
    }
  close (dir);
}

TmpDirectory *
test_new_directory (TestFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  TmpDirectory *dir = tmp_directory_new_in (fixture->file, NULL, NULL, &error);

  g_assert_no_error (error);
  return dir;
}

/* Takes the reference and never lets go of it, in a place where neither a leak
 * checker nor the compiler thinks that it is not used any more.
 */
void
test_hold (gpointer object)
{
  static GPtrArray *held = NULL;

  if (held == NULL)
    held = g_ptr_array_new ();
  g_ptr_array_add (held, object);
}

/* nftw () has no user data. */
static guint       n_visited;
static GPtrArray  *snapshot_lines;
static const char *snapshot_root;

static int
count_cb (const char        *path,
          const struct stat *st,
          int                type,
          struct FTW        *ftw)
{
  if (ftw->level > 0)
    n_visited++;
  return 0;
}

/* All entries below, not counting @path itself */
guint
test_count_entries (const char *path)
{
  n_visited = 0;
  must (nftw (path, count_cb, NFTW_FDS, FTW_PHYS), path);
  return n_visited;
}

/* The path of the one thing in this directory, or NULL if it is empty */
char *
test_only_entry (const char *path)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GDir) dir = g_dir_open (path, 0, &error);
  g_autofree char *name = NULL;

  g_assert_no_error (error);
  name = g_strdup (g_dir_read_name (dir));
  g_assert_null (g_dir_read_name (dir));
  return name != NULL ? g_build_filename (path, name, NULL) : NULL;
}

/* Access control lists are among them. */
static char *
describe_xattrs (const char *path)
{
  char names[1024];
  gssize length = llistxattr (path, names, sizeof names);
  GString *text = g_string_new (NULL);

  for (gssize i = 0; i < length; i += strlen (names + i) + 1)
    {
      char value[1024];
      gssize n = lgetxattr (path, names + i, value, sizeof value);
      g_autofree char *encoded = n > 0 ? g_base64_encode ((guchar *) value, n) : NULL;

      g_string_append_printf (text, " %s=%s", names + i, encoded != NULL ? encoded : "");
    }

  return g_string_free (text, FALSE);
}

static int
snapshot_cb (const char        *path,
             const struct stat *st,
             int                type,
             struct FTW        *ftw)
{
  g_autofree char *xattrs = describe_xattrs (path);
  g_autofree char *content = NULL;

  if (S_ISREG (st->st_mode))
    g_file_get_contents (path, &content, NULL, NULL);
  else if (S_ISLNK (st->st_mode))
    content = g_file_read_link (path, NULL);

  g_ptr_array_add (snapshot_lines,
                   g_strdup_printf ("%s %o %u:%u n%u %" G_GINT64_FORMAT
                                    " m%ld.%09ld c%ld.%09ld%s '%s'",
                                    path + strlen (snapshot_root), st->st_mode,
                                    st->st_uid, st->st_gid, (guint) st->st_nlink,
                                    (gint64) st->st_size,
                                    (long) st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
                                    (long) st->st_ctim.tv_sec, st->st_ctim.tv_nsec, xattrs,
                                    content != NULL ? content : ""));
  return 0;
}

static int
compare_lines (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char * const *) a, *(const char * const *) b);
}

/* Everything that a deletion elsewhere must not have changed: names, types,
 * modes, owners, links, times, extended attributes and contents.
 */
char *
test_snapshot (const char *path)
{
  g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

  snapshot_lines = lines;
  snapshot_root = path;
  must (nftw (path, snapshot_cb, NFTW_FDS, FTW_PHYS), path);
  g_ptr_array_sort (lines, compare_lines);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("\n", (char **) lines->pdata);
}

static int
remove_cb (const char        *path,
           const struct stat *st,
           int                type,
           struct FTW        *ftw)
{
  if (remove (path) != 0 && errno != ENOENT && errno != ENOTEMPTY)
    g_error ("remove: %s: %s", path, g_strerror (errno));
  return 0;
}

/* Independent of what is tested here, and not disturbed if that is deleting
 * at the same time. Links are not followed.
 */
void
test_remove (const char *path)
{
  struct stat st;

  for (guint i = 0; i < 10 && lstat (path, &st) == 0; i++)
    if (nftw (path, remove_cb, NFTW_FDS, FTW_PHYS | FTW_DEPTH) != 0 && errno != ENOENT)
      g_error ("nftw: %s: %s", path, g_strerror (errno));
  test_assert_absent (path);
}

/* A GAsyncReadyCallback; user_data is a GAsyncResult ** */
void
test_store_result (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  GAsyncResult **location = user_data;

  g_assert_null (*location);
  *location = g_object_ref (result);
}

static gboolean
timeout_cb (gpointer user_data)
{
  g_error ("Timeout");
  return G_SOURCE_REMOVE;
}

static GSource *
add_timeout (void)
{
  GSource *source = g_timeout_source_new_seconds (test_timeout (60) / G_USEC_PER_SEC);

  g_source_set_callback (source, timeout_cb, NULL, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

/* Runs the thread's default main context until the callback was called */
void
test_wait_result (GAsyncResult **result)
{
  GSource *source = add_timeout ();

  while (*result == NULL)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);

  g_source_destroy (source);
  g_source_unref (source);
}

/* For what no main context will tell us: looks again every millisecond */
void
test_wait_until (gboolean (*condition) (gpointer data),
                 gpointer   data)
{
  gint64 deadline = g_get_monotonic_time () + (gint64) test_timeout (60);

  while (!condition (data))
    {
      if (g_get_monotonic_time () > deadline)
        g_error ("Timeout");
      g_main_context_iteration (g_main_context_get_thread_default (), FALSE);
      g_usleep (1000);
    }
}

void
test_watch_start (TestWatch  *watch,
                  const char *path)
{
  struct stat st;

  /* The clock that files are marked with may be some milliseconds late: what has
   * been made just now and what is removed at once would have the same time.
   */
  g_usleep (20 * 1000);

  watch->fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  must (watch->fd, path);
  must (fstat (watch->fd, &st), path);
  watch->mtime = st.st_mtim;
}

/* Returns soon after the first entry has been added or removed */
void
test_watch_wait (TestWatch *watch)
{
  gint64 deadline = g_get_monotonic_time () + (gint64) test_timeout (60);
  struct stat st;

  do
    {
      if (g_get_monotonic_time () > deadline)
        g_error ("Timeout");
      must (fstat (watch->fd, &st), "");
    }
  while (st.st_mtim.tv_sec == watch->mtime.tv_sec &&
         st.st_mtim.tv_nsec == watch->mtime.tv_nsec);

  close (watch->fd);
}
