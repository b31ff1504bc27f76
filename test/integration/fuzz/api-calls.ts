/** Every call that a build makes, with the answers that a cloud gives to it. */

import type { AnsweredExchange } from 'hcloud-sandbox'
import type { HetznerClient } from '../../../src/hetzner/client.ts'
import { createHetznerClient } from '../../../src/hetzner/client.ts'
import { createKeyPair } from '../../../src/remote/key-pair.ts'
import { testSandbox } from '../../support/sandbox.ts'

export interface RecordedCall {
  readonly name: string
  readonly call: (client: HetznerClient) => Promise<unknown>
  /** What the cloud answered, in order. */
  readonly answers: readonly AnsweredExchange[]
}

/** Makes each call once, in a project of its own, and writes the answers down. */
export async function recordCalls(): Promise<RecordedCall[]> {
  let answers: AnsweredExchange[] = []
  await using sandbox = await testSandbox({ machines: 'none', onAnswer: (exchange) => answers.push(exchange) })
  const { token, endpoint } = sandbox
  const client = createHetznerClient({ token, endpoint })
  const recorded: RecordedCall[] = []
  const record = async <T>(name: string, call: (client: HetznerClient) => Promise<T>): Promise<T> => {
    answers = []
    const result = await call(client)
    recorded.push({ name, call, answers })
    return result
  }
  const settle = async (name: string, act: (client: HetznerClient) => Promise<Parameters<Wait>[0]>): Promise<void> => {
    const action = await record(name, act)
    await record(`${name}: wait`, (one) => wait(one, { ...action, status: 'running' }))
  }

  await record('server types', ({ catalogue }) => catalogue.serverTypes())
  await record('locations', ({ catalogue }) => catalogue.locations())
  await record('pricing', ({ catalogue }) => catalogue.pricing())
  const { publicKey } = await createKeyPair('fuzz')
  const labels = { 'talos-image/run': 'fuzz', 'talos-image/lease': '4000000000' }
  const key = await record('create key', ({ sshKeys }) => sshKeys.create({ name: 'fuzz', publicKey, labels }))
  await record('label key', ({ sshKeys }) => sshKeys.setLabels(key.id, labels))
  await record('keys', ({ sshKeys }) => sshKeys.list({ labelSelector: 'talos-image/run' }))
  const wanted = { name: 'fuzz', serverType: 'cx23', location: 'fsn1', image: 'debian-13', sshKeyIds: [key.id], labels }
  const { server } = await record('create server', ({ servers }) => servers.create(wanted))
  const { id } = server
  await record('server by name', ({ servers }) => servers.findByName('fuzz', {}))
  await record('servers', ({ servers }) => servers.list({ labelSelector: 'talos-image/run' }))
  await record('server', ({ servers }) => servers.get(id))
  await record('label server', ({ servers }) => servers.setLabels(id, labels))
  await settle('enable rescue', async ({ servers }) => (await servers.enableRescue(id, [key.id])).action)
  await settle('power on', ({ servers }) => servers.powerOn(id))
  await settle('power off', ({ servers }) => servers.powerOff(id))
  const order = { description: 'fuzz', labels }
  const taken = await record('create snapshot', ({ servers }) => servers.createSnapshot(id, order))
  await wait(client, taken.action)
  await record('actions', ({ servers }) => servers.actions(id))
  await record('snapshot', ({ images }) => images.get(taken.image.id))
  await record('snapshots', ({ images }) => images.listSnapshots({ labelSelector: 'talos-image/run' }))
  await record('publish', ({ images }) => images.update(taken.image.id, order))
  await record('delete snapshot', ({ images }) => images.delete(taken.image.id))
  await record('delete key', ({ sshKeys }) => sshKeys.delete(key.id))
  await record('delete server', ({ servers }) => servers.delete(id))
  return recorded
}

type Wait = HetznerClient['actions']['wait']

const wait = ({ actions }: HetznerClient, action: Parameters<Wait>[0]): Promise<void> =>
  actions.wait(action, { signal: AbortSignal.timeout(10_000), timeoutMs: 500, name: 'something' })
