/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The names of what this library creates.
 *
 * g_mkdtemp() fills its six X from the clock, so whoever can create files in
 * /tmp can create every name that it will try in the next hour (1.8 million
 * files do) and make it fail for everybody. 80 bits from the kernel beside them
 * leave nothing to guess, and make the name its own proof of who made it. */

#include "config.h"

#include "tmp-name-private.h"

#include "tmp-error-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/random.h>

#define DEFAULT_PREFIX "tmp"
#define RANDOM_CHARS 16 /* of 5 bits each */
#define FILLING "XXXXXX" /* for g_mkdtemp() to fill in */
#define NAME_MAX_BYTES 255

#define HIDDEN_SUFFIX ".deleted"
#define HIDDEN_ROOM (NAME_MAX_BYTES - strlen (".") - strlen (HIDDEN_SUFFIX))

/* Lower case only, so that a case-insensitive file system keeps all 5 bits. */
static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

static void
fill_random (guint8 *buffer,
             gsize   length)
{
  gsize done = 0;

  while (done < length)
    {
      gssize n = getrandom (buffer + done, length - done, 0);

      if (n > 0)
        done += (gsize) n;
      else if (errno != EINTR)
        break;
    }

  /* Linux before 3.17, or a sandbox without getrandom(): GLib's generator is
   * seeded from /dev/urandom. */
  for (; done < length; done++)
    buffer[done] = (guint8) g_random_int_range (0, 256);
}

static char *
make_random (gsize length)
{
  char *text = g_malloc (length + 1);

  fill_random ((guint8 *) text, length);
  for (gsize i = 0; i < length; i++)
    text[i] = alphabet[(guchar) text[i] & 31];
  text[length] = '\0';

  return text;
}

/* Returns 80 random bits as 16 characters. */
char *
tmp_name_random (void)
{
  return make_random (RANDOM_CHARS);
}

/* Returns @prefix, 22 characters, @suffix. Of the 22 the last 16 are random;
 * the first 6 are, too, or they are what g_mkdtemp() fills in if
 * @for_mkdtemp. */
char *
tmp_name_new (const char  *prefix,
              const char  *suffix,
              gboolean     for_mkdtemp,
              GError     **error)
{
  g_autofree char *random = NULL;
  const char *bad = NULL;

  if (prefix == NULL)
    prefix = DEFAULT_PREFIX;
  if (suffix == NULL)
    suffix = "";

  if (strchr (prefix, '/') != NULL)
    bad = prefix;
  else if (strchr (suffix, '/') != NULL)
    bad = suffix;

  if (bad != NULL)
    {
      tmp_error_set_literal (error, G_IO_ERROR_INVALID_FILENAME,
                             bad == prefix ? TMP_ACTION_USE_PREFIX : TMP_ACTION_USE_SUFFIX, bad,
                             N_("It must not contain “/”"));
      return NULL;
    }

  if (strlen (prefix) + strlen (FILLING) + RANDOM_CHARS + strlen (suffix) > NAME_MAX_BYTES)
    {
      G_STATIC_ASSERT (NAME_MAX_BYTES - RANDOM_CHARS - (sizeof FILLING - 1) == 233);
      tmp_error_set (error, G_IO_ERROR_INVALID_FILENAME,
                     N_("Invalid prefix or suffix: Together they must not be longer than 233 bytes"));
      return NULL;
    }

  random = make_random (strlen (FILLING) + RANDOM_CHARS);
  if (for_mkdtemp)
    memcpy (random, FILLING, strlen (FILLING));

  return g_strconcat (prefix, random, suffix, NULL);
}

/* Are there @n characters of ours in a row, somewhere in @name? */
static gboolean
has_random (const char *name,
            gsize       n)
{
  gsize n_found = 0;

  for (; *name != '\0' && n_found < n; name++)
    n_found = strchr (alphabet, *name) != NULL ? n_found + 1 : 0;

  return n_found == n;
}

/* Could tmp_name_new() have made @name? @filling is where in it g_mkdtemp() is to fill
 * in something, or -1. */
gboolean
tmp_name_is_ours (const char *name,
                  gssize      filling)
{
  gsize length = strlen (name);

  if (length > NAME_MAX_BYTES || strchr (name, '/') != NULL)
    return FALSE;

  if (filling >= 0)
    return (gsize) filling + strlen (FILLING) + RANDOM_CHARS <= length &&
           strncmp (name + filling, FILLING, strlen (FILLING)) == 0 &&
           strspn (name + filling + strlen (FILLING), alphabet) >= RANDOM_CHARS;

  return has_random (name, strlen (FILLING) + RANDOM_CHARS);
}

/* Could a directory of ours have @name, whatever g_mkdtemp() has filled in? */
gboolean
tmp_name_may_be_ours (const char *name)
{
  /* A hidden name may have lost some of it. */
  return has_random (name, RANDOM_CHARS) || g_str_has_suffix (name, HIDDEN_SUFFIX);
}

/* Is @name what became of @pattern, in which g_mkdtemp() has filled in something at
 * @filling, or its hidden name? */
gboolean
tmp_name_matches (const char *name,
                  const char *pattern,
                  gssize      filling)
{
  gsize length = strlen (pattern);
  gsize cut = length > HIDDEN_ROOM ? length - HIDDEN_ROOM : 0;

  /* A hidden name that would have been too long has lost its beginning. */
  if (*name == '.' && g_str_has_suffix (name, HIDDEN_SUFFIX) &&
      strlen (name) == 1 + length - cut + strlen (HIDDEN_SUFFIX))
    {
      name++;
      pattern += cut;
      filling -= (gssize) cut;
      length -= cut;
    }
  else if (strlen (name) != length)
    {
      return FALSE;
    }

  for (gssize i = 0; i < (gssize) length; i++)
    if (name[i] != pattern[i] && (i < filling || i >= filling + (gssize) strlen (FILLING)))
      return FALSE;

  return TRUE;
}

/* Returns where in a name with this prefix g_mkdtemp() fills in something. */
gssize
tmp_name_get_filling (const char *prefix)
{
  return (gssize) strlen (prefix != NULL ? prefix : DEFAULT_PREFIX);
}

/* Can g_mkdtemp() be trusted to fill in what we mean? It fills the last that
 * it finds, and @suffix comes later. */
gboolean
tmp_name_suits_mkdtemp (const char *suffix)
{
  return suffix == NULL || strstr (suffix, FILLING) == NULL;
}

/* Returns the name under which @name waits for its deletion: ".NAME.deleted".
 * A name that would become too long loses its beginning. */
char *
tmp_name_hidden (const char *name)
{
  gsize length = strlen (name);

  if (length > HIDDEN_ROOM)
    name += length - HIDDEN_ROOM;

  return g_strconcat (".", name, HIDDEN_SUFFIX, NULL);
}
