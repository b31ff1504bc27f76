/**
 * From options, of flags or of a program, to what is asked for: files are read, every problem of the input is found at once, and
 * nothing is looked up yet.
 */

import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { findInputs } from '../config/inputs.ts'
import { type Configuration, loadConfiguration, loadVariables, type VariableSources } from '../config/load.ts'
import { displayName } from '../config/source-file.ts'
import { evaluateTemplate } from '../config/template/evaluate-template.ts'
import type { TemplateImage } from '../config/template/images.ts'
import { isChosen } from '../config/template/selection.ts'
import type { Sourced } from '../config/variables.ts'
import { ARCHITECTURES, type Architecture } from '../domain.ts'
import { type Problem, TalosImageError } from '../errors.ts'
import { parseFactoryReference } from '../factory/reference.ts'
import type { LocalImage, PlanRequest, SchematicFile } from '../plan/request.ts'
import { parseSchematic, readSchematicFile } from '../plan/schematic-file.ts'
import { findSnapshotProblems } from '../plan/server-label.ts'
import { findServerProblems } from '../plan/server-settings.ts'
import { findArchitecture } from '../plan/template-architecture.ts'
import { withTemplateVersion } from '../plan/template-images.ts'
import { findLastingProblems } from '../plan/template-server.ts'
import { inspectFile } from '../source/inspect-file.ts'
import { checkImageUrl } from '../source/inspect-url.ts'
import { toGlob } from '../util/glob.ts'
import { didYouMean } from '../util/near.ts'
import { ProblemCollector } from '../util/problem-collector.ts'
import { registerSecret } from '../util/redact.ts'
import { findContradictions } from './contradictions.ts'
import type { Pin, RequestOptions, SettledOptions, Spelling } from './options.ts'
import { readRoleSchematics } from './role-schematics.ts'
import { findUnreadSettings, readSettingsFile, type SettingsFile } from './settings.ts'

/**
 * @param known what is wrong already, to be said with the rest
 * @throws ProblemsError with everything that is wrong: `usage`, `config`, `schematic`, `source`, `token`
 */
