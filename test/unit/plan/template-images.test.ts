import { parseSchematic } from 'talos-schematic'
import { describe, expect, test } from 'vitest'
import { loadConfiguration } from '../../../src/config/load.ts'
import { chooseImages } from '../../../src/plan/choose-images.ts'
import { findContradictions } from '../../../src/plan/contradictions.ts'
import type { PlanRequest } from '../../../src/plan/request.ts'
import { withTemplateVersion } from '../../../src/plan/template-images.ts'
import { createDirectory } from '../config/fixture.ts'
import { planRequest, sourced } from './fixture.ts'

const WRITE = `provisioner "shell" {\n    inline = ["curl -L \${local.url} | xz -d | dd of=/dev/sda"]\n  }`

interface Source {
  readonly name?: string
  readonly type?: string
  readonly more?: string
  readonly labels?: string
}

const source = ({ name = 'a', type = 'cx23', more = '', labels = 'os = "talos"' }: Source = {}) =>
  `source "hcloud" "${name}" {
  server_type = "${type}"
  location = "fsn1"
  snapshot_name = "${name}"
  snapshot_labels = { ${labels} }
  ${more}
}
build {
  sources = ["source.hcloud.${name}"]
  ${WRITE}
}
`
const url = (text: string) => `locals {\n  url = "${text}"\n}\n`
const URL = url('https://example.com/v1.12.2/talos.raw.xz')

async function choose(template: string, change: Partial<PlanRequest> = {}) {
  await using directory = await createDirectory({ 't.pkr.hcl': template })
  const sources = { directory: directory.path, varFiles: [], vars: [], env: {}, cwd: directory.path }
  const request = withTemplateVersion(planRequest({ ...(await loadConfiguration(sources)), ...change }))
  return { request, ...chooseImages(request) }
}

const messages = (problems: readonly { readonly message: string }[]) => problems.map(({ message }) => message)

describe('the architecture of an image', () => {
  test.each([
    ['arch = "arm64"', 'cx23', 'amd64', 'arm'],
    ['os = "talos"', 'cx23', 'arm64', 'arm'],
    ['os = "talos"', 'cax11', 'talos', 'arm'],
    ['os = "talos"', 'cpx11', 'talos', 'x86'],
    ['os = "talos"', 'ccx13', 'arm64-and-amd64', 'x86'],
  ])('label %s, type %s, file %s: %s', async (labels, type, file, architecture) => {
    const { images } = await choose(url(`https://example.com/v1.2.3/${file}.raw`) + source({ labels, type }))
    expect(images.map((image) => image.architecture)).toEqual([architecture])
  })

  test('nothing tells it', async () => {
    const { problems } = await choose(URL + source({ type: 'new1' }))
    expect(messages(problems)).toEqual(['the architecture of the image of "a" is not known'])
  })
})

describe('the version of an image', () => {
  test.each([
    ['version = "v1.2.3"', 'https://example.com/v9.9.9/a.raw', 'v1.2.3'],
    ['talos_version = "1.2.3"', 'https://example.com/a.raw', 'v1.2.3'],
    ['version = "main"', 'https://example.com/v1.4.0/a.raw', 'v1.4.0'],
  ])('label %s, URL %s: %s', async (labels, text, version) => {
    const { request, images } = await choose(url(text) + source({ labels }))
    expect([request.variables.talosVersion.value, images[0]?.template?.version?.value]).toEqual([version, version])
  })

  test('nothing tells it', async () => {
    const { problems } = await choose(url('https://example.com/a.raw') + source())
    expect(messages(problems)).toEqual(['the Talos version of the image of "a" is not known'])
  })

  test('a variable wins over both', async () => {
    const variable = 'variable "talos_version" { default = "v1.5.0" }\n'
    const { request, images } = await choose(variable + URL + source({ labels: 'version = "v1.2.3"' }))
    expect([request.variables.talosVersion.value, images[0]?.template?.version]).toEqual(['v1.5.0', undefined])
  })
})

