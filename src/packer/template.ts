/** What a template tells about itself: its variables, its sources, what it unpacks with. A pure reading of its text. */

import { EMPTY_SCHEMATIC, schematicId } from 'talos-schematic'
import * as v from 'valibot'
import { COMPRESSIONS, type Compression } from '../compressions.ts'
import { type HclBlock, type HclItem, scanHcl } from '../config/hcl/scan.ts'
import { ARCHITECTURES, type Architecture } from '../domain.ts'

/** A file of the template, which Packer's parser has accepted. */
export interface TemplateFile {
  readonly name: string
  readonly text: string
}

/** A source that a build uses, by the name that `-only` takes. */
export interface Target {
  readonly name: string
  /** undefined when the text does not tell. */
  readonly architecture: Architecture | undefined
}

export interface Template {
  readonly variables: ReadonlySet<string>
  readonly targets: readonly Target[]
  readonly requiresPlugins: boolean
  /** Whether the default image is the one that it uses by itself. */
  readonly knowsDefaultImage: boolean
  /** What it unpacks with; empty when the text names nothing known. */
  readonly unpacks: ReadonlySet<Compression>
}

/** @param files all `*.pkr.hcl` and `*.pkr.json` of the directory; of JSON only variables and words are looked at */
export function readTemplate(files: readonly TemplateFile[]): Template {
  const blocks = files
    .filter(({ name }) => name.endsWith('.hcl'))
    .flatMap(({ text }) => scanHcl(text).filter((item) => item.kind === 'block'))
  const text = files.map((file) => file.text).join('\n')
  const sources = new Map(
    blocks
      .filter(({ type, labels }) => type === 'source' && labels[0] === 'hcloud')
      .map((block) => [block.labels.join('.'), architectureOf(block)]),
  )
  return {
    variables: new Set([
      ...blocks.flatMap(({ type, labels, items }) =>
        type === 'variable' ? labels.slice(0, 1) : type === 'variables' ? items.flatMap(nameOf) : [],
      ),
      ...files.filter(({ name }) => name.endsWith('.json')).flatMap(({ text }) => variablesOfJson(text)),
    ]),
    targets: blocks.filter(({ type }) => type === 'build').flatMap((build) => targetsOf(build, sources)),
    requiresPlugins: blocks.some(
      ({ type, items }) => type === 'packer' && items.some((item) => nameOf(item)[0] === 'required_plugins'),
    ),
    knowsDefaultImage: text.includes(DEFAULT_IMAGE),
    unpacks: findCompressions(text),
  }
}

const JsonTemplate = v.object({ variable: v.record(v.string(), v.unknown()) })

function variablesOfJson(text: string): string[] {
  try {
    const parsed = v.safeParse(JsonTemplate, JSON.parse(text))
    return parsed.success ? Object.keys(parsed.output.variable) : []
  } catch {
    // Whoever reads the variables says what is wrong with it.
    return []
  }
}

/** The ID of the schematic that changes nothing. */
const DEFAULT_IMAGE = schematicId(EMPTY_SCHEMATIC)

const nameOf = (item: HclItem): string[] => [item.kind === 'argument' ? item.name : item.type]

function argumentOf({ items }: HclBlock, name: string): string | undefined {
  const found = items.find((item) => item.kind === 'argument' && item.name === name)
  return found?.kind === 'argument' ? found.expression : undefined
}

/** `sources = ["source.hcloud.a"]`, and blocks `source "hcloud.a" {}` in it. */
function targetsOf(build: HclBlock, sources: ReadonlyMap<string, Architecture | undefined>): Target[] {
  const [, name] = /^"([\w-]+)"$/.exec(argumentOf(build, 'name') ?? '') ?? []
  const listed = [...(argumentOf(build, 'sources') ?? '').matchAll(/(?:source\.)?(hcloud\.[\w-]+)/g)].flatMap(
    ([, source]) => source ?? [],
  )
  const nested = build.items.flatMap((item) =>
    item.kind === 'block' && item.type === 'source' ? [(item.labels[0] ?? '').replace(/^source\./, '')] : [],
  )
  return [...listed, ...nested].map((source) => ({
    name: name === undefined ? source : `${name}.${source}`,
    architecture: sources.get(source),
  }))
}

/** By the label that its snapshot gets, else by its server type, else by its name. */
function architectureOf(source: HclBlock): Architecture | undefined {
  const [, label] = /\barch\s*[=:]\s*"(arm|x86)"/.exec(argumentOf(source, 'snapshot_labels') ?? '') ?? []
  const serverType = argumentOf(source, 'server_type') ?? ''
  return (
    ARCHITECTURES.find((one) => one === label) ??
    ARCHITECTURES.find((one) => serverType.endsWith(`_${one}`)) ??
    (/^"cax/.test(serverType) ? 'arm' : /^"c[cp]?x/.test(serverType) ? 'x86' : undefined) ??
    byName(source.labels[1] ?? '')
  )
}

function byName(name: string): Architecture | undefined {
  const isArm = /arm|aarch64/i.test(name)
  const isX86 = /x86|amd64/i.test(name)
  return isArm === isX86 ? undefined : isArm ? 'arm' : 'x86'
}

/** What a text of commands decompresses. */
function findCompressions(text: string): ReadonlySet<Compression> {
  const words = new Set(text.split(/[\s"'`|&;()]+/))
  const used = COMPRESSIONS.filter(({ templatePrograms }) => templatePrograms.some((program) => words.has(program)))
  return new Set(used.map(({ name }) => name))
}
