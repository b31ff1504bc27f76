/** `talos-image init`: the files that a build reads. */

import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CommandResult, ROOT, runCommand } from '../support/command.ts'
import { missing, named } from '../support/programs.ts'
import { createProject, type Project } from '../support/project.ts'
import { expectFailure, expectRefusal } from '../support/refusal.ts'
import { hasTerminal, runAtTerminal, type Typing } from '../support/terminal.ts'
import { createWorkspace, type Workspace } from '../support/workspace.ts'

const FILES = [
  'talos-hcloud.pkr.hcl',
  'requirements.pkr.hcl',
  'hcloud.auto.pkrvars.hcl',
  'talos-image.yaml',
  'schematic.yaml',
  'schematic-control-plane.yaml',
  'schematic-worker.yaml',
]
const SCHEMATICS = FILES.filter((name) => name.startsWith('schematic'))
const NOWHERE = { TALOS_IMAGE_FACTORY_URL: 'http://127.0.0.1:9' }

let project: Project
/** The Factory needs no token. */
let env: Readonly<Record<string, string>>

beforeAll(async () => {
  project = await createProject({ machines: 'none' })
  env = { TALOS_IMAGE_FACTORY_URL: project.factoryUrl }
})
afterAll(() => project.close())

const init = (workspace: Workspace, ...args: string[]): Promise<CommandResult> =>
  runCommand(['init', ...args], { cwd: workspace.root, env })

const read = (workspace: Workspace, path: string): Promise<string> => readFile(join(workspace.root, path), 'utf8')

describe('init', () => {
  it('writes files that a build takes as they are', async () => {
    await using workspace = await createWorkspace()
    const { code, stdout, stderr } = await init(workspace, 'new/images')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect((await readdir(join(workspace.root, 'new/images'))).sort()).toEqual(FILES.toSorted())
    for (const name of FILES) expect(stdout).toContain(`\n  ${name} `)
    const next = /^Make it: +talos-image (.*)$/m.exec(stdout)?.[1]
    expect(next).toBe('build --directory new/images')
    const planned = await runCommand([...(next ?? '').split(' '), '--dry-run', '--output', 'json'], {
      cwd: workspace.root,
      env: project.env,
    })
    expect(planned.code, planned.stderr).toBe(0)
    expect(planned.stderr).not.toContain('warning')
    expect(JSON.parse(planned.stdout)).toMatchObject({ talosVersion: 'v1.13.9', images: [{}, {}] })
    const roles = await runCommand(['plan', '--roles', '--directory', 'new/images', '--sandbox'], {
      cwd: workspace.root,
      env: workspace.sandboxEnv,
    })
    expect(roles.code, roles.stderr).toBe(0)
  })

  it('ships template and schematics as they stand in _packer', async () => {
    await using workspace = await createWorkspace()
    expect((await init(workspace, 'images', '--yes')).code).toBe(0)
    for (const name of [...FILES.filter((one) => one.includes('.pkr.')), ...SCHEMATICS]) {
      expect(await read(workspace, `images/${name}`)).toBe(await readFile(join(ROOT, '_packer', name), 'utf8'))
    }
  })

  it('takes an answer from each flag', async () => {
    await using workspace = await createWorkspace()
    const flags = ['--talos-version', 'v1.12', '--arch', 'x86', '--location', 'nbg1']
    const extensions = ['--extension', 'tailscale', '--extension', 'siderolabs/iscsi-tools', '--extension', 'tailscale']
    const { code, stdout, stderr } = await init(workspace, 'images', ...flags, ...extensions, '--output', 'json')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual({
      directory: join(workspace.root, 'images'),
      files: FILES,
      talosVersion: 'v1.12.8',
      architectures: ['x86'],
      location: 'nbg1',
      extensions: [{ name: 'siderolabs/tailscale' }, { name: 'siderolabs/iscsi-tools' }],
    })
    const planned = await runCommand(['plan', '--directory', 'images', '--output', 'json'], {
      cwd: workspace.root,
      env: project.env,
    })
    const { images, inputs } = JSON.parse(planned.stdout)
    expect(images).toHaveLength(1)
    const [image] = images
    expect(inputs.schematics).toEqual(['images/schematic.yaml'])
    const id = await runCommand(['schematic', 'id', 'images/schematic.yaml'], { cwd: workspace.root })
    expect(image).toMatchObject({ architecture: 'x86', schematic: id.stdout.trim() })
    expect(image.labels.version).toBe('v1.12.8')
    expect(image.placements[0].location).toBe('nbg1')
  })

  it('can leave extensions out', async () => {
    await using workspace = await createWorkspace()
    const { stdout } = await init(workspace, 'images', '--no-extensions')
    expect(stdout).toMatch(/^Make it: +talos-image build --directory images$/m)
    for (const name of SCHEMATICS) expect(await read(workspace, `images/${name}`)).toMatch(/^customization: \{\}$/m)
  })

  it('leaves out what a version does not have', async () => {
    await using workspace = await createWorkspace()
    expect((await init(workspace, 'images', '--talos-version', 'v1.7.0')).code).toBe(0)
    const checked = await runCommand(
      ['schematic', 'check', ...SCHEMATICS.map((name) => `images/${name}`), '--directory', 'images'],
      { cwd: workspace.root, env },
    )
    expect(checked.code, checked.stderr).toBe(0)
  })
})

