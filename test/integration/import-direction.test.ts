import { spawnSync } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const FORBIDDEN = [
  ['src/util/a.ts', '../cli/io.ts'],
  ['src/plan/a.ts', '../run/build.ts'],
  ['src/run/steps/a.ts', '../../cli/io.ts'],
  ['src/run/b.ts', '../packer/build.ts'],
  ['src/packer/a.ts', '../cli/io.ts'],
  ['src/packer/b.ts', '../remote/session.ts'],
  ['src/report/a.ts', '../packer/build.ts'],
  ['src/hetzner/transport/a.ts', '../../plan/plan.ts'],
  ['src/library/a.ts', '../cli/io.ts'],
  ['src/request/a.ts', '../report/result.ts'],
  ['src/library/c.ts', '../provider/definition.ts'],
  ['src/provider/a.ts', '../cli/io.ts'],
  ['src/provider/protocol/a.ts', '../../run/run.ts'],
  ['src/provider/protocol/b.ts', '../provider.ts'],
  ['src/plan/c.ts', 'hcloud-sandbox'],
  ['src/plan/d.ts', '../../packages/talos-schematic/src/parse.ts'],
  ['src/cli/a.ts', '../../packages/hcloud-sandbox/src/sandbox.ts'],
  ['packages/hcloud-sandbox/src/a.ts', '../../../src/hetzner/wire.ts'],
  ['packages/hcloud-sandbox/src/cloud/routes/a.ts', '../../../../../src/hetzner/transport/send.ts'],
  ['packages/talos-schematic/src/a.ts', '../../../src/errors.ts'],
  ['packages/talos-schematic/src/b.ts', 'hcloud-sandbox'],
  ['packages/talos-schematic/test/a.ts', '../../../src/errors.ts'],
  ['packages/hcloud-sandbox/test/cloud/a.ts', '../../../../src/hetzner/client.ts'],
  ['packages/hcloud-sandbox/test/integration/machines/qemu/a.ts', '../../../../../../src/run/build.ts'],
  ['packages/hcloud-sandbox/test/integration/machines/qemu/rescue/a.ts', '../../../../../../../src/run/build.ts'],
  ['packages/hcloud-sandbox/test/cloud/b.ts', '../../../../test/support/sandbox.ts'],
  ['packages/talos-schematic/test/e2e/a.ts', '../../../hcloud-sandbox/test/support/sandbox.ts'],
] as const

const ALLOWED = [
  ['src/cli/b.ts', '../run/build.ts'],
  ['src/cli/c.ts', '../packer/build.ts'],
  ['src/packer/c.ts', '../run/build.ts'],
  ['src/library/b.ts', '../report/result.ts'],
  ['src/cli/e.ts', '../provider/provider.ts'],
  ['src/provider/b.ts', '../run/build.ts'],
  ['src/provider/c.ts', 'hcloud-sandbox'],
  ['src/provider/protocol/c.ts', '../definition.ts'],
  ['src/plan/b.ts', '../hetzner/client.ts'],
  ['src/plan/e.ts', 'talos-schematic'],
  ['src/cli/d.ts', 'hcloud-sandbox'],
  ['packages/hcloud-sandbox/src/b.ts', 'talos-schematic'],
  ['packages/hcloud-sandbox/src/cloud/b.ts', '../machines/machine.ts'],
  ['packages/hcloud-sandbox/test/b.ts', '../src/errors.ts'],
  ['packages/hcloud-sandbox/test/integration/machines/qemu/b.ts', '../../../../src/errors.ts'],
  ['packages/hcloud-sandbox/test/integration/machines/b.ts', '../../support/sandbox.ts'],
  ['packages/hcloud-sandbox/test/integration/b.ts', 'talos-schematic'],
] as const

describe('the direction of imports', () => {
  let directory = ''
  let complaints: string[] = []

  // The linter's own configuration, on a tree that holds nothing but these imports.
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'talos-image-imports-'))
    await copyFile('biome.json', join(directory, 'biome.json'))
    for (const [path, imported] of [...FORBIDDEN, ...ALLOWED]) {
      await mkdir(join(directory, dirname(path)), { recursive: true })
      await writeFile(join(directory, path), `import '${imported}'\n`)
    }
    const biome = resolve('node_modules/.bin/biome')
    const only = ['lint', '--vcs-enabled=false', '--only=style/noRestrictedImports', '--max-diagnostics=none']
    const { stdout, stderr } = spawnSync(biome, only, { cwd: directory, encoding: 'utf8' })
    complaints = (stdout + stderr).split('\n').filter((line) => line.includes('noRestrictedImports'))
  })
  afterAll(() => rm(directory, { recursive: true, force: true }))

  it.each(FORBIDDEN)('keeps %s from importing %s', (path) => {
    expect(complaints.some((line) => line.startsWith(path))).toBe(true)
  })

  it.each(ALLOWED)('lets %s import %s', (path) => {
    expect(complaints.some((line) => line.startsWith(path))).toBe(false)
  })
})
