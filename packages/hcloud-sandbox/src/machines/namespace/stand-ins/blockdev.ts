/** blockdev(8): answers for a disk with sectors of 512 bytes. */
export const BLOCKDEV = `#!/bin/bash
fail() {
  printf 'blockdev: %s\\n' "$1" >&2
  exit 1
}

commands=() devices=()
while (($# > 0)); do
  case $1 in
    -q | -v) ;;
    --setra | --setfra | --setbsz) shift ;;
    --*) commands+=("$1") ;;
    *) devices+=("$1") ;;
  esac
  shift
done
((\${#devices[@]} > 0)) || fail 'no device specified'

for device in "\${devices[@]}"; do
  [[ -e $device ]] || fail "cannot open $device: No such file or directory"
  [[ $device -ef /dev/sda ]] || fail "ioctl error on $device: Inappropriate ioctl for device"
  size=$(stat -c %s /dev/sda) || fail "cannot open $device"
  for command in "\${commands[@]}"; do
    case $command in
      --getsize64) printf '%d\\n' "$size" ;;
      --getsz | --getsize) printf '%d\\n' $((size / 512)) ;;
      --getss | --getpbsz | --getiomin) echo 512 ;;
      --getbsz) echo 4096 ;;
      --getro | --getioopt | --getalignoff | --getdiscardzeroes) echo 0 ;;
      --getra | --getfra) echo 256 ;;
      --getmaxsect) echo 2560 ;;
      --flushbufs) sync /dev/sda || fail "ioctl error on $device" ;;
      --rereadpt | --setrw) ;;
      *) fail "Unknown command: $command" ;;
    esac
  done
done
`
