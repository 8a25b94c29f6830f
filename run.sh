#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

# One door for people. How things are built and tested is Meson's business, and
# is in the meson.build files.

set -euo pipefail

source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build_dir=$(realpath -m "${BUILD_DIR:-$source_dir/_build}")

usage ()
{
  cat <<END
Usage: ./run.sh COMMAND [OPTION…]

  demo           in C, Python, JavaScript and Vala: fill a temporary directory,
                 drop it while a main loop runs, and see that it is gone
  test           run all tests; options are those of 'meson test'
  docs           build the documentation, and say where it is
  setup          only configure; options are those of 'meson setup'
  bench          measure deletion beside its peers; options are those of
                 tests/benchmarks/bench.py (--quick, --rows, --help)

What is missing is installed first, on Debian and its relatives. Everything is
built in _build, or in \$BUILD_DIR.
END
}

# What building and testing needs: the package's name in Debian, and a command
# that succeeds if it is there.
needed=(
  'gcc                     cc --version'
  'libc6-dev               test -e /usr/include/stdio.h'
  'pkg-config              pkg-config --version'
  'meson                   meson --version'
  'libglib2.0-dev          pkg-config gio-2.0'
  'gobject-introspection   g-ir-scanner --version'
  'libgirepository1.0-dev  pkg-config gobject-introspection-1.0'
  'valac                   vapigen --version'
  'valgrind                valgrind --version'
  'gettext                 msgfmt --version'
  'locales                 test -e /usr/share/i18n/locales/de_DE'
  'python3-gi              python3_with_gi'
  'libpython3.N-testsuite  python3_with_tests'
  'mypy                    mypy --version'
  'gjs                     gjs --version'
  'gi-docgen               gi-docgen --version'
  'acl                     setfacl --version'
  'git                     git --version'
  'libfuse3-dev            pkg-config fuse3'
  'fuse3                   fusermount3 --version'
  'openssh-server          test -x /usr/sbin/sshd'
  'openssh-client          command -v ssh'
  'dbus-daemon             command -v dbus-run-session'
  'gvfs                    test -e /usr/share/dbus-1/services/org.gtk.vfs.Daemon.service'
  'gvfs-backends           test -e /usr/share/gvfs/mounts/sftp.mount'
  'libgtk-4-dev            pkg-config gtk4'
  'gir1.2-gtk-4.0          python3_with_gtk'
  'xvfb                    command -v Xvfb'
  'abigail-tools           abidiff --version'
  'e2fsprogs               test -x /usr/sbin/mkfs.ext4'
  'btrfs-progs             test -x /usr/sbin/mkfs.btrfs'
  'xfsprogs                test -x /usr/sbin/mkfs.xfs'
)

# What the benchmarks need in addition: peers, and what to measure with
needed_for_bench=(
  'g++                     c++ --version'
  'qtbase5-dev             pkg-config Qt5Core'
  'libdazzle-1.0-dev       pkg-config libdazzle-1.0'
  'strace                  strace --version'
  'binutils                strip --version'
)

# The same two that introspection/meson.build tries: python3 may be one that was
# brought along from elsewhere, without gi.
python3_with_gi ()
{
  /usr/bin/python3 -c 'import gi' || python3 -c 'import gi'
}

python3_with_gtk ()
{
  local program='import gi; gi.require_version("Gtk", "4.0")'

  /usr/bin/python3 -c "$program" || python3 -c "$program"
}

# CPython's tests of its tempfile, of whichever version that is
python3_with_tests ()
{
  /usr/bin/python3 -c 'import test.test_tempfile' || python3 -c 'import test.test_tempfile'
}

as_root ()
{
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  else
    sudo "$@"
  fi
}

install_missing ()
{
  local entry package probe version missing=()

  for entry in "${needed[@]}"; do
    read -r package probe <<<"$entry"
    # Unquoted: a command and its arguments.
    $probe >/dev/null 2>&1 || missing+=("$package")
  done

  if [ ${#missing[@]} -eq 0 ]; then
    return
  fi

  if ! command -v apt-get >/dev/null ||
     { [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; }; then
    echo "Please install (these are Debian's names): ${missing[*]}" >&2
    exit 1
  fi

  echo "Installing ${missing[*]}"
  as_root apt-get update -qq
  # Which N that is, the package of python3 knows, also before it is installed.
  version=$(apt-cache depends python3 | sed -n 's/.* Depends: python\(3\.[0-9]*\)$/\1/p')
  missing=("${missing[@]/#libpython3.N-/libpython$version-}")
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
}

configure ()
{
  if [ ! -e "$build_dir/build.ninja" ]; then
    # Not 'auto': here, a language that is left out is a mistake.
    meson setup -Dintrospection=enabled -Dvapi=enabled -Dnls=enabled -Ddocumentation=enabled \
      "$@" "$build_dir" "$source_dir"
  fi
}

# In the environment in which a program finds the library in the build tree
demo ()
{
  local language=$1
  shift

  printf '\n== %s: %s\n' "$language" "${*##*/}"
  meson devenv -C "$build_dir" "$@"
}

run_demo ()
{
  local python=/usr/bin/python3

  configure
  meson compile -C "$build_dir"

  "$python" -c 'import gi' 2>/dev/null || python=python3

  demo C "$build_dir/doc/examples/demo-c"
  # Without bytecode, which would go into the source tree
  demo Python "$python" -B "$source_dir/doc/examples/demo.py"
  demo JavaScript gjs -m "$source_dir/doc/examples/demo.js"
  demo Vala "$build_dir/doc/examples/demo-vala"
}

run_test ()
{
  local log=$build_dir/meson-logs/testlog.json status=0

  configure
  rm -f "$log"
  meson test -C "$build_dir" --print-errorlogs "$@" || status=$?
  python3 "$source_dir/.ci/summary.py" "$log" || status=1

  return "$status"
}

run_docs ()
{
  local site=$build_dir/doc/tmpdir-glib-1

  configure
  # It may have been configured before gi-docgen was installed.
  meson setup --reconfigure -Ddocumentation=enabled "$build_dir" >/dev/null
  meson compile -C "$build_dir" documentation
  cat <<END

The documentation is here:
  file://$site/index.html
To search in it, a browser wants it from a server:
  python3 -m http.server --directory $site --bind localhost
END
}

run_bench ()
{
  configure
  # It may have been configured before the peers were installed.
  meson setup --reconfigure "$build_dir" >/dev/null
  meson compile -C "$build_dir" benchmarks
  python3 -B "$source_dir/tests/benchmarks/bench.py" --build "$build_dir" "$@"
}

command=${1:-help}
shift || true

case $command in
  demo)
    install_missing
    run_demo
    ;;
  test)
    install_missing
    run_test "$@"
    ;;
  setup)
    install_missing
    configure "$@"
    ;;
  docs)
    install_missing
    run_docs
    ;;
  bench)
    needed+=("${needed_for_bench[@]}")
    install_missing
    run_bench "$@"
    ;;
  help | -h | --help)
    usage
    ;;
  *)
    usage >&2
    exit 2
    ;;
esac
