/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A file system that fails or lies, see fuse-mount.c: the deletion ends, has
 * deleted everything else, and says what is true.
 */

#include "faulty-mount.h"
#include "naive.h"

#include <errno.h>
#include <string.h>

#define MAX_RULES 3
#define N_FILES 20

/* A name that cannot be shown as it is, and one that cannot be longer */
#define ODD_NAME "new\nline\xff"
#define LONG_NAME                                                                              \
  "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn" \
  "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn" \
  "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"

typedef int (*NaiveFunc) (const char *path);

typedef struct
{
  const char *name;
  const char *rules[MAX_RULES + 1];
  NaiveFunc naive;     /* who is taken in by this, if anybody */

  /* What is left, sorted, and why; all NULL if nothing is */
  const char *left[6]; /* "path/" stands for all that was below this path */
  const char *culprit; /* what the error is about, or its directory and an asterisk */
  int errsv;
  const char *count;   /* how the error tells how much is left */
  TmpDeleteFlags flags;
} Case;

#define TREE "tree"
#define VICTIM "tree/victim"

/* Nothing but the file 07 cannot be deleted. */
#define LEAVES_07(errsv) { TREE, VICTIM, VICTIM "/07" }, VICTIM "/07", errsv, "(3 "

static const Case cases[] = {
  { "unlink/eio", { "unlink:07:EIO" }, naive_delete_nftw, LEAVES_07 (EIO) },
  { "unlink/eperm", { "unlink:07:EPERM" }, naive_delete_nftw, LEAVES_07 (EPERM) },
  { "unlink/eacces", { "unlink:07:EACCES" }, naive_delete_nftw, LEAVES_07 (EACCES) },
  { "unlink/ebusy", { "unlink:07:EBUSY" }, naive_delete_nftw, LEAVES_07 (EBUSY) },
  { "unlink/erofs", { "unlink:07:EROFS" }, naive_delete_nftw, LEAVES_07 (EROFS) },
  { "unlink/estale", { "unlink:07:ESTALE" }, naive_delete_nftw, LEAVES_07 (ESTALE) },
  { "unlink/enosys", { "unlink:07:ENOSYS" }, naive_delete_nftw, LEAVES_07 (ENOSYS) },
  { "unlink/odd-name", { "unlink:new*:EIO" }, naive_delete_nftw,
    { TREE, VICTIM, VICTIM "/" ODD_NAME }, VICTIM "/" ODD_NAME, EIO, "(3 " },
  { "unlink/long-name", { "unlink:nn*:EIO" }, naive_delete_nftw,
    { TREE, VICTIM, VICTIM "/" LONG_NAME }, VICTIM "/" LONG_NAME, EIO, "(3 " },
  { "unlink/several", { "unlink:07:EIO", "unlink:1[12]:EIO" }, naive_delete_nftw,
    { TREE, VICTIM, VICTIM "/07", VICTIM "/11", VICTIM "/12" }, VICTIM "/*", EIO, "(5 " },

  { "rmdir/eio", { "rmdir:victim:EIO" }, naive_delete_nftw,
    { TREE, VICTIM }, VICTIM, EIO, "(2 " },
  { "rmdir/ebusy", { "rmdir:victim:EBUSY" }, naive_delete_nftw,
    { TREE, VICTIM }, VICTIM, EBUSY, "(2 " },
  { "rmdir/eperm", { "rmdir:victim:EPERM" }, naive_delete_nftw,
    { TREE, VICTIM }, VICTIM, EPERM, "(2 " },
  { "rmdir/enotempty", { "rmdir:victim:ENOTEMPTY" }, naive_delete_nftw,
    { TREE, VICTIM }, VICTIM, ENOTEMPTY, "(2 " },
  { "rmdir/root", { "rmdir:tree:EIO" }, NULL, { TREE }, TREE, EIO, "" },

  { "getattr/file", { "getattr:07:EIO" }, naive_delete_nftw, LEAVES_07 (EIO) },
  { "getattr/directory", { "getattr:victim:EIO" }, naive_delete_nftw,
    { TREE, VICTIM, VICTIM "/" }, VICTIM, EIO, "(2 " },
  { "getattr/root", { "getattr:tree:EIO" }, NULL, { TREE, TREE "/" }, TREE, EIO, "" },
  { "getattr/ghost", { "getattr:07:ENOENT" }, naive_delete_nftw,
    { TREE, VICTIM, VICTIM "/07" }, VICTIM, ENOTEMPTY, "(2 " },
  /* It may be another directory by now, so better not. */
  { "getattr/renumber-root", { "getattr:tree:renumber" }, NULL,
    { TREE }, TREE, 0, "The name now leads to something else" },
  { "getattr/renumber", { "getattr:[!t]*:renumber" }, NULL },

  { "readdir/eio-first", { "readdir:victim:EIO@0" }, naive_delete_readdir,
    { TREE, VICTIM, VICTIM "/" }, VICTIM, EIO, "(3 " },
  { "readdir/eio-root", { "readdir:tree:EIO@0" }, naive_delete_readdir,
    { TREE, TREE "/" }, TREE, EIO, "(2 " },
  { "readdir/eio-keep-root", { "readdir:tree:EIO@0" }, naive_delete_readdir,
    { TREE, TREE "/" }, TREE, EIO, "(1 ", TMP_DELETE_KEEP_ROOT },
  /* As long as there is less every time, reading again helps. */
  { "readdir/eio-middle", { "readdir:victim:EIO@10" }, naive_delete_readdir },
  { "readdir/eio-last", { "readdir:victim:EIO@23" }, NULL },
  { "readdir/eio-left", { "readdir:victim:EIO@2", "unlink:07:EPERM" }, naive_delete_readdir,
    LEAVES_07 (EPERM) },
  { "readdir/twice", { "readdir:victim:twice" }, naive_delete_nftw },
  { "readdir/twice-left", { "readdir:victim:twice", "unlink:07:EIO" }, naive_delete_nftw,
    LEAVES_07 (EIO) },
  { "readdir/forever", { "readdir:victim:forever" }, naive_delete_nftw },
  { "readdir/forever-sub", { "readdir:sub:forever" }, naive_delete_nftw },
  { "readdir/forever-left", { "readdir:victim:forever", "unlink:07:EIO" }, naive_delete_nftw,
    LEAVES_07 (EIO) },
  { "readdir/late", { "readdir:victim:late" }, naive_delete_readdir },
  { "readdir/shift", { "readdir:*:shift" }, naive_delete_readdir },
  { "readdir/shift-left", { "readdir:*:shift", "unlink:07:EIO" }, naive_delete_nftw,
    LEAVES_07 (EIO) },
  { "readdir/none", { "readdir:victim:none" }, naive_delete_nftw,
    { TREE, VICTIM, VICTIM "/" }, VICTIM, ENOTEMPTY, "(2 " },

  { "type/unknown", { "entry:*:UNKNOWN" }, naive_delete_readdir },
  { "type/directory", { "entry:*:DIR" }, naive_delete_readdir },
  { "type/regular", { "entry:*:REG" }, naive_delete_readdir },
  { "type/link", { "entry:*:LNK" }, naive_delete_readdir },
  { "type/no-inode", { "entry:*:ino0" }, NULL },

  /* What is open on another client stays, hidden, until it is closed. */
  { "silly/busy", { "unlink:07:silly", "unlink:.nfs*:EBUSY" }, naive_delete_readdir,
    { TREE, VICTIM, VICTIM "/.nfs07" }, VICTIM "/.nfs07", EBUSY, "(3 " },
  { "silly/busy-directory", { "unlink:07:silly", "unlink:.nfs*:EBUSY", "rmdir:victim:EBUSY" },
    naive_delete_nftw,
    { TREE, VICTIM, VICTIM "/.nfs07" }, VICTIM, EBUSY, "(2 " },
};

