/** `talosimage_schematic` as a data source: what follows from a schematic by itself. */

import { canonicalText, EMPTY_SCHEMATIC, schematicId } from 'talos-schematic'
import { ARCHITECTURES } from '../../domain.ts'
import { assetUrl, installerReference } from '../../factory/asset.ts'
import type { DataSourceDefinition, Diagnostic } from '../definition.ts'
import { placed, wrong } from '../place.ts'
import { defineAttributes, type Open } from '../schema.ts'
import { isOpen, readSchematicValue } from '../schematic-value.ts'
import type { Session } from '../session.ts'
import { findVersionProblems } from './checks.ts'

const attributes = defineAttributes({
  schematic: {
    type: 'dynamic',
    set: 'optional',
    description: 'The schematic, as YAML text or as an object; the one without extensions by default.',
  },
  talos_version: {
    type: 'string',
    set: 'optional',
    description: 'A whole version, such as `v1.13.9`, for the installer and the URLs.',
  },
  id: { type: 'string', set: 'computed', description: 'Its ID: the SHA-256 of its canonical text.' },
  canonical: { type: 'string', set: 'computed', description: 'Its canonical text, in YAML.' },
  installer: {
    type: 'string',
    set: 'computed',
    description: 'The installer that belongs to it, for `machine.install.image`; null without a version.',
  },
  image_urls: {
    type: { map: 'string' },
    set: 'computed',
    description: 'The URLs of the disk images for Hetzner Cloud: `arm`, `x86`; null without a version.',
  },
})

export const schematic: DataSourceDefinition<typeof attributes, Session> = {
  name: 'schematic',
  description:
    'The ID of a schematic, and what follows from it. Nothing is sent: the Image Factory makes images only of what it was given, for instance by the resource of the same name.',
  attributes,
  validate: (config) => placed(async () => check(config)),
  read: ({ schematic: value, talos_version, ...config }, { provider }) =>
    placed(async () => {
      const parsed = value === null ? EMPTY_SCHEMATIC : readSchematicValue(value).schematic
      const id = schematicId(parsed)
      const asset = talos_version === null ? undefined : { schematicId: id, talosVersion: talos_version }
      const { factoryUrl } = await provider.cloud()
      const urls = ARCHITECTURES.map((architecture) => [
        architecture,
        asset && assetUrl(factoryUrl, { ...asset, architecture }, '.raw.xz'),
      ])
      return {
        state: {
          ...config,
          schematic: value,
          talos_version,
          id,
          canonical: canonicalText(parsed),
          installer: asset === undefined ? null : installerReference(factoryUrl, asset),
          image_urls: asset === undefined ? null : Object.fromEntries(urls),
        },
      }
    }),
}

function check({ schematic: value, talos_version: version }: Open<typeof attributes>): readonly Diagnostic[] {
  const unknown = value === null || isOpen(value) ? [] : readSchematicValue(value).unknown
  const detail = 'Only the Image Factory can tell its ID: use the resource talosimage_schematic.'
  return [
    ...unknown.map(({ path }) => wrong(['schematic'], `the field ${path} is not known here`, detail)),
    ...findVersionProblems(version, true),
  ]
}
