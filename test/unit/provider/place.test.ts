import { describe, expect, test } from 'vitest'
import type { Origin } from '../../../src/errors.ts'
import { at, toDiagnostic } from '../../../src/provider/place.ts'

const told = (origin: Origin | undefined, hint?: string) =>
  toDiagnostic({ code: 'config', message: 'wrong', at: origin, hint })

describe('a problem is told at its attribute', () => {
  test.each<[string, Origin, readonly string[]]>([
    ['an attribute', at('role'), ['role']],
    ['an attribute of an object', at('ssh', 'over'), ['ssh', 'over']],
    ['a key with a slash', at('labels', 'example.com/team'), ['labels', 'example.com/team']],
    ['a variable of a template', { kind: 'flag', name: '-var server_type_arm' }, ['server_type']],
    ['a flag', { kind: 'flag', name: '--factory-url' }, ['factory_url']],
    [
      'an object that is a schematic',
      { kind: 'file', file: 'schematic, an object', line: 1, column: 9 },
      ['schematic'],
    ],
  ])('%s', (_, origin, path) => {
    expect(told(origin)).toEqual({ severity: 'error', summary: 'wrong', path })
  })

  test('and of a schematic with its line, since Terraform shows that of the attribute alone', () => {
    const origin = { kind: 'file', file: 'schematic', line: 3, column: 5 } as const
    expect(told(origin, 'did you mean "a"?')).toEqual({
      severity: 'error',
      summary: 'wrong',
      detail: 'Line 3, column 5. Did you mean "a"?',
      path: ['schematic'],
    })
  })

  test('and another source than the pinned one at its hash, although no origin is known', () => {
    const message = `the source has the SHA-256 ${'b'.repeat(64)}, not the pinned ${'a'.repeat(64)}`
    expect(toDiagnostic({ code: 'source', message }).path).toEqual(['sha256'])
  })

  test('any other place is said in words, no place is not', () => {
    expect(told({ kind: 'env', name: 'HTTPS_PROXY' })).toEqual({
      severity: 'error',
      summary: 'wrong',
      detail: 'HTTPS_PROXY',
    })
    expect(told({ kind: 'env', name: 'HTTPS_PROXY' }, 'leave it out').detail).toBe('HTTPS_PROXY: Leave it out.')
    expect(told({ kind: 'default' }, 'try it')).toEqual({ severity: 'error', summary: 'wrong', detail: 'Try it.' })
    expect(told(undefined)).toEqual({ severity: 'error', summary: 'wrong' })
  })
})

test.each([
  ['pin its hash with --sha256, or ...', 'Pin its hash with sha256, or ...'],
  ['or try it with --sandbox', 'Or try it with sandbox = true.'],
  ['set server_location to one of them', 'Set location to one of them.'],
  ['give a value, for example -var talos_version=v1.12.2', 'Give a value, for example "v1.12.2".'],
  ['remove image_url_arm', 'Remove image_url.'],
  ['leave --boot-test (bootTest) out, or ...', 'Leave boot_test out, or ...'],
  [
    'try again later, wait with --wait-for-stock 30m, publish it unproven with --allow-unproven, or leave --boot-test out',
    'Try again later, publish it unproven with allow_unproven = true in boot_tests of the provider, or leave boot_test out.',
  ],
  [
    'try again later, choose another server type or location, allow bigger disks with --allow-bigger-disk, or keep an older snapshot with --allow-older',
    'Try again later, or choose another server type or location.',
  ],
])('words of the command become those of Terraform: %s', (hint, detail) => {
  expect(told(undefined, hint).detail).toBe(detail)
})
