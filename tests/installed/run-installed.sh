#!/bin/sh
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

# run-installed.sh PROGRAM [ARGUMENT…]: runs an installed test in a folder of its
# own, which others may enter, since some tests become another user.

set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
mkdir "$work/tmp" "$work/state"

status=0
env TMPDIR="$work/tmp" XDG_STATE_HOME="$work/state" LC_ALL=C.UTF-8 LANGUAGE=en \
  G_DEBUG=fatal-warnings \
  PYTHONWARNINGS='error,ignore::ImportWarning,ignore::DeprecationWarning:gi.events' \
  "$@" || status=$?

left=$(find "$work/tmp" -mindepth 1 | head -n 20)
if [ -n "$left" ]; then
  printf 'Left behind, among others:\n%s\n' "$left" >&2
  exit 1
fi
exit "$status"
