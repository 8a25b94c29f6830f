/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Others are at work in the parent while a directory is created there: they
 * take its name, delete it, lock it, or put something else into its place. A
 * rival acts just before the system call that he has chosen, as the fastest
 * one there could be.
 */

#include "naive.h"
#include "supervise.h"
#include "test-lib.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct _Rival Rival;

typedef struct
{
  const char *name;
  Call call;               /* he acts before this one ... */
  guint n_times;           /* ... so often */
  void (*act) (Rival      *self,
               const char *path);
  gboolean fails;          /* the creation, with G_IO_ERROR_EXISTS */
} RivalCase;

struct _Rival
{
  const RivalCase *test;
  char *parent;
  char *victim;            /* a directory in it, with something in it */
  guint n_acted;
  GArray *fds;

  gboolean naive;
  GCancellable *cancellable;
  guint n_before_cancel;
  GError *error;
  TmpDirectory *dir;
};

static void
take_name (Rival      *self,
           const char *path)
{
  g_assert_no_errno (mkdir (path, 0700));
}

static void
delete_it (Rival      *self,
           const char *path)
{
  g_assert_no_errno (rmdir (path));
}

/* Like systemd-tmpfiles, but for good */
static void
lock_it (Rival      *self,
         const char *path)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  g_assert_no_errno (fd);
  g_assert_no_errno (flock (fd, LOCK_EX));
  g_array_append_val (self->fds, fd);
}

static void
replace_by_link (Rival      *self,
                 const char *path)
{
  g_assert_no_errno (rmdir (path));
  g_assert_no_errno (symlink (self->victim, path));
}

static void
replace_by_file (Rival      *self,
                 const char *path)
{
  g_assert_no_errno (rmdir (path));
  g_assert_true (g_file_set_contents (path, "foreign", -1, NULL));
}

/* Of the same user, even of the same mode: the only difference is what is in it.
 * Whoever may write to the parent can do that.
 */
static void
replace_by_victim (Rival      *self,
                   const char *path)
{
  g_assert_no_errno (rmdir (path));
  g_assert_no_errno (rename (self->victim, path));
  g_free (self->victim);
  self->victim = g_strdup (path);
}

static void
before_call (Call        call,
             const char *path,
             gpointer    data)
{
  Rival *self = data;

  if (self->cancellable != NULL && self->n_before_cancel-- == 0)
    g_cancellable_cancel (self->cancellable);

  if (self->test == NULL || call != self->test->call || self->n_acted >= self->test->n_times ||
      path == NULL || !g_str_has_prefix (path, self->parent) || strstr (path, "/x-") == NULL)
    return;

  self->n_acted++;
  self->test->act (self, path);
}

static void
create_in_thread (gpointer data)
{
  Rival *self = data;
  g_autoptr(GFile) parent = g_file_new_for_path (self->parent);

  self->dir = tmp_directory_new_in (parent, "x-", self->cancellable, &self->error);
  g_assert_true ((self->dir == NULL) == (self->error != NULL));
}

static void
drop_in_thread (gpointer data)
{
  Rival *self = data;

  g_clear_object (&self->dir);
  g_assert_true (tmp_flush (NULL, NULL));
}

/* He gets what he has made, and nothing of ours. */
static void
assert_only (Rival *self)
{
  g_autoptr(GDir) dir = g_dir_open (self->parent, 0, NULL);
  g_autofree char *ours = self->dir != NULL
                            ? g_path_get_basename (tmp_directory_get_path (self->dir)) : NULL;
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (strcmp (name, "victim") != 0 && g_strcmp0 (name, ours) != 0)
      n++;

  /* What he has put there, or the directories that he took the names of */
  g_assert_cmpuint (n, ==, self->test->act == delete_it || self->test->act == lock_it ? 0 :
                           self->n_acted);
}

