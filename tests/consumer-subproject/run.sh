# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

# run.sh MESON SOURCE-OF-TMPDIR-GLIB FILE...
#
# Builds and runs a project that consists of these files and has tmpdir-glib
# as a subproject, which Meson fetches as our wrap file says.

set -eu

meson=$1
source=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir -p "$work/consumer/subprojects"
cp "$@" "$work/consumer"
cp "$source/doc/tmpdir-glib.wrap" "$work/consumer/subprojects"

# It names a repository in the network and a revision there: git is told that this is
# one that has been made of this tree.
setting ()
{
  sed -n "s/^$1 = //p" "$source/doc/tmpdir-glib.wrap"
}
origin=$work/origin
mkdir "$origin"
tar -C "$source" --exclude='./_build*' --exclude=./.git -c . | tar -C "$origin" -x
export GIT_CONFIG_GLOBAL="$work/gitconfig" GIT_CONFIG_NOSYSTEM=1
git config --global user.name consumer
git config --global user.email consumer@example.org
git config --global init.defaultBranch main
git config --global "url.file://$origin.insteadOf" "$(setting url)"
git -C "$origin" init -q
git -C "$origin" add --all
git -C "$origin" commit -q -m "As it is"
git -C "$origin" tag "$(setting revision)"

"$meson" setup "$work/build" "$work/consumer" \
  --force-fallback-for=tmpdir-glib-1 \
  -Dtmpdir-glib:tests=false -Dtmpdir-glib:examples=false
"$meson" compile -C "$work/build"
"$meson" test -C "$work/build" --no-suite tmpdir-glib --print-errorlogs

test -d "$work/consumer/subprojects/tmpdir-glib/.git"

# It is the one just built that runs, not one that is installed.
ldd "$work/build/consumer" | grep -F "$work/build/subprojects/tmpdir-glib/"
