/** What messages of the other rooms say in words of the command, in those of Terraform. */

/** What decides how things are called: the configuration of the provider, one for each process. */
interface Configured {
  readonly sandbox: boolean
  /** The attributes of its block that are set. */
  readonly given: ReadonlySet<string>
}

let configured: Configured = { sandbox: false, given: new Set() }

/** Remembers how the provider is configured, for all messages of the process. */
export function rememberConfigured(now: Configured): void {
  configured = now
}

/** Attributes of the provider, and the variables that count without them. */
const VARIABLES = [
  ['token', 'HCLOUD_TOKEN'],
  ['endpoint', 'HCLOUD_ENDPOINT'],
  ['factory_url', 'TALOS_IMAGE_FACTORY_URL'],
] as const

/** The attribute that was set in the place of a variable; undefined when the variable counts, if one does. */
export const attributeFor = (variable: string): string | undefined =>
  VARIABLES.find(([attribute, name]) => name === variable && configured.given.has(attribute))?.[0]

/** In this order. What there is no attribute for is said as a command that does it. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [
    /keep it, or let it go all the same: --even-in-use \(in the library evenInUse\)/g,
    'keep it with keep_on_destroy = true, or let it go with force_destroy = true, and apply that first',
  ],
  [/-var (?:name|\w+)=(?:value|(\S+))/g, '"$1"'],
  [/--factory-url or TALOS_IMAGE_FACTORY_URL/g, 'TALOS_IMAGE_FACTORY_URL'],
  [/--sha256\b/g, 'sha256'],
  [/--network(?: NAME)?\b/g, 'networks in build_server of the provider'],
  [/, each needs its own \(--project NAME looks into another one\)/g, ''],
  [/--sandbox\b/g, 'sandbox = true'],
  [/--boot-test(?: \(bootTest\))?/g, 'boot_test'],
  [/--allow-unproven\b/g, 'allow_unproven = true in boot_tests of the provider'],
  [/wait with --wait-for-stock 30m, /g, ''],
  [
    /choose another (.*), allow bigger disks with --allow-bigger-disk, or keep an older snapshot with --allow-older/g,
    'or choose another $1',
  ],
  [/--ssh-over and --ip-family choose its address/g, 'over in ssh and ip_family in build_server choose its address'],
  [/--ssh-over(?: (ipv6))?/g, 'over in ssh of the provider'],
  [/--ip-family ipv6 or any\b/g, 'ip_family = "ipv6" or "any" in build_server of the provider'],
  [/--ip-family any\b/g, 'ip_family = "any" in build_server of the provider'],
  [/--ssh-port\b/g, 'port in ssh of the provider'],
  [/--require-host-proof\b/g, 'require_host_proof in ssh of the provider'],
  [/build it anew with --force\b/g, 'build it anew with `terraform apply -replace=ADDRESS`'],
  [/--allow-http, or TALOS_IMAGE_ALLOW_HTTP=1/g, 'TALOS_IMAGE_ALLOW_HTTP=1'],
  [/(?<!`talos-image build )--(?:image-file|timeout)(?: (?:PATH|FILE))?\b/g, '`talos-image build $&`'],
  [/\bserver_location\b/g, 'location'],
  [/\b(server_type|image_url)_(?:arm|x86)\b/g, '$1'],
]

/** A text as it is told to users of Terraform. */
export function inTerraform(text: string): string {
  const said = WORDS.reduce((before, [from, to]) => before.replaceAll(from, to), text)
  const named = VARIABLES.reduce(
    (before, [attribute, variable]) =>
      configured.given.has(attribute)
        ? before.replaceAll(new RegExp(`\\b${variable}\\b`, 'g'), `${attribute} of the provider`)
        : before,
    said,
  )
  // The same project as that of the provider.
  return configured.sandbox ? named.replaceAll(/`talos-image [^`]*(?=`)/g, '$& --sandbox') : named
}