describe('a version without its v', () => {
  const template = (value: string, path: string) =>
    `variable "talos_version" { default = "${value}" }\n${url(`https://example.com/${path}/amd64.raw`)}` +
    source({ labels: 'os = "talos", version = var.talos_version' })

  test.each(['1.12.2', 'v1.12.2'])('is what the template takes that puts it in front itself: %s', async (value) => {
    const { request, images } = await choose(template(value, `v\${var.talos_version}`))
    expect(request.variables.talosVersion.value).toBe('v1.12.2')
    expect(images[0]?.template?.labels).toEqual({ os: 'talos', version: '1.12.2' })
    expect(images[0]?.choice).toMatchObject({ url: 'https://example.com/v1.12.2/amd64.raw' })
    expect(findContradictions(images, 'v1.12.2')).toEqual([])
  })

  test('stays as it is where the template does not', async () => {
    const { request, images } = await choose(template('v1.12.2', `\${var.talos_version}`))
    expect(request.variables.talosVersion.value).toBe('v1.12.2')
    expect(images[0]?.template?.labels).toEqual({ os: 'talos', version: 'v1.12.2' })
    expect((await choose(template('1.12.2', `\${var.talos_version}`))).request.variables.talosVersion.value).toBe(
      '1.12.2',
    )
  })

  test('is told when a URL has two of them', async () => {
    const { images } = await choose(
      url('https://example.com/vv1.12.2/amd64.raw') + source({ labels: 'version = "v1.12.2"' }),
    )
    expect(messages(findContradictions(images, 'v1.12.2'))).toEqual([
      'the image URL of the template names the version vv1.12.2',
    ])
  })
})

describe('a label that says something else than the image', () => {
  const variable = 'variable "talos_version" { default = "v1.5.0" }\n'
  const generic = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba'
  const labels = 'version = "v1.4.0"'

  test.each([
    [
      'https://example.com/v1.5.0/a.raw',
      "the image URL of the template is Talos v1.5.0, but the snapshot's label says v1.4.0",
    ],
    [
      `https://factory.talos.dev/image/${generic}/v1.5.0/hcloud-amd64.raw.xz`,
      "the image of x86 is Talos v1.5.0, but the snapshot's label says v1.4.0",
    ],
  ])('%s', async (text, message) => {
    const { images } = await choose(variable + url(text) + source({ labels }))
    expect(messages(findContradictions(images, 'v1.5.0'))).toEqual([message])
    const right = await choose(variable + url(text) + source({ labels: 'version = var.talos_version' }))
    expect(findContradictions(right.images, 'v1.5.0')).toEqual([])
  })
})

describe('names', () => {
  test('two images of one architecture are called by their sources', async () => {
    const template =
      URL + source({ name: 'small' }) + source({ name: 'big', type: 'cx33' }) + source({ name: 'c', type: 'cax11' })
    const { images } = await choose(template)
    expect(images.map(({ name }) => name)).toEqual(['arm', 'small', 'big'])
  })

  test('the same source twice gets a number', async () => {
    const again = `build {\n  sources = ["source.hcloud.a"]\n  ${WRITE}\n}\n`
    expect((await choose(URL + source() + again)).images.map(({ name }) => name)).toEqual(['a', 'a-2'])
  })

  test('only the wanted architectures are built, and one that is not there is a problem', async () => {
    const template = URL + source() + source({ name: 'b', type: 'cax11' })
    const { images } = await choose(template, { architectures: ['arm'] })
    expect(images.map(({ name, serverType }) => [name, serverType.value])).toEqual([['arm', 'cax11']])
    const { problems } = await choose(URL + source(), { architectures: ['arm'] })
    expect(messages(problems)).toEqual(['the template builds no image for arm'])
  })
})

