import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { SandboxError } from '../../src/errors.ts'
import { createNoMachines } from '../../src/machines/none/machines.ts'
import { Action, Server } from '../support/wire.ts'
import { createTestCloud, ED25519_KEY, type TestCloud } from './fixture.ts'

const Rescue = v.object({ action: Action, root_password: v.string() })

async function serverOf(cloud: TestCloud, id: number): Promise<Server> {
  return (await cloud.must(v.object({ server: Server }), 'GET', `/servers/${id}`)).server
}

describe('power', () => {
  test('goes on and off', async () => {
    await using cloud = await createTestCloud()
    const id = await cloud.createServer()
    expect(await cloud.act(id, 'poweron')).toMatchObject({ command: 'start_server', status: 'success', progress: 100 })
    expect((await serverOf(cloud, id)).status).toBe('running')
    expect(await cloud.act(id, 'poweroff')).toMatchObject({ command: 'stop_server', status: 'success' })
    expect((await serverOf(cloud, id)).status).toBe('off')
    await cloud.act(id, 'poweron')
    await cloud.act(id, 'shutdown')
    expect((await serverOf(cloud, id)).status).toBe('off')
  })

  test.each(['reboot', 'reset'])('%s boots once more', async (name) => {
    await using cloud = await createTestCloud()
    const id = await cloud.createServer()
    await cloud.act(id, 'poweron')
    await cloud.act(id, name)
    expect(cloud.boots).toHaveLength(2)
    expect((await serverOf(cloud, id)).status).toBe('running')
  })

  test('a machine that does not start fails the action, with what to do', async () => {
    const problem = { code: 'sandbox', message: 'no namespaces here', hint: 'use qemu' } as const
    const machines = createNoMachines(() => {
      throw new SandboxError(problem)
    })
    await using cloud = await createTestCloud({ machines })
    const id = await cloud.createServer()
    const action = await cloud.act(id, 'poweron')
    expect(action).toMatchObject({ status: 'error', error: { message: 'no namespaces here (use qemu)' } })
    expect(await serverOf(cloud, id)).toMatchObject({ status: 'off', locked: false })
  })

  test('an action that is made to fail says why', async () => {
    const error = { code: 'host_failure', message: 'the host is gone' }
    const failAction = (command: string) => (command === 'start_server' ? error : undefined)
    await using cloud = await createTestCloud({ failAction })
    const id = await cloud.createServer()
    expect(await cloud.act(id, 'poweron')).toMatchObject({ status: 'error', error })
    expect((await serverOf(cloud, id)).status).toBe('off')
  })

  test('a machine that switches itself off is off', async () => {
    const machines = createNoMachines()
    const made: { powerOff(): Promise<void> }[] = []
    const create: typeof machines.create = (spec) => {
      const machine = machines.create(spec)
      made.push(machine)
      return machine
    }
    await using cloud = await createTestCloud({ machines: { ...machines, create } })
    const id = await cloud.createServer()
    await cloud.act(id, 'poweron')
    await made[0]?.powerOff()
    expect((await serverOf(cloud, id)).status).toBe('off')
  })
})

describe('rescue', () => {
  test('is booted once, with the keys and the password that were given', async () => {
    await using cloud = await createTestCloud()
    const WithKey = v.object({ ssh_key: v.object({ id: v.number() }) })
    const key = await cloud.must(WithKey, 'POST', '/ssh_keys', { name: 'key', public_key: ED25519_KEY })
    const id = await cloud.createServer()
    const body = { type: 'linux64', ssh_keys: [key.ssh_key.id] }
    const { root_password } = await cloud.must(Rescue, 'POST', `/servers/${id}/actions/enable_rescue`, body)
    expect((await serverOf(cloud, id)).rescue_enabled).toBe(true)
    await cloud.act(id, 'poweron')
    expect((await serverOf(cloud, id)).rescue_enabled).toBe(false)
    await cloud.act(id, 'reset')
    expect(cloud.boots.map(({ target }) => target.system)).toEqual(['rescue', 'disk'])
    expect(cloud.boots[0]?.target).toEqual({
      system: 'rescue',
      addresses: ['127.10.1.1'],
      authorizedKeys: [ED25519_KEY],
      rootPassword: root_password,
    })
  })

  test('is forgotten after an hour, and when it is disabled', async () => {
    await using cloud = await createTestCloud()
    const id = await cloud.createServer()
    await cloud.act(id, 'enable_rescue')
    cloud.clock.advance(59 * 60_000)
    expect((await serverOf(cloud, id)).rescue_enabled).toBe(true)
    cloud.clock.advance(60_000)
    expect((await serverOf(cloud, id)).rescue_enabled).toBe(false)
    await cloud.act(id, 'poweron')
    await cloud.act(id, 'enable_rescue')
    await cloud.act(id, 'disable_rescue')
    await cloud.act(id, 'reset')
    expect(cloud.boots.map(({ target }) => target.system)).toEqual(['disk', 'disk'])
  })

  test('that is ignored stays enabled, is used up, and can be enabled anew', async () => {
    let left = 1
    await using cloud = await createTestCloud({ rescueFaults: () => ({ isIgnored: left-- > 0 }) })
    const id = await cloud.createServer()
    await cloud.act(id, 'enable_rescue')
    await cloud.act(id, 'poweron')
    expect(await serverOf(cloud, id)).toMatchObject({ status: 'running', rescue_enabled: true })
    await cloud.act(id, 'reset')
    expect(await serverOf(cloud, id)).toMatchObject({ status: 'running', rescue_enabled: true })
    await cloud.act(id, 'enable_rescue')
    await cloud.act(id, 'reset')
    expect(await serverOf(cloud, id)).toMatchObject({ status: 'running', rescue_enabled: false })
    expect(cloud.boots.map(({ target }) => [target.system, target.addresses])).toEqual([
      ['disk', []],
      ['disk', ['127.10.1.1']],
      ['rescue', ['127.10.1.1']],
    ])
  })

  test('may be slow, at another port, and at another IPv6 address when there is no other', async () => {
    const faults = { hasOtherAddress: true, hasOtherPort: true, delayMs: 900 }
    await using cloud = await createTestCloud({ rescueFaults: () => faults })
    for (const enable_ipv4 of [true, false]) {
      const order = { name: `build-${enable_ipv4}`, public_net: { enable_ipv4, enable_ipv6: true } }
      const id = await cloud.createServer(order)
      await cloud.act(id, 'enable_rescue')
      await cloud.act(id, 'poweron')
    }
    expect(cloud.boots.map(({ target }) => target)).toMatchObject([
      { addresses: ['127.10.1.1'], sshPort: 2422, sshDelayMs: 900 },
      { addresses: ['127.10.2.9'], sshPort: 2422, sshDelayMs: 900 },
    ])
  })

  test('refuses keys that the project does not have', async () => {
    await using cloud = await createTestCloud()
    const id = await cloud.createServer()
    const answer = await cloud.call('POST', `/servers/${id}/actions/enable_rescue`, { ssh_keys: [1] })
    expect(answer).toMatchObject({ status: 422, body: { error: { message: "SSH key '1' not found" } } })
    expect((await cloud.call('POST', `/servers/${id}/actions/enable_rescue`, { type: 'freebsd64' })).status).toBe(422)
  })
})
