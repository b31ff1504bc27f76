/** `talos-image.yaml`: the projects that images are built in. */

import { isMap, isScalar, isSeq, type Node, type Pair, parseDocument, type YAMLMap } from 'yaml'
import type { Origin, Problem } from '../errors.ts'
import { didYouMean } from '../util/near.ts'
import {
  defaultVariable,
  findNameProblem,
  findRepetitions,
  findVariableProblem,
  hideTokens,
  type NamedProject,
} from './project-token.ts'
import { type Found, originOf, type SourceFile } from './source-file.ts'

/** Its name, in the directory that holds the templates. */
export const SETTINGS_FILE = 'talos-image.yaml'

const KEYS = ['projects']
const PROJECT_KEYS = ['name', 'token']
const SHAPE = 'write "- name: prod", and below it "token: HCLOUD_TOKEN_PROD", the name of an environment variable'

/** No list of projects is longer, and the parser takes much more memory than the text. */
const MOST_CHARACTERS = 262_144

/** Reads the projects of a settings file: none of an empty one; every problem at once. */
export function readSettings(file: SourceFile): Found<NamedProject> {
  return new SettingsReader(file).read()
}

class SettingsReader {
  readonly #file: SourceFile
  readonly #problems: Problem[] = []

  constructor(file: SourceFile) {
    this.#file = file
  }

  read(): Found<NamedProject> {
    const { length } = this.#file.text
    if (length > MOST_CHARACTERS) {
      this.#report(0, `the file has ${length} characters; ${MOST_CHARACTERS} are the most`, 'is it the right file?')
      return { items: [], problems: this.#problems }
    }
    const document = parseDocument(this.#file.text, { prettyErrors: false, uniqueKeys: false, schema: 'failsafe' })
    for (const { message, pos } of document.errors) {
      // The library quotes what it does not understand, which may be a token.
      const what = hideTokens(message.charAt(0).toLowerCase() + message.slice(1))
      this.#report(pos[0], `not valid YAML: ${what}`, 'check the indentation, quotes and brackets here')
    }
    const items = document.errors.length > 0 ? [] : this.#readRoot(document.contents)
    return { items, problems: [...this.#problems, ...findRepetitions(items)] }
  }

  #readRoot(root: Node | null): NamedProject[] {
    if (isNothing(root)) return []
    if (!isMap(root)) {
      this.#report(offsetOf(root), 'the file must be a mapping', `begin it with "${KEYS.join(':" or "')}:"`)
      return []
    }
    const projects = this.#fields(root, KEYS, 'the file').get('projects')
    if (projects === undefined) return []
    if (!isSeq(projects.value) || projects.value.items.length === 0) {
      this.#report(offsetOf(projects.key), '"projects" must be a list with a project or more', SHAPE)
      return []
    }
    return projects.value.items.flatMap((item) => this.#readProject(item))
  }

  #readProject(item: unknown): NamedProject[] {
    if (!isMap(item)) {
      this.#report(offsetOf(item), 'a project must be a mapping', SHAPE)
      return []
    }
    const fields = this.#fields(item, PROJECT_KEYS, 'a project')
    const name = this.#text(fields.get('name'), 'name')
    const token = this.#text(fields.get('token'), 'token')
    if (!fields.has('name')) this.#report(offsetOf(item), 'a project needs a name', SHAPE)
    // Its name may be wrong, and its token, too.
    if (token !== undefined) this.#add(findVariableProblem(token.text, name?.text ?? '', token.at))
    if (name === undefined) return []
    const problem = findNameProblem(name.text, name.at)
    this.#add(problem)
    if (problem !== undefined) return []
    return [{ name: name.text, variable: token?.text ?? defaultVariable(name.text), at: name.at }]
  }

  /** The fields of a mapping by their names. */
  #fields(map: YAMLMap, known: readonly string[], where: string): Map<string, Pair> {
    const fields = new Map<string, Pair>()
    for (const pair of map.items) {
      const name = isScalar(pair.key) ? String(pair.key.value) : ''
      if (!known.includes(name)) {
        const near = didYouMean(name, known) ?? `there may be ${known.map((key) => `"${key}"`).join(' and ')}`
        this.#report(offsetOf(pair.key), `${where} has no key "${hideTokens(name)}"`, near)
      } else if (fields.has(name)) this.#report(offsetOf(pair.key), `"${name}" is there twice`, 'leave one of them out')
      else fields.set(name, pair)
    }
    return fields
  }

  #text(field: Pair | undefined, name: string): { readonly text: string; readonly at: Origin } | undefined {
    if (field === undefined) return undefined
    if (isScalar(field.value) && typeof field.value.value === 'string') {
      return { text: field.value.value, at: originOf(this.#file, offsetOf(field.value)) }
    }
    this.#report(offsetOf(field.key), `"${name}" must be a text`, SHAPE)
    return undefined
  }

  #add(problem: Problem | undefined): void {
    if (problem !== undefined) this.#problems.push(problem)
  }

  #report(offset: number, message: string, hint: string): void {
    this.#problems.push({ code: 'config', message, at: originOf(this.#file, offset), hint })
  }
}

/** An empty text, or nothing but comments. */
const isNothing = (node: Node | null): boolean =>
  node === null || (isScalar(node) && (node.value === null || node.value === ''))

/** Where a node begins; what is missing stands at the beginning. */
function offsetOf(node: unknown): number {
  return isMap(node) || isSeq(node) || isScalar(node) ? (node.range?.[0] ?? 0) : 0
}
