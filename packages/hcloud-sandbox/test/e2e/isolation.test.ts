/**
 * Commands that try to leave a machine. They only ever aim at decoys: files, processes and device numbers that are not in
 * use. Each attempt is first shown to work outside of a machine where that can be shown.
 */

import { execFile, execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { chmod, chown, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'rolldown'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Expectation, MACHINE_USER } from '../../src/machines/namespace/argv.ts'
import { REFUSED, REFUSED_STATUS } from '../../src/machines/namespace/entry-script.ts'
import { openIsolation, type Sabotage } from '../../src/machines/namespace/isolation.ts'
import { MIB, makeDisk, makeIsolation, type Result } from '../machines/fixture.ts'

const isRoot = process.getuid?.() === 0
/** Rights of a machine's user on this computer, for showing that a decoy can be reached from outside. */
const asMachineUser = isRoot
  ? ['setpriv', `--reuid=${MACHINE_USER.uid}`, `--regid=${MACHINE_USER.gid}`, '--clear-groups']
  : ['setpriv']

/** No user of this computer, and not that of machines. */
const ORDINARY_USER = 64_962
const Report = v.object({ success: v.boolean(), numPassedTests: v.number() })

const SECRET = 'the secret of a decoy'
/** A number of a loop device that was not created; it is never opened. */
const DECOY_DEVICE = ['b', '7', '250'] as const

/** Everything that a machine's user could reach, if only it could see it. */
async function makeDecoy() {
  const folder = await mkdtemp(join(tmpdir(), 'decoy-'))
  await chmod(folder, 0o777)
  const file = join(folder, 'file')
  await writeFile(file, SECRET)
  await chmod(file, 0o666)
  const process = spawn(asMachineUser[0] ?? '', [...asMachineUser.slice(1), 'sleep', '1000'], { cwd: folder })
  await once(process, 'spawn')
  const open = openSync(file, 'r+')
  return {
    folder,
    file,
    process,
    isUntouched: () =>
      process.exitCode === null && process.signalCode === null && readFileSync(file, 'utf8') === SECRET,
    async remove() {
      closeSync(open)
      process.kill('SIGKILL')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

describe.runIf(process.platform === 'linux')('a machine that is attacked from inside', () => {
  let decoy: Awaited<ReturnType<typeof makeDecoy>>
  let room: Awaited<ReturnType<typeof makeIsolation>>
  let run: (command: string) => Promise<Result>

  beforeAll(async () => {
    process.env.HCLOUD_TOKEN = SECRET
    decoy = await makeDecoy()
    room = await makeIsolation()
    run = room.run
  })
  afterAll(async () => {
    delete process.env.HCLOUD_TOKEN
    await room[Symbol.asyncDispose]()
    await decoy.remove()
  })

  it('has decoys that could be reached from outside', () => {
    const [program = '', ...args] = asMachineUser
    const script = `cat ${decoy.file} && test -w ${decoy.file} && kill -0 ${decoy.process.pid}`
    expect(execFileSync(program, [...args, 'bash', '-c', script], { encoding: 'utf8' })).toBe(SECRET)
  })

  it('finds no file of this computer, by no way', async () => {
    const up = '../'.repeat(20)
    const ways = ['', '/proc/1/root', '/proc/self/root', `/proc/self/root/${up}`, `/tmp/${up}`, '/proc/self/cwd/../..']
    for (const way of [...ways, `/proc/${process.pid}/root`, `/proc/${decoy.process.pid}/cwd/../..`]) {
      const path = `${way}${decoy.file}`
      expect(await run(`cat '${path}' || echo x >> '${path}'`)).toMatchObject({ status: 1, stdout: '' })
    }
    const everything = `cat /proc/[0-9]*/root${decoy.file} /proc/[0-9]*/cwd/file /proc/[0-9]*/fd/* 2> /dev/null`
    expect((await run(`timeout 2 bash -c '${everything}' < /dev/null`)).stdout).not.toContain(SECRET)
    expect((await run(`find / -xdev -name '${decoy.folder.split('/').at(-1)}' 2> /dev/null`)).stdout).toBe('')
    expect(decoy.isUntouched()).toBe(true)
  })

  it('has no device but its disk and the harmless ones', async () => {
    // Each is looked at by itself: what a folder says of an entry may not be what is mounted there.
    const look = 'if [[ -b $path ]] || [[ -c $path && ! -h $path ]]; then echo $path; fi'
    const everywhere = '/dev/** /etc/** /opt/** /root/** /run/** /tmp/** /var/**'
    const { stdout } = await run(`ls -A /dev; shopt -s globstar dotglob; for path in ${everywhere}; do ${look}; done`)
    const harmless = ['full', 'null', 'random', 'tty', 'urandom', 'zero']
    const names = [...harmless, 'fd', 'sda', 'shm', 'stderr', 'stdin', 'stdout'].toSorted()
    expect(stdout.trim().split('\n')).toEqual([...names, ...harmless.map((name) => `/dev/${name}`)])
  })

  it.each([
    ['make a device', `mknod /tmp/decoy ${DECOY_DEVICE.join(' ')}`],
    ['make a device in /dev', `mknod /dev/decoy ${DECOY_DEVICE.join(' ')}`],
    ['mount memory', 'mount -t tmpfs decoy /mnt'],
    ['mount /proc', 'mount -t proc decoy /mnt'],
    ['mount devices', 'mount -t devtmpfs decoy /mnt'],
    ['mount a folder elsewhere', 'mount --bind /tmp /mnt'],
    ['unmount what hides something', 'umount -l /etc'],
    ['unmount the disk', 'umount -l /dev/sda'],
    ['make programs writable', 'mount -o remount,bind,rw /usr'],
    ['make the root writable', 'mount -o remount,rw /'],
    ['make /proc writable', 'mount -o remount,bind,rw /proc'],
    ['change the root', 'chroot / true'],
    ['switch the root', 'pivot_root / /tmp'],
    ['enter the namespaces of the first process', 'nsenter --target 1 --mount true'],
    ['enter those of the owner', `nsenter --target ${process.pid} --mount true`],
    ['make a user namespace', 'unshare --user --map-root-user true'],
    ['make a mount namespace', 'unshare --mount true'],
    ['become someone else', 'setpriv --reuid=1 true'],
    ['get capabilities', 'setpriv --inh-caps=+sys_admin true'],
    ['change the host name', 'echo decoy > /proc/sys/kernel/hostname'],
    ['allow user namespaces', 'echo 9 > /proc/sys/user/max_user_namespaces'],
    ['replace programs', 'touch /usr/bin/decoy'],
    ['replace stand-ins', 'touch /opt/sandbox/bin/decoy'],
    ['put something into the root', 'touch /decoy'],
    ['put something into /dev', 'touch /dev/decoy'],
    ['remove the disk', 'rm -f /dev/sda'],
    ['move the disk', 'mv /dev/sda /tmp/sda'],
    ['put a link over the disk', 'ln -sf /tmp/decoy /dev/sda'],
    ['load a library into the checks', 'echo /tmp/decoy.so > /etc/ld.so.preload'],
    ['remove what keeps libraries out', 'rm -f /etc/ld.so.preload'],
    ['change where libraries are', 'rm -f /etc/ld.so.cache'],
    ['look into the memory of the first process', 'dd if=/proc/1/mem of=/dev/null bs=1 count=1'],
    ['kill the owner', `kill -9 ${process.pid}`],
    ['kill a process of this computer', 'kill -9 DECOY'],
  ])('cannot %s', async (_, command) => {
    const { status } = await run(command.replace('DECOY', String(decoy.process.pid)))
    expect(status).not.toBe(0)
    expect(decoy.isUntouched()).toBe(true)
    expect(await run('echo still as it should be')).toMatchObject({ status: 0 })
  })

  it('cannot write to the kernel', async () => {
    expect((await run('find /proc/sys /proc/sysrq-trigger /proc/irq -writable')).stdout).toBe('')
    expect(await run('ls -A /sys')).toMatchObject({ status: 0, stdout: '' })
  })

  it('sees no process of this computer', async () => {
    const { stdout } = await run('cd /proc; for pid in [0-9]*; do cat $pid/comm; done 2> /dev/null')
    const names = stdout.trim().split('\n')
    expect(names).toContain('bash')
    expect(names).not.toContain('sleep')
    expect(names.length).toBeLessThan(8)
  })

  it('survives that its commands kill all they can', async () => {
    await run('echo kept > /tmp/kept; kill -9 -1; kill -9 1')
    expect(await run('cat /tmp/kept')).toMatchObject({ status: 0, stdout: 'kept\n' })
  })

  it('gets nothing of the environment of its owner', async () => {
    const { stdout } = await run('env; cat /proc/[0-9]*/environ | tr "\\0" "\\n"')
    expect(stdout).not.toContain(SECRET)
    const names = new Set(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split('=')[0]),
    )
    const allowed = [
      'HOME',
      'LANG',
      'LC_ALL',
      'LOGNAME',
      'OLDPWD',
      'PATH',
      'PWD',
      'SHELL',
      'SHLVL',
      'TERM',
      'USER',
      '_',
    ]
    expect(allowed).toEqual(expect.arrayContaining([...names]))
  })

  it('gets no open file of its owner', async () => {
    const { stdout } = await run('for fd in /proc/[0-9]*/fd/*; do readlink $fd; done')
    const targets = stdout
      .trim()
      .split('\n')
      .filter((target) => !/^(pipe|socket):|^\/dev\/null$|^\/proc\//.test(target))
    expect(targets).toEqual([])
  })

  it('has no capability, and no way to get one', async () => {
    const { stdout } = await run('grep -E "^(Cap|NoNewPrivs)" /proc/self/status')
    const values = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(/\s+/)[1])
    expect(values).toEqual(['0', '0', '0', '0', '0'].map((zero) => zero.repeat(16)).concat('1'))
  })

  it('does not run as anyone who has rights on this computer', async () => {
    const { stdout } = await run('read -r _ outside _ < /proc/self/uid_map; echo $outside; id -u')
    expect(stdout).toBe(`${isRoot ? MACHINE_USER.uid : process.getuid?.()}\n0\n`)
  })
})

describe.runIf(process.platform === 'linux')('a machine whose isolation is broken', () => {
  const replaceIn = (from: string, to: string) => (argv: readonly string[]) => {
    const changed = argv.map((argument) => argument.replace(from, () => to))
    if (changed.every((argument, index) => argument === argv[index])) throw new Error(`nothing to sabotage: ${from}`)
    return changed
  }
  const without =
    (...names: string[]) =>
    (argv: readonly string[]) =>
      argv.filter((argument) => !names.includes(argument))
  const withoutOption = (start: string) => (argv: readonly string[]) =>
    argv.filter((argument) => !argument.startsWith(start))
  /** As if the owner had not seen what is wrong, or what to expect. */
  const expecting = (change: Partial<Expectation>) => (expected: Expectation) => ({ ...expected, ...change })

  const unnamed = replaceIn('"$real_hostname" "$host_name"', ':')
  const breakages: [string, Sabotage, string][] = [
    ['shares a namespace', { init: without('--ipc') }, 'shares the ipc namespace'],
    ['shares two', { init: (argv) => unnamed(without('--ipc', '--uts')(argv)) }, 'shares the uts, ipc namespace'],
    ['still has the old root', { init: replaceIn('umount -n -l /old\nrmdir /old', ':') }, '/old'],
    ['has a writable root', { init: replaceIn('root_options=ro,', 'root_options=') }, '/ is not mounted ro'],
    ['has a writable /proc', { init: replaceIn('bind,ro,nosuid,nodev,noexec "$path"', 'bind "$path"') }, '/proc'],
    ['could make user namespaces', { init: replaceIn('echo 0 >', ': >') }, 'user namespaces'],
    ['cannot make its root', { init: replaceIn('pivot_root . old', 'false') }, 'cannot be isolated'],
    ['has no disk', { init: replaceIn('mount -n -c --bind "$disk"', ': --bind') }, '/dev/sda is not mounted'],
    [
      'has another disk',
      { init: replaceIn('-c --bind "$disk" $new/dev/sda', '--bind $new/rw/etc/hostname $new/dev/sda') },
      'not the disk file',
    ],
    ['has a disk of another number', { expected: expecting({ disk: '1:1' }) }, 'not the disk file'],
    ['is in other namespaces', { expected: expecting({ namespaces: 'user:[1]' }) }, 'not the namespaces'],
    ['has other mounts', { expected: expecting({ mounts: '' }) }, 'the mounts are not'],
    ['runs as root', { expected: expecting({ user: { uid: 0, gid: 0 } }) }, 'not mapped'],
    [
      'shares a mount',
      { init: replaceIn('real_hostname=$', 'mount -n --make-shared /tmp\nreal_hostname=$') },
      '/tmp is tied to other mounts',
    ],
    ['keeps a capability', { entry: without('--bounding-set=-all') }, 'would have capabilities'],
    ['may gain privileges', { entry: without('--no-new-privs') }, 'gain privileges'],
    ['is entered without its processes', { entry: withoutOption('--pid=') }, '/proc cannot be read'],
    ['is entered without its root', { entry: withoutOption('--mount=') }, '/proc belongs to other processes'],
    ['is entered without its name', { entry: withoutOption('--uts=') }, 'not the namespaces'],
  ]
  it.each(breakages)('that %s is refused', async (_, sabotage, reason) => {
    await expect(makeIsolation({ sabotage })).rejects.toMatchObject({
      code: 'sandbox',
      message: expect.stringContaining(reason),
      hint: expect.stringContaining('--machines qemu'),
    })
  })

  it('runs nothing of a command that is refused', async () => {
    let isBroken = false
    const entry = (argv: readonly string[]) => (isBroken ? without('--bounding-set=-all')(argv) : argv)
    await using room = await makeIsolation({ sabotage: { entry } })
    expect(await room.run('echo good > /tmp/decoy')).toMatchObject({ status: 0 })
    isBroken = true
    expect(await room.run('echo bad | tee /tmp/decoy /dev/sda')).toEqual({
      status: REFUSED_STATUS,
      signal: null,
      stdout: '',
      stderr: `${REFUSED}the command would have capabilities\n`,
    })
    isBroken = false
    expect((await room.run('cat /tmp/decoy')).stdout).toBe('good\n')
    expect((await readFile(room.diskFile)).every((byte) => byte === 0)).toBe(true)
  })

  it.runIf(isRoot)('is refused when root enters it without giving up its rights', async () => {
    const entry = (argv: readonly string[]) => [
      ...argv.slice(0, argv.indexOf('setpriv')),
      ...argv.slice(argv.indexOf('nsenter')),
    ]
    await expect(makeIsolation({ sabotage: { entry } })).rejects.toThrow('as another user')
  })

  it.runIf(isRoot)('is refused when a command would keep groups of root', async () => {
    const entry = replaceIn('--clear-groups', '--groups=1')
    await expect(makeIsolation({ sabotage: { entry } })).rejects.toThrow('in groups of this computer')
  })

  it.runIf(isRoot)('is refused when root makes it without giving up its rights', async () => {
    const init = (argv: readonly string[]) => argv.slice(argv.indexOf('unshare'))
    await expect(makeIsolation({ sabotage: { init } })).rejects.toMatchObject({ code: 'sandbox' })
  })

  it.runIf(isRoot)('is refused for any block device in /dev, by the owner and by the checks inside', async () => {
    // Not below /tmp, which the machine's root covers while it is made.
    const folder = await mkdtemp('/var/tmp/decoy-')
    try {
      await chmod(folder, 0o755)
      const node = join(folder, 'node')
      execFileSync('mknod', [node, ...DECOY_DEVICE])
      const shm = 'mkdir $new/dev/shm\n'
      const beside = replaceIn(shm, `${shm}: > $new/dev/decoy; mount -n --bind ${node} $new/dev/decoy\n`)
      await expect(makeIsolation({ sabotage: { init: beside } })).rejects.toThrow('/dev/decoy does not belong')
      const other = replaceIn('--bind /dev/$name $new/dev/$name', '--bind /dev/zero $new/dev/$name')
      await expect(makeIsolation({ sabotage: { init: other } })).rejects.toThrow('a device that does not belong')
      const instead = replaceIn('--bind /dev/$name $new/dev/$name', `--bind ${node} $new/dev/$name`)
      await expect(makeIsolation({ sabotage: { init: instead } })).rejects.toThrow('/dev has a block device')
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  it('refuses a disk that is not a plain file, before anything runs', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'decoy-'))
    try {
      const link = join(folder, 'link')
      await writeFile(join(folder, 'file'), SECRET)
      await symlink(join(folder, 'file'), link)
      for (const diskFile of [link, folder, '/dev/null', join(folder, 'none')]) {
        const opening = openIsolation({ diskFile, hostName: 'rescue', system: 'rescue' })
        await expect(opening).rejects.toMatchObject({ code: 'sandbox' })
      }
      expect(await readFile(join(folder, 'file'), 'utf8')).toBe(SECRET)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  it('keeps its disk when another file takes the name', async () => {
    await using room = await makeIsolation()
    await rename(room.diskFile, `${room.diskFile}.old`)
    await writeFile(room.diskFile, SECRET)
    expect(await room.run('printf data | dd of=/dev/sda status=none')).toMatchObject({ status: 0 })
    expect(await readFile(room.diskFile, 'utf8')).toBe(SECRET)
    expect((await readFile(`${room.diskFile}.old`)).subarray(0, 4).toString()).toBe('data')
  })
})

describe.runIf(process.platform === 'linux')('a machine whose owner is gone', () => {
  /** Processes of this computer with a text in their command line. */
  async function findProcesses(mark: string): Promise<string[]> {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
    const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
    return pids.filter((_, index) => lines[index]?.includes(mark))
  }

  it('leaves no process behind, however the owner went', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'owner-'))
    try {
      const owner = join(folder, 'owner.mjs')
      const entry = fileURLToPath(new URL('../machines/owner.ts', import.meta.url))
      await build({ input: entry, platform: 'node', output: { file: owner, codeSplitting: false } })
      const diskFile = await makeDisk(join(folder, 'disk.raw'), MIB)
      for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
        const mark = `mark-${randomUUID()}`
        const child = spawn(process.execPath, [owner, diskFile, mark], { stdio: ['ignore', 'pipe', 'inherit'] })
        const [line] = await once(createInterface(child.stdout), 'line')
        const init = String(line)
        // In the owner's command line, in that of the init, and in those of the commands.
        expect((await findProcesses(mark)).length).toBeGreaterThanOrEqual(4)
        expect(existsSync(`/proc/${init}`)).toBe(true)
        child.kill(signal)
        await expect.poll(() => findProcesses(mark), { timeout: 10_000 }).toEqual([])
        await expect.poll(() => existsSync(`/proc/${init}`), { timeout: 10_000 }).toBe(false)
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})

describe.runIf(process.platform === 'linux' && isRoot)('a machine of an ordinary user', () => {
  it('passes all of this, too', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ordinary-'))
    try {
      await chown(folder, ORDINARY_USER, ORDINARY_USER)
      const root = fileURLToPath(new URL('../../../..', import.meta.url))
      const drop = [`--reuid=${ORDINARY_USER}`, `--regid=${ORDINARY_USER}`, '--clear-groups', '--inh-caps=-all']
      const vitest = [
        join(root, 'node_modules/vitest/vitest.mjs'),
        'run',
        '--project',
        'e2e',
        '--configLoader',
        'runner',
      ]
      const { stdout } = await promisify(execFile)(
        'setpriv',
        [...drop, process.execPath, ...vitest, '--reporter', 'json', 'hcloud-sandbox/test/e2e/isolation'],
        { cwd: root, env: { PATH: process.env.PATH ?? '', HOME: folder, TMPDIR: folder } },
      )
      const report = v.parse(Report, JSON.parse(stdout))
      expect(report.success).toBe(true)
      expect(report.numPassedTests).toBeGreaterThan(65)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})
