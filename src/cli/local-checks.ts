/** What this computer has: Node.js, and what the sandbox needs. */

import {
  findSpaceProblems,
  findToolProblems,
  MACHINE_KINDS,
  type MachineKindDefinition,
  type MachineKindName,
  readSandboxEnvironment,
  SandboxError,
  type SpaceOptions,
} from 'hcloud-sandbox'
import semver from 'semver'
import packageJson from '../../package.json' with { type: 'json' }
import type { Inputs } from '../config/inputs.ts'
import { formatOrigin, type Problem } from '../errors.ts'
import type { Check } from '../report/doctor.ts'
import type { Io } from './io.ts'
import { formatInputs } from './render/inputs.ts'
import { SANDBOX_NAMES } from './sandbox-names.ts'

/** Whether Node.js is one that the tool was made for. @param version as `process.versions.node` says */
export function checkNode(version: string): Check {
  const wanted = packageJson.engines.node
  const isGood = semver.satisfies(version, wanted, { includePrerelease: true })
  return {
    name: 'Node.js',
    status: isGood ? 'ok' : 'failed',
    message: `this is ${version}`,
    hint: isGood ? undefined : `install Node.js ${wanted}: https://nodejs.org`,
  }
}

/** Which files a build reads, and what is odd about them. */
export function checkInputs(inputs: Inputs, warnings: readonly Problem[]): Check {
  const name = 'files'
  const message = formatInputs(inputs)
  if (warnings.length === 0) return { name, status: 'ok', message }
  const said = warnings.map((warning) => [formatOrigin(warning.at), warning.message].filter(Boolean).join(': '))
  const hint = [...new Set(warnings.flatMap((warning) => warning.hint ?? []))].join('; ') || undefined
  return { name, status: 'warning', message: [message, ...said].join('; '), hint }
}

/** What a user is going to do, which decides how bad it is that something is missing. */
export interface SandboxUse {
  readonly sandbox: boolean
  readonly machines: MachineKindName
  /** Where the sandbox is kept that was opened; undefined when none was. */
  readonly space: SpaceOptions | undefined
}

/** Where the sandbox is kept, and how large its images are. */
export const readSandboxSpace = (io: Io): SpaceOptions => readSandboxEnvironment(io, SANDBOX_NAMES)

/** What the sandbox needs: programs, room, and some kind of machines. @param platform as `process.platform` says */
export async function checkSandboxTools(platform: NodeJS.Platform, use: SandboxUse): Promise<Check[]> {
  const machines = await Promise.all(MACHINE_KINDS.map((kind) => checkMachines(kind, platform, use)))
  return [await checkTools(use), ...(await checkSpace(use)), ...machines.flat()]
}

async function checkTools({ sandbox }: SandboxUse): Promise<Check> {
  const name = 'sandbox tools'
  const [problem] = await findToolProblems()
  if (problem === undefined) return { name, status: 'ok', message: 'the programs that the sandbox needs are here' }
  return { name, status: sandbox ? 'failed' : 'warning', message: problem.message, hint: problem.hint }
}

/** Whether there is room for the sandbox's images, once it has a folder. */
async function checkSpace({ space }: SandboxUse): Promise<Check[]> {
  if (space === undefined) return []
  const name = 'sandbox disk'
  const [problem] = await findSpaceProblems(space)
  if (problem === undefined) return [{ name, status: 'ok', message: 'there is room for the images of a build' }]
  return [{ name, status: 'failed', message: problem.message, hint: problem.hint }]
}

/** Whether a kind of machines can run here. Without the flag, the default kind is the one that a user would miss. */
async function checkMachines(
  kind: MachineKindDefinition,
  platform: NodeJS.Platform,
  use: SandboxUse,
): Promise<Check[]> {
  const { requirements } = kind
  if (requirements === undefined) return []
  const { name, met, check } = requirements
  const isNeeded = use.sandbox && use.machines === kind.name
  const isDefault = kind.name === MACHINE_KINDS[0].name
  const status = isNeeded ? 'failed' : isDefault ? 'warning' : 'skipped'
  const refusal = await findRefusal(name, status, () => check(platform))
  if (refusal === undefined) return [{ name, status: 'ok', message: met }]
  if (isNeeded || isDefault) return [refusal]
  return [{ ...refusal, message: `only for --machines ${kind.name}. ${refusal.message}` }]
}

async function findRefusal(
  name: string,
  status: Check['status'],
  look: () => Promise<void>,
): Promise<Check | undefined> {
  try {
    await look()
    return undefined
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error
    return { name, status, message: error.message, hint: error.hint }
  }
}
