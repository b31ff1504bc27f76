/** What is tried: every fault at every moment. */

import { type Moment, routeOf } from './moments.ts'

export interface FaultCase {
  /** The kind of fault, for the table. */
  readonly kind: string
  /** In the words of `--fault`. */
  readonly rule: string
  /** Whether it passes: what passes should be survived. */
  readonly passes: boolean
  /** A build with a boot test; `never`: one that its snapshot cannot pass. */
  readonly bootTest?: 'passes' | 'never'
}

/** What a request of a boot test is tried with: one of each way to go wrong. */
const BOOT_FAULTS = [
  '500',
  '504 after-effect',
  '429 reset-in=30s',
  '409 code=conflict',
  '403 code=maintenance',
  'reset after-effect',
  'hang',
  'truncate at=9',
]

/** What a request can run into. */
const API_FAULTS = [
  '500',
  '502 body=html',
  '503 body=none',
  '504 after-effect',
  '429 reset-in=30s',
  '409 code=conflict',
  '423 code=locked',
  '403 code=maintenance',
  '422 code=service_error',
  'reset',
  'reset after-effect',
  'hang',
  'hang after-effect',
  'truncate at=9',
]

const FACTORY_FAULTS = [
  '404',
  '500',
  '503 body=html',
  'reset',
  'hang',
  'slow delay=300ms',
  'truncate at=2000',
  'truncate at=1MiB',
  'alter at=100000',
  'alter at=3',
  'stall at=1000',
]

/** Actions of the cloud that a build waits for. */
const ACTIONS = ['create_server', 'enable_rescue', 'start_server', 'stop_server', 'create_image', 'delete_server']

/** What each step runs on the server, by words that only its script has. */
const COMMANDS = { look: '*mounted*', write: '*source-sha256*', verify: '*boot-sector*' }

/** Where the image is zero: its partition BIOS begins at 2 MiB. A hole that is none on the disk is a wrong disk. */
const HOLE = '2500000'

/** Each fault once, at each moment; and for good, from the first request of each route on. */
export function createCases(moments: readonly Moment[]): FaultCase[] {
  return [...requestCases(moments), ...answerCases(), ...actionCases(), ...machineCases()]
}

/**
 * The same for what a boot test adds to a build.
 * @param before the moments of a build without one
 */
export function createBootCases(moments: readonly Moment[], before: readonly Moment[]): FaultCase[] {
  const keyOf = (moment: Moment): string => `${routeOf(moment)} ${moment.nth}`
  const known = new Set(before.map(keyOf))
  const added = moments.filter((moment) => moment.server === 'api' && !known.has(keyOf(moment)))
  const requests = added.flatMap((moment) =>
    BOOT_FAULTS.map((fault) => ({ rule: `${routeOf(moment)} ${fault} skip=${moment.nth} times=1`, passes: true })),
  )
  // The first server is the one that builds.
  const second = ['create_server', 'start_server', 'delete_server'].flatMap((action) => [
    { rule: `action ${action} fail code=unknown_error skip=1 times=1`, passes: true },
    { rule: `action ${action} never-ends skip=1 times=1`, passes: false },
  ])
  const machine = [
    { rule: 'power fails after=0ms skip=1 times=1', passes: true },
    { rule: 'power fails after=0ms skip=1', passes: false, bootTest: 'never' as const },
    { rule: 'talos refuse times=1', passes: true },
    { rule: 'talos slow delay=300ms', passes: true },
    { rule: 'talos silent times=1', passes: true },
    ...['talos refuse', 'talos silent', 'talos other-service', 'talos other-version', 'factory disk unbootable'].map(
      (rule) => ({ rule, passes: false, bootTest: 'never' as const }),
    ),
  ]
  const toCases = (kind: string, cases: readonly Omit<FaultCase, 'kind'>[]): FaultCase[] =>
    cases.map((one) => ({ kind: `${kind}${one.passes ? '' : ', for good'}`, bootTest: 'passes', ...one }))
  return [
    ...toCases('boot test: requests', requests),
    ...toCases('boot test: actions', second),
    ...toCases('boot test: what boots', machine),
  ]
}

