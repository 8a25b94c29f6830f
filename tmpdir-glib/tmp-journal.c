/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What a process that was killed can no longer say: which directories were its own.
 *
 * Every process has one file, in $XDG_STATE_HOME/tmpdir-glib, and a lock on it, which
 * goes with the process however that ends. So whoever gets the lock on the file of
 * another process knows that it is dead: no pid and no age says so.
 *
 * A record is written before its directory is created, so it may be about one that
 * never was. It need not be written again afterwards: it has the 80 random bits of the
 * name, and the six characters that only g_mkdtemp() knew can be found by looking. It
 * is struck out when nothing is left to be deleted, or when that is no longer up to us.
 *
 * The file begins with a line that says what it is. Each record is a line, too, at
 * the start of a slot that is filled up with zeros. The size of a slot is a power of
 * two and so is what its offset is a multiple of: up to the size of a page, it is
 * either written as a whole or, if the process is killed, not at all. The first byte
 * of a slot tells its state, and is all that changes later; in a slot that is larger
 * than a page it says that there is something only when all of it is there.
 *
 * Nothing here is important enough for an error: without a journal, a process that
 * is killed leaves its directories behind, as it does with any other library. */

#include "config.h"

#include "tmp-journal-private.h"

#include "tmp-debug-private.h"
#include "tmp-name-private.h"
#include "tmp-process-private.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

#define HEADER "tmpdir-glib journal 1 "
#define SUFFIX ".journal"

/* How many files are created before there is one that nobody else wants. */
#define MAX_TRIES 32

/* Slots have 2^MIN_ORDER to 2^MAX_ORDER bytes; the header is in the first one. */
#define MIN_ORDER 7
#define MAX_ORDER 15
#define PAGE_ORDER 12 /* or more */
#define ORDER_MASK ((1u << MIN_ORDER) - 1)
#define SLOT_SIZE(order) ((gsize) 1 << (order))

/* A file that is larger is cut when nothing in it is live; and one that is much
 * larger was not written by us, who stop there. */
#define KEPT_SIZE 65536
#define MAX_SIZE (64 * 1024 * 1024)

/* The states. What could not be deleted is tried again twice. */
#define LIVE '+'
#define FAILED_ONCE '1'
#define FAILED_TWICE '2'
#define NOT_AUTOMATIC 'o' /* live, but not to be deleted */
#define STRUCK '-'

typedef struct
{
  TmpProcessData data;

  GMutex  judging; /* held while others' files are read */

  GMutex  lock;    /* guards what follows */
  char   *path;    /* of the file, if there is one */
  int     fd;      /* of it, locked */
  const char *off; /* why there will never be one, if so; not owned */
  guint64 end;     /* where the next new slot may be */
  guint   n_used;  /* slots */
  GArray *unused[MAX_ORDER + 1]; /* of offsets */
} Journal;

static gpointer the_journal; /* atomic */

/* A child has nothing to do with the lock of its parent, and must not keep it when
 * that is dead. This may run at any time, so it takes no lock. */
