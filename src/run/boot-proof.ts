/** What a boot test has shown: each fact, held against what it should be. Pure. */

import { talosArchitecture } from '../factory/asset.ts'
import type { PlannedImage } from '../plan/plan.ts'
import type { TalosFacts } from '../remote/talos/ask-talos.ts'

/** What Talos may tell of itself, in the order in which it is shown. */
export type BootFactName = 'version' | 'architecture' | 'platform' | 'schematic' | 'server'

/** `unreadable`: Talos does not tell it to everybody, as some releases do. */
export type BootVerdict = 'proven' | 'contradicted' | 'unreadable'

/** @internal */
export const BOOT_VERDICTS = ['proven', 'contradicted', 'unreadable'] as const satisfies readonly BootVerdict[]

export interface BootFact {
  readonly verdict: BootVerdict
  /** undefined when there is nothing to hold it against: then what was read counts as proven. */
  readonly expected: string | undefined
  readonly found: string | undefined
}

/** A snapshot that has booted: Talos answered on a server that was made from it. */
export interface BootProof {
  readonly facts: Readonly<Record<BootFactName, BootFact>>
  /** SHA-256 of the public key of its certificate in base64, as Talos prints it on its console. */
  readonly fingerprint: string
  /** Whether the certificate was made for the address that was asked. */
  readonly namesAddress: boolean
  /** From power-on until it answered, in milliseconds. */
  readonly ms: number
}

/** That there was no server to boot the snapshot on, and that it was to be published all the same. */
export interface NoBootProof {
  readonly reason: string
}

/** What Hetzner Cloud is called by Talos. */
const PLATFORM = 'hcloud'

/** @param server the ID of the server that was asked */
export function judgeFacts(
  { version, architecture, platform, schematic, instance }: TalosFacts,
  image: Pick<PlannedImage, 'talosVersion' | 'architecture' | 'schematicId'>,
  server: number,
): BootProof['facts'] {
  return {
    version: judge(version, image.talosVersion || undefined),
    architecture: judge(architecture, talosArchitecture(image.architecture)),
    platform: judge(platform, PLATFORM),
    schematic: judge(schematic, image.schematicId),
    server: judge(instance, String(server)),
  }
}

function judge(found: string | undefined, expected: string | undefined): BootFact {
  const verdict =
    found === undefined ? 'unreadable' : expected === undefined || found === expected ? 'proven' : 'contradicted'
  return { verdict, expected, found }
}

/** The facts with a verdict, as `version v1.13.9`, or `version v1.12.2 instead of v1.13.9`. */
export function describeFacts(facts: BootProof['facts'], wanted: BootVerdict): string[] {
  return Object.entries(facts).flatMap(([name, { verdict, found, expected }]) => {
    if (verdict !== wanted) return []
    if (verdict === 'unreadable') return name
    return verdict === 'proven' ? `${name} ${found}` : `${name} ${found} instead of ${expected}`
  })
}
