#!/bin/sh
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

# check-abi.sh [--record] LIBRARY DUMP HEADER…
#
# The functions of the library, and the types in these headers, are still those
# in DUMP; there may be more. With --record, DUMP is written.

set -eu

record=false
if [ "$1" = --record ]; then
  record=true
  shift
fi
library=$(realpath "$1")
dump=$2
shift 2

skip ()
{
  echo "Skipped: $1"
  exit 77
}

command -v abidiff >/dev/null || skip 'abidiff (abigail-tools) is not installed'
readelf -S "$library" | grep -q '\.debug_info' || skip 'the library has no debugging symbols'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/headers"
cp "$@" "$work/headers"
# Only what others can see, and nothing that differs by machine
abidw --headers-dir "$work/headers" --drop-private-types --exported-interfaces-only \
  --no-corpus-path --no-comp-dir-path --no-show-locs --no-elf-needed \
  --out-file "$work/now.abi" "$library"

if $record; then
  mv "$work/now.abi" "$dump"
  exit
fi

# Of the first tag, what says whether they can be compared
attribute ()
{
  sed -n "s/^<abi-corpus .*$1='\([^'.]*\).*/\1/p" "$2"
}
for name in architecture version; do
  [ "$(attribute $name "$dump")" = "$(attribute $name "$work/now.abi")" ] ||
    skip "what is recorded is of $name '$(attribute $name "$dump")', not '$(attribute $name "$work/now.abi")'"
done

if ! abidiff --no-added-syms "$dump" "$work/now.abi"; then
  cat >&2 <<END
Programs that are linked with an older libtmpdir-glib-1.so.0 may not work with
this one. If nobody can have one yet: meson compile -C BUILD record-abi
END
  exit 1
fi