static void
make_tree (FaultyMount *mount)
{
  g_autofree char *victim = test_make_dir (mount->backing_tree, "victim");
  g_autofree char *after = test_make_dir (mount->backing_tree, "will-be-read-after-it");
  g_autofree char *sub = NULL;

  test_make_tree (mount->backing_tree, 6, 5);
  test_make_files (after, 3);
  for (guint i = 0; i < N_FILES; i++)
    {
      g_autofree char *name = g_strdup_printf ("%02u", i);

      g_free (test_make_file (victim, name));
    }
  g_free (test_make_file (victim, ODD_NAME));
  g_free (test_make_file (victim, LONG_NAME));
  sub = test_make_dir (victim, "sub");
  test_make_files (sub, 3);
}

/* What must be left of what was there @before */
static GStrv
list_expected (const Case         *item,
               const char * const *before)
{
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (item->left) && item->left[i] != NULL; i++)
    {
      if (!g_str_has_suffix (item->left[i], "/"))
        g_ptr_array_add (names, g_strdup (item->left[i]));
      else
        for (guint j = 0; before[j] != NULL; j++)
          if (g_str_has_prefix (before[j], item->left[i]))
            g_ptr_array_add (names, g_strdup (before[j]));
    }
  g_ptr_array_add (names, NULL);
  return (GStrv) g_ptr_array_free (names, FALSE);
}

