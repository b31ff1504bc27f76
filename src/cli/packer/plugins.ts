/** The plugins that a template requires: there are none to install, so each must be one whose work is done here. Pure. */

import { textsOf } from '../../config/expression/expression.ts'
import { PACKER_HINT } from '../../config/expression/failure.ts'
import type { Attribute, Block } from '../../config/template/block.ts'
import type { Problem } from '../../errors.ts'

/** The plugin for Hetzner Cloud, under its present and its former name. */
const REPLACED = /^(?:github\.com\/)?(?:hetznercloud|hashicorp)\/hcloud$/

export interface RequiredPlugins {
  /** The sources of those whose work is done here. */
  readonly replaced: readonly string[]
  /** The others. */
  readonly problems: readonly Problem[]
}

/** @param blocks of all files of the template */
export function readRequiredPlugins(blocks: readonly Block[]): RequiredPlugins {
  const required = blocks
    .filter(({ type }) => type === 'packer')
    .flatMap((block) => block.blocks.filter(({ type }) => type === 'required_plugins'))
    .flatMap(({ attributes }) => attributes)
    .map((attribute) => ({ attribute, source: sourceOf(attribute) }))
  return {
    replaced: required.flatMap(({ source }) => (REPLACED.test(source) ? source : [])),
    problems: required
      .filter(({ source }) => !REPLACED.test(source))
      .map(({ attribute: { name, origin }, source }) => ({
        code: 'config',
        message: `the plugin "${source === '' ? name : source}" is not known here`,
        at: origin,
        hint: PACKER_HINT,
      })),
  }
}

/** `hcloud = { source = "github.com/hetznercloud/hcloud", version = "..." }` */
function sourceOf({ expression }: Attribute): string {
  const members = expression.kind === 'object' ? expression.members : []
  const source = members.find(({ key }) => key.kind === 'literal' && textsOf(key)[0] === 'source')
  return source === undefined ? '' : (textsOf(source.value)[0] ?? '')
}
