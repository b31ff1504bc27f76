#!/bin/sh
# Installs talos-image: fetches the file for this computer from a release, compares its SHA-256, and puts it into a folder.
#
#   sh install.sh [--version VERSION] [--to FOLDER] [--attested-by REPOSITORY]
#
# TALOS_IMAGE_RELEASES is where the releases are, if they are somewhere else.
set -eu

# A release puts its own here.
RELEASES=https://github.com/OWNER/talos-image/releases
VERSION=latest

main() {
  folder=
  attested_by=
  while [ "$#" -gt 0 ]; do
    case $1 in
      --help | -h)
        help
        return
        ;;
      --version | --to | --attested-by)
        [ -n "${2:-}" ] || fail "$1 needs a value"
        case $1 in
          --to) folder=$2 ;;
          --attested-by) attested_by=$2 ;;
          *) VERSION=${2#v} ;;
        esac
        shift 2
        ;;
      *) fail "there is no argument $1; --help shows those that there are" ;;
    esac
  done
  target=$(find_target)
  [ -n "$folder" ] || folder=$(default_folder)
  RELEASES=${TALOS_IMAGE_RELEASES:-$RELEASES}
  if [ "$VERSION" = latest ]; then from=$RELEASES/latest/download; else from=$RELEASES/download/v$VERSION; fi
  install_from "$from" "talos-image-$target"
}

help() {
  cat <<'END'
Installs talos-image: fetches the file for this computer from a release, compares its SHA-256, and puts it into a folder.

  sh install.sh [--version VERSION] [--to FOLDER] [--attested-by REPOSITORY]

  --version VERSION   such as 0.1.0, instead of that of this script
  --to FOLDER         instead of /usr/local/bin for root, and ~/.local/bin for others
  --attested-by OWNER/talos-image   gh must confirm that a workflow of this repository has made it
END
}

fail() {
  echo "error: $1" >&2
  [ -z "${2:-}" ] || echo "  hint: $2" >&2
  exit 1
}

find_target() {
  case $(uname -s)/$(uname -m) in
    Linux/x86_64 | Linux/amd64) echo linux-x64 ;;
    Linux/aarch64 | Linux/arm64) echo linux-arm64 ;;
    Darwin/arm64) echo darwin-arm64 ;;
    Darwin/x86_64) echo darwin-x64 ;;
    *)
      fail "there is no executable for $(uname -s) on $(uname -m)" \
        'npm install --global talos-image works with Node.js 20 or newer'
      ;;
  esac
}

default_folder() {
  if [ "$(id -u)" -eq 0 ]; then echo /usr/local/bin; else echo "${HOME:?}/.local/bin"; fi
}

install_from() {
  mkdir -p "$folder" 2>/dev/null || fail "the folder $folder cannot be made" '--to names another one'
  if command -v sha256sum >/dev/null; then
    sum='sha256sum'
  elif command -v shasum >/dev/null; then
    sum='shasum -a 256'
  else
    fail 'there is neither sha256sum nor shasum, so nothing can be compared'
  fi
  # Beside its place, so that it is there whole or not at all. Whether it can be written is known before anything is fetched.
  scratch=$(mktemp -d "$folder/.talos-image.XXXXXX" 2>/dev/null) ||
    fail "nothing can be written to $folder" 'run this with sudo, or name another folder with --to'
  trap 'rm -rf "$scratch"' EXIT
  trap 'exit 1' HUP INT TERM

  echo "Fetching $1/$2.tar.gz"
  fetch "$1/SHA256SUMS" "$scratch/sums"
  fetch "$1/$2.tar.gz" "$scratch/archive"
  expected=$(sed -n "s/^\([0-9a-f]\{64\}\)  $2\.tar\.gz\$/\1/p" "$scratch/sums")
  [ -n "$expected" ] || fail "$1/SHA256SUMS has no $2.tar.gz"
  found=$($sum <"$scratch/archive")
  found=${found%% *}
  [ "$found" = "$expected" ] ||
    fail "$2.tar.gz has the SHA-256 $found, and SHA256SUMS has $expected: it is not what was released" \
      'nothing was installed; try again, and report it if it happens again'

  [ -z "$attested_by" ] || gh attestation verify "$scratch/archive" --repo "$attested_by" ||
    fail "$2.tar.gz has no attestation that it comes from $attested_by" 'nothing was installed; gh said why'

  tar -xzf "$scratch/archive" -C "$scratch" "$2"
  version=$("$scratch/$2" --version) ||
    fail 'the executable does not run here' 'on Linux it needs glibc 2.28 or newer, and libstdc++; Alpine has another libc'
  mv "$scratch/$2" "$folder/talos-image"
  echo "Installed talos-image $version as $folder/talos-image"
  case :$PATH: in
    *:"$folder":*) ;;
    *) echo "$folder is not in PATH yet" ;;
  esac
}

fetch() {
  if command -v curl >/dev/null; then
    curl --fail --silent --show-error --location --retry 3 --output "$2" "$1" || fail "$1 cannot be fetched"
  elif command -v wget >/dev/null; then
    wget --quiet --tries=3 --output-document="$2" "$1" || fail "$1 cannot be fetched"
  else
    fail 'there is neither curl nor wget'
  fi
}

# All of it is here before any of it runs.
main "$@"
