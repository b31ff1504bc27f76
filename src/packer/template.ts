/** What a template tells about itself: its variables, its sources, what it decompresses with. Pure. */

import { EMPTY_SCHEMATIC, schematicId } from 'talos-schematic'
import { COMPRESSIONS, type Compression } from '../compressions.ts'
import { textsOf } from '../config/expression/expression.ts'
import type { WrittenTemplate } from '../config/load.ts'
import { type Attribute, type Block, type Body, findAttribute } from '../config/template/block.ts'
import { findUses, nameOfUse, type Use } from '../config/template/evaluate-template.ts'
import { isChosen, toBuildName } from '../config/template/selection.ts'
import { TemplateScope } from '../config/template/template-scope.ts'
import { AttributeReader } from '../config/template/values.ts'
import { isScalar } from '../config/value.ts'
import { ARCHITECTURES, type Architecture } from '../domain.ts'

/** A source that a build uses, by the name that `-only` takes. */
export interface Target {
  readonly name: string
  /** undefined when the template does not tell. */
  readonly architecture: Architecture | undefined
}

export interface Template {
  readonly variables: ReadonlySet<string>
  readonly targets: readonly Target[]
  /** Whether there are others, which are not wanted. */
  readonly isNarrowed: boolean
  readonly requiresPlugins: boolean
  /** Whether its default image is that of this tool. */
  readonly knowsDefaultImage: boolean
  /** What it decompresses; empty when it names no known program. */
  readonly unpacks: ReadonlySet<Compression>
}

/** The ID of the schematic that changes nothing. */
const DEFAULT_IMAGE = schematicId(EMPTY_SCHEMATIC)

/** Values that the evaluator cannot tell are left open: Packer may know them. */
export function readTemplate({ template, declared, blocks }: WrittenTemplate): Template {
  const defaults = [...declared.values()].flatMap(({ defaultValue }) => defaultValue?.value ?? [])
  const texts = [
    ...defaults.flatMap((value) => (isScalar(value) ? [value.text] : [])),
    ...blocks.flatMap((block) => textsIn(block)),
  ]
  const reader = new AttributeReader(new TemplateScope(template, new Map()), template, [])
  const targets = template.builds.flatMap((build) => {
    const name = findAttribute(build, 'name')
    const prefix = (name && reader.text(name)?.value) ?? ''
    return usesOf(template, build).map((use) => ({
      name: toBuildName(prefix, use.source.type, nameOfUse(use, reader)),
      architecture: architectureOf(use, reader),
    }))
  })
  const wanted = targets.filter(({ name }) => isChosen(template.selection, name))
  return {
    variables: new Set(declared.keys()),
    targets: wanted,
    isNarrowed: wanted.length < targets.length,
    requiresPlugins: blocks.some(
      ({ type, blocks: inner }) => type === 'packer' && inner.some((one) => one.type === 'required_plugins'),
    ),
    knowsDefaultImage: texts.some((text) => text.includes(DEFAULT_IMAGE)),
    unpacks: findCompressions(texts),
  }
}

function textsIn(body: Body): string[] {
  return [
    ...body.attributes.flatMap(({ expression }) => textsOf(expression)),
    ...body.blocks.flatMap((block) => textsIn(block)),
  ]
}

/** The sources of Hetzner Cloud that a build uses; where their list cannot be evaluated, those whose names stand in it. */
function usesOf(template: WrittenTemplate['template'], build: Block): Use[] {
  const findings = { problems: [], warnings: [] }
  const uses = findUses(template, build, { scope: new TemplateScope(template, new Map()), findings })
  if (findings.problems.length > 0) {
    const texts = textsIn({ attributes: build.attributes.filter(({ name }) => name === 'sources'), blocks: [] })
    const names = new Set(texts.map((text) => text.replace(/^source\./, '')))
    for (const [name, source] of template.sources) {
      const isNew = names.has(name) && uses.every((use) => use.source !== source)
      if (isNew) uses.push({ source, over: undefined, origin: build.origin })
    }
  }
  return uses.filter(({ source }) => source.type === 'hcloud')
}

/** By the label that its snapshot gets, else by its server type, else by its name. */
function architectureOf({ source, over }: Use, reader: AttributeReader): Architecture | undefined {
  const find = (name: string): Attribute | undefined =>
    (over && findAttribute(over, name)) ?? findAttribute(source.block, name)
  const labels = find('snapshot_labels')
  const label = labels && readLabel(labels, reader)
  const serverType = find('server_type')
  const type = serverType && reader.text(serverType)?.value
  return (
    ARCHITECTURES.find((one) => one === label) ??
    ARCHITECTURES.find((one) => serverType?.text.endsWith(`_${one}`)) ??
    (/^cax/.test(type ?? '') ? 'arm' : /^c[cp]?x/.test(type ?? '') ? 'x86' : undefined) ??
    byName(source.name)
  )
}

/** The label `arch`, also where other labels cannot be evaluated. */
function readLabel(labels: Attribute, reader: AttributeReader): string | undefined {
  const members = labels.expression.kind === 'object' ? labels.expression.members : []
  const own = members.find(({ key }) => key.kind === 'literal' && textsOf(key)[0] === 'arch')
  if (own !== undefined) return reader.text({ ...labels, expression: own.value })?.value
  return reader.textMap(labels).get('arch')?.value
}

function byName(name: string): Architecture | undefined {
  const isArm = /arm|aarch64/i.test(name)
  const isX86 = /x86|amd64/i.test(name)
  return isArm === isX86 ? undefined : isArm ? 'arm' : 'x86'
}

/** What commands in these texts decompress. */
function findCompressions(texts: readonly string[]): ReadonlySet<Compression> {
  const words = new Set(texts.flatMap((text) => text.split(/[\s"'`|&;()]+/)))
  const used = COMPRESSIONS.filter(({ templatePrograms }) => templatePrograms.some((program) => words.has(program)))
  return new Set(used.map(({ name }) => name))
}
