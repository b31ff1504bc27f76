import { describe, expect, test } from 'vitest'
import { SandboxError, type SandboxProblem } from '../../src/errors.ts'
import { parseFaultFile, parseFaultFlag } from '../../src/faults/parse.ts'
import { describeRule, needsCommands } from '../../src/faults/rule.ts'

const NONE: readonly SandboxProblem[] = []

/** `file:line:column`, or a flag's name. */
function placeOf(at: SandboxProblem['at']): string {
  if (at?.kind !== 'file') return at?.name ?? ''
  return `${at.file}:${at.line}:${at.column}`
}

function problemsOf(parse: () => unknown): readonly SandboxProblem[] {
  try {
    parse()
    return NONE
  } catch (error) {
    if (error instanceof SandboxError) return error.problems
    throw error
  }
}

const GOOD: readonly (readonly [string, object])[] = [
  [
    'api DELETE /servers/* 500 times=2',
    { subject: 'api', method: 'DELETE', path: '/servers/*', effect: 'status', status: 500, times: 2 },
  ],
  ['api * ** reset', { subject: 'api', method: '*', path: '**', effect: 'reset' }],
  [
    'api POST /servers hang after-effect skip=1',
    { subject: 'api', method: 'POST', path: '/servers', effect: 'hang', afterEffect: true, skip: 1 },
  ],
  [
    'api GET /actions* 429 reset-in=30s',
    { subject: 'api', method: 'GET', path: '/actions*', effect: 'status', status: 429, resetInMs: 30_000 },
  ],
  [
    'api POST /servers 412 code=resource_unavailable message="it is \\"gone\\" \\\\ away" times=1',
    {
      subject: 'api',
      method: 'POST',
      path: '/servers',
      effect: 'status',
      status: 412,
      code: 'resource_unavailable',
      message: 'it is "gone" \\ away',
      times: 1,
    },
  ],
  [
    'factory GET /image/** 502 body=html',
    { subject: 'factory', method: 'GET', path: '/image/**', effect: 'status', status: 502, body: 'html' },
  ],
  [
    'factory GET /image/** truncate at=1000000',
    { subject: 'factory', method: 'GET', path: '/image/**', effect: 'truncate', atByte: 1_000_000 },
  ],
  [
    'factory GET /versions slow delay=90s',
    { subject: 'factory', method: 'GET', path: '/versions', effect: 'slow', delayMs: 90_000 },
  ],
  [
    'factory HEAD /image/** alter at=3MiB',
    { subject: 'factory', method: 'HEAD', path: '/image/**', effect: 'alter', atByte: 3 << 20 },
  ],
  [
    'factory disk unbootable arch=arm times=1',
    { subject: 'factory disk', effect: 'unbootable', architecture: 'arm', times: 1 },
  ],
  [
    'action create_* fail code=host_failure message=no',
    { subject: 'action', action: 'create_*', effect: 'fail', code: 'host_failure', message: 'no' },
  ],
  ['action * never-ends times=1', { subject: 'action', action: '*', effect: 'never-ends', times: 1 }],
  ['ssh refuse for=1m arch=arm', { subject: 'ssh', effect: 'refuse', forMs: 60_000, architecture: 'arm' }],
  ['ssh new-host-key skip=0', { subject: 'ssh', effect: 'new-host-key', skip: 0 }],
  ['ssh drop command="* | dd *" after=1500ms', { subject: 'ssh', effect: 'drop', command: '* | dd *', afterMs: 1500 }],
  ['ssh stall command=""', { subject: 'ssh', effect: 'stall', command: '' }],
  ['disk too-small size=512MiB', { subject: 'disk', effect: 'too-small', sizeBytes: 512 << 20 }],
  ['disk corrupt command=#* at=0', { subject: 'disk', effect: 'corrupt', command: '#*', atByte: 0 }],
  ['disk no-discard arch=x86', { subject: 'disk', effect: 'no-discard', architecture: 'x86' }],
  ['power fails after=10s', { subject: 'power', effect: 'fails', afterMs: 10_000 }],
  ['power fails', { subject: 'power', effect: 'fails' }],
  ['rescue ignored times=1', { subject: 'rescue', effect: 'ignored', times: 1 }],
  ['rescue slow delay=2m arch=arm', { subject: 'rescue', effect: 'slow', delayMs: 120_000, architecture: 'arm' }],
  ['rescue without-password', { subject: 'rescue', effect: 'without-password' }],
  ['rescue imposter times=1', { subject: 'rescue', effect: 'imposter', times: 1 }],
  ['rescue-address other', { subject: 'rescue-address', effect: 'other' }],
  ['ssh-port 222 skip=1', { subject: 'ssh-port', effect: '222', skip: 1 }],
  ['primary-ip stays times=1', { subject: 'primary-ip', effect: 'stays', times: 1 }],
  ['action * fail chance=5% seed=7', { subject: 'action', action: '*', effect: 'fail', chance: 5, seed: 7 }],
  ['ssh reset chance=0.5%', { subject: 'ssh', effect: 'reset', chance: 0.5 }],
]