static void
rival_init (Rival           *self,
            const RivalCase *test,
            TestFixture     *fixture)
{
  g_autofree char *sub = NULL;

  *self = (Rival) {
    .test = test,
    .parent = test_make_dir (fixture->path, "parent"),
    .fds = g_array_new (FALSE, FALSE, sizeof (int)),
  };
  self->victim = test_make_dir (self->parent, "victim");
  g_free (test_make_file (self->victim, "file"));
  sub = test_make_dir (self->victim, "sub");
  g_free (test_make_file (sub, "file"));
}

static void
rival_clear (Rival *self)
{
  for (guint i = 0; i < self->fds->len; i++)
    close (g_array_index (self->fds, int, i));
  g_array_unref (self->fds);
  g_clear_object (&self->cancellable);
  g_clear_error (&self->error);
  g_free (self->victim);
  g_free (self->parent);
}

static void
test_rival (TestFixture   *fixture,
            gconstpointer  data)
{
  Rival rival;
  Supervision supervision = { .before = before_call, .before_data = &rival };
  Supervision quiet = { 0 };
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  struct stat st;

  if (!g_test_subprocess ())
    {
      supervise_in_subprocess ();
      return;
    }

  rival_init (&rival, data, fixture);
  g_assert_no_errno (chmod (rival.victim, 0750));
  before = test_snapshot (rival.victim);

  supervise_start ();
  supervise_run (&supervision, create_in_thread, &rival);
  g_assert_cmpuint (rival.n_acted, ==, MIN (rival.test->n_times, 32));

  if (rival.test->fails)
    test_assert_error (rival.error, G_IO_ERROR_EXISTS, rival.parent);
  else
    {
      g_assert_no_error (rival.error);
      g_assert_cmpuint (test_count_entries (tmp_directory_get_path (rival.dir)), ==, 0);
    }
  assert_only (&rival);
  supervise_run (&quiet, drop_in_thread, &rival);
  assert_only (&rival);

  /* To give it its name back changes its ctime, which is not ours to answer for. */
  after = test_snapshot (rival.victim);
  g_assert_cmpstr (strchr (before, '\n'), ==, strchr (after, '\n'));
  g_assert_no_errno (stat (rival.victim, &st));
  g_assert_cmpuint (st.st_mode & 07777, ==, 0750);
  rival_clear (&rival);
}

static void
create_and_delete_naively (gpointer data)
{
  Rival *self = data;
  g_autofree char *path = naive_make_dir (self->parent, NULL);
  g_autoptr(GFile) file = NULL;

  g_assert_nonnull (path);
  file = g_file_new_for_path (path);
  naive_delete_tree (file);
}

/* Whoever believes in names loses what is in the victim. */
static void
test_control (TestFixture   *fixture,
              gconstpointer  data)
{
  static const RivalCase test = { "control", CALL_OPENAT, 1, replace_by_victim, FALSE };
  Rival rival;
  Supervision supervision = { .before = before_call, .before_data = &rival };

  if (!g_test_subprocess ())
    {
      supervise_in_subprocess ();
      return;
    }

  rival_init (&rival, &test, fixture);
  supervise_start ();
  supervise_run (&supervision, create_and_delete_naively, &rival);
  g_assert_cmpuint (rival.n_acted, ==, 1);
  test_assert_absent (rival.victim);
  rival_clear (&rival);
}

/* It is cancelled before its first system call, before its second, and so on:
 * there is an object, or no directory.
 */
static void
test_cancelled (TestFixture   *fixture,
                gconstpointer  data)
{
  Rival rival;
  Supervision supervision = { .before = before_call, .before_data = &rival };
  guint n = 0;

  if (!g_test_subprocess ())
    {
      supervise_in_subprocess ();
      return;
    }

  rival_init (&rival, NULL, fixture);
  supervise_start ();
  do
    {
      g_clear_object (&rival.cancellable);
      rival.cancellable = g_cancellable_new ();
      rival.n_before_cancel = n++;
      supervise_run (&supervision, create_in_thread, &rival);
      if (rival.error != NULL)
        g_assert_error (rival.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&rival.error);
      supervise_run (&supervision, drop_in_thread, &rival);
      /* The victim, and what is in it */
      g_assert_cmpuint (test_count_entries (rival.parent), ==, 1 + 3);
    }
  while (g_cancellable_is_cancelled (rival.cancellable));

  g_assert_cmpuint (n, >, 5);
  rival_clear (&rival);
}

