/** The script that reads a written disk back, past the page cache. */

import { quote } from './quote.ts'
import { EXPLAINED } from './write-script.ts'

export interface VerifyScriptOptions {
  readonly device: string
  /** How much of the disk the image takes. */
  readonly diskBytes: number
  /**
   * How far the disk may have held something before, in bytes. So far all of it is read; behind that the last 16 MiB and
   * 8 MiB out of each 512 MiB are. All of the disk is read when it is undefined.
   */
  readonly oldBytes: number | undefined
}

/**
 * A bash script that reads the disk back with direct I/O: the image's part is hashed, the rest must be zeros.
 * dd itself finds what is not zero: with `conv=sparse` it writes only such blocks, so the copy of a stretch of zeros
 * takes no space at all. That is several times faster than comparing or hashing. All processors, up to four, take part.
 *
 * It reports `talos-image KEY VALUE`: `disk-hash HEX`, `boot-sector ok|missing`, `rest zero|OFFSET` (the offset of the
 * stretch that is not zero), `error read TEXT`.
 */
export function verifyScript({ device, diskBytes, oldBytes }: VerifyScriptOptions): string {
  return `set -uo pipefail
export LC_ALL=C
device=${quote(device)}
image=${Math.trunc(diskBytes)}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
say() { printf 'talos-image %s\\n' "$*"; }
give_up() { say error read "$(tail -c 400 "$work/\${1:-read}.err" | tr '\\n' ' ')"; wait; exit ${EXPLAINED}; }
finish() {
  wait "$image_hash" || give_up image
  say disk-hash "$(cut -d' ' -f1 <"$work/disk.sum")"
  say rest "$1"
  wait
  exit 0
}
block=$((1 << 20))
size=$(blockdev --getsize64 "$device" 2>"$work/read.err") || give_up
whole=$((image / block))
rest=$((image % block))
read_blocks() { dd if="$device" bs=1M skip="$1" count="$2" iflag=direct 2>"$work/\${3:-read}.err"; }
# Reads to the end, too: dd would fail if its reader went away before it has written all of a block.
first_bytes() { head -c "$1" && cat >/dev/null; }
# Hashing keeps one processor busy; the others go on meanwhile.
{ read_blocks 0 "$whole" image && { [ "$rest" -eq 0 ] || read_blocks "$whole" 1 image | first_bytes "$rest"; }; } |
  b2sum >"$work/disk.sum" &
image_hash=$!
signature=$(read_blocks 0 1 | od -An -v -tx1 -j510 -N2 | tr -d ' \\n')
if [ "$signature" = 55aa ]; then say boot-sector ok; else say boot-sector missing; fi
at=$whole
if [ "$rest" -gt 0 ]; then
  behind=$(read_blocks "$whole" 1 | tail -c +$((rest + 1)) | tr -d '\\0' | wc -c) || give_up
  [ "$behind" -eq 0 ] || finish "$image"
  at=$((whole + 1))
fi
# The quick way needs a file system that counts a file's blocks, which ramfs, for one, does not.
printf %65536s x >"$work/probe"
counts=$(stat -c %b "$work/probe")
# Blocks that fit a processor's cache: 16 MiB take twice as long (2 cores, 2026).
read_stretch() { dd if="$device" bs=1M skip="$1" count="$2" iflag=direct,skip_bytes,count_bytes "\${@:3}"; }
amount_of_data() {
  local failed=0 data copy="$work/$1.copy" errors="$work/$1.err"
  if [ "$counts" -gt 0 ]; then
    # A copy that does not fit is not zero either, even if dd succeeds.
    read_stretch "$1" "$2" of="$copy" conv=sparse 2>"$errors" || failed=1
    data=$(stat -c %b "$copy" 2>/dev/null) || data=0
    # Another reader's copy may have taken all the room, which only one of what is not zero does.
    [ "$failed" -eq 0 ] || ! grep -q 'No space left' "$errors" || data=1
    rm -f "$copy"
    [ "$data" -gt 0 ] || [ "$failed" -eq 0 ] || return
    echo "$data"
  else
    read_stretch "$1" "$2" 2>"$errors" | tr -d '\\0' | wc -c
  fi
}
# Sets how much is read at the place, and the next place.
next_stretch() {
  stretch=$((1 << 30)) next=$((at + stretch))
  if [ "$at" -ge "$tail" ] || [ "$next" -le "$old" ]; then :
  elif [ "$at" -lt "$old" ]; then stretch=$((old - at)) next=$old
  else
    stretch=$((8 << 20)) next=$((at + (512 << 20)))
    [ "$next" -lt "$tail" ] || next=$tail
  fi
}
# Looking for zeros is work for the processors, so each of them takes a stretch. The first that is not zero is told.
readers=$(nproc)
[ "$readers" -le 4 ] || readers=4
at=$((at * block))
old=${oldBytes === undefined ? '$((1 << 62))' : Math.trunc(oldBytes)}
tail=$((size - (16 << 20)))
while [ "$at" -lt "$size" ]; do
  looks=()
  for ((; at < size && \${#looks[@]} < readers; at = next)); do
    next_stretch
    amount_of_data "$at" "$stretch" >"$work/$at.data" &
    looks+=("$at:$!")
  done
  for look in "\${looks[@]}"; do
    from=\${look%:*}
    wait "\${look#*:}" || { wait; mv -f "$work/$from.err" "$work/read.err"; give_up; }
    data=$(cat "$work/$from.data")
    [ "\${data:-1}" -eq 0 ] || finish "$from"
  done
  rm -f "$work"/*.data "$work"/*.err
done
finish zero
`
}
