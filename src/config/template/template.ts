/** What a directory's templates hold, put together: sources, builds, locals. */

import type { Origin, Problem } from '../../errors.ts'
import { didYouMean } from '../../util/near.ts'
import { adviceForTwo } from '../declarations.ts'
import type { Expression } from '../expression/expression.ts'
import { PACKER_HINT } from '../expression/failure.ts'
import type { Value } from '../value.ts'
import type { Sourced } from '../variables.ts'
import { type Block, findAttribute, isTrue } from './block.ts'
import type { Selection } from './selection.ts'

/** `local.name` */
export interface Local {
  readonly origin: Origin
  readonly expression: Expression
  readonly isSensitive: boolean
}

/** `source "type" "name" { ... }` */
export interface SourceBlock {
  readonly type: string
  readonly name: string
  readonly block: Block
}

export interface Template {
  /** Values of all variables that are declared, or built in; undefined values are those that nothing sets. */
  readonly variables: ReadonlyMap<string, Sourced<Value>>
  readonly locals: ReadonlyMap<string, Local>
  /** By `type.name`. */
  readonly sources: ReadonlyMap<string, SourceBlock>
  readonly builds: readonly Block[]
  readonly selection: Selection
  /** Where the template is: `path.root`. */
  readonly directory: string
  readonly cwd: string
}

export type TemplateParts = Pick<Template, 'locals' | 'sources' | 'builds'>

/** Blocks that say nothing about what is built. */
const IGNORED = new Set(['packer', 'variable', 'variables'])
const KNOWN = ['source', 'build', 'locals', 'local', ...IGNORED, 'data']

/** Sorts the top-level blocks of all files. */
export function collectParts(blocks: readonly Block[]): { parts: TemplateParts; problems: readonly Problem[] } {
  const problems: Problem[] = []
  const locals = new Map<string, Local>()
  const sources = new Map<string, SourceBlock>()
  const builds: Block[] = []
  const addLocal = (name: string, local: Local): void => {
    const first = locals.get(name)
    if (first === undefined) locals.set(name, local)
    else problems.push(toTwiceProblem(`local.${name}`, local.origin, first.origin))
  }
  for (const block of blocks) {
    switch (block.type) {
      case 'build':
        builds.push(block)
        break
      case 'locals':
        for (const { name, origin, expression } of block.attributes) {
          addLocal(name, { origin, expression, isSensitive: false })
        }
        break
      case 'local': {
        const expression = findAttribute(block, 'expression')?.expression
        const [name] = block.labels
        if (name === undefined || expression === undefined) problems.push(toLocalProblem(block))
        else
          addLocal(name, { origin: block.origin, expression, isSensitive: isTrue(findAttribute(block, 'sensitive')) })
        break
      }
      case 'source': {
        const [type = '', name = ''] = block.labels
        const first = sources.get(`${type}.${name}`)
        if (block.labels.length !== 2) problems.push(toSourceProblem(block))
        else if (first !== undefined) {
          problems.push(toTwiceProblem(`source "${type}" "${name}"`, block.origin, first.block.origin))
        } else sources.set(`${type}.${name}`, { type, name, block })
        break
      }
      default:
        if (!IGNORED.has(block.type)) problems.push(toBlockProblem(block))
    }
  }
  return { parts: { locals, sources, builds }, problems }
}

const problemAt = (at: Origin, message: string, hint: string): Problem => ({ code: 'config', message, at, hint })

function toTwiceProblem(what: string, at: Origin, first: Origin): Problem {
  return problemAt(at, `${what} is there twice`, adviceForTwo(at, first))
}

function toLocalProblem({ origin }: Block): Problem {
  return problemAt(origin, 'a local block needs a name and an expression', 'write local "name" { expression = ... }')
}

function toSourceProblem({ origin }: Block): Problem {
  return problemAt(origin, 'a source block needs a type and a name', 'write source "hcloud" "name" { ... }')
}

function toBlockProblem(block: Block): Problem {
  const { type, labels, origin } = block
  if (type === 'data') return problemAt(origin, `data "${labels[0]}" is not looked up here`, toDataHint(block))
  const near = didYouMean(type, KNOWN)
  const old =
    type === 'builders' || type === 'provisioners'
      ? "packer hcl2_upgrade of HashiCorp's Packer makes a newer template of it"
      : near
  return problemAt(origin, `"${type}" blocks are not known here`, old ?? PACKER_HINT)
}

const SCHEMATIC_HINT = 'leave it out, and give --schematic FILE: the schematic is sent to the Image Factory then'
const VERSION_HINT = 'leave it out, and set talos_version = "latest": the newest version is looked up then'

/** What such a look-up is there for, as far as its URL tells. */
function toDataHint(block: Block): string {
  if (block.labels[0] !== 'http') return PACKER_HINT
  const url = findAttribute(block, 'url')?.text ?? ''
  if (/schematics/.test(url)) return SCHEMATIC_HINT
  if (/releases|versions|tags/.test(url)) return VERSION_HINT
  return `a schematic is given with --schematic FILE, the newest version with talos_version = "latest"; else ${PACKER_HINT}`
}
