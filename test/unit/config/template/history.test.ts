/** What users may still have: whole directories as they were over the years, and of two relatives. */

import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { VariableSources } from '../../../../src/config/load.ts'
import { loadConfiguration } from '../../../../src/config/load.ts'
import { evaluateTemplate } from '../../../../src/config/template/evaluate-template.ts'
import { nameOfDisk, type TemplateImages } from '../../../../src/config/template/images.ts'
import { formatOrigin } from '../../../../src/errors.ts'
import { ROOT } from '../../../support/command.ts'
import { catchProblems } from '../fixture.ts'

const TEMPLATES = join(ROOT, 'test/fixtures/templates')
const GENERIC = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba'

async function read(name: string, vars: readonly string[] = []): Promise<TemplateImages> {
  const sources: VariableSources = { directory: join(TEMPLATES, name), varFiles: [], vars, env: {}, cwd: '/' }
  const { template } = await loadConfiguration(sources)
  if (template === undefined) throw new Error('there is no template')
  return evaluateTemplate(template)
}

async function summarize(name: string, vars: readonly string[] = []) {
  const { images, problems, warnings } = await read(name, vars)
  expect([problems, warnings]).toEqual([[], []])
  return images.map(({ source, description, labels, disk, serverType, location, server }) => ({
    source,
    description: description.value,
    labels: Object.fromEntries([...labels].map(([key, { value }]) => [key, value])),
    url: nameOfDisk({ disk }),
    on: `${serverType.value} ${location.value} ${server.systemImage?.value}`,
  }))
}

const labels = (arch: string, version: string) => ({
  type: 'infra',
  os: 'talos',
  version,
  arch,
  creator: 'hcloud-talos',
})
const github = (version: string, arch: string) =>
  `https://github.com/siderolabs/talos/releases/download/${version}/hcloud-${arch}.raw.xz`
const factory = (version: string, arch: string) =>
  `https://factory.talos.dev/image/${GENERIC}/${version}/hcloud-${arch}.raw.xz`

