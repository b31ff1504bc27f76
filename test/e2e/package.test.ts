/** The package, as who installs it has it: the library from JavaScript and TypeScript, the command, and `_packer`. */

import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CommandResult, ROOT, runCommand } from '../support/command.ts'
import { expectSuccess, followGettingStarted } from '../support/getting-started.ts'
import { type Consumer, compile, installPackage, npmInstall } from '../support/package.ts'
import { createProject } from '../support/project.ts'
import { testSandbox } from '../support/sandbox.ts'
import { hasTerminal } from '../support/terminal.ts'

let consumer: Consumer

beforeAll(async () => {
  consumer = await installPackage()
  for (const folder of ['test/consumer', 'examples/library']) {
    await cp(join(ROOT, folder), join(consumer.root, 'src'), { recursive: true })
  }
})
afterAll(() => consumer[Symbol.asyncDispose]())

const run = (
  file: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> =>
  runCommand(args, {
    program: [process.execPath, file],
    cwd: consumer.root,
    env: { TMPDIR: join(consumer.root, 'tmp'), ...env },
    timeoutMs: 120_000,
  })

describe('what is in it', () => {
  it('is what its users need', async () => {
    const files = await readdir(consumer.installed, { recursive: true })
    expect(files).toEqual(
      expect.arrayContaining([
        ...['LICENSE', 'README.md', 'CHANGELOG.md', 'dist/cli.cjs', 'dist/index.js', 'dist/types/index.d.ts'],
        ...['_packer/create.sh', '_packer/schematic-worker.yaml', 'docs/library.md', 'examples/library/nightly.mjs'],
      ]),
    )
    expect((await stat(join(consumer.installed, 'dist/cli.cjs'))).mode & 0o111).toBe(0o111)
    expect((await stat(join(consumer.installed, '_packer/create.sh'))).mode & 0o111).toBe(0o111)
  })

  it('is nothing else: no sources, no stamps, and no chunk that nothing loads', async () => {
    const files = (await readdir(consumer.installed, { recursive: true })).filter((name) => /\.\w+$/.test(name))
    const strange = files.filter(
      (name) => !/^(dist|docs|examples|_packer)\/|^(README|CHANGELOG|SECURITY)\.md$|^package\.json$/.test(name),
    )
    expect(strange).toEqual([])
    expect(files.filter((name) => /^dist\//.test(name) && !/\.(c?js|d\.ts|txt)$/.test(name))).toEqual([])
    const code = files.filter((name) => /^dist\/.*\.c?js$/.test(name))
    const texts = await Promise.all(code.map((name) => readFile(join(consumer.installed, name), 'utf8')))
    const chunks = code.filter((name) => name.startsWith('dist/chunks/'))
    // The chunk's name ends a string, whichever its quotes are.
    const isLoaded = (name: string): boolean =>
      texts.some((text) => ['"', "'", '`'].some((quote) => text.includes(`/${name.split('/').at(-1)}${quote}`)))
    expect(chunks.filter((name) => !isLoaded(name))).toEqual([])
  })

  it('installs no more than its three dependencies and theirs', async () => {
    const manifest = v.parse(
      v.object({ dependencies: v.record(v.string(), v.string()) }),
      JSON.parse(await readFile(join(consumer.installed, 'package.json'), 'utf8')),
    )
    expect(Object.keys(manifest.dependencies)).toEqual(['@cdktn/hcl2json', 're2js', 'ssh2'])
    expect(await readdir(join(consumer.root, 'node_modules'))).not.toContain('valibot')
  })
})

describe('the packages beside it', () => {
  const PROGRAM = `
import { startSandbox, type Sandbox } from 'hcloud-sandbox'
import { parseSchematic, schematicId } from 'talos-schematic'
const sandbox: Sandbox = await startSandbox({ stateDir: 'sandbox', machines: 'none' })
const { schematic } = parseSchematic('customization: {}\\n', 'schematic.yaml')
console.log(schematicId(schematic), new URL(sandbox.endpoint).hostname)
await sandbox.close()
`

  it('are installed and compiled against on their own', async () => {
    const cwd = join(consumer.root, 'others')
    await mkdir(cwd)
    await writeFile(join(cwd, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
    await npmInstall(cwd, ...consumer.others)
    await writeFile(join(cwd, 'program.mts'), PROGRAM)
    expect(await compile(cwd, ['program.mts'], ['--module', 'nodenext'])).toBe('')
    const { stdout, stderr } = await runCommand([], { cwd, program: [process.execPath, 'program.mjs'] })
    expect({ stdout, stderr }).toEqual({
      stdout: '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba 127.0.0.1\n',
      stderr: '',
    })
    const help = await runCommand(['--help'], { cwd, program: [join(cwd, 'node_modules/.bin/hcloud-sandbox')] })
    expect(help.stdout).toContain('Usage: hcloud-sandbox')
    for (const name of ['hcloud-sandbox', 'talos-schematic']) {
      const files = await readdir(join(cwd, 'node_modules', name))
      expect(files.toSorted()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json'])
    }
  })
})

describe('its types', () => {
  const sources = async (): Promise<string[]> =>
    (await readdir(join(consumer.root, 'src'))).map((name) => `src/${name}`)

  it.each([
    ['nodenext', 'nodenext'],
    ['node16', 'node16'],
    ['esnext', 'bundler'],
  ])('are complete for --module %s --moduleResolution %s', async (module, resolution) => {
    const flags = ['--module', module, '--moduleResolution', resolution, '--noEmit']
    expect(await compile(consumer.root, await sources(), flags)).toBe('')
  })

  it('are those that the documents write down', async () => {
    const parts = (await readdir(join(consumer.installed, 'docs/api'))).map((name) => `docs/api/${name}`)
    const pages = ['docs/library.md', ...parts].map((name) => readFile(join(consumer.installed, name), 'utf8'))
    const blocks = (await Promise.all(pages)).flatMap((page) =>
      [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, text = '']) => text).filter((text) => text.includes('await ')),
    )
    expect(blocks.length).toBeGreaterThan(5)
    // Each goes on from what the first one made.
    const [first = '', ...rest] = blocks
    const names = 'findProxies, formatOrigin, planBootTest, ProblemsError, startSandbox, TalosImageError'
    const imports = [`import { ${names} } from 'talos-image'`, "import { readFile } from 'node:fs/promises'"]
    const program = [...imports, first, ...rest.map((text) => `{\n${text}}`)].join('\n')
    await writeFile(join(consumer.root, 'documents.mts'), program)
    expect(await compile(consumer.root, ['documents.mts'], ['--module', 'nodenext', '--noEmit'])).toBe('')
  })

  it('tell a mistake', async () => {
    await mkdir(join(consumer.root, 'wrong'))
    await cp(join(consumer.root, 'src/whole-build.mts'), join(consumer.root, 'wrong/a.mts'))
    const text = (await readFile(join(consumer.root, 'src/list-and-prune.mts'), 'utf8')).replace(
      'keep: 2',
      "keep: 'two'",
    )
    await writeFile(join(consumer.root, 'wrong/b.mts'), text)
    const flags = ['--module', 'nodenext', '--noEmit']
    const said = await compile(consumer.root, ['wrong/a.mts', 'wrong/b.mts'], flags)
    expect(said).toMatch(/^wrong\/b\.mts\(\d+,\d+\): error TS2322: Type 'string' is not assignable to type 'number'/)
    expect(said.match(/error/g)).toHaveLength(1)
  })
})

describe('the library', () => {
  it('builds from compiled TypeScript, and prints nothing', async () => {
    const flags = ['--module', 'nodenext', '--outDir', 'compiled']
    expect(await compile(consumer.root, ['src/whole-build.mts'], flags)).toBe('')
    await mkdir(join(consumer.root, 'tmp'), { recursive: true })
    const [state, out] = [join(consumer.root, 'state'), join(consumer.root, 'whole.json')]
    const result = await run('compiled/whole-build.mjs', [state, join(consumer.installed, '_packer'), out])
    expect(result).toEqual({ code: 0, stdout: '', stderr: '' })

    const report = v.parse(WholeBuild, JSON.parse(await readFile(out, 'utf8')))
    expect(report.document.failed).toEqual([])
    expect(report.document.leftovers).toEqual([])
    expect(report.document.snapshots.map(({ architecture, role }) => [architecture, role])).toEqual([
      ['arm', 'worker'],
      ['x86', 'worker'],
    ])
    const ids = report.document.snapshots.map(({ id }) => id)
    expect(report.existing).toEqual(ids)
    expect(report.listed.toSorted()).toEqual(ids.toSorted())
    expect(report.events[0]).toBe('run-started')
    expect(report.events.filter((type) => type === 'image-built')).toHaveLength(2)
    expect(report.outdated.map(({ version }) => version)).toEqual(['v1.12.2', 'v1.12.2'])
    expect(report.outdated[0]?.newerMinor).toMatch(/^v1\.\d+\.\d+$/)
    expect(report.pruned).toEqual([])
  })

  it('stops when its signal is aborted, removes what it made, and prints nothing', async () => {
    await mkdir(join(consumer.root, 'tmp'), { recursive: true })
    const out = join(consumer.root, 'aborted.json')
    expect(await run('src/aborted-build.mjs', [out])).toEqual({ code: 0, stdout: '', stderr: '' })
    const report: unknown = JSON.parse(await readFile(out, 'utf8'))
    expect(report).toMatchObject({
      codes: ['interrupted', 'interrupted'],
      leftovers: [],
      servers: 0,
      keys: 0,
      snapshots: 0,
      rejected: 'enough',
    })
    expect(report).toHaveProperty('serversMeanwhile', expect.any(Number))
    expect(v.parse(v.object({ serversMeanwhile: v.number() }), report).serversMeanwhile).toBeGreaterThan(0)
    // The sandbox's own directory was a temporary one.
    expect(await readdir(join(consumer.root, 'tmp'))).toEqual([])
  })
})

describe('the examples', () => {
  it('build in the sandbox', async () => {
    await mkdir(join(consumer.root, 'tmp'), { recursive: true })
    const { code, stdout, stderr } = await run('src/build-in-sandbox.mjs')
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^Talos v1\.12\.2, about 0\.\d+ EUR\nx86: server took \d+ ms\n[\s\S]*\nx86 \d+\n$/)
    expect(code).toBe(0)
  })

  it('build every night, once; then list and prune', async () => {
    await using sandbox = await testSandbox()
    const env = {
      HCLOUD_TOKEN: sandbox.token,
      HCLOUD_ENDPOINT: sandbox.endpoint,
      TALOS_IMAGE_FACTORY_URL: sandbox.factoryUrl,
      TALOS_IMAGE_SSH_PORT: String(sandbox.sshPort),
    }
    const first = await run('src/nightly.mjs', [], env)
    expect(first.stderr).toBe('')
    expect(first.stdout).toMatch(/^arm: snapshot \d+ of Talos (v\S+)\nx86: snapshot \d+ of Talos \1\n$/)
    expect(await run('src/nightly.mjs', [], env)).toEqual({
      code: 0,
      stdout: 'All snapshots are of the newest Talos.\n',
      stderr: '',
    })

    const flags = ['--module', 'nodenext', '--outDir', 'compiled']
    expect(await compile(consumer.root, ['src/list-and-prune.mts'], flags)).toBe('')
    const pruned = await run('compiled/list-and-prune.mjs', [], env)
    expect(pruned.stderr).toBe('')
    expect(pruned.stdout).toMatch(
      /^(\d+ {2}\S+ {2}\S+ GB {2}Talos Linux v\S+ \S+ by hcloud-talos\n){2}(\d+ stays: .*\n){2}$/,
    )
  })

  it('say what is wrong', async () => {
    await using sandbox = await testSandbox()
    const env = {
      HCLOUD_TOKEN: 'wrong',
      HCLOUD_ENDPOINT: sandbox.endpoint,
      TALOS_IMAGE_FACTORY_URL: sandbox.factoryUrl,
    }
    const { code, stdout, stderr } = await run('src/nightly.mjs', [], env)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^Hetzner Cloud answered 401 .*\n$/)
  })
})

describe('the command', () => {
  const env = (): Record<string, string> => ({
    XDG_STATE_HOME: join(consumer.root, 'command-state'),
    TALOS_IMAGE_SANDBOX_IMAGE_MIB: '16',
    PATH: `${join(consumer.root, 'node_modules', '.bin')}:${process.env.PATH ?? ''}`,
  })
  afterAll(() => rm(join(consumer.root, 'command-state'), { recursive: true, force: true }))

  it.runIf(hasTerminal())('does all that docs/getting-started.md says, in a folder of its own', async () => {
    await using project = await createProject()
    const cwd = join(consumer.root, 'own')
    await mkdir(cwd)
    const all = { ...env(), TALOS_IMAGE_SSH_PORT: String(project.sshPort), HOME: cwd }
    await expectSuccess(await followGettingStarted({ cwd, env: all, project, adapts: false }), project)
  })

  it('builds by `_packer/create.sh` of the package', async () => {
    const program = [join(consumer.installed, '_packer/create.sh')] as const
    const options = { cwd: consumer.root, env: env(), program, timeoutMs: 120_000 }
    const { code, stdout } = await runCommand(['worker', '--sandbox', '--output', 'json'], options)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ snapshots: [{ role: 'worker' }, { role: 'worker' }], leftovers: [] })
  })
})

const WholeBuild = v.object({
  document: v.object({
    failed: v.array(v.unknown()),
    leftovers: v.array(v.unknown()),
    snapshots: v.array(v.object({ id: v.number(), architecture: v.string(), role: v.string() })),
  }),
  events: v.array(v.string()),
  existing: v.array(v.number()),
  listed: v.array(v.number()),
  outdated: v.array(v.object({ version: v.string(), newerMinor: v.nullable(v.string()) })),
  pruned: v.array(v.unknown()),
})
