/** Machines in QEMU: a real build on one, and what else they promise. Skipped where QEMU is not installed. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readlink, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { PLACEHOLDER_MARKER } from 'hcloud-sandbox'
import { build as bundle } from 'rolldown'
import { beforeAll, describe, expect, it } from 'vitest'
import type { BootFaults, ConnectionFault, MachineFaults } from '../../packages/hcloud-sandbox/src/machines/faults.ts'
import { createQemuMachines } from '../../packages/hcloud-sandbox/src/machines/qemu/machines.ts'
import { READY_MESSAGE } from '../../packages/hcloud-sandbox/src/machines/qemu/rescue/init-script.ts'
import { createManualClock } from '../../packages/hcloud-sandbox/test/cloud/manual-clock.ts'
import { MIB, makeDisk } from '../../packages/hcloud-sandbox/test/machines/fixture.ts'
import { CACHE_DIR, makeQemuMachine, WHY_NOT } from '../../packages/hcloud-sandbox/test/machines/qemu/fixture.ts'
import { programsFor, rescueScript } from '../../src/remote/rescue-script.ts'
import { build } from '../../src/run/build.ts'
import { named } from '../support/programs.ts'
import { testSandbox } from '../support/sandbox.ts'
import { clientOf, contentsOf, diskFiles, factoryDisk, holds, planIn, snapshotDisk } from '../unit/run/fixture.ts'

const MINUTES = 60_000

/** What a process holds open, as the kernel names it. */
async function openFiles(pid: unknown): Promise<string[]> {
  const folder = `/proc/${pid}/fd`
  return Promise.all((await readdir(folder)).map((name) => readlink(join(folder, name)).catch(() => 'closed')))
}

