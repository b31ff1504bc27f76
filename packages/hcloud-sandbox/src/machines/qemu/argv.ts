/** QEMU's command lines; pure, so that what a machine is given of this computer can be read and tested. */

import { KERNEL_SETTINGS, type Platform } from './platform.ts'
import { BOOT_FILES_PREFIX } from './rescue/init-script.ts'

/** What runs a machine's processor: the computer's own, or a translation, which always works. */
export type Accelerator = 'kvm' | 'tcg'

/** As much as the smallest servers have. */
const MEMORY_MIB = 2048
const CPUS = 2

/** QEMU's file descriptors beside the usual three: what it is talked to through, and the files of one boot. */
const QMP_DESCRIPTOR = 3
const AUTHORIZED_KEYS_DESCRIPTOR = 4
const ROOT_PASSWORD_DESCRIPTOR = 5
/** QEMU's name of a machine's network. */
export const NETWORK = 'net'

/** Of root's rights only the one to listen at a port below 1024; no new ones ever. */
const RIGHTS = '-all,+net_bind_service'

/** What rescue boots from. Absolute paths. */
export interface RescueBoot {
  readonly kernel: string
  readonly initramfs: string
}

export interface MachineArguments {
  readonly platform: Platform
  readonly accelerator: Accelerator
  readonly name: string
  /** The server's, which is the machine's serial number as on Hetzner's servers. */
  readonly id: number
  readonly diskFile: string
  /** undefined: boot from the disk. */
  readonly rescue: RescueBoot | undefined
  readonly isRoot: boolean
  /** The disk takes what it is told to discard, and does nothing with it. */
  readonly ignoreDiscard: boolean
}

/**
 * A machine that has its disk file, a network in which it reaches what this computer reaches, and nothing else.
 * It prints on standard output, and dies with the process that starts it.
 */
export function toMachineArgv(options: MachineArguments): string[] {
  const { platform, accelerator, name, id, diskFile, rescue, isRoot, ignoreDiscard } = options
  return [
    ...toConfinementArgv(isRoot, rescue === undefined ? QMP_DESCRIPTOR : ROOT_PASSWORD_DESCRIPTOR),
    ...toBaseArgv(platform, accelerator),
    ...['-name', escapeCommas(name), '-smp', String(CPUS), '-m', String(MEMORY_MIB), '-sandbox', SECCOMP],
    ...['-smbios', `type=1,manufacturer=Hetzner,product=vServer,serial=${id}`],
    ...['-chardev', `socket,id=qmp,fd=${QMP_DESCRIPTOR}`, '-mon', 'chardev=qmp,mode=control'],
    ...toDiskArgv(diskFile, ignoreDiscard),
    // Without a ROM the firmware does not try to boot from the network.
    ...['-netdev', `user,id=${NETWORK},ipv6=off`, '-device', `virtio-net-pci,netdev=${NETWORK},romfile=`],
    ...(rescue === undefined ? toFirmwareArgv(platform) : toRescueArgv(platform, rescue)),
  ]
}

/** Forbids QEMU what it does not need: to start programs, and to get rights. */
const SECCOMP = 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'

/** A machine with nothing but a kernel, which has nothing to start and says so: proof that guests run. */
export function toProbeArgv(platform: Platform, accelerator: Accelerator, kernel: string): string[] {
  return [
    ...toConfinementArgv(false, 2),
    ...toBaseArgv(platform, accelerator),
    ...['-m', '256', '-no-reboot', '-kernel', kernel, '-append', `console=${platform.console} panic=-1`],
  ]
}

/**
 * Runs its arguments with nothing open beyond the descriptor of its first one. What this process inherited from a shell
 * (`200>lock`) is not always closed by Node.js. No process is made: the one that is known by its number is QEMU itself.
 */
const CLOSE_SCRIPT = `
last=$1
shift
for fd in /proc/self/fd/*; do
  fd=\${fd##*/}
  if ((fd > last)); then exec {fd}>&-; fi
done
exec "$@"
`

function toConfinementArgv(isRoot: boolean, lastDescriptor: number): string[] {
  const rights = isRoot ? [`--bounding-set=${RIGHTS}`, '--inh-caps=-all', '--no-new-privs'] : ['--no-new-privs']
  const closeInherited = [
    'bash',
    '--noprofile',
    '--norc',
    '-c',
    CLOSE_SCRIPT,
    'close-inherited',
    String(lastDescriptor),
  ]
  return ['setpriv', '--pdeathsig=KILL', ...rights, ...closeInherited]
}

function toBaseArgv({ program, machine, translatedCpu }: Platform, accelerator: Accelerator): string[] {
  const [accel, cpu] = accelerator === 'tcg' ? ['tcg,thread=multi', translatedCpu] : ['kvm', 'max']
  return [
    ...[program, '-machine', machine, '-accel', accel, '-cpu', cpu],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-serial', 'stdio'],
  ]
}

function toDiskArgv(diskFile: string, ignoreDiscard: boolean): string[] {
  const discard = ignoreDiscard ? 'ignore' : 'unmap'
  const file = {
    driver: 'file',
    'node-name': 'file',
    filename: diskFile,
    locking: 'on',
    discard,
    // What a machine has written stays when QEMU is killed; it need not survive this computer's own end.
    cache: { 'no-flush': true },
  }
  // Zeros take no space on the real thing either, whichever way they are written.
  const zeros = { 'detect-zeroes': ignoreDiscard ? 'off' : 'unmap' }
  const disk = { driver: 'raw', 'node-name': 'disk', file: 'file', discard, ...zeros }
  return [
    ...['-blockdev', JSON.stringify(file), '-blockdev', JSON.stringify(disk)],
    ...['-device', 'virtio-scsi-pci', '-device', 'scsi-hd,drive=disk'],
  ]
}

function toRescueArgv({ console }: Platform, rescue: RescueBoot): string[] {
  const toFile = (name: string, descriptor: number) => [
    '-fw_cfg',
    `name=${BOOT_FILES_PREFIX}/${name},file=/proc/self/fd/${descriptor}`,
  ]
  return [
    // Rescue is for one boot: QEMU ends when the machine starts again.
    '-no-reboot',
    ...['-kernel', rescue.kernel, '-initrd', rescue.initramfs, '-append', `console=${console} ${KERNEL_SETTINGS}`],
    ...toFile('authorized-keys', AUTHORIZED_KEYS_DESCRIPTOR),
    ...toFile('root-password', ROOT_PASSWORD_DESCRIPTOR),
  ]
}

const toFirmwareArgv = ({ firmware }: Platform): string[] => (firmware === undefined ? [] : ['-bios', firmware.file])

/** In QEMU's options a comma ends a value, and two commas are one. */
const escapeCommas = (text: string): string => text.replaceAll(',', ',,')
