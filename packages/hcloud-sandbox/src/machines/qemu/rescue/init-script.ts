/** The first program of the rescue system. */

import { MODULES_FOLDER } from '../systems/recipe.ts'

/** What the rescue system says on its console when SSH answers. */
export const READY_MESSAGE = 'talos-image rescue: SSH answers'

/** Where QEMU shows what is given to each boot; see `toBootFiles`. */
export const BOOT_FILES_PREFIX = 'opt/talos-image'

/**
 * Loads the drivers, sets up the network, lets in who may come in, starts SSH, and leaves the rest to busybox's init.
 *
 * QEMU's user network takes a packet to any address that is not its own to that address as this computer sees it.
 * The system therefore gives up its own 127.0.0.1 and sends what is meant for it out: a URL with 127.0.0.1 means the
 * same inside as outside.
 */
export const INIT_SCRIPT = `#!/usr/bin/busybox sh
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
/usr/bin/busybox --install -s /usr/bin 2>/dev/null
mount -t proc -o nosuid,nodev,noexec proc /proc
mount -t sysfs -o nosuid,nodev,noexec sysfs /sys
mount -t devtmpfs -o nosuid,mode=0755 devtmpfs /dev
mkdir -p /dev/pts /dev/shm /run/sshd /root/.ssh
mount -t devpts -o nosuid,noexec,gid=5,mode=620 devpts /dev/pts
mount -t tmpfs -o nosuid,nodev tmpfs /dev/shm
ln -sfn /proc/self/fd /dev/fd
ln -sfn /proc/self/fd/0 /dev/stdin
ln -sfn /proc/self/fd/1 /dev/stdout
ln -sfn /proc/self/fd/2 /dev/stderr
hostname rescue
for module in /${MODULES_FOLDER}/*.ko; do insmod "$module"; done

ip link set lo up
ip addr add 10.0.2.15/24 dev eth0
ip link set eth0 up
ip route add default via 10.0.2.2
echo 1 >/proc/sys/net/ipv4/conf/eth0/route_localnet
ip addr flush dev lo
ip route add 127.0.0.1 via 10.0.2.2 dev eth0 src 10.0.2.15

given=/sys/firmware/qemu_fw_cfg/by_name/${BOOT_FILES_PREFIX}
umask 077
cat $given/authorized-keys/raw >/root/.ssh/authorized_keys
password=$(cat $given/root-password/raw)
if [ -n "$password" ]; then password=$(printf '%s\\n' "$password" | mkpasswd -m sha512); else password='*'; fi
printf 'root:%s:20000:0:99999:7:::\\nsshd:!:20000::::::\\n' "$password" >/etc/shadow
ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
umask 022
/usr/sbin/sshd
# It goes into the background before it listens, and writes this file after.
tries=0
while [ ! -s /run/sshd.pid ] && [ $((tries += 1)) -lt 500 ]; do sleep 0.02; done
[ ! -s /run/sshd.pid ] || echo '${READY_MESSAGE}' >/dev/console
exec init
`