describe.skipIf(WHY_NOT !== undefined)(named('machines in QEMU', WHY_NOT), { timeout: 3 * MINUTES }, () => {
  beforeAll(async () => {
    await createQemuMachines({ cacheDir: CACHE_DIR }).check()
  }, 10 * MINUTES)

  it('build a right snapshot, byte for byte', async () => {
    const machines = createQemuMachines({ cacheDir: CACHE_DIR })
    await using sandbox = await testSandbox({ machines, serverDiskBytes: 256 * MIB })
    const { images, leftovers } = await build({
      hetzner: clientOf(sandbox),
      plan: await planIn(sandbox),
      sshPort: sandbox.sshPort,
      timeouts: { sshMs: 2 * MINUTES, removeMs: MINUTES },
      onEvent: () => {},
    })
    expect(leftovers).toEqual([])
    expect(images).toMatchObject([{ status: 'built' }])
    const { servers, sshKeys, snapshots } = await contentsOf(sandbox)
    expect([servers, sshKeys, await diskFiles(sandbox)]).toEqual([[], [], []])
    expect(snapshots).toHaveLength(1)
    const disk = await snapshotDisk(sandbox, snapshots[0]?.id ?? 0)
    expect(disk.length).toBe(256 * MIB)
    expect(holds(disk, await factoryDisk(sandbox))).toBe(true)
    expect(disk.includes(PLACEHOLDER_MARKER)).toBe(false)
  })

  it('boot a rescue system that has what the work needs, and reach this computer by its own URLs', async () => {
    await using test = await makeQemuMachine()
    const { machine, target } = test
    const server = createServer((_, response) => response.end('hello from outside')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const bound = server.address()
    const port = typeof bound === 'object' ? bound?.port : undefined
    try {
      await machine.powerOn(target)
      await using shell = await test.shell()
      const report = await shell.run(rescueScript('/dev/sda', programsFor({ kind: 'stdin' }, { compression: 'none' })))
      expect(report.stdout.split('\n')).toEqual([
        expect.stringMatching(/^talos-image host rescue/),
        'talos-image mounted no',
        'talos-image missing',
        `talos-image device-bytes ${64 * MIB}`,
        '',
      ])
      const answers = await shell.run(
        `curl -sS http://127.0.0.1:${port}/; wget -qO- http://localhost:${port}/; readlink /bin/sh; uname -n; id -un`,
      )
      expect(answers).toMatchObject({ status: 0, stdout: 'hello from outsidehello from outsidebash\nrescue\nroot\n' })

      const tools = ['lz4', 'parted', 'perl', 'pigz', 'python3', 'qemu-img', 'reboot', 'sgdisk', 'shutdown']
      expect(await shell.run(`command -v ${tools.join(' ')} | sed 's,.*/,,'`)).toMatchObject({
        stdout: `${tools.join('\n')}\n`,
      })
      const interpreters = await shell.run(
        `perl -MSocket -MFile::Temp -e 'print "perl\n"' && python3 -c 'import json, ssl, urllib.request; print("python")'`,
      )
      expect(interpreters).toMatchObject({ status: 0, stdout: 'perl\npython\n' })

      // As a client of old uploads a script and runs it: its name, its length, its bytes, a zero byte.
      const script = 'echo "$WHO is here" >/tmp/seen\n'
      const upload = await shell.run('scp -t /tmp/script.sh', `C0644 ${script.length} script.sh\n${script}\0`)
      expect(upload.status).toBe(0)
      const ran = await shell.run('chmod 0755 /tmp/script.sh && env WHO=nobody sh /tmp/script.sh && cat /tmp/seen')
      expect(ran).toMatchObject({ status: 0, stdout: 'nobody is here\n' })

      // Zeros take no space, however they are written, and data stays when the power goes.
      const written = await shell.run(
        'head -c 4194304 /dev/urandom >/tmp/data && dd if=/tmp/data of=/dev/sda bs=1M oflag=direct status=none &&' +
          ' dd if=/dev/zero of=/dev/sda bs=1M seek=8 count=40 oflag=direct status=none && b2sum </tmp/data',
      )
      expect(written).toMatchObject({ status: 0, stderr: '' })
      expect((await stat(machine.spec.diskFile)).blocks * 512).toBeLessThan(6 * MIB)
      const discarded = await shell.run('blkdiscard -f /dev/sda && head -c 4194304 /dev/sda | tr -d "\\0" | wc -c')
      expect(discarded).toMatchObject({ status: 0, stdout: '0\n' })
      expect((await stat(machine.spec.diskFile)).blocks).toBe(0)
    } finally {
      server.close()
    }

    await using byPassword = await test.shell({ password: target.rootPassword })
    expect((await byPassword.run('echo in')).stdout).toBe('in\n')
    await expect(test.shell({ password: 'wrong' })).rejects.toThrow('authentication')
    await machine.powerOff()
    expect(machine.running).toBe(false)
    await expect(test.shell()).rejects.toThrow('ECONNREFUSED')
  })

  it('are ARM ones where these are installed, and start anew from their disk', async ({ skip }) => {
    const kind = createQemuMachines({ cacheDir: CACHE_DIR })
    await kind.check()
    skip(kind.standIn !== undefined, kind.standIn)
    await using test = await makeQemuMachine({ architecture: 'arm' })
    await test.machine.powerOn(test.target)
    await using shell = await test.shell()
    expect((await shell.run('uname -m; blockdev --getsize64 /dev/sda')).stdout).toBe(`aarch64\n${64 * MIB}\n`)
    await shell.run('shutdown -r now')
    await expect.poll(() => test.console.join('\n'), { timeout: MINUTES }).toContain('UEFI firmware')
    // It prints this maybe before QEMU has told that it runs.
    await expect.poll(() => test.machine.running, { timeout: MINUTES }).toBe(true)
  })

  it('say why they cannot be started', async () => {
    await using first = await makeQemuMachine()
    await using second = await makeQemuMachine()
    const { machine, target } = first
    const disk = { ...target, system: 'disk' } as const
    await machine.powerOn(disk)
    expect(machine.running).toBe(true)
    const { diskFile } = machine.spec
    const kind = createQemuMachines({ cacheDir: CACHE_DIR })
    const onSameDisk = kind.create({ ...second.machine.spec, diskFile })
    await expect(onSameDisk.powerOn(disk)).rejects.toMatchObject({
      code: 'sandbox',
      message: expect.stringMatching(/cannot run the machine build-x86: .*lock/s),
    })
    expect(onSameDisk.running).toBe(false)
    const withoutDisk = kind.create({ ...second.machine.spec, diskFile: `${diskFile}.gone` })
    await expect(withoutDisk.powerOn(disk)).rejects.toMatchObject({
      code: 'sandbox',
      message: expect.stringContaining('No such file or directory'),
    })
    const squatter = createServer().listen(second.machine.spec.sshPort, second.machine.spec.address)
    await once(squatter, 'listening')
    try {
      await expect(second.machine.powerOn(disk)).rejects.toMatchObject({
        code: 'sandbox',
        message: expect.stringContaining('EADDRINUSE'),
      })
    } finally {
      squatter.close()
    }
  })

  it('have the faults that they are told to have', async () => {
    const clock = createManualClock()
    const boots: BootFaults[] = [{ refuseSshMs: 60_000, losePowerMs: 90_000, ignoreDiscard: true }]
    const connections: ConnectionFault[] = ['reset', 'silent']
    const faults: MachineFaults = {
      atBoot: () => boots.shift() ?? {},
      atTalos: () => ({}),
      atConnection: () => connections.shift(),
      atCommand: () => ({}),
    }
    await using test = await makeQemuMachine({ faults, clock })
    const { machine, target } = test
    const { address: host, sshPort: port } = machine.spec
    const ending = async (socket: Socket) =>
      once(socket.resume(), 'end').then(
        () => 'end',
        (error: NodeJS.ErrnoException) => error.code,
      )
    await machine.powerOn(target)
    await expect.poll(() => test.console.join('\n'), { timeout: MINUTES }).toContain(READY_MESSAGE)
    expect(await ending(connect({ host, port }))).toBe('ECONNREFUSED')
    clock.advance(60_000)
    await expect.poll(() => ending(connect({ host, port })), { timeout: MINUTES }).toBe('ECONNRESET')
    const silent = connect({ host, port })
    await once(silent, 'connect')
    await using shell = await test.shell()
    const discarded = await shell.run(
      'head -c 65536 /dev/zero | tr "\\0" x | dd of=/dev/sda oflag=direct bs=64K iflag=fullblock status=none &&' +
        ' blkdiscard -f /dev/sda && dd if=/dev/sda iflag=direct bs=64K count=1 status=none | tr -d x | wc -c',
    )
    expect(discarded).toMatchObject({ status: 0, stdout: '0\n' })
    expect(silent.bytesRead).toBe(0)
    const dropped = ending(silent)
    clock.advance(30_000)
    await expect.poll(() => machine.running, { timeout: MINUTES }).toBe(false)
    expect(await dropped).toMatch(/^(end|ECONNRESET)$/)
    expect(await ending(connect({ host, port }))).toBe('ECONNREFUSED')
  })

  it('hold nothing open that their owner has inherited, and die with it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'owner-'))
    try {
      const owner = join(folder, 'owner.mjs')
      const entry = fileURLToPath(new URL('../../packages/hcloud-sandbox/test/machines/qemu/owner.ts', import.meta.url))
      await bundle({
        input: entry,
        platform: 'node',
        transform: { target: 'node20.19' },
        output: { file: owner, codeSplitting: false },
      })
      const diskFile = await makeDisk(join(folder, 'disk.raw'), MIB)
      const secret = join(folder, 'secret')
      await writeFile(secret, '')
      // As `60<secret` in a shell: far enough up for Node.js to overlook it.
      const script = 'exec 60<"$1"; shift; exec "$@"'
      const child = spawn('bash', ['-c', script, 'shell', secret, process.execPath, owner, diskFile, CACHE_DIR], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const [pid] = await once(createInterface(child.stdout), 'line')
      expect(await openFiles(child.pid)).toContain(secret)
      const open = await openFiles(pid)
      expect(open).toContain(diskFile)
      expect(open.filter((path) => path.startsWith('/') && path !== diskFile && !path.startsWith('/dev/'))).toEqual([])
      child.kill('SIGKILL')
      await expect.poll(() => existsSync(`/proc/${pid}`), { timeout: 10_000 }).toBe(false)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})
