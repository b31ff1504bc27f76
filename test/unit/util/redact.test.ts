import { describe, expect, test } from 'vitest'
import { redact, registerSecret, withoutLogin } from '../../../src/util/redact.ts'

describe('redact', () => {
  test('replaces every registered secret, wherever it stands', () => {
    registerSecret('s3cret-token-of-a-project')
    expect(redact('a s3cret-token-of-a-project, "s3cret-token-of-a-project"')).toBe('a [redacted], "[redacted]"')
  })

  test('leaves nothing of a secret that begins with another one', () => {
    registerSecret('overlap-short')
    registerSecret('overlap-short-and-long')
    expect(redact('overlap-short-and-long overlap-short')).toBe('[redacted] [redacted]')
  })

  test('takes secrets literally', () => {
    registerSecret('a.*b$&[c]')
    expect(redact('a.*b$&[c] aXXb$&c')).toBe('[redacted] aXXb$&c')
  })

  test('knows secrets as they stand in JSON, too', () => {
    registerSecret('quo"ted\\secret')
    expect(redact(JSON.stringify({ told: 'the quo"ted\\secret' }))).toBe('{"told":"the [redacted]"}')
  })

  test('does not show the beginning of a key that was cut off', () => {
    expect(redact('so: -----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\nBB')).toBe('so: [redacted]')
  })

  test('does not know what is too short', () => {
    registerSecret('short')
    expect(redact('in short')).toBe('in short')
  })

  test('replaces bearer tokens and private keys that were not registered', () => {
    expect(redact('authorization: Bearer abc.DEF-1~2+/=, next')).toBe('authorization: Bearer [redacted], next')
    const pem = '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\nBBBB\n-----END OPENSSH PRIVATE KEY-----'
    expect(redact(`before ${pem} between ${pem} after`)).toBe('before [redacted] between [redacted] after')
    expect(redact(JSON.stringify({ pem }))).toBe('{"pem":"[redacted]"}')
  })

  test('leaves other text alone', () => {
    const text = 'Talos Linux v1.13.9 ARM by hcloud-talos'
    expect(redact(text)).toBe(text)
  })
})

test.each([
  ['https://me:secret@factory.example/x', 'https://...@factory.example/x'],
  ['me:secret@factory.example', '...@factory.example'],
  ['http://me:se@cret@factory.example', 'http://...@factory.example'],
  ['https://factory.example', 'https://factory.example'],
  ['nonsense', 'nonsense'],
])('%s is shown as %s', (text, shown) => expect(withoutLogin(text)).toBe(shown))
