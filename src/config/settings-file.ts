/** `talos-image.yaml`: the projects that images are built in, and what is built where no flag says so. */

import { isMap, isNode, isScalar, isSeq, type Node, type Pair, parseDocument, type YAMLMap } from 'yaml'
import { type Architecture, hintArchitecture, toArchitecture } from '../domain.ts'
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
import type { Sourced } from './variables.ts'

/** Its name, in the directory that holds the templates. */
export const SETTINGS_FILE = 'talos-image.yaml'

const KEYS = ['projects', 'architectures', 'schematic', 'boot_test']
const PROJECT_KEYS = ['name', 'token']
const SHAPE = 'write "- name: prod", and below it "token: HCLOUD_TOKEN_PROD", the name of an environment variable'

/** No list of projects is longer, and the parser takes memory that grows with the square of the levels. */
const MOST_CHARACTERS = 32_768

/** The projects, and what counts where no flag says something else. */
export interface Settings extends Found<NamedProject> {
  readonly architectures: readonly Architecture[] | undefined
  /** The file with the schematic of generic images, as it is written: relative to the settings file. */
  readonly schematic: Sourced<string> | undefined
  /** Whether snapshots are booted before they are published. */
  readonly bootTest: boolean | undefined
}

/** Reads a settings file: nothing of an empty one; every problem at once. */
export function readSettings(file: SourceFile): Settings {
  return new SettingsReader(file).read()
}

class SettingsReader {
  readonly #file: SourceFile
  readonly #problems: Problem[] = []

  constructor(file: SourceFile) {
    this.#file = file
  }

  read(): Settings {
    const { length } = this.#file.text
    if (length > MOST_CHARACTERS) {
      this.#report(0, `the file has ${length} characters; ${MOST_CHARACTERS} are the most`, 'is it the right file?')
      return {
        items: [],
        architectures: undefined,
        schematic: undefined,
        bootTest: undefined,
        problems: this.#problems,
      }
    }
    const document = parseDocument(this.#file.text, { prettyErrors: false, uniqueKeys: false, schema: 'failsafe' })
    for (const { message, pos } of document.errors) {
      // The library quotes what it does not understand, which may be a token.
      const what = hideTokens(message.charAt(0).toLowerCase() + message.slice(1))
      this.#report(pos[0], `not valid YAML: ${what}`, 'check the indentation, quotes and brackets here')
    }
    const fields = document.errors.length > 0 ? new Map<string, Pair>() : this.#readRoot(document.contents)
    const items = this.#readProjects(fields.get('projects'))
    const architectures = this.#readArchitectures(fields.get('architectures'))
    const path = this.#text(fields.get('schematic'), 'schematic', 'write "schematic: schematic.yaml"')
    const schematic = path === undefined ? undefined : { value: path.text, origin: path.at }
    const bootTest = this.#readBootTest(fields.get('boot_test'))
    return { items, architectures, schematic, bootTest, problems: [...this.#problems, ...findRepetitions(items)] }
  }

  #readRoot(root: Node | null): Map<string, Pair> {
    if (isNothing(root)) return new Map()
    if (isMap(root)) return this.#fields(root, KEYS, 'the file')
    this.#report(offsetOf(root), 'the file must be a mapping', `begin it with "${KEYS.join(':" or "')}:"`)
    return new Map()
  }

  #readBootTest(field: Pair | undefined): boolean | undefined {
    if (field === undefined) return undefined
    const text = isScalar(field.value) ? field.value.value : undefined
    if (text === 'true' || text === 'false') return text === 'true'
    this.#report(offsetOf(field.value), '"boot_test" must be true or false', 'write "boot_test: true"')
    return undefined
  }

  #readArchitectures(field: Pair | undefined): Architecture[] | undefined {
    if (field === undefined) return undefined
    const shape = 'write "architectures: [x86]", or leave it out for both'
    const items = isSeq(field.value) ? field.value.items : []
    if (items.length === 0) this.#report(offsetOf(field.key), '"architectures" must be a list of one or two', shape)
    const found = items.flatMap((item) => {
      const text = isScalar(item) ? String(item.value) : ''
      const architecture = toArchitecture(text)
      if (architecture === undefined) {
        this.#report(offsetOf(item), `"${hideTokens(text)}" is not an architecture`, hintArchitecture(text))
      }
      return architecture ?? []
    })
    return found.length === 0 ? undefined : found
  }

  #readProjects(projects: Pair | undefined): NamedProject[] {
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

  #text(
    field: Pair | undefined,
    name: string,
    shape = SHAPE,
  ): { readonly text: string; readonly at: Origin } | undefined {
    if (field === undefined) return undefined
    if (isScalar(field.value) && typeof field.value.value === 'string') {
      return { text: field.value.value, at: originOf(this.#file, offsetOf(field.value)) }
    }
    this.#report(offsetOf(field.key), `"${name}" must be a text`, shape)
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
  return isNode(node) ? (node.range?.[0] ?? 0) : 0
}
