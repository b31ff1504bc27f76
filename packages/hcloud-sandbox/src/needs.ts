/** What this computer must have before servers of a sandbox are built with. Commands and `doctor` look at the same. */

import { freeBytes } from './disks.ts'
import { ARCHITECTURES } from './domain.ts'
import type { SandboxProblem } from './errors.ts'
import { smallestToBoot } from './factory/disk-layout.ts'
import { LARGEST, MIB } from './factory/disk-size.ts'
import type { MachineKind } from './machines/machine.ts'
import { findMissingPrograms, toInstallHint } from './machines/programs.ts'
import { chooseFolder } from './state/private-folder.ts'

/** What the Factory packs with, and what a rescue system downloads, unpacks and compares with. */
const TOOLS = ['curl', 'perl', 'xz', 'zstd']

/** What must be free where the state is kept, beyond what an image takes. */
const SPARE_BYTES = 128 * 1024 * 1024

/** Names of programs that are missing. */
export async function findToolProblems(): Promise<SandboxProblem[]> {
  const missing = await findMissingPrograms(TOOLS)
  if (missing.length === 0) return []
  const message = `programs that the sandbox needs are missing: ${missing.join(', ')}`
  return [{ code: 'sandbox', message, hint: toInstallHint(missing) }]
}

/** That disk images are too small to boot on machines that boot disks: a sentence for people; undefined when they are not. */
export async function findTooSmallToBoot(
  bootSystem: MachineKind['bootSystem'],
  imageDiskBytes: number | undefined,
): Promise<string | undefined> {
  if (bootSystem === undefined || imageDiskBytes === undefined) return undefined
  const systems = await Promise.all(ARCHITECTURES.map((architecture) => bootSystem(architecture)))
  const needed = smallestToBoot(Math.max(...systems.map(({ bytes }) => bytes)))
  if (imageDiskBytes >= needed) return undefined
  return `Disk images of ${imageDiskBytes / MIB} MiB are too small to boot; they need ${needed / MIB} MiB.`
}

export interface SpaceOptions {
  /** Where the state is kept; it must be there. */
  readonly stateDir: string
  /** How its user says which folder that is. */
  readonly setting?: string | undefined
  readonly imageDiskBytes?: number | undefined
  readonly imageDataBytes?: number | undefined
}

/** That there is no room for the images of a build. */
export async function findSpaceProblems({
  stateDir,
  setting,
  imageDiskBytes,
  imageDataBytes,
}: SpaceOptions): Promise<SandboxProblem[]> {
  // An image as the Factory keeps it, raw and compressed, and once more on a server's disk.
  const dataBytes = imageDataBytes ?? Math.min(LARGEST.dataBytes, imageDiskBytes ?? LARGEST.dataBytes)
  const needed = 3 * dataBytes + SPARE_BYTES
  const free = await freeBytes(stateDir)
  if (free >= needed) return []
  const toMegabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`
  const message = `the sandbox needs ${toMegabytes(needed)} in ${stateDir}, and ${toMegabytes(free)} are free`
  const hint = `remove what you no longer need from ${stateDir}, or ${chooseFolder(setting)}`
  return [{ code: 'sandbox', message, hint }]
}
