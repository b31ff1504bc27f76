/**
 * The shell script that every command of a machine goes through: it looks around in the namespaces, and runs the
 * command only if all is as the owner of the machine expects it. Any doubt refuses.
 *
 * Arguments: the namespaces (as `readlink` prints them), the user and group map, `none` or `any` for the groups
 * besides, the disk as `device:inode`, the mounts as `toMountList` prints them, the largest size of a file in KiB, then
 * `command` and its text, or `shell`.
 */

import { FIRST_PROCESS_CAPABILITIES, STAND_IN_DIR } from './init-script.ts'

/** The exit status of a refused command; nothing of the command has run. */
export const REFUSED_STATUS = 126

/** How a refusal begins on standard error. */
export const REFUSED = 'talos-image sandbox: refused to run the command: '

/** All that a command finds in its environment; nothing of the owner's. */
const ENVIRONMENT = [
  `PATH=${STAND_IN_DIR}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
  'HOME=/root',
  'USER=root',
  'LOGNAME=root',
  'SHELL=/bin/bash',
  'LANG=C.UTF-8',
  'TERM=dumb',
].join(' ')

export const ENTRY_SCRIPT = `
PATH=/usr/sbin:/usr/bin:/sbin:/bin
refuse() {
  printf '${REFUSED}%s\\n' "$1" >&2
  exit ${REFUSED_STATUS}
}
(($# >= 7)) || refuse 'too few arguments'
namespaces=$1 id_map=$2 groups=$3 disk=$4 mounts=$5 limit=$6 kind=$7 text=\${8-}

# /proc first, since nearly all that follows is read from it.
read -r pid _ < /proc/self/stat || refuse '/proc cannot be read'
[[ $pid == "$$" ]] || refuse '/proc belongs to other processes'
# Before anything else is opened here. The folder that is listed is open meanwhile, and closed by then.
for fd in /proc/$$/fd/*; do
  ((\${fd##*/} <= 2)) || [[ ! -L $fd ]] || refuse 'the command would get open files'
done
found=
while read -r id _ device _ point options rest; do
  [[ $rest == '- '* ]] || refuse 'a mount is shared with this computer'
  found+="$id $device $point $options"$'\\n'
done < /proc/$$/mountinfo
[[ -n $found && $found == "$mounts" ]] || refuse 'the mounts are not those of the machine'

found=$(readlink /proc/$$/ns/{user,mnt,pid,uts,ipc}) || refuse 'the namespaces cannot be read'
[[ $found == "$namespaces" ]] || refuse 'these are not the namespaces of the machine'

set -f
found=($(< /proc/$$/uid_map) $(< /proc/$$/gid_map))
set +f
[[ \${found[*]} == "$id_map" ]] || refuse 'the user is not mapped as expected'

seen=
while read -r key value others; do
  case $key in
    Uid: | Gid:)
      # Anyone but the one user of the namespace would be someone of the host: real, effective, saved, file system.
      [[ "$value $others" == 0[[:blank:]]0[[:blank:]]0[[:blank:]]0 ]] || refuse 'the command would run as another user'
      seen+=x
      ;;
    CapInh: | CapPrm: | CapEff: | CapBnd: | CapAmb:)
      [[ $value =~ ^0+$ ]] || refuse 'the command would have capabilities'
      seen+=x
      ;;
    Groups:)
      [[ $groups == any || -z $value ]] || refuse 'the command would be in groups of this computer'
      seen+=x
      ;;
    NoNewPrivs:)
      [[ $value == 1 ]] || refuse 'the command could gain privileges'
      seen+=x
      ;;
  esac
done < /proc/$$/status
[[ $seen == xxxxxxxxx ]] || refuse 'the rights of the command cannot be read'

# Who has no capability may neither trace a process that has one, nor use what it has open.
seen=
while read -r key value _; do
  if [[ $key == CapPrm: && $value == ${FIRST_PROCESS_CAPABILITIES} ]]; then seen=x; fi
done < /proc/1/status
[[ $seen == x ]] || refuse 'the first process has not the rights that it should have'
shopt -s nullglob
for fd in /proc/1/fd/*; do
  ((\${fd##*/} <= 2)) || refuse 'the first process has files open'
done
shopt -u nullglob

read -r nested < /proc/sys/user/max_user_namespaces || refuse 'the limit of user namespaces cannot be read'
[[ $nested == 0 ]] || refuse 'the command could make user namespaces'
for file in /proc/sys/kernel/hostname /proc/sys/user/max_user_namespaces /proc/sysrq-trigger; do
  [[ ! -w $file ]] || refuse "$file can be written to"
done

# 8 stands for a regular file in the mode (inode(7)).
found=$(stat -c '%f %d:%i' /dev/sda) || refuse '/dev/sda cannot be looked at'
[[ $found == 8???\\ "$disk" ]] || refuse '/dev/sda is not the disk file of the machine'
# Not with find: it believes what the folder says of an entry, and not what is mounted over it.
shopt -s globstar dotglob nullglob
for path in /dev/**; do
  [[ ! -b $path ]] || refuse '/dev has a block device'
done
nodes=()
for path in /dev/*; do
  if [[ -c $path && ! -h $path ]]; then nodes+=("$path"); fi
done
shopt -u globstar dotglob nullglob
found=$(stat -c '%n=%t:%T' "\${nodes[@]}") || refuse '/dev cannot be looked at'
for node in $found; do
  case \${node#/dev/} in
    null=1:3 | zero=1:5 | full=1:7 | random=1:8 | urandom=1:9 | tty=5:0) ;;
    *) refuse '/dev has a device that does not belong there' ;;
  esac
done

# The owner hands sockets over, and /dev/stdin, /dev/stdout and /dev/stderr cannot be opened when they are sockets.
# Signals to the command are not meant for what carries its output.
carry() {
  trap '' HUP INT QUIT ABRT ALRM TERM USR1 USR2
  exec cat
}
exec < <(carry 2> /dev/null) > >(carry 2> /dev/null) 2> >(carry 1>&2 2> /dev/null)

for fd in /proc/$$/fd/*; do
  fd=\${fd##*/}
  if ((fd > 2)); then exec {fd}>&-; fi
done
ulimit -f "$limit" || refuse 'the limits cannot be set'
# Fails where fewer are allowed already.
ulimit -u 4096 2> /dev/null
# 1 and not 0: a program of the host that collects cores is not kept away by 0 (core(5)).
core=()
if [[ $(ulimit -Hc) != 0 ]]; then core=(prlimit --core=1 --); fi
cd /root || refuse '/root is missing'

# A write past the end of the disk fails, instead of killing the command or making the disk longer.
case $kind in
  command) exec "\${core[@]}" env -i --ignore-signal=XFSZ ${ENVIRONMENT} bash -c "$text" ;;
  shell) exec "\${core[@]}" env -i --ignore-signal=XFSZ ${ENVIRONMENT} bash -l ;;
esac
refuse 'neither a command nor a shell'
`