/* The parent goes away, and its name becomes a link to elsewhere. */
static void
replace_parent (Rival      *self,
                const char *path)
{
  g_autofree char *moved = g_strconcat (self->parent, ".moved", NULL);

  g_assert_no_errno (rename (self->parent, moved));
  if (self->test->call != CALL_MKDIR)
    g_assert_no_errno (symlink (self->victim, self->parent));
}

static const RivalCase parent_gone = { "", CALL_MKDIR, 1, replace_parent, TRUE };
static const RivalCase parent_replaced = { "", CALL_OPENAT, 1, replace_parent, FALSE };

/* A parent that has gone is an error. If there is another one, the directory is
 * created there, and the first one, which nobody can find any more, is left
 * behind empty. That is all.
 */
static void
test_parent (TestFixture   *fixture,
             gconstpointer  data)
{
  const RivalCase *test = data;
  Rival rival;
  Supervision supervision = { .before = before_call, .before_data = &rival };
  Supervision quiet = { 0 };
  g_autofree char *moved = NULL;
  g_autofree char *elsewhere = NULL;

  if (!g_test_subprocess ())
    {
      supervise_in_subprocess ();
      return;
    }

  rival_init (&rival, test, fixture);
  moved = g_strconcat (rival.parent, ".moved", NULL);
  elsewhere = test_make_dir (fixture->path, "elsewhere");
  g_free (rival.victim);
  rival.victim = g_strdup (elsewhere);

  supervise_start ();
  supervise_run (&supervision, create_in_thread, &rival);
  g_assert_cmpuint (rival.n_acted, ==, 1);

  if (test->fails)
    test_assert_error (rival.error, G_IO_ERROR_NOT_FOUND, rival.parent);
  else
    {
      g_assert_no_error (rival.error);
      g_assert_cmpuint (test_count_entries (elsewhere), ==, 1);
    }
  supervise_run (&quiet, drop_in_thread, &rival);
  g_assert_cmpuint (test_count_entries (elsewhere), ==, 0);
  g_assert_cmpuint (test_count_entries (moved), ==, test->fails ? 4 : 5);
  rival_clear (&rival);
}

static const RivalCase cases[] = {
  { "name-taken", CALL_MKDIR, 3, take_name, FALSE },
  { "name-always-taken", CALL_MKDIR, G_MAXUINT, take_name, TRUE },
  { "deleted-before-open", CALL_OPENAT, 1, delete_it, FALSE },
  { "deleted-before-lock", CALL_FLOCK, 1, delete_it, FALSE },
  { "always-deleted", CALL_OPENAT, G_MAXUINT, delete_it, TRUE },
  { "locked", CALL_FLOCK, 1, lock_it, FALSE },
  { "always-locked", CALL_FLOCK, G_MAXUINT, lock_it, TRUE },
  { "replaced-by-link", CALL_OPENAT, 1, replace_by_link, FALSE },
  { "replaced-by-link-later", CALL_FLOCK, 1, replace_by_link, FALSE },
  { "replaced-by-file", CALL_OPENAT, 1, replace_by_file, FALSE },
  { "replaced-by-directory", CALL_OPENAT, 1, replace_by_victim, FALSE },
  { "replaced-by-directory-later", CALL_FLOCK, 1, replace_by_victim, FALSE },
};

int
main (int    argc,
      char **argv)
{
  g_setenv ("GIO_USE_VFS", "local", TRUE);
  test_init (&argc, &argv);

  test_add ("/create-rivals/control", NULL, test_control);
  test_add ("/create-rivals/cancelled", NULL, test_cancelled);
  test_add ("/create-rivals/parent-gone", &parent_gone, test_parent);
  test_add ("/create-rivals/parent-replaced", &parent_replaced, test_parent);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/create-rivals/", cases[i].name, NULL);

      test_add (path, &cases[i], test_rival);
    }

  return test_run ();
}
