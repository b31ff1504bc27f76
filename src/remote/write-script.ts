/** The script that writes a disk, as a pure function: it does not depend on where it runs. */

import { COMPRESSIONS, MAGIC_BYTES } from '../compressions.ts'
import { USER_AGENT } from '../util/user-agent.ts'
import { perl } from './perl.ts'
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

/** More than the end of what a program says when it fails. */
export const PAGE_BYTES = 4096

/**
 * Where the scripts keep what is too big for a pipe: memory, since the disk is what is written. `work` is a folder of the
 * script's own, `memory` what may be used of it, in bytes: half of what is left, so that the system keeps its share.
 *
 * - `reserve NAME ...`: files with room for what is to be said when the folder is full; they are opened with `<>`
 * - `said NAME`: what stands in `NAME.err`, as one line
 */
export const WORK_FOLDER = `room=\${TMPDIR:-/dev/shm}
[ -d "$room" ] && [ -w "$room" ] || room=/tmp
work=$(mktemp -d "$room/talos-image.XXXXXX") || exit 1
export work
trap 'rm -rf "$work"' EXIT
memory=$({ df -k "$work" | awk 'NR > 1 { print $4 }'; awk '/^MemAvailable/ { print $2 }' /proc/meminfo; } | sort -n | head -n 1)
memory=$((\${memory:-0} * 512))
reserve() { for name; do printf '%${PAGE_BYTES}s' '' >"$work/$name"; done; }
said() { tr -s ' \\n' ' ' <"$work/$1.err" 2>/dev/null | tail -c 400; }`

/**
 * A bash script that reads the image, hashes it as it arrives, unpacks it, and writes the blocks that hold data. Zeros go
 * through no pipe and no hash: what is unpacked goes into a sparse file in memory, `put` follows behind, skips the holes,
 * and gives the memory back. All of it happens at once, and the discarding of the disk meanwhile.
 *
 * It reports in lines on standard output: `talos-image KEY VALUE`; the progress of the transfer comes as lines `N bytes` on
 * standard error.
 *
 * - `discard ok|zeroed|failed`, `compression NAME`
 * - `source-sha256 HEX`, `data-hash HEX` (of the blocks that hold data and where they are), `disk-bytes N`
 * - `error KIND TEXT`, KIND being `download`, `unpack`, `memory`, `program` (one is missing), `write` or `empty`
 */
export function writeScript({ from, device, mode }: WriteScriptOptions): string {
  const ca = from === 'stdin' ? undefined : from.ca
  const kinds = COMPRESSIONS.map(({ name, magic, command }) => quote(`${name}:${magic}:${command}`))
  const discardFirst = mode === 'plain' ? `${ZERO}\n` : ''
  const discardMeanwhile = mode === 'sparse' ? `${DISCARD}\n` : ''
  return `set -uo pipefail
export LC_ALL=C
device=${quote(device)}
# A limit on the size of files, where the disk is one, is an error like any other.
trap '' XFSZ
${WORK_FOLDER}
say() { printf 'talos-image %s\\n' "$*"; }
give_up() { say error "$1" "$(said "$2")"; exit ${EXPLAINED}; }
${discardFirst}reserve {download,unpack,write}.err {source,data}.sum
${ca === undefined ? '' : `{ cat /etc/ssl/certs/ca-certificates.crt 2>/dev/null; printf %s ${quote(ca)}; } >"$work/ca.pem"\n`}fetch() { ${fetchCommand(from)} 2<>"$work/download.err"; }
# Two views of the unpacked image: how far it is written, and how far it is read, stands in /proc for all who share them.
exec 9>"$work/disk" 8<"$work/disk"
{
${discardMeanwhile}${perl(PUT)} "$device" ${mode} 7>&2 2<>"$work/write.err" | b2sum 1<>"$work/data.sum" || : >"$work/unwritten"
} &
writer=$!
fetch | ${perl(UNPACK)} "$memory" ${kinds.join(' ')} >&9
status=("\${PIPESTATUS[@]}")
: >"$work/unpacked"
wait "$writer"
if grep -qi 'file too large' "$work/unpack.err"; then give_up write unpack; fi
if grep -qi 'no space left' "$work/unpack.err"; then give_up memory unpack; fi
[ ! -e "$work/unwritten" ] || give_up write write
# 23 and 141: what reads the download ended first, so the reason stands there.
case "\${status[0]}" in 0 | 23 | 141) ;; *) give_up download download ;; esac
case "\${status[1]}" in
  0) ;;
  ${EMPTY}) give_up empty download ;;
  ${KILLED}) give_up memory unpack ;;
  ${MISSING}) give_up program unpack ;;
  *) give_up unpack unpack ;;
esac
[ "\${status[0]}" -eq 0 ] || give_up download download
# bzip2 takes what is damaged between two streams for garbage, ignores it, and is content.
if grep -q 'trailing garbage' "$work/unpack.err"; then give_up unpack unpack; fi
[ -s "$work/disk" ] || give_up empty download
# What is zero was not written, so that there is room for it was not seen.
if [ "$(stat -c %s "$work/disk")" -gt "$(blockdev --getsize64 "$device")" ]; then
  echo 'No space left on device' >"$work/write.err"
  give_up write write
fi
sync "$device" 2<>"$work/write.err" || give_up write write
say compression "$(cat "$work/compression")"
say source-sha256 "$(cut -d' ' -f1 <"$work/source.sum")"
say data-hash "$(cut -d' ' -f1 <"$work/data.sum")"
say disk-bytes "$(stat -c %s "$work/disk")"
`
}

