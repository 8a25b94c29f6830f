# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

# check.sh TMP.gir SYSTEM_GIRS OVERRIDES WORK GJS
#
# Makes types for TypeScript from the GIR, as doc/typescript.md has it, and compiles
# and runs program.ts with them. The tools are kept in the folder WORK, and
# come from whichever registry npm is configured for.

set -eu

gir=$(realpath "$1")
system_girs=$2
overrides=$3
work=$4
gjs=$5
source=$(cd "$(dirname "$0")" && pwd)

# What doc/typescript.md tells users to take
generator=@ts-for-gir/cli@5.4.0
compiler=typescript@7.0.2

for tool in "$generator" "$compiler"; do
  grep -qF "$tool" "$source/../../doc/typescript.md"
done

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
node_modules/.bin/ts-for-gir generate Tmp-1 --girDirectories "$(dirname "$gir")" "$system_girs" \
  --outdir types </dev/null >generate.log 2>&1
cp "$source/program.ts" "$source/tsconfig.json" "$overrides/Tmp.d.ts" .

echo "1..2"
node_modules/.bin/tsc --project . >&2
echo "ok 1 - types"
"$gjs" -m out/program.js >&2
echo "ok 2 - program"
