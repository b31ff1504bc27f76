/** lsblk(8): one disk, sda, as a table or as JSON. */
export const LSBLK = `#!/bin/bash
fail() {
  printf 'lsblk: %s\\n' "$1" >&2
  exit 1
}

all=name,kname,path,maj:min,rm,size,ro,type,mountpoint,mountpoints,fstype,label,uuid,model,serial,vendor,rota,tran
columns=name,maj:min,rm,size,ro,type,mountpoints
options=$(getopt -n lsblk -o abde:fI:i:JlmMno:OpPrstTSx: \\
  -l all,bytes,nodeps,exclude:,fs,include:,json,list,noheadings,output:,output-all,paths,pairs,raw,sort:,tree -- "$@") || exit 1
eval set -- "$options"
bytes=no heading=yes form=table path=
while [[ $1 != -- ]]; do
  case $1 in
    -b | --bytes) bytes=yes ;;
    -n | --noheadings) heading=no ;;
    -J | --json) form=json ;;
    -P | --pairs) form=pairs ;;
    -f | --fs) columns=name,fstype,label,uuid,mountpoints ;;
    -p | --paths) path=/dev/ ;;
    -O | --output-all) columns=$all ;;
    -o | --output)
      if [[ $2 == +* ]]; then columns+=,\${2#+}; else columns=$2; fi
      columns=\${columns,,}
      shift
      ;;
    -e | --exclude | -I | --include | -x | --sort | -i) shift ;;
  esac
  shift
done
shift
for device in "$@"; do
  [[ -e $device ]] || fail "$device: not a block device"
  [[ $device -ef /dev/sda ]] || fail "$device: not a block device"
done

size=$(stat -c %s /dev/sda) || fail '/dev/sda: cannot be read'
# As lsblk does: one decimal, none when it is zero.
human() {
  local units=BKMGTP step=0 tenths=$((size * 10))
  while ((tenths >= 10240)); do
    tenths=$(((tenths + 512) / 1024))
    step=$((step + 1))
  done
  if ((tenths % 10 == 0)); then printf '%d%s' $((tenths / 10)) "\${units:step:1}"; return; fi
  printf '%d.%d%s' $((tenths / 10)) $((tenths % 10)) "\${units:step:1}"
}
value_of() {
  case $1 in
    name | kname) value=\${path}sda ;;
    path) value=/dev/sda ;;
    maj:min) value=8:0 ;;
    rm | ro | rota) value=0 ;;
    size) if [[ $bytes == yes ]]; then value=$size; else value=$(human); fi ;;
    type) value=disk ;;
    model | vendor) value=QEMU ;;
    tran | mountpoint | mountpoints | fstype | label | uuid | serial) value= ;;
    *) fail "unknown column: $1" ;;
  esac
}
as_json() {
  case $1 in
    rm | ro | rota) if [[ $2 == 0 ]]; then printf false; else printf true; fi ;;
    size) if [[ $bytes == yes ]]; then printf '%s' "$2"; else printf '"%s"' "$2"; fi ;;
    mountpoints) printf '[null]' ;;
    *) if [[ -z $2 ]]; then printf null; else printf '"%s"' "$2"; fi ;;
  esac
}

line= header= json= pairs=
for column in \${columns//,/ }; do
  value_of "$column"
  width=$((\${#value} > \${#column} ? \${#value} : \${#column}))
  if [[ $heading == no ]]; then width=\${#value}; fi
  case $column in
    size | rm | ro | rota) ;;
    *) width=-$width ;;
  esac
  printf -v header '%s%*s ' "$header" "$width" "\${column^^}"
  printf -v line '%s%*s ' "$line" "$width" "$value"
  json+=\${json:+, }"\\"$column\\":$(as_json "$column" "$value")"
  pairs+=\${pairs:+ }"\${column^^}=\\"$value\\""
done
trim() { printf '%s\\n' "\${1%"\${1##*[! ]}"}"; }
case $form in
  json) printf '{\\n   "blockdevices": [\\n      {%s}\\n   ]\\n}\\n' "$json" ;;
  pairs) printf '%s\\n' "$pairs" ;;
  table)
    if [[ $heading == yes ]]; then trim "$header"; fi
    trim "$line"
    ;;
esac
`
