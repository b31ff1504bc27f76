/** Makes sure that the machine that answered is the rescue system, and that it has what the work needs. */

import { quote } from './quote.ts'

/** The programs that the scripts use. */
const TOOLS = 'curl dd xz zstd gzip blockdev sha256sum b2sum mkfifo tee od tr sed head tail stat mktemp'

/**
 * Reports `talos-image KEY VALUE`: `host NAMES`, `mounted yes|no` (whether anything of the device is mounted), `missing
 * TOOL ...`, `device-bytes N` (0 when there is no such device).
 */
export function rescueScript(device: string): string {
  return `export LC_ALL=C
device=${quote(device)}
say() { printf 'talos-image %s\\n' "$*"; }
say host "$(cat /etc/hostname 2>/dev/null) $(uname -n)"
if grep -Eq "^$device(p?[0-9]+)? " /proc/mounts; then say mounted yes; else say mounted no; fi
missing=
for tool in ${TOOLS}; do command -v "$tool" >/dev/null || missing="$missing $tool"; done
say missing $missing
say device-bytes "$(blockdev --getsize64 "$device" 2>/dev/null || echo 0)"
`
}
