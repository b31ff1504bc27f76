/** Which provisioners are known, and what may stand in them: one table, which the documentation is held against. */

import type { Problem } from '../../errors.ts'
import { didYouMean } from '../../util/near.ts'
import { PACKER_HINT } from '../expression/failure.ts'
import { type Block, findAttribute } from './block.ts'
import type { SourceNames } from './template-scope.ts'
import type { AttributeReader } from './values.ts'

export interface ProvisionerRow {
  /** What is read. */
  readonly honoured: readonly string[]
  /** How it is run, rather than what: without effect on the disk. */
  readonly harmless: readonly string[]
}

const row = (honoured: string, harmless: string): ProvisionerRow => ({
  honoured: ['only', 'except', ...honoured.split(' ').filter((name) => name !== '')],
  harmless: ['name', 'pause_before', 'max_retries', 'timeout', ...harmless.split(' ').filter((name) => name !== '')],
})

export const PROVISIONERS: ReadonlyMap<string, ProvisionerRow> = new Map([
  [
    'shell',
    row(
      'inline inline_shebang script scripts environment_vars env execute_command',
      'start_retry_timeout expect_disconnect remote_folder remote_file remote_path skip_clean binary use_env_var_file env_var_format pause_after valid_exit_codes',
    ),
  ],
  ['file', row('source sources content destination direction', 'generated')],
  ['sleep', row('', 'duration')],
  ['breakpoint', row('', 'disable note')],
])

/** Provisioners, and parts of them, that are not known. */
export function findUnknownKeys(block: Block): Problem[] {
  const [type = ''] = block.labels
  const known = PROVISIONERS.get(type)
  const problem = (message: string, at: Problem['at'], hint = PACKER_HINT): Problem => ({
    code: 'config',
    message,
    at,
    hint,
  })
  if (known === undefined) return [problem(`the provisioner "${type}" is not supported`, block.origin)]
  const names = [...known.honoured, ...known.harmless]
  return [
    ...block.attributes
      .filter(({ name }) => !names.includes(name))
      .map(({ name, origin }) =>
        problem(`"${name}" of the provisioner "${type}" is not supported`, origin, didYouMean(name, names)),
      ),
    ...block.blocks.map((inner) => problem(`"${inner.type}" in a provisioner is not supported`, inner.origin)),
  ]
}

/** `only` and `except` name sources by `type.name`, or by their name. */
export function isMeant(block: Block, { type, name }: SourceNames, reader: AttributeReader): boolean {
  const names = (key: string): string[] | undefined => {
    const attribute = findAttribute(block, key)
    return attribute && reader.texts(attribute).map(({ value }) => value)
  }
  const isNamed = (list: readonly string[]): boolean => list.includes(name) || list.includes(`${type}.${name}`)
  const only = names('only')
  return (only === undefined || isNamed(only)) && !isNamed(names('except') ?? [])
}