export async function readRequest(
  given: RequestOptions,
  spelling: Spelling,
  known: readonly Problem[] = [],
): Promise<PlanRequest> {
  const settings = given.settingsFile === undefined ? undefined : await readSettingsFile(given.cwd, given.settingsFile)
  const options = settleOptions(given, settings)
  const { cwd, env, signal, directory, vars, varFiles, schematicFile, architectures, server } = options
  const problems = new ProblemCollector()
  problems.add(...(settings?.problems ?? []))
  problems.add(...known, ...findContradictions(options, spelling))
  const localImage = toLocalImage(options, spelling)
  const roles = [...new Set(options.roles)]
  const load = options.forPacker ? loadForPacker : loadConfiguration
  const selection = { only: options.only, except: options.except }
  const { toImageUrl, pages, warnings } = readReferences()
  const unread = findUnreadSettings(cwd, directory, options.settingsFile)
  if (unread !== undefined) warnings.push(unread)
  const [configuration, inputs, roleSchematics, schematic] = await Promise.all([
    problems.attempt(() => load({ directory, varFiles, vars, env, cwd, signal, selection, toImageUrl })),
    findInputs(options),
    readRoleSchematics(
      {
        cwd,
        directory,
        // A local image is built as it is, for any role, and so is what stands in no file.
        roles: (localImage ?? options.content) ? [] : options.everyRole ? 'every' : roles,
        howToName: spelling.write('directory', 'DIR'),
      },
      problems,
    ),
    problems.attempt(() => readSchematic(options, settings)),
    localImage?.kind === 'file' ? problems.attempt(() => inspectFile(localImage.path, localImage.at)) : undefined,
  ])
  const template = configuration?.template
  const { images, names } = template === undefined ? NO_IMAGES : evaluateTemplate(template)
  const oddUrls = configuration?.oddUrls ?? []
  problems.add(...oddUrls.flatMap(toUrlProblem))
  if (configuration !== undefined && oddUrls.length === 0 && !options.forPacker)
    problems.add(...findSelectionProblems(options, names, spelling))
  // What a template adds to the server may be just what is missing.
  const templates = images.map((image) => image.server)
  problems.add(...findLastingProblems(findServerProblems(server), server, templates))
  const { labels, description } = options
  problems.add(...findSnapshotProblems(labels ?? new Map(), description))
  if (!options.sandbox) problems.add(...findTokenProblems(images, env.HCLOUD_TOKEN))
  if (localImage === undefined && schematic === undefined) {
    const disks = images.filter((image) => architectures.some((one) => one === findArchitecture(image)))
    await Promise.all(disks.map(({ disk }) => problems.attempt(() => inspectUpload(disk))))
  }
  problems.throw()
  if (configuration === undefined) throw new RangeError('the variables could not be read, and no problem says why')
  return withTemplateVersion({
    variables: { ...configuration.variables, warnings: [...configuration.variables.warnings, ...warnings] },
    ...(pages.size === 0 ? {} : { pages }),
    template,
    architectures,
    roles: options.everyRole ? [...roleSchematics.keys()] : roles.length === 0 ? [undefined] : roles,
    roleSchematics: new Map([...roleSchematics, ...ofContent(options, schematic)]),
    schematic,
    schematicId: options.content?.schematicId,
    ...(schematic === undefined || (schematicFile ?? options.content) ? {} : { schematicIsDefault: true }),
    localImage,
    sha256: toHashes(options.pins, architectures),
    ...(options.shard === undefined ? {} : { shard: options.shard.value }),
    force: options.force,
    evenInUse: options.evenInUse,
    ...(options.replaceAsPacker === true ? { replaceAsPacker: true } : {}),
    noFallback: !options.fallback,
    allowBiggerDisk: options.allowBiggerDisk,
    bootTest: options.bootTest,
    server,
    labels,
    description,
    ...(options.sshIsGiven === undefined ? {} : { sshIsGiven: options.sshIsGiven }),
    inputs: {
      ...inputs,
      settings: settings?.name ?? null,
      schematics: [...roleSchematics.values(), schematic].flatMap((one) => one?.file ?? []),
    },
  })
}

/** The options, with what stands in the settings file where they say nothing. */
function settleOptions(options: RequestOptions, settings: SettingsFile | undefined): SettledOptions {
  // Builds that are named are chosen already.
  const fromFile = options.only.length > 0 ? undefined : settings?.architectures
  return {
    ...options,
    architectures: options.architectures ?? fromFile ?? ARCHITECTURES,
    bootTest: options.bootTest ?? settings?.bootTest ?? false,
  }
}

/** The schematic that is given, else that of the settings file; undefined: there is none. */
async function readSchematic(
  options: SettledOptions,
  settings: SettingsFile | undefined,
): Promise<SchematicFile | undefined> {
  const { cwd, signal, schematicFile, content } = options
  if (schematicFile !== undefined) return readSchematicFile(cwd, schematicFile, 'schematic', { signal })
  if (content === undefined) return readDefaultSchematic(options, settings)
  const { schematic } = content
  return schematic && { file: schematic.name, parsed: parseSchematic(schematic.text, schematic.name) }
}

/** A schematic that stands in no file is that of each role, too. */
function ofContent({ content, roles }: RequestOptions, schematic: SchematicFile | undefined) {
  return content === undefined || schematic === undefined ? [] : roles.map((role) => [role, schematic] as const)
}

/** The schematic that the settings file names, for generic images from the Factory. */
async function readDefaultSchematic(
  { cwd, roles, everyRole, imageFile }: RequestOptions,
  settings: SettingsFile | undefined,
): Promise<SchematicFile | undefined> {
  const named = settings?.schematic
  if (settings === undefined || named === undefined) return undefined
  if (roles.length > 0 || everyRole || imageFile !== undefined) return undefined
  const path = join(dirname(settings.path), named.value)
  if (existsSync(path)) return readSchematicFile(cwd, path, 'schematic')
  throw new TalosImageError({
    code: 'schematic',
    message: `there is no file ${displayName(path, cwd)}`,
    at: named.origin,
    hint: `write it (\`customization: {}\` changes nothing), or take "schematic" out of ${settings.name}`,
  })
}

