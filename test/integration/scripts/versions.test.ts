/** `npm run versions`, `next-version` and `release-notes`, in a repository of its own. */

import { execFile } from 'node:child_process'
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ROOT } from '../../support/command.ts'

const run = promisify(execFile)

const manifest = (name: string, more: object = {}) => ({ name, version: '0.3.0', ...more })
const ROOT_PACKAGE = manifest('talos-image', {
  devDependencies: { semver: '0.3.0', 'hcloud-sandbox': '0.3.0', 'talos-schematic': '0.3.0' },
})
const SANDBOX = manifest('hcloud-sandbox', { dependencies: { 'talos-schematic': '0.3.0' } })
const LOCK = {
  ...manifest('talos-image'),
  packages: {
    '': ROOT_PACKAGE,
    'node_modules/semver': { version: '0.3.0' },
    'packages/hcloud-sandbox': SANDBOX,
    'packages/talos-schematic': { version: '0.3.0' },
  },
}
const toText = (document: object): string => `${JSON.stringify(document, null, 2)}\n`

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'talos-image-versions-'))
  await writeAll({
    'package.json': toText(ROOT_PACKAGE),
    'packages/hcloud-sandbox/package.json': toText(SANDBOX),
    'packages/talos-schematic/package.json': toText(manifest('talos-schematic')),
    'package-lock.json': toText(LOCK),
    'docs/ci.md':
      'uses: OWNER/talos-image@v0.3.0\ngit clone --branch v0.3.0 x\ntalos-image_0.3.0_amd64.deb\ntalos v0.3.0, 0.3.0\n',
    'CHANGELOG.md': '# Changes\n\n## 0.3.0\n\n- Old.\n\n## 0.2.0\n\n- Older.\n',
    '.changeset/README.md': 'How to write one.\n',
  })
  await run('git', ['init', '--quiet', folder])
  await run('git', ['-C', folder, 'add', '--all'])
})
afterEach(() => rm(folder, { recursive: true }))

async function writeAll(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await write(name, text)
  }
}

const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text)
const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8')

/** What a script says, or what is wrong. */
async function versions(...args: string[]): Promise<{ out: string; wrong: string[] }> {
  return await run(process.execPath, [join(ROOT, 'scripts/versions.mjs'), ...args], { cwd: folder }).then(
    ({ stdout }) => ({ out: stdout, wrong: [] }),
    (error: { readonly stdout: string; readonly stderr: string }) => ({
      out: error.stdout,
      wrong: error.stderr.trim().split('\n'),
    }),
  )
}

