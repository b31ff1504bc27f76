/** From the texts of flags to what a sandbox takes. */

import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { TokenGrant } from '../cloud/options.ts'
import { SandboxError, type SandboxProblem, throwProblems } from '../errors.ts'
import { parseFaultFile, parseFaultFlag } from '../faults/parse.ts'
import type { FaultRule } from '../faults/rule.ts'
import { findProjectProblems, findStockProblems } from '../option-problems.ts'
import type { SandboxOptions } from '../options.ts'
import { makeToken } from '../token.ts'
import type { SandboxFlags } from './flags.ts'

/** The flags that work with a sandbox that runs already. */
const FOR_ANY: readonly string[] = ['state', 'verbose'] satisfies (keyof SandboxFlags)[]

/** The flags given that only the start of a sandbox can heed. */
export function findStartFlags(flags: SandboxFlags): string[] {
  return Object.keys(flags)
    .filter((name) => !FOR_ANY.includes(name))
    .map((name) => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`)
}

const SECONDS_IN_AN_HOUR = 3600

/**
 * What the flags ask for.
 * @param cwd what paths in them are relative to
 * @throws SandboxError `usage` with everything that is wrong with them
 */
export async function readSandboxFlags(cwd: string, flags: SandboxFlags): Promise<Partial<SandboxOptions>> {
  const problems: SandboxProblem[] = []
  const { machines, latency, port, factoryPort, sshPort, rateLimit, outOfStock = [] } = flags
  problems.push(...findStockProblems(outOfStock).map((one) => atFlag('--out-of-stock', one)))
  const limits = readLimits(flags.limit ?? [], problems)
  const tokens = readProjects(flags.project ?? [], problems)
  const faults: FaultRule[] = []
  for (const text of flags.fault ?? []) {
    try {
      faults.push(...(await readFaults(cwd, text)))
    } catch (error) {
      if (!(error instanceof SandboxError)) throw error
      problems.push(...error.problems)
    }
  }
  throwProblems(problems)
  return {
    machines,
    latency,
    port,
    factoryPort,
    sshPort,
    tokens,
    rateLimit: rateLimit === undefined ? undefined : { limit: rateLimit, perSecond: rateLimit / SECONDS_IN_AN_HOUR },
    limits,
    outOfStock,
    faults,
  }
}

/** A rule, or `@FILE` with a rule a line. */
async function readFaults(cwd: string, text: string): Promise<readonly FaultRule[]> {
  if (!text.startsWith('@')) return [parseFaultFlag(text)]
  const path = text.slice(1)
  const content = await readFile(resolve(cwd, path), 'utf8').catch((cause: unknown) => {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    const reason = isMissing ? 'there is no such file' : cause instanceof Error ? cause.message : String(cause)
    throw new SandboxError(problem('--fault', `${path} cannot be read: ${reason}`, 'name a file with a rule a line'), {
      cause,
    })
  })
  return parseFaultFile(path, content)
}

const LIMITS = [
  ['servers', 'servers', 2],
  ['snapshots', 'snapshots', 10],
  ['primary-ips', 'primaryIps', 5],
] as const
const LIMIT_HINT = `write ${LIMITS.map(([name, , example]) => `${name}=${example}`)
  .join(', ')
  .replace(/, ([^,]*)$/, ' or $1')}`

function readLimits(texts: readonly string[], problems: SandboxProblem[]): SandboxOptions['limits'] {
  const limits: { -readonly [Name in (typeof LIMITS)[number][1]]?: number } = {}
  for (const text of texts) {
    const [, name, number] = /^([a-z-]+)=(\d{1,6})$/.exec(text) ?? []
    const [, limit] = LIMITS.find(([written]) => written === name) ?? []
    if (limit !== undefined) limits[limit] = Number(number)
    else problems.push(problem('--limit', `"${text}" is not a limit`, LIMIT_HINT))
  }
  return limits
}

/** A project each, with a token of its own; one named `sandbox` when none is asked for. */
function readProjects(names: readonly string[], problems: SandboxProblem[]): SandboxOptions['tokens'] {
  for (const name of new Set(names)) {
    const isTwice = names.filter((other) => other === name).length > 1
    if (isTwice) problems.push(problem('--project', `"${name}" is there twice`, 'give each project another name'))
  }
  problems.push(...findProjectProblems(names).map((one) => atFlag('--project', one)))
  const toGrant = (project: string): TokenGrant => ({ token: makeToken(), project, readOnly: false })
  const [first, ...rest] = names
  return first === undefined ? undefined : [toGrant(first), ...rest.map(toGrant)]
}

const problem = (name: string, message: string, hint: string): SandboxProblem => ({
  code: 'usage',
  message,
  at: { kind: 'flag', name },
  hint,
})

const atFlag = (name: string, { message, hint = '' }: SandboxProblem): SandboxProblem => problem(name, message, hint)
