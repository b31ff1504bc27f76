#!/usr/bin/env bash
# Builds Talos Linux snapshots in a Hetzner Cloud project. All arguments go to `talos-image build`; see README.md.
set -euo pipefail
unset CDPATH

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

# What messages call it, beside the command.
export TALOS_IMAGE_CREATE_SH=$0

# A clone has the command that prepares itself; a package from the registry comes ready.
for command in "$here/../talos-image" "$here/../dist/cli.cjs"; do
  [ -x "$command" ] && exec "$command" build --directory "$here" "$@"
done
printf 'create.sh: %s\n' "$here has no talos-image around it." \
  'Leave _packer where it is in the repository, and link to create.sh if you want it elsewhere.' >&2
exit 1
