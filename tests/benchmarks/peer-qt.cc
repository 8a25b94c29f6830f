/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <QDir>
#include <QElapsedTimer>
#include <QTemporaryDir>

#include <cstdio>
#include <cstdlib>
#include <cstring>

int
main (int   argc,
      char *argv[])
{
  if (argc == 3 && strcmp (argv[1], "delete") == 0)
    return QDir (argv[2]).removeRecursively () ? 0 : 1;

  if (argc != 4)
    return 2;

  /* create PARENT COUNT */
  QElapsedTimer timer;

  timer.start ();
  for (long i = 0; i < atol (argv[3]); i++)
    if (!QTemporaryDir (QString (argv[2]) + "/bench-XXXXXX").isValid ())
      return 1;
  printf ("{\"inside_s\": %.6f}\n", (double) timer.nsecsElapsed () / 1e9);

  return 0;
}
