/** The images that a template builds, as they are wanted: of which architectures, for which roles, out of what. */

import { evaluateTemplate } from '../config/template/evaluate-template.ts'
import { nameOfDisk, type TemplateImage } from '../config/template/images.ts'
import type { Template } from '../config/template/template.ts'
import type { Sourced } from '../config/variables.ts'
import { ARCHITECTURES, type Architecture, type Labels, type Role } from '../domain.ts'
import type { Problem } from '../errors.ts'
import { uniqueProblems } from '../util/problem-collector.ts'
import { chooseSchematic, toOverruled } from './overruled.ts'
import type { ChosenImages, ImageRequest, PlanRequest, SourceChoice } from './request.ts'
import { findLabelVersion, versionsIn } from './series.ts'
import { findLabelProblem } from './server-label.ts'
import { findArchitecture } from './template-architecture.ts'
import { mergeServer } from './template-server.ts'
import { chooseTemplateSource, findSumProblem, isOfTemplate, toOverrides } from './template-source.ts'

/** Evaluates the template for each role. Pure. */
export function chooseTemplateImages(request: PlanRequest, template: Template): ChosenImages {
  const found = request.roles.map((role) => chooseForRole(request, template, role))
  return {
    images: found.flatMap(({ images }) => images),
    problems: uniqueProblems(found.flatMap(({ problems }) => problems)),
    warnings: uniqueProblems(found.flatMap(({ warnings }) => warnings)),
  }
}

/**
 * The request with the version that the images of its template have: where no variable of the template says it, that of its
 * label or URL; where the template itself puts the `v` in front, that of the variable with a `v`.
 */
export function withTemplateVersion(request: PlanRequest): PlanRequest {
  const { template, variables } = request
  if (template === undefined) return request
  if (template.variables.has('talos_version')) {
    if (!putsVInFront(template)) return request
    const { value, origin } = variables.talosVersion
    const talosVersion = { value: value.replace(/^(?=\d)/, 'v'), origin }
    return { ...request, variables: { ...variables, talosVersion }, bareVersion: true }
  }
  const [version] = evaluateTemplate(template)
    .images.map(findVersion)
    .filter((found) => !('message' in found))
  return version === undefined || 'message' in version
    ? request
    : { ...request, variables: { ...variables, talosVersion: version } }
}

/** No Talos has it, so that what it becomes is no accident. */
const SAMPLE_VERSION = '99.98.97'

/** Whether a template makes `/v1.13.9/` of `1.13.9`. */
function putsVInFront(template: Template): boolean {
  const { images } = evaluateTemplate(template, new Map([['talos_version', SAMPLE_VERSION]]))
  return images.some((image) => versionsIn(nameOfDisk(image)).includes(`v${SAMPLE_VERSION}`))
}

/** An image with what is decided of it. */
interface Candidate {
  readonly image: TemplateImage
  readonly architecture: Architecture
  readonly choice: SourceChoice
}

function chooseForRole(request: PlanRequest, template: Template, role: Role | undefined): ChosenImages {
  const schematicFor = (architecture: Architecture): ReturnType<typeof chooseSchematic> => {
    if (request.localImage !== undefined) return {}
    if (role === undefined) return chooseSchematic(request, architecture)
    const schematic = request.roleSchematics.get(role)
    return schematic === undefined ? {} : { schematic }
  }
  const overrides = toOverrides(request, template, (architecture) => schematicFor(architecture).schematic)
  const { images, problems, warnings } = evaluateTemplate(template, overrides)
  const found: Problem[] = [...problems]
  const noted: Problem[] = [...warnings]
  const candidates = images.flatMap((image): Candidate[] => {
    const architecture = findArchitecture(image)
    if (typeof architecture !== 'string') {
      found.push(architecture)
      return []
    }
    if (!request.architectures.includes(architecture)) return []
    const { schematic: given, warning: weaker } = schematicFor(architecture)
    if (weaker !== undefined) noted.push(weaker)
    const choice = chooseTemplateSource(request, { image, architecture, given, overrides })
    if ('message' in choice) {
      found.push(choice)
      return []
    }
    const differs = findSumProblem(request, { image, architecture, choice })
    if (differs !== undefined) found.push(differs)
    const by = request.localImage !== undefined ? '--image-file' : given && describeSchematic(role)
    const { warning } = by === undefined ? {} : toOverruled(request, architecture, by)
    if (warning !== undefined) noted.push(warning)
    found.push(...findTemplateLabelProblems(image.labels))
    noted.push(...findTemplateLabelWarnings(image))
    return [{ image, architecture, choice }]
  })
  if (found.length === 0) found.push(...findMissingProblems(request, template, candidates))
  const wanted = nameCandidates(candidates).map(({ name, ...candidate }) => {
    const made = toImageRequest(request, template, role, name, candidate)
    if ('message' in made) found.push(made)
    return made
  })
  const made = wanted.flatMap((one) => ('message' in one ? [] : [one]))
  // As without a template: arm, then x86.
  const sorted = ARCHITECTURES.flatMap((architecture) => made.filter((one) => one.architecture === architecture))
  return { images: sorted, problems: found, warnings: noted }
}

