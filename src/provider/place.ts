/**
 * Which attribute a problem is at. Everything that is read of a configuration gets an origin with the attribute in it; what
 * finds a problem knows origins only.
 */

import { formatOrigin, type Origin, type Problem, TalosImageError } from '../errors.ts'
import { type Diagnostic, DiagnosticsError, type Path } from './definition.ts'
import { SCHEMATIC_OBJECT, SCHEMATIC_TEXT } from './schematic-value.ts'

const ATTRIBUTE = 'attribute '

/** The origin of what stands in an attribute, or in an attribute or under a key of it. */
export const at = (name: string, ...inner: readonly string[]): Origin => ({
  kind: 'flag',
  name: `${ATTRIBUTE}${[name, ...inner].join('/')}`,
})

/** What others call attributes: the variables of a template, the settings of the command. */
const CALLED: ReadonlyMap<string, Path> = new Map([
  ['-var talos_version', ['talos_version']],
  ['-var server_type_arm', ['server_type']],
  ['-var server_type_x86', ['server_type']],
  ['-var server_location', ['location']],
  ['-var image_url_arm', ['image_url']],
  ['-var image_url_x86', ['image_url']],
  ['HCLOUD_TOKEN', ['token']],
  ['HCLOUD_ENDPOINT', ['endpoint']],
  ['--factory-url', ['factory_url']],
  ['TALOS_IMAGE_FACTORY_URL', ['factory_url']],
  ['--ssh-port', ['ssh', 'port']],
])

/** What messages of the other rooms say, and what it is in Terraform. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [
    /keep it, or let it go all the same: --even-in-use \(in the library evenInUse\)/g,
    'keep it with keep_on_destroy = true, or let it go with force_destroy = true, and apply that first',
  ],
  [/-var (?:name|\w+)=(?:value|(\S+))/g, '"$1"'],
  [/--sha256\b/g, 'sha256'],
  [/--network(?: NAME)?\b/g, 'networks'],
  [/, each needs its own \(--project NAME looks into another one\)/g, ''],
  [/--sandbox\b/g, 'sandbox = true'],
  [/--boot-test(?: \(bootTest\))?/g, 'boot_test'],
  [/--allow-unproven\b/g, 'allow_unproven = true in boot_tests of the provider'],
  [/ wait with --wait-for-stock 30m,/g, ''],
  [
    /, choose another (.*), allow bigger disks with --allow-bigger-disk, or keep an older snapshot with --allow-older/g,
    ', or choose another $1',
  ],
  [/--ssh-over and --ip-family choose its address/g, 'over in ssh and ip_family in build_server choose its address'],
  [/--allow-http, or TALOS_IMAGE_ALLOW_HTTP=1/g, 'TALOS_IMAGE_ALLOW_HTTP=1'],
  [/\bserver_location\b/g, 'location'],
  [/\b(server_type|image_url)_(?:arm|x86)\b/g, '$1'],
]

const inTerraform = (text: string): string => WORDS.reduce((said, [from, to]) => said.replaceAll(from, to), text)

/** The attribute that an origin names; undefined for any other. */
function pathOf(origin: Origin | undefined): Path | undefined {
  if (origin?.kind === 'file') return SCHEMATICS.includes(origin.file) ? ['schematic'] : undefined
  if (origin === undefined || origin.kind === 'default') return undefined
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
  const detail = [place, hint === undefined ? '' : sentence(inTerraform(hint))].filter((part) => part !== '')
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
  detail,
  path,
})
