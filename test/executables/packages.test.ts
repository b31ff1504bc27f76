/** The packages that `npm run packages` makes: installed, used and removed, on this computer as it is, which stays so. */

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FOLDER, LINUX_X64, VERSION } from '../support/executables.ts'
import { openPrivateRoot, type PrivateRoot } from '../support/private-root.ts'
import { named } from '../support/programs.ts'

const DEB = `talos-image_${VERSION}_amd64.deb`
const RPM = `talos-image-${VERSION}-1.x86_64.rpm`

const DOCS = ['bill-of-materials.cdx.json', 'third-party-licenses.txt'].map(
  (name) => `usr/share/doc/talos-image/${name}`,
)
const FILES = [
  ...DOCS,
  'usr/bin/talos-image',
  'usr/share/bash-completion/completions/talos-image',
  'usr/share/fish/vendor_completions.d/talos-image.fish',
]
/** What only one kind of package has. */
const OF_DEB = [
  'usr/share/doc/talos-image/changelog.gz',
  'usr/share/doc/talos-image/copyright',
  'usr/share/lintian/overrides/talos-image',
  'usr/share/zsh/vendor-completions/_talos-image',
]
const OF_RPM = ['usr/share/licenses/talos-image/LICENSE', 'usr/share/zsh/site-functions/_talos-image']

const WHY_NOT = process.getuid?.() === 0 ? undefined : 'takes root'

const ask = async (program: string, ...args: string[]): Promise<string> =>
  (await promisify(execFile)(program, args, { cwd: FOLDER, maxBuffer: 1e9 })).stdout

let scratch: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'talos-image-packages-'))
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

describe.each([
  { machine: 'amd64', of: 'linux-x64' },
  { machine: 'arm64', of: 'linux-arm64' },
])('the package for Debian on $machine', ({ machine, of }) => {
  const file = `talos-image_${VERSION}_${machine}.deb`

  test('says what it is and what it needs', async () => {
    expect(await ask('dpkg-deb', '--field', file, 'Package', 'Version', 'Architecture')).toBe(
      `Package: talos-image\nVersion: ${VERSION}\nArchitecture: ${machine}\n`,
    )
    expect(await ask('dpkg-deb', '--field', file, 'Recommends')).toBe('curl, mount, xz-utils, zstd\n')
    // What rpmbuild has found in the executable.
    const needed = await ask('rpm', '-qp', '--requires', RPM)
    const [newest] = [...needed.matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor)).toSorted((a, b) => b - a)
    expect(await ask('dpkg-deb', '--field', file, 'Depends')).toContain(`libc6 (>= 2.${newest})`)
  })

  test('holds these files of root, which others may read, and the executable as it is', async () => {
    const listed = (await ask('dpkg-deb', '--contents', file)).trim().split('\n')
    const modes = listed.map((line) => line.replace(/^(\S+ \S+) .*? (\S+)$/, '$1 $2'))
    const expected = [...FILES, ...OF_DEB].map(
      (path) => `${path.includes('/bin/') ? '-rwxr-xr-x' : '-rw-r--r--'} root/root ./${path}`,
    )
    expect(modes.filter((line) => !line.endsWith('/')).toSorted()).toEqual(expected.toSorted())
    for (const line of modes.filter((line) => line.endsWith('/'))) expect(line).toMatch(/^drwxr-xr-x root\/root /)
    await ask('dpkg-deb', '--extract', file, join(scratch, machine))
    const executable = await readFile(join(scratch, machine, 'usr/bin/talos-image'))
    expect(executable.equals(await readFile(join(FOLDER, `talos-image-${of}`)))).toBe(true)
  })
})

describe.each(['x86_64', 'aarch64'])('the package for Fedora on %s', (machine) => {
  const file = `talos-image-${VERSION}-1.${machine}.rpm`

  test('says what it is and what it needs', async () => {
    const format = '%{NAME} %{VERSION} %{ARCH} %{LICENSE} %{OS}'
    expect(await ask('rpm', '-qp', '--queryformat', format, file)).toBe(
      `talos-image ${VERSION} ${machine} Apache-2.0 linux`,
    )
    expect(await ask('rpm', '-qp', '--recommends', file)).toBe('/usr/bin/perl\ncurl\nutil-linux\nxz\nzstd\n')
  })

  test('holds these files of root, which others may read', async () => {
    const listed = await ask('rpm', '-qp', '--queryformat', '[%{FILENAMES} %{FILEMODES:perms} %{FILEUSERNAME}\n]', file)
    const expected = [...FILES, ...OF_RPM].map(
      (path) => `/${path} ${path.includes('/bin/') ? '-rwxr-xr-x' : '-rw-r--r--'} root`,
    )
    const lines = listed.trim().split('\n')
    expect(lines.filter((line) => !line.includes(' d')).toSorted()).toEqual(expected.toSorted())
    for (const line of lines.filter((line) => line.includes(' d')))
      expect(line).toMatch(/^\/usr\/share\/.* drwxr-xr-x root$/)
    expect(await ask('rpm', '-qp', '--scripts', file)).toBe('')
  })
})

describe.skipIf(WHY_NOT !== undefined)(named('installed', WHY_NOT), () => {
  let root: PrivateRoot

  beforeAll(async () => {
    root = await openPrivateRoot(join(scratch, 'root'), FOLDER)
  })
  afterAll(() => root[Symbol.asyncDispose]())

  const succeed = async (program: string, ...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await root.run(program, ...args)
    expect(code, stderr + stdout).toBe(0)
    return stdout
  }

  async function use(): Promise<void> {
    expect(await succeed('talos-image', '--version')).toBe(`${VERSION}\n`)
    await succeed('talos-image', 'init', 'mine', '--yes', '--sandbox')
    expect(await succeed('talos-image', 'schematic', 'id', 'mine/schematic.yaml')).toMatch(/^[0-9a-f]{64}\n$/)
    const built = await succeed('talos-image', 'build', '--sandbox', '--directory', 'mine', '--output', 'json')
    expect(JSON.parse(built)).toMatchObject({ snapshots: [{}, {}], leftovers: [] })
    await succeed('rm', '-r', 'mine', '.local')
    // bash-completion loads the file by the command's name.
    const completed = '. /usr/share/bash-completion/completions/talos-image && complete -p talos-image'
    expect(await succeed('bash', '-c', completed)).toContain('talos-image')
  }

  test.each([
    { kind: '.deb', install: `dpkg --install /mnt/${DEB}`, remove: 'dpkg --remove talos-image', own: OF_DEB },
    // Debian has the libraries, but its rpm does not know of them.
    { kind: '.rpm', install: `rpm --install --nodeps /mnt/${RPM}`, remove: 'rpm --erase talos-image', own: OF_RPM },
  ])('$kind: the command works, and once it is removed, nothing is left', async ({ install, remove, own }) => {
    await succeed('sh', '-c', install)
    expect(await root.findAdded()).toEqual(expect.arrayContaining([...FILES, ...own]))
    await use()
    await succeed('sh', '-c', remove)
    expect(await root.findAdded()).toEqual([])
    expect((await root.run('talos-image', '--version')).code).not.toBe(0)
  })

  test('nothing of it was seen outside', async () => {
    expect(FILES.filter((path) => existsSync(join('/', path)))).toEqual([])
    expect(await ask('sh', '-c', 'dpkg-query -W talos-image 2>&1 || true')).toContain('no packages found')
    expect(existsSync(LINUX_X64)).toBe(true)
  })
})
