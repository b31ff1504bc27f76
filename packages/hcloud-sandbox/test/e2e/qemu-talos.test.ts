/** Disks of the Factory that boot, through firmware and boot loader, and what answers then. Skipped where QEMU is not installed. */

import { expect, it } from 'vitest'
import type { Architecture } from '../../src/domain.ts'
import { MIB } from '../../src/factory/disk-size.ts'
import { readTalosDisk } from '../../src/factory/talos-disk.ts'
import { createQemuMachines } from '../../src/machines/qemu/machines.ts'
import { testFactory } from '../factory/test-factory.ts'
import { CACHE_DIR, makeQemuMachine, WHY_NOT } from '../machines/qemu/fixture.ts'
import { askTalos } from '../machines/qemu/talos.ts'

const MINUTES = 60_000
const named = (name: string): string => (WHY_NOT === undefined ? name : `${name} (skipped: ${WHY_NOT})`)

/** A disk with one extension, and its schematic's ID. */
async function orderDisk(path: string, spoilt = false) {
  const { bootSystem } = createQemuMachines({ cacheDir: CACHE_DIR })
  const factory = await testFactory({ bootSystem, spoilsDisk: () => spoilt, diskBytes: 48 * MIB })
  await using _closing = factory
  const { id } = await factory.submit(
    'customization: {systemExtensions: {officialExtensions: [siderolabs/iscsi-tools]}}',
  )
  return { id, disk: await factory.download(`/image/${id}/${path}`) }
}

/** A machine with that disk, switched on, and what it answers once it does. */
async function start(architecture: Architecture, disk: Buffer) {
  const test = await makeQemuMachine({ architecture, disk })
  const talos = await readTalosDisk(test.machine.spec.diskFile)
  await test.machine.powerOn({ ...test.target, system: 'disk', talos })
  const ask = (method: string, ...texts: string[]) => askTalos(test.machine.spec, method, texts)
  /** Refused is what a machine says that does not answer yet. */
  const isUp = () =>
    ask('/machine.MachineService/Version').then(
      () => true,
      (error) => {
        expect(error).toMatchObject({ code: 'ECONNREFUSED' })
        return false
      },
    )
  return {
    ...test,
    ask,
    isUp,
    waitUntilUp: () => expect.poll(isUp, { timeout: 3 * MINUTES, interval: 500 }).toBe(true),
  }
}

it.skipIf(WHY_NOT !== undefined).each([
  ['x86', 'v1.13.9/hcloud-amd64.raw', 'GRUB', 'names its version'],
  ['arm', 'v1.12.2/hcloud-arm64.raw', 'systemd-boot', 'names no version'],
] as const)(
  named('a disk for %s (%s) boots with %s, and Talos %s; a broken one does not'),
  { timeout: 4 * MINUTES },
  async (architecture, path, _bootLoader, _manner) => {
    const { id, disk } = await orderDisk(path)
    // One that does not boot, beside it: it has as much time.
    await using silent = await start(architecture, (await orderDisk(path, true)).disk)
    await using machine = await start(architecture, disk)
    await machine.waitUntilUp()
    expect([silent.machine.running, await silent.isUp()]).toEqual([true, false])
    const version = await machine.ask('/machine.MachineService/Version')
    if (architecture === 'x86') {
      expect(version).toMatchObject({ status: 0, body: expect.stringMatching(/v1\.13\.9.*amd64.*hcloud/s) })
    } else {
      expect(version).toEqual({ status: 12, text: 'API is not implemented in maintenance mode', body: '' })
    }
    const extensions = await machine.ask('/cosi.resource.State/List', 'runtime', 'ExtensionStatuses.runtime.talos.dev')
    expect(extensions).toMatchObject({
      status: 0,
      body: expect.stringMatching(new RegExp(`iscsi-tools.*schematic.*${id}`, 's')),
    })
    const platform = ['runtime', 'PlatformMetadatas.talos.dev']
    const { body } = await machine.ask('/cosi.resource.State/Get', ...platform, 'platformmetadata')
    expect(body).toContain('platform: hcloud\ninstanceId: "7"\n')
    expect((await machine.ask('/cosi.resource.State/Get', ...platform, 'another')).status).toBe(5)
    expect((await machine.ask('/cosi.resource.State/List', 'runtime', 'Others.talos.dev')).status).toBe(7)
  },
)