describe('the build server', () => {
  test('is as the template says, unless flags say something else', async () => {
    const more =
      'networks = ["inner"]\n  firewalls = [7]\n  image = "debian-12"\n  public_ipv4_disabled = true\n  server_labels = { a = "b", c = "d" }\n  ssh_port = 2222\n  ssh_timeout = "90s"'
    const { request, images } = await choose(URL + source({ more }))
    expect(images[0]).toMatchObject({
      server: {
        networks: [{ value: 'inner' }],
        firewalls: [{ value: '7' }],
        systemImage: { value: 'debian-12' },
        ipv4: { value: false },
        ipv6: { value: true },
      },
      template: { sshPort: 2222, sshTimeoutMs: 90_000 },
    })
    const flag = { kind: 'flag', name: '--flag' } as const
    const server = {
      ...request.server,
      networks: [sourced('other', flag)],
      ipv4: sourced(true, flag),
      labels: new Map([['a', sourced('x', flag)]]),
    }
    const given = await choose(URL + source({ more }), { server, sshIsGiven: { port: true, timeout: true } })
    expect(given.images[0]).toMatchObject({
      server: { networks: [{ value: 'other' }], ipv4: { value: true } },
      template: { sshPort: undefined, sshTimeoutMs: undefined },
    })
    const labels = [...(given.images[0]?.server.labels ?? [])].map(([key, { value }]) => `${key}=${value}`)
    expect(labels).toEqual(['a=x', 'c=d'])
  })
})

describe('the source of an image', () => {
  const roleSchematics = new Map([
    ['worker' as const, { file: 'w.yaml', parsed: parseSchematic('customization: {}\n', 'w.yaml') }],
  ])
  const variable =
    'variable "image_url_x86" {\n  type = string\n  default = null\n}\nvariable "talos_version" { default = "v1.5.0" }\n'
  const chosen = url(`\${var.image_url_x86 != null ? var.image_url_x86 : "https://example.com/v1.5.0/a.raw"}`)

  test("is the role's where the template has a variable for it", async () => {
    const { images, problems } = await choose(variable + chosen + source(), { roles: ['worker'], roleSchematics })
    expect(problems).toEqual([])
    expect(images).toMatchObject([
      {
        name: 'x86 worker',
        choice: { kind: 'schematic', schematic: { file: 'w.yaml' } },
        template: { labels: { os: 'talos', role: 'worker' } },
      },
    ])
  })

  test('cannot be the role’s where the variable is not used', async () => {
    const { problems } = await choose(variable + URL + source(), { roles: ['worker'], roleSchematics })
    expect(messages(problems)).toEqual([
      'the image of "a" cannot be made from w.yaml: the template does not build what a variable image_url_x86 says',
    ])
  })

  test('is the local image when there is one', async () => {
    const localImage = { kind: 'stdin' } as const
    const { images } = await choose(URL + source(), { localImage, architectures: ['x86'] })
    expect(images[0]).toMatchObject({ choice: localImage, template: { description: 'a' } })
  })

  test('is the URL that the commands name, with its place', async () => {
    const { images } = await choose(URL + source())
    expect(images[0]?.choice).toMatchObject({
      kind: 'url',
      url: 'https://example.com/v1.12.2/talos.raw.xz',
      variable: undefined,
    })
  })
})

describe('labels', () => {
  test('that the API would refuse are problems, one that is missing a warning', async () => {
    const { problems, warnings } = await choose(
      URL + source({ labels: '"a b" = "c", d = "é", "hetzner.cloud/x" = "y"' }),
    )
    expect(messages(problems)).toEqual([
      '"a b" cannot be the key of a label',
      '"é" cannot be the value of the label "d"',
      'the label "hetzner.cloud/x" of the snapshot cannot be set',
    ])
    expect(messages(warnings)).toEqual([
      'the snapshots do not get the label os=talos, so list, prune, outdated and the like will not see them',
    ])
  })
})
