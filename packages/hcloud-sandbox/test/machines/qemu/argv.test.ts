import { describe, expect, it } from 'vitest'
import { type MachineArguments, toMachineArgv, toProbeArgv } from '../../../src/machines/qemu/argv.ts'
import { PLATFORMS } from '../../../src/machines/qemu/platform.ts'

const OPTIONS: MachineArguments = {
  platform: PLATFORMS.x86,
  accelerator: 'tcg',
  name: 'a,b',
  id: 4711,
  diskFile: '/state/with,comma "and" quote/disk.raw',
  rescue: {
    kernel: '/c/kernel',
    initramfs: '/c/initramfs',
  },
  isRoot: false,
  ignoreDiscard: false,
}

/** The values of an option, in their order. */
const valuesOf = (argv: readonly string[], option: string) =>
  argv.flatMap((word, index) => (argv[index - 1] === option ? [word] : []))

describe('the command line of a machine', () => {
  it('ends it with its owner, and takes rights away', () => {
    expect(toMachineArgv(OPTIONS).slice(0, 3)).toEqual(['setpriv', '--pdeathsig=KILL', '--no-new-privs'])
    expect(toMachineArgv({ ...OPTIONS, isRoot: true }).slice(0, 5)).toEqual([
      'setpriv',
      '--pdeathsig=KILL',
      '--bounding-set=-all,+net_bind_service',
      '--inh-caps=-all',
      '--no-new-privs',
    ])
  })

  it('gives it its disk file, whatever the name, and no other', () => {
    const argv = toMachineArgv(OPTIONS)
    const [file, disk, ...others] = valuesOf(argv, '-blockdev').map((text) => JSON.parse(text))
    expect(file).toMatchObject({ driver: 'file', filename: OPTIONS.diskFile, locking: 'on', discard: 'unmap' })
    expect(disk).toMatchObject({ driver: 'raw', file: file['node-name'], discard: 'unmap' })
    expect(others).toEqual([])
    expect(valuesOf(argv, '-device')).toEqual([
      'virtio-scsi-pci',
      'scsi-hd,drive=disk',
      'virtio-net-pci,netdev=net,romfile=',
    ])
    expect(argv).toContain('-nodefaults')
    expect(argv).toContain('-no-user-config')
    expect(valuesOf(argv, '-name')).toEqual(['a,,b'])
    expect(valuesOf(argv, '-smbios')).toEqual([expect.stringContaining('serial=4711')])
  })

  it('leaves it nothing open but what it is given', () => {
    const lastOf = (argv: readonly string[]) => argv[argv.indexOf('close-inherited') + 1]
    expect(lastOf(toMachineArgv(OPTIONS))).toBe('5')
    expect(lastOf(toMachineArgv({ ...OPTIONS, rescue: undefined }))).toBe('3')
    expect(lastOf(toProbeArgv(PLATFORMS.x86, 'kvm', '/c/kernel'))).toBe('2')
  })

  it('makes a disk that ignores what it is told to discard, and keeps the zeros that are written', () => {
    const argv = toMachineArgv({ ...OPTIONS, ignoreDiscard: true })
    const [file, disk] = valuesOf(argv, '-blockdev').map((text) => JSON.parse(text))
    expect([file.discard, disk.discard, disk['detect-zeroes']]).toEqual(['ignore', 'ignore', 'off'])
  })

  it('boots rescue once, and tells it who may come in by files', () => {
    const argv = toMachineArgv(OPTIONS)
    expect(argv).toContain('-no-reboot')
    expect(valuesOf(argv, '-kernel')).toEqual(['/c/kernel'])
    expect(valuesOf(argv, '-fw_cfg')).toEqual([
      'name=opt/talos-image/authorized-keys,file=/proc/self/fd/4',
      'name=opt/talos-image/root-password,file=/proc/self/fd/5',
    ])
  })

  it('boots the disk through firmware', () => {
    const disk = { ...OPTIONS, rescue: undefined }
    expect(toMachineArgv(disk)).not.toContain('-kernel')
    expect(toMachineArgv(disk)).not.toContain('-no-reboot')
    const arm = toMachineArgv({ ...disk, platform: PLATFORMS.arm })
    expect(valuesOf(arm, '-bios')).toEqual(['/usr/share/qemu-efi-aarch64/QEMU_EFI.fd'])
    expect(valuesOf(arm, '-machine')).toEqual(['virt'])
    expect(arm).toContain('qemu-system-aarch64')
  })

  it('tries an accelerator with the same processor', () => {
    const probe = toProbeArgv(PLATFORMS.x86, 'kvm', '/c/kernel')
    expect(valuesOf(probe, '-accel')).toEqual(['kvm'])
    expect(valuesOf(probe, '-cpu')).toEqual(valuesOf(toMachineArgv({ ...OPTIONS, accelerator: 'kvm' }), '-cpu'))
  })
})
