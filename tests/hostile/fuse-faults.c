/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A file system that is slow, fails and lies, as it is told to:
 *
 *   fuse-faults BACKING MOUNTPOINT [OPERATION:PATTERN:FAULT]…
 *
 * shows the directory BACKING at MOUNTPOINT until it gets SIGTERM, or until the
 * process that started it ends. Only what deletion needs is there; the tree is
 * made in BACKING, which nothing ever fails in. An operation on a file or
 * directory whose name matches PATTERN, see fnmatch(), has the FAULT:
 *
 *   getattr, readdir, unlink, rmdir or rename:
 *     5ms       takes so much longer
 *     EIO       fails, with this or any other errno
 *   readdir, besides:
 *     EIO@3     fails after three entries
 *     twice     shows every entry two times
 *     forever   begins anew after the last entry
 *     late      leaves out every other entry the first time it is asked
 *     none      shows nothing
 *     shift     counts what is there now: after a deletion, it skips as much
 *   entry (what readdir says of it):
 *     DIR, REG, LNK, UNKNOWN  is its type
 *     ino0      is its inode number
 *   getattr, besides:
 *     renumber  shows another inode number every time
 *   unlink, besides:
 *     silly     only hides the file, as .nfs and its name
 */

#define FUSE_USE_VERSION 31

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <fuse.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* With 'shift', readdir answers so little at a time that few files show it. */
#define SHIFT_CHUNK 4

typedef struct
{
  const char *operation;
  const char *pattern;
  const char *fault;      /* one of those that have a name */
  int errsv;              /* or else an errno */
  long position;          /* after this many entries; -1: at once */
  useconds_t delay;       /* or else a delay */
  atomic_ulong counter;
} Rule;

/* What an open directory shows */
typedef struct
{
  struct dirent **entries;
  size_t n_entries;
} Listing;

static int backing;
static Rule *rules;
static int n_rules;

#define RELATIVE(path) ((path)[1] != '\0' ? (path) + 1 : ".")

static int
parse_errno (const char *name)
{
  for (int i = 1; i < 200; i++)
    if (strerrorname_np (i) != NULL && strcmp (strerrorname_np (i), name) == 0)
      return i;

  return 0;
}

static void
parse_rule (Rule *rule,
            char *text)
{
  char *rest = text;
  char *position;
  char *end;
  long milliseconds;

  rule->operation = strsep (&rest, ":");
  rule->pattern = strsep (&rest, ":");
  rule->fault = rest;
  rule->position = -1;
  if (rest == NULL)
    errx (2, "Not OPERATION:PATTERN:FAULT: %s", text);

  milliseconds = strtol (rest, &end, 10);
  if (end != rest && strcmp (end, "ms") == 0)
    {
      rule->delay = (useconds_t) milliseconds * 1000;
      return;
    }

  position = strchr (rest, '@');
  if (position != NULL)
    {
      *position = '\0';
      rule->position = atol (position + 1);
    }
  rule->errsv = parse_errno (rest);
}

static const char *
base_name (const char *path)
{
  return strrchr (path, '/') + 1;
}

static int
matches (const Rule *rule,
         const char *operation,
         const char *name)
{
  return strcmp (rule->operation, operation) == 0 && fnmatch (rule->pattern, name, 0) == 0;
}

static Rule *
find_fault (const char *operation,
            const char *name,
            const char *fault)
{
  for (int i = 0; i < n_rules; i++)
    if (strcmp (rules[i].fault, fault) == 0 && matches (&rules[i], operation, name))
      return &rules[i];

  return NULL;
}

/* Returns what the operation has to return at once, or 0. @offset is how far
 * readdir is, and -1 for all others. */
static int
get_failure (const char *operation,
             const char *path,
             long        offset)
{
  for (int i = 0; i < n_rules; i++)
    if (rules[i].errsv != 0 && offset >= rules[i].position &&
        matches (&rules[i], operation, base_name (path)))
      return -rules[i].errsv;

  return 0;
}

