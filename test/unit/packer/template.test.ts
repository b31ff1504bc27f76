import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { editTemplate } from '../../../src/packer/edit-template.ts'
import { readTemplate } from '../../../src/packer/template.ts'

const read = (text: string) => readTemplate([{ name: 'a.pkr.hcl', text }])

it('reads the template of _packer', async () => {
  const files = await Promise.all(
    ['requirements.pkr.hcl', 'talos-hcloud.pkr.hcl'].map(async (name) => ({
      name,
      text: await readFile(`_packer/${name}`, 'utf8'),
    })),
  )
  const template = readTemplate(files)
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
  ])('%s', (argument, architecture) => {
    expect(read(`source "hcloud" "a" {\n  ${argument}\n}\n${build}`).targets).toEqual([
      { name: 'hcloud.a', architecture },
    ])
  })
})

it('knows a target by the name of its build, and sources that stand in blocks', () => {
  const text = `
source "hcloud" "talos-amd64" {}
source "docker" "other" {}
build {
  name = "mine"
  source "source.hcloud.talos-amd64" {}
  sources = ["source.docker.other"]
}`
  expect(read(text).targets).toEqual([{ name: 'mine.hcloud.talos-amd64', architecture: 'x86' }])
})

it('reads variables of JSON, and of the short form', () => {
  const json = { name: 'b.pkr.json', text: '{"variable": {"one": {"default": "x"}}}' }
  const hcl = { name: 'a.pkr.hcl', text: 'variables {\n  two = "y"\n}\n' }
  expect([...readTemplate([hcl, json, { name: 'c.pkr.json', text: '{' }]).variables]).toEqual(['two', 'one'])
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
})
