# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

# run.sh MESON SOURCE PROGRAM.c INTROSPECTION VAPI NLS PYTHON
#
# Installs tmpdir-glib into a temporary prefix, compares what is installed
# with what should be, and builds and runs a program with nothing but the
# compiler and pkg-config. INTROSPECTION, VAPI and NLS are 'enabled' or
# 'disabled'; PYTHON is the interpreter that has gi, or empty.

set -eu

meson=$1
source=$2
program=$3
introspection=$4
vapi=$5
nls=$6
python=$7
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix

"$meson" setup "$work/build" "$source" \
  --prefix="$prefix" --libdir=lib -Dtests=false -Dexamples=false \
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

if [ "$introspection" = enabled ] && [ -n "$python" ]; then
  override=$(find "$prefix" -path '*/gi/overrides/Tmp.py')
  GI_TYPELIB_PATH="$prefix/lib/girepository-1.0" \
  PYTHONPATH="${override%/gi/overrides/Tmp.py}" \
  "$python" -B -c '
import gi, os
gi.require_version("Tmp", "1")
from gi.repository import Tmp
with Tmp.Directory(prefix="consumer-") as path:
    assert os.path.isdir(path)
assert not os.path.exists(path)
'
fi
