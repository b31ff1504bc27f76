/** The table of `talosimage_snapshot`. */

import { ARCHITECTURE_WORDS } from '../../../domain.ts'
import { defineAttributes, type Open, type State } from '../../schema.ts'

const DEFAULT_WAIT = 'by default as long as each of its steps may take, well over an hour'

export const BOOT_TESTED =
  'The Talos version that came up in a boot test, or `talos` where it did not tell; null when there was none.'

export const attributes = defineAttributes({
  talos_version: {
    type: 'string',
    set: 'required',
    description:
      'The Talos version: `v1.13.9`; or `v1.13` or `latest`, the newest of them whenever a plan is made, which then replaces the snapshot.',
  },
  architecture: { type: 'string', set: 'required', description: `Of the servers: ${ARCHITECTURE_WORDS}.` },
  schematic: {
    type: 'dynamic',
    set: 'optional-computed',
    description:
      'The schematic, as YAML text (`file("schematic.yaml")`) or as an object. It is submitted to the Image Factory. Without it, `schematic_id` and `image_url` the image has no extensions.',
  },
  schematic_id: {
    type: 'string',
    set: 'optional-computed',
    description: 'The ID of a schematic that the Image Factory has; that of `schematic` when that is given.',
  },
  image_url: {
    type: 'string',
    set: 'optional',
    description: 'The URL of a raw Talos disk for Hetzner Cloud, or the reference of an installer.',
  },
  role: {
    type: 'string',
    set: 'optional',
    description: 'What the servers are for, such as `worker`: a label, by which selectors find the snapshot.',
  },
  labels: {
    type: { map: 'string' },
    set: 'optional',
    description: 'Labels of the snapshot, beside those that all have. Changed in place.',
  },
  description: {
    type: 'string',
    set: 'optional-computed',
    description:
      'The description of the snapshot; `Talos Linux VERSION ARCH by hcloud-talos` by default. Changed in place.',
  },
  server_type: {
    type: 'string',
    set: 'optional',
    description: 'The type of the build server; by default the smallest that is in stock.',
  },
  location: {
    type: 'string',
    set: 'optional',
    description: 'Where it is built; `fsn1`, or where there is stock, by default.',
  },
  sha256: {
    type: 'string',
    set: 'optional',
    description: 'The SHA-256 of the source as it is downloaded: another one fails.',
  },
  protect: {
    type: 'bool',
    set: 'optional-computed',
    description:
      'Whether nothing can delete the snapshot, Terraform included. Left out, it is as it is: `false` for a new one, and only an explicit `false` takes a protection off. Changed in place.',
  },
  boot_test: {
    type: 'bool',
    set: 'optional-computed',
    description:
      'Whether a second temporary server must boot the snapshot before it is published; `false` by default. One that is there is booted in place, unless `boot_tested` says that it was; one that does not boot fails, and is removed if it was built for this resource.',
  },
  keep_on_destroy: {
    type: 'bool',
    set: 'optional-computed',
    description:
      'Whether the snapshot stays in the project when the resource is destroyed or replaced. Left out, it does when it was adopted or imported, and does not when it was built for this resource. It counts once it is applied.',
  },
  force_destroy: {
    type: 'bool',
    set: 'optional-computed',
    description:
      'Whether the snapshot is deleted even when servers were made from it, which cannot be rebuilt from it then; `false` by default. It counts once it is applied.',
  },
  timeouts: {
    type: {
      object: defineAttributes({
        create: { type: 'string', set: 'optional', description: `Of the build, such as \`45m\`; ${DEFAULT_WAIT}.` },
        update: {
          type: 'string',
          set: 'optional',
          description:
            'Of the boot test of a snapshot that is there; by default as long as each of its steps may take.',
        },
      }),
    },
    set: 'optional',
    description: 'How long things may take.',
  },
  id: {
    type: 'string',
    set: 'computed',
    description: 'The ID of the snapshot, for `image` of `hcloud_server` and the inputs of modules.',
  },
  version: { type: 'string', set: 'computed', description: 'The Talos version that `talos_version` stands for.' },
  installer: {
    type: 'string',
    set: 'computed',
    description:
      'The installer that belongs to the image, for `machine.install.image`; null when its schematic is not known.',
  },
  selector: {
    type: 'string',
    set: 'computed',
    description: 'The label selector that finds the snapshots of its kind and version.',
  },
  all_labels: {
    type: { map: 'string' },
    set: 'computed',
    description: 'All labels of the snapshot, without those that begin with `talos-image/`.',
  },
  own_labels: {
    type: { map: 'string' },
    set: 'computed',
    description:
      'The labels that begin with `talos-image/` and tell what is in the snapshot, by which the command knows it again.',
  },
  identity: {
    type: 'string',
    set: 'computed',
    description:
      'A hash of all that decides the content. An existing snapshot with the same identity and labels is adopted.',
  },
  boot_tested: {
    type: 'string',
    set: 'computed',
    description: BOOT_TESTED,
  },
  size_gb: { type: 'number', set: 'computed', description: 'What is billed, in GB.' },
  source_sha256: {
    type: 'string',
    set: 'computed',
    description: 'The SHA-256 of the source as it was downloaded; null when the snapshot was adopted or imported.',
  },
  adopted: {
    type: 'bool',
    set: 'computed',
    description: 'Whether the snapshot was there already, and was not built for this resource.',
  },
})

export type SnapshotConfig = Open<typeof attributes>
export type SnapshotState = State<typeof attributes>
