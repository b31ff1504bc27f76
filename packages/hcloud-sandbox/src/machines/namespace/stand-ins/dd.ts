/** dd(1): on a plain file it would cut off what lies behind the data, which no block device does. */
export const DD = `#!/bin/bash
dd=/usr/bin/dd
if [[ ! -x $dd ]]; then dd=/bin/dd; fi

to_disk=no direct=no
for operand in "$@"; do
  case $operand in
    of=*) if [[ \${operand#of=} -ef /dev/sda ]]; then to_disk=yes; fi ;;
    iflag=*direct* | oflag=*direct*) direct=yes ;;
  esac
done

# Not every file system has direct I/O; a real disk always does.
without_direct() {
  local flags=\${1#*=} kept= flag
  for flag in \${flags//,/ }; do
    if [[ $flag != direct ]]; then kept+=\${kept:+,}$flag; fi
  done
  if [[ -n $kept ]]; then printf '%s=%s' "\${1%%=*}" "$kept"; fi
}
if [[ $direct == yes ]] && ! "$dd" if=/dev/sda of=/dev/null iflag=direct bs=4096 count=1 status=none 2> /dev/null; then
  operands=()
  for operand in "$@"; do
    case $operand in
      iflag=* | oflag=*) operand=$(without_direct "$operand") ;;
    esac
    if [[ -n $operand ]]; then operands+=("$operand"); fi
  done
  set -- "\${operands[@]}"
fi

if [[ $to_disk == yes ]]; then set -- "$@" conv=notrunc; fi
exec -a dd "$dd" "$@"
`