function requestCases(moments: readonly Moment[]): FaultCase[] {
  const faultsOf = (server: Moment['server']): readonly string[] => (server === 'api' ? API_FAULTS : FACTORY_FAULTS)
  const kindOf = (server: Moment['server'], fault: string): string =>
    `${server === 'api' ? 'API' : 'Factory'}: ${fault.replace(/ (at|delay)=\S+/, '')}`
  const once = moments.flatMap((moment) =>
    faultsOf(moment.server).map((fault) => ({
      kind: kindOf(moment.server, fault),
      rule: `${routeOf(moment)} ${fault} skip=${moment.nth} times=1`,
      passes: true,
    })),
  )
  const routes = new Map(moments.map((moment) => [routeOf(moment), moment.server]))
  const always = [...routes].flatMap(([route, server]) =>
    faultsOf(server).map((fault) => ({
      kind: `${kindOf(server, fault)}, for good`,
      rule: `${route} ${fault}`,
      passes: false,
    })),
  )
  return [...once, ...always]
}

/** Answers that are right and yet not as expected. */
function answerCases(): FaultCase[] {
  const cases = (kind: string, rules: readonly string[], passes = true): FaultCase[] =>
    rules.map((rule) => ({ kind, rule, passes }))
  return [
    ...cases('API: odd entries', ['api GET /server_types odd-entry', 'api GET /pricing odd-entry']),
    ...cases(
      'Factory: of another release',
      ['v3', 'rc4', 'v4'].map((release) => `factory POST /schematics yaml=${release}`),
    ),
    ...cases('Factory: blocked on the way', ['factory * /** 403 agent="talos-image/*"'], false),
  ]
}

function actionCases(): FaultCase[] {
  return ACTIONS.flatMap((action) => [
    { kind: 'action: fails', rule: `action ${action} fail code=unknown_error times=1`, passes: true },
    { kind: 'action: fails three times', rule: `action ${action} fail code=unknown_error times=3`, passes: true },
    { kind: 'action: fails, for good', rule: `action ${action} fail code=unknown_error`, passes: false },
    { kind: 'action: never ends', rule: `action ${action} never-ends times=1`, passes: false },
    { kind: 'action: never ends, for good', rule: `action ${action} never-ends`, passes: false },
  ])
}

function machineCases(): FaultCase[] {
  const once = (kind: string, rule: string): FaultCase => ({ kind, rule: `${rule} times=1`, passes: true })
  const always = (kind: string, rule: string): FaultCase => ({ kind: `${kind}, for good`, rule, passes: false })
  const both = (kind: string, rule: string): FaultCase[] => [once(kind, rule), always(kind, rule)]
  const inSteps = Object.values(COMMANDS).flatMap((command) => [
    ...['0ms', '60ms'].flatMap((after) => both('SSH: dropped', `ssh drop command="${command}" after=${after}`)),
    ...both('SSH: a command hangs', `ssh stall command="${command}"`),
    ...['0ms', '60ms'].flatMap((after) => both('power lost', `power fails command="${command}" after=${after}`)),
  ])
  return [
    ...both('SSH: refused', 'ssh refuse'),
    once('SSH: refused', 'ssh refuse for=500ms'),
    ...both('SSH: reset', 'ssh reset'),
    ...both('SSH: silent', 'ssh silent'),
    ...both('SSH: denied', 'ssh deny'),
    ...both('SSH: new host key', 'ssh new-host-key'),
    ...inSteps,
    ...both('power lost', 'power fails after=0ms'),
    ...both('power lost', 'power fails after=400ms'),
    ...['0', '1500000', HOLE, '20MiB', '63MiB'].flatMap((at) =>
      both('disk: a byte changes while it is written', `disk corrupt command="${COMMANDS.write}" at=${at}`),
    ),
    ...both('disk: discarding does nothing', 'disk no-discard'),
    once('rescue: ignored', 'rescue ignored'),
    { kind: 'rescue: ignored three times', rule: 'rescue ignored times=3', passes: true },
    always('rescue: ignored', 'rescue ignored'),
    { kind: 'rescue: slow', rule: 'rescue slow delay=700ms', passes: true },
    { kind: 'rescue: SSH at port 222', rule: 'ssh-port 222', passes: true },
    { kind: 'rescue: another IPv6 address', rule: 'rescue-address other', passes: true },
    once('primary IP: stays', 'primary-ip stays'),
    always('primary IP: stays', 'primary-ip stays'),
    always('disk: too small', 'disk too-small size=8MiB'),
  ]
}
