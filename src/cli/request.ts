/** What is asked for, as flags and environment say it. */

import type { Role } from '../domain.ts'
import type { Problem } from '../errors.ts'
import type { PlanRequest } from '../plan/request.ts'
import { findDirectory } from '../request/directory.ts'
import type { Spelling } from '../request/options.ts'
import { type ChosenProjects, UNNAMED_PROJECT } from '../request/projects.ts'
import { readRequest } from '../request/read-request.ts'
import { findSettingsFile } from '../request/settings.ts'
import type { PlanFlags } from './build-flags.ts'
import { findCloudProblems } from './cloud.ts'
import { findFactoryProblems } from './connection.ts'
import type { Io } from './io.ts'
import { readShard } from './read-shard.ts'
import { readServerFlags, readSnapshotFlags } from './server-flags.ts'
import { findSwitchProblems, readSwitch } from './switches.ts'

const NAMES: Spelling['names'] = {
  architectures: '--arch',
  roles: '--roles',
  schematicFile: '--schematic',
  imageFile: '--image-file',
  sha256: '--sha256',
  directory: '--directory',
  only: '--only',
  except: '--except',
}
const SPELLING: Spelling = { names: NAMES, write: (option, value) => `${NAMES[option]} ${value}` }
/** For arguments as Packer takes them. */
const PACKER_NAMES = { ...NAMES, only: '-only', except: '-except', directory: 'TEMPLATE' }
const PACKER_SPELLING: Spelling = { ...SPELLING, names: PACKER_NAMES }

export interface ReadOptions {
  /** What is wrong already, to be said with the rest. */
  readonly known?: readonly Problem[]
  /** Whether Packer is to build. */
  readonly forPacker?: boolean
  /** Whether this program stands in for Packer: the template alone says what is built, and there has to be one. */
  readonly asPacker?: boolean
}

/** Whether to boot snapshots, as flag or environment say; undefined when they say nothing. */
function readBootTest({ bootTest }: Pick<PlanFlags, 'bootTest'>, env: Io['env']): boolean | undefined {
  return bootTest === true ? true : readSwitch(env, 'TALOS_IMAGE_BOOT_TEST')
}

/**
 * @param chosen the projects; that of HCLOUD_TOKEN by default
 * @throws ProblemsError with everything that is wrong with the input
 */
export async function readPlanFlags(
  io: Io,
  flags: PlanFlags,
  role: Role | undefined,
  { projects, problems }: Pick<ChosenProjects, 'projects' | 'problems'> = { projects: [UNNAMED_PROJECT], problems: [] },
  { known = [], forPacker = false, asPacker = false }: ReadOptions = {},
): Promise<PlanRequest> {
  const { cwd, env } = io
  const { server, problems: repeated } = readServerFlags(flags, env)
  const { labels, description, problems: relabelled } = readSnapshotFlags(flags)
  const { shard, problems: unsharded } = readShard(flags, env)
  const sandbox = flags.sandbox === true
  const directory = flags.directory ?? (await findDirectory(cwd))
  return readRequest(
    {
      cwd,
      env,
      signal: io.signal,
      directory,
      vars: flags.var ?? [],
      varFiles: flags.varFile ?? [],
      settingsFile: asPacker ? undefined : findSettingsFile(cwd, flags.config, directory),
      architectures: flags.arch,
      only: (flags.only ?? []).flat(),
      except: (flags.except ?? []).flat(),
      roles: role === undefined ? [] : [role],
      everyRole: flags.roles === true,
      schematicFile: flags.schematic,
      imageFile: flags.imageFile,
      pins: flags.sha256 ?? [],
      shard,
      force: flags.force === true,
      evenInUse: flags.evenInUse === true,
      replaceAsPacker: asPacker,
      fallback: flags.fallback,
      allowBiggerDisk: flags.allowBiggerDisk === true,
      bootTest: readBootTest(flags, env),
      server,
      labels,
      description,
      sshIsGiven: {
        port: sandbox || flags.sshPort !== undefined || (env.TALOS_IMAGE_SSH_PORT ?? '') !== '',
        timeout: flags.sshTimeout !== undefined,
      },
      projects: projects.length,
      sandbox,
      forPacker,
    },
    asPacker ? PACKER_SPELLING : SPELLING,
    [
      ...known,
      ...findSwitchProblems(env, ['TALOS_IMAGE_BOOT_TEST', 'TALOS_IMAGE_REQUIRE_HOST_PROOF', 'TALOS_IMAGE_SANDBOX']),
      ...findCloudProblems(io, flags, projects),
      ...findFactoryProblems(io, flags),
      ...problems,
      ...repeated,
      ...relabelled,
      ...unsharded,
    ],
  )
}