describe('the next version', () => {
  test('is the greatest that a changeset wants; its texts are in CHANGELOG.md, and it is the same everywhere', async () => {
    await write('.changeset/b.md', '---\ntalos-image: patch\n---\n\nMended.\n')
    await write('.changeset/a.md', '---\ntalos-image: patch\nhcloud-sandbox: minor\n---\n\nNew,\nand $& more.\n')
    expect(await versions('next')).toEqual({ out: '0.4.0\n', wrong: [] })
    expect(await read('CHANGELOG.md')).toBe(
      '# Changes\n\n## 0.4.0\n\n- New,\n  and $& more.\n- Mended.\n\n## 0.3.0\n\n- Old.\n\n## 0.2.0\n\n- Older.\n',
    )
    const dependencies = { semver: '0.3.0', 'hcloud-sandbox': '0.4.0', 'talos-schematic': '0.4.0' }
    const root = { version: '0.4.0', devDependencies: dependencies }
    expect(JSON.parse(await read('package.json'))).toMatchObject(root)
    const sandbox = { version: '0.4.0', dependencies: { 'talos-schematic': '0.4.0' } }
    expect(JSON.parse(await read('packages/hcloud-sandbox/package.json'))).toMatchObject(sandbox)
    expect(JSON.parse(await read('package-lock.json'))).toMatchObject({
      version: '0.4.0',
      packages: {
        '': root,
        'node_modules/semver': { version: '0.3.0' },
        'packages/hcloud-sandbox': sandbox,
        'packages/talos-schematic': { version: '0.4.0' },
      },
    })
    expect(await read('docs/ci.md')).toBe(
      'uses: OWNER/talos-image@v0.4.0\ngit clone --branch v0.4.0 x\ntalos-image_0.4.0_amd64.deb\ntalos v0.3.0, 0.3.0\n',
    )
    await expect(access(join(folder, '.changeset/a.md'))).rejects.toThrow('ENOENT')
    expect(await read('.changeset/README.md')).toBe('How to write one.\n')
    expect(await versions('notes', 'v0.4.0')).toEqual({ out: '- New,\n  and $& more.\n- Mended.\n', wrong: [] })
    expect(await versions('next')).toEqual({ out: 'There is nothing to release.\n', wrong: [] })
  })

  test('is one that is not released yet, as it stands there', async () => {
    await write('CHANGELOG.md', '# Changes\n\n## 0.3.0 (unreleased)\n\n- First.\n\n## 0.2.0\n\n- Older.\n')
    await write('.changeset/a.md', '---\ntalos-image: major\n---\n\nSecond.\n')
    expect(await versions('next')).toEqual({ out: '0.3.0\n', wrong: [] })
    expect(await read('CHANGELOG.md')).toBe('# Changes\n\n## 0.3.0\n\n- First.\n- Second.\n\n## 0.2.0\n\n- Older.\n')
  })

  test.each([
    ['---\ntalos-imag: minor\n---\n\nNew.\n', 'there is no package talos-imag; there are talos-image, hcloud-sandbox'],
    ['---\ntalos-image: big\n---\n\nNew.\n', 'invalid version type "big"'],
    ['---\ntalos-image: minor\n---\n', 'it says nothing'],
    ['---\n---\n\nNew.\n', 'it names no package'],
    ['New.\n', 'missing or invalid frontmatter'],
  ])('is not made of a changeset such as %j', async (text, problem) => {
    await write('.changeset/a.md', text)
    const { wrong } = await versions('next')
    expect(wrong.join('\n')).toMatch(/^\.changeset\/a\.md: /)
    expect(wrong.join('\n')).toContain(problem)
    expect(await read('package.json')).toBe(toText(ROOT_PACKAGE))
    expect((await versions('check')).wrong).toEqual(wrong)
  })
})

describe('versions', () => {
  test('are in order when they are the same, and each that is not is named', async () => {
    expect(await versions('check')).toEqual({ out: 'Version 0.3.0, and 0 changesets for the next one.\n', wrong: [] })
    await write('docs/ci.md', 'uses: OWNER/talos-image@v0.2.0\n')
    await write('package-lock.json', toText({ ...LOCK, version: '0.2.0' }))
    expect((await versions('check')).wrong).toEqual([
      expect.stringContaining('package-lock.json: another version than 0.3.0'),
      expect.stringContaining('docs/ci.md: another version than 0.3.0'),
    ])
  })
})

describe('release notes', () => {
  test('are those of the version that the tag names', async () => {
    expect(await versions('notes', 'v0.3.0')).toEqual({ out: '- Old.\n', wrong: [] })
    expect((await versions('notes', 'v0.2.0')).wrong).toEqual(['the tag v0.2.0: package.json has the version 0.3.0'])
  })

  test('are not there as long as changesets are left, or the version is not released', async () => {
    await write('.changeset/a.md', '---\ntalos-image: minor\n---\n\nNew.\n')
    const left = [
      'CHANGELOG.md: its newest section is not that of 0.3.0, or not released; npm run next-version makes it',
    ]
    expect((await versions('notes', 'v0.3.0')).wrong).toEqual(left)
    await rm(join(folder, '.changeset/a.md'))
    await write('CHANGELOG.md', '# Changes\n\n## 0.3.0 (unreleased)\n\n- Old.\n')
    expect((await versions('notes', 'v0.3.0')).wrong).toEqual(left)
  })
})