static void
forget_parents_file (void)
{
  Journal *self = g_atomic_pointer_get (&the_journal);

  if (self == NULL)
    return;

  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

static gpointer
journal_new (void)
{
  Journal *self = g_new0 (Journal, 1);

  self->fd = -1;
  g_mutex_init (&self->judging);
  g_mutex_init (&self->lock);

  return self;
}

static void
install_handlers (void)
{
  pthread_atfork (NULL, NULL, forget_parents_file);
  /* When directories are owned, it is called again after they are gone. */
  atexit (tmp_journal_close);
}

static Journal *
get_journal (void)
{
  return tmp_process_get_data (&the_journal, journal_new, g_free, install_handlers);
}

/* A program with more privileges than its user must not write, or delete, what the
 * environment tells it to. And where everything is to be kept, nothing is reclaimed. */
static gboolean
is_switched_off (void)
{
  return getauxval (AT_SECURE) != 0 ||
         g_strcmp0 (g_getenv ("TMPDIR_GLIB_JOURNAL"), "0") == 0 ||
         g_strcmp0 (g_getenv ("TMPDIR_GLIB_KEEP"), "1") == 0;
}

/* Creates the folder, but only among files of our own: root must not make folders in
 * the home of a user whose environment it has, nor a home where there is none. */
static gboolean
make_folder (const char *path)
{
  g_autofree char *above = g_strdup (path);
  struct stat st;

  while (stat (above, &st) != 0)
    {
      char *next = errno == ENOENT ? g_path_get_dirname (above) : NULL;

      if (next == NULL)
        return FALSE;
      g_free (above);
      above = next;
    }

  if (st.st_uid != geteuid () || strcmp (above, "/") == 0)
    {
      errno = EPERM;
      return FALSE;
    }

  return g_mkdir_with_parents (path, 0700) == 0;
}

/* Returns a descriptor of the folder. Locks are only to be trusted, and so the
 * journal, where no other computer writes. */
static int
open_folder (char     **path,
             gboolean   create)
{
  g_autofree char *folder = g_build_filename (g_get_user_state_dir (), "tmpdir-glib", NULL);
  struct stat st;
  int fd;

  if (!g_path_is_absolute (folder))
    {
      errno = EINVAL;
      return -1;
    }
  if (create && !make_folder (folder))
    return -1;

  fd = tmp_fd_open_directory (AT_FDCWD, folder);
  if (fd < 0)
    return -1;

  if (fstat (fd, &st) != 0 || st.st_uid != geteuid () || (st.st_mode & 022) != 0 ||
      !tmp_fd_is_local (fd))
    {
      tmp_fd_close (&fd);
      errno = EPERM;
      return -1;
    }

  if (path != NULL)
    *path = g_steal_pointer (&folder);
  return fd;
}

static char *
get_boot_id (void)
{
  g_autofree char *id = NULL;

  if (!g_file_get_contents ("/proc/sys/kernel/random/boot_id", &id, NULL, NULL))
    return g_strdup ("unknown");

  return g_strdup (g_strstrip (id));
}

/* Whoever writes beyond the limit that a process may have for its files is killed by a
 * signal, unlike somebody whose disk is full. */
static gboolean
write_at (int         fd,
          guint64     offset,
          const char *data,
          gsize       length)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur < offset + length)
    {
      errno = EFBIG;
      return FALSE;
    }

  return pwrite (fd, data, length, (off_t) offset) == (gssize) length;
}

static gboolean
write_slot (int         fd,
            guint64     offset,
            guint       order,
            const char *text)
{
  g_autofree char *slot = g_malloc0 (SLOT_SIZE (order));

  memcpy (slot, text, strlen (text));
  return write_at (fd, offset, slot, SLOT_SIZE (order));
}

static gboolean
write_header (int fd)
{
  g_autofree char *boot_id = get_boot_id ();
  g_autofree char *header = g_strconcat (HEADER, boot_id, "\n", NULL);

  return strlen (header) < SLOT_SIZE (MIN_ORDER) && write_slot (fd, 0, MIN_ORDER, header);
}

/* With the lock. Whoever looks for dead processes may take a new file for that of one,
 * before it is locked: then it is deleted, and there has to be another. That is rare
 * enough not to be tried for ever. */
static gboolean
create_file (Journal *self)
{
  g_autofree char *folder = NULL;
  int folder_fd = open_folder (&folder, TRUE);
  gboolean again = TRUE;

  if (folder_fd < 0)
    return FALSE;

  for (guint tries = 0; again && tries < MAX_TRIES; tries++)
    {
      g_autofree char *random = tmp_name_random ();
      g_autofree char *name = g_strconcat (random, SUFFIX, NULL);
      int fd = openat (folder_fd, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
      gboolean locked = fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) == 0;
      struct stat st;

      again = fd >= 0 && (locked ? fstat (fd, &st) == 0 && st.st_nlink == 0
                                 : errno == EWOULDBLOCK);
      if (locked && !again && write_header (fd))
        {
          self->fd = fd;
          self->path = g_build_filename (folder, name, NULL);
          self->end = SLOT_SIZE (MIN_ORDER);
        }
      else if (fd >= 0)
        {
          unlinkat (folder_fd, name, 0);
          tmp_fd_close (&fd);
        }
    }

  tmp_fd_close (&folder_fd);
  return self->fd >= 0;
}