describe('a good rule', () => {
  test.each(GOOD)('%s', (text, rule) => {
    expect(parseFaultFlag(text)).toEqual(rule)
    expect(parseFaultFile('faults', text)).toEqual([rule])
    expect(parseFaultFlag(describeRule(parseFaultFlag(text)))).toEqual(rule)
  })

  test.each([
    ['  api   get  /servers  500 ', 'api GET /servers 500'],
    ['ssh refuse times=3 arch=x86 for=60000ms', 'ssh refuse for=1m arch=x86 times=3'],
    ['factory GET /image/** stall at=2097152', 'factory GET /image/** stall at=2MiB'],
    ['factory GET /image/** stall at=0MiB', 'factory GET /image/** stall at=0'],
    ['power fails after=0m', 'power fails after=0ms'],
    ['ssh "drop" command="dd"', 'ssh drop command=dd'],
    ['ssh drop command="#!/bin/sh"', 'ssh drop command="#!/bin/sh"'],
  ])('%s is shown as %s', (text, shown) => {
    expect(describeRule(parseFaultFlag(text))).toBe(shown)
  })

  test.each([
    ['ssh deny', true],
    ['ssh new-host-key', true],
    ['ssh drop', true],
    ['ssh stall', true],
    ['ssh refuse', false],
    ['ssh reset', false],
    ['ssh silent', false],
    ['disk corrupt', true],
    ['disk no-discard', false],
    ['disk too-small size=1MiB', false],
    ['power fails', false],
    ['power fails command=dd*', true],
    ['action * fail', false],
    ['api * ** 500', false],
  ])('%s: only with machines whose commands are seen: %s', (text, needed) => {
    expect(needsCommands(parseFaultFlag(text))).toBe(needed)
  })
})

