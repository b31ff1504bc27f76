#!/usr/bin/env bash
# Builds Talos Linux snapshots in a Hetzner Cloud project. All arguments go to `talos-image build`; see README.md.
# On a fresh clone, and whenever the sources have changed, it first installs what it needs and builds itself.
set -euo pipefail
unset CDPATH

fail() {
  printf 'create.sh: %s\n' "$@" >&2
  exit 1
}

# The directory of this script itself, however it was called.
script=${BASH_SOURCE[0]}
while [ -L "$script" ]; do
  target=$(readlink -- "$script")
  case $target in
    /*) script=$target ;;
    *) script=$(dirname -- "$script")/$target ;;
  esac
done
here=$(cd -P -- "$(dirname -- "$script")" && pwd)
root=$(dirname -- "$here")

check_node() {
  local version major minor
  command -v node >/dev/null || fail 'Node.js is needed, version 20.19 or newer.' 'Install it from https://nodejs.org and run this again.'
  version=$(node --version)
  IFS=. read -r major minor _ <<<"${version#v}"
  if ((major < 20 || (major == 20 && minor < 19))); then
    fail "Node.js 20.19 or newer is needed; this is $version." 'Install a newer one from https://nodejs.org and run this again.'
  fi
}

# CRC, size and name of each file. That tells changes apart, is in every POSIX system and takes milliseconds.
fingerprint() {
  (cd -- "$root" && find "$@" -type f -exec cksum {} + | LC_ALL=C sort)
}

# Whether the file holds this fingerprint.
is_stamped() {
  [ -f "$1" ] && [ "$(<"$1")" = "$2" ]
}

dependencies_stamp=$root/node_modules/.talos-image-stamp
program_stamp=$root/dist/.stamp

is_ready() {
  [ -f "$root/dist/cli.js" ] && is_stamped "$dependencies_stamp" "$dependencies" && is_stamped "$program_stamp" "$program"
}

# Whether somebody else, such as a developer's `npm install`, has installed just what the lock file asks for.
is_installed() {
  (cd -- "$root" && node -e '
    const read = (file) => JSON.parse(require("node:fs").readFileSync(file, "utf8")).packages
    const installed = read("node_modules/.package-lock.json")
    for (const [path, { optional, version }] of Object.entries(read("package-lock.json"))) {
      if (path !== "" && !optional && installed[path]?.version !== version) process.exit(1)
    }
  ' 2>/dev/null)
}

# Whether somebody else has built the program after the last change. A stamp says it better, where there is one.
is_built() {
  [ -f "$root/dist/cli.js" ] && [ ! -e "$program_stamp" ] &&
    [ -z "$(cd -- "$root" && find "${inputs[@]}" -newer dist/cli.js)" ]
}

# Only one create.sh may prepare at a time. flock lets go by itself when its owner dies. Without it, a link that names the
# owner's process does: it comes to be with the name in it, and the name tells whether the owner still lives.
lock() {
  local link=$root/node_modules.lock owner left=600
  if command -v flock >/dev/null; then
    exec 9<"$root"
    flock 9
    return
  fi
  [ -w "$root" ] || return 0
  until ln -s "$$" "$link" 2>/dev/null; do
    ((left -= 1)) || fail "Another create.sh has been preparing for ten minutes. If there is none, remove $link."
    owner=$(readlink -- "$link" || true)
    if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then rm -f -- "$link"; else sleep 1; fi
  done
  lock_link=$link
}

unlock() {
  if [ -n "${lock_link:-}" ]; then rm -f -- "$lock_link"; fi
  exec 9<&-
}

# One line, however much there is to do.
announce() {
  [ -n "${announced:-}" ] || printf 'Preparing talos-image (%s) ...\n' "$1" >&2
  announced=yes
}

# npm talks to a log file only: standard output belongs to the results. The first argument says what may be wrong.
run_npm() {
  local hint=$1
  shift
  (cd -- "$root" && npm "$@" </dev/null >>"$log" 2>&1 9<&-) && return
  cat -- "$log" >&2
  fail "npm $* failed in $root; what it said stands above." "$hint"
}

# Where the directory belongs to somebody else there may be nothing to write, and nothing is lost by it but some time.
stamp() {
  { mkdir -p -- "${1%/*}" && printf '%s\n' "$2" >"$1"; } 2>/dev/null || true
}

prepare() {
  log=$(mktemp)
  trap 'rm -f -- "$log"; unlock' EXIT
  lock
  if ! is_stamped "$dependencies_stamp" "$dependencies"; then
    if ! is_installed; then
      announce 'first run, about half a minute'
      # Whatever NODE_ENV says: the build needs the development dependencies.
      run_npm 'It needs the network, and the right to write there. Mend that and run this again.' \
        ci --include=dev --no-audit --no-fund
    fi
    stamp "$dependencies_stamp" "$dependencies"
  fi
  if ! is_stamped "$program_stamp" "$program" || [ ! -f "$root/dist/cli.js" ]; then
    if ! is_built; then
      announce 'its sources have changed, a few seconds'
      rm -f -- "$program_stamp"
      run_npm 'Are the sources complete? "git status" tells. Mend them and run this again.' run build
    fi
    stamp "$program_stamp" "$program"
  fi
  unlock
  rm -f -- "$log"
  trap - EXIT
}

check_node
# A package from the registry comes built, and without the sources.
if [ -d "$root/src" ] && [ -f "$root/package-lock.json" ]; then
  inputs=(package-lock.json package.json src)
  [ ! -d "$root/scripts" ] || inputs+=(scripts)
  dependencies=$(fingerprint package-lock.json)
  program=$(fingerprint "${inputs[@]}")
  is_ready || prepare
fi
[ -f "$root/dist/cli.js" ] || fail "$root/dist/cli.js is missing: this directory has no talos-image around it." \
  'Leave _packer where it is in the repository, and link to create.sh if you want it elsewhere.'
exec node "$root/dist/cli.js" build --directory "$here" "$@"
