# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

# check-exports.sh LIBRARY LIST
#
# The library exports exactly the symbols on the list, and says that it cannot
# be unloaded, since worker threads and an exit handler live in it.

set -eu

library=$1
list=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

grep -v '^#' "$list" > "$work/wanted"
nm -D --defined-only "$library" | awk '{ print $3 }' | LC_ALL=C sort > "$work/exported"
if ! diff -u "$work/wanted" "$work/exported"; then
  echo "The exported symbols (+) are not those in $list (-)." >&2
  exit 1
fi

if ! readelf -d "$library" | grep -q NODELETE; then
  echo "$library is not marked as NODELETE." >&2
  exit 1
fi
