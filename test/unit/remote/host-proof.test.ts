import { createHash, createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type HostProofQuestion, judgeHostProof } from '../../../src/remote/host-proof.ts'

const PASSWORD = 'Tr0ub4dor-und-3'
const HOST_KEY = Buffer.from('the key that the connection showed')
const NONCE = '5eed'

/** Made by crypt(3) of glibc. */
const SHA512 = '$6$abcdefgh$ASw9T7BeqBHbmWI/vcTYtUu3qJHUq6vmukOBQQxV5IrNu1KfAtR2p90QnAX5LuHjS17Y9q9/ueyf6NIC1csSj/'
const HASHES = [
  SHA512,
  '$6$rounds=10000$saltstringsaltst$Rqbe/9YZ0W35stKgnXYwH5jPyNLKx00rOL2qrISzDdNLtMm/D0t.TtYRZCy3Dd3efiJK40djqtFkXZE1bNzGV/',
  '$5$./09AZaz$DD5SmDJoC0ghUICQzhb7.c0aczNI8IslbbPNChHzkG5',
]

/** What a machine reports that has this hash and this host key, and was asked with this nonce. */
function reportOf(has: { hash?: string; hostKey?: Buffer; nonce?: string; setting?: string } = {}) {
  const { hash = SHA512, hostKey = HOST_KEY, nonce = NONCE } = has
  const { setting = hash.slice(0, hash.lastIndexOf('$')) } = has
  const key = createHash('sha256').update(hash).digest('hex')
  const mac = createHmac('sha256', key)
    .update(`${nonce} ${hostKey.toString('base64')}`)
    .digest('hex')
  return new Map([
    ['password', setting],
    ['host-key-macs', `${'0'.repeat(64)} ${mac}`],
  ])
}

const question: HostProofQuestion = { nonce: NONCE, rootPassword: PASSWORD, hostKey: HOST_KEY }

describe('a proof', () => {
  test.each(HASHES)('is right with %s', async (hash) => {
    expect(await judgeHostProof(reportOf({ hash }), question)).toEqual({ kind: 'proven' })
  })

  test('is wrong when it is about another host key than the connection showed: what answers passes on the real one', async () => {
    const report = reportOf({ hostKey: Buffer.from('the key of the real server') })
    expect(await judgeHostProof(report, question)).toEqual({ kind: 'wrong' })
  })

  test.each<[string, Map<string, string>]>([
    ['that of another password', reportOf({ hash: SHA512.replace('ASw9', 'BSw9') })],
    ['an old one', reportOf({ nonce: '01d' })],
    ['made with the salt alone', reportOf({ hash: '$6$abcdefgh', setting: '$6$abcdefgh' })],
    ['no MAC at all', new Map([...reportOf(), ['host-key-macs', 'yes '.repeat(1000)]])],
    ['an empty MAC among others', new Map([...reportOf(), ['host-key-macs', '  00 zz']])],
  ])('is wrong when it is %s', async (_, report) => {
    expect(await judgeHostProof(report, question)).toEqual({ kind: 'wrong' })
  })

  test.each([
    '$1$abcdefgh',
    '$y$j9T$abcdefgh',
    '$6$',
    '$6$rounds=999999999$abcdefgh',
    '$6$rounds=50001$abcdefgh',
    '$6$rounds=1$abcdefgh',
    '$6$rounds=x$abcdefgh',
    '$6$abc"efgh',
    '$6$seventeen-letters',
    '',
  ])('is missing, and takes no time, when the password is hashed with "%s"', async (setting) => {
    const proof = await judgeHostProof(reportOf({ setting }), question)
    expect(proof).toEqual({
      kind: 'missing',
      reason: 'the rescue system hashes passwords in a way that is not known here',
    })
  })

  test.each<[string, ReadonlyMap<string, string>, Partial<HostProofQuestion>]>([
    ['the API told no root password', reportOf(), { rootPassword: undefined }],
    ['the rescue system has no root password', new Map([['password', 'none']]), {}],
    ['the rescue system has no root password', new Map(), {}],
    ['the rescue system has no host key in /etc/ssh', new Map([['password', '$6$abcdefgh']]), {}],
  ])('is missing: %s', async (reason, report, more) => {
    expect(await judgeHostProof(report, { ...question, ...more })).toEqual({ kind: 'missing', reason })
  })
})
