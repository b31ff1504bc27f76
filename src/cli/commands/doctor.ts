/** `talos-image doctor`: whether a build would work, found out without making anything. */

import { MACHINE_KINDS } from 'hcloud-sandbox/machines'
import { ARCHITECTURES, type Architecture } from '../../domain.ts'
import { ProblemsError, TalosImageError } from '../../errors.ts'
import type { FactoryClient } from '../../factory/client.ts'
import { toPlacementInput } from '../../plan/placement-input.ts'
import { chooseImages, type PlanRequest } from '../../plan/request.ts'
import {
  type Check,
  hasFailed,
  judgeClock,
  judgeRate,
  judgeStock,
  judgeVersion,
  judgeWriteAccess,
  toDoctorDocument,
  toFailedCheck,
  toSkippedCheck,
} from '../../report/doctor.ts'
import { type Cloud, type CloudOptions, findCloudProblems, openCloud, openFactory } from '../cloud.ts'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { checkNode, checkSandboxTools } from '../local-checks.ts'
import { type OutputFlags, writeJson } from '../output.ts'
import { formatChecks } from '../render/doctor.ts'
import { readRequest } from '../request.ts'
import { checkSshEgress, type SshHost } from '../ssh-egress.ts'

export interface DoctorFlags extends CloudOptions, OutputFlags {
  readonly arch?: readonly Architecture[]
  readonly directory?: string
  readonly var?: readonly string[]
  readonly varFile?: readonly string[]
  readonly sshHost?: SshHost
}

/** Looks at everything that a build needs, and says what to do about what is wrong; exit code 1 when something is. */
export async function runDoctor(io: Io, flags: DoctorFlags): Promise<number> {
  const { sandbox = false, machines = MACHINE_KINDS[0].name } = flags
  const { check: config, request } = await readConfig(io, flags)
  const opened = await attempt(io, sandbox ? 'sandbox' : 'token', () => open(io, flags))
  try {
    const cloud = opened.value
    const [project, factory, ssh, tools] = await Promise.all([
      cloud === undefined
        ? [...opened.failed, ...skipProject(sandbox ? 'the sandbox' : 'the token')]
        : checkProject(io, cloud, request),
      checkFactory(io, flags, request, cloud),
      checkSsh(io, flags),
      checkSandboxTools(process.platform, { sandbox, machines }),
    ])
    const checks = [checkNode(process.versions.node), config, ...project, factory, ssh, ...tools]
    if (flags.output === 'json') writeJson(io, toDoctorDocument(checks))
    else io.out(formatChecks(checks, io.outColumns()))
    return hasFailed(checks) ? EXIT.failed : EXIT.success
  } finally {
    await opened.value?.close()
  }
}

/** Never asks for a token: that there is none is what was to be found out. */
async function open(io: Io, flags: DoctorFlags): Promise<Cloud> {
  const [problem] = findCloudProblems({ ...io, stdinIsTerminal: false }, flags)
  if (problem !== undefined) throw new TalosImageError(problem)
  return openCloud(io, flags)
}

async function readConfig(io: Io, flags: DoctorFlags): Promise<{ check: Check; request: PlanRequest | undefined }> {
  const name = 'configuration'
  // What is wrong with the token is a question of its own.
  const { value, failed } = await attempt(io, name, () =>
    readRequest(io, { ...flags, sandbox: true, fallback: true }, undefined),
  )
  const [check] = failed
  if (check !== undefined || value === undefined) return { check: check ?? toSkippedCheck(name, name), request: value }
  const { images, problems } = chooseImages(value)
  if (problems.length > 0) return { check: toFailedCheck(name, new ProblemsError(problems)), request: undefined }
  const types = images.map(({ serverType }) => serverType.value).join(' and ')
  const places = [...new Set(images.map(({ location }) => location.value))].join(' and ')
  const message = `Talos ${value.variables.talosVersion.value}, built on ${types} in ${places}`
  return { check: { name, status: 'ok', message }, request: value }
}

