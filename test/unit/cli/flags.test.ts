import { InvalidArgumentError } from 'commander'
import { describe, expect, test } from 'vitest'
import {
  parseArchitecture,
  parseDuration,
  parseLabelTerm,
  parsePort,
  parseSha256,
  parseTarget,
} from '../../../src/cli/flags.ts'
import { normalizeArguments } from '../../../src/cli/packer-arguments.ts'

const HEX = '0123456789abcdef'.repeat(4)

describe('--arch', () => {
  test.each(['arm', 'x86'])('is %s', (text) => {
    expect(parseArchitecture(text)).toBe(text)
  })

  test.each([
    ['arm64', 'Hetzner calls it "arm".'],
    ['aarch64', 'Hetzner calls it "arm".'],
    ['amd64', 'Hetzner calls it "x86".'],
    ['x86_64', 'Hetzner calls it "x86".'],
    ['x86-64', 'Hetzner calls it "x86".'],
    ['mips', 'Use arm or x86.'],
    ['', 'Use arm or x86.'],
    ['constructor', 'Use arm or x86.'],
    ['__proto__', 'Use arm or x86.'],
  ])('is not %j', (text, message) => {
    expect(() => parseArchitecture(text)).toThrow(new InvalidArgumentError(message))
  })
})

test('a role is any valid name', () => {
  for (const role of ['worker', 'gpu-worker', 'a', '4th', 'a'.repeat(40)]) expect(parseTarget(role)).toEqual({ role })
  for (const text of ['', 'none', 'GPU', '-gpu', 'gpu-', 'gpu_worker', 'a'.repeat(41)]) {
    expect(() => parseTarget(text)).toThrow(/^A role has small letters, digits and dashes, .*; write a directory as /)
  }
})

test.each(['image_amd64.pkr.hcl', 'talos/x.pkr.json', '_packer', '.', '..', './worker', '/tmp/x'])(
  '%s is a template, or a directory of them',
  (directory) => {
    expect(parseTarget(directory)).toEqual({ directory })
  },
)

test.each(['1', '22', '65535'])('%s is a port', (text) => {
  expect(parsePort(text)).toBe(Number(text))
})

test.each(['0', '65536', '-1', '2.2', '0x16', '1e3', ' 22', '', 'ssh'])('%j is no port', (text) => {
  expect(() => parsePort(text)).toThrow(InvalidArgumentError)
})

test.each([
  ['90s', 90_000],
  ['90', 90_000],
  ['5m', 300_000],
  ['1.5m', 90_000],
  ['24h', 86_400_000],
])('%s is a duration of %i ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms)
})

test.each(['0', '0s', '-5s', '25h', '5 m', '5d', 'm', '', 'Infinity', '1e3', '1.s'])('%j is no duration', (text) => {
  expect(() => parseDuration(text)).toThrow('Use a duration')
})

describe('--sha256', () => {
  test('is 64 digits, for one architecture or the only one', () => {
    expect(parseSha256(HEX.toUpperCase())).toEqual({ architecture: undefined, hex: HEX.toUpperCase() })
    expect(parseSha256(`arm=${HEX}`)).toEqual({ architecture: 'arm', hex: HEX })
  })

  test.each([HEX.slice(1), `${HEX}0`, `sha256:${HEX}`, `=${HEX}`, '', `arm=${HEX} `])('is not %j', (text) => {
    expect(() => parseSha256(text)).toThrow('64 hexadecimal digits')
  })

  test('names architectures as Hetzner does', () => {
    expect(() => parseSha256(`arm64=${HEX}`)).toThrow('Hetzner calls it "arm"')
  })
})

describe("Packer's flags", () => {
  test('may have one dash', () => {
    expect(normalizeArguments(['build', '-var', 'a=b', '-var=c=d', '-var-file', 'x', '-var-file=y'])).toEqual([
      'build',
      '--var',
      'a=b',
      '--var=c=d',
      '--var-file',
      'x',
      '--var-file=y',
    ])
  })

  test('of other kinds are taken, or left out', () => {
    const argv = [
      'build',
      '-only=hcloud.a',
      '-except',
      'b',
      '-force',
      '-color=false',
      '-timestamp-ui',
      '-parallel-builds',
      '1',
    ]
    const more = ['-on-error=cleanup', '-debug=false', '-warn-on-undeclared-var', 't.pkr.hcl']
    expect(normalizeArguments([...argv, ...more])).toEqual([
      'build',
      '--only=hcloud.a',
      '--except',
      'b',
      '--force',
      '--on-error=cleanup',
      't.pkr.hcl',
    ])
  })

  test.each([
    [['-machine-readable'], '"-machine-readable" is a flag of packer build that has no equivalent here'],
    [['-debug'], '"-debug" is a flag of packer build that has no equivalent here'],
  ])('%s is refused', (argv, message) => {
    expect(() => normalizeArguments(['build', ...argv])).toThrow(message)
  })

  test('are only those, and only before a double dash', () => {
    const argv = ['-variable', '-v', '--var', 'var', '-vars=x', '-o', 'json', '--', '-var']
    expect(normalizeArguments(argv)).toEqual(argv)
  })
})

test.each(['cluster=a,x', 'cluster=-', '-x=1', 'a=b=c'])('--label %s is no label', (text) => {
  expect(() => parseLabelTerm(text)).toThrow('Use KEY=VALUE')
})
