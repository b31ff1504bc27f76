/** What the cloud, the boot and the raw transfer need by themselves: the same calls, with nothing in between. */

import * as v from 'valibot'
import { createKeyPair } from '../../src/remote/key-pair.ts'
import { connect, type Session } from '../../src/remote/session.ts'
import type { Scene } from './scene.ts'
import { type Step, toSteps } from './steps.ts'

/** How often is looked whether something has happened, in milliseconds; a client that asks less often learns it later. */
const LOOK_MS = 50
const PATIENCE_MS = 10 * 60_000
export const DEVICE = '/dev/sda'

const Action = v.object({ id: v.number(), status: v.string() })
const Answer = v.object({
  action: v.optional(Action),
  server: v.optional(v.object({ id: v.number(), public_net: v.object({ ipv4: v.object({ ip: v.string() }) }) })),
  ssh_key: v.optional(v.object({ id: v.number() })),
  image: v.optional(v.object({ id: v.number() })),
})

/** The raw transfer: nothing is hashed, and nothing is checked. */
const LEAST = (url: string): string =>
  `blkdiscard -f ${DEVICE}; curl -sSf '${url}' | zstd -dc --sparse -q 1<>${DEVICE} && sync`

/**
 * @param toScript what writes the disk; gets the URL of the image with zstd
 * @returns how long each step takes at least, in milliseconds
 */
export async function measureLimit(scene: Scene, serverType: string, toScript = LEAST): Promise<Map<Step, number>> {
  const never = new AbortController().signal
  const { publicKey, privateKey } = await createKeyPair('limit')
  const { ssh_key: key } = await call(scene, 'POST', '/ssh_keys', { name: 'limit', public_key: publicKey })
  const beginnings: [Step, number][] = []
  const begin = (step: Step): number => beginnings.push([step, performance.now()])

  begin('server')
  const created = await call(scene, 'POST', '/servers', {
    name: 'limit',
    server_type: serverType,
    location: 'fsn1',
    image: 'debian-13',
    start_after_create: false,
    ssh_keys: [key?.id],
  })
  const server = `/servers/${created.server?.id}`
  begin('boot')
  await call(scene, 'POST', `${server}/actions/enable_rescue`, { type: 'linux64', ssh_keys: [key?.id] })
  await call(scene, 'POST', `${server}/actions/poweron`)
  const target = { host: created.server?.public_net.ipv4.ip ?? '', port: scene.sandbox.sshPort, privateKey }
  const session = await untilConnected(() => connect(target, PATIENCE_MS, never))
  begin('write')
  const url = scene.assetUrl(undefined, 'x86', 'zst')
  const { exitCode, stderr } = await session.run(`set -o pipefail; ${toScript(url)}`, {
    signal: never,
    timeoutMs: PATIENCE_MS,
    name: 'writing the disk',
  })
  session.end()
  if (exitCode !== 0) throw new Error(`writing ended with ${exitCode}: ${stderr}`)
  begin('snapshot')
  await call(scene, 'POST', `${server}/actions/poweroff`)
  await call(scene, 'POST', `${server}/actions/create_image`, { type: 'snapshot', description: 'limit' })
  begin('clean-up')
  await call(scene, 'DELETE', server)
  const endMs = performance.now()
  await call(scene, 'DELETE', `/ssh_keys/${key?.id}`)
  return toSteps(beginnings, endMs)
}

/** Sends a request, and waits until its action has ended. */
async function call({ sandbox }: Scene, method: string, path: string, body?: unknown) {
  const { HCLOUD_ENDPOINT, HCLOUD_TOKEN } = sandbox.env
  const headers = { Authorization: `Bearer ${HCLOUD_TOKEN}`, 'Content-Type': 'application/json' }
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const response = await fetch(`${HCLOUD_ENDPOINT}${path}`, { method, headers, ...sent })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`)
  const answer = v.parse(Answer, text === '' ? {} : JSON.parse(text))
  for (let action = answer.action; action?.status === 'running'; ) {
    await pause()
    action = v.parse(v.object({ action: Action }), await sandbox.look(`/actions/${action.id}`)).action
  }
  return answer
}

async function untilConnected(login: () => Promise<Session>): Promise<Session> {
  const endMs = performance.now() + PATIENCE_MS
  for (;;) {
    try {
      return await login()
    } catch (error) {
      if (performance.now() > endMs) throw error
      await pause()
    }
  }
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, LOOK_MS))
