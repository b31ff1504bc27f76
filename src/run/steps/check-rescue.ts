/** The first look at what has answered: whether it is the server, and its rescue system. */

import { randomBytes } from 'node:crypto'
import { TalosImageError } from '../../errors.ts'
import type { PlannedImage } from '../../plan/plan.ts'
import { type HostProof, hostProofScript, judgeHostProof } from '../../remote/host-proof.ts'
import { programsFor, rescueScript } from '../../remote/rescue-script.ts'
import { parseReport } from '../../remote/script-report.ts'
import type { Session } from '../../remote/session.ts'
import type { ImageBuild } from '../run.ts'
import type { BuildServer } from './server.ts'

/** The disk of every Hetzner Cloud server. */
export const DEVICE = '/dev/sda'

/** The server has power, and did not enter the rescue system, as many times as it was tried. Another server may. */
export class RescueIgnored extends TalosImageError {}

/** A connection to what has answered. */
export interface Answered {
  readonly session: Session
  /** The host key that it has shown, as SSH sends it. */
  readonly hostKey: Buffer | undefined
  /** Root's password in the rescue system, when the API has told it. */
  readonly rootPassword: string | undefined
}

/**
 * Checks all of it by one command, since each takes time on the way.
 * @returns why it is not proven that it is the server; undefined when it is
 * @throws RescueIgnored `ssh` when it is another system; TalosImageError `ssh` when it cannot prove what it must,
 * `write` when the rescue system lacks programs
 */
export async function checkRescue(
  build: ImageBuild,
  image: PlannedImage,
  server: BuildServer,
  { session, hostKey, rootPassword }: Answered,
): Promise<string | undefined> {
  const nonce = randomBytes(32).toString('hex')
  const programs = programsFor(image.source, image.sourceFacts)
  const options = {
    signal: build.signal,
    timeoutMs: build.timeouts.commandMs,
    name: 'looking at the rescue system',
  }
  const { stdout, stderr } = await session.run(rescueScript(DEVICE, programs) + hostProofScript(nonce), options)
  const report = parseReport(stdout)
  if (!report.has('host')) throw ignored(`the server does not run commands: ${stderr.trim() || 'it said nothing'}`)
  checkSystem(report)
  return toUnproven(build, image, server, await judgeHostProof(report, { nonce, rootPassword, hostKey }))
}

/**
 * Why it is not proven that what answered is the server; said in a note. A wrong proof counts as none: what answers in place
 * of the server can as well give none, and rescue systems may have another password than the API tells.
 * @throws TalosImageError `ssh` when a proof is required
 */
function toUnproven(
  { emit, requireHostProof }: ImageBuild,
  { name: image }: PlannedImage,
  { name, host }: BuildServer,
  proof: HostProof,
): string | undefined {
  if (proof.kind === 'proven') return undefined
  const reason = proof.kind === 'missing' ? proof.reason : 'it gave a proof that is wrong'
  const text = `it is not proven that what answers at ${host} is the server ${name}: ${reason}`
  if (requireHostProof === true) throw new TalosImageError({ code: 'ssh', message: text, hint: NO_PROOF })
  emit({ type: 'note', image, text })
  return reason
}

const NO_PROOF = 'without --require-host-proof it is said, and the build goes on: docs/security.md'

/** @throws RescueIgnored `ssh` when it is another system; TalosImageError `write` when it lacks programs */
function checkSystem(report: ReadonlyMap<string, string>): void {
  const names = report.get('host') ?? ''
  if (!names.split(/\s+/).includes('rescue')) throw ignored(`what answered is not the rescue system but "${names}"`)
  if (report.get('mounted') !== 'no') throw ignored(`${DEVICE} is mounted: this is not the rescue system`)
  const missing = report.get('missing')
  if (missing !== undefined && missing !== '') {
    // Not `ssh`: another boot would not help.
    throw new TalosImageError({ code: 'write', message: `the rescue system lacks ${missing.split(' ').join(', ')}` })
  }
  if (!(Number(report.get('device-bytes')) > 0)) throw ignored(`the rescue system has no disk ${DEVICE}`)
}

export const ignored = (message: string): RescueIgnored =>
  new RescueIgnored({
    code: 'ssh',
    message,
    hint: 'a fault on the side of Hetzner Cloud: build again, if need be at another location (server_location)',
  })
