/** Holds what Talos tells against what it should be. Pure. */

import { talosArchitecture } from '../factory/asset.ts'
import type { PlannedImage } from '../plan/plan.ts'
import type { TalosFacts } from '../remote/talos/ask-talos.ts'
import type { BootFact, BootProof, BootVerdict } from './boot-proof.ts'

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

/** The facts that have a verdict. */
export const namesOf = (facts: BootProof['facts'], wanted: BootVerdict): string[] =>
  Object.entries(facts).flatMap(([name, { verdict }]) => (verdict === wanted ? [name] : []))

/** Such as `version v1.12.2 instead of v1.13.9`. */
export const describeContradictions = (facts: BootProof['facts']): string[] =>
  Object.entries(facts).flatMap(([name, { verdict, found, expected }]) =>
    verdict === 'contradicted' ? [`${name} ${found} instead of ${expected}`] : [],
  )
