/** What the machines of an architecture are started with, found out once. */

import { access } from 'node:fs/promises'
import type { Architecture } from '../../domain.ts'
import { SandboxError } from '../../errors.ts'
import { findMissingPrograms } from '../programs.ts'
import { type Acceleration, chooseAccelerator } from './accelerator.ts'
import { PLATFORMS, type Platform } from './platform.ts'
import { provideSystems } from './systems/cache.ts'
import type { Systems } from './systems/make.ts'

export interface Setup {
  readonly platform: Platform
  readonly accelerator: Acceleration
  readonly systems: Systems
}

export interface Setups {
  readonly of: Readonly<Record<Architecture, Setup>>
  /** Why x86 machines stand in for ARM ones; undefined when they do not. */
  readonly standIn: string | undefined
}

export interface SetupOptions {
  readonly cacheDir: string
  readonly arch: NodeJS.Architecture
  readonly onProgress?: ((line: string) => void) | undefined
  readonly signal: AbortSignal | undefined
}

/**
 * Makes ready all that machines need; when ARM ones cannot be had, x86 ones stand in for them.
 * @throws SandboxError `sandbox` when x86 machines cannot be had
 */
export async function makeSetups(options: SetupOptions): Promise<Setups> {
  const x86 = await makeSetup(PLATFORMS.x86, options)
  try {
    await requireArm()
    return { of: { x86, arm: await makeSetup(PLATFORMS.arm, options) }, standIn: undefined }
  } catch (error) {
    options.signal?.throwIfAborted()
    if (!(error instanceof SandboxError)) throw error
    const standIn = `x86 machines stand in for ARM ones: ${error.message} ${error.hint ?? ''}`.trim()
    return { of: { x86, arm: x86 }, standIn }
  }
}

async function makeSetup(platform: Platform, options: SetupOptions): Promise<Setup> {
  const { cacheDir, arch, signal } = options
  const onProgress = (what: string) => options.onProgress?.(`Preparing QEMU machines (${platform.debian}): ${what}`)
  const systems = await provideSystems({ cacheDir, platform, onProgress, signal })
  const accelerator = await chooseAccelerator(platform, systems.rescue.kernel, arch, onProgress)
  return { platform, accelerator, systems }
}

async function requireArm(): Promise<void> {
  const { program, package: name, firmware } = PLATFORMS.arm
  const packages: string[] = []
  if ((await findMissingPrograms([program])).length > 0) packages.push(name)
  if (firmware !== undefined) await access(firmware.file).catch(() => packages.push(firmware.package))
  if (packages.length === 0) return
  throw new SandboxError({
    code: 'sandbox',
    message: `${packages.join(' and ')} ${packages.length === 1 ? 'is' : 'are'} not installed`,
    hint: `for real ones run: apt-get install --no-install-recommends ${packages.join(' ')}`,
  })
}

/** What the machines are, and why they are slow where they are: sentences for people. */
export function describeSetups({ of: { x86, arm }, standIn }: Setups): string {
  const toWords = ({ accelerator: { name, reason } }: Setup): string =>
    name === 'kvm' ? 'run with KVM' : `are translated (TCG), which is slow, ${reason}`
  const ofArm = standIn ?? `ARM ones ${toWords(arm)}.`
  return `Servers are machines in QEMU. x86 ones ${toWords(x86)}. ${ofArm}`
}
