/** Whether the computer's own processor can run machines: tried, since /dev/kvm may be there and its guests hang. */

import { spawn } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { CLEAN_ENVIRONMENT } from '../programs.ts'
import { type Accelerator, toProbeArgv } from './argv.ts'
import type { Platform } from './platform.ts'

/** With KVM a kernel takes a second or so until it finds that it has nothing to start (2026). */
const PROBE_PATIENCE_MS = 10_000
/** What a kernel says then: by that time it has run with paging, timers and both kinds of memory. */
const PROOF = 'Kernel panic'

export interface Acceleration {
  readonly name: Accelerator
  /** Why it is not KVM: "because ...", without a full stop; undefined when it is. */
  readonly reason: string | undefined
}

const KVM = '/dev/kvm'

const known = new Map<string, Promise<Acceleration>>()

/**
 * KVM if a guest has been seen to run with it, else TCG. Tried once for each platform while this process lives.
 * @param kernel the kernel that is to be run, absolute path
 * @param nodeArchitecture as `process.arch` says
 */
export function chooseAccelerator(
  platform: Platform,
  kernel: string,
  nodeArchitecture: NodeJS.Architecture,
  onProgress: (what: string) => void = () => {},
): Promise<Acceleration> {
  const found = known.get(platform.program) ?? probe(platform, kernel, nodeArchitecture, onProgress)
  known.set(platform.program, found)
  return found
}

async function probe(
  platform: Platform,
  kernel: string,
  nodeArchitecture: string,
  onProgress: (what: string) => void,
): Promise<Acceleration> {
  const toTcg = (reason: string): Acceleration => ({ name: 'tcg', reason: `because ${reason}` })
  if (platform.node !== nodeArchitecture) return toTcg('the processor of this computer is another')
  try {
    await access(KVM, constants.R_OK | constants.W_OK)
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    return toTcg(isMissing ? `there is no ${KVM}` : `this user may not use ${KVM}`)
  }
  onProgress(`trying whether KVM runs a guest, for up to ${PROBE_PATIENCE_MS / 1000} s.`)
  const argv = toProbeArgv(platform, 'kvm', kernel)
  if (await printsWithin(argv, PROOF, PROBE_PATIENCE_MS)) return { name: 'kvm', reason: undefined }
  return toTcg(`KVM did not run a guest within ${PROBE_PATIENCE_MS / 1000} s`)
}

/** Runs a program until it has printed a text, ends, or its time is up. Whether it printed it; the program is gone then. */
export async function printsWithin(argv: readonly string[], proof: string, ms: number): Promise<boolean> {
  const [program = '', ...args] = argv
  const child = spawn(program, args, { env: CLEAN_ENVIRONMENT, stdio: ['ignore', 'pipe', 'ignore'], detached: true })
  let printed = ''
  const tooLate = setTimeout(() => child.kill('SIGKILL'), ms)
  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    printed += text
    if (printed.includes(proof)) child.kill('SIGKILL')
  })
  await new Promise<void>((resolve) => {
    child.on('close', () => resolve()).on('error', () => resolve())
  })
  clearTimeout(tooLate)
  return printed.includes(proof)
}