/** The rule, the column and what is wrong there, and what the hint must hold. */
const BAD: readonly (readonly [string, number, string, string])[] = [
  ['', 1, 'there is no rule', 'api DELETE'],
  ['app GET / 500', 1, 'no rule begins with "app"', 'did you mean "api"?'],
  [
    'xyzzy',
    1,
    'no rule begins with "xyzzy"',
    'api, factory, factory disk, action, ssh, talos, disk, power, rescue, rescue-address, ssh-port, primary-ip',
  ],
  ['api', 4, 'ends before its effect', 'api METHOD PATH EFFECT'],
  ['ssh', 4, 'ends before its effect', 'refuse, reset, silent'],
  ['api DELET /servers 500', 5, '"DELET" is not an HTTP method', '"DELETE"'],
  ['api GET servers 500', 9, '"servers" is not a path', '/servers/*'],
  ['api GET /v1/servers 500', 9, 'begins with /v1', 'leave that out: /servers'],
  ['api GET /servers?name=x 500', 9, 'has a query', 'path alone'],
  ['api GET /serverz/1 500', 9, 'nothing here has a path like "/serverz/1"', '"/servers"'],
  ['factory GET /images/** 500', 13, 'nothing here has a path like', '"/image"'],
  ['api GET /servers explode', 18, '"explode" is nothing that happens to api rules', '500, reset, hang'],
  ['api GET /servers status', 18, '"status" is nothing', '500'],
  ['ssh 500', 5, '"500" is nothing', 'refuse'],
  ['ssh refused', 5, '"refused" is nothing', '"refuse"'],
  ['api GET /servers 200', 18, 'not an error status', '400 to 599'],
  ['api GET /servers 600', 18, 'not an error status', '400 to 599'],
  ['api GET /servers 500 tiems=2', 22, 'unknown option "tiems="', '"times="'],
  ['api GET /servers 500 after-efect', 22, 'unknown option "after-efect"', '"after-effect"'],
  ['api GET /servers 500 after-effect=1', 22, 'unknown option "after-effect="', 'after-effect'],
  ['api GET /servers 500 times', 22, 'unknown option "times"', 'times='],
  ['api GET /servers 500 delay=1s', 22, '"delay=" does not go with this effect', 'reset-in='],
  ['factory GET /versions 500 code=x', 27, '"code=" does not go with this effect', 'message='],
  ['factory GET /image/** truncate at=1 after-effect', 37, 'does not go with', 'at= skip= times= chance= seed='],
  ['api GET /servers slow', 22, 'delay= is missing', '500ms, 2s or 1m'],
  ['factory GET /image/** truncate', 31, 'at= is missing', '10MiB'],
  ['factory GET /image/** alter', 28, 'at= is missing', '10MiB'],
  ['factory GET /image/** stall', 28, 'at= is missing', '10MiB'],
  ['rescue slow', 12, 'delay= is missing', '500ms'],
  ['ssh-port 2222', 10, '"2222" is nothing', '222'],
  ['ssh reset chance=5', 11, '"5" is not a value for chance=', '5%'],
  ['ssh reset chance=0%', 11, '"0%" is not a value for chance=', '5%'],
  ['ssh reset chance=101%', 11, '"101%" is not a value for chance=', '5%'],
  ['ssh reset seed=1', 1, 'seed= says how chances fall', 'chance='],
  ['disk too-small', 15, 'size= is missing', '10MiB'],
  ['disk too-small size=1000', 1, 'no disk can have 1000 bytes', '1MiB'],
  ['disk too-small size=2000001', 1, 'no disk can have 2000001 bytes', 'sectors'],
  ['api GET /servers slow delay=5', 23, '"5" is not a value for delay=', '500ms, 2s or 1m'],
  ['api GET /servers slow delay=25000m', 23, 'is not a value for delay=', 'at most'],
  ['api GET /servers 500 times=0', 22, '"0" is not a value for times=', 'from 1 on'],
  ['api GET /servers 500 times=-1', 22, '"-1" is not a value for times=', 'from 1 on'],
  ['api GET /servers 500 body=xml', 22, '"xml" is not a value for body=', 'none or html'],
  ['api GET /servers 500 code="Not This"', 22, 'is not a value for code=', 'small letters'],
  ['api GET /servers 500 body=none code=x', 1, 'body= takes the place', 'leave out body='],
  ['api GET /servers 503 reset-in=1s', 1, 'which only 429 is about', '429'],
  ['ssh refuse arch=amd64', 12, '"amd64" is not a value for arch=', 'arm or x86'],
  ['ssh refuse times=1 times=2', 20, '"times=" is there twice', 'leave one of them out'],
  ['action create_imag fail', 8, 'no action is called "create_imag"', '"create_image"'],
  ['action create_image fail delay=1s', 26, '"delay=" does not go', 'code='],
  ['action create_image never-ends code=x', 32, '"code=" does not go', 'times='],
  ['ssh drop command="dd', 18, 'a quote that is never closed', '\\\\'],
  ['ssh drop command=d"d"', 19, 'a quote in the middle of a word', 'command="dd *"'],
  ['ssh drop command="d"d', 21, 'text right behind a quote', 'command="dd *"'],
  ['ssh drop command="a\\nb"', 20, 'unknown escape "\\n"', '\\\\'],
  ['ssh drop\nssh reset', 9, 'U+000a cannot be in a rule', 'one line'],
  ['ssh drop command="äö\u{1f9d1}\u200d\u{1f680}" x=1', 24, 'unknown option "x="', 'command='],
]