/* With the lock. If there is none, tells why. */
static gboolean
has_file (Journal     *self,
          const char **reason)
{
  if (self->fd >= 0)
    return TRUE;

  if (self->off == NULL && is_switched_off ())
    self->off = "It is switched off";
  if (self->off == NULL)
    {
      if (create_file (self))
        return TRUE;

      *reason = g_strerror (errno);
      /* Descriptors will be free again. */
      if (errno == EMFILE || errno == ENFILE)
        return FALSE;
      self->off = *reason;
    }

  *reason = self->off;
  return FALSE;
}

static char *
record_to_text (const TmpRecord *record)
{
  g_autofree char *path = g_build_filename (record->parent, record->name, NULL);
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);

  if (uri == NULL)
    return NULL;

  return g_strdup_printf ("%c %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GSSIZE_FORMAT " %s\n",
                          LIVE, (guint64) record->parent_id.dev, (guint64) record->parent_id.ino,
                          record->filling, uri);
}

/* @text is a line without its end. */
static gboolean
record_from_text (TmpRecord  *record,
                  const char *text)
{
  unsigned long long dev, ino;
  g_autofree char *path = NULL;
  g_autofree char *canonical = NULL;
  long filling;
  int length = 0;

  if (sscanf (text, "%*c %llu %llu %ld %n", &dev, &ino, &filling, &length) != 3 || length == 0)
    return FALSE;

  path = g_filename_from_uri (text + length, NULL, NULL);
  canonical = path != NULL ? g_canonicalize_filename (path, NULL) : NULL;
  if (canonical == NULL || strcmp (path, canonical) != 0)
    return FALSE;

  record->parent_id.dev = (dev_t) dev;
  record->parent_id.ino = (ino_t) ino;
  record->parent = g_path_get_dirname (path);
  record->name = g_path_get_basename (path);
  record->filling = filling;

  if (tmp_name_is_ours (record->name, record->filling))
    return TRUE;

  g_free (record->parent);
  g_free (record->name);
  return FALSE;
}

/* With the lock. Returns the offset of a slot that is not used, or 0. */
static guint64
take_slot (Journal *self,
           guint    order)
{
  GArray *unused = self->unused[order];
  guint64 offset;

  if (unused != NULL && unused->len > 0)
    {
      offset = g_array_index (unused, guint64, unused->len - 1);
      g_array_set_size (unused, unused->len - 1);
    }
  else
    {
      offset = (self->end + SLOT_SIZE (order) - 1) & ~((guint64) SLOT_SIZE (order) - 1);
      if (offset + SLOT_SIZE (order) > MAX_SIZE)
        return 0;
      self->end = offset + SLOT_SIZE (order);
    }

  self->n_used++;
  return offset;
}

/* With the lock. */
static void
give_slot_back (Journal *self,
                guint64  offset,
                guint    order)
{
  self->n_used--;

  if (self->n_used == 0 && self->end > KEPT_SIZE &&
      ftruncate (self->fd, (off_t) SLOT_SIZE (MIN_ORDER)) == 0)
    {
      self->end = SLOT_SIZE (MIN_ORDER);
      for (guint i = 0; i <= MAX_ORDER; i++)
        g_clear_pointer (&self->unused[i], g_array_unref);
      return;
    }

  if (self->unused[order] == NULL)
    self->unused[order] = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_array_append_val (self->unused[order], offset);
}

static gboolean
write_state (int     fd,
             guint64 offset,
             char    state)
{
  return write_at (fd, offset, &state, 1);
}

/* Writes down that a directory is about to be created. Returns 0, and a reason for
 * developers, if that was not possible. */