const STOCKS = ARCHITECTURES.map((architecture) => `stock ${architecture}`)

const skipProject = (needs: string): Check[] =>
  ['write access', 'rate limit', 'clock', ...STOCKS].map((name) => toSkippedCheck(name, needs))

async function checkProject(io: Io, cloud: Cloud, request: PlanRequest | undefined): Promise<Check[]> {
  const { access } = cloud.hetzner
  const seen = await attempt(io, 'token', () => access.look({ signal: io.signal }))
  if (seen.value === undefined) return [...seen.failed, ...skipProject('the API to answer')]
  const token: Check = { name: 'token', status: 'ok', message: 'the API knows it, and lets it read the project' }
  const [writing, stock] = await Promise.all([
    attempt(io, 'write access', () => access.findWriteAccess({ signal: io.signal })),
    checkStock(io, cloud, request),
  ])
  const write = writing.value === undefined ? writing.failed : [judgeWriteAccess(writing.value)]
  return [token, ...write, judgeRate(seen.value.rate), judgeClock(seen.value.clockAheadMs), ...stock]
}

async function checkStock(io: Io, { hetzner }: Cloud, request: PlanRequest | undefined): Promise<readonly Check[]> {
  if (request === undefined) return STOCKS.map((name) => toSkippedCheck(name, 'the configuration'))
  const { signal } = io
  const offers = await attempt(io, 'stock', () =>
    Promise.all([hetzner.catalogue.serverTypes({ signal }), hetzner.catalogue.locations({ signal })]),
  )
  if (offers.value === undefined) return offers.failed
  const [serverTypes, locations] = offers.value
  return chooseImages({ ...request, roles: [undefined] }).images.map((image) =>
    judgeStock(toPlacementInput(request, image, undefined, { serverTypes, locations, nowMs: Date.now() })),
  )
}

async function checkFactory(
  io: Io,
  flags: DoctorFlags,
  request: PlanRequest | undefined,
  cloud: Cloud | undefined,
): Promise<Check> {
  const name = 'Image Factory'
  // The sandbox's own goes with the sandbox that could not be opened.
  if (cloud === undefined && flags.sandbox === true) return toSkippedCheck(name, 'the sandbox')
  const { value: versions, failed } = await attempt(io, name, () => readVersions(io, flags, cloud?.factory))
  const [check] = failed
  if (check !== undefined || versions === undefined) return check ?? toSkippedCheck(name, name)
  const wanted = request?.variables.talosVersion
  return judgeVersion(wanted ?? { value: 'latest', origin: { kind: 'default' } }, versions)
}

async function readVersions(
  io: Io,
  flags: DoctorFlags,
  factory: FactoryClient | undefined,
): Promise<readonly string[]> {
  if (factory !== undefined) return factory.versions(io.signal)
  await using opened = await openFactory(io, flags)
  return await opened.factory.versions(io.signal)
}

async function checkSsh(io: Io, { sandbox, sshHost }: DoctorFlags): Promise<Check> {
  if (sshHost !== undefined) return checkSshEgress(sshHost, io.signal)
  const why =
    sandbox === true
      ? "the sandbox's servers are on this computer"
      : 'there is no server to connect to before a build has made one'
  const hint = sandbox === true ? undefined : 'try any that you know with --ssh-host HOST, such as github.com'
  return { name: 'SSH', status: 'skipped', message: why, hint }
}

/** Runs a look-up; what a user can understand of its failure becomes a failed check, anything else is a defect. */
async function attempt<T>(
  io: Io,
  name: string,
  look: () => Promise<T>,
): Promise<{ readonly value: T | undefined; readonly failed: readonly Check[] }> {
  try {
    return { value: await look(), failed: [] }
  } catch (error) {
    io.signal.throwIfAborted()
    if (!(error instanceof TalosImageError)) throw error
    return { value: undefined, failed: [toFailedCheck(name, error)] }
  }
}
