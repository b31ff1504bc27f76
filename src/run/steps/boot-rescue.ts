/** Boots a server into the rescue system at its first power-on; the placeholder system is never booted. */

import { TalosImageError } from '../../errors.ts'
import type { PlannedImage } from '../../plan/plan.ts'
import { programsFor, rescueScript } from '../../remote/rescue-script.ts'
import { parseReport } from '../../remote/script-report.ts'
import { type Session, SessionFailure } from '../../remote/session.ts'
import { waitForSsh } from '../../remote/wait-for-ssh.ts'
import type { ImageBuild } from '../run.ts'
import type { BuildServer } from './server.ts'

/** The disk of every Hetzner Cloud server. */
export const DEVICE = '/dev/sda'

/** A server in its rescue system. */
export interface Rescue {
  readonly session: Session
  /** Whether the first boot succeeded: after a failed one, the placeholder system may have run and written to the disk. */
  readonly isFirstBoot: boolean
}

/**
 * Boots a server that is switched off. When SSH does not come up, tries once more with a reset.
 * @throws TalosImageError `ssh` when SSH does not come up, or when the server did not boot the rescue system
 */
export async function bootRescue(build: ImageBuild, image: PlannedImage, server: BuildServer): Promise<Rescue> {
  try {
    return { session: await boot(build, image, server, 'powerOn'), isFirstBoot: true }
  } catch (error) {
    if (!(error instanceof TalosImageError) || build.signal.aborted || !isLost(error)) throw error
    build.emit({ type: 'note', image: image.name, text: `${error.message}; resetting the server and trying once more` })
    return { session: await resetIntoRescue(build, image, server), isFirstBoot: false }
  }
}

/** Whether the connection failed or was lost; another boot may help. */
export function isLost(error: TalosImageError): boolean {
  return error instanceof SessionFailure || error.code === 'ssh'
}

/** Boots a server into the rescue system again: with a reset, or with power-on when it is off. */
export async function resetIntoRescue(build: ImageBuild, image: PlannedImage, server: BuildServer): Promise<Session> {
  const { status } = await build.hetzner.servers.get(server.id, { signal: build.signal })
  return boot(build, image, server, status === 'off' ? 'powerOn' : 'reset')
}

async function boot(
  build: ImageBuild,
  image: PlannedImage,
  server: BuildServer,
  how: 'powerOn' | 'reset',
): Promise<Session> {
  const { hetzner, signal, timeouts, clock } = build
  const { ssh, source, sourceFacts } = image
  const wait = { signal, timeoutMs: timeouts.actionMs }
  // Each boot into rescue disables it again, so it is enabled before every boot.
  const rescue = await hetzner.servers.enableRescue(server.id, [build.key.id], { signal })
  await hetzner.actions.wait(rescue, { ...wait, name: `rescue of ${server.name} to be enabled` })
  const power = await hetzner.servers[how](server.id, { signal })
  await hetzner.actions.wait(power, { ...wait, name: `server ${server.name} to be switched on` })
  const session = await waitForSsh(
    { host: server.host, port: ssh.port ?? build.sshPort, privateKey: build.key.pair.privateKey },
    { clock, signal, timeoutMs: ssh.timeoutMs ?? timeouts.sshMs, over: server.sshOver, trace: build.trace },
  )
  try {
    await checkRescue(session, programsFor(source, sourceFacts), signal, timeouts.commandMs)
    return session
  } catch (error) {
    session.end()
    throw error
  }
}

async function checkRescue(
  session: Session,
  programs: readonly string[],
  signal: AbortSignal,
  timeoutMs: number,
): Promise<void> {
  const { stdout, stderr } = await session.run(rescueScript(DEVICE, programs), {
    signal,
    timeoutMs,
    name: 'looking at the rescue system',
  })
  const report = parseReport(stdout)
  const fail = (message: string): never => {
    throw new TalosImageError({ code: 'ssh', message })
  }
  if (!report.has('host')) fail(`the server does not run commands: ${stderr.trim() || 'it said nothing'}`)
  const names = report.get('host') ?? ''
  if (!names.split(/\s+/).includes('rescue')) fail(`what answered is not the rescue system but "${names}"`)
  if (report.get('mounted') !== 'no') fail(`${DEVICE} is mounted: this is not the rescue system`)
  const missing = report.get('missing')
  if (missing !== undefined && missing !== '') {
    // Not `ssh`: another boot would not help.
    throw new TalosImageError({ code: 'write', message: `the rescue system lacks ${missing.split(' ').join(', ')}` })
  }
  if (!(Number(report.get('device-bytes')) > 0)) fail(`the rescue system has no disk ${DEVICE}`)
}
