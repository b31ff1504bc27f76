/** What this computer has: Node.js, and what the sandbox needs. */

import { checkNamespaces, findMissingPrograms, requirePrograms, SandboxError, toInstallHint } from 'hcloud-sandbox'
import semver from 'semver'
import packageJson from '../../package.json' with { type: 'json' }
import type { Check } from '../report/doctor.ts'

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

/** What a user is going to do, which decides how bad it is that something is missing. */
export interface SandboxUse {
  readonly sandbox: boolean
  readonly machines: 'namespace' | 'qemu'
}

/** What the sandbox needs: packers, and either kind of machine. @param platform as `process.platform` says */
export async function checkSandboxTools(platform: NodeJS.Platform, use: SandboxUse): Promise<Check[]> {
  return Promise.all([checkPackers(use), checkNamespaceMachines(platform, use), checkQemu(platform, use)])
}

async function checkPackers({ sandbox }: SandboxUse): Promise<Check> {
  const name = 'sandbox tools'
  const missing = await findMissingPrograms(['xz', 'zstd'])
  if (missing.length === 0) return { name, status: 'ok', message: 'xz and zstd are here' }
  const message = `missing: ${missing.join(' and ')}; only the sandbox needs ${missing.length === 1 ? 'it' : 'them'}`
  return { name, status: sandbox ? 'failed' : 'warning', message, hint: toInstallHint(missing) }
}

async function checkNamespaceMachines(platform: NodeJS.Platform, { sandbox, machines }: SandboxUse): Promise<Check> {
  const name = 'namespaces'
  const isNeeded = sandbox && machines === 'namespace'
  return (
    (await findRefusal(name, isNeeded ? 'failed' : 'warning', () => checkNamespaces(platform))) ?? {
      name,
      status: 'ok',
      message: 'machines of the sandbox are cut off from this computer: one was made, and closed again',
    }
  )
}

async function checkQemu(platform: NodeJS.Platform, { sandbox, machines }: SandboxUse): Promise<Check> {
  const name = 'QEMU'
  const isNeeded = sandbox && machines === 'qemu'
  const refusal = await findRefusal(name, isNeeded ? 'failed' : 'skipped', () => requirePrograms(platform))
  if (refusal === undefined) return { name, status: 'ok', message: 'all that --machines qemu needs is here' }
  return isNeeded ? refusal : { ...refusal, message: `only for --machines qemu. ${refusal.message}` }
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
