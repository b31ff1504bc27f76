import { describe, expect, test } from 'vitest'
import { redact, registerSecret, withoutCredentials } from '../../../src/util/redact.ts'

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

  test.each([
    [
      'a presigned address',
      'https://bucket.s3.example/x.raw.xz?X-Amz-Credential=AKIA%2F&X-Amz-Signature=0123abcd: no answer',
      'https://bucket.s3.example/x.raw.xz?X-Amz-Credential=[redacted]&X-Amz-Signature=[redacted]: no answer',
    ],
    ['a token without a name', 'GET http://a.example/?abcdef (403)', 'GET http://a.example/?[redacted] (403)'],
    ['a login', 'no answer from https://me:pass@a.example/x', 'no answer from https://[redacted]@a.example/x'],
    [
      'two of them',
      'https://a.example/?t=1, http://b@c.example',
      'https://a.example/?t=[redacted], http://[redacted]@c.example',
    ],
  ])('replaces what is secret in %s', (_, text, shown) => {
    expect(redact(text)).toBe(shown)
    expect(redact(shown)).toBe(shown)
    const json = JSON.stringify({ text: `${text}"\n"\\`, url: 'https://a.example/?t="' })
    expect(JSON.parse(redact(json))).toMatchObject({ text: expect.stringContaining('[redacted]') })
  })

  test.each([
    'Talos Linux v1.13.9 ARM by hcloud-talos',
    'is it there? a=b, see https://a.example/b#c and mail me@a.example',
  ])('leaves %s alone', (text) => {
    expect(redact(text)).toBe(text)
  })

  test('takes time that grows with the text, not with its square', () => {
    for (const part of ['a.', '://', '://a', 'https://a?b=', '?', '@', '-----BEGIN ']) redact(part.repeat(500_000))
  })
})

test.each([
  ['https://me:secret@factory.example/x', 'https://[redacted]@factory.example/x'],
  ['me:secret@factory.example', '[redacted]@factory.example'],
  ['http://me:se@cret@factory.example', 'http://[redacted]@factory.example'],
  ['https://factory.example', 'https://factory.example'],
  ['nonsense', 'nonsense'],
  ['https://cloud.example/v1?token=secret&x', 'https://cloud.example/v1?token=[redacted]&[redacted]'],
  ['cloud.example?token=se?cret', 'cloud.example?token=[redacted]'],
])('%s is shown as %s', (text, shown) => expect(withoutCredentials(text)).toBe(shown))
