/** The script that reads a written disk back, past the page cache. */

import { perl } from './perl.ts'
import { quote } from './quote.ts'
import { EXPLAINED, PAGE_BYTES, WORK_FOLDER } from './write-script.ts'

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
 * A bash script that reads the disk back with direct I/O, all processors up to four at once. dd itself finds what is not
 * zero: with `conv=sparse` its copies in memory hold only that. Of the image's part these blocks are hashed as they were
 * when they were written, each behind its place, so that one which should be zero and is not changes the hash, too; behind
 * the image there must be none.
 *
 * It reports `talos-image KEY VALUE`: `data-hash HEX`, `boot-sector ok|missing`, `table-bytes N` (how large the disk is by its
 * partition table, 0 without a GPT), `rest zero|OFFSET` (of the first block
 * behind the image that is not zero), `error read TEXT`.
 */
export function verifyScript({ device, diskBytes, oldBytes }: VerifyScriptOptions): string {
  return `set -uo pipefail
export LC_ALL=C
device=${quote(device)}
${WORK_FOLDER}
say() { printf 'talos-image %s\\n' "$*"; }
give_up() { say error read "$(said read)"; exit ${EXPLAINED}; }
reserve read.err data.sum
size=$(blockdev --getsize64 "$device" 2<>"$work/read.err") || give_up
readers=$(nproc)
[ "$readers" -le 4 ] || readers=4
${perl(READ_BACK)} "$device" "$size" ${Math.trunc(diskBytes)} ${oldBytes === undefined ? '"$size"' : Math.trunc(oldBytes)} "$readers" "$memory" \\
  2<>"$work/read.err" | b2sum 1<>"$work/data.sum" || give_up
say data-hash "$(cut -d' ' -f1 <"$work/data.sum")"
say boot-sector "$(cat "$work/boot-sector")"
say table-bytes "$(cat "$work/table-bytes")"
say rest "$(cat "$work/rest")"
`
}

/**
 * Reads the disk in stretches, some at once, and looks at them in their order. The image's blocks go to standard output.
 * Leaves boot-sector, table-bytes and rest in the work folder. Arguments: the disk, its size, that of the image, up to where there may be
 * old data, how many read at once, and the memory in bytes.
 */
const READ_BACK = String.raw`
my ($device, $size, $image, $old, $readers, $memory) = @ARGV;
my ($work, $mib, @stretches, @reading) = ($ENV{work}, 1 << 20);
grow_pipe(STDOUT);
die "the disk has $size bytes, and the image $image\n" if $size < $image;
END {
  local $?;
  for (@reading) { kill 'TERM', $_->[1]; waitpid $_->[1], 0 }
}
# What holds data takes memory, in each reader's copy and in the one that is looked at.
my $most = int($memory / ($readers + 1) / $mib) * $mib;
$most = 256 * $mib if $most > 256 * $mib;
$most = $mib if $most < $mib;
# Direct I/O begins on whole sectors.
$old = $image + -$image % $mib if $old < $image;
$old = $size if $old > $size;
for (my $at = 0; $at < $old; $at += $most) { push @stretches, [$at, $most] }
my $last = $size - 16 * $mib;
for (my $at = $old; $at < $size; $at = $at < $last && $at + 512 * $mib > $last ? $last : $at + 512 * $mib) {
  push @stretches, [$at, $at < $last ? 8 * $mib : 512 * $mib];
}
sub leave {
  my ($name, $text) = @_;
  open my $file, '>', "$work/$name" or die "$!\n";
  print $file $text;
  close $file or die "$!\n";
}
sub begin_reading {
  my ($at, $length) = @{$_[0]};
  my $pid = fork;
  die "$!\n" unless defined $pid;
  push @reading, [$at, $pid, $length];
  return if $pid;
  @reading = ();
  # Blocks that fit a processor's cache: 16 MiB take twice as long (2 cores, 2026).
  open STDERR, '+>', "$work/$at.err";
  # Room for what dd says when its copy has taken all there is.
  syswrite(STDERR, ' ' x ${PAGE_BYTES}) && sysseek(STDERR, 0, 0);
  exec 'dd', "if=$device", "of=$work/$at", 'bs=1M', "skip=$at", "count=$length", 'iflag=direct,skip_bytes,count_bytes', 'conv=sparse';
  exit 127;
}
my ($rest, $signature, $table) = ('zero', '', 0);
# Of the header behind the first sector: where the one at the end of the disk is. Source: UEFI 2.10, 5.3.2.
sub look_at_table {
  my ($bytes) = @_;
  for my $sector (512, 4096) {
    next if substr($bytes, $sector, 8) ne 'EFI PART';
    $table = (unpack('Q<', substr($bytes, $sector + 32, 8)) + 1) * $sector;
    return;
  }
}
sub look {
  my ($at, $length) = @_;
  open my $copy, '<', "$work/$at" or return 0;
  data_blocks($copy, 0, (stat $copy)[7], sub {
    my ($place, $bytes) = ($at + $_[0], $_[1]);
    if ($place == 0) {
      $signature = unpack('H*', substr($bytes, 510, 2));
      look_at_table($bytes);
    }
    my $inside = $image - $place;
    if ($inside < length $bytes) {
      my $behind = substr($bytes, $inside > 0 ? $inside : 0);
      $rest = $place + ($inside > 0 ? $inside : 0) if $rest eq 'zero' && $behind =~ /[^\0]/;
      return if $inside <= 0;
      $bytes = substr($bytes, 0, $inside);
      return unless $bytes =~ /[^\0]/;
    }
    to_hash($place, $bytes);
  });
  unlink "$work/$at";
  return (stat $copy)[7] >= ($at + $length < $size ? $length : $size - $at);
}
while (@stretches || @reading) {
  begin_reading(shift @stretches) while @stretches && @reading < $readers;
  my ($at, $pid, $length) = @{shift @reading};
  waitpid $pid, 0;
  my $failed = $?;
  my $whole = look($at, $length);
  last if $rest ne 'zero';
  next if $whole && !$failed;
  open my $errors, '<', "$work/$at.err";
  my $text = join ' ', split ' ', join ' ', <$errors>;
  die "$text\n" if $at < $image || $text !~ /No space left/;
  # What does not fit is not zero either.
  $rest = $at;
  last;
}
to_hash();
leave('boot-sector', $signature eq '55aa' ? 'ok' : 'missing');
leave('table-bytes', sprintf('%.0f', $table));
leave('rest', $rest);
`
