import { chmod, mkdir, readdir, readFile, rmdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SandboxError } from '../../src/errors.ts'
import { createTestCloud, ED25519_KEY, SERVER_ORDER } from './fixture.ts'

describe('the state', () => {
  test('is found again by the next process', async () => {
    await using first = await createTestCloud()
    await first.call('POST', '/ssh_keys', { name: 'key', public_key: ED25519_KEY })
    const id = await first.createServer({ ssh_keys: ['key'], labels: { run: '1' } })
    await first.act(id, 'create_image')
    await first.act(id, 'poweron')
    await first.cloud.close()
    await using second = await createTestCloud({}, first.stateDir)
    expect((await second.call('GET', '/servers')).body).toMatchObject({
      servers: [{ id, name: 'build', status: 'off', labels: { run: '1' } }],
    })
    expect((await second.call('GET', '/images?type=snapshot')).body).toMatchObject({
      images: [{ status: 'available' }],
    })
    expect((await second.call('GET', '/ssh_keys')).body).toMatchObject({ ssh_keys: [{ name: 'key' }] })
    await second.act(id, 'poweron')
    expect(second.boots).toMatchObject([{ target: { system: 'disk', authorizedKeys: [ED25519_KEY] } }])
    expect(await second.createServer({ name: 'second' })).toBe(id + 1)
  })

  test('keeps labels of any name', async () => {
    await using first = await createTestCloud()
    await first.createServer({ labels: { run: '1', constructor: 'x' } })
    await using second = await createTestCloud({}, first.stateDir)
    expect(JSON.stringify((await second.call('GET', '/servers')).body)).toContain('{"run":"1","constructor":"x"}')
  })

  test('that could not be written is written later', async () => {
    await using cloud = await createTestCloud()
    const unwritable = join(cloud.stateDir, 'cloud.json.tmp')
    await mkdir(unwritable)
    const order = { name: 'key', public_key: ED25519_KEY }
    expect((await cloud.call('POST', '/ssh_keys', order)).status).toBe(500)
    await rmdir(unwritable)
    await cloud.call('GET', '/servers')
    expect(JSON.parse(await readFile(join(cloud.stateDir, 'cloud.json'), 'utf8'))).toMatchObject({
      sshKeys: [{ name: 'key' }],
    })
  })

  test('has no snapshot without its disk, whenever its owner is killed', async () => {
    await using first = await createTestCloud()
    await first.act(await first.createServer(), 'create_image')
    const unwritable = join(first.stateDir, 'cloud.json.tmp')
    await mkdir(unwritable)
    expect((await first.call('DELETE', '/images/400000001')).status).toBe(500)
    await rmdir(unwritable)
    await using second = await createTestCloud({}, first.stateDir)
    expect((await second.call('GET', '/images/400000001')).body).toMatchObject({ image: { status: 'available' } })
    expect(await readdir(join(first.stateDir, 'snapshots'))).toEqual(['image-400000001.raw'])
  })

  test('has disks that no other user can read', async () => {
    await using first = await createTestCloud()
    const folders = ['disks', 'snapshots'].map((name) => join(first.stateDir, name))
    for (const folder of folders) await chmod(folder, 0o755)
    await using second = await createTestCloud({}, first.stateDir)
    for (const folder of folders.map((path) => path.replace(first.stateDir, second.stateDir)))
      expect(((await stat(folder)).mode & 0o777).toString(8)).toBe('700')
  })

  test('keeps nothing of a machine that was being switched on when its owner was killed', async () => {
    await using first = await createTestCloud()
    const id = await first.createServer()
    await first.cloud.close()
    const disks = join(first.stateDir, 'disks')
    await mkdir(join(disks, `.server-${id}.raw.Ab3xYz`))
    await writeFile(join(disks, `.server-${id}.raw.Ab3xYz`, 'sda'), '')
    await mkdir(join(disks, '.somebody-else'))
    await using _second = await createTestCloud({}, first.stateDir)
    expect((await readdir(disks)).toSorted()).toEqual(['.somebody-else', `server-${id}.raw`])
  })

  test('after an owner that was killed, nothing runs and nothing is half made', async () => {
    await using first = await createTestCloud({ latency: 'realistic' })
    for (const name of ['kept', 'dropped']) {
      await first.call('POST', '/servers', { ...SERVER_ORDER, name })
      await first.clock.asleep()
      first.clock.advance(8_000)
      await first.cloud.idle()
    }
    await first.call('POST', '/servers/40000001/actions/create_image')
    await first.clock.asleep()
    await first.call('DELETE', '/servers/40000002')
    expect(await readdir(join(first.stateDir, 'snapshots'))).toEqual(['image-400000001.raw'])
    // The first owner is still there and never says goodbye: the second one reads what it has written.
    await using second = await createTestCloud({}, first.stateDir)
    expect((await second.call('GET', '/servers')).body).toMatchObject({
      servers: [{ name: 'kept', status: 'off', locked: false }],
    })
    expect((await second.call('GET', '/images?type=snapshot')).body).toMatchObject({ images: [] })
    expect((await second.call('GET', '/actions?id=600000003&id=600000004')).body).toMatchObject({
      actions: [{ status: 'error' }, { status: 'error', error: { message: expect.stringContaining('ended before') } }],
    })
    expect(await readdir(join(first.stateDir, 'snapshots'))).toEqual([])
    expect(await readdir(join(first.stateDir, 'disks'))).toEqual(['server-40000001.raw'])
  })

  test('closing ends running actions', async () => {
    await using cloud = await createTestCloud({ latency: 'realistic' })
    await cloud.call('POST', '/servers', SERVER_ORDER)
    await cloud.clock.asleep()
    await cloud.cloud.close()
    expect((await cloud.call('GET', '/actions/600000001')).body).toMatchObject({
      action: { status: 'error', error: { message: 'the sandbox ended before the action was done' } },
    })
  })

  test.each([
    ['no JSON', '{'],
    ['another format', '{"version":2}'],
  ])('a state file that is %s is named, with what to do', async (_what, text) => {
    await using cloud = await createTestCloud()
    const file = join(cloud.stateDir, 'cloud.json')
    await writeFile(file, text)
    const error = await createTestCloud({}, cloud.stateDir).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(SandboxError)
    expect(error).toMatchObject({ code: 'sandbox', at: { file }, hint: expect.stringContaining(`remove ${file}`) })
    expect(await readFile(file, 'utf8')).toBe(text)
  })

  test('a state file from before networks and firewalls still loads', async () => {
    await using first = await createTestCloud()
    await first.createServer()
    const file = join(first.stateDir, 'cloud.json')
    const { networks: _n, firewalls: _f, lastIds, ...rest } = JSON.parse(await readFile(file, 'utf8'))
    const { server, image, sshKey, action } = { image: 400_000_000, sshKey: 20_000_000, ...lastIds }
    const old = { ...rest, lastIds: { server, image, sshKey, action }, lastServerNumber: 1 }
    await writeFile(file, JSON.stringify(old))
    await using second = await createTestCloud({}, first.stateDir)
    expect((await second.call('GET', '/networks')).body).toMatchObject({ networks: [] })
    expect((await second.call('POST', '/networks', { name: 'n', ip_range: '10.0.0.0/16' })).body).toMatchObject({
      network: { id: 4_000_001 },
    })
    expect(await second.createServer({ name: 'second' })).toBe(server + 1)
  })

  test('a restart removes disk files that belong to nothing, and touches no others', async () => {
    await using cloud = await createTestCloud()
    await writeFile(join(cloud.stateDir, 'disks', 'server-1.raw'), '')
    await writeFile(join(cloud.stateDir, 'disks', 'notes.txt'), '')
    await using _again = await createTestCloud({}, cloud.stateDir)
    expect(await readdir(join(cloud.stateDir, 'disks'))).toEqual(['notes.txt'])
  })
})