TmpJournalEntry
tmp_journal_add (const TmpRecord  *record,
                 const char      **reason)
{
  Journal *self = get_journal ();
  g_autofree char *text = record_to_text (record);
  guint order = text != NULL ? MAX (g_bit_storage (strlen (text)), MIN_ORDER) : G_MAXUINT;
  TmpJournalEntry entry = 0;
  guint64 offset;

  *reason = "It would be too large";
  if (order > MAX_ORDER)
    return 0;
  if (order > PAGE_ORDER)
    text[0] = STRUCK;

  g_mutex_lock (&self->lock);
  if (has_file (self, reason) && (offset = take_slot (self, order)) != 0)
    {
      if (write_slot (self->fd, offset, order, text) &&
          (order <= PAGE_ORDER || write_state (self->fd, offset, LIVE)))
        entry = offset | order;
      else
        {
          *reason = g_strerror (errno);
          /* On a full disk, part of it may be there. */
          write_state (self->fd, offset, STRUCK);
          give_slot_back (self, offset, order);
        }
    }
  g_mutex_unlock (&self->lock);

  return entry;
}

/* Is the directory to be deleted if the process dies? */
void
tmp_journal_mark (TmpJournalEntry entry,
                  gboolean        live)
{
  Journal *self = get_journal ();

  g_mutex_lock (&self->lock);
  if (entry != 0 && self->fd >= 0)
    write_state (self->fd, entry & ~(guint64) ORDER_MASK, live ? LIVE : NOT_AUTOMATIC);
  g_mutex_unlock (&self->lock);
}

/* The directory is gone, or none of our business any more. */
void
tmp_journal_strike (TmpJournalEntry entry)
{
  Journal *self = get_journal ();
  guint64 offset = entry & ~(guint64) ORDER_MASK;

  if (entry == 0)
    return;

  g_mutex_lock (&self->lock);
  /* A slot that could not be struck out is not used again. */
  if (self->fd >= 0 && write_state (self->fd, offset, STRUCK))
    give_slot_back (self, offset, (guint) (entry & ORDER_MASK));
  g_mutex_unlock (&self->lock);
}

/* To be called at exit. What still is in the file then is left to other processes. */
void
tmp_journal_close (void)
{
  Journal *self = tmp_process_peek_data (&the_journal);

  if (self == NULL)
    return;

  g_mutex_lock (&self->lock);
  if (self->fd >= 0 && self->n_used == 0)
    {
      unlink (self->path);
      g_clear_pointer (&self->path, g_free);
      tmp_fd_close (&self->fd);
      for (guint i = 0; i <= MAX_ORDER; i++)
        g_clear_pointer (&self->unused[i], g_array_unref);
    }
  g_mutex_unlock (&self->lock);
}

/* Returns the state that a record has after it has been judged. */
static char
get_next_state (char       state,
                TmpVerdict verdict)
{
  switch (verdict)
    {
    case TMP_RECORD_POSTPONED:
      return state;

    case TMP_RECORD_FAILED:
      return state == LIVE ? FAILED_ONCE : state == FAILED_ONCE ? FAILED_TWICE : STRUCK;

    case TMP_RECORD_SETTLED:
    default:
      return STRUCK;
    }
}

/* Returns the line at @text, without its end, or NULL if there is none: it may have been
 * written only in parts. */
static char *
get_line (const char *text,
          gsize       length)
{
  const char *end = memchr (text, '\n', MIN (length, SLOT_SIZE (MAX_ORDER)));

  if (end == NULL || memchr (text, '\0', (gsize) (end - text)) != NULL)
    return NULL;

  return g_strndup (text, (gsize) (end - text));
}

/* Judges each record in @text, the contents of @fd, the file of a process that is known
 * to be dead since now. Returns whether something in it is still to be done. */
