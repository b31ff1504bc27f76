/** Boots a server into the rescue system; the placeholder system on its disk is not meant to run. */

import { TalosImageError } from '../../errors.ts'
import { firstPauseMs } from '../../hetzner/action-pace.ts'
import { ActionFailure } from '../../hetzner/action-waiter.ts'
import type { Server } from '../../hetzner/wire.ts'
import type { PlannedImage } from '../../plan/plan.ts'
import { programsFor, rescueScript } from '../../remote/rescue-script.ts'
import { parseReport } from '../../remote/script-report.ts'
import { type Session, SessionFailure } from '../../remote/session.ts'
import { waitForSsh } from '../../remote/wait-for-ssh.ts'
import { repeatFailing, runAction } from '../repeat-failing.ts'
import type { ImageBuild } from '../run.ts'
import { bootTimesFor } from '../timeouts.ts'
import type { BuildServer } from './server.ts'

/** The disk of every Hetzner Cloud server. */
export const DEVICE = '/dev/sda'

/** How often a server is booted that does not enter rescue. */
const MOST_BOOTS = 3
/** How often in all an SSH login is waited for to its end: a server that is in rescue and cannot be reached stays so. */
const MOST_SSH_WAITS = 2

/** A server in its rescue system. */
export interface Rescue {
  readonly session: Session
  /** Whether the first boot succeeded: after a failed one, the placeholder system may have run and written to the disk. */
  readonly isFirstBoot: boolean
}

/** The server has power, and did not enter the rescue system, as many times as it was tried. Another server may. */
export class RescueIgnored extends TalosImageError {}

/**
 * Boots a server that is switched off, again when that fails: three times when it does not enter rescue, twice when it
 * cannot be reached.
 * @throws RescueIgnored `ssh` when the server never enters rescue; TalosImageError `ssh` when it cannot be reached
 */
export async function bootRescue(build: ImageBuild, image: PlannedImage, server: BuildServer): Promise<Rescue> {
  let sshWaits = 0
  for (let boots = 1; ; boots++) {
    try {
      return { session: await bootOnce(build, image, server, boots === 1), isFirstBoot: boots === 1 }
    } catch (error) {
      if (!(error instanceof TalosImageError) || build.signal.aborted || !isLost(error)) throw error
      if (!(error instanceof RescueIgnored)) sshWaits += 1
      if (boots === MOST_BOOTS || sshWaits === MOST_SSH_WAITS) throw error
      const minutes = Math.ceil(
        (image.ssh.timeoutMs ?? bootTimesFor(image.architecture, build.timeouts).sshMs) / 60_000,
      )
      const text = `${error.message}; booting it again (${boots} of ${MOST_BOOTS - 1}, each up to ${minutes} min)`
      build.emit({ type: 'note', image: image.name, text })
    }
  }
}

/** Whether the connection failed or was lost; another boot may help. */
export function isLost(error: TalosImageError): boolean {
  return error instanceof SessionFailure || error.code === 'ssh'
}

/** Boots a server into the rescue system again, by taking its power first. */
export function rebootIntoRescue(build: ImageBuild, image: PlannedImage, server: BuildServer): Promise<Session> {
  return bootOnce(build, image, server, false)
}

async function bootOnce(build: ImageBuild, image: PlannedImage, server: BuildServer, isOff: boolean): Promise<Session> {
  const { hetzner, signal, timeouts } = build
  const { source, sourceFacts } = image
  const { id, name } = server
  if (!isOff && (await hetzner.servers.get(id, { signal })).status !== 'off') {
    const off = () => hetzner.servers.powerOff(id, { signal })
    await runAction(build, image.name, `server ${name} to be switched off`, off)
  }
  await repeatFailing(build, image.name, () => armRescue(build, server))
  const session = await switchOn(build, image, server)
  try {
    await checkRescue(session, programsFor(source, sourceFacts), signal, timeouts.commandMs)
    return session
  } catch (error) {
    session.end()
    throw error
  }
}