/* Every operation begins with this, and returns what it returns if not 0. */
static int
begin (const char *operation,
       const char *path)
{
  for (int i = 0; i < n_rules; i++)
    if (rules[i].delay != 0 && matches (&rules[i], operation, base_name (path)))
      usleep (rules[i].delay);

  return get_failure (operation, path, -1);
}

static int
result (int return_value)
{
  return return_value >= 0 ? 0 : -errno;
}

static void *
faulty_init (struct fuse_conn_info *connection,
             struct fuse_config    *config)
{
  /* The type is what readdir says, not what getattr says of the same entry,
   * and numbers are those of BACKING, or whatever we make of them. */
  connection->want &= ~(unsigned int) FUSE_CAP_READDIRPLUS;
  config->use_ino = 1;
  config->attr_timeout = 0;

  return NULL;
}

static int
faulty_getattr (const char            *path,
                struct stat           *st,
                struct fuse_file_info *info)
{
  int failure = begin ("getattr", path);
  Rule *renumber = find_fault ("getattr", base_name (path), "renumber");

  if (failure == 0)
    failure = result (fstatat (backing, RELATIVE (path), st, AT_SYMLINK_NOFOLLOW));
  if (renumber != NULL)
    st->st_ino += atomic_fetch_add (&renumber->counter, 1);

  return failure;
}

static void
listing_clear (Listing *listing)
{
  for (size_t i = 0; i < listing->n_entries; i++)
    free (listing->entries[i]);
  free (listing->entries);
  *listing = (Listing) { NULL, 0 };
}

static int
is_entry (const struct dirent *entry)
{
  return strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0;
}

static int
listing_read (Listing    *listing,
              const char *path)
{
  Rule *late = find_fault ("readdir", base_name (path), "late");
  int n;

  listing_clear (listing);
  if (find_fault ("readdir", base_name (path), "none") != NULL)
    return 0;

  n = scandirat (backing, RELATIVE (path), &listing->entries, is_entry, alphasort);
  if (n < 0)
    return -errno;
  listing->n_entries = (size_t) n;

  if (late != NULL && atomic_fetch_add (&late->counter, 1) == 0)
    {
      size_t n_shown = 0;

      for (size_t i = 0; i < listing->n_entries; i++)
        if (i % 2 == 0)
          listing->entries[n_shown++] = listing->entries[i];
        else
          free (listing->entries[i]);
      listing->n_entries = n_shown;
    }

  return 0;
}

static int
faulty_opendir (const char            *path,
                struct fuse_file_info *info)
{
  Listing *listing = calloc (1, sizeof *listing);

  info->fh = (uintptr_t) listing;
  return listing != NULL ? 0 : -ENOMEM;
}

static int
faulty_releasedir (const char            *path,
                   struct fuse_file_info *info)
{
  Listing *listing = (Listing *) (uintptr_t) info->fh;

  listing_clear (listing);
  free (listing);
  return 0;
}

static struct stat
entry_stat (const struct dirent *entry)
{
  struct stat st = { .st_ino = entry->d_ino, .st_mode = DTTOIF (entry->d_type) };

  if (find_fault ("entry", entry->d_name, "ino0") != NULL)
    st.st_ino = 0;
  if (find_fault ("entry", entry->d_name, "DIR") != NULL)
    st.st_mode = S_IFDIR;
  if (find_fault ("entry", entry->d_name, "REG") != NULL)
    st.st_mode = S_IFREG;
  if (find_fault ("entry", entry->d_name, "LNK") != NULL)
    st.st_mode = S_IFLNK;
  if (find_fault ("entry", entry->d_name, "UNKNOWN") != NULL)
    st.st_mode = 0;

  return st;
}

