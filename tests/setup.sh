# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

# setup.sh DIRECTORY...
#
# Runs before all other tests: makes these directories, and removes what a
# test that crashed has left in them.

set -eu

for dir; do
  mkdir -p "$dir"
  # Files that not even root may delete, if this system knows such a thing
  chattr -R -f -i -a "$dir" 2>/dev/null || :
  find "$dir" -mindepth 1 -type d ! -perm -u+rwx -exec chmod u+rwx {} \;
  find "$dir" -mindepth 1 -delete
done
