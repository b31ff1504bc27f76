#!/usr/bin/env bash
# What action.yml runs: the command of this clone or, if the input `version` names a release, the executable of that, which stays on the
# runner for later steps.
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
# What was only compared with its sum does not count when more is asked for.
folder=$RUNNER_TOOL_CACHE/talos-image/$version/by-sum
asked=()
if [ "$INPUT_ATTESTATION" != false ]; then
  folder=$RUNNER_TOOL_CACHE/talos-image/$version/by-attestation
  asked=(--attested-by "$ACTION_REPOSITORY")
fi
if [ ! -x "$folder/talos-image" ]; then
  TALOS_IMAGE_RELEASES=$GITHUB_SERVER_URL/$ACTION_REPOSITORY/releases GH_TOKEN=$token \
    sh "$GITHUB_ACTION_PATH/scripts/installers/install.sh" --version "$version" --to "$folder" ${asked[@]+"${asked[@]}"} >/dev/null ||
    fail 1 "the executable of v$version could not be installed" 'the lines before this one say why'
fi
TALOS_IMAGE_CALLED_AS=talos-image exec "$folder/talos-image" github-action
