/** The script that writes a disk, as a pure function: it does not depend on where it runs. */

import { COMPRESSIONS, MAGIC_BYTES } from '../compressions.ts'
import { USER_AGENT } from '../util/user-agent.ts'
import { quote } from './quote.ts'

export interface Download {
  readonly url: string
  /** Certificate authorities to trust beside those of the server, in PEM. */
  readonly ca?: string | undefined
  /** Whether more settings for curl stand on standard input: those that must not show in a list of processes. */
  readonly hasConfig?: boolean | undefined
}

export interface WriteScriptOptions {
  /** A URL that the server downloads, or `stdin` for what is streamed to it over SSH. */
  readonly from: Download | 'stdin'
  /** Such as `/dev/sda`. */
  readonly device: string
  /**
   * `sparse` discards the disk and writes only the blocks that hold data; `plain` writes zeros over the disk and then
   * every block, for disks on which a discard leaves old data behind.
   */
  readonly mode: 'sparse' | 'plain'
}

/** The exit status with which the script says that it has explained itself in a line `error`. */
export const EXPLAINED = 3

/**
 * A bash script that reads the image, hashes it as it arrives, unpacks it, hashes the disk as it is written, and
 * writes it. It reports in lines on standard output: `talos-image KEY VALUE`; the progress of the transfer comes as
 * dd's own `N bytes` on standard error.
 *
 * - `discard ok|zeroed|failed`, `compression NAME`
 * - `source-sha256 HEX`, `disk-hash HEX`, `disk-bytes N`
 * - `error KIND TEXT`, KIND being `download`, `unpack`, `write` or `empty`
 */
export function writeScript({ from, device, mode }: WriteScriptOptions): string {
  const ca = from === 'stdin' ? undefined : from.ca
  return `set -uo pipefail
export LC_ALL=C
device=${quote(device)}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
say() { printf 'talos-image %s\\n' "$*"; }
give_up() { say error "$1" "$(tail -c 400 "$work/$2.err" 2>/dev/null | tr '\\n' ' ')"; exit ${EXPLAINED}; }
${mode === 'sparse' ? DISCARD : ZERO}
${ca === undefined ? '' : `{ cat /etc/ssl/certs/ca-certificates.crt 2>/dev/null; printf %s ${quote(ca)}; } >"$work/ca.pem"\n`}fetch() { ${fetchCommand(from)} 2>"$work/download.err"; }
# Unpacks standard input onto the disk. Leaves compression, disk.sum and bytes in the work folder; empty or unwritten
# when that is what went wrong.
put() {
  local magic
  magic=$(dd bs=1 count=${MAGIC_BYTES} status=none | od -An -v -tx1 | tr -d ' \\n')
  [ -n "$magic" ] || { : >"$work/empty"; return 1; }
  beginning=$(printf %s "$magic" | sed 's/../\\\\x&/g')
  case "$magic" in
${cases(mode)}
  esac
}
packed() { printf "$beginning"; cat; }
# What leaves zeros out by itself writes to the disk without a pipe. Another one unpacks for the hash: together they take
# a quarter of the time of one that feeds both through pipes (zstd in QEMU without KVM, 2026).
put_sparse() {
  local option=$1 hash status bytes
  shift
  { exec 9<>"$device"; } 2>"$work/write.err" || { : >"$work/unwritten"; return 1; }
  { "$@" <"$work/disk" 2>/dev/null | b2sum >"$work/disk.sum"; } &
  hash=$!
  packed | tee "$work/disk" | "$@" "$option" 2>"$work/unpack.err" >&9
  status=("\${PIPESTATUS[@]}")
  wait "$hash" && [ "\${status[1]}" -eq 0 ] || status[2]=$((status[2] ? status[2] : 1))
  # 153: a limit on the size of files, where the disk is one.
  [ "\${status[2]}" -ne 153 ] || echo 'Write error: File too large' >"$work/unpack.err"
  if grep -Eqi 'write error|sparse skip' "$work/unpack.err"; then
    mv "$work/unpack.err" "$work/write.err"
    : >"$work/unwritten"
  fi
  # Where the last byte was written.
  read -r _ bytes <"/proc/$BASHPID/fdinfo/9"
  echo "$bytes" >"$work/bytes"
  return "\${status[2]}"
}
put_with_dd() {
  local hash status
  b2sum <"$work/disk" >"$work/disk.sum" &
  hash=$!
  packed | "$@" 2>"$work/unpack.err" | tee "$work/disk" |
    dd of="$device" bs=1M iflag=fullblock ${mode === 'sparse' ? 'conv=sparse,notrunc,fsync' : 'conv=notrunc,fsync'} 2>"$work/write.err"
  status=("\${PIPESTATUS[@]}")
  wait "$hash"
  [ "\${status[3]}" -eq 0 ] || : >"$work/unwritten"
  sed -n 's/^\\([0-9]*\\) bytes.*/\\1/p' "$work/write.err" >"$work/bytes"
  return "\${status[1]}"
}
mkfifo "$work/source" "$work/disk"
sha256sum <"$work/source" >"$work/source.sum" &
source_hash=$!
fetch | dd bs=1M iflag=fullblock status=progress | tee "$work/source" | put
status=("\${PIPESTATUS[@]}")
wait "$source_hash"
[ ! -e "$work/unwritten" ] || give_up write write
# 23 and 141: what reads the download ended first, so the reason stands there.
case "\${status[0]}" in 0 | 23 | 141) ;; *) give_up download download ;; esac
[ ! -e "$work/empty" ] || give_up empty download
[ "\${status[3]}" -eq 0 ] || give_up unpack unpack
for one in "\${status[@]}"; do [ "$one" -eq 0 ] || give_up download download; done
sync || give_up write write
say compression "$(cat "$work/compression")"
say source-sha256 "$(cut -d' ' -f1 <"$work/source.sum")"
say disk-hash "$(cut -d' ' -f1 <"$work/disk.sum")"
say disk-bytes "$(cat "$work/bytes")"
`
}

