/** The first program of what stands in for Talos. */

import { MODULES_FOLDER } from '../systems/recipe.ts'
import { SERVER_PATH } from './server-script.ts'

/** Where Talos answers in a machine. */
export const TALOS_PORT = 50_000

/** Loads the drivers, sets up the network, and starts what answers, with the META partition of the disk. */
export const INIT_SCRIPT = `#!/usr/bin/busybox sh
export PATH=/usr/bin
/usr/bin/busybox --install -s /usr/bin 2>/dev/null
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
for module in /${MODULES_FOLDER}/*.ko; do insmod "$module"; done
ip link set lo up
ip addr add 10.0.2.15/24 dev eth0
ip link set eth0 up
ip route add default via 10.0.2.2

# The disk is there a moment after its driver.
tries=0
until meta=$(grep -l '^PARTNAME=META$' /sys/class/block/*/uevent) || [ $((tries += 1)) -gt 500 ]; do sleep 0.02; done
meta=\${meta%/uevent}
# Debian's Perl looks for these in folders whose names are links.
PERL5LIB=$(echo /usr/lib/*-linux-gnu/perl/5* /usr/lib/*-linux-gnu/perl5/5* | tr ' ' :)
export PERL5LIB
/${SERVER_PATH} "/dev/\${meta##*/}" ${TALOS_PORT} /dev/console
echo 'talos-image talos: nothing answers on port ${TALOS_PORT}' >/dev/console
exec sleep 2147483647
`
