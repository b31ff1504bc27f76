import { once } from 'node:events'
import { readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { constants } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import ssh2 from 'ssh2'
import { describe, expect, it } from 'vitest'
import type { Clock } from '../../../src/clock.ts'
import { createNamespaceMachines } from '../../../src/machines/namespace/machines.ts'
import { MIB, makeKeys, makeMachine } from '../../machines/fixture.ts'

const isRefused = (address: string, port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, address)
    socket.on('connect', () => resolve(false)).on('error', () => resolve(true))
    socket.on('connect', () => socket.destroy())
  })

/** A machine boots in 0.2 s, and in some seconds where everything else is busy too. */
const SLOW = { timeout: 30_000 }

describe.runIf(process.platform === 'linux')('a machine in namespaces', SLOW, () => {
  it('answers SSH while it is on, and refuses connections while it is off', async () => {
    await using made = await makeMachine()
    const { machine, target } = made
    const { address, sshPort } = machine.spec
    expect(machine.running).toBe(false)
    expect(await isRefused(address, sshPort)).toBe(true)
    await machine.powerOn(target)
    expect(machine.running).toBe(true)
    await using shell = await made.logIn()
    expect(await shell.run('echo out; echo err >&2; exit 7')).toEqual({
      status: 7,
      signal: null,
      stdout: 'out\n',
      stderr: 'err\n',
    })
    await machine.powerOff()
    expect(machine.running).toBe(false)
    expect(await isRefused(address, sshPort)).toBe(true)
  })

  it("knows root's password by its hash, and the host key that it shows", async () => {
    await using made = await makeMachine()
    await made.machine.powerOn({ ...made.target, rootPassword: 'letmein' })
    await using shell = await made.logIn({ password: 'letmein' })
    const script = 'perl -e \'$h = (getpwnam "root")[1]; print crypt("letmein", $h) eq $h ? "same " : "other "\''
    const told = await shell.run(`${script}; stat -c %a /etc/shadow; cut -d" " -f1 /etc/ssh/ssh_host_*_key.pub`)
    expect(told.stdout).toBe('same 600\nssh-ed25519\n')
    await made.machine.powerOff()
    await made.machine.powerOn({ ...made.target, rootPassword: '' })
    await using again = await made.logIn()
    expect((await again.run('cut -d: -f2 /etc/shadow')).stdout).toBe('*\n')
  })

  it('answers at each address that it is given, and at no other', async () => {
    await using made = await makeMachine()
    const { address, sshPort } = made.machine.spec
    await made.machine.powerOn({ ...made.target, addresses: ['127.201.0.2', '127.202.0.2'] })
    for (const [where, refused] of [
      ['127.201.0.2', false],
      ['::ffff:127.202.0.2', false],
      [address, true],
    ] as const) {
      expect(`${where} ${await isRefused(where, sshPort)}`).toBe(`${where} ${refused}`)
    }
    await made.machine.powerOff()
    expect(await isRefused('127.201.0.2', sshPort)).toBe(true)
    await made.machine.powerOn({ ...made.target, addresses: [] })
    expect(made.machine.running).toBe(true)
    expect(await isRefused(address, sshPort)).toBe(true)
  })

  it('lets only root in, by key or password', async () => {
    await using made = await makeMachine()
    await made.machine.powerOn(made.target)
    await using byPassword = await made.logIn({ password: 'letmein' })
    expect((await byPassword.run('id -un')).stdout).toBe('root\n')
    await expect(made.logIn({ password: 'wrong' })).rejects.toThrow('authentication')
    const { private: privateKey } = makeKeys()
    await expect(made.logIn({ privateKey })).rejects.toThrow('authentication')
  })

  it('refuses an empty password', async () => {
    await using made = await makeMachine({ target: { rootPassword: '' } })
    await made.machine.powerOn(made.target)
    await expect(made.logIn({ password: '' })).rejects.toThrow('authentication')
  })

  it('tells rescue from the installed system', async () => {
    await using made = await makeMachine()
    const look = 'hostname; uname -n; cat /etc/hostname; head -1 /proc/mounts | cut -d" " -f1'
    await made.machine.powerOn(made.target)
    {
      await using shell = await made.logIn()
      expect((await shell.run(look)).stdout).toBe('rescue\nrescue\nrescue\nrescue\n')
    }
    await made.machine.powerOff()
    await made.machine.powerOn({ ...made.target, system: 'disk' })
    await using shell = await made.logIn()
    expect((await shell.run(look)).stdout).toBe('build-arm\nbuild-arm\nbuild-arm\n/dev/sda1\n')
  })

  it('keeps /tmp from command to command, and loses it with the power', async () => {
    await using made = await makeMachine()
    await made.machine.powerOn(made.target)
    {
      await using shell = await made.logIn()
      await shell.run('echo kept > /tmp/file; echo data | dd of=/dev/sda status=none')
      expect((await shell.run('cat /tmp/file')).stdout).toBe('kept\n')
    }
    await made.machine.powerOff()
    await made.machine.powerOn(made.target)
    await using shell = await made.logIn()
    expect((await shell.run('cat /tmp/file; head -c 5 /dev/sda')).stdout).toBe('data\n')
  })

  it('has a new host key at each boot', async () => {
    await using made = await makeMachine()
    const seen = new Set<string>()
    for (let boot = 0; boot < 2; boot += 1) {
      await made.machine.powerOn(made.target)
      const client = new ssh2.Client()
      const { address: host, sshPort: port } = made.machine.spec
      const hostVerifier = (key: Buffer) => {
        seen.add(key.toString('base64'))
        return false
      }
      await new Promise((resolve) => {
        // Being refused is an error of the client.
        client.on('error', () => undefined).on('close', () => resolve(undefined))
        client.connect({ host, port, username: 'root', password: 'letmein', hostVerifier })
      })
      await made.machine.powerOff()
    }
    expect(seen.size).toBe(2)
  })

  it('takes the power away under running commands and open connections', async () => {
    await using made = await makeMachine()
    await made.machine.powerOn(made.target)
    await using shell = await made.logIn()
    const { result } = await shell.start('echo started; sleep 1000')
    await made.machine.powerOff()
    expect(await result).toMatchObject({ status: null })
  })

  it('goes off by itself when a command says so, and reboots into the installed system', async () => {
    await using made = await makeMachine()
    await made.machine.powerOn(made.target)
    {
      await using shell = await made.logIn()
      await shell.run('reboot')
    }
    const askForName = async () => {
      await using shell = await made.logIn()
      return (await shell.run('hostname')).stdout
    }
    await expect.poll(() => askForName().catch(() => 'down'), { timeout: 20_000 }).toBe('build-arm\n')
    {
      await using shell = await made.logIn()
      await shell.run('poweroff')
    }
    await expect.poll(() => made.machine.running, { timeout: 20_000 }).toBe(false)
  })

  it('does nothing when it is switched on twice or off twice', async () => {
    await using made = await makeMachine()
    await Promise.all([made.machine.powerOn(made.target), made.machine.powerOn(made.target)])
    await Promise.all([made.machine.powerOff(), made.machine.powerOff()])
    expect(made.machine.running).toBe(false)
  })

  it('takes its time to boot when told so, and can lose power meanwhile', async () => {
    const sleeps: { ms: number; signal: AbortSignal | undefined }[] = []
    const clock: Clock = {
      now: () => 0,
      async sleep(ms, signal) {
        sleeps.push({ ms, signal })
        if (signal !== undefined) await once(signal, 'abort')
        signal?.throwIfAborted()
      },
    }
    await using made = await makeMachine({ bootMs: 20_000, clock })
    const { address, sshPort } = made.machine.spec
    await made.machine.powerOn(made.target)
    expect(made.machine.running).toBe(true)
    expect(await isRefused(address, sshPort)).toBe(true)
    await made.machine.powerOff()
    expect(sleeps).toMatchObject([{ ms: 20_000, signal: { aborted: true } }])
  })

  it.each([0, 20_000])('says which address is taken, however long it boots: %i ms', async (bootMs) => {
    await using made = await makeMachine({ bootMs })
    const { address, sshPort } = made.machine.spec
    const other = createServer().listen(sshPort, address)
    await once(other, 'listening')
    await expect(made.machine.powerOn(made.target)).rejects.toMatchObject({
      code: 'sandbox',
      message: expect.stringContaining(`${address} port ${sshPort}`),
    })
    expect(made.machine.running).toBe(false)
    other.close()
  })

  it('refuses a disk that is no plain file', async () => {
    await using made = await makeMachine()
    const real = join(made.folder, 'real.raw')
    await writeFile(real, Buffer.alloc(MIB))
    await rm(made.diskFile)
    await symlink(real, made.diskFile)
    await expect(made.machine.powerOn(made.target)).rejects.toMatchObject({ code: 'sandbox' })
    const kind = createNamespaceMachines()
    const onNull = kind.create({ ...made.machine.spec, diskFile: '/dev/null' })
    await expect(onNull.powerOn(made.target)).rejects.toMatchObject({ code: 'sandbox' })
    expect((await readFile(real)).equals(Buffer.alloc(MIB))).toBe(true)
  })

  it('leaves nothing beside the disk file', async () => {
    await using made = await makeMachine()
    await made.machine.powerOn(made.target)
    expect(await readdir(made.folder)).toEqual(['disk.raw'])
  })
})

