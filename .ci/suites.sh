# shellcheck shell=bash
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

# Releases of Debian in folders below $work_dir, for scripts that have set that,
# and $source_dir.

# What has to be there before the rest is used
prepare_suites ()
{
  if [ "$(id -u)" -ne 0 ]; then
    echo "$0 has to be run as root." >&2
    exit 1
  fi

  apt-get update -qq
  if ! command -v debootstrap >/dev/null; then
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends debootstrap >/dev/null
  fi
  # debootstrap, and apt in there, look for a proxy in the environment.
  eval "$(apt-config shell http_proxy Acquire::http::Proxy https_proxy Acquire::https::Proxy)"
  export http_proxy https_proxy
  mkdir -p "$work_dir"
}

# find_mirror SUITE: prints the first of Debian's mirrors in apt's sources that
# has it
find_mirror ()
{
  local uri

  # shellcheck disable=SC2016 # for apt-get
  while read -r uri; do
    # Goes where apt would go, through the same proxy
    if /usr/lib/apt/apt-helper download-file "${uri%/}/dists/$1/InRelease" "$work_dir/InRelease" >/dev/null 2>&1; then
      echo "$uri"
      return
    fi
  done < <(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' | sort -u)
  return 1
}

# install_suite SUITE MIRROR: there is a folder once everything is in it.
install_suite ()
{
  local root=$work_dir/$1

  if [ ! -d "$root" ]; then
    rm -rf "$root.new"
    debootstrap --variant=minbase "$1" "$root.new" "$2"
    # The folder can be made again: nothing needs to wait for the disk.
    echo force-unsafe-io > "$root.new/etc/dpkg/dpkg.cfg.d/unsafe-io"
    mkdir "$root.new/source"
    mv "$root.new" "$root"
  fi

  echo "deb $2 $1 main" > "$root/etc/apt/sources.list"
  # The clock of this machine, and how old a mirror may be, are the same there.
  apt-config dump | grep '^Acquire::Check-' > "$root/etc/apt/apt.conf.d/machine.conf" || :
  cp -L /etc/hosts /etc/resolv.conf "$root/etc/"
  in_suite "$1" sh -c 'apt-get update -qq && apt-get dist-upgrade -qq -y --no-install-recommends'
}

# in_suite SUITE COMMAND…: runs it with that suite as the root directory, and
# the source, read-only, in /source. Mounts and processes are in namespaces of
# their own: nothing is left of them, also when this is killed. The old root is
# put away, because after a mere chroot() the kernel creates no user namespaces,
# which the tests do.
in_suite ()
{
  local root=$work_dir/$1
  shift

  # shellcheck disable=SC2016 # for that shell
  SOURCE=$source_dir ROOT=$root unshare --mount --pid --fork --kill-child sh -euc '
    mount --bind "$ROOT" "$ROOT"
    mount -t proc proc "$ROOT/proc"
    mount --rbind /sys "$ROOT/sys"
    mount --rbind /dev "$ROOT/dev"
    mount --bind "$SOURCE" "$ROOT/source"
    mount -o remount,bind,ro "$ROOT/source"
    cd "$ROOT"
    pivot_root . mnt
    cd /
    umount --lazy mnt
    # Not exec: process 1 has to be one that waits for orphans.
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
      DEBIAN_FRONTEND=noninteractive BUILD_DIR=/build \
      ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
      "$@"
  ' sh "$@"
}
