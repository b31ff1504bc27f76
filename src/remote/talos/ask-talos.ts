/** Asks what answers at a server whether it is Talos in maintenance mode, and what it says of itself. */

import * as v from 'valibot'
import { parse } from 'yaml'
import { connectGrpc, type GrpcConnection, type GrpcFailure, NoGrpc, type ServerCertificate } from './grpc.ts'
import { readListed, readVersion, type VersionAnswer, writeListRequest } from './messages.ts'

/** What Talos says of itself; undefined for what it does not tell, as far as it lets everybody ask. */
export interface TalosFacts {
  /** With its `v`. */
  readonly version: string | undefined
  /** As Talos names it: `amd64`. */
  readonly architecture: string | undefined
  /** `hcloud` */
  readonly platform: string | undefined
  readonly schematic: string | undefined
  /** The ID of the server that it runs on, as the platform told it. */
  readonly instance: string | undefined
}

/** What was seen at an address. */
export type Sighting =
  | { readonly kind: 'talos'; readonly facts: TalosFacts; readonly certificate: ServerCertificate }
  /** `not Talos`: something else answers gRPC there, or has a certificate of a public authority. */
  | { readonly kind: 'nothing'; readonly failure: TalosFailure }

export type TalosFailure = GrpcFailure | 'not Talos'

/** gRPC's codes. Source: grpc/grpc, doc/statuscodes.md. */
const OK = 0
const UNIMPLEMENTED = 12

/** What releases up to 1.12 say of all that a machine without a configuration does not do. */
const MAINTENANCE = /maintenance mode/

/**
 * Connects and asks.
 * @throws the signal's reason when it aborts
 */
export async function askTalos(host: string, port: number, signal: AbortSignal): Promise<Sighting> {
  try {
    using connection = await connectGrpc(host, port, signal)
    const { certificate } = connection
    const version = await askVersion(connection)
    if (version === undefined || certificate.isTrusted) return { kind: 'nothing', failure: 'not Talos' }
    return { kind: 'talos', certificate, facts: await askFacts(connection, version) }
  } catch (error) {
    signal.throwIfAborted()
    // What cannot be read as the message that it should be is of something else.
    return { kind: 'nothing', failure: error instanceof NoGrpc ? error.failure : 'not Talos' }
  }
}

/** @returns what it tells, which may be nothing; undefined when it is not Talos */
async function askVersion(connection: GrpcConnection): Promise<Partial<VersionAnswer> | undefined> {
  const { status, text, messages } = await connection.call('/machine.MachineService/Version', new Uint8Array())
  const [message] = messages
  if (status === OK && message !== undefined) {
    const version = readVersion(message)
    return version.tag === undefined ? undefined : version
  }
  return status === UNIMPLEMENTED && MAINTENANCE.test(text) ? {} : undefined
}

async function askFacts(connection: GrpcConnection, said: Partial<VersionAnswer>): Promise<TalosFacts> {
  const list = async <T>(type: string, schema: v.GenericSchema<unknown, T>): Promise<T[]> => {
    const { status, messages } = await connection.call('/cosi.resource.State/List', writeListRequest('runtime', type))
    if (status !== OK) return []
    return messages.flatMap((message) => {
      const parsed = v.safeParse(schema, parseYaml(readListed(message)))
      return parsed.success ? [parsed.output] : []
    })
  }
  const [[schematic], extensions, [version], [platform]] = await Promise.all([
    list('ImageFactorySchematics.runtime.talos.dev', Schematic),
    list('ExtensionStatuses.runtime.talos.dev', Extension),
    list('Versions.runtime.talos.dev', Version),
    list('PlatformMetadatas.talos.dev', Platform),
  ])
  return {
    version: said.tag ?? version?.version,
    architecture: said.arch,
    platform: said.platform ?? platform?.platform,
    // Talos 1.14 has it as a resource of its own; the Factory has put it among the extensions for long.
    schematic:
      schematic?.schematicId ?? extensions.find(({ metadata }) => metadata.name === 'schematic')?.metadata.version,
    instance: platform?.instanceId,
  }
}

/** The contents of resources. Source: siderolabs/talos, pkg/machinery/resources/runtime and extensions (2026). */
const Schematic = v.object({ schematicId: v.string() })
const Extension = v.object({ metadata: v.object({ name: v.string(), version: v.string() }) })
const Version = v.object({ version: v.string() })
const Platform = v.object({ platform: v.optional(v.string()), instanceId: v.optional(v.string()) })

/** Values are texts as they stand there: an ID of digits alone is no number. */
function parseYaml(text: string): unknown {
  try {
    return parse(text, { schema: 'failsafe' })
  } catch {
    return undefined
  }
}
