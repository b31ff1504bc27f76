/** Packer on this computer: where it is, and which version. */

import { execFile } from 'node:child_process'
import { access, constants, stat } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import semver from 'semver'
import { type Problem, TalosImageError } from '../errors.ts'

const execute = promisify(execFile)
/** It answers in a tenth of a second; another program of that name may wait for input. */
const TIMEOUT_MS = 20_000
/** The first that reads HCL templates whole. Source: Packer's list of changes. */
const OLDEST = '1.5.6'
const INSTALL =
  'install it: https://developer.hashicorp.com/packer/install, or `apt install packer` on Debian; or leave --engine packer out'

export interface Packer {
  readonly path: string
  /** Such as `1.6.6`. */
  readonly version: string
  /** Whether it takes plugins from outside, as `packer init` fetches them; others know Hetzner Cloud by themselves. */
  readonly hasInit: boolean
}

type Environment = Readonly<Record<string, string | undefined>>

/** What this program says of itself where it is called by Packer's name. */
export const STANDS_IN = 'This is talos-image'

/**
 * Finds the Packer that PATH names first, apart from links to this program.
 * @throws TalosImageError `packer` when there is none that can be used
 */
export async function findPacker(env: Environment, signal: AbortSignal): Promise<Packer> {
  let ours: string | undefined
  for await (const path of findInPath('packer', env.PATH ?? '')) {
    const said = await askVersion(path, env, signal)
    if (!said.includes(STANDS_IN)) return toPacker(path, said)
    ours ??= path
  }
  if (ours === undefined) throw unusable('there is no program "packer" in PATH', INSTALL)
  throw unusable(`there is no other "packer" in PATH than ${ours}, which is talos-image itself`, INSTALL)
}

/** @param said what it says of its version */
function toPacker(path: string, said: string): Packer {
  const version = semver.clean(/^Packer v(\S+)/m.exec(said)?.[1] ?? '')
  if (version === null) {
    throw unusable(
      `${path} is another program than HashiCorp's Packer`,
      `put Packer's folder first in PATH, or ${INSTALL}`,
    )
  }
  if (semver.lt(version, OLDEST)) {
    throw unusable(`${path} is Packer ${version}, which cannot read the template`, `use Packer ${OLDEST} or newer`)
  }
  return { path, version, hasInit: semver.gte(version, '1.7.0') }
}

/** Settings of this program, tokens of projects, and those that a job of GitHub Actions is given for its own steps. */
const NOT_FOR_PACKER = /^(?:TALOS_IMAGE_|HCLOUD_TOKEN|ACTIONS_(?:RUNTIME|ID_TOKEN_REQUEST)_TOKEN$)/

/** The environment that Packer, its plugins and its provisioners may see. A template may read any other variable of it. */
export function withoutSecrets(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !NOT_FOR_PACKER.test(name)))
}

async function askVersion(path: string, env: Environment, signal: AbortSignal): Promise<string> {
  try {
    // Without its check for a newer version.
    const running = execute(path, ['version'], {
      env: { ...withoutSecrets(env), CHECKPOINT_DISABLE: '1' },
      timeout: TIMEOUT_MS,
      signal,
    })
    running.child.stdin?.end()
    return (await running).stdout
  } catch {
    signal.throwIfAborted()
    return ''
  }
}

async function* findInPath(name: string, path: string): AsyncGenerator<string> {
  for (const folder of path.split(delimiter)) {
    const file = join(folder === '' ? '.' : folder, name)
    const isThere = await access(file, constants.X_OK).then(
      async () => (await stat(file)).isFile(),
      () => false,
    )
    if (isThere) yield file
  }
}

function unusable(message: string, hint: string): TalosImageError {
  const problem: Problem = { code: 'packer', message, at: { kind: 'flag', name: '--engine' }, hint }
  return new TalosImageError(problem)
}
