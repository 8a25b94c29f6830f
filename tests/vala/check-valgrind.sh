#!/bin/sh
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

# check-valgrind.sh VALGRIND.SH WRONG-OWNER: valgrind reports what it is there to see, and
# nothing else.

set -eu

script=$1
program=$2
# GLib notices some of it, too, and is not to end the program.
unset G_DEBUG

# check CASE STATUS REPORT
check ()
{
  status=0
  report=$(sh "$script" "$program" "$1" 2>&1) || status=$?
  if [ "$status" -eq "$2" ] && printf '%s\n' "$report" | grep -q "$3"; then
    echo "ok - $1"
  else
    echo "not ok - $1: status $status"
    printf '%s\n' "$report" | sed 's/^/# /'
  fi
}

echo 1..3
check right 0 ''
check lost 99 'are definitely lost'
check freed-twice 99 'Invalid read of size'
