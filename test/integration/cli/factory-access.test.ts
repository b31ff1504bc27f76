import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readFactoryAccess } from '../../../src/cli/factory-access.ts'
import { redact } from '../../../src/util/redact.ts'
import { openOwnFactory } from '../../support/own-factory.ts'
import { testIo } from '../../unit/cli/fixture.ts'
import { tempDir } from '../../unit/util/temp-dir.ts'

const URL = 'https://factory.example'
const read = (env: Record<string, string>, { cwd = '/nowhere', url = URL } = {}) =>
  readFactoryAccess(testIo({ env, cwd }), url)
const messages = (env: Record<string, string>, options?: { cwd?: string; url?: string }) =>
  read(env, options).problems.map(({ at, message }) => `${at?.kind === 'env' ? at.name : ''}: ${message}`)

describe('the login', () => {
  test('is a user with a password, or a token; or there is none', () => {
    expect(read({}).access).toEqual({ ca: undefined, login: undefined, extraCa: undefined })
    expect(read({ TALOS_IMAGE_FACTORY_USER: 'me', TALOS_IMAGE_FACTORY_PASSWORD: 'it is secret' }).access.login).toEqual(
      {
        user: 'me',
        password: 'it is secret',
      },
    )
    expect(read({ TALOS_IMAGE_FACTORY_TOKEN: ' long.token\n' }).access.login).toEqual({ token: 'long.token' })
  })

  test('is kept out of everything that is printed, in each of its forms', () => {
    read({ TALOS_IMAGE_FACTORY_USER: 'me', TALOS_IMAGE_FACTORY_PASSWORD: 'very hidden' })
    const basic = Buffer.from('me:very hidden').toString('base64')
    expect(redact(`a very hidden b ${basic}`)).toBe('a [redacted] b [redacted]')
  })

  test.each([
    [{ USER: 'me' }, 'PASSWORD: TALOS_IMAGE_FACTORY_USER has no password'],
    [{ PASSWORD: 'secret' }, 'USER: TALOS_IMAGE_FACTORY_PASSWORD has no user'],
    [{ TOKEN: 'a', USER: 'me', PASSWORD: 'b' }, 'TOKEN: there is a token, and a user or a password, too'],
    [{ USER: 'a:b', PASSWORD: 'c' }, 'USER: a user name with a colon cannot log in'],
    [{ TOKEN: 'a\nb' }, 'TOKEN: it holds a character that tokens do not have, such as a line break'],
    [{ USER: 'me', PASSWORD: 'a\tb' }, 'PASSWORD: it holds a control character, such as a line break'],
  ])('%j cannot be', (given, message) => {
    const env = Object.fromEntries(Object.entries(given).map(([name, value]) => [`TALOS_IMAGE_FACTORY_${name}`, value]))
    expect(messages(env)).toEqual([`TALOS_IMAGE_FACTORY_${message}`])
  })

  test('goes over https alone, but on this computer', () => {
    const env = { TALOS_IMAGE_FACTORY_TOKEN: 'abcdefgh' }
    expect(messages(env, { url: 'http://factory.internal' })).toEqual([
      'TALOS_IMAGE_FACTORY_TOKEN: the login would be sent to http://factory.internal without encryption',
    ])
    expect(messages(env, { url: 'http://127.0.0.1:8080' })).toEqual([])
    expect(messages(env, { url: 'https://factory.talos.dev' })).toEqual([
      'TALOS_IMAGE_FACTORY_TOKEN: the login would be sent to the public Image Factory, which needs none',
    ])
  })

  test('shows no password that stands in the address, which is wrong by itself', () => {
    const env = { TALOS_IMAGE_FACTORY_TOKEN: 'abcdefgh' }
    expect(messages(env, { url: 'http://me:topsecret@factory.internal' })).toEqual([])
  })
})

describe('the certificate authority', () => {
  test('is what certificates the file holds, and no key that stands beside them', async () => {
    await using own = await openOwnFactory('http://127.0.0.1:1')
    await using folder = await tempDir()
    const key = '-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n'
    await writeFile(join(folder.path, 'ca.pem'), `about it\n${key}${own.ca}${own.ca}`)
    const { access, problems } = read({ TALOS_IMAGE_FACTORY_CA: 'ca.pem' }, { cwd: folder.path })
    expect(problems).toEqual([])
    expect(access.ca).toBe(own.ca + own.ca)
  })

  test('does not make those forgotten that Node.js is told of', async () => {
    await using own = await openOwnFactory('http://127.0.0.1:1')
    const { access } = read({ TALOS_IMAGE_FACTORY_CA: own.caFile, NODE_EXTRA_CA_CERTS: own.caFile })
    expect(access.extraCa).toBe(own.ca.trim())
    expect(read({ NODE_EXTRA_CA_CERTS: '/nowhere.pem' }).problems).toEqual([])
  })

  test('is told to be missing, to be none, to be damaged, or to be far too much', async () => {
    await using own = await openOwnFactory('http://127.0.0.1:1')
    await using folder = await tempDir()
    const look = async (text: string) => {
      await writeFile(join(folder.path, 'ca.pem'), text)
      return messages({ TALOS_IMAGE_FACTORY_CA: 'ca.pem' }, { cwd: folder.path })
    }
    expect(messages({ TALOS_IMAGE_FACTORY_CA: 'gone.pem' })).toEqual([
      'TALOS_IMAGE_FACTORY_CA: gone.pem cannot be read: ENOENT: no such file or directory',
    ])
    const none = ['TALOS_IMAGE_FACTORY_CA: ca.pem holds no certificate in PEM, or a damaged one']
    expect(await look('hello')).toEqual(none)
    expect(await look(own.ca.replace('M', '!'))).toEqual(none)
    expect((await look(own.ca.repeat(200)))[0]).toContain('ca.pem holds 200 certificates, more than can be given')
  })
})
