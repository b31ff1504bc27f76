import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readRequiredPlugins } from '../../../../src/cli/packer/plugins.ts'
import { readWrittenTemplate } from '../../../../src/config/load.ts'

/** What a template of this name and text requires. */
async function read(file: string, text: string) {
  const directory = await mkdtemp(join(tmpdir(), 'talos-image-plugins-'))
  try {
    await writeFile(join(directory, file), text)
    const written = await readWrittenTemplate({ directory, varFiles: [], vars: [], env: {}, cwd: directory })
    return readRequiredPlugins(written?.blocks ?? [])
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

const inHcl = (plugins: string): string => `packer {\n  required_plugins {\n${plugins}\n  }\n}\n`

test.each(['github.com/hetznercloud/hcloud', 'github.com/hashicorp/hcloud'])('%s is replaced', async (source) => {
  const plugin = `    hcloud = {\n      source = "${source}"\n      version = "~> 1"\n    }`
  expect(await read('a.pkr.hcl', inHcl(plugin))).toEqual({ replaced: [source], problems: [] })
  const json = JSON.stringify({ packer: { required_plugins: { hcloud: { source, version: '>= 1' } } } })
  expect(await read('a.pkr.json', json)).toEqual({ replaced: [source], problems: [] })
})

test.each([
  ['    qemu = {\n      source = "github.com/hashicorp/qemu"\n    }', 'github.com/hashicorp/qemu'],
  ['    hcloud = {\n      version = "1"\n    }', 'hcloud'],
  ['    hcloud = "1"', 'hcloud'],
])('others are refused with their place', async (plugin, name) => {
  const { replaced, problems } = await read('a.pkr.hcl', inHcl(plugin))
  expect(replaced).toEqual([])
  expect(problems).toMatchObject([
    { message: `the plugin "${name}" is not known here`, at: { file: 'a.pkr.hcl', line: 3, column: 5 } },
  ])
})

test('a template may require none', async () => {
  expect(await read('a.pkr.hcl', 'variable "x" {}\n')).toEqual({ replaced: [], problems: [] })
})