describe('init overwrites nothing', () => {
  it('names all files that are there, before any request', async () => {
    await using workspace = await createWorkspace({ '_packer/hcloud.auto.pkrvars.hcl': 'mine' })
    const result = await runCommand(['init'], { cwd: workspace.root, env: NOWHERE })
    const there = FILES.filter((name) => name !== 'talos-image.yaml')
    expectRefusal(result, 'error: _packer already holds ', ...there, '--adapt', '--force')
    expect(await read(workspace, '_packer/hcloud.auto.pkrvars.hcl')).toBe('mine')
  })

  it('save with --force, and then only what it writes', async () => {
    await using workspace = await createWorkspace({ 'images/schematic.yaml': 'mine', 'images/notes.md': 'mine' })
    const other = await workspace.write('images/z.auto.pkrvars.hcl', 'talos_version = "v1.12.2"\n')
    const { code, stderr } = await init(workspace, 'images', '--force')
    expect(code, stderr).toBe(0)
    expect(stderr).toContain('images/z.auto.pkrvars.hcl: is read by a build, too')
    expect(await read(workspace, 'images/schematic.yaml')).toContain('officialExtensions')
    expect(await read(workspace, 'images/notes.md')).toBe('mine')
    expect(await readFile(other, 'utf8')).toBe('talos_version = "v1.12.2"\n')
  })

  it('and refuses a folder with another template, forced or not', async () => {
    await using workspace = await createWorkspace({ 'images/other.pkr.hcl': '' })
    expectRefusal(await init(workspace, 'images', '--force'), 'images holds another template (other.pkr.hcl)')
    expect(await readdir(join(workspace.root, 'images'))).toEqual(['other.pkr.hcl'])
  })

  it('and wants a folder', async () => {
    await using workspace = await createWorkspace({ file: '' })
    expectRefusal(await init(workspace, 'file'), 'error: file is not a folder')
  })
})

describe('init where files are already', () => {
  const MINE = '# my words\ntalos_version = "v1.12.2"\n'
  const files = { '_packer/hcloud.auto.pkrvars.hcl': MINE }

  it('changes with --adapt what was asked for, says what, and keeps the rest', async () => {
    await using workspace = await createWorkspace(files)
    const { code, stdout, stderr } = await init(workspace, '--adapt', '--arch', 'x86', '--extension', 'gvisor')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('_packer/schematic.yaml\n  +       - siderolabs/gvisor\n')
    expect(stdout).toContain(
      '_packer/talos-image.yaml (new)\n  + schematic: schematic.yaml\n  + architectures: [x86]\n',
    )
    expect(await read(workspace, '_packer/hcloud.auto.pkrvars.hcl')).toBe(MINE)
    expect(await read(workspace, '_packer/schematic-control-plane.yaml')).toContain('- siderolabs/tailscale\n')
    const planned = await runCommand(['plan'], { cwd: workspace.root, env: project.env })
    expect(planned.stdout).toContain('Plan: Talos v1.12.2, 1 image\n')
    expect(planned.stdout).toContain('talos-image.yaml, schematic.yaml\n')
    const again = await init(workspace, '--adapt', '--arch', 'x86', '--extension', 'gvisor')
    expect(again.stdout).toMatch(/^Nothing in _packer has to change\.\n/)
  })

  it.runIf(hasTerminal()).each([
    ['yes', '\u001b[B', 'v1.13.9'],
    ['no', '', 'v1.12.2'],
  ])('asks in a terminal whether to write: %s', async (_, key, version) => {
    await using workspace = await createWorkspace(files)
    const flags = ['--talos-version', 'v1.13', '--no-extensions', '--arch', 'x86', '--location', 'hel1']
    const { code, stdout } = await runAtTerminal(['init', ...flags], {
      cwd: workspace.root,
      env: { ...env, NO_COLOR: '1' },
      type: [{ when: /\+ talos_version = "v1\.13\.9"[\s\S]*Write these changes\?[\s\S]*❯ no/, keys: `${key}\r` }],
    })
    expect(code, stdout).toBe(0)
    expect(await read(workspace, '_packer/hcloud.auto.pkrvars.hcl')).toContain(
      `# my words\ntalos_version = "${version}"\n`,
    )
  })
})

