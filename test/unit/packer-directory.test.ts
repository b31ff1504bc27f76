import { copyFile, mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadVariables } from '../../src/config/load.ts'
import { formatOrigin } from '../../src/errors.ts'

const PACKER = fileURLToPath(new URL('../../_packer/', import.meta.url))
const read = (name: string) => readFile(join(PACKER, name), 'utf8')
const load = (directory: string) => loadVariables({ directory, varFiles: [], vars: [], env: {}, cwd: directory })

describe('talos-hcloud.pkr.hcl', () => {
  it('declares all six variables, with the built-in defaults', async () => {
    await using copy = await copyTemplates()
    const { talosVersion, serverTypes, location, imageUrls, warnings } = await load(copy.path)
    const all = [talosVersion, serverTypes.arm, serverTypes.x86, location, imageUrls.arm, imageUrls.x86]
    expect(all.map(({ value }) => value)).toEqual(['v1.12.2', 'cax11', 'cx23', 'fsn1', null, null])
    for (const { origin } of all) expect(formatOrigin(origin)).toMatch(/^talos-hcloud\.pkr\.hcl:\d+:\d+$/)
    expect(warnings).toEqual([])
  })

  it('leaves to a file of its own what Packers before 1.7 cannot read', async () => {
    expect(await read('talos-hcloud.pkr.hcl')).not.toContain('required_plugins')
    expect(await read('requirements.pkr.hcl')).toMatch(/required_plugins[\s\S]*github\.com\/hetznercloud\/hcloud"/)
  })

  it('gives the snapshots the descriptions and labels that Terraform looks for', async () => {
    const text = (await read('talos-hcloud.pkr.hcl')).replaceAll(/ +/g, ' ')
    for (const [arch, name] of [
      ['arm', 'ARM'],
      ['x86', 'x86'],
    ] as const) {
      const source = text.slice(text.indexOf(`source "hcloud" "talos-${arch}"`)).split('\n}\n')[0]
      expect(source).toContain(`snapshot_name = "Talos Linux \${var.talos_version} ${name} by hcloud-talos"`)
      const lines = ['os = "talos"', `arch = "${arch}"`, 'creator = "hcloud-talos"', 'type = "infra"']
      for (const line of [...lines, 'version = var.talos_version']) expect(source).toContain(`\n ${line}\n`)
    }
  })
})

describe('hcloud.auto.pkrvars.hcl.example', () => {
  it('is a var file that can be taken as it is', async () => {
    await using copy = await copyTemplates()
    await copyFile(join(PACKER, 'hcloud.auto.pkrvars.hcl.example'), join(copy.path, 'hcloud.auto.pkrvars.hcl'))
    const { talosVersion, warnings } = await load(copy.path)
    expect(formatOrigin(talosVersion.origin)).toMatch(/^hcloud\.auto\.pkrvars\.hcl:/)
    expect(warnings).toEqual([])
  })

  it('names only variables that exist, in its comments too', async () => {
    const names = [...(await read('hcloud.auto.pkrvars.hcl.example')).matchAll(/^(?:# )?(\w+) += "/gm)].map(
      ([, n]) => n,
    )
    expect(names).toEqual([
      'talos_version',
      'server_type_arm',
      'server_type_x86',
      'server_location',
      'image_url_arm',
      'image_url_x86',
    ])
  })
})

describe('schematics', () => {
  const shared = ['siderolabs/iscsi-tools', 'siderolabs/util-linux-tools', 'siderolabs/binfmt-misc']
  it.each([
    ['schematic.yaml', shared],
    ['schematic-control-plane.yaml', [...shared, 'siderolabs/tailscale']],
    ['schematic-worker.yaml', shared],
  ])('%s has the extensions of its role', async (name, officialExtensions) => {
    expect(parse(await read(name))).toEqual({ customization: { systemExtensions: { officialExtensions } } })
  })
})

/** A temporary directory with the templates, but without a var file that may be beside them. */
async function copyTemplates(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'talos-image-packer-')))
  for (const name of await readdir(PACKER)) {
    if (name.endsWith('.pkr.hcl')) await copyFile(join(PACKER, name), join(path, name))
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}
