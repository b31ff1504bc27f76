/** What an emulated Talos disk says of itself at the start of its META partition: JSON, a line, as machines find it. */

import { open } from 'node:fs/promises'
import type { Schematic } from 'talos-schematic'
import * as v from 'valibot'
import { ARCHITECTURES } from '../domain.ts'
import { FRONT_SECTORS, readPartitions, SECTOR_BYTES } from '../machines/gpt.ts'
import type { DiskVariant } from './asset-path.ts'
import { isAtLeast } from './versions.ts'

/** The most bytes that it takes, and that are read. */
const MOST_BYTES = 64 * 1024

/**
 * Since when maintenance mode answers `machine.MachineService/Version`; releases up to 1.12 say "API is not implemented in
 * maintenance mode". Source: siderolabs/talos, issue 12962 and the maintenance service of both releases (2026).
 */
const VERSION_SINCE = '1.13.0'
/** Since when the configuration in a schematic is used. Source: siderolabs/image-factory, docs/api.md (v1.5.0, 2026). */
const EMBEDDED_CONFIGURATION_SINCE = '1.12.0'

/**
 * How Talos answers on port 50000 when it has no other configuration: `version` and `unimplemented` are the two manners of
 * maintenance mode, `configured` wants a client certificate that the configuration's authority signed.
 */
const ANSWERS = ['version', 'unimplemented', 'configured'] as const

const TalosDisk = v.object({
  emulates: v.literal('Talos Linux'),
  /** With its `v`. */
  version: v.string(),
  schematicId: v.string(),
  /** Official extensions, such as `siderolabs/iscsi-tools`. */
  extensions: v.array(v.string()),
  architecture: v.picklist(ARCHITECTURES),
  /** As Talos names it: `hcloud`. */
  platform: v.string(),
  secureBoot: v.boolean(),
  answers: v.picklist(ANSWERS),
  /** Whether it boots on a server of its architecture. */
  boots: v.boolean(),
})
export type TalosDisk = v.InferOutput<typeof TalosDisk>

/** What a disk is asked for with. */
export interface DiskOrder extends DiskVariant {
  readonly schematicId: string
  readonly schematic: Schematic
  readonly version: string
}

/**
 * The disk that the Factory makes of an order.
 * @param isSpoilt it does not boot, whatever it is
 */
export function toTalosDisk(order: DiskOrder, isSpoilt = false): TalosDisk {
  const { schematicId, schematic, version, architecture, platform, secureBoot } = order
  const { systemExtensions, embeddedMachineConfiguration } = schematic.customization
  const manner = isAtLeast(version, VERSION_SINCE) ? 'version' : 'unimplemented'
  return {
    emulates: 'Talos Linux',
    version,
    schematicId,
    extensions: [...systemExtensions.officialExtensions],
    architecture,
    platform,
    secureBoot,
    answers: embeddedMachineConfiguration === '' ? manner : 'configured',
    boots: !isSpoilt && !isUnbootable(order),
  }
}

/**
 * Whether servers of Hetzner Cloud do not boot it, however well it is written: x86 ones boot with BIOS, their disks have
 * sectors of 512 bytes, and none has secure boot. Source: siderolabs/talos, pkg/machinery/imager (2026).
 */
function isUnbootable({
  schematic: { overlay, customization },
  version,
  architecture,
  secureBoot,
}: DiskOrder): boolean {
  const { bootloader, secureboot, diskImage, embeddedMachineConfiguration } = customization
  return (
    (bootloader === 'sd-boot' && architecture === 'x86') ||
    (diskImage.sectorSize !== 0 && diskImage.sectorSize !== SECTOR_BYTES) ||
    secureBoot ||
    secureboot.enrollKeys !== '' ||
    secureboot.includeWellKnownCertificates ||
    overlay.image !== '' ||
    overlay.name !== '' ||
    overlay.options.length > 0 ||
    (embeddedMachineConfiguration !== '' && !isAtLeast(version, EMBEDDED_CONFIGURATION_SINCE))
  )
}

/** The bytes for the start of its META partition. */
export function formatTalosDisk(disk: TalosDisk): Buffer {
  const bytes = Buffer.from(`${JSON.stringify(disk)}\n`, 'utf8')
  if (bytes.length > MOST_BYTES) throw new RangeError(`a disk cannot say ${bytes.length} bytes of itself`)
  return bytes
}

/**
 * What the disk in a file says of itself; undefined when no emulated Talos disk was written to it, or not all of it.
 * @param file absolute path of a raw disk
 */
export async function readTalosDisk(file: string): Promise<TalosDisk | undefined> {
  const handle = await open(file, 'r')
  try {
    const read = async (bytes: number, offset: number): Promise<Buffer> => {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, offset)
      return buffer.subarray(0, bytesRead)
    }
    const partitions = readPartitions(await read(FRONT_SECTORS * SECTOR_BYTES, 0))
    const meta = partitions.find(({ name }) => name === 'META')
    if (meta === undefined) return undefined
    const [line = ''] = (await read(MOST_BYTES, meta.firstSector * SECTOR_BYTES)).toString('utf8').split('\n', 1)
    const parsed = v.safeParse(TalosDisk, parseJson(line))
    return parsed.success ? parsed.output : undefined
  } finally {
    await handle.close()
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