describe('init with wrong flags', () => {
  it.each([
    ['a version', ['--talos-version', '1.13'], 'error: --talos-version: "1.13" is not a Talos version'],
    ['a version that is not there', ['--talos-version', 'v1.99.0'], 'the Image Factory has no Talos v1.99.0'],
    ['an extension', ['--extension', 'tailscal'], 'hint: did you mean "tailscale"?'],
    ['adapting and overwriting', ['--adapt', '--force'], 'error: --adapt: it cannot be used together with --force'],
    [
      'extensions both ways',
      ['--extension', 'gvisor', '--no-extensions'],
      'error: --no-extensions: it cannot be used together',
    ],
    ['a location', ['--location', 'Falkenstein!'], 'error: --location: "Falkenstein!" is not a location'],
  ])('refuses %s', async (_, flags, text) => {
    await using workspace = await createWorkspace()
    expectRefusal(await init(workspace, 'images', ...flags), text)
    expect(await readdir(workspace.root)).not.toContain('images')
  })

  it('doubts a location that it does not know', async () => {
    await using workspace = await createWorkspace()
    const { code, stderr } = await init(workspace, 'images', '--location', 'fsn2')
    expect(code).toBe(0)
    expect(stderr).toContain('did you mean "fsn1"?')
  })

  it('writes nothing when the Image Factory has no answer', async () => {
    await using workspace = await createWorkspace()
    const result = await init(workspace, 'images', '--factory-url', `${project.factoryUrl}/nothing`)
    expectFailure(1, result, 'the Image Factory answered 404 to GET')
    expect(await readdir(workspace.root)).not.toContain('images')
  })
})

describe.runIf(hasTerminal())('init in a terminal', () => {
  const ask = (workspace: Workspace, type: readonly Typing[], ...args: string[]): Promise<CommandResult> =>
    runAtTerminal(['init', 'images', ...args], { cwd: workspace.root, env: { ...env, NO_COLOR: '1' }, type })

  it('asks for what no flag says', async () => {
    await using workspace = await createWorkspace()
    const { code, stdout } = await ask(workspace, [
      { when: /Talos version:[\s\S]*type to search/, keys: 'v1.12.7' },
      { when: /❯ v1\.12\.7/, keys: '\r' },
      { when: /System extensions:[\s\S]*3 chosen/, keys: 'tail' },
      { when: /❯ \[ \] tailscale/, keys: ' ' },
      { when: /❯ \[x\] tailscale[\s\S]*4 chosen/, keys: '\r' },
      { when: /Architectures:[\s\S]*2 chosen/, keys: ' ' },
      { when: /\[ \] arm[\s\S]*1 chosen/, keys: '\r' },
      { when: /Location of[\s\S]*❯ fsn1/, keys: '\u001b[B' },
      { when: /❯ nbg1/, keys: '\r' },
    ])
    expect(code, stdout).toBe(0)
    const variables = await read(workspace, 'images/hcloud.auto.pkrvars.hcl')
    expect(variables).toMatch(/^talos_version = "v1\.12\.7"$/m)
    expect(variables).toMatch(/^server_location = "nbg1"$/m)
    expect(variables).not.toMatch(/^.*_arm =/m)
    for (const name of ['tailscale', 'iscsi-tools']) {
      expect(await read(workspace, 'images/schematic-worker.yaml')).toContain(`      - siderolabs/${name}\n`)
    }
  })

  it('says what is wrong with an answer, and asks on', async () => {
    await using workspace = await createWorkspace()
    const flags = ['--talos-version', 'v1.13.9', '--no-extensions', '--location', 'fsn1']
    const { code, stdout } = await ask(
      workspace,
      [
        { when: /Architectures:[\s\S]*2 chosen/, keys: ' ' },
        { when: /1 chosen/, keys: '\u001b[B' },
        { when: /❯ \[x\] x86/, keys: ' ' },
        { when: /0 chosen/, keys: '\r' },
        { when: /choose at least one with the space bar/, keys: ' ' },
        { when: /1 chosen/, keys: '\r' },
      ],
      ...flags,
    )
    expect(code, stdout).toBe(0)
    expect(await read(workspace, 'images/talos-image.yaml')).toMatch(/^architectures: \[x86\]$/m)
  })

  it('is left with Ctrl-C, and has written nothing', async () => {
    await using workspace = await createWorkspace()
    const { code, stdout } = await ask(workspace, [{ when: /Talos version:[\s\S]*type to search/, keys: '\u0003' }])
    expect(code, stdout).toBe(130)
    expect(stdout).toContain('stopped at a question; nothing was written')
    expect(await readdir(workspace.root)).not.toContain('images')
  })

  it('asks nothing with --yes', async () => {
    await using workspace = await createWorkspace()
    const { code, stdout } = await ask(workspace, [], '--yes')
    expect(code, stdout).toBe(0)
    expect(stdout).not.toContain('type to search')
  })
})

const noPacker = missing('packer')
it.skipIf(noPacker !== undefined)(named('packer finds nothing wrong with what init writes', noPacker), async () => {
  await using workspace = await createWorkspace()
  expect((await init(workspace, 'images', '--location', 'hel1', '--arch', 'arm')).code).toBe(0)
  // The block in it is for Packer 1.7 and newer, which then want their plugin from the network.
  await rm(join(workspace.root, 'images/requirements.pkr.hcl'))
  const result = await runCommand(['validate', 'images'], {
    cwd: workspace.root,
    program: ['packer'],
    env: { HCLOUD_TOKEN: '0'.repeat(64), CHECKPOINT_DISABLE: '1', HOME: workspace.root },
  })
  expect(result.code, result.stdout + result.stderr).toBe(0)
})