/** The branches for each compression: the script decides by content, not by name. */
function cases(mode: WriteScriptOptions['mode']): string {
  return COMPRESSIONS.map(({ name, magic, command, sparse }) => {
    const option = mode === 'sparse' ? sparse?.on : sparse?.off
    const put = option === undefined ? 'put_with_dd' : `put_sparse ${option}`
    return `    ${magic}*) printf ${name} >"$work/compression"; ${put} ${command} ;;`
  }).join('\n')
}

function fetchCommand(from: WriteScriptOptions['from']): string {
  if (from === 'stdin') return 'cat'
  const more = [
    `--user-agent ${quote(USER_AGENT)}`,
    // What was asked for with encryption is not taken without it, wherever a redirect leads.
    ...(from.url.startsWith('https:') ? ["--proto-redir '=https'"] : []),
    ...(from.ca === undefined ? [] : ['--cacert "$work/ca.pem"']),
    ...(from.hasConfig ? ['--config -'] : []),
  ]
  const fixed = `curl --fail --silent --show-error --location --globoff --proto '=http,https' --connect-timeout 15 --speed-limit 1 --speed-time 60`
  return [fixed, ...more, `--url ${quote(from.url)}`].join(' ')
}

/** Discarding takes seconds, makes the snapshot small, and leaves zeros on most disks: whether here, is checked later. */
const DISCARD = `if blkdiscard -f "$device" 2>"$work/discard.err"; then say discard ok
elif blkdiscard -f -z "$device" 2>"$work/discard.err"; then say discard zeroed
else say discard failed; fi`

const ZERO = `if blkdiscard -f -z "$device" 2>"$work/write.err" ||
  dd if=/dev/zero of="$device" bs=4M count="$(blockdev --getsize64 "$device")" iflag=count_bytes conv=notrunc,fsync 2>"$work/write.err"
then say discard zeroed
else give_up write write; fi`
