# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

# run.sh MESON SOURCE PROGRAM.c INTROSPECTION VAPI NLS PYTHON GJS
#
# Installs tmpdir-glib into a temporary prefix, compares what is installed
# with what should be, and builds and runs a program with nothing but the
# compiler and pkg-config; then the programs of doc/getting-started.md, by the
# commands that it has. INTROSPECTION, VAPI and NLS are 'enabled' or 'disabled';
# PYTHON is the interpreter that has gi, GJS is gjs, or they are empty.

set -eu

meson=$1
source=$2
program=$3
introspection=$4
vapi=$5
nls=$6
python=$7
gjs=$8
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix

"$meson" setup "$work/build" "$source" \
  --prefix="$prefix" --libdir=lib -Dtests=false -Dexamples=false -Ddocumentation=disabled \
  -Dintrospection="$introspection" -Dvapi="$vapi" -Dnls="$nls"
"$meson" compile -C "$work/build"
# Should something go elsewhere than into the prefix, it is not the system.
"$meson" install -C "$work/build" --destdir "$work/destdir"

{
  cat << 'END'
PREFIX/include/tmpdir-glib-1/tmpdir-glib/tmp-delete.h
PREFIX/include/tmpdir-glib-1/tmpdir-glib/tmp-directory.h
PREFIX/include/tmpdir-glib-1/tmpdir-glib/tmp-enum-types.h
PREFIX/include/tmpdir-glib-1/tmpdir-glib/tmp-reclaim.h
PREFIX/include/tmpdir-glib-1/tmpdir-glib/tmp-spooled-stream.h
PREFIX/include/tmpdir-glib-1/tmpdir-glib/tmp-version-macros.h
PREFIX/include/tmpdir-glib-1/tmpdir-glib/tmp-version.h
PREFIX/include/tmpdir-glib-1/tmpdir-glib/tmpdir-glib.h
PREFIX/lib/libtmpdir-glib-1.so
PREFIX/lib/libtmpdir-glib-1.so.0
PREFIX/lib/libtmpdir-glib-1.so.0.1.0
PREFIX/lib/pkgconfig/tmpdir-glib-1.pc
END
  if [ "$introspection" = enabled ]; then
    echo PREFIX/lib/girepository-1.0/Tmp-1.typelib
    echo PREFIX/share/gir-1.0/Tmp-1.gir
    echo PREFIX/share/gjs-1.0/overrides/Tmp.js
    echo PREFIX/share/gjs-1.0/overrides/Tmp.d.ts
    if [ -n "$python" ]; then
      echo PREFIX/PYTHON/gi/overrides/Tmp.py
      echo PREFIX/PYTHON/gi-stubs/repository/Tmp.pyi
    fi
  fi
  if [ "$vapi" = enabled ]; then
    echo PREFIX/share/vala/vapi/tmpdir-glib-1.deps
    echo PREFIX/share/vala/vapi/tmpdir-glib-1.vapi
  fi
  if [ "$nls" = enabled ]; then
    grep -v '^#' "$source/po/LINGUAS" | grep . |
      sed 's|.*|PREFIX/share/locale/&/LC_MESSAGES/tmpdir-glib.mo|'
  fi
} | LC_ALL=C sort > "$work/wanted"
# Where in the prefix Python looks is for Python to know, and whether bytecode is
# installed is for Meson, which does it from 1.2 on.
(cd "$work/destdir" && find . ! -type d ! -path '*/__pycache__/*') |
  sed -e "s|^\.$prefix/|PREFIX/|" -E -e "s,^PREFIX/.*/(gi/overrides|gi-stubs)/,PREFIX/PYTHON/\1/," |
  LC_ALL=C sort > "$work/installed"
if ! diff -u "$work/wanted" "$work/installed"; then
  echo 'What is installed (+) is not what should be (-).' >&2
  exit 1
fi
mv "$work/destdir$prefix" "$prefix"

export PKG_CONFIG_PATH="$prefix/lib/pkgconfig"
export LD_LIBRARY_PATH="$prefix/lib"
# shellcheck disable=SC2046 # these are words
"${CC:-cc}" -Wall -Werror -o "$work/consumer" "$program" \
  $(pkg-config --cflags --libs tmpdir-glib-1)
"$work/consumer"

# What the user of this prefix has in his environment
export GI_TYPELIB_PATH="$prefix/lib/girepository-1.0"
export GJS_PATH="$prefix/share/gjs-1.0"
export XDG_DATA_DIRS="$prefix/share:${XDG_DATA_DIRS:-/usr/local/share:/usr/share}"
override=$(find "$prefix" -path '*/gi/overrides/Tmp.py')
export PYTHONPATH="${override%/gi/overrides/Tmp.py}"

python3 ()
{
  "$python" -B "$@"
}

# gone OUTPUT: the path that hello has printed was one, and nothing is there.
gone ()
{
  case $1 in
    */hello-*/greeting) ! test -e "${1%/greeting}" ;;
    *) false ;;
  esac
}

cp "$source"/doc/examples/hello.* "$work"
cd "$work"

cc hello.c -o hello $(pkg-config --cflags --libs tmpdir-glib-1)
gone "$(./hello)"

kept=$(TMPDIR_GLIB_KEEP=1 ./hello 2>kept)
test "$(cat "$kept")" = hello
grep -F "${kept%/greeting}" kept
rm -r "${kept%/greeting}"
G_MESSAGES_DEBUG=tmpdir-glib ./hello > told
grep ': Created .*/hello-' told
grep ': Deleted .*/.hello-' told
gone "$(grep '^/' told)"
gone "$(TMPDIR_GLIB_JOURNAL=0 ./hello)"

if [ -n "$python" ]; then
  gone "$(python3 hello.py)"
fi
if [ -n "$gjs" ]; then
  gone "$(gjs -m hello.js)"
fi
if [ "$vapi" = enabled ] && command -v valac >/dev/null; then
  rm hello
  valac --pkg tmpdir-glib-1 hello.vala
  gone "$(./hello)"
fi
