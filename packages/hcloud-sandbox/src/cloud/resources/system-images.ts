/** The provider's own images, each in both architectures. Their disks are placeholders: nothing boots from them. */

import { ARCHITECTURES, type Architecture } from '../../domain.ts'
import { formatTime } from '../time.ts'

export interface SystemImage {
  readonly id: number
  readonly name: string
  readonly description: string
  readonly osFlavor: string
  readonly osVersion: string
  readonly architecture: Architecture
  /** Milliseconds since the epoch. */
  readonly created: number
  /** When it was deprecated; hidden from lists unless asked for. */
  readonly deprecated: number | null
  /** GB; the smallest disk that it fits on. */
  readonly diskSize: number
}

/** Clients that know nothing of architectures take the first image of a name: the real cloud has `x86` first too. */
const IN_ORDER_OF_IDS = [...ARCHITECTURES].reverse()

export const SYSTEM_IMAGES: readonly SystemImage[] = [
  ...both(114690300, 'debian-11', 'Debian 11', '2021-08-16', '2026-05-01'),
  ...both(114690380, 'debian-12', 'Debian 12', '2023-06-13'),
  ...both(161547260, 'ubuntu-24.04', 'Ubuntu 24.04', '2024-04-25'),
  ...both(310557660, 'debian-13', 'Debian 13', '2025-08-18'),
]

/** A system image as the API shows it. */
export function showSystemImage(image: SystemImage) {
  return {
    id: image.id,
    type: 'system',
    status: 'available',
    name: image.name,
    description: image.description,
    image_size: null,
    disk_size: image.diskSize,
    created: formatTime(image.created),
    created_from: null,
    bound_to: null,
    os_flavor: image.osFlavor,
    os_version: image.osVersion,
    rapid_deploy: true,
    protection: { delete: false },
    deprecated: image.deprecated === null ? null : formatTime(image.deprecated),
    deleted: null,
    labels: {},
    architecture: image.architecture,
  }
}

/** A system image by its ID, which may be written as text. */
export function findSystemImage(id: string | number): SystemImage | undefined {
  return SYSTEM_IMAGES.find((image) => String(image.id) === String(id))
}

function both(id: number, name: string, description: string, created: string, deprecated?: string): SystemImage[] {
  const [osFlavor = 'unknown', osVersion = ''] = name.split('-')
  return IN_ORDER_OF_IDS.map((architecture, index) => ({
    id: id + index,
    name,
    description,
    osFlavor,
    osVersion,
    architecture,
    created: Date.parse(created),
    deprecated: deprecated === undefined ? null : Date.parse(deprecated),
    diskSize: 5,
  }))
}
