/** Options that cannot be used together, and options that cannot be. Pure. */

import { ARCHITECTURES, hintArchitecture, isRoleName, ROLE_RULE, toArchitecture } from '../domain.ts'
import type { Problem } from '../errors.ts'
import { formatShard } from '../plan/shard.ts'
import type { OptionName, RequestOptions, SettledOptions, Spelling } from './options.ts'

const usage = (message: string, hint: string): Problem => ({ code: 'usage', message, hint })

const NOTHING_REPLACED = usage(
  'nothing is replaced without --force (force), so --even-in-use (evenInUse) has no effect',
  'give both, or neither',
)

const PACKER_DOES_NOT_BOOT = usage(
  'Packer publishes a snapshot as soon as it is made, so it cannot be booted before',
  'build without --engine packer, or boot the snapshot afterwards: `talos-image boot-test ID`',
)

/** Everything that is wrong with the options by themselves, before a file is read. */
export function findContradictions(options: SettledOptions, spelling: Spelling): Problem[] {
  const { at } = spelling
  const place = (option: OptionName, problems: readonly Problem[]): readonly Problem[] =>
    at === undefined ? problems : problems.map((problem) => ({ ...problem, at: at(option) }))
  return [
    ...place('roles', findRoleProblems(options, spelling)),
    ...place('architectures', findArchitectureProblems(options, spelling)),
    ...findImageFileProblems(options, spelling),
    ...place('sha256', findPinProblems(options, spelling)),
    ...findIdProblems(options),
    ...(options.evenInUse && !options.force ? [NOTHING_REPLACED] : []),
    ...(options.bootTest && options.forPacker ? [PACKER_DOES_NOT_BOOT] : []),
    ...findShardProblems(options),
  ]
}

function findShardProblems({ shard }: RequestOptions): Problem[] {
  if (shard === undefined) return []
  const { index, count } = shard.value
  if (Number.isInteger(index) && Number.isInteger(count) && index >= 1 && index <= count) return []
  const hint =
    count >= 1
      ? `shards count from 1: write one of ${formatShard({ index: 1, count })} to ${formatShard({ index: count, count })}`
      : 'write INDEX/COUNT, such as 1/4'
  return [{ ...usage(`there is no shard ${index} of ${count}`, hint), at: shard.origin }]
}

function findIdProblems({ content: { schematicId } = {} }: RequestOptions): Problem[] {
  if (schematicId === undefined || /^[0-9a-f]{64}$/.test(schematicId.value)) return []
  const message = `"${schematicId.value}" is not the ID of a schematic`
  return [{ ...usage(message, 'it has 64 hexadecimal digits'), at: schematicId.origin }]
}

function findRoleProblems(options: SettledOptions, { names }: Spelling): Problem[] {
  const { roles, everyRole, schematicFile } = options
  const problems = roles
    .filter((role) => !isRoleName(role))
    .map((role) => usage(`"${role}" cannot be the name of a role`, `use ${ROLE_RULE}`))
  const [first] = roles
  if (everyRole && first !== undefined) {
    problems.push(usage(`${names.roles} builds every role, and "${first}" asks for one`, 'give one of the two'))
  }
  if (schematicFile !== undefined && (everyRole || first !== undefined)) {
    const message = `${names.schematicFile} is for generic images; a role has its own schematic`
    problems.push(usage(message, 'edit schematic-<role>.yaml instead'))
  }
  return problems
}

function findArchitectureProblems({ architectures }: SettledOptions, { names }: Spelling): Problem[] {
  if (architectures.length === 0) {
    return [usage(`${names.architectures} names no architecture to build for`, 'name one, or leave it out')]
  }
  // The types say what they are, and a program in JavaScript need not keep to them.
  return architectures.flatMap((one) =>
    toArchitecture(one) === undefined
      ? [usage(`${names.architectures}: "${one}" is not an architecture`, hintArchitecture(one))]
      : [],
  )
}

function findImageFileProblems(options: SettledOptions, { names, write }: Spelling): Problem[] {
  const { imageFile, schematicFile, projects } = options
  if (imageFile === undefined) return []
  const problems: Problem[] = []
  if (schematicFile !== undefined) {
    const message = `${names.imageFile} and ${names.schematicFile} cannot be used together`
    problems.push(usage(message, 'a local image is built as it is'))
  }
  if (new Set(options.architectures).size > 1) {
    const hint = `say which: ${ARCHITECTURES.map((one) => write('architectures', one)).join(' or ')}`
    problems.push(usage(`${names.imageFile} holds one architecture`, hint))
  }
  if (hasSeveralRoles(options)) {
    problems.push(usage(`${names.imageFile} is one image, ${names.roles} are several`, 'name one role'))
  }
  if (imageFile === '-' && projects > 1) {
    const hint = 'write it to a file first, which each project gets a copy of'
    problems.push(usage('standard input can be read once, and there are several projects', hint))
  }
  return problems
}

const hasSeveralRoles = ({ roles, everyRole }: RequestOptions): boolean => everyRole || new Set(roles).size > 1

/** A pin that would not be looked at is worse than none: it was given to be relied on. */
function findPinProblems(options: SettledOptions, { names, write }: Spelling): Problem[] {
  const { pins } = options
  const architectures = new Set<string>(options.architectures)
  if (pins.length === 0) return []
  if (hasSeveralRoles(options)) {
    const message = `${names.sha256} pins one image of an architecture, ${names.roles} builds several`
    return [usage(message, 'build the roles one by one')]
  }
  const [only] = architectures
  if (pins.some(({ architecture }) => architecture === undefined) && architectures.size > 1) {
    const hint = `write ${ARCHITECTURES.map((one) => write('sha256', `${one}=...`)).join(' and ')}`
    return [usage(`${names.sha256} does not say which image it is for`, hint)]
  }
  const malformed = pins
    .filter(({ hex }) => !/^[0-9a-f]{64}$/i.test(hex))
    .map(({ hex }) => usage(`${names.sha256}: "${hex}" is not a SHA-256`, 'give 64 hexadecimal digits'))
  const pinned = pins.map(({ architecture }) => architecture ?? only ?? '')
  const useless = [...new Set(pinned)].flatMap((one) => {
    if (!architectures.has(one)) {
      const isKnown = toArchitecture(one) !== undefined
      const hint = isKnown ? `leave it out, or add ${write('architectures', one)}` : hintArchitecture(one)
      return [usage(`${names.sha256} pins the ${one} image, which is not built`, hint)]
    }
    const count = pinned.filter((architecture) => architecture === one).length
    const hint = 'give it once for each image'
    return count > 1 ? [usage(`${names.sha256} is given twice for the ${one} image`, hint)] : []
  })
  return [...malformed, ...useless]
}
