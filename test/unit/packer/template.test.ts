import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { readWrittenTemplate } from '../../../src/config/load.ts'
import { editJsonTemplate, editTemplate } from '../../../src/packer/directory.ts'
import { readTemplate, type Template } from '../../../src/packer/template.ts'
import { createDirectory } from '../config/fixture.ts'

async function readFiles(files: Readonly<Record<string, string>>, vars: readonly string[] = []): Promise<Template> {
  await using directory = await createDirectory(files)
  const { path } = directory
  const written = await readWrittenTemplate({ directory: path, varFiles: [], vars, env: {}, cwd: path })
  if (written === undefined) throw new Error('there is no template')
  return readTemplate(written)
}
const read = (text: string, vars?: readonly string[]) => readFiles({ 'a.pkr.hcl': text }, vars)

it('reads the template of _packer', async () => {
  const names = ['requirements.pkr.hcl', 'talos-hcloud.pkr.hcl']
  const files = await Promise.all(names.map(async (name) => [name, await readFile(`_packer/${name}`, 'utf8')] as const))
  const template = await readFiles(Object.fromEntries(files))
  expect([...template.variables]).toEqual([
    'talos_version',
    'server_type_arm',
    'server_type_x86',
    'server_location',
    'image_url_arm',
    'image_url_x86',
  ])
  expect(template).toMatchObject({ requiresPlugins: true, knowsDefaultImage: true })
  expect(template.targets).toEqual([
    { name: 'hcloud.talos-arm', architecture: 'arm' },
    { name: 'hcloud.talos-x86', architecture: 'x86' },
  ])
  expect([...template.unpacks]).toEqual(['xz'])
})

describe('the architecture of a source', () => {
  const build = 'build {\n  sources = ["source.hcloud.a"]\n}\n'
  it.each([
    ['snapshot_labels = {\n    arch = "arm"\n  }', 'arm'],
    ['snapshot_labels = { "x" = 1, arch = "x86" }', 'x86'],
    ['server_type = var.server_type_x86', 'x86'],
    ['server_type = "cax21"', 'arm'],
    ['server_type = "cpx11"', 'x86'],
    ['server_type = "cx22"', 'x86'],
    ['server_type = "ccx13"', 'x86'],
    ['server_type = var.mine', undefined],
    ['snapshot_labels = merge(var.tags, { arch = "arm" })', 'arm'],
    ['snapshot_labels = { arch = "arm", other = unknown_function() }', 'arm'],
    ['server_type = local.of_packer', undefined],
  ])('%s', async (argument, architecture) => {
    const tags = 'variable "tags" {\n  default = {}\n}\n'
    expect((await read(`${tags}source "hcloud" "a" {\n  ${argument}\n}\n${build}`)).targets).toEqual([
      { name: 'hcloud.a', architecture },
    ])
  })
})

it('knows what a variable comes to', async () => {
  const text = `
variable "type" {}
locals { names = ["a"] }
source "hcloud" "a" {
  server_type = var.type
}
build {
  sources = [for name in local.names : "source.hcloud.\${name}"]
}`
  expect((await read(text, ['type=cax11'])).targets).toEqual([{ name: 'hcloud.a', architecture: 'arm' }])
})

it('finds the sources in a list that only Packer can evaluate', async () => {
  const text = `
source "hcloud" "arm" {}
build {
  sources = only_packer_knows(["source.hcloud.arm"])
}`
  expect((await read(text)).targets).toEqual([{ name: 'hcloud.arm', architecture: 'arm' }])
})

it('reads a template that is JSON alone', async () => {
  const template = {
    packer: { required_plugins: { hcloud: { source: 'x', version: '1' } } },
    source: { hcloud: { 'talos-arm': { server_type: 'cax11' } } },
    build: [
      { sources: ['source.hcloud.talos-arm'], provisioner: { shell: { inline: ['wget -O - x | zstdcat >/dev/sda'] } } },
    ],
  }
  const read = await readFiles({ 'a.pkr.json': JSON.stringify(template) })
  expect(read).toMatchObject({ targets: [{ name: 'hcloud.talos-arm', architecture: 'arm' }], requiresPlugins: true })
  expect([...read.unpacks]).toEqual(['zst'])
})

it('knows a target by the name of its build, and sources that stand in blocks', async () => {
  const text = `
source "hcloud" "talos-amd64" {}
source "docker" "other" {}
build {
  name = "mine"
  source "source.hcloud.talos-amd64" {}
  sources = ["source.docker.other"]
}`
  expect((await read(text)).targets).toEqual([{ name: 'mine.hcloud.talos-amd64', architecture: 'x86' }])
})

it('reads variables of JSON, and of the short form', async () => {
  const files = {
    'a.pkr.hcl': 'variables {\n  two = "y"\n}\n',
    'b.pkr.json': '{"variable": {"one": {"default": "x"}}}',
    'c.pkr.json': '{',
  }
  expect([...(await readFiles(files)).variables]).toEqual(['two', 'one'])
})

describe('what is changed for Packer', () => {
  const text = `packer {
  required_version = ">= 1.6"
  required_plugins {
    hcloud = { source = "x", version = "1" } // }
  }
}
source "hcloud" "a" {
  image = "debian-13"
}
source "hcloud" "b" {
  ssh_port = 1 + 21 # the usual one
}
source "docker" "c" {
}
`
  it('takes the block of plugins away, and nothing else', () => {
    expect(editTemplate(text, { withoutPlugins: true, sshPort: undefined })).toBe(
      text.replace(/required_plugins[\s\S]*?\n {2}}/, ''),
    )
  })

  it('gives every source of Hetzner Cloud the port', () => {
    const edited = editTemplate(text, { withoutPlugins: false, sshPort: 2222 })
    expect(edited).toContain('source "hcloud" "a" {\n  ssh_port = 2222\n\n  image = "debian-13"\n}')
    expect(edited).toContain('source "hcloud" "b" {\n  ssh_port = 2222 # the usual one\n}')
    expect(edited).toContain('source "docker" "c" {\n}')
  })

  it('leaves the text alone where there is nothing to change', () => {
    expect(editTemplate(text, { withoutPlugins: false, sshPort: undefined })).toBe(text)
  })

  it('changes JSON in the same way', () => {
    const template = {
      packer: { required_plugins: { hcloud: {} } },
      source: { hcloud: { a: { image: 'debian-13' } }, docker: { c: {} } },
    }
    const changes = { withoutPlugins: true, sshPort: 2222 }
    expect(JSON.parse(editJsonTemplate(JSON.stringify(template), changes))).toEqual({
      packer: {},
      source: { hcloud: { a: { image: 'debian-13', ssh_port: 2222 } }, docker: { c: {} } },
    })
    expect(editJsonTemplate('{"builders": []', changes)).toBe('{"builders": []')
  })
})
