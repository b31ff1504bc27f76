/** How answers change the files of a folder: values in them, and nothing else of what their author wrote. Pure. */

import { basename } from 'node:path'
import { type Document, isMap, isSeq, parseDocument } from 'yaml'
import { SETTINGS_FILE } from '../../config/settings-file.ts'
import { ARCHITECTURES, schematicFileName } from '../../domain.ts'
import type { Problem } from '../../errors.ts'
import type { Answers } from './answers.ts'
import { type Answered, type Current, isVarFile } from './current.ts'
import { type FileToWrite, PLUGINS, SCHEMATICS, SETTINGS_HEADING, TEMPLATE, VAR_FILE } from './files.ts'

/** A file as it is to be, and as it was; new files have no `before`. */
export interface Change extends FileToWrite {
  readonly before: string | undefined
}

export interface Adapted {
  readonly changes: readonly Change[]
  readonly warnings: readonly Problem[]
}

/**
 * The files that answers change or add. A template, roles, and everything that is not asked about stay as they are.
 * @param fresh the files as they would be in a new folder
 * @param pinned the version that the files come to, resolved; undefined: none of them sets it
 */
export function adaptFiles(
  answers: Answers,
  current: Current,
  { fresh, pinned }: { readonly fresh: readonly FileToWrite[]; readonly pinned: string | undefined },
): Adapted {
  const texts = new Map(current.texts)
  const warnings: Problem[] = []
  const add = (name: string): void => {
    const file = fresh.find((one) => one.name === name)
    if (file !== undefined && !texts.has(name)) texts.set(name, file.text)
  }
  if (!current.hasTemplate) for (const name of [TEMPLATE, PLUGINS]) add(name)
  const wanted: [Answered, string | undefined][] = [
    ['talos_version', answers.talosVersion === pinned ? undefined : answers.talosVersion],
    ['server_location', answers.location],
  ]
  for (const [name, value] of wanted) {
    const problem = value === undefined ? undefined : setVariable(texts, current, name, value, add)
    if (problem !== undefined) warnings.push(problem)
  }
  if (answers.extensions !== undefined) {
    const [had, has] = [current.extensions ?? [], answers.extensions]
    for (const name of SCHEMATICS) {
      const text = texts.get(name)
      if (text !== undefined) texts.set(name, setExtensions(text, had, has))
    }
    add(schematicFileName())
  }
  const settings = setSettings(texts.get(SETTINGS_FILE), answers, current)
  if (settings !== undefined) texts.set(SETTINGS_FILE, settings)
  const changes = [...texts].map(([name, after]): Change => ({ name, text: after, before: current.texts.get(name) }))
  return { changes: changes.filter(({ text: after, before }) => after !== before), warnings }
}

/** Changes the value where it was set; where it was not, in the var file that `init` writes. */
function setVariable(
  texts: Map<string, string>,
  { variables }: Current,
  name: Answered,
  value: string,
  add: (name: string) => void,
): Problem | undefined {
  const set = variables[name]
  if (set === undefined) {
    const hint = 'write it into the template, or let that declare the variable'
    return { code: 'config', message: `the template declares no variable ${name}, so it is not set to ${value}`, hint }
  }
  const { origin } = set
  const file = origin.kind === 'file' ? basename(origin.file) : ''
  // A default moves on with the template, so the version is written down even if it is the same.
  if (set.value === value && (isVarFile(file) || name !== 'talos_version')) return undefined
  if (origin.kind === 'file' && isVarFile(file)) {
    const lines = (texts.get(file) ?? '').split('\n')
    const line = lines[(origin.line ?? 0) - 1] ?? ''
    const start = (origin.column ?? 1) - 1
    const changed = line.slice(0, start) + line.slice(start).replace(/^"[^"\\$%]*"/, `"${value}"`)
    if (changed !== line) {
      texts.set(file, lines.with((origin.line ?? 0) - 1, changed).join('\n'))
      return undefined
    }
    const message = `${name} is not a plain text here, so it stays as it is`
    return { code: 'config', message, at: origin, hint: `write ${name} = "${value}" here by yourself` }
  }
  if (!texts.has(VAR_FILE) && name === 'talos_version') {
    // It holds all of the answers.
    add(VAR_FILE)
    return undefined
  }
  const text = texts.get(VAR_FILE) ?? ''
  const isThere = new RegExp(`^${name}\\s*=\\s*"${value}"`, 'm').test(text)
  if (!isThere) texts.set(VAR_FILE, `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${name} = "${value}"\n`)
  return undefined
}

const EXTENSIONS = ['customization', 'systemExtensions', 'officialExtensions']

/** Takes out what was there and is not wanted any more, and adds what is new; others of a role stay. */
function setExtensions(text: string, had: readonly string[], has: readonly string[]): string {
  const document = parseDocument(text)
  const list = document.getIn(EXTENSIONS)
  const before: readonly unknown[] = isSeq(list)
    ? document.toJS().customization.systemExtensions.officialExtensions
    : []
  const isGone = (name: unknown): boolean => {
    // No extensions at all: none of the roles', either.
    if (has.length === 0) return true
    return had.some((one) => one === name) && !has.some((one) => one === name)
  }
  const gone = before.flatMap((name, index) => (isGone(name) ? [index] : []))
  const added = has.filter((name) => !before.includes(name))
  if (gone.length + added.length === 0) return text
  for (const index of gone.toReversed()) document.deleteIn([...EXTENSIONS, index])
  if (isSeq(document.getIn(EXTENSIONS))) for (const name of added) document.addIn(EXTENSIONS, name)
  else document.setIn(EXTENSIONS, added)
  unflow(document, 'customization')
  return toText(document)
}

/** The text of the settings file; undefined when it can stay as it is. */
function setSettings(
  text = SETTINGS_HEADING,
  { architectures, extensions }: Answers,
  { settings }: Current,
): string | undefined {
  const document = parseDocument(text)
  const before = settings.architectures ?? ARCHITECTURES
  const isSame = before.length === architectures.length && before.every((one) => architectures.includes(one))
  const needsSchematic = extensions !== undefined && settings.schematic === undefined
  if (isSame && !needsSchematic) return undefined
  if (needsSchematic) document.set('schematic', schematicFileName())
  if (!isSame) document.set('architectures', document.createNode(architectures, { flow: true }))
  return toText(document)
}

/** `customization: {}` is written on one line, and what is put into it is not. */
function unflow(document: Document, key: string): void {
  const map = document.get(key)
  if (isMap(map)) map.flow = false
}

const toText = (document: Document): string => document.toString({ lineWidth: 0, flowCollectionPadding: false })