static gboolean
judge_records (int           fd,
               const char   *text,
               gsize         length,
               TmpJudgeFunc  func,
               gpointer      user_data)
{
  g_autofree char *boot_id = get_boot_id ();
  const char *theirs = text + strlen (HEADER);
  TmpDeath death = { .since = g_get_monotonic_time (),
                     .rebooted = strncmp (theirs, boot_id, strlen (boot_id)) != 0 };
  gboolean unsettled = FALSE;

  for (gsize offset = SLOT_SIZE (MIN_ORDER); offset < length; offset += SLOT_SIZE (MIN_ORDER))
    {
      char state = text[offset];
      g_autofree char *line = NULL;
      TmpRecord record;

      /* A longer slot has more than one start of a shorter one in it. */
      if ((state != LIVE && state != FAILED_ONCE && state != FAILED_TWICE) ||
          text[offset + 1] != ' ')
        continue;

      line = get_line (text + offset, length - offset);
      if (line != NULL && record_from_text (&record, line))
        {
          char next = get_next_state (state, func (&record, &death, user_data));

          if (next != state)
            write_state (fd, offset, next);
          unsettled = unsettled || next != STRUCK;
          g_free (record.parent);
          g_free (record.name);
        }
    }

  return unsettled;
}

/* Returns the contents of @fd, or NULL if they are not what we write. */
static char *
read_file (int     fd,
           gsize  *length)
{
  g_autofree char *text = NULL;
  struct stat st;
  gssize n;

  if (fstat (fd, &st) != 0 || st.st_size > MAX_SIZE)
    return NULL;

  text = g_malloc0 ((gsize) st.st_size + 1);
  n = pread (fd, text, (gsize) st.st_size, 0);
  /* A process may be killed before it has written anything. */
  if (n < 0 || (n > 0 && !g_str_has_prefix (text, HEADER)))
    return NULL;

  *length = (gsize) n;
  return g_steal_pointer (&text);
}

/* Deals with the file @name in @folder, if the process that has written it is dead. */
static void
judge_file (int           folder,
            const char   *name,
            TmpJudgeFunc  func,
            gpointer      user_data)
{
  g_autofree char *text = NULL;
  struct stat named, st;
  gsize length = 0;
  int fd;

  /* Opening something else may have consequences. */
  if (fstatat (folder, name, &named, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG (named.st_mode) ||
      named.st_uid != geteuid ())
    return;

  fd = openat (folder, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0)
    return;

  /* Before the lock it may have been deleted, and what has another name is not ours. */
  if (flock (fd, LOCK_EX | LOCK_NB) != 0)
    tmp_debug ("Left “%s”: %s", name,
               errno == EWOULDBLOCK ? "Its process is alive" : g_strerror (errno));
  else if (fstat (fd, &st) == 0 &&
           st.st_dev == named.st_dev && st.st_ino == named.st_ino && st.st_nlink == 1 &&
           (text = read_file (fd, &length)) != NULL &&
           (length == 0 || !judge_records (fd, text, length, func, user_data)))
    unlinkat (folder, name, 0);

  tmp_fd_close (&fd);
}

/* Calls @func for each directory of a dead process of this user. */
void
tmp_journal_judge (TmpJudgeFunc   func,
                   gpointer       user_data,
                   GCancellable  *cancellable)
{
  Journal *self = get_journal ();
  g_autofree char *path = NULL;
  g_autofree char *own = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *name;
  gboolean held;
  int folder;

  if (is_switched_off ())
    {
      tmp_debug ("Nothing is reclaimed: %s", "It is switched off");
      return;
    }

  /* Whoever waits here expects everything to be done afterwards. */
  while (!g_mutex_trylock (&self->judging))
    {
      if (g_cancellable_is_cancelled (cancellable))
        return;
      g_usleep (10 * 1000);
    }

  g_mutex_lock (&self->lock);
  own = g_strdup (self->path != NULL ? self->path : "");
  g_mutex_unlock (&self->lock);

  held = tmp_debug_hold ();
  folder = open_folder (&path, FALSE);
  if (folder < 0 && errno != ENOENT)
    tmp_debug ("Nothing is reclaimed: %s", g_strerror (errno));
  dir = folder >= 0 ? g_dir_open (path, 0, NULL) : NULL;
  while (dir != NULL && !g_cancellable_is_cancelled (cancellable) &&
         (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, SUFFIX) && !g_str_has_suffix (own, name))
      judge_file (folder, name, func, user_data);

  tmp_fd_close (&folder);
  g_mutex_unlock (&self->judging);
  tmp_debug_release (held);
}
