/** A template with small changes, made at their places, so that all the rest stays as it was written. */

import { type HclBlock, scanHcl } from '../config/hcl/scan.ts'

export interface Changes {
  /** For Packers that know Hetzner Cloud without a plugin, and cannot read the block that asks for one. */
  readonly withoutPlugins: boolean
  /** The port of the servers' SSH; undefined: what the template says. */
  readonly sshPort: number | undefined
}

/** Whether there is anything to change. */
export const isChanged = ({ withoutPlugins, sshPort }: Changes): boolean => withoutPlugins || sshPort !== undefined

/** The changed text of a valid `*.pkr.hcl`. */
export function editTemplate(text: string, changes: Changes): string {
  const blocks = scanHcl(text).filter((item) => item.kind === 'block')
  const edits = blocks.flatMap((block) => [
    ...(changes.withoutPlugins && block.type === 'packer' ? removePlugins(block) : []),
    ...(changes.sshPort !== undefined && isHetznerSource(block) ? setPort(block, changes.sshPort) : []),
  ])
  // From the end to the beginning, so that the places of those that are left stay true.
  return edits
    .toSorted((a, b) => b.from - a.from)
    .reduce((done, { from, to, insert }) => done.slice(0, from) + insert + done.slice(to), text)
}

interface Edit {
  readonly from: number
  readonly to: number
  readonly insert: string
}

const isHetznerSource = ({ type, labels }: HclBlock): boolean => type === 'source' && labels[0] === 'hcloud'

function removePlugins({ items }: HclBlock): Edit[] {
  return items.flatMap((item) =>
    item.kind === 'block' && item.type === 'required_plugins'
      ? [{ from: item.offset, to: item.endOffset, insert: '' }]
      : [],
  )
}

function setPort({ items, bodyOffset }: HclBlock, port: number): Edit[] {
  const given = items.find((item) => item.kind === 'argument' && item.name === 'ssh_port')
  if (given?.kind !== 'argument') return [{ from: bodyOffset, to: bodyOffset, insert: `\n  ssh_port = ${port}\n` }]
  const from = given.expressionOffset
  return [{ from, to: from + given.expression.length, insert: String(port) }]
}
