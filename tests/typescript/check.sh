# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

# check.sh TMP.gir SYSTEM_GIRS OVERRIDES WORK
#
# Makes types for TypeScript from the GIR, and compiles and runs program.ts with them, by
# the commands of doc/typescript.md. The tools are kept in the folder WORK, and come from
# whichever registry npm is configured for.

set -eu

gir=$(realpath "$1")
system_girs=$2
overrides=$3
work=$4
source=$(cd "$(dirname "$0")" && pwd)

# The same as below
generator=@ts-for-gir/cli@5.4.0
compiler=typescript@7.0.2

skip ()
{
  echo "1..1"
  echo "ok 1 - types # SKIP $1"
  exit 0
}

command -v npm >/dev/null || skip "npm is not installed"
node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || skip "Node is older than 20"

mkdir -p "$work"
cd "$work"
if [ "$(cat installed 2>/dev/null)" != "$generator $compiler" ]; then
  rm -rf node_modules installed
  # What is there is reason enough for npm not to look for a project above.
  echo '{"private": true}' > package.json
  npm install --cache "$work/cache" --no-package-lock --no-save --no-audit --no-fund --ignore-scripts \
    --fetch-retries=1 --fetch-timeout=60000 --loglevel=error "$generator" "$compiler" >npm.log 2>&1 ||
    skip "npm cannot install $generator and $compiler"
  rm -rf cache
  echo "$generator $compiler" > installed
fi

rm -rf types out
cp "$source/program.ts" "$source/tsconfig.json" "$overrides/Tmp.d.ts" .
# Before it is installed
echo "export default {girDirectories: ['$(dirname "$gir")', '$system_girs']};" > .ts-for-girrc.js

echo "1..2"
# What has been installed above is what npx takes.
export npm_config_offline=true
npx @ts-for-gir/cli@5.4.0 generate Tmp-1 --outdir types </dev/null >generate.log 2>&1
npx --package typescript@7.0.2 tsc >&2
echo "ok 1 - types"
gjs -m out/program.js >&2
echo "ok 2 - program"
