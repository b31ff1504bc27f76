import type { Snapshot } from '../../../src/hetzner/snapshot.ts'
import type { SnapshotConfig, SnapshotState } from '../../../src/provider/resources/snapshot/attributes.ts'

export const HEX = 'a'.repeat(64)
export const IDENTITY = 'b'.repeat(40)

/** A configuration with what must be set alone. */
export const CONFIG: SnapshotConfig & SnapshotState = {
  talos_version: 'v1.13.9',
  architecture: 'x86',
  schematic: null,
  schematic_id: null,
  image_url: null,
  role: null,
  labels: null,
  description: null,
  server_type: null,
  location: null,
  sha256: null,
  protect: null,
  boot_test: null,
  keep_on_destroy: null,
  force_destroy: null,
  timeouts: null,
  id: null,
  version: null,
  installer: null,
  selector: null,
  all_labels: null,
  own_labels: null,
  identity: null,
  boot_tested: null,
  size_gb: null,
  source_sha256: null,
  adopted: null,
}

export const LABELS = { os: 'talos', arch: 'x86', version: 'v1.13.9', creator: 'hcloud-talos', type: 'infra' }

/** The snapshot that such a configuration leads to. */
export const SNAPSHOT: Snapshot = {
  id: 7,
  type: 'snapshot',
  status: 'available',
  name: null,
  description: 'Talos Linux v1.13.9 x86 by hcloud-talos',
  image_size: 0.2,
  disk_size: 40,
  created: '2026-11-01T00:00:00Z',
  created_from: { id: 1, name: 'talos-image-x-x86' },
  architecture: 'x86',
  os_flavor: 'debian',
  protection: { delete: false },
  labels: {
    ...LABELS,
    'talos-image/run': 'x',
    'talos-image/version': 'v1.13.9',
    'talos-image/identity': IDENTITY,
    'talos-image/schematic': HEX.slice(32),
    'talos-image/schematic-rest': HEX.slice(32),
    'talos-image/source-sha256': HEX.slice(32),
  },
}
