import { execFile } from 'node:child_process'
import {
  appendFile,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { hasTerminal, runAtTerminal } from '../support/terminal.ts'

const CREATE = fileURLToPath(new URL('../../_packer/create.sh', import.meta.url))
const COMMAND = fileURLToPath(new URL('../../talos-image', import.meta.url))

describe('create.sh and talos-image', { timeout: 30_000 }, () => {
  it.runIf(hasTerminal())('shows in a terminal what it prepares, and for how long', async () => {
    await using clone = await createClone()
    const { stdout } = await runAtTerminal([], {
      cwd: clone.path,
      env: { PATH: `${join(clone.path, 'bin')}:${process.env.PATH}` },
      shellCommand: './talos-image list',
    })
    for (const step of ['installing packages', 'building']) {
      expect(stdout).toContain(`Preparing talos-image (first run, about half a minute): ${step}, 0 s`)
    }
    expect(stdout).toContain('["list"]')
  })

  it('prepares a fresh clone, and hands all arguments on unchanged', async () => {
    await using clone = await createClone()
    const { code, stdout, stderr } = await clone.create(['control-plane', '--set', 'a "b" $c *', ''])
    expect(JSON.parse(stdout)).toEqual([
      'build',
      '--directory',
      clone.packer,
      'control-plane',
      '--set',
      'a "b" $c *',
      '',
    ])
    expect(stderr).toBe('Preparing talos-image (first run, about half a minute) ...\n')
    expect(code).toBe(0)
    expect(await clone.npmCalls()).toEqual(['ci --include=dev --no-audit --no-fund', 'run build'])
  })

  it('does nothing before the build when nothing has changed', async () => {
    await using clone = await createClone()
    await clone.create()
    const { stdout, stderr } = await clone.create()
    expect([stdout, stderr]).toEqual([`["build","--directory","${clone.packer}"]\n`, ''])
    expect(await clone.npmCalls()).toHaveLength(2)
  })

  it('builds again after the sources changed, and installs again after the lock file changed', async () => {
    await using clone = await createClone()
    await clone.create()
    await appendFile(join(clone.path, 'src/a.ts'), '// more\n')
    expect((await clone.create()).stderr).toMatch(/^Preparing talos-image \(its sources have changed.*\n$/)
    expect((await clone.npmCalls()).slice(2)).toEqual(['run build'])
    await appendFile(join(clone.path, 'package-lock.json'), '\n')
    await appendFile(join(clone.path, 'src/b.ts'), '')
    await clone.create()
    expect((await clone.npmCalls()).slice(3)).toEqual(['run build'])
    await writeFile(join(clone.path, 'package-lock.json'), lockFile('2.0.0'))
    await clone.create()
    expect((await clone.npmCalls()).slice(4)).toEqual(['ci --include=dev --no-audit --no-fund', 'run build'])
  })

  it('uses what another user has installed and built', async () => {
    await using clone = await createClone()
    await mkdir(join(clone.path, 'node_modules'))
    await writeFile(join(clone.path, 'node_modules/.package-lock.json'), lockFile('1.0.0'))
    await mkdir(join(clone.path, 'dist'))
    await writeFile(join(clone.path, 'dist/cli.cjs'), "console.log('mine')")
    expect(await clone.create()).toEqual({ code: 0, stdout: 'mine\n', stderr: '' })
    expect(await clone.npmCalls()).toEqual([])
  })

  it('finds its directory through links', async () => {
    await using clone = await createClone()
    await symlink('_packer/create.sh', join(clone.path, 'one'))
    await symlink(join(clone.path, 'one'), join(clone.path, 'bin/two'))
    const { stdout } = await clone.create([], { script: join(clone.path, 'bin/two') })
    expect(JSON.parse(stdout)).toEqual(['build', '--directory', clone.packer])
  })

  it.each(['with flock', 'without flock'])(
    'prepares once when several run at the same time, %s',
    async (how) => {
      await using clone = await createClone()
      const PATH = how === 'with flock' ? undefined : await clone.minimalPath()
      const runs = await Promise.all([1, 2, 3].map(() => clone.create([], { PATH })))
      expect(runs.map(({ code }) => code)).toEqual([0, 0, 0])
      expect(runs.filter(({ stderr }) => stderr !== '')).toHaveLength(1)
      expect(await clone.npmCalls()).toHaveLength(2)
      expect(await readdir(clone.path)).not.toContain('node_modules.lock')
    },
    30_000,
  )

  it('does not wait for an owner of the lock that is dead', async () => {
    await using clone = await createClone()
    await symlink('999999999', join(clone.path, 'node_modules.lock'))
    expect((await clone.create([], { PATH: await clone.minimalPath() })).code).toBe(0)
    expect(await readdir(clone.path)).not.toContain('node_modules.lock')
  })

  it('shows what npm said when it fails, and tries again the next time', async () => {
    await using clone = await createClone()
    const failed = await clone.create([], { NPM_FAILS: 'yes' })
    expect(failed).toMatchObject({ code: 1, stdout: '' })
    expect(failed.stderr).toMatch(/npm chatter[\s\S]*talos-image: npm ci .* failed in[\s\S]*It needs the network/)
    expect((await clone.create()).code).toBe(0)
  })

  it('runs the program of a package that comes without sources', async () => {
    await using clone = await createClone()
    await clone.create()
    for (const name of ['talos-image', 'src', 'node_modules']) await rm(join(clone.path, name), { recursive: true })
    expect(await clone.create()).toMatchObject({ code: 0, stderr: '' })
    await rm(join(clone.path, 'dist'), { recursive: true })
    expect((await clone.create()).stderr).toContain('has no talos-image around it')
    expect(await clone.npmCalls()).toHaveLength(2)
  })

  it.each(['v18.20.4', 'v20.18.3'])('refuses Node.js %s', async (version) => {
    await using clone = await createClone()
    await writeFile(join(clone.path, 'bin/node'), `#!/bin/sh\necho ${version}\n`, { mode: 0o755 })
    const { code, stderr } = await clone.create()
    expect(code).toBe(1)
    expect(stderr).toContain(`Node.js 20.19 or newer is needed; this is ${version}.`)
  })
})

interface Clone extends AsyncDisposable {
  readonly path: string
  /** Its `_packer` directory. */
  readonly packer: string
  create(args?: readonly string[], env?: { script?: string } & Record<string, string | undefined>): Promise<Ended>
  /** The arguments of each call of npm. */
  npmCalls(): Promise<string[]>
  /** A PATH with what every system has, which leaves out flock. */
  minimalPath(): Promise<string>
}

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const NPM = `#!/bin/sh
echo "npm chatter"
[ -z "$NPM_FAILS" ] || exit 1
echo "$*" >>npm.log
case $1 in
  ci) rm -rf node_modules; mkdir node_modules; cp package-lock.json node_modules/.package-lock.json ;;
  run)
    mkdir -p dist
    printf '#!/usr/bin/env node\\n%s\\n' 'console.log(JSON.stringify(process.argv.slice(2)))' >dist/cli.cjs
    chmod +x dist/cli.cjs
    ;;
esac
`
const lockFile = (version: string) => JSON.stringify({ packages: { '': {}, 'node_modules/a': { version } } })

/** A clone of a small project around create.sh, with an npm that only pretends. */
async function createClone(): Promise<Clone> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'talos-image a clone-')))
  const packer = join(path, '_packer')
  for (const name of ['_packer', 'src', 'scripts', 'bin']) await mkdir(join(path, name))
  await copyFile(CREATE, join(packer, 'create.sh'))
  await copyFile(COMMAND, join(path, 'talos-image'))
  await writeFile(join(path, 'package.json'), '{"type": "module"}')
  await writeFile(join(path, 'package-lock.json'), lockFile('1.0.0'))
  await writeFile(join(path, 'src/a.ts'), '')
  await writeFile(join(path, 'bin/npm'), NPM, { mode: 0o755 })
  const PATH = `${join(path, 'bin')}:${process.env.PATH}`
  return {
    path,
    packer,
    create: (args = [], { script = join(packer, 'create.sh'), ...env } = {}) =>
      new Promise((resolve) => {
        const options = {
          cwd: tmpdir(),
          timeout: 20_000,
          env: { ...process.env, NODE_ENV: 'production', ...env, PATH: env.PATH ?? PATH },
        }
        const child = execFile(script, args, options, (_error, stdout, stderr) =>
          resolve({ code: child.exitCode ?? -1, stdout, stderr }),
        )
      }),
    npmCalls: async () => (await readFile(join(path, 'npm.log'), 'utf8').catch(() => '')).split('\n').filter(Boolean),
    async minimalPath() {
      const directory = join(path, 'minimal')
      await mkdir(directory)
      const tools = [
        'bash',
        'cat',
        'chmod',
        'cksum',
        'cp',
        'dirname',
        'find',
        'ln',
        'mkdir',
        'mktemp',
        'readlink',
        'rm',
        'sleep',
        'sort',
      ]
      for (const tool of tools) await symlink(await which(tool), join(directory, tool))
      await symlink(process.execPath, join(directory, 'node'))
      return `${join(path, 'bin')}:${directory}`
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  }
}

function which(tool: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('/bin/sh', ['-c', 'command -v "$0"', tool], (error, stdout) =>
      error ? reject(error) : resolve(stdout.trim()),
    )
  })
}