async function loadForPacker(sources: VariableSources): Promise<Configuration> {
  return { variables: await loadVariables(sources), template: undefined, oddUrls: [] }
}

function toUrlProblem({ value, origin: at }: Sourced<string>): Problem[] {
  const problem = checkImageUrl(value)
  return problem === undefined ? [] : [{ code: 'source', at, ...problem }]
}

/** Turns what people note down of an image into its URL, and keeps what is to be said and done about it. */
function readReferences() {
  const pages = new Map<string, string>()
  const warnings: Problem[] = []
  const toImageUrl: VariableSources['toImageUrl'] = ({ value, origin: at }, architecture) => {
    const reference = parseFactoryReference(value, architecture)
    if (reference === undefined) return value
    const { url, schematic, oddity } = reference
    if (schematic !== undefined) pages.set(url, schematic)
    if (oddity !== undefined) {
      const hint =
        'the image for Hetzner Cloud with the same extensions is taken: choose "Hetzner" on the page of the Factory'
      warnings.push({
        code: 'config',
        message: `what image_url_${architecture} names is not for Hetzner Cloud: ${oddity}`,
        at,
        hint,
      })
    }
    return url
  }
  return { toImageUrl, pages, warnings }
}

const NO_IMAGES = { images: [], names: [] } as const

/** Patterns that choose nothing of what there is: a typing mistake must not build everything, or nothing. */
function findSelectionProblems(
  options: RequestOptions,
  known: readonly string[],
  { names, write }: Spelling,
): Problem[] {
  const find = (option: 'only' | 'except'): Problem[] =>
    options[option]
      .filter((pattern) => !known.some((name) => toGlob(pattern).test(name)))
      .map((pattern) => ({
        code: 'usage',
        message: `"${pattern}" of ${names[option]} is no build of the template`,
        hint:
          known.length === 0
            ? `there is no template that says what is built; ${write('architectures', 'x86')} chooses an architecture`
            : (didYouMean(pattern, known) ?? `there are ${known.join(', ')}`),
      }))
  const problems = [...find('only'), ...find('except')]
  const isNothingLeft = known.length > 0 && !known.some((name) => isChosen(options, name))
  if (problems.length > 0 || !isNothingLeft) return problems
  const hint = `there are ${known.join(', ')}`
  return [{ code: 'usage', message: `${names.only} and ${names.except} leave no build of the template`, hint }]
}

function toLocalImage({ imageFile, cwd }: RequestOptions, { names }: Spelling): LocalImage | undefined {
  if (imageFile === undefined) return undefined
  if (imageFile === '-') return { kind: 'stdin' }
  return { kind: 'file', path: resolve(cwd, imageFile), at: { kind: 'flag', name: names.imageFile } }
}

/** The file that a template uploads, if that is what it writes. */
async function inspectUpload({ value, origin }: TemplateImage['disk']): Promise<void> {
  if (value.kind === 'file') await inspectFile(value.path, origin)
}

/** API tokens that a template gives and that are not the one that is used: a snapshot must not land in another project. */
function findTokenProblems(images: readonly TemplateImage[], used = ''): Problem[] {
  return images.flatMap(({ token }): Problem[] => {
    if (token === undefined || token.value === '') return []
    registerSecret(token.value)
    if (token.value === used.trim()) return []
    return [
      {
        code: 'token',
        message: 'the template gives an API token of its own, but the token comes from HCLOUD_TOKEN only',
        at: token.origin,
        hint: 'set HCLOUD_TOKEN to it, or leave "token" out of the template',
      },
    ]
  })
}

function toHashes(pins: readonly Pin[], architectures: readonly Architecture[]): Partial<Record<Architecture, string>> {
  const [only] = architectures
  const hashes: Partial<Record<Architecture, string>> = {}
  for (const architecture of ARCHITECTURES) {
    const pin = pins.find((one) => (one.architecture ?? only) === architecture)
    if (pin !== undefined) hashes[architecture] = pin.hex.toLowerCase()
  }
  return hashes
}