describe('a bad rule', () => {
  test.each(BAD)('%j: column %i: %s', (text, column, message, hint) => {
    const problems = problemsOf(() => parseFaultFlag(text))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatchObject({
      code: 'usage',
      at: { kind: 'flag', name: '--fault' },
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    })
    expect(problems[0]?.message.endsWith(` (column ${column} of '${text}')`)).toBe(true)
  })

  test('is told with everything that is wrong with it', () => {
    const problems = problemsOf(() => parseFaultFlag('api GTE /v1 truncate delay=1s wobble arch=arm times=x'))
    expect(problems.map(({ message }) => Number(/column (\d+)/.exec(message)?.[1]))).toEqual([5, 9, 22, 31, 38, 47, 54])
  })

  test.each([
    ['times=2 api', 'times=2'],
    ['app=1', 'app=1'],
  ])('that begins with an option (%s) has no subject', (text, first) => {
    expect(problemsOf(() => parseFaultFlag(text))).toMatchObject([
      { message: expect.stringContaining(`no rule begins with "${first}"`) },
    ])
  })
})

describe('a file of rules', () => {
  test('may have comments, empty lines, and line ends of Windows', () => {
    const text = '\uFEFF# what goes wrong\r\n\r\n  ssh reset times=1 # twice a day\r\nssh drop command="# not this"#\n'
    expect(problemsOf(() => parseFaultFile('f', text))).toMatchObject([{ message: 'text right behind a quote' }])
    expect(parseFaultFile('f', text.replace('"#\n', '" #\n')).map(describeRule)).toEqual([
      'ssh reset times=1',
      'ssh drop command="# not this"',
    ])
    expect(parseFaultFile('f', '')).toEqual([])
  })

  test('is told with everything that is wrong in it, at its line and column', () => {
    const text = 'ssh reset\nssh explode # x\n\n  api GET servers slow   # x\nssh deny "\n'
    const problems = problemsOf(() => parseFaultFile('dir/faults.txt', text))
    expect(problems.map(({ at }) => placeOf(at))).toEqual([
      'dir/faults.txt:2:5',
      'dir/faults.txt:4:11',
      'dir/faults.txt:4:23',
      'dir/faults.txt:5:10',
    ])
    expect(problems.every(({ code, hint }) => code === 'usage' && hint !== undefined)).toBe(true)
  })

  test('a # is a sign like any other in a flag', () => {
    expect(problemsOf(() => parseFaultFlag('ssh reset # why'))).toMatchObject([
      { message: expect.stringContaining('unknown option "#"') },
      { message: expect.stringContaining('unknown option "why"') },
    ])
  })
})

describe('any text', () => {
  /** Numbers that are the same in every run: a failure can be looked into. */
  function createRandom(seed: number): (below: number) => number {
    let state = seed
    return (below) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return Math.floor((state / 2 ** 32) * below)
    }
  }

  const PIECES = [' ', '"', '\\', '#', '=', '*', '/', '\t', '\n', '\0', 'é', '\u{1f680}', '9', 'x', '500', 'times=2']
  const words = GOOD.flatMap(([text]) => text.split(' '))

  function mutate(text: string, random: (below: number) => number): string {
    const at = random(text.length + 1)
    const pick = (from: readonly string[]): string => from[random(from.length)] ?? ''
    switch (random(4)) {
      case 0:
        return text.slice(0, at) + pick(PIECES) + text.slice(at)
      case 1:
        return text.slice(0, at) + text.slice(at + 1 + random(4))
      case 2:
        return `${text} ${pick(words)}`
      default:
        return text.replace(pick(text.split(' ')), () => pick(words))
    }
  }

  test('is a rule that survives being shown, or is refused with places and hints', () => {
    const random = createRandom(20_261_123)
    let rules = 0
    for (let round = 0; round < 6000; round += 1) {
      let text = GOOD[round % GOOD.length]?.[0] ?? ''
      for (let times = random(3); times >= 0; times -= 1) text = mutate(text, random)
      const problems = problemsOf(() => {
        const rule = parseFaultFlag(text)
        expect(parseFaultFlag(describeRule(rule)), text).toEqual(rule)
        expect(parseFaultFile('f', describeRule(rule)), text).toEqual([rule])
        rules += 1
      })
      for (const { hint, message } of problems) {
        expect(hint, text).toMatch(/\S/)
        expect(Number(/\(column (\d+) of '/.exec(message)?.[1]), text).toBeLessThanOrEqual(text.length + 1)
      }
      for (const { at } of problemsOf(() => parseFaultFile('f', text))) expect(placeOf(at)).toMatch(/^f:\d+:\d+$/)
    }
    expect(rules).toBeGreaterThan(200)
  })
})