describe.runIf(process.platform === 'linux')('commands of a machine', SLOW, () => {
  it('tell the signal that ended them', async () => {
    await using made = await makeMachine()
    await made.machine.powerOn(made.target)
    await using shell = await made.logIn()
    expect(await shell.run('kill -SEGV $$')).toMatchObject({ signal: 'SIGSEGV' })
    // SSH has no name for it.
    expect(await shell.run('kill -XCPU $$')).toMatchObject({ status: 128 + constants.signals.SIGXCPU })
  })

  it('get the signals that a client sends', async () => {
    await using made = await makeMachine()
    await made.machine.powerOn(made.target)
    await using shell = await made.logIn()
    const { channel, result } = await shell.start('echo started; exec sleep 1000')
    await once(channel, 'data')
    channel.signal('TERM')
    expect(await result).toMatchObject({ signal: 'SIGTERM' })
  })

  it('may handle the signals that a client sends', async () => {
    await using made = await makeMachine()
    await made.machine.powerOn(made.target)
    await using shell = await made.logIn()
    const { channel, result } = await shell.start(
      'trap "echo bye; exit 9" TERM; echo started; while :; do sleep 0.01; done',
    )
    await once(channel, 'data')
    channel.signal('TERM')
    expect(await result).toMatchObject({ status: 9, stdout: 'started\nbye\n' })
  })

  it('end when their client goes away', async () => {
    await using made = await makeMachine()
    await made.machine.powerOn(made.target)
    await using shell = await made.logIn()
    {
      await using other = await made.logIn()
      const { channel } = await other.start('echo started; sleep 1000; true')
      await once(channel, 'data')
      expect((await shell.run('pgrep -c sleep')).stdout).toBe('1\n')
    }
    await expect.poll(async () => (await shell.run('pgrep -c sleep')).stdout, { timeout: 20_000 }).toBe('0\n')
  })

  it('may leave their input unread', async () => {
    await using made = await makeMachine()
    await made.machine.powerOn(made.target)
    await using shell = await made.logIn()
    const much = 'x'.repeat(16 * MIB)
    expect(await shell.run('exit 3', much)).toMatchObject({ status: 3 })
    expect(await shell.run('head -c 1', much)).toMatchObject({ status: 0, stdout: 'x' })
  })

  it('can open their own input and output by name', async () => {
    await using made = await makeMachine()
    await made.machine.powerOn(made.target)
    await using shell = await made.logIn()
    expect(await shell.run('cat /dev/stdin > /dev/stdout; echo e > /dev/stderr', 'in')).toMatchObject({
      status: 0,
      stdout: 'in',
      stderr: 'e\n',
    })
  })

  it('run in a login shell when none is given, also with a terminal', async () => {
    await using made = await makeMachine()
    await made.machine.powerOn(made.target)
    await using shell = await made.logIn()
    const channel = await new Promise<ssh2.ClientChannel>((resolve, reject) => {
      shell.client.shell({ term: 'xterm' }, (error, opened) => (error === undefined ? resolve(opened) : reject(error)))
    })
    channel.end('shopt -q login_shell && echo login; exit\n')
    let said = ''
    channel.on('data', (data: Buffer) => {
      said += data.toString()
    })
    await once(channel, 'close')
    expect(said).toContain('login')
  })

  it('stream 64 MiB through their input onto the disk', async () => {
    await using made = await makeMachine({ diskBytes: 64 * MIB })
    await made.machine.powerOn(made.target)
    await using shell = await made.logIn()
    const data = Buffer.alloc(64 * MIB, 'some text that is written to the disk\n')
    const before = process.memoryUsage().rss
    const result = await shell.run(
      'dd of=/dev/sda bs=1M iflag=fullblock oflag=direct',
      Readable.from(Array.from({ length: 64 }, (_, index) => data.subarray(index * MIB, (index + 1) * MIB))),
    )
    expect(result).toMatchObject({ status: 0 })
    expect((await readFile(made.diskFile)).equals(data)).toBe(true)
    expect(process.memoryUsage().rss - before).toBeLessThan(512 * MIB)
  })
})

describe('check', SLOW, () => {
  it.runIf(process.platform === 'linux')('passes where machines can be isolated', async () => {
    await expect(createNamespaceMachines().check()).resolves.toBeUndefined()
  })

  it('says what to do on other systems', async () => {
    await expect(createNamespaceMachines({ platform: 'darwin' }).check()).rejects.toMatchObject({
      code: 'sandbox',
      hint: expect.stringContaining('--machines qemu'),
    })
  })
})
