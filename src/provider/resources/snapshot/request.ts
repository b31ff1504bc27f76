/** From the configuration of a snapshot to what is asked for: through the one reader of requests, which finds what is wrong. */

import { schematicId } from 'talos-schematic'
import { hintArchitecture, toArchitecture } from '../../../domain.ts'
import type { PlanRequest } from '../../../plan/request.ts'
import { PLAIN_SERVER, type ServerRequest } from '../../../plan/server-settings.ts'
import type { OptionName, RequestContent, RequestOptions, Spelling } from '../../../request/options.ts'
import { readRequest } from '../../../request/read-request.ts'
import { toWait } from '../../../run/option-limits.ts'
import { type Diagnostic, DiagnosticsError } from '../../definition.ts'
import { at, placed, wrong } from '../../place.ts'
import { type OpenValue, UNKNOWN } from '../../schema.ts'
import { isOpen, readSchematicValue, toSchematicText } from '../../schematic-value.ts'
import type { SnapshotConfig } from './attributes.ts'

/** What decides the content, as far as users write it. */
export const CONTENT = [
  'talos_version',
  'architecture',
  'schematic',
  'schematic_id',
  'image_url',
  'role',
  'sha256',
] as const satisfies readonly (keyof SnapshotConfig)[]
const SOURCES = ['schematic', 'schematic_id', 'image_url'] as const

/** Those that a configuration has none of are never said. */
const NAMES: Readonly<Record<OptionName, string>> = {
  architectures: 'architecture',
  roles: 'role',
  sha256: 'sha256',
  schematicFile: 'schematic',
  imageFile: 'image_url',
  directory: 'directory',
  only: 'only',
  except: 'except',
}
const SPELLING: Spelling = {
  names: NAMES,
  write: (option, value) => `${NAMES[option]} = "${value}"`,
  at: (option) => at(NAMES[option]),
}

/** A text, if it is set and known. */
const textOf = (value: OpenValue | undefined): string | undefined => (typeof value === 'string' ? value : undefined)

/**
 * What a configuration asks for. In the place of what is not known yet there is what works in any case, so that the rest can
 * be checked all the same.
 * @param server what build servers are
 * @throws DiagnosticsError with everything that is wrong with it, each at its attribute
 */
export async function readSnapshotConfig(
  config: SnapshotConfig,
  server: ServerRequest = PLAIN_SERVER,
): Promise<PlanRequest> {
  const found = findOwnProblems(config)
  const reading = placed(() => readRequest(toOptions(config, server), SPELLING))
  const request = await reading.catch((error: unknown) => {
    throw error instanceof DiagnosticsError ? new DiagnosticsError([...found, ...error.diagnostics]) : error
  })
  if (found.length > 0) throw new DiagnosticsError(found)
  return request
}

function toOptions(config: SnapshotConfig, server: ServerRequest): RequestOptions {
  const { talos_version, image_url, role, server_type, location, labels, description, sha256 } = config
  // Where it is open, one is taken for which no server type is checked; one that is wrong is told elsewhere.
  const known = toArchitecture(textOf(config.architecture))
  const architecture = known ?? 'x86'
  const variables = [
    ['talos_version', textOf(talos_version) ?? 'latest'],
    ['server_location', textOf(location)],
    [`server_type_${architecture}`, known && textOf(server_type)],
    [`image_url_${architecture}`, known && textOf(image_url)],
  ]
  return {
    cwd: '/',
    env: {},
    directory: undefined,
    vars: variables.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`])),
    varFiles: [],
    settingsFile: undefined,
    architectures: [architecture],
    only: [],
    except: [],
    roles: [textOf(role) ?? []].flat(),
    everyRole: false,
    schematicFile: undefined,
    content: toContent(config),
    imageFile: undefined,
    pins: [textOf(sha256) ?? []].flat().map((hex) => ({ architecture: undefined, hex })),
    force: false,
    evenInUse: false,
    fallback: true,
    allowBiggerDisk: false,
    bootTest: config.boot_test === true,
    server,
    labels: new Map(labelsOf(labels).map(([key, value]) => [key, { value, origin: at('labels', key) }])),
    description: typeof description === 'string' ? { value: description, origin: at('description') } : undefined,
    projects: 1,
    sandbox: true,
    forPacker: false,
  }
}

/** Those whose values are known. */
export const labelsOf = (labels: SnapshotConfig['labels']): readonly (readonly [string, string])[] =>
  labels === null || labels === UNKNOWN
    ? []
    : Object.entries(labels).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value] as const] : []))

function toContent({ schematic, schematic_id }: SnapshotConfig): RequestContent {
  if (schematic !== null && !isOpen(schematic)) return { schematic: toSchematicText(schematic) }
  const id = textOf(schematic_id)
  return id === undefined ? {} : { schematicId: { value: id, origin: at('schematic_id') } }
}

/** Whether the ID is that of the schematic: a configuration that Terraform generates for an import has both. */
function isSameSchematic({
  schematic,
  schematic_id,
  image_url,
}: Pick<SnapshotConfig, (typeof SOURCES)[number]>): boolean {
  if (image_url !== null || schematic === null) return false
  try {
    return schematicId(readSchematicValue(schematic).schematic) === schematic_id
  } catch {
    // The reader says what is wrong with it.
    return true
  }
}

/** What is wrong that only this way of asking can have. */
function findOwnProblems({ architecture, labels, timeouts, ...config }: SnapshotConfig): Diagnostic[] {
  const problems: Diagnostic[] = []
  if (typeof architecture === 'string' && toArchitecture(architecture) === undefined) {
    problems.push(
      wrong(['architecture'], `"${architecture}" is not an architecture`, `${hintArchitecture(architecture)}.`),
    )
  }
  const given = SOURCES.filter((name) => config[name] !== null && !isOpen(config[name]))
  if (given.length > 1 && !isSameSchematic(config)) {
    const detail = 'Each of them says what the image is made of: leave all but one out.'
    problems.push(wrong([given[1] ?? 'schematic'], `${given.join(' and ')} cannot be used together`, detail))
  }
  for (const [key, value] of Object.entries(typeof labels === 'object' ? (labels ?? {}) : {})) {
    if (value !== null) continue
    problems.push(wrong(['labels', key], `the label "${key}" has no value`, 'Leave it out, or set it to "".'))
  }
  for (const [name, limit] of typeof timeouts === 'object' ? Object.entries(timeouts ?? {}) : []) {
    if (typeof limit !== 'string' || toWait(limit) !== undefined) continue
    problems.push(
      wrong(['timeouts', name], `"${limit}" is not a time to wait`, 'Write it like "45m" or "1h30m", up to 24h.'),
    )
  }
  return problems
}
