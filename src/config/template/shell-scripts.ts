/** `provisioner "shell"`: the scripts that it runs, and how. */

import type { Origin, Problem } from '../../errors.ts'
import type { Expression } from '../expression/expression.ts'
import { PACKER_HINT } from '../expression/failure.ts'
import { type PlacedText, positionAt } from '../position.ts'
import type { Commands } from '../shell/recognise.ts'
import { NotKnown, type TextScript } from '../shell/values.ts'
import { isScalar } from '../value.ts'
import { type Attribute, type Block, findAttribute } from './block.ts'
import { findLocalFile, readScript } from './local-files.ts'
import type { Template } from './template.ts'
import type { SourceNames } from './template-scope.ts'
import type { AttributeReader } from './values.ts'

export interface ReadingScripts {
  readonly template: Template
  readonly source: SourceNames
  readonly reader: AttributeReader
  /** Is added to. */
  readonly problems: Problem[]
}

/** Where Packer puts a script, more or less. */
const REMOTE_SCRIPT = '/tmp/script_packer.sh'

/** The scripts of a block, in the order in which they run. */
export function readShellScripts(block: Block, reading: ReadingScripts): Commands[] {
  const { command, hasVariables } = readCommand(block, reading)
  const given = readEnvironment(block, reading)
  const environment = hasVariables ? given : new Map<string, string>()
  const at = findAttribute(block, 'execute_command')?.origin ?? block.origin
  const inline = findAttribute(block, 'inline')
  const files = [...(inline === undefined ? [] : [joinInline(inline, block, reading)]), ...readFiles(block, reading)]
  return files.map((file) => ({ file, path: REMOTE_SCRIPT, command, at, environment }))
}

/** Packer puts the texts of `inline` into one script. */
function joinInline(inline: Attribute, block: Block, { reader }: ReadingScripts): TextScript {
  const shebang = findAttribute(block, 'inline_shebang')
  const head = `#!${(shebang && reader.text(shebang)?.value) ?? '/bin/sh -e'}\n`
  const parts: { readonly start: number; readonly place: (offset: number) => Origin }[] = []
  let text = head
  for (const [index, { value, origin }] of reader.texts(inline).entries()) {
    const item = inline.expression.kind === 'list' ? inline.expression.items[index] : undefined
    const written = reader.written(item ?? inline.expression)
    const start = text.length
    const lines = { text: value }
    parts.push({ start, place: (offset) => placeInText(lines, offset - start, written, origin) })
    text += `${value}\n`
  }
  const place = (offset: number): Origin =>
    parts.findLast(({ start }) => start <= offset)?.place(offset) ?? inline.origin
  return { text, script: { place } }
}

function readFiles(block: Block, { template, reader, problems }: ReadingScripts): TextScript[] {
  const single = findAttribute(block, 'script')
  const list = findAttribute(block, 'scripts')
  const named = [single === undefined ? [] : (reader.text(single) ?? []), list === undefined ? [] : reader.texts(list)]
  return named.flat().flatMap(({ value, origin }) => {
    try {
      return [readScript(template, findLocalFile(template, value))]
    } catch (error) {
      if (!(error instanceof NotKnown)) throw error
      const hint = error.isMissing ? `write "\${path.root}/NAME" for a file beside the template` : PACKER_HINT
      problems.push({ code: 'config', message: error.message, at: origin, hint })
    }
    return []
  })
}

/**
 * The command that runs a script: what Packer fills in is its name, and variables that are known anyway. Where it does not say
 * where they stand, the script does not have them.
 */
function readCommand(block: Block, { reader, problems }: ReadingScripts) {
  const attribute = findAttribute(block, 'execute_command')
  const given = attribute && reader.value(attribute)?.value
  if (attribute === undefined || given === undefined) return { command: `sh ${REMOTE_SCRIPT}`, hasVariables: true }
  const command = isScalar(given) ? given.text : ''
  const filled = command.replace(/\{\{-?\s*\.Path\s*-?\}\}/g, REMOTE_SCRIPT).replace(VARIABLES, '')
  if (!command.includes('.Path') || filled.includes('{{')) {
    const message = `execute_command runs the script in a way that is not supported: "${command}"`
    problems.push({ code: 'config', message, at: attribute.origin, hint: PACKER_HINT })
  }
  return { command: filled, hasVariables: command.search(VARIABLES) !== -1 }
}

const VARIABLES = /\{\{-?\s*\.(?:Vars|EnvVarFile)\s*-?\}\}/g

function readEnvironment(block: Block, { reader, source, problems }: ReadingScripts): Map<string, string> {
  const variables = new Map([
    ['PACKER_BUILD_NAME', source.name],
    ['PACKER_BUILDER_TYPE', source.type],
  ])
  const list = findAttribute(block, 'environment_vars')
  for (const { value, origin } of list === undefined ? [] : reader.texts(list)) {
    const equals = value.indexOf('=')
    if (equals > 0) variables.set(value.slice(0, equals), value.slice(equals + 1))
    else
      problems.push({ code: 'config', message: `"${value}" sets no variable`, at: origin, hint: 'write "NAME=value"' })
  }
  const map = findAttribute(block, 'env')
  if (map !== undefined) for (const [name, { value }] of reader.textMap(map)) variables.set(name, value)
  return variables
}

/** The line of a heredoc that a command stands on; other texts are one place. */
function placeInText(text: PlacedText, offset: number, expression: Expression, origin: Origin): Origin {
  const { line, column } = positionAt(text, offset)
  const [first] = expression.kind === 'template' ? expression.parts : []
  const isPlain = first?.kind === 'literal' && first.origin.kind === 'file'
  if (line === 1 || !isPlain || first.origin.kind !== 'file' || first.origin.line === undefined) return origin
  return { ...first.origin, line: first.origin.line + line - 1, column: (first.origin.column ?? 1) + column - 1 }
}
