/** From a template to the images that it builds. */

import type { Origin, Problem } from '../../errors.ts'
import { didYouMean } from '../../util/near.ts'
import { EvaluationFailure, PACKER_HINT } from '../expression/failure.ts'
import { isScalar, toStringValue, type Value } from '../value.ts'
import type { Sourced } from '../variables.ts'
import { type Block, type Body, findAttribute } from './block.ts'
import { applyOverride, expandDynamic } from './expand.ts'
import { nameOfDisk, type TemplateImage, type TemplateImages } from './images.ts'
import { postProcessorsOf, readPostProcessors } from './post-processors.ts'
import { readProvisioners } from './provisioners.ts'
import { isChosen, toBuildName } from './selection.ts'
import { type Findings, readSource } from './source-settings.ts'
import type { SourceBlock, Template } from './template.ts'
import { OF_THE_SERVER, TemplateScope } from './template-scope.ts'
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
  const builds = template.builds.flatMap((build) => {
    const before = findings.problems.length
    const expanded = expandDynamic(build, scope, findings.problems)
    // What follows from blocks that are missing now is left out.
    return findings.problems.length > before ? [] : [evaluateBuild(template, expanded, { scope, values, findings })]
  })
  const [manifest, ...others] = unique(
    builds.flatMap(({ manifests }) => manifests),
    ({ value }) => value,
  )
  for (const { value, origin } of others) {
    const message = `"${value}" is not written: all images are listed in "${manifest?.value}"`
    findings.warnings.push({ code: 'config', message, at: origin, hint: 'name one file' })
  }
  return {
    images: builds.flatMap(({ images }) => images),
    names: builds.flatMap(({ names }) => names),
    manifest,
    problems: uniqueProblems(findings.problems),
    warnings: uniqueProblems(findings.warnings),
  }
}

interface Evaluating {
  readonly scope: TemplateScope
  readonly values: ReadonlyMap<string, Value>
  readonly findings: Findings
}

/** What runs only after a failure changes no snapshot. */
const BUILD_BLOCKS = new Set([
  'source',
  'provisioner',
  'post-processor',
  'post-processors',
  'error-cleanup-provisioner',
])
const BUILD_ATTRIBUTES = new Set(['sources', 'name', 'description'])

interface EvaluatedBuild extends Pick<TemplateImages, 'images' | 'names'> {
  readonly manifests: readonly Sourced<string>[]
}

function evaluateBuild(template: Template, build: Block, evaluating: Evaluating): EvaluatedBuild {
  const { problems } = evaluating.findings
  const reader = new AttributeReader(evaluating.scope, template, problems)
  const buildName = nameOfBuild(build, reader)
  for (const { type, labels, origin } of build.blocks) {
    if (BUILD_BLOCKS.has(type)) continue
    const name = labels.length === 0 ? type : `${type} "${labels.join('" "')}"`
    problems.push({ code: 'config', message: `${name} is not supported`, at: origin, hint: PACKER_HINT })
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
  const nameOf = (use: Use): string => toBuildName(buildName, use.source.type, nameOfUse(use, reader))
  const chosen = uses.filter((use) => isChosen(template.selection, nameOf(use)))
  return {
    images: chosen.flatMap((use) =>
      evaluateUse(template, build, use, evaluating).map((image) => ({ ...image, build: nameOf(use) })),
    ),
    names: [...uses.map(nameOf), ...postProcessorsOf(build)],
    manifests: chosen.length === 0 ? [] : readPostProcessors(build, reader, template.selection, evaluating.findings),
  }
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
): Omit<TemplateImage, 'build'>[] {
  const { problems } = findings
  const { source, over } = use
  if (source.type !== 'hcloud') {
    problems.push({
      code: 'config',
      message: `the source type "${source.type}" is not supported`,
      at: source.block.origin,
      hint: PACKER_HINT,
    })
    return []
  }
  const name = nameOfUse(use, new AttributeReader(scope, template, problems))
  const names = { type: source.type, name }
  const reader = new AttributeReader(scope.forSource(names), template, problems, names)
  const settings = readSource(
    [source.block, ...(over === undefined ? [] : [over])],
    source.block.origin,
    reader,
    findings,
  )
  const inside = scope.forProvisioners(names, nameOfBuild(build, reader))
  const before = problems.length
  const blocks = build.blocks.map((block) => applyOverride(block, name, inside, problems))
  if (problems.length > before) return []
  const written = readProvisioners(
    { ...build, blocks },
    {
      template,
      source: names,
      blockName: source.name,
      serverType: settings?.serverType.value,
      reader: new AttributeReader(inside, template, problems, names),
      findings,
    },
  )
  if (settings === undefined || written === undefined) return []
  if (nameOfDisk(written).includes(OF_THE_SERVER)) {
    const message = 'which image is written depends on what is known only once there is a server'
    problems.push({ code: 'config', message, at: written.disk.origin, hint: PACKER_HINT })
    return []
  }
  const { value: disk, origin } = written.disk
  const variable = [...template.variables].find(([key, { value }]) => {
    const given = values.get(key) ?? value
    return disk.kind === 'url' && isScalar(given) && given.text === disk.url
  })
  const from = { value: disk, origin: variable?.[1].origin ?? origin }
  return [{ source: name, ...settings, ...written, disk: from, urlVariable: variable?.[0] }]
}

const nameOfBuild = (build: Block, reader: AttributeReader): string => {
  const name = findAttribute(build, 'name')
  return (name && reader.text(name)?.value) ?? ''
}

/** The name of a source as a build uses it. */
export function nameOfUse({ source, over }: Use, reader: AttributeReader): string {
  const own = over && findAttribute(over, 'name')
  return (own && reader.text(own)?.value) ?? source.name
}

/** Each problem once, however many need what has it. */
export const uniqueProblems = (problems: readonly Problem[]): Problem[] =>
  unique(problems, ({ at, message }) => JSON.stringify([at, message]))

function unique<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()]
}
