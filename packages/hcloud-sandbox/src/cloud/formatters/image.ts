import type { SystemImage } from '../catalogue/system-images.ts'
import type { StoredImage } from '../entities.ts'
import { formatTime } from '../time.ts'

/** A snapshot as the API shows it. */
export function formatSnapshot(image: StoredImage) {
  return {
    id: image.id,
    type: 'snapshot',
    status: image.status,
    name: null,
    description: image.description,
    image_size: image.imageSize,
    disk_size: image.diskSize,
    created: formatTime(image.created),
    created_from: { ...image.createdFrom },
    bound_to: null,
    os_flavor: image.osFlavor,
    os_version: image.osVersion,
    rapid_deploy: false,
    protection: { ...image.protection },
    deprecated: null,
    deleted: null,
    labels: { ...image.labels },
    architecture: image.architecture,
  }
}

/** A system image as the API shows it. */
export function formatSystemImage(image: SystemImage) {
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
