#!/bin/sh
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

# run-example.sh PROGRAM [ARGUMENT…]: runs it where there is nothing, and where it must
# leave nothing.

set -eu

XDG_STATE_HOME=$(mktemp -d)
# The last, or what is exported already has mktemp put the other one into it.
TMPDIR=$(mktemp -d)
export TMPDIR XDG_STATE_HOME

"$@"
# Both fail if there is something left.
rmdir "$TMPDIR"
rmdir "$XDG_STATE_HOME/tmpdir-glib" "$XDG_STATE_HOME"
