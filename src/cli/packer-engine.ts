/** `--engine packer`: Packer and its template found and checked, and what the build needs of them. */

import { resolve } from 'node:path'
import { readWrittenTemplate } from '../config/load.ts'
import { type Problem, TalosImageError } from '../errors.ts'
import { FACTORY_URL } from '../factory/asset.ts'
import { adaptPlan } from '../packer/adapt-plan.ts'
import { type PackerBuildOptions, startPackerBuild } from '../packer/build.ts'
import { findPacker, type Packer } from '../packer/program.ts'
import { readTemplate, type Template } from '../packer/template.ts'
import { LEASE_LABEL, UNREAD_LABEL } from '../plan/labels.ts'
import type { Plan } from '../plan/plan.ts'
import type { PlanRequest } from '../plan/request.ts'
import { lookUpUsers } from '../plan/users.ts'
import { findDirectory } from '../request/directory.ts'
import type { RunningBuild } from '../run/result.ts'
import { ProblemCollector } from '../util/problem-collector.ts'
import type { Cloud } from './cloud.ts'
import { findAccessVariable } from './factory-access.ts'
import type { Io } from './io.ts'
import { findFlagProblems, findTemplateProblems, type PackerFlags } from './packer-flags.ts'

/** The port that a template means which says nothing of it. */
const SSH_PORT = 22

export interface PackerEngine {
  /** Everything that is wrong already, to be said with what else is wrong. */
  readonly problems: readonly Problem[]
  /** The plan as Packer carries it out. @throws ProblemsError with what it cannot do */
  adapt(plan: Plan, request: PlanRequest, cloud: Cloud): Promise<Plan>
  start(options: Omit<PackerBuildOptions, 'packer'>, request: PlanRequest, cloud: Cloud): RunningBuild
}

/** Looks for Packer, and at the template. What is missing is among the problems. */
export async function findPackerEngine(io: Io, flags: PackerFlags): Promise<PackerEngine> {
  const problems = new ProblemCollector()
  problems.add(...findFlagProblems(flags), flags.sandbox === true ? undefined : findAccessProblem(io))
  const directory = resolve(io.cwd, flags.directory ?? (await findDirectory(io.cwd)) ?? '.')
  const [program, template] = await Promise.all([
    problems.attempt(() => findPacker(io.env, io.signal)),
    problems.attempt(() => openTemplate(io, directory, flags)),
  ])
  // What is wrong with files that cannot be read, the reader of the variables says.
  if (template?.isComplete) problems.add(...findTemplateProblems(flags, template))
  const found = { program, template }
  return {
    problems: problems.all,
    async adapt(plan, request, cloud) {
      const labelSelector = `${UNREAD_LABEL},!${LEASE_LABEL}`
      const { force = false, evenInUse = false } = flags
      const [earlier, users] = await Promise.all([
        force ? cloud.hetzner.images.listSnapshots({ labelSelector }, { signal: io.signal }) : [],
        force && !evenInUse ? lookUpUsers(cloud.hetzner, io.signal) : new Map(),
      ])
      const isPublicFactory = cloud.factory.url === FACTORY_URL
      return adaptPlan(plan, {
        template: required(found).template,
        request,
        isPublicFactory,
        earlier,
        users,
        evenInUse,
      })
    },
    start(options, request, cloud) {
      const { value: version } = request.variables.talosVersion
      return startPackerBuild({
        ...options,
        packer: {
          ...required(found),
          directory,
          // With a debug log, also that of Packer.
          env: options.trace === undefined ? io.env : { PACKER_LOG: '1', ...io.env },
          endpoint: cloud.access.endpoint,
          token: cloud.access.token,
          proxies: cloud.access.proxies,
          sshPort: cloud.sshPort === SSH_PORT ? undefined : cloud.sshPort,
          varFiles: (flags.varFile ?? []).map((file) => resolve(io.cwd, file)),
          vars: flags.var ?? [],
          isFloating: version !== options.plan.talosVersion,
        },
      })
    },
  }
}

/** The template downloads by itself, and knows nothing of a login. */
function findAccessProblem({ env }: Io): Problem | undefined {
  const name = findAccessVariable(env)
  if (name === undefined) return undefined
  return {
    code: 'usage',
    message: "Packer's template downloads without a login, and trusts the usual certificate authorities alone",
    at: { kind: 'env', name },
    hint: 'build without --engine packer',
  }
}

function required({ program, template }: { program: Packer | undefined; template: Template | undefined }) {
  if (program === undefined || template === undefined) throw new RangeError('the problems were not checked')
  return { program, template }
}

async function openTemplate(
  { env, cwd, signal }: Io,
  directory: string,
  { varFile, var: vars, only = [], except = [] }: PackerFlags,
): Promise<Template & { readonly isComplete: boolean }> {
  const selection = { only: only.flat(), except: except.flat() }
  const sources = { directory, varFiles: varFile ?? [], vars: vars ?? [], env, cwd, signal, selection }
  const written = await readWrittenTemplate(sources)
  if (written !== undefined) return { ...readTemplate(written), isComplete: written.isComplete }
  throw new TalosImageError({
    code: 'packer',
    message: `there is no template for Packer in ${directory}`,
    at: { kind: 'flag', name: '--engine' },
    hint: 'name a *.pkr.hcl or *.pkr.json file, or a directory that has one, with --directory; or write one: `talos-image init`',
  })
}
