/**
 * blkdiscard(8): on a plain file a discarded range is a hole.
 * @param isIgnored the disk does nothing when blocks are discarded; writing zeros still does
 */
export const toBlkdiscard = (isIgnored: boolean): string => `#!/bin/bash
fail() {
  printf 'blkdiscard: %s\\n' "$1" >&2
  exit 1
}

# 512, 4KiB, 1M (of 1024) or 1MB (of 1000)
to_bytes() {
  [[ $1 =~ ^([0-9]+)(([KMGT])(iB|B)?)?$ ]] || fail "failed to parse $2: '$1'"
  local number=\${BASH_REMATCH[1]} unit=\${BASH_REMATCH[3]} base=1024 exponent
  if [[ \${BASH_REMATCH[4]} == B ]]; then base=1000; fi
  case $unit in
    K) exponent=1 ;;
    M) exponent=2 ;;
    G) exponent=3 ;;
    T) exponent=4 ;;
    *) exponent=0 ;;
  esac
  bytes=$((10#$number * base ** exponent))
}

options=$(getopt -n blkdiscard -o fl:o:p:qsvz -l force,length:,offset:,step:,quiet,secure,verbose,zeroout -- "$@") || exit 1
eval set -- "$options"
offset=0 length= verbose=no secure=no what=Discarded
while [[ $1 != -- ]]; do
  case $1 in
    -o | --offset) to_bytes "$2" offset; offset=$bytes; shift ;;
    -l | --length) to_bytes "$2" length; length=$bytes; shift ;;
    -p | --step) to_bytes "$2" step; shift ;;
    -s | --secure) secure=yes ;;
    -v | --verbose) verbose=yes ;;
    -z | --zeroout) what=Zero-filled ;;
  esac
  shift
done
shift
(($# == 1)) || fail 'no device specified'
device=$1

[[ -e $device ]] || fail "cannot open $device: No such file or directory"
[[ $device -ef /dev/sda ]] || fail "$device: not a block device"
[[ $secure == no ]] || fail "$device: BLKSECDISCARD ioctl failed: Operation not supported"
size=$(stat -c %s /dev/sda) || fail "$device: cannot be read"
((offset <= size)) || fail "$device: offset is greater than device size"
if [[ -z $length ]] || ((length > size - offset)); then length=$((size - offset)); fi
((offset % 512 == 0)) || fail "$device: offset $offset is not aligned to sector size 512"
((length % 512 == 0)) || fail "$device: length $length is not aligned to sector size 512"

ignored=${isIgnored ? 'Discarded' : ''}
if ((length > 0)) && [[ $what != "$ignored" ]]; then
  fallocate --punch-hole --offset "$offset" --length "$length" /dev/sda 2> /dev/null \\
    || fail "$device: BLKDISCARD ioctl failed: Operation not supported"
fi
if [[ $verbose == yes ]]; then printf '%s: %s %d bytes from the offset %d\\n' "$device" "$what" "$length" "$offset"; fi
`
