/** From a template to the images that it builds. */

import type { Origin, Problem } from '../../errors.ts'
import { didYouMean } from '../../util/near.ts'
import { EvaluationFailure, PACKER_HINT } from '../expression/failure.ts'
import { isScalar, toStringValue, type Value } from '../value.ts'
import type { Sourced } from '../variables.ts'
import { type Block, type Body, findAttribute } from './block.ts'
import type { TemplateImage, TemplateImages } from './images.ts'
import { readProvisioners } from './provisioners.ts'
import { type Findings, readSource } from './source-settings.ts'
import type { SourceBlock, Template } from './template.ts'
import { TemplateScope } from './template-scope.ts'
import { AttributeReader } from './values.ts'

/**
 * Evaluates everything that a template builds. Pure; all problems at once.
 * @param overrides values of variables that count instead of their own, such as a version that was looked up
 */
export function evaluateTemplate(
  template: Template,
  overrides: ReadonlyMap<string, string> = new Map(),
): TemplateImages {
  const findings: Findings = { problems: [], warnings: [] }
  const values = new Map<string, Value>([...overrides].map(([name, text]) => [name, toStringValue(text)]))
  const scope = new TemplateScope(template, values)
  for (const [name, { origin }] of template.locals) {
    try {
      scope.resolve('local', name, origin)
    } catch (error) {
      if (!(error instanceof EvaluationFailure)) throw error
      findings.problems.push(error.problem)
    }
  }
  const images = template.builds.flatMap((build) => evaluateBuild(template, build, { scope, values, findings }))
  return { images, problems: unique(findings.problems), warnings: unique(findings.warnings) }
}

interface Evaluating {
  readonly scope: TemplateScope
  readonly values: ReadonlyMap<string, Value>
  readonly findings: Findings
}

const BUILD_BLOCKS = new Set(['source', 'provisioner'])
const BUILD_ATTRIBUTES = new Set(['sources', 'name', 'description'])

/** What writes a manifest is no part of the image: the flag that writes the file is told. */
function toManifestWarning({ origin, attributes }: Block): Problem {
  const output = attributes.find(({ name }) => name === 'output')?.expression
  const path = output?.kind === 'literal' && isScalar(output.value) ? output.value.text : 'packer-manifest.json'
  const message = 'the post-processor "manifest" writes nothing here'
  return { code: 'config', message, at: origin, hint: `give --packer-manifest ${path} to write that file` }
}

const isManifest = ({ type, labels }: Block): boolean => type === 'post-processor' && labels[0] === 'manifest'

function evaluateBuild(template: Template, build: Block, evaluating: Evaluating): TemplateImage[] {
  const { problems, warnings } = evaluating.findings
  const blocks = build.blocks.flatMap((block) => (block.type === 'post-processors' ? block.blocks : [block]))
  warnings.push(...blocks.filter(isManifest).map(toManifestWarning))
  for (const { type, labels, origin } of blocks.filter((block) => !isManifest(block))) {
    if (BUILD_BLOCKS.has(type)) continue
    const name = labels.length === 0 ? type : `${type} "${labels.join('" "')}"`
    problems.push({ code: 'config', message: `${name} cannot be honoured`, at: origin, hint: PACKER_HINT })
  }
  for (const { name, origin } of build.attributes) {
    if (BUILD_ATTRIBUTES.has(name)) continue
    problems.push({ code: 'config', message: `"${name}" is not known in a build`, at: origin, hint: PACKER_HINT })
  }
  const uses = findUses(template, build, evaluating)
  if (uses.length === 0 && problems.length === 0) {
    problems.push({
      code: 'config',
      message: 'the build has no sources',
      at: build.origin,
      hint: 'write sources = [...]',
    })
  }
  return uses.flatMap((use) => evaluateUse(template, build, use, evaluating))
}

/** A source as a build uses it. */
export interface Use {
  readonly source: SourceBlock
  readonly over: Body | undefined
  readonly origin: Origin
}

/** The sources that a build uses; that there is no such source goes to the findings. */
export function findUses(
  template: Template,
  build: Block,
  { scope, findings }: Pick<Evaluating, 'scope' | 'findings'>,
): Use[] {
  const reader = new AttributeReader(scope, template, findings.problems)
  const sources = findAttribute(build, 'sources')
  const named: { readonly reference: Sourced<string>; readonly over?: Body }[] = [
    ...(sources === undefined ? [] : readSourceNames(sources.expression, () => reader.texts(sources))).map(
      (reference) => ({
        reference,
      }),
    ),
    ...build.blocks
      .filter(({ type }) => type === 'source')
      .map((block) => ({ reference: { value: block.labels.join('.'), origin: block.origin }, over: block })),
  ]
  return named.flatMap(({ reference: { value, origin }, over }) => {
    const source = template.sources.get(value.replace(/^source\./, ''))
    if (source !== undefined) return [{ source, over, origin }]
    const names = [...template.sources.keys()].map((name) => `source.${name}`)
    const hint = didYouMean(value, names) ?? (names.length === 0 ? undefined : `there are ${names.join(', ')}`)
    findings.problems.push({ code: 'config', message: `there is no source "${value}"`, at: origin, hint })
    return []
  })
}

/** Newer templates name sources without quotes: `[source.hcloud.name]`. */
function readSourceNames(
  expression: Block['attributes'][number]['expression'],
  readTexts: () => Sourced<string>[],
): readonly Sourced<string>[] {
  if (expression.kind !== 'list') return readTexts()
  const names = expression.items.flatMap((item) =>
    item.kind === 'reference' && item.root === 'source'
      ? [{ value: ['source', ...item.steps].join('.'), origin: item.origin }]
      : [],
  )
  return names.length === expression.items.length ? names : readTexts()
}

function evaluateUse(
  template: Template,
  build: Block,
  use: Use,
  { scope, values, findings }: Evaluating,
): TemplateImage[] {
  const { problems } = findings
  const { source, over } = use
  if (source.type !== 'hcloud') {
    problems.push({
      code: 'config',
      message: `the source type "${source.type}" is not known here`,
      at: source.block.origin,
      hint: PACKER_HINT,
    })
    return []
  }
  const inner = scope.forSource({ type: source.type, name: source.name })
  const reader = new AttributeReader(inner, template, problems)
  const name = nameOfUse(use, reader)
  const settings = readSource(
    [source.block, ...(over === undefined ? [] : [over])],
    source.block.origin,
    reader,
    findings,
  )
  const written = readProvisioners(build, {
    template,
    source: { type: source.type, name },
    serverType: settings?.serverType.value,
    reader,
    findings,
  })
  if (settings === undefined || written === undefined) return []
  const { value: disk, origin } = written.disk
  const variable = [...template.variables].find(([key, { value }]) => {
    const given = values.get(key) ?? value
    return disk.kind === 'url' && isScalar(given) && given.text === disk.url
  })
  const from = { value: disk, origin: variable?.[1].origin ?? origin }
  return [{ source: name, ...settings, ...written, disk: from, urlVariable: variable?.[0] }]
}

/** The name of a source as a build uses it. */
export function nameOfUse({ source, over }: Use, reader: AttributeReader): string {
  const own = over && findAttribute(over, 'name')
  return (own && reader.text(own)?.value) ?? source.name
}

function unique(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify([problem.at, problem.message]), problem])).values()]
}