/* Success means that it is gone; an error names what is not, and why. */
static void
check_result (FaultyMount  *mount,
              const Case   *item,
              gboolean      success,
              const GError *error)
{
  g_autofree char *path = NULL;
  g_autofree char *display = NULL;

  if (item->left[0] == NULL)
    {
      g_assert_no_error (error);
      g_assert_true (success);
      return;
    }

  g_assert_false (success);
  g_test_message ("%s", error->message);
  path = g_build_filename (mount->path, item->culprit, NULL);
  display = g_strdup_printf ("“%s”", path);
  /* Which file is the first depends on how fast they fail. */
  if (g_str_has_suffix (item->culprit, "*"))
    *strstr (display, "*") = '\0';
  g_free (path);
  path = g_filename_display_name (display);
  test_assert_error (error, (int) g_io_error_from_errno (item->errsv), path);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  if (item->errsv != 0)
    g_assert_nonnull (strstr (error->message, g_strerror (item->errsv)));
  g_assert_nonnull (strstr (error->message, item->count));
}

static void
test_fault (TestFixture   *fixture,
            gconstpointer  data)
{
  const Case *item = data;
  g_auto(GStrv) before = NULL;
  g_auto(GStrv) left = NULL;
  g_auto(GStrv) expected = NULL;
  g_autoptr(GError) error = NULL;
  gboolean success;
  gint64 start;
  FaultyMount mount;

  if (!faulty_mount_require (fixture))
    return;

  faulty_mount_init (&mount, fixture, TREE);
  make_tree (&mount);
  before = faulty_mount_list (&mount);
  expected = list_expected (item, (const char * const *) before);

  faulty_mount_start (&mount, item->rules);
  start = g_get_monotonic_time ();
  success = tmp_delete_tree (mount.file, item->flags, NULL, &error);
  g_assert_cmpint (g_get_monotonic_time () - start, <, (gint64) test_timeout (5));
  faulty_mount_stop (&mount);

  left = faulty_mount_list (&mount);
  g_assert_cmpstrv (left, expected);
  check_result (&mount, item, success, error);
  faulty_mount_clear (&mount);
}

/* The usual deletion leaves more, gives another reason, or claims success. */
static void
test_control (TestFixture   *fixture,
              gconstpointer  data)
{
  const Case *item = data;
  g_auto(GStrv) before = NULL;
  g_auto(GStrv) left = NULL;
  g_auto(GStrv) expected = NULL;
  FaultyMount mount;
  int errsv;

  if (!faulty_mount_require (fixture))
    return;

  faulty_mount_init (&mount, fixture, TREE);
  make_tree (&mount);
  before = faulty_mount_list (&mount);
  expected = list_expected (item, (const char * const *) before);

  faulty_mount_start (&mount, item->rules);
  errsv = item->naive (mount.tree);
  faulty_mount_stop (&mount);

  left = faulty_mount_list (&mount);
  g_test_message ("%u instead of %u are left: %s", g_strv_length (left), g_strv_length (expected),
                  errsv != 0 ? g_strerror (errsv) : "success");
  g_assert_true (!g_strv_equal ((const char * const *) left, (const char * const *) expected) ||
                 errsv != item->errsv);
  faulty_mount_clear (&mount);
}

int
main (int    argc,
      char **argv)
{
  test_init (&argc, &argv);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/fuse/", cases[i].name, NULL);
      g_autofree char *control = g_strconcat ("/fuse/control/", cases[i].name, NULL);

      if (cases[i].naive != NULL)
        test_add (control, &cases[i], test_control);
      test_add (path, &cases[i], test_fault);
    }

  return test_run ();
}
