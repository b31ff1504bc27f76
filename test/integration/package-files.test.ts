/** What `npm pack` takes along: not what users, editors and other programs leave in the folders. */

import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { ROOT } from '../support/command.ts'

const run = promisify(execFile)
const Listing = v.tuple([v.object({ files: v.array(v.object({ path: v.string() })) })])

/** Files that are packed beside those of the repository. */
const BUILT = ['dist/cli.cjs', 'dist/chunks/list-ABC.js', 'dist/types/index.d.ts']
const LEFT_THERE = [
  '.env',
  '_packer/crash.log',
  '_packer/hcloud.auto.pkrvars.hcl',
  '_packer/packer-manifest.json',
  '_packer/schematic-gpu-worker.yaml',
  '_packer/.cache/talos-image',
  '_packer/create.sh~',
  'docs/notes.txt',
  'examples/library/node_modules/a/index.mjs',
  'examples/library/.env',
  'examples/terraform/by-tfvars/terraform.tfstate',
  'examples/terraform/by-tfvars/talos.auto.tfvars.json',
  'examples/terraform/by-tfvars/.terraform/modules/main.tf',
  'src/index.ts',
  'test/unit/a.test.ts',
  'talos-image-0.1.0.tgz',
]

async function packed(folder: string): Promise<string[]> {
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: folder })
  const [{ files }] = v.parse(Listing, JSON.parse(stdout))
  return files.map(({ path }) => path).toSorted()
}

/** A copy of what is tracked in these places, with other files beside. */
async function copy(folder: string, places: readonly string[], others: readonly string[]): Promise<string[]> {
  const { stdout } = await run('git', ['ls-files', '-z', ...places], { cwd: ROOT })
  const tracked = stdout.split('\0').filter((name) => name !== '')
  await Promise.all(tracked.map((name) => cp(join(ROOT, name), join(folder, name))))
  for (const name of others) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), 'x')
  }
  return tracked
}

test('the package holds what is tracked, what was built, and nothing that lies beside', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'talos-image-files-'))
  try {
    const places = [
      'package.json',
      'README.md',
      'LICENSE',
      'CHANGELOG.md',
      'SECURITY.md',
      '_packer',
      'docs',
      'examples',
      'registry/docs',
    ]
    const tracked = await copy(folder, places, [...BUILT, ...LEFT_THERE])
    expect(await packed(folder)).toEqual([...tracked, ...BUILT].toSorted())
  } finally {
    await rm(folder, { recursive: true })
  }
})

test.each(['hcloud-sandbox', 'talos-schematic'])(
  'the package %s holds what was built, and its README',
  async (name) => {
    const folder = await mkdtemp(join(tmpdir(), 'talos-image-files-'))
    try {
      const root = join(folder, 'packages', name)
      await copy(
        folder,
        [`packages/${name}`],
        BUILT.map((file) => `packages/${name}/${file}`),
      )
      await writeFile(join(root, 'README.md'), 'x')
      expect(await packed(root)).toEqual(['README.md', ...BUILT, 'package.json'].toSorted())
    } finally {
      await rm(folder, { recursive: true })
    }
  },
)
