import { describe, expect, it } from 'vitest'
import { orderModules, readDependencies, toModuleName } from '../../../../src/machines/qemu/systems/modules.ts'

const toModule = (depends: string) => Buffer.from(`\x7fELF...\0license=GPL\0depends=${depends}\0intree=Y\0`)

describe('the drivers', () => {
  it.each([
    ['virtio-rng.ko', 'virtio_rng'],
    ['sd_mod.ko.xz', 'sd_mod'],
    ['modules.dep', undefined],
  ])('are known by their names: %s', (file, name) => {
    expect(toModuleName(file)).toBe(name)
  })

  it('say what they need', () => {
    expect(readDependencies(toModule('scsi_mod,crc-t10dif'))).toEqual(['scsi_mod', 'crc_t10dif'])
    expect(readDependencies(toModule(''))).toEqual([])
    expect(readDependencies(Buffer.from('no properties'))).toEqual([])
  })

  it('come after what they need, each once, without what the kernel has built in', async () => {
    const files: Record<string, string> = { net: 'virtio,failover', disk: 'virtio,scsi', virtio: '', failover: '' }
    const load = async (name: string) => (files[name] === undefined ? undefined : toModule(files[name]))
    const ordered = await orderModules(['net', 'disk', 'net'], load)
    expect(ordered.map(({ name }) => name)).toEqual(['virtio', 'failover', 'net', 'disk'])
  })
})
