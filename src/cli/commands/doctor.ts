/** `talos-image doctor`: whether a build would work, found out without making anything. */

import { MACHINE_KINDS } from 'hcloud-sandbox/machines'
import { findInputs, type Inputs } from '../../config/inputs.ts'
import { ARCHITECTURES } from '../../domain.ts'
import { ProblemsError, TalosImageError, throwProblems } from '../../errors.ts'
import type { FactoryClient } from '../../factory/client.ts'
import { chooseImages } from '../../plan/choose-images.ts'
import { toPlacementInput } from '../../plan/placement-input.ts'
import type { PlanRequest } from '../../plan/request.ts'
import {
  type Check,
  hasFailed,
  judgeClock,
  judgeRate,
  judgeStock,
  judgeVersion,
  judgeWriteAccess,
  toDoctorDocument,
  toFailedAccess,
  toFailedCheck,
  toSkippedCheck,
} from '../../report/doctor.ts'
import { proxyFor } from '../../util/proxies.ts'
import type { Cloud, CloudOptions } from '../cloud.ts'
import { defineCommand, type Parameters, type Values } from '../define-command.ts'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { openFactory, toCloudOptions } from '../open-project.ts'
import { formatChecks } from '../render/doctor.ts'
import { archFlag, projectFlags, variableFlags } from '../shared-flags.ts'
import { checkSshEgress, parseSshHost } from '../ssh-egress.ts'

const parameters = {
  ...projectFlags,
  ...archFlag({ before: 'only stock for ' }),
  ...variableFlags,
  '--ssh-host <host[:port]>': { text: 'an SSH server to try: whether SSH gets out', parse: parseSshHost },
} as const satisfies Parameters
type DoctorFlags = Values<typeof parameters>

export const command = defineCommand({
  description: 'Check whether a build would work, and say what to do. Makes nothing.',
  notes: `Looks at token, rights, rate limit, clock, stock, Image Factory, SSH and what
the sandbox needs. Exits with 1 when something failed.`,
  examples: [
    'talos-image doctor',
    'talos-image doctor --var server_location=hel1   stock of another location',
    'talos-image doctor --ssh-host github.com        whether SSH gets out',
    'talos-image doctor --sandbox                    whether it works here',
  ],
  parameters,
  run: async (io, flags) => {
    const { checkInputs, checkNode, checkSandboxTools, readSandboxSpace } = await import('../local-checks.ts')
    const { sandbox = false, machines = MACHINE_KINDS[0].name } = flags
    const options = await toCloudOptions(io, flags)
    const { check: config, request } = await readConfig(io, flags)
    const inputs = request?.inputs ?? (await lookForInputs(io, flags))
    const files = checkInputs(inputs, request?.variables.warnings ?? [])
    const opened = await attempt(
      io,
      (error) => (sandbox ? [toFailedCheck('sandbox', error)] : toFailedAccess(error)),
      () => open(io, options),
    )
    try {
      const cloud = opened.value
      const space = sandbox && cloud !== undefined ? readSandboxSpace(io) : undefined
      const [project, factory, ssh, tools] = await Promise.all([
        cloud === undefined ? skipProject(opened.failed) : checkProject(io, cloud, request),
        opened.failed.some(({ name }) => name === 'proxy')
          ? toSkippedCheck('Image Factory', 'the proxy')
          : checkFactory(io, flags, request, cloud),
        checkSsh(io, flags),
        checkSandboxTools(process.platform, { sandbox, machines, space }),
      ])
      const checks = [checkNode(process.versions.node), files, config, ...project, factory, ssh, ...tools]
      return {
        document: toDoctorDocument(checks, inputs),
        text: (width) => formatChecks(checks, width),
        exitCode: hasFailed(checks) ? EXIT.failed : EXIT.success,
      }
    } finally {
      await opened.value?.close()
    }
  },
})

/** Never asks for a token: that it is missing is one of the things to find out. */
async function open(io: Io, options: CloudOptions): Promise<Cloud> {
  const { findCloudProblems, openCloud } = await import('../cloud.ts')
  throwProblems(findCloudProblems({ ...io, stdinIsTerminal: false }, options))
  return openCloud(io, options)
}

async function readConfig(
  io: Io,
  { arch, config, directory, var: vars, varFile }: DoctorFlags,
): Promise<{ check: Check; request: PlanRequest | undefined }> {
  const name = 'configuration'
  const { readPlanFlags } = await import('../request.ts')
  // What is wrong with the token is a question of its own.
  const { value, failed } = await attempt(io, name, () =>
    readPlanFlags(
      io,
      {
        ...(arch === undefined ? {} : { arch }),
        ...(config === undefined ? {} : { config }),
        ...(directory === undefined ? {} : { directory }),
        ...(vars === undefined ? {} : { var: vars }),
        ...(varFile === undefined ? {} : { varFile }),
        sandbox: true,
        fallback: true,
      },
      undefined,
    ),
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

/** Also where something in them is wrong. */
async function lookForInputs({ cwd }: Io, { directory, varFile }: DoctorFlags): Promise<Inputs> {
  const { findDirectory } = await import('../../request/directory.ts')
  return findInputs({ cwd, directory: directory ?? (await findDirectory(cwd)), varFiles: varFile ?? [] })
}

const STOCKS = ARCHITECTURES.map((architecture) => `stock ${architecture}`)

/** What cannot be checked in a project that is not reached, after what says why. */
function skipProject(failed: readonly Check[], needs = failed.map(({ name }) => `the ${name}`).join(' and ')): Check[] {
  const others = ['token', 'write access', 'rate limit', 'clock', ...STOCKS]
  const untold = others.filter((other) => !failed.some(({ name }) => name === other))
  return [...failed, ...untold.map((name) => toSkippedCheck(name, needs))]
}

async function checkProject(io: Io, cloud: Cloud, request: PlanRequest | undefined): Promise<Check[]> {
  const { access } = cloud.hetzner
  const { proxies, endpoint } = cloud.access
  const isProxied = proxies !== undefined && proxyFor(proxies, new URL(endpoint)) !== undefined
  const nameOf = ({ code }: TalosImageError): string =>
    code === 'token' ? 'token' : code === 'network' && isProxied ? 'proxy' : 'API'
  const seen = await attempt(
    io,
    (error) => [toFailedCheck(nameOf(error), error)],
    () => access.look({ signal: io.signal }),
  )
  if (seen.value === undefined) return skipProject(seen.failed, 'the API to answer')
  const { context } = cloud.access
  const known = 'the API knows it, and lets it read the project'
  const token: Check = {
    name: 'token',
    status: context?.isOpen === true ? 'warning' : 'ok',
    message:
      context === undefined ? known : `${known}: ${(await import('../cloud.ts')).describeContext(context, io.home)}`,
  }
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
  name: string | ((error: TalosImageError) => readonly Check[]),
  look: () => Promise<T>,
): Promise<{ readonly value: T | undefined; readonly failed: readonly Check[] }> {
  try {
    return { value: await look(), failed: [] }
  } catch (error) {
    io.signal.throwIfAborted()
    if (!(error instanceof TalosImageError)) throw error
    return { value: undefined, failed: typeof name === 'string' ? [toFailedCheck(name, error)] : name(error) }
  }
}
