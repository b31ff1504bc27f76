/** The checks of `talos-image doctor`: their results and hints. Pure. */

import { formatOrigin, ProblemsError, type TalosImageError } from '../errors.ts'
import type { ApiState, WriteAccess } from '../hetzner/resources/access.ts'
import { rankPlacements } from '../plan/placement.ts'
import type { PlacementInput } from '../plan/placement-checks.ts'
import type { Plan } from '../plan/plan.ts'
import { resolveVersion } from '../plan/version.ts'

/** `skipped`: not checked, since another check failed or it is optional; the hint says how to run it. */
export type CheckStatus = 'ok' | 'warning' | 'failed' | 'skipped'

/** The result of one check: an interface that scripts rely on, documented in docs/output.md. */
export interface Check {
  /** What was checked, such as `token` or `stock x86`. */
  readonly name: string
  readonly status: CheckStatus
  readonly message: string
  /** What to do about it. */
  readonly hint?: string | undefined
}

/** A check that ended with an error. */
export function toFailedCheck(name: string, { problems }: TalosImageError): Check {
  const message = problems
    .map((problem) => [formatOrigin(problem.at), problem.message].filter((part) => part !== '').join(': '))
    .join('; ')
  return { name, status: 'failed', message, hint: problems.find(({ hint }) => hint !== undefined)?.hint }
}

/** Failed checks for what is wrong with how the project is reached: the token, the proxy, or the rest of it. */
export function toFailedAccess({ problems }: TalosImageError): Check[] {
  const names = problems.map(({ code, at }) => {
    if (code === 'token') return 'token'
    return at?.kind === 'env' && /_proxy$/i.test(at.name) ? 'proxy' : 'API'
  })
  return [...new Set(names)].map((name) =>
    toFailedCheck(name, new ProblemsError(problems.filter((_, index) => names[index] === name))),
  )
}

/** A check that needs another one to succeed first. */
export function toSkippedCheck(name: string, needs: string): Check {
  return { name, status: 'skipped', message: `needs ${needs}, see above` }
}

/** Whether the token may write, as far as that can be found out without writing. */
export function judgeWriteAccess(access: WriteAccess): Check {
  const name = 'write access'
  switch (access) {
    case 'may write':
      return {
        name,
        status: 'ok',
        message: 'it may write, as far as can be told without changing anything',
      }
    case 'may only read':
      return {
        name,
        status: 'failed',
        message: 'the token may only read: it can list snapshots, but not create any',
        hint: 'create one with "Read & Write" in the Hetzner Console (Security, API tokens)',
      }
    case 'unclear':
      return {
        name,
        status: 'warning',
        message: 'the API did not say whether the token may write',
        hint: 'run it again later; https://status.hetzner.com tells of faults',
      }
  }
}

/** About the number of requests of a run of four images. */
const REQUESTS_OF_A_RUN = 300
const HOUR_MINUTES = 60

/** Whether enough requests are left for a run. */
export function judgeRate(rate: ApiState['rate']): Check {
  const name = 'rate limit'
  if (rate === undefined) {
    return { name, status: 'warning', message: 'the API does not say how many requests are left', hint: undefined }
  }
  const { limit, remaining } = rate
  const message = `${remaining} of ${limit} requests an hour are left`
  const wanted = Math.min(REQUESTS_OF_A_RUN, Math.floor(limit / 4))
  if (remaining >= wanted) return { name, status: 'ok', message }
  const minutes = Math.max(1, Math.ceil(((wanted - remaining) / limit) * HOUR_MINUTES))
  const hint = `other programs use this project's budget, too; in ${minutes} min there are enough for a build, which otherwise waits`
  return { name, status: 'warning', message, hint }
}

/** The API's time has whole seconds and includes the network's delay: smaller differences are ignored. */
const CLOCK_NOISE_MS = 30_000
/** Leases last 15 minutes and are renewed every 5: with a larger difference, other runs may treat resources in use as abandoned. */
const CLOCK_WRONG_MS = 5 * 60_000

/** Whether this computer's clock agrees with the API's: leases and certificates depend on it. */
export function judgeClock(aheadMs: number | undefined): Check {
  const name = 'clock'
  if (aheadMs === undefined) return { name, status: 'warning', message: 'the API does not say what time it is' }
  const off = Math.abs(aheadMs)
  if (off < CLOCK_NOISE_MS) return { name, status: 'ok', message: "this computer's clock and the API's agree" }
  const seconds = Math.round(off / 1000)
  return {
    name,
    status: off < CLOCK_WRONG_MS ? 'warning' : 'failed',
    message: `this computer's clock is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the API's`,
    hint: 'have it set over the network: `timedatectl set-ntp true`',
  }
}

/** Whether a build server is in stock for an architecture. */
export function judgeStock(input: PlacementInput): Check {
  const { architecture, serverType, location } = input
  const name = `stock ${architecture}`
  const { placements, notes, problems } = rankPlacements(input)
  const [first, ...others] = placements
  const [problem] = problems
  if (problem !== undefined) return { name, status: 'failed', message: problem.message, hint: problem.hint }
  if (first === undefined) {
    return {
      name,
      status: 'failed',
      message: notes.length > 0 ? `${notes.join('; ')}, and nothing else fits` : 'nothing is in stock',
      hint: 'allow bigger disks with --allow-bigger-disk, or wait: `talos-image build --wait-for-stock 2h`',
    }
  }
  const taken = `${first.serverType} in ${first.location}`
  if (notes.length > 0) {
    return {
      name,
      status: 'warning',
      message: `${notes.join('; ')}; a build takes ${taken}`,
      hint: `set ${first.location === location.value ? '' : `server_location = "${first.location}" or `}server_type_${architecture} to have it without asking, or leave it so`,
    }
  }
  const behind = others.length === 0 ? 'nothing to fall back to' : `${others.length} to fall back to`
  return { name, status: 'ok', message: `${serverType.value} is in stock in ${location.value}; ${behind}` }
}

/** Whether the Image Factory has the configured Talos version. */
export function judgeVersion(wanted: Parameters<typeof resolveVersion>[0], versions: readonly string[]): Check {
  const name = 'Image Factory'
  const resolved = resolveVersion(wanted, versions)
  if (typeof resolved !== 'string') {
    return { name, status: 'failed', message: resolved.message, hint: resolved.hint }
  }
  const meant = resolved === wanted.value ? resolved : `${wanted.value}, which is ${resolved}`
  return { name, status: 'ok', message: `it answers, has ${versions.length} versions, and Talos ${meant}` }
}

/** Whether any check failed; warnings do not count. */
export function hasFailed(checks: readonly Check[]): boolean {
  return checks.some(({ status }) => status === 'failed')
}

/** The document of `--output json`. @param inputs the files that the configuration was read from */
export function toDoctorDocument(checks: readonly Check[], inputs: Plan['inputs']) {
  return {
    ok: !hasFailed(checks),
    inputs: inputs ?? null,
    checks: checks.map(({ name, status, message, hint }) => ({ name, status, message, hint: hint ?? null })),
  }
}
