/** Reads the provisioners of a build: the one URL that they write onto the disk, and everything that is not known. */

import type { Origin, Problem } from '../../errors.ts'
import type { Expression } from '../expression/expression.ts'
import { PACKER_HINT } from '../expression/failure.ts'
import { toPipelines } from '../shell/commands.ts'
import { createImageWriting, followPipeline, type ImageWriting } from '../shell/recognise.ts'
import { ShellFailure } from '../shell/words.ts'
import type { Sourced } from '../variables.ts'
import type { Block, Body } from './block.ts'
import { findAttribute } from './block.ts'
import type { SourceNames } from './template-scope.ts'
import type { AttributeReader } from './values.ts'

/** How a provisioner is run, rather than what. */
const HARMLESS = new Set(
  [
    'only except inline inline_shebang environment_vars env pause_before timeout max_retries',
    'start_retry_timeout expect_disconnect remote_folder remote_file remote_path skip_clean binary',
    'use_env_var_file pause_after name',
  ].flatMap((line) => line.split(' ')),
)

/**
 * @param build the block whose provisioners count for this source
 * @returns the URL; undefined when there is none, and then there is a problem
 */
export function readProvisioners(
  build: Body & { readonly origin: Origin },
  source: SourceNames,
  reader: AttributeReader,
  problems: Problem[],
): Sourced<string> | undefined {
  const state = createImageWriting()
  const before = problems.length
  let lastOrigin = build.origin
  for (const block of build.blocks) {
    if (block.type !== 'provisioner' || !isMeant(block, source, reader)) continue
    const written = state.written.length
    readProvisioner(block, reader, state, problems)
    if (state.written.length > written) lastOrigin = block.origin
  }
  const urls = new Set(state.written)
  const [url] = urls
  if (problems.length > before) return undefined
  if (url !== undefined && urls.size === 1) return { value: url, origin: originOfUrl(url, build, reader) ?? lastOrigin }
  problems.push({
    code: 'config',
    message:
      urls.size === 0
        ? 'nothing in this build writes an image onto /dev/sda'
        : `this build writes ${urls.size} images, one over the other`,
    at: build.origin,
    hint: PACKER_HINT,
  })
  return undefined
}

/** `only` and `except` name sources by `type.name`, or by their name. */
function isMeant(block: Block, { type, name }: SourceNames, reader: AttributeReader): boolean {
  const names = (key: string): string[] | undefined => {
    const attribute = findAttribute(block, key)
    return attribute && reader.texts(attribute).map(({ value }) => value)
  }
  const isNamed = (list: readonly string[]): boolean => list.includes(name) || list.includes(`${type}.${name}`)
  const only = names('only')
  return (only === undefined || isNamed(only)) && !isNamed(names('except') ?? [])
}

function readProvisioner(block: Block, reader: AttributeReader, state: ImageWriting, problems: Problem[]): void {
  const [type = ''] = block.labels
  const fail = (message: string, at: Origin): void => {
    problems.push({ code: 'config', message, at, hint: PACKER_HINT })
  }
  if (type !== 'shell') {
    fail(`the provisioner "${type}" is not known here`, block.origin)
    return
  }
  for (const { name, origin } of block.attributes) {
    if (!HARMLESS.has(name)) fail(`"${name}" of a shell provisioner is not known here`, origin)
  }
  for (const inner of block.blocks) fail(`"${inner.type}" in a provisioner is not known here`, inner.origin)
  const inline = findAttribute(block, 'inline')
  if (inline === undefined) return
  const variables = readEnvironment(block, reader)
  for (const [index, { value: text, origin }] of reader.texts(inline).entries()) {
    const item = inline.expression.kind === 'list' ? inline.expression.items[index] : undefined
    const written = reader.written(item ?? inline.expression)
    const place = (offset: number): Origin => placeInText(text, offset, written, origin)
    try {
      for (const pipeline of toPipelines(text, variables)) {
        const unknown = followPipeline(pipeline, state)
        if (unknown !== undefined) fail(`a command is not known here: ${unknown.why}`, place(unknown.command.offset))
      }
    } catch (error) {
      if (!(error instanceof ShellFailure)) throw error
      fail(`a command is not known here: ${error.message}`, place(error.offset))
    }
  }
}

function readEnvironment(block: Block, reader: AttributeReader): Map<string, string> {
  const variables = new Map([['HOME', '/root']])
  const list = findAttribute(block, 'environment_vars')
  for (const { value } of list === undefined ? [] : reader.texts(list)) {
    const equals = value.indexOf('=')
    variables.set(value.slice(0, equals), value.slice(equals + 1))
  }
  const map = findAttribute(block, 'env')
  if (map !== undefined) for (const [name, { value }] of reader.textMap(map)) variables.set(name, value)
  return variables
}

/** The line of a heredoc that a command stands on; other texts are one place. */
function placeInText(text: string, offset: number, expression: Expression, origin: Origin): Origin {
  const line = text.slice(0, offset).split('\n').length - 1
  const [first] = expression.kind === 'template' ? expression.parts : []
  const isPlain = first?.kind === 'literal' && first.origin.kind === 'file'
  if (line === 0 || !isPlain || first.origin.kind !== 'file' || first.origin.line === undefined) return origin
  const indent = offset - (text.lastIndexOf('\n', offset - 1) + 1)
  return { ...first.origin, line: first.origin.line + line, column: (first.origin.column ?? 1) + indent }
}

/** Where the URL is written: in an expression of its own, when there is one. */
function originOfUrl(url: string, build: Body, reader: AttributeReader): Origin | undefined {
  for (const block of build.blocks) {
    const inline = findAttribute(block, 'inline')
    if (inline === undefined) continue
    for (const { value, origin } of reader.texts(inline)) if (value.includes(url)) return origin
  }
  return undefined
}
