/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tree.h"

#include <stdio.h>

int
main (int   argc,
      char *argv[])
{
  if (argc < 4)
    {
      fprintf (stderr, "usage: make-tree PATH SHAPE NUMBER…\n");
      return 2;
    }

  printf ("%ld\n", tree_make (argv[1], (const char * const *) argv + 2));

  return 0;
}
