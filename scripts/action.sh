#!/usr/bin/env bash
# What action.yml runs: the command of this clone or, if the input `version` names a release, the executable of that. It is downloaded
# once for each runner, and must have the SHA-256 that the release says.
set -euo pipefail
# For gh alone.
token=${GH_TOKEN:-}
unset GH_TOKEN

# $1: exit code; the others: what is wrong, and what to do
fail() {
  printf '::error title=talos-image::%s%%0Ahint: %s\n' "$2" "$3" >&2
  exit "$1"
}

[ -n "$INPUT_VERSION" ] || exec "$GITHUB_ACTION_PATH/talos-image" github-action

[[ $INPUT_VERSION =~ ^v?([0-9]+\.[0-9]+\.[0-9]+)$ ]] ||
  fail 2 'the input "version" is not that of a release' 'write one such as v1.2.3, or leave it out'
version=${BASH_REMATCH[1]}
case ${RUNNER_OS:-}-${RUNNER_ARCH:-} in
  Linux-X64) target=linux-x64 ;;
  Linux-ARM64) target=linux-arm64 ;;
  macOS-X64) target=darwin-x64 ;;
  macOS-ARM64) target=darwin-arm64 ;;
  *) fail 2 "there is no executable for ${RUNNER_OS:-} on ${RUNNER_ARCH:-}" 'leave the input "version" out' ;;
esac
# What was only compared with its sum does not count when more is asked for.
checked=by-sum
[ "$INPUT_ATTESTATION" = false ] || checked=by-attestation
folder=$RUNNER_TOOL_CACHE/talos-image/$version/$checked
program=$folder/talos-image-$target
archive=talos-image-$target.tar.gz
releases=$GITHUB_SERVER_URL/$ACTION_REPOSITORY/releases

download() {
  curl --fail --silent --show-error --location --retry 3 --output "$scratch/$1" "$releases/download/v$version/$1" ||
    fail 1 "$1 of v$version cannot be downloaded" "the versions that there are: $releases"
}

check_sum() {
  local sum=(sha256sum)
  command -v sha256sum >/dev/null || sum=(shasum -a 256)
  (cd -- "$scratch" && grep -- "  $archive\$" SHA256SUMS | "${sum[@]}" --check --status) ||
    fail 1 "$archive is not the file that SHA256SUMS of v$version names" 'it is not used; try again later'
}

check_attestation() {
  [ "$checked" = by-attestation ] || return 0
  GH_TOKEN=$token gh attestation verify "$scratch/$archive" --repo "$ACTION_REPOSITORY" >&2 ||
    fail 1 "$archive has no attestation that it comes from $ACTION_REPOSITORY" 'it is not used; gh said why'
}

if [ ! -x "$program" ]; then
  mkdir -p -- "$folder"
  scratch=$(mktemp -d)
  trap 'rm -rf -- "$scratch"' EXIT
  download SHA256SUMS
  download "$archive"
  check_sum
  check_attestation
  tar -xzf "$scratch/$archive" -C "$scratch"
  # Another job of the same runner may be here, too: each sees all of the file or nothing.
  mv -- "$scratch/talos-image-$target" "$program.$$"
  mv -- "$program.$$" "$program"
  rm -rf -- "$scratch"
fi
TALOS_IMAGE_CALLED_AS=talos-image exec "$program" github-action
