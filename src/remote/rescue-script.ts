/** Makes sure that the machine that answered is the rescue system, and that it has what the work needs. */

import { COMPRESSIONS } from '../compressions.ts'
import type { Source, SourceFacts } from '../source/source.ts'
import { quote } from './quote.ts'

/** The programs that the scripts use for every source. */
const PROGRAMS = 'perl dd df awk sort blockdev sha256sum b2sum fallocate tr cut head tail grep stat mktemp sync'.split(
  ' ',
)

/** The programs that a source takes on the build server. Of standard input it is not known beforehand what comes: what is usual. */
export function programsFor(
  { kind }: Pick<Source, 'kind'>,
  { compression }: Pick<SourceFacts, 'compression'>,
): string[] {
  const possible = COMPRESSIONS.filter(({ name, isInFactory }) =>
    kind === 'stdin' ? isInFactory : name === compression,
  )
  const download = kind === 'factory' || kind === 'url' ? ['curl'] : []
  return [...download, ...PROGRAMS, ...possible.flatMap(({ programs }) => programs)]
}

/**
 * Reports `talos-image KEY VALUE`: `host NAMES`, `mounted yes|no` (whether anything of the device is mounted), `missing
 * TOOL ...`, `device-bytes N` (0 when there is no such device).
 * @param programs those that must be there
 */
export function rescueScript(device: string, programs: readonly string[]): string {
  return `export LC_ALL=C
device=${quote(device)}
say() { printf 'talos-image %s\\n' "$*"; }
say host "$(cat /etc/hostname 2>/dev/null) $(uname -n)"
if grep -Eq "^$device(p?[0-9]+)? " /proc/mounts; then say mounted yes; else say mounted no; fi
missing=
for tool in ${programs.map(quote).join(' ')}; do command -v "$tool" >/dev/null || missing="$missing $tool"; done
say missing $missing
say device-bytes "$(blockdev --getsize64 "$device" 2>/dev/null || echo 0)"
`
}
