# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

# leftovers.sh DIRECTORY
#
# Runs after all other tests, and fails if one of them has left something.

set -eu

left=$(find "$1" -mindepth 1 -maxdepth 2 | head -n 20)
if [ -n "$left" ]; then
  printf 'Left behind in %s, among others:\n%s\n' "$1" "$left" >&2
  exit 1
fi
