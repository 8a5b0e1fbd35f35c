#!/usr/bin/env bash
# NocoBase's server packages for tests/plugin, from the npm registry that is configured, once: into the
# cache outside the tree that other tests have, too (or NOCOBASE_PACKAGES). Needs node 20, npm and, for SQLite, a compiler
# and node's headers (Debian: nodejs npm gcc g++ make python3).
#
#   tests/plugin/fetch.sh       about 3 minutes; nothing where all of them are there
set -eu
here=$(cd "$(dirname "$0")" && pwd)
to=${NOCOBASE_PACKAGES:-${XDG_CACHE_HOME:-/var/cache}/pam_wecom-tests/plugin}
mark=$to/.complete-$(sha256sum "$here/packages.json" | cut -c1-12)

[ ! -e "$mark" ] || exit 0
mkdir -p "$to"
exec 9>"$to/.lock"
flock 9
[ ! -e "$mark" ] || exit 0
cp "$here/packages.json" "$to/package.json"
cd "$to"
npm install --omit=dev --legacy-peer-deps --no-audit --no-fund --no-progress --loglevel=error >&2
# its build script is not run by newer versions of npm unless asked for
if ! node -e 'require("sqlite3")' 2>/dev/null; then
    [ ! -d /usr/include/node ] || export npm_config_nodedir=/usr
    npm rebuild sqlite3 --ignore-scripts=false --loglevel=error >&2
fi
node -e 'require("sqlite3"); require.resolve("@nocobase/server")'
: >"$mark"
