/** Reads the provisioners of a build: the one image that they write onto the disk, and everything that is not known. */

import type { Origin, Problem } from '../../errors.ts'
import { PACKER_HINT } from '../expression/failure.ts'
import type { Machine } from '../shell/interpreter.ts'
import { type Finding, type Recognised, Recogniser } from '../shell/recognise.ts'
import type { ImageSource } from '../shell/values.ts'
import type { Sourced } from '../variables.ts'
import type { Block, Body } from './block.ts'
import { upload } from './file-provisioner.ts'
import { readScript } from './local-files.ts'
import { findUnknownKeys, isMeant } from './provisioner-keys.ts'
import { readShellScripts } from './shell-scripts.ts'
import type { Findings } from './source-settings.ts'
import type { Template } from './template.ts'
import type { SourceNames } from './template-scope.ts'
import type { AttributeReader } from './values.ts'

/** The disk that provisioners write, and the SHA-256 that they want its source to have. */
export interface WrittenDisk {
  readonly disk: Sourced<ImageSource>
  readonly sha256: Sourced<string> | undefined
}

/** Where provisioners are read. */
export interface Provisioned {
  readonly template: Template
  /** As the build uses it. */
  readonly source: SourceNames
  /** The name of the source's own block, which is PACKER_BUILD_NAME. */
  readonly blockName: string
  /** The name of the server type tells what `uname -m` says. */
  readonly serverType: string | undefined
  readonly reader: AttributeReader
  readonly findings: Findings
}

/**
 * @param build the block whose provisioners count for this source
 * @returns the disk; undefined when there is none, and then there is a problem
 */
export function readProvisioners(
  build: Body & { readonly origin: Origin },
  provisioned: Provisioned,
): WrittenDisk | undefined {
  const { template, source, blockName, reader, findings } = provisioned
  const { problems, warnings } = findings
  const before = problems.length
  const recogniser = new Recogniser({
    architecture: toArchitecture(provisioned.serverType),
    readLocal: (path) => readScript(template, path),
  })
  for (const block of build.blocks) {
    if (block.type !== 'provisioner' || !isMeant(block, source, reader)) continue
    problems.push(...findUnknownKeys(block))
    const [type = ''] = block.labels
    const [first, ...others] =
      type === 'shell'
        ? readShellScripts(block, { template, source: { ...source, name: blockName }, reader, problems }).flatMap(
            (script) => recogniser.run(script),
          )
        : type === 'file'
          ? upload(block, recogniser, { template, reader })
          : []
    if (first !== undefined) problems.push(toProblem(first, others.length, block))
  }
  if (problems.length > before) return undefined
  const recognised = recogniser.finish()
  const problem = findProblem(recognised, build.origin)
  const [written] = recognised.written
  if (problem !== undefined || written === undefined) {
    if (problem !== undefined) problems.push(problem)
    return undefined
  }
  warnings.push(...recognised.unchecked.map(toWarning))
  const { sum } = recognised
  return {
    disk: { value: written.source, origin: written.at },
    sha256: sum && { value: sum.hex, origin: sum.at },
  }
}

function toArchitecture(serverType: string | undefined): Machine['architecture'] {
  if (serverType === undefined) return undefined
  return serverType.startsWith('cax') ? 'aarch64' : /^c[cp]?x/.test(serverType) ? 'x86_64' : undefined
}

function toProblem({ message, at }: Finding, others: number, block: Block): Problem {
  const more = others === 0 ? '' : ` (and ${others} more in this provisioner)`
  return { code: 'config', message: `${message}${more}`, at: at ?? block.origin, hint: toHint(message) }
}

/** Where a list of versions is read, the version is looked for. */
function toHint(message: string): string {
  if (!/what is in http\S*(?:releases|versions|tags)/.test(message)) return PACKER_HINT
  return 'take the version from a variable talos_version: "latest" is looked up'
}

function toWarning({ message, at }: Finding): Problem {
  return {
    code: 'config',
    message,
    at,
    hint: 'give the sum with --sha256, then it is checked before the snapshot is taken',
  }
}

function findProblem({ written, problem }: Recognised, at: Origin): Problem | undefined {
  if (problem !== undefined)
    return { code: 'config', message: problem.message, at: problem.at ?? at, hint: PACKER_HINT }
  if (written.length === 1) return undefined
  const message =
    written.length === 0
      ? 'nothing in this build writes an image onto /dev/sda'
      : `this build writes ${written.length} images, one over the other`
  return { code: 'config', message, at, hint: PACKER_HINT }
}