describe('templates of the past', () => {
  it.each([
    ['first', 'v1.6.7', github, 'cax11 hel1 debian-11', 'cx11 hel1 debian-11'],
    ['image-urls', 'v1.7.5', github, 'cax11 fsn1 debian-11', 'cx11 fsn1 debian-11'],
    ['cx22', 'v1.7.4', github, 'cax11 fsn1 debian-11', 'cx22 fsn1 debian-11'],
    ['factory', 'v1.11.5', factory, 'cax11 nbg1 debian-11', 'cx22 nbg1 debian-11'],
    ['server-types', 'v1.12.0', factory, 'cax11 fsn1 debian-11', 'cx33 fsn1 debian-11'],
    ['debian-13', 'v1.12.2', factory, 'cax11 fsn1 debian-13', 'cx23 fsn1 debian-13'],
  ])('%s', async (name, version, url, onArm, onX86) => {
    const image = (arch: string, talos: string, title: string, on: string) => ({
      source: `talos-${arch}`,
      description: `Talos Linux ${version} ${title} by hcloud-talos`,
      labels: labels(arch, version),
      url: url(version, talos),
      on,
    })
    expect(await summarize(name)).toEqual([image('arm', 'arm64', 'ARM', onArm), image('x86', 'amd64', 'x86', onX86)])
  })

  it('takes an image URL where there is a variable for it', async () => {
    const url = 'https://example.com/mine.raw.zst'
    const { images } = await read('image-urls', [`image_url_x86=${url}`])
    expect(images.map((image) => [nameOfDisk(image), image.urlVariable])).toEqual([
      [github('v1.7.5', 'arm64'), undefined],
      [url, 'image_url_x86'],
    ])
    expect(formatOrigin(images[1]?.disk.origin)).toBe('-var image_url_x86')
  })

  it('refuses a variable that the first one did not have', async () => {
    const problems = await catchProblems(read('first', ['image_url_x86=https://example.com/a']))
    expect(problems.map(({ message }) => message)).toEqual(['"image_url_x86" is not a declared variable'])
  })

  it('the one of the wider collection', async () => {
    expect(await summarize('contrib')).toEqual([
      {
        source: 'talos',
        description: 'talos system disk',
        labels: { type: 'infra', os: 'talos', version: 'v1.12.2' },
        url: factory('v1.12.2', 'amd64'),
        on: 'cx22 hel1 debian-11',
      },
    ])
  })

  it('the one with a file for each architecture', async () => {
    const image = (talos: string, on: string) => ({
      source: `talos_${talos}_image`,
      description: `Talos Linux ${talos.toUpperCase()} for prod`,
      labels: { os: 'talos', cluster: 'prod', talos_version: 'v1.12.2', talos_schematic_id: GENERIC.slice(0, 32) },
      url: factory('v1.12.2', talos),
      on,
    })
    expect(await summarize('per-architecture')).toEqual([
      image('amd64', 'cx22 fsn1 debian-12'),
      image('arm64', 'cax11 fsn1 debian-12'),
    ])
    const [x86] = (await read('per-architecture')).images
    expect(x86?.server.sshTimeoutMs?.value).toBe(600_000)
  })

  it('points at the missing quote', async () => {
    const problems = await catchProblems(read('missing-quote'))
    expect(problems.map(({ at, message }) => [formatOrigin(at).replace(/^.*\//, ''), message])).toEqual([
      ['talos-hcloud.pkr.hcl:22:201', 'not valid HCL: invalid multi-line string'],
    ])
    expect(problems[0]?.hint).toContain('is a quote (") missing?')
  })
})

describe('templates that were edited', () => {
  const FILE = 'talos-hcloud.pkr.hcl'

  /** Changes the newest template; gives what it comes to, or what is wrong, as `line:column: message`. */
  async function edit(...changes: readonly (readonly [string | RegExp, string])[]): Promise<TemplateImages | string[]> {
    const directory = await mkdtemp(join(tmpdir(), 'talos-image-template-'))
    try {
      await cp(join(TEMPLATES, 'debian-13'), directory, { recursive: true })
      let text = await readFile(join(directory, FILE), 'utf8')
      for (const [from, to] of changes) {
        const changed = text.replace(from, () => to)
        if (changed === text) throw new Error(`there is no ${from} in the template`)
        text = changed
      }
      await writeFile(join(directory, FILE), text)
      const sources = { directory, varFiles: [], vars: [], env: {}, cwd: directory }
      const loading = loadConfiguration(sources).then(({ template }) => {
        if (template === undefined) throw new Error('there is no template')
        return evaluateTemplate(template)
      })
      const settled = await loading.catch((error: unknown) => error)
      if (!(settled instanceof Error)) return await loading
      const problems = await catchProblems(loading)
      for (const { hint } of problems) expect(hint).toMatch(/./)
      return problems.map(({ at, message }) => `${formatOrigin(at).replace(`${FILE}:`, '')}: ${message}`)
    } finally {
      await rm(directory, { recursive: true })
    }
  }

  async function editWell(...changes: readonly (readonly [string | RegExp, string])[]): Promise<TemplateImages> {
    const edited = await edit(...changes)
    if (Array.isArray(edited)) throw new Error(edited.join('\n'))
    return edited
  }

  it('other labels, names and places count', async () => {
    const { images, warnings } = await editWell(
      [/type {4}= "infra",\n/, 'team = lower("CORE"),\n'],
      [/snapshot_name = ".* ARM by hcloud-talos"/, `snapshot_name = "core-\${var.talos_version}"`],
      ['"fsn1"', '"ash"'],
      [
        /ssh_username = "root"/,
        'ssh_username = "root"\n  networks = [4711, "inner"]\n  firewalls = ["wall"]\n  ssh_port = 2222\n  ssh_interface = "private"\n  public_ipv4_disabled = true\n  server_labels = { a = "b" }\n  user_data = "x"\n',
      ],
    )
    const [arm] = images
    expect(arm?.labels.get('team')?.value).toBe('core')
    expect(arm?.labels.has('type')).toBe(false)
    expect(arm?.description.value).toBe('core-v1.12.2')
    expect(arm?.location.value).toBe('ash')
    expect(arm?.server).toMatchObject({
      networks: [{ value: '4711' }, { value: 'inner' }],
      firewalls: [{ value: 'wall' }],
      sshPort: { value: 2222 },
      sshOver: { value: 'private' },
      ipv4: { value: false },
    })
    expect(arm?.server.labels.get('a')?.value).toBe('b')
    expect(warnings.map(({ message }) => message)).toEqual([
      '"user_data" has no effect: the system that would read it is never booted',
    ])
  })

  it.each(['99999', '-1', '22.5'])('a port that is none is told: %s', async (port) => {
    expect(await edit([/ssh_username = "root"/, `ssh_username = "root"\n  ssh_port = ${port}`])).toEqual([
      expect.stringMatching(new RegExp(`: ${port} is not a port$`)),
    ])
  })

  it('a port 0, an empty name and a long wait are what Packer takes them for', async () => {
    const { images } = await editWell(
      [/ssh_username = "root"/, 'ssh_username = "root"\n  ssh_port = 0\n  ssh_timeout = "1000h"'],
      [/snapshot_name = ".* ARM by hcloud-talos"/, 'snapshot_name = ""'],
    )
    const [arm] = images
    expect(arm?.server.sshPort).toBeUndefined()
    expect(arm?.server.sshTimeoutMs?.value).toBe(24 * 3_600_000)
    expect(arm?.description.value).toMatch(/^packer-\d{10}$/)
  })

  it('a build may put something over a source', async () => {
    const { images } = await editWell([
      'sources = ["source.hcloud.talos-arm"]',
      'source "hcloud.talos-arm" {\n    name = "other"\n    location = "hel1"\n  }',
    ])
    expect(images.map(({ source, location }) => [source, location.value])).toEqual([
      ['other', 'hel1'],
      ['talos-x86', 'fsn1'],
    ])
  })

  it('two sources may share a build, and provisioners may be for one of them', async () => {
    const { images } = await editWell(
      ['sources = ["source.hcloud.talos-arm"]', 'sources = ["source.hcloud.talos-arm", "hcloud.talos-x86"]'],
      [
        /provisioner "shell" \{\n {4}inline = \[local.write_image\]/,
        'provisioner "shell" {\n    except = ["hcloud.missing"]\n    only = ["talos-arm", "hcloud.talos-x86"]\n    inline = [local.write_image]',
      ],
      [/build \{\n {2}sources = \["source.hcloud.talos-x86"\][\s\S]*$/, ''],
    )
    expect(images.map(nameOfDisk)).toEqual([factory('v1.12.2', 'arm64'), factory('v1.12.2', 'arm64')])
  })

  it.each<[string, readonly (readonly [string | RegExp, string])[], string[]]>([
    [
      'a provisioner more',
      [
        [
          'sources = ["source.hcloud.talos-x86"]',
          'sources = ["source.hcloud.talos-x86"]\n  provisioner "file" {\n    source = "a"\n  }\n  provisioner "shell" {\n    inline = [\n      "sync",\n      "reboot now",\n    ]\n  }',
        ],
      ],
      ['104:3: a file needs a destination', '110:8: unsupported command: "reboot now"'],
    ],
    [
      'a line in a script',
      [["echo 'Written'", "echo 'Written'\n    growpart /dev/sda 1"]],
      ['43:5: unsupported command: "growpart /dev/sda 1"'],
    ],
    [
      'an unknown function',
      [['os      = "talos"', 'os      = uuidv6()']],
      ['62:15: the function "uuidv6" is not supported'],
    ],
    [
      'locals in a circle',
      [['download_image =', 'a = local.b\n  b = local.a\n  download_image =']],
      ['36:3: local.a depends on itself: local.a -> local.b -> local.a'],
    ],
    [
      'an undefined variable',
      [['var.server_location', 'var.server_locaton']],
      ['55:21: there is no variable "server_locaton"'],
    ],
    [
      'an unknown setting',
      [['server_type  = var.server_type_arm', 'server_typ  = var.server_type_arm']],
      ['56:3: "server_typ" is not a setting of a source "hcloud"'],
    ],
    [
      'another user',
      [['ssh_username = "root"', 'ssh_username = "talos"']],
      ['57:18: ssh_username is "talos", but in the rescue system there is only "root"'],
    ],
    [
      'no rescue system',
      [['"linux64"', '"linux32"']],
      ['53:18: rescue is "linux32", but the disk is always written from the rescue system "linux64"'],
    ],
    [
      'a post-processor',
      [
        [
          'sources = ["source.hcloud.talos-x86"]',
          'sources = ["source.hcloud.talos-x86"]\n  post-processor "shell-local" {}',
        ],
      ],
      [
        '104:3: post-processor "shell-local" is not supported: its commands would run on this computer: run them after the build',
      ],
    ],
    [
      'an unknown source type',
      [
        ['source "hcloud" "talos-arm"', 'source "docker" "talos-arm"'],
        ['source.hcloud.talos-arm', 'source.docker.talos-arm'],
      ],
      ['52:1: the source type "docker" is not supported'],
    ],
    [
      'a source that is not there',
      [['source.hcloud.talos-arm', 'source.hcloud.talos-amr']],
      ['87:15: there is no source "source.hcloud.talos-amr"'],
    ],
    ['a data source', [['locals {', 'data "http" "x" {}\nlocals {']], ['31:1: data "http" is not looked up here']],
    [
      'a primary IP',
      [['ssh_username = "root"', 'public_ipv4 = "1.2.3.4"\n  ssh_username = "root"']],
      ['57:3: "public_ipv4" is not supported: build servers take no primary IP that is there already'],
    ],
    [
      'nothing that writes',
      [['inline = [local.write_image]', 'inline = [local.clean_up]']],
      ['86:1: nothing in this build writes an image onto /dev/sda'],
    ],
    [
      'several mistakes at once',
      [
        ['"linux64"', '"linux32"'],
        ['var.server_location', 'var.nope'],
        ['inline = [local.write_image]', 'inline = ["mkfs /dev/sda"]'],
      ],
      [
        '53:18: rescue is "linux32", but the disk is always written from the rescue system "linux64"',
        '55:21: there is no variable "nope"',
        '94:16: unsupported command: "mkfs /dev/sda"',
      ],
    ],
  ])('%s is named', async (_, changes, problems) => {
    expect(await edit(...changes)).toEqual(problems)
  })
})
