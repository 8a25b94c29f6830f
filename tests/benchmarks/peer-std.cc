/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <filesystem>
#include <iostream>

int
main (int,
      char *argv[])
{
  std::error_code error;

  std::filesystem::remove_all (argv[1], error);
  if (error)
    std::cerr << error.message () << "\n";

  return error ? 1 : 0;
}
