/**
 * Programs of a machine that stand in for those that need a real block device: its disk is a plain file.
 * Callers do not notice, save for these differences to a real disk:
 * - a program other than `dd` that opens /dev/sda with truncation (`cat > /dev/sda`) makes the disk lose all content
 *   before what it writes; the disk gets its size back when the command ends;
 * - writing past the end fails with 'File too large' instead of 'No space left on device';
 * - `dd` leaves direct I/O out where the file system of the disk file has none.
 */

import { toBlkdiscard } from './blkdiscard.ts'
import { BLOCKDEV } from './blockdev.ts'
import { DD } from './dd.ts'
import { LSBLK } from './lsblk.ts'

const toPowerCommand = (signal: 'TERM' | 'USR1') => `#!/bin/bash
# Process 1 tells the owner of the machine.
kill -${signal} 1
`

const SHUTDOWN = `#!/bin/bash
case " $* " in
  *' -c '*) ;;
  *' -r '*) kill -USR1 1 ;;
  *) kill -TERM 1 ;;
esac
`

const HOSTNAME = `#!/bin/bash
read -r name < /etc/hostname
printf '%s\\n' "$name"
`

const NOTHING_TO_DO = `#!/bin/bash
# The kernel keeps no partition table of a plain file.
exit 0
`

/**
 * Name to text.
 * @param ignoreDiscard makes a disk that takes a discard and does nothing with it
 */
export function toStandIns({ ignoreDiscard }: { readonly ignoreDiscard: boolean }): Readonly<Record<string, string>> {
  return {
    blkdiscard: toBlkdiscard(ignoreDiscard),
    blockdev: BLOCKDEV,
    dd: DD,
    lsblk: LSBLK,
    hostname: HOSTNAME,
    partprobe: NOTHING_TO_DO,
    udevadm: NOTHING_TO_DO,
    poweroff: toPowerCommand('TERM'),
    halt: toPowerCommand('TERM'),
    reboot: toPowerCommand('USR1'),
    shutdown: SHUTDOWN,
  }
}