/** Switches the server on, and logs in as soon as it answers: until then it is also waited for the end of the action. */
async function switchOn(build: ImageBuild, image: PlannedImage, server: BuildServer): Promise<Session> {
  const { hetzner, timeouts, clock, trace } = build
  const { id, host, name, sshOver } = server
  const { sshMs, bootLookMs } = bootTimesFor(image.architecture, timeouts)
  const port = image.ssh.port ?? build.sshPort
  const other = image.ssh.port === undefined ? otherPort(port) : undefined
  const waits = linkedTo(build.signal)
  const { signal } = waits
  let isOn = false
  const on = runAction({ ...build, signal }, image.name, `server ${name} to be switched on`, () =>
    hetzner.servers.powerOn(id, { signal }),
  ).then(() => {
    isOn = true
  })
  const login = waitForSsh(
    { host, port, privateKey: build.key.pair.privateKey },
    {
      ...{ clock, signal, trace, over: sshOver, otherPort: other },
      timeoutMs: image.ssh.timeoutMs ?? sshMs,
      beforeTry: createLookout(build, server, bootLookMs, () => isOn),
    },
  )
  try {
    return await Promise.race([login, on.then(() => login)])
  } catch (error) {
    login.then(
      (session) => session.end(),
      () => undefined,
    )
    throw error
  } finally {
    waits.end()
  }
}

/** A signal that aborts with another one, and at the end. */
function linkedTo(source: AbortSignal) {
  const controller = new AbortController()
  const forward = (): void => controller.abort(source.reason)
  if (source.aborted) forward()
  source.addEventListener('abort', forward, { once: true })
  const end = (): void => {
    source.removeEventListener('abort', forward)
    controller.abort()
  }
  return { signal: controller.signal, end }
}

/**
 * Some rescue systems listen at 222 instead of 22 (kube-hetzner #1434). The sandbox's, whose port is another one, are as far
 * from it.
 */
const otherPort = (port: number): number | undefined => (port + 200 > 65_535 ? undefined : port + 200)

/**
 * Enables rescue, which each boot into it disables again, and waits until the server itself says so: a server that is
 * switched on before boots its disk.
 */
async function armRescue({ hetzner, signal, timeouts, clock, key }: ImageBuild, server: BuildServer): Promise<void> {
  const action = await hetzner.servers.enableRescue(server.id, [key.id], { signal })
  const look = (): Promise<Server> => hetzner.servers.get(server.id, { signal })
  const name = `rescue of ${server.name} to be enabled`
  if (action.status === 'running') {
    // At best, one look at the server tells what a look at the action would, too.
    await clock.sleep(firstPauseMs(action), signal)
    const { rescue_enabled, locked } = await look()
    if (rescue_enabled && !locked) return
  }
  await hetzner.actions.wait(action, { signal, timeoutMs: timeouts.actionMs, name })
  const until = clock.now() + timeouts.settleMs
  while (!(await look()).rescue_enabled) {
    const message = `waiting for ${name}: the action ${action.command} (${action.id}) succeeded, and the server does not show it`
    if (clock.now() >= until) throw new ActionFailure({ code: 'api', message })
    await clock.sleep(timeouts.settleMs / 6, signal)
  }
}

/**
 * Looks at the server now and then while SSH does not answer. Rescue is disabled only when the server has really entered it,
 * so a server that runs and still has it enabled has gone past it. Source: soak tests of cluster-api-provider-hetzner (#2219).
 */
function createLookout(
  { hetzner, clock, signal }: ImageBuild,
  server: BuildServer,
  everyMs: number,
  isOn: () => boolean,
) {
  const began = clock.now()
  let next = began + everyMs
  return async (): Promise<void> => {
    if (clock.now() < next) return
    next = clock.now() + everyMs
    // What cannot be seen now may be seen at the next look.
    const seen = await hetzner.servers.get(server.id, { signal }).catch(() => undefined)
    signal.throwIfAborted()
    const seconds = Math.round((clock.now() - began) / 1000)
    if (seen?.status === 'running' && seen.rescue_enabled) {
      throw ignored(
        `the server ${server.name} has run for ${seconds} s and has not entered rescue, which is still enabled`,
      )
    }
    if (seen?.status === 'off' && isOn())
      throw ignored(`the server ${server.name} is off again, ${seconds} s after power-on`)
  }
}

const ignored = (message: string): RescueIgnored =>
  new RescueIgnored({
    code: 'ssh',
    message,
    hint: 'a fault on the side of Hetzner Cloud: build again, if need be at another location (server_location)',
  })

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
  if (!report.has('host')) throw ignored(`the server does not run commands: ${stderr.trim() || 'it said nothing'}`)
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
