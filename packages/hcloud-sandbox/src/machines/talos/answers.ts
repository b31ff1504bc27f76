/** What Talos answers in maintenance mode, as far as it lets everybody ask. Source: siderolabs/talos, internal/app/maintenance (2026). */

import { toTalosArchitecture } from '../../factory/asset-path.ts'
import { isAtLeast } from '../../factory/versions.ts'
import type { InstalledTalos } from '../machine.ts'
import { field, formatListed, formatVersion, message, type Resource, readListedType } from './messages.ts'

/** The status of gRPC, and what is said or sent. */
export type Answer = { readonly status: number; readonly text: string } | { readonly messages: readonly Buffer[] }

/** Since when the schematic is a resource of its own. Source: siderolabs/talos, pkg/machinery/resources/runtime (2026). */
const SCHEMATIC_SINCE = '1.14.0'

const UNIMPLEMENTED = 12
const PERMISSION_DENIED = 7

/** @param request the message of the call */
export function answerCall(path: string, request: Buffer, disk: InstalledTalos, instance: number): Answer {
  switch (path) {
    case '/machine.MachineService/Version':
      return answerVersion(disk)
    case '/cosi.resource.State/List':
      return answerList(readListedType(request), disk, instance)
    default:
      return { status: UNIMPLEMENTED, text: `unknown method ${path.split('/').at(-1)}` }
  }
}

function answerVersion({ answers, version, architecture, platform }: InstalledTalos): Answer {
  if (answers !== 'version') return { status: UNIMPLEMENTED, text: 'API is not implemented in maintenance mode' }
  return { messages: [formatVersion({ tag: version, arch: toTalosArchitecture(architecture), platform })] }
}

function answerList(type: string, disk: InstalledTalos, instance: number): Answer {
  const found = resourcesOf(disk, instance).get(type)
  if (found === undefined) return { status: PERMISSION_DENIED, text: `resource type "${type}" is not supported` }
  return { messages: found.map((resource, index) => formatListed({ type, id: String(index), ...resource })) }
}

function resourcesOf(
  { version, schematicId, extensions, platform, answers }: InstalledTalos,
  instance: number,
): Map<string, Pick<Resource, 'yaml' | 'proto'>[]> {
  const layers = [
    ...extensions.map((name) => ({ name: name.replace(/^.*\//, ''), version: 'v1' })),
    { name: 'schematic', version: schematicId },
  ].map((layer, index) => ({
    yaml: `image: ${index}.sqsh\nmetadata:\n    name: ${layer.name}\n    version: ${layer.version}\n`,
    proto: message(field(1, `${index}.sqsh`), field(2, message(field(1, layer.name), field(2, layer.version)))),
  }))
  const resources = new Map([
    ['ExtensionStatuses.runtime.talos.dev', layers],
    [
      'PlatformMetadatas.talos.dev',
      [
        {
          yaml: `platform: ${platform}\ninstanceId: "${instance}"\n`,
          proto: message(field(1, platform), field(6, String(instance))),
        },
      ],
    ],
  ])
  if (isAtLeast(version, SCHEMATIC_SINCE)) {
    resources.set('ImageFactorySchematics.runtime.talos.dev', [
      { yaml: `schematicId: ${schematicId}\n`, proto: field(1, schematicId) },
    ])
  }
  // So that what is not told is tried, too.
  if (answers === 'version') {
    resources.set('Versions.runtime.talos.dev', [{ yaml: `version: ${version}\n`, proto: field(1, version) }])
  }
  return resources
}
