import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { SshKey } from '../support/wire.ts'
import { createTestCloud, ED25519_KEY, OTHER_ED25519_KEY, OTHER_TOKEN } from './fixture.ts'

const Key = v.object({ ssh_key: SshKey })
const Keys = v.object({ ssh_keys: v.array(SshKey) })

describe('/ssh_keys', () => {
  test('makes, finds, changes and deletes keys', async () => {
    await using cloud = await createTestCloud()
    const input = { name: 'key', public_key: `${ED25519_KEY}\n`, labels: { run: '1' } }
    const { ssh_key } = await cloud.must(Key, 'POST', '/ssh_keys', input)
    expect(ssh_key).toMatchObject({
      name: 'key',
      // As it was given: Terraform compares the two.
      public_key: `${ED25519_KEY}\n`,
      // As `ssh-keygen -l -E md5` has it.
      fingerprint: '05:6d:11:6f:aa:82:7f:17:e4:a2:92:09:ca:cf:9d:42',
      labels: { run: '1' },
    })
    await cloud.must(Key, 'POST', '/ssh_keys', { name: 'other', public_key: OTHER_ED25519_KEY })
    for (const query of ['name=key', `fingerprint=${ssh_key.fingerprint}`, 'label_selector=run', 'per_page=1']) {
      expect((await cloud.must(Keys, 'GET', `/ssh_keys?${query}`)).ssh_keys).toEqual([ssh_key])
    }
    const changed = await cloud.must(Key, 'PUT', `/ssh_keys/${ssh_key.id}`, { name: 'new' })
    expect(changed.ssh_key).toEqual({ ...ssh_key, name: 'new' })
    expect((await cloud.call('PUT', `/ssh_keys/${ssh_key.id}`, { name: 'other' })).status).toBe(409)
    const deleted = await cloud.call('DELETE', `/ssh_keys/${ssh_key.id}`)
    expect(deleted).toMatchObject({ status: 204, body: undefined })
    expect(deleted.headers.get('Content-Type')).toBeNull()
    expect((await cloud.call('GET', `/ssh_keys/${ssh_key.id}`)).status).toBe(404)
  })

  test('refuses a name or a key that is there already, in the same project only', async () => {
    await using cloud = await createTestCloud()
    await cloud.must(Key, 'POST', '/ssh_keys', { name: 'key', public_key: ED25519_KEY })
    const name = await cloud.call('POST', '/ssh_keys', { name: 'key', public_key: OTHER_ED25519_KEY })
    expect(name).toMatchObject({ status: 409, body: { error: { details: { fields: [{ name: 'name' }] } } } })
    const key = await cloud.call('POST', '/ssh_keys', { name: 'other', public_key: ED25519_KEY })
    expect(key).toMatchObject({ status: 409, body: { error: { details: { fields: [{ name: 'public_key' }] } } } })
    const foreign = await cloud.call('POST', '/ssh_keys', { name: 'key', public_key: ED25519_KEY }, OTHER_TOKEN)
    expect(foreign.status).toBe(201)
  })

  test.each(['', 'nonsense', 'ssh-rsa AAAA', `ssh-rsa ${ED25519_KEY.split(' ')[1]}`, `${ED25519_KEY}\n${ED25519_KEY}`])(
    'refuses the key %j',
    async (public_key) => {
      await using cloud = await createTestCloud()
      const answer = await cloud.call('POST', '/ssh_keys', { name: 'key', public_key })
      expect(answer).toMatchObject({ status: 422, body: { error: { details: { fields: [{ name: 'public_key' }] } } } })
    },
  )
})