/** The exit statuses of `UNPACK`: when nothing came, when the command was killed, and when there is no such command. */
const [EMPTY, KILLED, MISSING] = [4, 5, 6]

/**
 * Unpacks standard input, whose first bytes tell how, into the sparse file on standard output, and hashes it. It waits for
 * the writer while as much memory is in use as may be. Leaves compression, source.sum and unpack.err in the work folder.
 * Arguments: the memory in bytes, and what there is of compressions, each as NAME:MAGIC:COMMAND.
 */
const UNPACK = String.raw`
my ($memory, @kinds) = @ARGV;
my ($work, $bytes, $told) = ($ENV{work}, 0, 0);
open my $read, '<&=', 8 or die;
grow_pipe(STDIN);
my $part = read_part(STDIN);
exit ${EMPTY} if $part eq '';
my ($name, $magic, $command);
for (@kinds) {
  ($name, $magic, $command) = split /:/, $_, 3;
  last if index(unpack('H*', substr($part, 0, ${MAGIC_BYTES})), $magic) == 0;
}
open my $kind, '>', "$work/compression" or die;
print $kind $name;
close $kind;
open my $hash, '|-', 'exec sha256sum 1<>"$work/source.sum"' or die;
open my $unpack, '|-', 'bash', '-c', "set -o pipefail; { $command; } 2<>\"\$work/unpack.err\"" or die;
$SIG{PIPE} = 'IGNORE';
grow_pipe($_) for $hash, $unpack;
sub tell_progress {
  return if time == $told;
  $told = time;
  print STDERR "$bytes bytes\n";
}
for (;;) {
  write_all($hash, $part);
  $bytes += length $part;
  last unless write_all($unpack, $part);
  tell_progress();
  while (sysseek($read, 0, 1) + $block < sysseek(STDOUT, 0, 1) && (stat STDOUT)[12] * 512 > $memory && !-e "$work/unwritten") {
    select(undef, undef, undef, 0.02);
    tell_progress();
  }
  last if -e "$work/unwritten" || ($part = read_part(STDIN)) eq '';
}
print STDERR "$bytes bytes\n";
my $unpacked = close $unpack;
my ($signal, $status) = ($? & 127, $? >> 8);
# Of itself a kernel kills what takes too much memory.
exit ${KILLED} if $signal == 9 || $status == 128 + 9;
exit ${MISSING} if $status == 127;
exit(close($hash) && $unpacked ? 0 : 1);
`

/**
 * Writes what is unpacked to the disk, up to where the unpacking has come, and on until all of it is there. The blocks that
 * hold data, each behind its place, go to standard output. Arguments: the disk, and the mode.
 */
const PUT = String.raw`
my ($device, $mode) = @ARGV;
my ($work, $at, $to, $data, $given, $told) = ($ENV{work}, 0, 0, 0, 0, time);
open my $unpacked, '>&=', 9 or die;
open my $read, '<&=', 8 or die;
open my $progress, '>&=', 7 or die;
grow_pipe(STDOUT);
sysopen(my $disk, $device, 1) or die "$device: $!\n";
sub put {
  my ($place, $bytes) = @_;
  sysseek($disk, $place, 0);
  write_all($disk, $bytes) or die "error writing '$device': $!\n";
}
sub put_zeros {
  my ($end) = @_;
  for (; $to < $end; $to += $block) { put($to, $end - $to < $block ? substr($zeros, 0, $end - $to) : $zeros) }
}
for (;;) {
  my $finished = -e "$work/unpacked";
  my $end = $finished ? (stat $unpacked)[7] : sysseek($unpacked, 0, 1);
  $end -= $end % $block unless $finished;
  data_blocks($read, $at, $end, sub {
    my ($place, $bytes) = @_;
    put_zeros($place) if $mode eq 'plain';
    put($place, $bytes);
    $to = $place + length $bytes;
    to_hash($place, $bytes);
    # Memory that is not given back is waited for no longer than until all is written.
    if (($data += length $bytes) >= 32 << 20) {
      system 'fallocate', '--punch-hole', '--offset', $given, '--length', $to - $given, "$work/disk";
      ($given, $data) = ($to, 0);
    }
    if (time - $told >= 5) { print $progress "\n"; $told = time }
  });
  put_zeros($end) if $mode eq 'plain';
  $at = $end if $end > $at;
  sysseek($read, $at, 0);
  last if $finished;
  select(undef, undef, undef, 0.02);
}
to_hash();
close $disk or die "$!\n";
`

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
const DISCARD = `if blkdiscard -f "$device" 2>/dev/null; then say discard ok
else
  # Zeros take as long as the disk is big, and silence would look like a machine that hangs.
  while sleep 5 >/dev/null 2>&1; do echo >&2; done &
  ticker=$!
  if blkdiscard -f -z "$device" 2>/dev/null; then say discard zeroed; else say discard failed; fi
  kill "$ticker"
fi`

const ZERO = `if blkdiscard -f -z "$device" 2>"$work/write.err" ||
  dd if=/dev/zero of="$device" bs=4M count="$(blockdev --getsize64 "$device")" iflag=count_bytes conv=notrunc,fsync 2>"$work/write.err"
then say discard zeroed
else give_up write write; fi`