static int
faulty_readdir (const char              *path,
                void                    *buffer,
                fuse_fill_dir_t          fill,
                off_t                    offset,
                struct fuse_file_info   *info,
                enum fuse_readdir_flags  flags)
{
  Listing *listing = (Listing *) (uintptr_t) info->fh;
  size_t n_copies = find_fault ("readdir", base_name (path), "twice") != NULL ? 2 : 1;
  int forever = find_fault ("readdir", base_name (path), "forever") != NULL;
  int shift = find_fault ("readdir", base_name (path), "shift") != NULL;
  int failure = begin ("readdir", path);

  if (failure == 0 && (offset == 0 || shift))
    failure = listing_read (listing, path);
  if (failure != 0)
    return failure;

  for (off_t i = offset;; i++)
    {
      size_t position = (size_t) i / n_copies;
      struct stat st;

      failure = get_failure ("readdir", path, i);
      /* What has been shown comes before the failure. */
      if (failure != 0)
        return i > offset ? 0 : failure;

      if (forever && listing->n_entries > 0)
        position %= listing->n_entries;
      if (position >= listing->n_entries || (shift && i - offset == SHIFT_CHUNK))
        return 0;

      st = entry_stat (listing->entries[position]);
      if (fill (buffer, listing->entries[position]->d_name, &st, i + 1, 0) != 0)
        return 0;
    }
}

static int
faulty_unlink (const char *path)
{
  int failure = begin ("unlink", path);
  char hidden[PATH_MAX];

  if (failure != 0)
    return failure;
  if (find_fault ("unlink", base_name (path), "silly") == NULL)
    return result (unlinkat (backing, RELATIVE (path), 0));

  snprintf (hidden, sizeof hidden, "%.*s.nfs%s", (int) (base_name (path) - RELATIVE (path)),
            RELATIVE (path), base_name (path));
  return result (renameat (backing, RELATIVE (path), backing, hidden));
}

static int
faulty_rmdir (const char *path)
{
  int failure = begin ("rmdir", path);

  return failure != 0 ? failure : result (unlinkat (backing, RELATIVE (path), AT_REMOVEDIR));
}

static int
faulty_rename (const char   *from,
               const char   *to,
               unsigned int  flags)
{
  int failure = begin ("rename", from);

  return failure != 0 ? failure
                      : result (renameat2 (backing, RELATIVE (from), backing, RELATIVE (to), flags));
}

/* For files that are open while they are deleted: libfuse hides these, as
 * .fuse_hidden and a number, until they are closed. */
static int
faulty_open (const char            *path,
             struct fuse_file_info *info)
{
  int fd = openat (backing, RELATIVE (path), info->flags & ~O_NOFOLLOW);

  info->fh = (uint64_t) fd;
  return result (fd);
}

static int
faulty_release (const char            *path,
                struct fuse_file_info *info)
{
  close ((int) info->fh);
  return 0;
}

static const struct fuse_operations operations = {
  .init = faulty_init,
  .getattr = faulty_getattr,
  .opendir = faulty_opendir,
  .readdir = faulty_readdir,
  .releasedir = faulty_releasedir,
  .unlink = faulty_unlink,
  .rmdir = faulty_rmdir,
  .rename = faulty_rename,
  .open = faulty_open,
  .release = faulty_release,
};

int
main (int   argc,
      char *argv[])
{
  char options[] = "-omax_threads=64,max_idle_threads=64,fsname=fuse-faults";
  char foreground[] = "-f";

  if (argc < 3)
    errx (2, "usage: fuse-faults BACKING MOUNTPOINT [OPERATION:PATTERN:FAULT]…");

  if (prctl (PR_SET_PDEATHSIG, SIGTERM) != 0)
    err (1, "prctl");

  backing = open (argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (backing < 0)
    err (1, "%s", argv[1]);

  n_rules = argc - 3;
  rules = calloc ((size_t) argc, sizeof *rules);
  if (rules == NULL)
    err (1, "calloc");
  for (int i = 0; i < n_rules; i++)
    parse_rule (&rules[i], argv[3 + i]);

  return fuse_main (4, ((char *[]) { argv[0], argv[2], foreground, options, NULL }), &operations, NULL);
}
