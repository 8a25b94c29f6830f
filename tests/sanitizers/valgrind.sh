#!/bin/sh
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

# valgrind.sh [OPTION…] PROGRAM [ARGUMENT…]: runs it under valgrind, and ends with 99 if
# something is lost for good, or used when it has been freed.

set -eu

# Valgrind does not see into GLib 2.74's own allocator.
export G_SLICE=always-malloc
export TMPDIR_TEST_SCALE=20

# GLib's own list of what it keeps until the process ends
glib=/usr/share/glib-2.0/valgrind/glib.supp
if [ -e "$glib" ]; then
  set -- --suppressions="$glib" "$@"
fi

# Test programs start themselves; what else they start is not ours.
exec valgrind \
  --quiet \
  --error-exitcode=99 \
  --leak-check=full \
  --show-leak-kinds=definite \
  --errors-for-leak-kinds=definite \
  --num-callers=30 \
  --fair-sched=yes \
  --vgdb=no \
  --trace-children=yes \
  '--trace-children-skip=/bin/*,/sbin/*,/usr/*' \
  --suppressions="$(dirname "$0")/valgrind.supp" \
  "$@"
