/**
 * Which attribute a problem is at. Everything that is read of a configuration gets an origin with the attribute in it; what
 * finds a problem knows origins only.
 */

import { formatOrigin, type Origin, type Problem, TalosImageError } from '../errors.ts'
import { type Diagnostic, DiagnosticsError, type Path } from './definition.ts'
import { SCHEMATIC_OBJECT, SCHEMATIC_TEXT } from './schematic-value.ts'
import { attributeFor, inTerraform } from './words.ts'

const ATTRIBUTE = 'attribute '

/** The origin of what stands in an attribute, or in an attribute or under a key of it. */
export const at = (name: string, ...inner: readonly string[]): Origin => ({
  kind: 'flag',
  name: `${ATTRIBUTE}${[name, ...inner].join('/')}`,
})

/** What others call attributes: the variables of a template, the flags of the command. */
const CALLED: ReadonlyMap<string, Path> = new Map([
  ['-var talos_version', ['talos_version']],
  ['-var server_type_arm', ['server_type']],
  ['-var server_type_x86', ['server_type']],
  ['-var server_location', ['location']],
  ['-var image_url_arm', ['image_url']],
  ['-var image_url_x86', ['image_url']],
  ['--factory-url', ['factory_url']],
  ['--ssh-port', ['ssh', 'port']],
])

/** The attribute that an origin names; undefined for any other. */
function pathOf(origin: Origin | undefined): Path | undefined {
  if (origin?.kind === 'file') return SCHEMATICS.includes(origin.file) ? ['schematic'] : undefined
  if (origin === undefined || origin.kind === 'default') return undefined
  if (origin.kind === 'env') {
    const attribute = attributeFor(origin.name)
    return attribute === undefined ? undefined : [attribute]
  }
  if (!origin.name.startsWith(ATTRIBUTE)) return CALLED.get(origin.name)
  // A key of a label may have a slash itself.
  const [name = '', ...inner] = origin.name.slice(ATTRIBUTE.length).split('/')
  return inner.length === 0 ? [name] : [name, inner.join('/')]
}

/** What is found where no origin is known. */
const FOUND: readonly (readonly [RegExp, Path])[] = [[/, not the pinned [0-9a-f]{64}$/, ['sha256']]]

const SCHEMATICS: readonly string[] = [SCHEMATIC_TEXT, SCHEMATIC_OBJECT]

/** A problem at its attribute; of a schematic with the line, which Terraform does not show. */
export function toDiagnostic(
  { at: origin, message, hint }: Problem,
  severity: Diagnostic['severity'] = 'error',
): Diagnostic {
  const path = pathOf(origin) ?? FOUND.find(([text]) => text.test(message))?.[1]
  const hasLine = origin?.kind === 'file' && origin.file === SCHEMATIC_TEXT && origin.line !== undefined
  const place = hasLine ? `Line ${origin.line}, column ${origin.column ?? 1}.` : path ? '' : formatOrigin(origin)
  const advice = hint === undefined ? '' : sentence(inTerraform(hint))
  const detail = [hasLine || place === '' || advice === '' ? place : `${place}:`, advice].filter((part) => part !== '')
  return {
    severity,
    summary: inTerraform(message),
    ...(detail.length === 0 ? {} : { detail: detail.join(' ') }),
    ...(path === undefined ? {} : { path }),
  }
}

const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?`]$/.test(text) ? '' : '.'}`

export const toWarnings = (problems: readonly Problem[]): readonly Diagnostic[] =>
  problems.map((problem) => toDiagnostic(problem, 'warning'))

/** Does something whose problems are to be shown at their attributes. @throws DiagnosticsError in the place of TalosImageError */
export async function placed<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof TalosImageError)) throw error
    throw new DiagnosticsError(
      error.problems.map((problem) => toDiagnostic(problem)),
      { cause: error },
    )
  }
}

/** An error at an attribute. */
export const wrong = (path: Path, summary: string, detail: string): Diagnostic => ({
  severity: 'error',
  summary,
  detail: inTerraform(detail),
  path,
})
