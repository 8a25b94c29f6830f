# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

# run.sh MESON SOURCE-OF-TMPDIR-GLIB FILE...
#
# Builds and runs a project that consists of these files and has tmpdir-glib
# as a subproject.

set -eu

meson=$1
source=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir -p "$work/consumer/subprojects"
cp "$@" "$work/consumer"
# The wrap file is what others copy; there, its revision would be fetched from the
# network, and here it is this tree, in the folder that it would be fetched to.
cp "$source/doc/tmpdir-glib.wrap" "$work/consumer/subprojects"
ln -s "$source" "$work/consumer/subprojects/tmpdir-glib"

"$meson" setup "$work/build" "$work/consumer" \
  --wrap-mode=nodownload --force-fallback-for=tmpdir-glib \
  -Dtmpdir-glib:tests=false -Dtmpdir-glib:examples=false
"$meson" compile -C "$work/build"
"$meson" test -C "$work/build" --no-suite tmpdir-glib --print-errorlogs

# It is the one just built that runs, not one that is installed.
ldd "$work/build/consumer" | grep -F "$work/build/subprojects/tmpdir-glib/"
