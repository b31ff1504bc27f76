import { describe, expect, test } from 'vitest'
import { createFaults } from '../../src/faults/faults.ts'
import { matchesPath, matchesText } from '../../src/faults/glob.ts'
import { parseFaultFlag } from '../../src/faults/parse.ts'
import type { MachineSpec } from '../../src/machines/machine.ts'
import { createManualClock } from '../cloud/manual-clock.ts'

const ARM: MachineSpec = {
  id: 40_000_001,
  name: 'build',
  architecture: 'arm',
  address: '127.64.0.1',
  sshPort: 2222,
  talosPort: 5022,
  diskFile: '/nowhere/disk',
}
const X86: MachineSpec = { ...ARM, id: 40_000_002, name: 'other', architecture: 'x86' }

function armed(...rules: string[]) {
  const reported: string[] = []
  const faults = createFaults(rules.map(parseFaultFlag), {
    clock: createManualClock(),
    onFault: (text) => reported.push(text),
  })
  return { ...faults, reported }
}

const repeat = <T>(times: number, ask: () => T): T[] => Array.from({ length: times }, ask)

describe('a rule with a chance', () => {
  const countIn = (rule: string): number => {
    const { machines } = armed(rule)
    return repeat(2000, () => machines.atConnection(ARM)).filter((fault) => fault === 'reset').length
  }

  test.each([1, 2, 3, 99])('applies about as often as it says: seed %i', (seed) => {
    expect(countIn(`ssh reset chance=5% seed=${seed}`) / 2000).toBeCloseTo(0.05, 1)
    expect(countIn(`ssh reset chance=100% seed=${seed}`)).toBe(2000)
  })

  test('does the same for the same seed, and another thing for another', () => {
    const sequence = (seed: number): string => {
      const { machines } = armed(`ssh reset chance=50% seed=${seed}`)
      return repeat(64, () => (machines.atConnection(ARM) === undefined ? '.' : 'x')).join('')
    }
    expect(sequence(1)).toBe(sequence(1))
    expect(new Set([1, 2, 3].map(sequence)).size).toBe(3)
  })

  test('tells the seed that it was given, or else drew', () => {
    const { machines, reported } = armed('ssh reset chance=100% times=1', 'ssh silent chance=100% seed=7')
    repeat(2, () => machines.atConnection(ARM))
    expect(reported[0]).toMatch(/^ssh reset times=1 chance=100% seed=\d+ \(at /)
    expect(reported[1]).toMatch(/^ssh silent chance=100% seed=7 /)
  })
})

describe('a boot into rescue', () => {
  test('meets all its rules at once, each as often as it says', () => {
    const { rescue } = armed('rescue slow delay=1s', 'rescue slow delay=3s arch=x86', 'rescue ignored times=1 arch=x86')
    expect(rescue(ARM)).toMatchObject({ isIgnored: false, delayMs: 1000 })
    expect(rescue(X86)).toMatchObject({ isIgnored: true, delayMs: 3000 })
    expect(rescue(X86)).toMatchObject({ isIgnored: false, hasOtherPort: false, hasOtherAddress: false })
  })

  test('may have another root password than the API told, or none', () => {
    const { rescue } = armed('rescue imposter arch=arm', 'rescue without-password arch=x86')
    expect(rescue(ARM)).toMatchObject({ isImposter: true, hasNoPassword: false })
    expect(rescue(X86)).toMatchObject({ isImposter: false, hasNoPassword: true })
  })
})

describe('how often a rule applies', () => {
  const connections = (rules: string[], times: number) => {
    const { machines } = armed(...rules)
    return repeat(times, () => machines.atConnection(ARM) ?? '-').join(' ')
  }

  test.each([
    ['always', ['ssh reset'], 'reset reset reset reset reset'],
    ['so many times', ['ssh reset times=2'], 'reset reset - - -'],
    ['after some moments', ['ssh reset skip=2'], '- - reset reset reset'],
    ['both', ['ssh reset skip=1 times=2'], '- reset reset - -'],
    ['one rule after the other', ['ssh reset times=2', 'ssh silent times=1'], 'reset reset silent - -'],
    ['the first rule wins', ['ssh reset', 'ssh silent'], 'reset reset reset reset reset'],
    ['all moments are counted', ['ssh reset times=1', 'ssh silent skip=2 times=1'], 'reset - silent - -'],
    ['other architectures are not', ['ssh reset arch=x86 times=1', 'ssh deny skip=4'], '- - - - deny'],
  ])('%s: %j', (_name, rules, expected) => {
    expect(connections(rules, 5)).toBe(expected)
  })

  test('each rule counts for itself, and only its own moments', () => {
    const { machines, reported } = armed('ssh deny times=1 arch=x86', 'ssh refuse times=1')
    expect(machines.atConnection(ARM)).toBeUndefined()
    expect(machines.atConnection(X86)).toBe('deny')
    expect(machines.atConnection(X86)).toBeUndefined()
    expect(machines.atBoot(ARM)).toEqual({ refuseSshMs: Number.POSITIVE_INFINITY })
    expect(machines.atBoot(X86)).toEqual({})
    expect(reported).toEqual([
      'ssh deny arch=x86 times=1 (at a connection to server other, 40000002)',
      'ssh refuse times=1 (at power-on of server build, 40000001)',
    ])
  })
})

describe('machines', () => {
  test.each([
    ['ssh refuse for=5s', { refuseSshMs: 5000 }],
    ['disk no-discard', { ignoreDiscard: true }],
    ['power fails', { losePowerMs: 0 }],
    ['power fails after=2s', { losePowerMs: 2000 }],
    ['power fails command=*', {}],
    ['ssh reset', {}],
    ['ssh drop', {}],
    ['disk too-small size=1MiB', {}],
  ])('boot with %s', (rule, faults) => {
    const { machines } = armed(rule)
    expect(machines.atBoot(ARM)).toEqual(faults)
  })

  test.each([
    ['ssh drop', { dropMs: 0 }],
    ['ssh drop command=dd* after=2s', { dropMs: 2000 }],
    ['ssh drop command=sync', {}],
    ['ssh stall command=*sda', { stall: true }],
    ['disk corrupt', { corruptByte: 0 }],
    ['disk corrupt command="* of=*" at=4KiB', { corruptByte: 4096 }],
    ['power fails command="dd if*" after=1s', { losePowerMs: 1000 }],
    ['power fails', {}],
    ['ssh refuse', {}],
  ])('run a command with %s', (rule, faults) => {
    const { machines } = armed(rule)
    expect(machines.atCommand(ARM, 'dd if=x of=/dev/sda')).toEqual(faults)
  })

  test.each(['reset', 'silent', 'deny', 'new-host-key'])('take a connection with ssh %s', (fault) => {
    const { machines } = armed(`ssh ${fault}`)
    expect(machines.atConnection(ARM)).toBe(fault)
    expect(machines.atBoot(ARM)).toEqual({})
    expect(machines.atCommand(ARM, 'true')).toEqual({})
  })

  test('meet several faults at once', () => {
    const { machines } = armed(
      'ssh refuse for=1s',
      'ssh refuse for=1m',
      'power fails after=9s',
      'power fails after=3s',
      'disk no-discard',
      'ssh drop after=9s',
      'ssh drop after=3s',
      'ssh stall',
      'disk corrupt at=7',
      'disk corrupt at=9',
      'power fails command=* after=5s',
    )
    expect(machines.atBoot(ARM)).toEqual({ refuseSshMs: 60_000, losePowerMs: 3000, ignoreDiscard: true })
    expect(machines.atCommand(ARM, 'x')).toEqual({ dropMs: 3000, stall: true, corruptByte: 7, losePowerMs: 5000 })
  })

  test('do not show commands in what is reported of a fault', () => {
    const { machines, reported } = armed('ssh drop')
    machines.atCommand(ARM, 'curl https://user:secret@example.com')
    expect(reported).toEqual(['ssh drop (at a command on server build, 40000001)'])
  })

  test('have disks that are too small', () => {
    const { diskBytes } = armed('disk too-small size=1MiB times=1 arch=arm')
    expect(['x86', 'arm', 'arm'].map((name) => diskBytes(name === 'arm' ? 'arm' : 'x86'))).toEqual([
      undefined,
      1 << 20,
      undefined,
    ])
  })
})

test('actions fail, or never end', () => {
  const { action, reported } = armed(
    'action create_image fail code=no message=never times=1',
    'action *_server never-ends',
  )
  const resources = [{ type: 'server', id: 7 } as const]
  expect(action('create_image', resources)).toEqual({ code: 'no', message: 'never' })
  expect(action('create_image', resources)).toBeUndefined()
  expect(action('start_server', resources)).toBe('never ends')
  expect(reported[0]).toBe('action create_image fail code=no message=never times=1 (at create_image of server 7)')
})

test.each([
  ['/servers/*', '/servers/1', true],
  ['/servers/*', '/servers/1/actions/poweron', false],
  ['/servers/*', '/servers', false],
  ['/servers/**', '/servers/1/actions/poweron', true],
  ['**', '/anything', true],
  ['/**/poweron', '/servers/1/actions/poweron', true],
  ['/servers/*/actions/power*', '/servers/1/actions/poweroff', true],
  ['/image/*/v1.12.2/*.raw.zst', '/image/x/v1.12.2/hcloud-arm64.raw.zst', true],
  ['/image/*/v1.12.2/*.raw.zst', '/image/x/v1x12.2/hcloud-arm64.raw.zst', false],
  ['/servers', '/servers/', false],
  ['/ser(v', '/ser(v', true],
  ['/[a]\\', '/a\\', false],
])('the path %s fits %s: %s', (pattern, path, fits) => {
  expect(matchesPath(pattern, path)).toBe(fits)
})

test.each([
  ['', '', true],
  ['', 'x', false],
  ['*', '', true],
  ['*', 'a\nb c', true],
  ['dd *', 'dd if=x\n| cat', true],
  ['dd *', 'dd', false],
  ['*sda', 'dd of=/dev/sda', true],
  ['*sda', 'dd of=/dev/sda1', false],
  ['*a*b*', 'xxbxxaxxbxx', true],
  ['*a*b*', 'xxbxxaxx', false],
  ['ab*ba', 'aba', false],
  ['a*a*a', 'aa', false],
  ['a**b', 'ab', true],
  ['a.b', 'axb', false],
])('the pattern %j fits %j: %s', (pattern, text, fits) => {
  expect(matchesText(pattern, text)).toBe(fits)
})
