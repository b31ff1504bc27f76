/** Flags with any text in them. */

import { InvalidArgumentError } from 'commander'
import { readSandboxFlags } from 'hcloud-sandbox'
import { expect, it, vi } from 'vitest'
import {
  parseArchitecture,
  parseCount,
  parseDuration,
  parsePort,
  parseSha256,
  parseTarget,
  parseTimeout,
} from '../../../src/cli/flags.ts'
import { normalizeArguments } from '../../../src/cli/packer-arguments.ts'
import { mutateText } from './mutate.ts'
import { fuzz } from './random.ts'
import { problemsOf } from './verdict.ts'

vi.setConfig({ testTimeout: 60_000 })

const DAY_MS = 24 * 3_600_000
const isTime = (ms: unknown): boolean => typeof ms === 'number' && ms > 0 && ms <= DAY_MS

it.each<[string, (text: string) => unknown, string, (value: unknown) => boolean]>([
  ['--arch', parseArchitecture, 'arm', (value) => value === 'arm' || value === 'x86'],
  [
    'TARGET',
    parseTarget,
    'control-plane',
    (value) => /^\{"(role":"[a-z0-9][a-z0-9-]{0,39}"|directory":".+")\}$/s.test(JSON.stringify(value)),
  ],
  ['--ssh-port', parsePort, '22022', (value) => Number.isInteger(value) && Number(value) > 0 && Number(value) < 65_536],
  ['--rate-limit', parseCount, '3600', (value) => Number.isInteger(value) && Number(value) > 0],
  ['--ssh-timeout', parseDuration, '1.5m', isTime],
  ['--timeout', parseTimeout, 'write=1h', (value) => Object.values(Object(value)).every(isTime)],
  [
    '--sha256',
    parseSha256,
    `arm=${'0aF9'.repeat(16)}`,
    (value) => /"hex":"[0-9a-fA-F]{64}"/.test(JSON.stringify(value)),
  ],
])('%s with any text is what it may be, or an error of its flag', async (_, parse, text, isRight) => {
  await fuzz(2000, (random) => {
    const given = mutateText(random, text)
    try {
      const value = parse(given)
      if (!isRight(value)) throw new Error(`${JSON.stringify(given.slice(0, 100))} gives ${JSON.stringify(value)}`)
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error
      expect(error.message).not.toBe('')
    }
  })
})

it('arguments keep their number and their order', async () => {
  await fuzz(1000, (random) => {
    const given = ['build', '-var', 'x=1', '-var-file=a', '--', '-var'].map((one) =>
      random.chance(0.5) ? mutateText(random, one) : one,
    )
    // Others of Packer's flags are refused, or left out.
    if (given.some((one) => /^-[a-z][a-z-]+/.test(one) && !/^-var/.test(one))) return
    const read = normalizeArguments(given)
    expect(read.map((one) => one.replace(/^--(?=var)/, '-'))).toEqual(
      given.map((one) => one.replace(/^--(?=var)/, '-')),
    )
  })
})

it('flags of the sandbox are taken, or refused', async () => {
  await fuzz(1000, async (random) => {
    const change = (text: string): string => mutateText(random, text)
    const flags = {
      outOfStock: [change('cax11@fsn1')],
      limit: [change('servers=2')],
      project: [change('alpha'), change('beta')],
    }
    await problemsOf(() => readSandboxFlags('/', flags))
  })
})
