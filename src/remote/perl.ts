/**
 * What the scripts have in Perl, which every Debian has: the shell cannot look where the data of a sparse file is. No
 * modules are used, so that the bare program is enough.
 */

import { quote } from './quote.ts'

/** Blocks of this size are written, compared and hashed; those that are all zeros are left out. */
const BLOCK_BYTES = 64 << 10

/**
 * - `data_blocks FILE, FROM, END, CALLBACK`: calls back with the place and the content of each block before END that is not all
 *   zeros. What is a hole of the file is not even read. Where a file system does not tell, all of it is read. END may be behind
 *   the end of the file: zstd seeks over zeros before it writes what follows them.
 * - `grow_pipe HANDLE`: with a pipe's usual 64 KiB programs take turns so often that a machine in QEMU without KVM needs ten
 *   times as long (10.5 against 1.0 s of its processors for 220 MiB, 2026). What is no pipe stays as it is.
 * - `read_part HANDLE`: up to 1 MiB, less only at the end. It lets a pipe fill up, for the same reason; empty at the end.
 * - `write_all HANDLE, BYTES`: false when it fails, for the reason in `$!`.
 * - `to_hash PLACE, BYTES`: a block, behind its place, to standard output, many at once; `to_hash` alone: the last ones.
 */
const COMMON = String.raw`
$block = ${BLOCK_BYTES};
$zeros = "\0" x $block;
sub data_blocks {
  my ($file, $at, $end, $each) = @_;
  while ($at < $end) {
    my $data = sysseek($file, $at, 3);
    # ENXIO: nothing but a hole up to the end.
    return if !defined $data && $! == 6;
    $at = $data - $data % $block if defined $data && $data - $data % $block > $at;
    last if $at >= $end;
    sysseek($file, $at, 0);
    my $wanted = $end - $at < $block ? $end - $at : $block;
    my $got = sysread($file, my $bytes, $wanted);
    die "$!\n" unless defined $got;
    # Behind the end of the file, but before END: a hole that is still to come.
    $bytes .= "\0" x ($wanted - $got);
    $each->($at, $bytes) unless $bytes eq ($wanted == $block ? $zeros : "\0" x $wanted);
    $at += $wanted;
  }
}
sub grow_pipe { fcntl($_[0], 1031, 1 << 20) }
sub read_part {
  my ($handle) = @_;
  my $part = '';
  while (length $part < 1 << 20) {
    my $got = sysread($handle, $part, (1 << 20) - length $part, length $part);
    last unless $got;
    select(undef, undef, undef, 0.002) if $got < 1 << 18;
  }
  return $part;
}
sub write_all {
  my ($handle, $bytes) = @_;
  for (my $done = 0; $done < length $bytes;) {
    my $wrote = syswrite($handle, $bytes, length($bytes) - $done, $done);
    return 0 unless defined $wrote;
    $done += $wrote;
  }
  return 1;
}
my $hashed = '';
sub to_hash {
  my ($place, $bytes) = @_;
  $hashed .= pack('Q>', $place) . $bytes if defined $place;
  return if defined $place && length $hashed < 1 << 20;
  write_all(STDOUT, $hashed) or die "$!\n";
  $hashed = '';
}
`

/** The command that runs such a program; its arguments are to follow. */
export const perl = (program: string): string => `perl -e ${quote(COMMON + program)} --`
