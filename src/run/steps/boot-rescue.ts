/** Boots a server into the rescue system; the placeholder system on its disk is not meant to run. */

import { TalosImageError } from '../../errors.ts'
import { firstPauseMs } from '../../hetzner/action-pace.ts'
import { ActionFailure } from '../../hetzner/action-waiter.ts'
import type { Server } from '../../hetzner/wire.ts'
import type { PlannedImage } from '../../plan/plan.ts'
import { type HostKeyPin, type Session, SessionFailure } from '../../remote/session.ts'
import { waitForSsh } from '../../remote/wait-for-ssh.ts'
import { repeatFailing, runAction } from '../repeat-failing.ts'
import type { ImageBuild } from '../run.ts'
import { bootTimesFor } from '../timeouts.ts'
import { checkRescue, ignored, RescueIgnored } from './check-rescue.ts'
import type { BuildServer } from './server.ts'

/** How often a server is booted that does not enter rescue. */
const MOST_BOOTS = 3
/** How often in all an SSH login is waited for to its end: a server that is in rescue and cannot be reached stays so. */
const MOST_SSH_WAITS = 2

/** One boot into the rescue system. */
export interface RescueBoot {
  readonly session: Session
  /** Why it is not proven that what answered is the server; undefined when it is. */
  readonly unproven: string | undefined
}

/** A server in its rescue system. */
export interface Rescue extends RescueBoot {
  /** Whether the first boot succeeded: after a failed one, the placeholder system may have run and written to the disk. */
  readonly isFirstBoot: boolean
}

/**
 * Boots a server that is switched off, again when that fails: three times when it does not enter rescue, twice when it
 * cannot be reached.
 * @throws RescueIgnored `ssh` when the server never enters rescue; TalosImageError `ssh` when it cannot be reached
 */
export async function bootRescue(build: ImageBuild, image: PlannedImage, server: BuildServer): Promise<Rescue> {
  let sshWaits = 0
  for (let boots = 1; ; boots++) {
    try {
      return { ...(await bootOnce(build, image, server, boots === 1)), isFirstBoot: boots === 1 }
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
export function rebootIntoRescue(build: ImageBuild, image: PlannedImage, server: BuildServer): Promise<RescueBoot> {
  return bootOnce(build, image, server, false)
}

async function bootOnce(
  build: ImageBuild,
  image: PlannedImage,
  server: BuildServer,
  isOff: boolean,
): Promise<RescueBoot> {
  const { hetzner, signal } = build
  const { id, name } = server
  if (!isOff && (await hetzner.servers.get(id, { signal })).status !== 'off') {
    const off = () => hetzner.servers.powerOff(id, { signal })
    await runAction(build, image.name, `server ${name} to be switched off`, off)
  }
  const rootPassword = await repeatFailing(build, image.name, () => armRescue(build, server))
  const hostKey: HostKeyPin = { key: undefined }
  const session = await switchOn(build, image, server, hostKey)
  try {
    const unproven = await checkRescue(build, image, server, { session, rootPassword, hostKey: hostKey.key })
    return { session, unproven }
  } catch (error) {
    session.end()
    throw error
  }
}

/** Switches the server on, and logs in as soon as it answers: until then it is also waited for the end of the action. */
async function switchOn(
  build: ImageBuild,
  image: PlannedImage,
  server: BuildServer,
  hostKey: HostKeyPin,
): Promise<Session> {
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
    { host, port, privateKey: build.key.pair.privateKey, hostKey },
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
 * @returns root's password in it, when the API tells it
 */
async function armRescue(
  { hetzner, signal, timeouts, clock, key }: ImageBuild,
  server: BuildServer,
): Promise<string | undefined> {
  const { action, rootPassword } = await hetzner.servers.enableRescue(server.id, [key.id], { signal })
  const look = (): Promise<Server> => hetzner.servers.get(server.id, { signal })
  const name = `rescue of ${server.name} to be enabled`
  if (action.status === 'running') {
    // At best, one look at the server tells what a look at the action would, too.
    await clock.sleep(firstPauseMs(action), signal)
    const { rescue_enabled, locked } = await look()
    if (rescue_enabled && !locked) return rootPassword
  }
  await hetzner.actions.wait(action, { signal, timeoutMs: timeouts.actionMs, name })
  const until = clock.now() + timeouts.settleMs
  while (!(await look()).rescue_enabled) {
    const message = `waiting for ${name}: the action ${action.command} (${action.id}) succeeded, and the server does not show it`
    if (clock.now() >= until) throw new ActionFailure({ code: 'api', message })
    await clock.sleep(timeouts.settleMs / 6, signal)
  }
  return rootPassword
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
