/**
 * The shell script that makes the private root of a machine and then holds its namespaces open.
 *
 * It runs as process 1 of new user, mount, PID, UTS and IPC namespaces, by a user without rights on the host.
 * Arguments: host name, name shown as the source of the root file system, the disk file relative to the working
 * directory, root's entry in /etc/shadow, the public host key, then pairs of a stand-in's name and text. Prints `ready` when the root stands, and then `poweroff` or
 * `reboot` when a command in the machine asks for it. Ends when its standard input ends, which happens when the owner
 * closes it or dies; the kernel then kills every process of the machine.
 */

/** Where the stand-ins lie in a machine. First in the PATH of its commands. */
export const STAND_IN_DIR = '/opt/sandbox/bin'

/**
 * The only capability of the first process, as /proc/PID/status prints it: waking the computer by a timer, which counts
 * for nothing in a user namespace. With none, commands could trace the process, and keep it from dying with its owner.
 */
export const FIRST_PROCESS_CAPABILITIES = '0000000800000000'

const FIRST_PROCESS_SCRIPT = `
trap 'echo poweroff; exit 0' TERM
trap 'echo reboot; exit 0' USR1
echo ready
while IFS= read -r _; do :; done
`

export const INIT_SCRIPT = `
set -euo pipefail
umask 022
host_name=$1 root_name=$2 disk=$3 password_hash=$4 host_key=$5
shift 5

# The machine's root, over the host's /tmp, which only this mount namespace sees that way.
new=/tmp
mount -n -c -t tmpfs -o nosuid,nodev,mode=755,size=16m "$root_name" $new
mkdir $new/dev $new/proc $new/sys $new/mnt $new/old $new/rw

# System folders: links stay links, all else is bound, and made read-only further down.
for name in usr bin sbin lib lib32 lib64 libx32; do
  if [[ -L /$name ]]; then
    ln -s "$(readlink "/$name")" "$new/$name"
  elif [[ -d /$name ]]; then
    mkdir "$new/$name"
    mount -n --rbind "/$name" "$new/$name"
  fi
done

mkdir -p $new${STAND_IN_DIR} $new/opt/sandbox/etc
while (($# > 1)); do
  printf '%s' "$2" > "$new${STAND_IN_DIR}/$1"
  shift 2
done
chmod 755 $new${STAND_IN_DIR}/*

# What commands may write to: memory of the size that a rescue system has (about 960 MB, 2026).
mount -n -t tmpfs -o nosuid,nodev,mode=755,size=960m,nr_inodes=100k writable $new/rw
for name in tmp run root etc var shm; do mkdir $new/rw/$name; done
mkdir $new/rw/var/tmp $new/rw/etc/ssh $new/rw/etc/ssl
chmod 1777 $new/rw/tmp $new/rw/shm $new/rw/var/tmp
chmod 700 $new/rw/root
for name in tmp run root etc var; do
  mkdir $new/$name
  mount -n --bind $new/rw/$name $new/$name
done

etc=$new/etc
printf '%s\\n' "$host_name" > $etc/hostname
printf 'root:x:0:0:root:/root:/bin/bash\\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\\n' > $etc/passwd
printf 'root:x:0:\\nnogroup:x:65534:\\n' > $etc/group
(umask 077; printf 'root:%s:20000:0:99999:7:::\\n' "$password_hash" > $etc/shadow)
printf '%s\\n' "$host_key" > $etc/ssh/ssh_host_ed25519_key.pub
printf 'passwd: files\\ngroup: files\\nhosts: files dns\\n' > $etc/nsswitch.conf
for name in resolv.conf hosts host.conf gai.conf services protocols os-release ssl/openssl.cnf; do
  if [[ -r /etc/$name ]]; then cp -L "/etc/$name" "$etc/$name"; fi
done
for name in ssl/certs pki ca-certificates crypto-policies alternatives; do
  if [[ -d /etc/$name ]]; then
    mkdir -p "$etc/$name"
    mount -n --rbind "/etc/$name" "$etc/$name"
  fi
done
# What the dynamic loader reads is not for commands to change: the checks before the next command trust it.
: > $new/opt/sandbox/etc/ld.so.preload
if [[ -r /etc/ld.so.cache ]]; then cp /etc/ld.so.cache $new/opt/sandbox/etc/; else : > $new/opt/sandbox/etc/ld.so.cache; fi
names=(ld.so.preload ld.so.cache)
# musl's loader takes its folders from a file that is named like itself, and these when there is none.
for path in /lib/ld-musl-*.so.1; do
  if [[ ! -e $path ]]; then continue; fi
  name=\${path##*/}
  name=\${name%.so.1}.path
  if [[ -r /etc/$name ]]; then
    cp -L /etc/$name $new/opt/sandbox/etc/
  else
    echo /lib:/usr/local/lib:/usr/lib > $new/opt/sandbox/etc/$name
  fi
  names+=($name)
done
for name in "\${names[@]}"; do
  : > $etc/$name
  mount -n --bind $new/opt/sandbox/etc/$name $etc/$name
done

mount -n -t tmpfs -o nosuid,mode=755,size=1m dev $new/dev
for name in null zero full random urandom tty; do
  if [[ -c /dev/$name ]]; then
    : > $new/dev/$name
    mount -n --bind /dev/$name $new/dev/$name
  fi
done
ln -s /proc/self/fd $new/dev/fd
ln -s /proc/self/fd/0 $new/dev/stdin
ln -s /proc/self/fd/1 $new/dev/stdout
ln -s /proc/self/fd/2 $new/dev/stderr
mkdir $new/dev/shm
mount -n --bind $new/rw/shm $new/dev/shm
# By the working directory: no other folder on the way to the disk needs to be open to this user.
: > $new/dev/sda
mount -n -c --bind "$disk" $new/dev/sda

umount -n $new/rw
rmdir $new/rw
mount -n -t proc -o nosuid,nodev,noexec proc $new/proc
# No command may make user namespaces of its own, and with them get capabilities back.
echo 0 > $new/proc/sys/user/max_user_namespaces

cd $new
pivot_root . old
umount -n -l /old
rmdir /old
cd /

root_options=
while read -r _ _ _ _ point options _; do
  printf -v path '%b' "$point"
  case $path in
    /) root_options=ro,nosuid,nodev ;;
    /tmp | /run | /root | /etc | /var | /dev/shm) ;;
    /dev/sda) mount -n -o remount,bind,nosuid,nodev,noexec "$path" ;;
    /dev | /dev/*) mount -n -o remount,bind,ro,nosuid,noexec "$path" ;;
    /proc) mount -n -o remount,bind,ro,nosuid,nodev,noexec "$path" ;;
    *)
      keep=
      if [[ ,$options, == *,noexec,* ]]; then keep=,noexec; fi
      mount -n -o "remount,bind,ro,nosuid,nodev$keep" "$path"
      ;;
  esac
done < <(cat /proc/self/mountinfo)
[[ -n $root_options ]]
mount -n -o "remount,bind,$root_options" /

# Not a part of coreutils or util-linux; where it is missing, /etc/hostname and a stand-in must do.
real_hostname=$(PATH=/usr/bin:/bin type -P hostname || true)
if [[ -n $real_hostname ]]; then "$real_hostname" "$host_name"; fi

exec setpriv --bounding-set=-all,+wake_alarm --inh-caps=-all --ambient-caps=-all --no-new-privs -- \\
  bash --noprofile --norc -c '${FIRST_PROCESS_SCRIPT.replaceAll("'", "'\\''")}'
`