const describeSchematic = (role: Role | undefined): string =>
  role === undefined ? '--schematic' : `the schematic of the role ${role}`

/** Architectures that were asked for and that the template does not build. */
function findMissingProblems(
  { architectures }: PlanRequest,
  { builds }: Template,
  candidates: readonly Candidate[],
): Problem[] {
  if (candidates.length > 0 && architectures.length === ARCHITECTURES.length) return []
  const missing = architectures.filter((one) => !candidates.some(({ architecture }) => architecture === one))
  return missing.map((architecture) => ({
    code: 'config',
    message: `the template builds no image for ${architecture}`,
    at: builds[0]?.origin,
    hint: `leave out --arch ${architecture}, or write a source and a build for it`,
  }))
}

/** The architecture names an image; where two have the same, their sources do. */
function nameCandidates(candidates: readonly Candidate[]): readonly (Candidate & { readonly name: string })[] {
  const isAlone = ({ architecture }: Candidate): boolean =>
    candidates.filter((other) => other.architecture === architecture).length === 1
  const names = new Set<string>()
  return candidates.map((candidate) => {
    const wanted = isAlone(candidate) ? candidate.architecture : candidate.image.source
    let name = wanted
    for (let count = 2; names.has(name); count += 1) name = `${wanted}-${count}`
    names.add(name)
    return { ...candidate, name }
  })
}

function toImageRequest(
  request: PlanRequest,
  template: Template,
  role: Role | undefined,
  name: string,
  { image, architecture, choice }: Candidate,
): ImageRequest | Problem {
  const version = template.variables.has('talos_version') ? undefined : findVersion(image)
  if (version !== undefined && 'message' in version) return version
  const { server } = image
  return {
    name: role === undefined ? name : `${name} ${role}`,
    architecture,
    role,
    choice,
    sha256: request.sha256[architecture] ?? (isOfTemplate(choice) ? image.sha256?.value : undefined),
    server: mergeServer(request.server, { ...server, downloadProxy: toDownloadProxy(image) }),
    serverType: image.serverType,
    location: image.location,
    template: {
      build: image.build,
      description: image.description.value,
      labels: toLabels(image, role),
      version,
      sshPort: request.sshIsGiven?.port === true ? undefined : server.sshPort?.value,
      sshTimeoutMs: request.sshIsGiven?.timeout === true ? undefined : server.sshTimeoutMs?.value,
    },
  }
}

/** The proxy through which the commands download. */
function toDownloadProxy({ disk: { value, origin } }: TemplateImage): Sourced<string> | undefined {
  return value.kind === 'file' || value.proxy === undefined ? undefined : { value: value.proxy, origin }
}

function toLabels({ labels }: TemplateImage, role: Role | undefined): Labels {
  const own = Object.fromEntries([...labels].map(([name, { value }]) => [name, value]))
  return role === undefined ? own : { ...own, role }
}

/** Labels that the API would refuse, after the image has been paid for. */
function findTemplateLabelProblems(labels: ReadonlyMap<string, Sourced<string>>): Problem[] {
  return [...labels].flatMap(([key, { value, origin }]) => findLabelProblem(key, value, origin, 'snapshot') ?? [])
}

/** That the other commands do not find such snapshots. */
function findTemplateLabelWarnings({ labels, description }: TemplateImage): Problem[] {
  if (labels.get('os')?.value === 'talos') return []
  return [
    {
      code: 'config',
      message: 'the snapshots do not get the label os=talos, so list, prune, outdated and the like will not see them',
      at: [...labels.values()][0]?.origin ?? description.origin,
      hint: 'add os = "talos" to snapshot_labels',
    },
  ]
}

/** Which Talos version an image has, where no variable says so: what its label says, else its URL. */
function findVersion(image: TemplateImage): Sourced<string> | Problem {
  const labelled = findLabelVersion((label) => image.labels.get(label)?.value)
  const origin = labelled && image.labels.get(labelled.label)?.origin
  if (labelled !== undefined && origin !== undefined) return { value: labelled.version, origin }
  const [version] = versionsIn(nameOfDisk(image))
  if (version !== undefined) return { value: version, origin: image.disk.origin }
  return {
    code: 'config',
    message: `the Talos version of the image of "${image.source}" is not known`,
    at: image.disk.origin,
    hint: 'give its snapshot a label version, or the template a variable talos_version',
  }
}
