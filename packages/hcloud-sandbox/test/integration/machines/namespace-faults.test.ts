import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import ssh2 from 'ssh2'
import { describe, expect, it } from 'vitest'
import {
  type BootFaults,
  type CommandFaults,
  type ConnectionFault,
  type MachineFaults,
  NO_FAULTS,
} from '../../../src/machines/faults.ts'
import type { Machine } from '../../../src/machines/machine.ts'
import { type MachineOptions, MIB, makeKeys, makeMachine, type Shell } from '../../machines/fixture.ts'
import { createManualClock } from '../../machines/manual-clock.ts'

const NEVER = Number.POSITIVE_INFINITY
/** A machine boots in 0.2 s, and in some seconds where everything else is busy too. */
const SLOW = { timeout: 30_000 }
const PATIENCE = { timeout: 20_000 }
const LOST = { status: null, signal: null }

/** A machine that is on, with faults that are used up one after another. */
async function makeFaulty(
  script: {
    boots?: BootFaults[]
    connections?: (ConnectionFault | undefined)[]
    /** By a word in the command's text; `''` for a shell. */
    commands?: Readonly<Record<string, CommandFaults>>
  },
  options: MachineOptions = {},
) {
  const clock = createManualClock()
  const asked = { boots: 0, commands: [] as string[] }
  const faults: MachineFaults = {
    atBoot() {
      asked.boots += 1
      return script.boots?.shift() ?? {}
    },
    atTalos: () => ({}),
    atConnection: () => script.connections?.shift(),
    atCommand(_machine, command) {
      asked.commands.push(command)
      const [, fault] = Object.entries(script.commands ?? {}).find(([word]) => command.includes(word)) ?? []
      return fault ?? {}
    },
  }
  const made = await makeMachine({ clock, faults, ...options })
  await made.machine.powerOn(made.target)
  return { ...made, clock, asked }
}

/** How a connection without any SSH fares: what the machine said and how it ended. */
function dial({ spec }: Machine) {
  const socket = connect(spec.sshPort, spec.address)
  let said = ''
  const connected = once(socket, 'connect').then(() => undefined)
  connected.catch(() => undefined)
  const ended = new Promise<string>((resolve) => {
    socket.on('error', (error) => resolve('code' in error ? String(error.code) : error.message))
    socket.on('close', () => resolve('closed'))
  })
  socket.on('data', (data) => {
    said += data.toString()
    socket.destroy()
  })
  return { socket, connected, ended, said: () => said }
}

const isRefused = async (machine: Machine) => (await dial(machine).ended) === 'ECONNREFUSED'

const countOf = async (shell: Shell, name: string) => (await shell.run(`pgrep -c ${name}`)).stdout

describe.runIf(process.platform === 'linux')('a boot with a fault', SLOW, () => {
  it('has no SSH for a while', async () => {
    await using made = await makeFaulty({ boots: [{ refuseSshMs: 500 }] })
    expect(made.machine.running).toBe(true)
    expect(await isRefused(made.machine)).toBe(true)
    made.clock.wake(500)
    await expect.poll(() => isRefused(made.machine), PATIENCE).toBe(false)
    await using shell = await made.logIn()
    expect(await shell.run('echo hello')).toMatchObject({ stdout: 'hello\n' })
  })

  it.each([
    { bootMs: 100, refuseSshMs: 500, sshMs: 500 },
    { bootMs: 500, refuseSshMs: 100, sshMs: 500 },
  ])('has no SSH before $sshMs ms, of $bootMs and $refuseSshMs', async ({ bootMs, refuseSshMs, sshMs }) => {
    await using made = await makeFaulty({ boots: [{ refuseSshMs }] }, { bootMs })
    expect(made.clock.sleepers.map(({ ms }) => ms)).toEqual([sshMs])
  })

  it('never has SSH, and can be switched off', async () => {
    await using made = await makeFaulty({ boots: [{ refuseSshMs: NEVER }] })
    expect(await isRefused(made.machine)).toBe(true)
    expect(made.clock.sleepers).toEqual([])
    await made.machine.powerOff()
    expect(made.machine.running).toBe(false)
    await made.machine.powerOn(made.target)
    await using shell = await made.logIn()
    expect(await shell.run('true')).toMatchObject({ status: 0 })
  })

  it.each([{ refuseSshMs: 0 }, { refuseSshMs: NEVER }])(
    'loses its power, and can be switched on again: %j',
    async (fault) => {
      await using made = await makeFaulty({ boots: [{ ...fault, losePowerMs: 700 }] })
      made.clock.wake(700)
      await expect.poll(() => made.machine.running, PATIENCE).toBe(false)
      // After the end of the machine, which takes its turn.
      await made.machine.powerOff()
      expect(await isRefused(made.machine)).toBe(true)
      await made.machine.powerOn(made.target)
      await using shell = await made.logIn()
      expect(await shell.run('true')).toMatchObject({ status: 0 })
    },
  )

  it('does not cost the next boot its power', async () => {
    await using made = await makeFaulty({ boots: [{ losePowerMs: 700 }] })
    await made.machine.powerOff()
    await made.machine.powerOn(made.target)
    made.clock.wake(700)
    await using shell = await made.logIn()
    expect(await shell.run('true')).toMatchObject({ status: 0 })
    expect(made.clock.sleepers).toMatchObject([{ ms: 700, signal: { aborted: true } }])
  })

  it('may be one that a command asked for', async () => {
    await using made = await makeFaulty({ boots: [{}, { refuseSshMs: 500 }] })
    {
      await using shell = await made.logIn()
      await shell.run('reboot')
    }
    await expect.poll(() => made.clock.sleepers.map(({ ms }) => ms), PATIENCE).toEqual([500])
    expect([made.asked.boots, made.machine.running, await isRefused(made.machine)]).toEqual([2, true, true])
    made.clock.wake(500)
    await expect.poll(() => isRefused(made.machine), PATIENCE).toBe(false)
  })

  it('ignores discards, and says nothing of it', async () => {
    await using made = await makeFaulty({ boots: [{ ignoreDiscard: true }] })
    const size = 8 * MIB
    {
      await using shell = await made.logIn()
      await shell.run('printf data | dd of=/dev/sda status=none')
      for (const env of ['', 'ignored= ', 'what= ']) {
        expect(await shell.run(`${env}blkdiscard -f -v /dev/sda`)).toEqual({
          status: 0,
          signal: null,
          stdout: `/dev/sda: Discarded ${size} bytes from the offset 0\n`,
          stderr: '',
        })
      }
      expect((await readFile(made.diskFile)).subarray(0, 4).toString()).toBe('data')
      expect(await shell.run('blkdiscard -o 1 /dev/sda')).toMatchObject({ status: 1 })
      // Another operation, which does what it says.
      expect(await shell.run('blkdiscard -z -l 512 /dev/sda')).toMatchObject({ status: 0 })
      expect((await readFile(made.diskFile)).equals(Buffer.alloc(size))).toBe(true)
      await shell.run('printf data | dd of=/dev/sda status=none')
    }
    await made.machine.powerOff()
    await made.machine.powerOn(made.target)
    await using shell = await made.logIn()
    await shell.run('blkdiscard /dev/sda')
    expect((await readFile(made.diskFile)).equals(Buffer.alloc(size))).toBe(true)
  })
})

describe.runIf(process.platform === 'linux')('a connection with a fault', SLOW, () => {
  it('is reset, and the next one is not', async () => {
    await using made = await makeFaulty({ connections: ['reset'] })
    const reset = dial(made.machine)
    expect([await reset.ended, reset.said()]).toEqual(['ECONNRESET', ''])
    await using shell = await made.logIn()
    expect(await shell.run('true')).toMatchObject({ status: 0 })
  })

  it('is silent until the machine is off', async () => {
    await using made = await makeFaulty({ connections: ['silent', 'silent'] })
    const silent = dial(made.machine)
    await silent.connected
    silent.socket.write('SSH-2.0-someone\r\n')
    const left = dial(made.machine)
    await left.connected
    left.socket.end()
    expect(await left.ended).toBe('closed')
    {
      await using shell = await made.logIn()
      expect(await shell.run('true')).toMatchObject({ status: 0 })
    }
    expect(silent.socket.readyState).toBe('open')
    await made.machine.powerOff()
    await silent.ended
    expect(silent.said() + left.said()).toBe('')
  })

  it('refuses every login', async () => {
    await using made = await makeFaulty({ connections: ['deny', 'deny'] })
    await expect(made.logIn()).rejects.toMatchObject({ level: 'client-authentication' })
    await expect(made.logIn({ password: 'letmein' })).rejects.toMatchObject({ level: 'client-authentication' })
    await using shell = await made.logIn()
    expect(await shell.run('true')).toMatchObject({ status: 0 })
  })

  it('has a host key of its own', async () => {
    await using made = await makeFaulty({ connections: [undefined, 'new-host-key', undefined] })
    const { address: host, sshPort: port } = made.machine.spec
    const askForKey = async () => {
      const client = new ssh2.Client()
      const seen: string[] = []
      const hostVerifier = (key: Buffer) => {
        seen.push(key.toString('base64'))
        return true
      }
      client.connect({ host, port, username: 'root', password: 'letmein', hostVerifier })
      await once(client, 'ready')
      client.end()
      await once(client, 'close')
      return seen.join()
    }
    const first = await askForKey()
    const second = await askForKey()
    expect(await askForKey()).toBe(first)
    expect(second).not.toBe(first)
  })

  it('with a new host key is open to the same people', async () => {
    await using made = await makeFaulty({ connections: ['new-host-key', 'new-host-key'] })
    await expect(made.logIn({ privateKey: makeKeys().private })).rejects.toThrow('authentication')
    await using shell = await made.logIn()
    expect(await shell.run('echo in')).toMatchObject({ stdout: 'in\n' })
  })
})

describe.runIf(process.platform === 'linux')('a command with a fault', SLOW, () => {
  it('is killed when its connection is cut, and others go on', async () => {
    await using made = await makeFaulty({ commands: { 'sleep 1000': { dropMs: 900 } } })
    await using other = await made.logIn()
    await using shell = await made.logIn()
    const { channel, result } = await shell.start('echo started; trap "" HUP; sleep 1000; true')
    await once(channel, 'data')
    made.clock.wake(900)
    expect(await result).toEqual({ ...LOST, stdout: 'started\n', stderr: '' })
    await expect.poll(() => countOf(other, 'sleep'), PATIENCE).toBe('0\n')
    await using again = await made.logIn()
    expect(await again.run('true')).toMatchObject({ status: 0 })
  })

  it('is killed even while it leaves much input unread', async () => {
    await using made = await makeFaulty({ commands: { 'sleep 1000': { dropMs: 900 } } })
    await using other = await made.logIn()
    await using shell = await made.logIn()
    const { channel } = await shell.start('echo started; sleep 1000; true')
    const gone = once(channel, 'close')
    channel.resume()
    // More than the pipes and the window of the channel take.
    channel.write(Buffer.alloc(3 * MIB))
    await expect.poll(() => countOf(other, 'sleep'), PATIENCE).toBe('1\n')
    made.clock.wake(900)
    await gone
    await expect.poll(() => countOf(other, 'sleep'), PATIENCE).toBe('0\n')
  })

  it('is cut off as soon as it has begun', async () => {
    await using made = await makeFaulty({ commands: { date: { dropMs: 0 } } })
    await using shell = await made.logIn()
    const { result } = await shell.start('sleep 1000; date')
    await expect.poll(() => made.clock.sleepers.length).toBe(1)
    made.clock.wake(0)
    expect(await result).toMatchObject(LOST)
  })

  it('is cut off by a time of no length, without being woken', async () => {
    const faults: MachineFaults = { ...NO_FAULTS, atCommand: () => ({ dropMs: 0 }) }
    await using made = await makeMachine({ faults })
    await made.machine.powerOn(made.target)
    await using shell = await made.logIn()
    const closed = once(shell.client, 'close')
    // Whether the client still hears that the command was accepted is a race, as in life.
    const opened = shell.start('sleep 1000').catch(() => undefined)
    await closed
    const running = await Promise.race([opened, closed.then(() => undefined)])
    expect(await running?.result).toEqual(running === undefined ? undefined : expect.objectContaining(LOST))
  })

  it('is never started, and ends with the power', async () => {
    await using made = await makeFaulty({ commands: { 'touch /tmp': { stall: true } } })
    await using shell = await made.logIn()
    let hasEnded = false
    const { channel, result } = await shell.start('touch /tmp/file; echo started')
    void result.then(() => {
      hasEnded = true
    })
    channel.write(Buffer.alloc(3 * MIB))
    channel.signal('KILL')
    expect(await shell.run('ls /tmp; ps -e | grep -c touch')).toMatchObject({ stdout: '0\n' })
    expect(hasEnded).toBe(false)
    await made.machine.powerOff()
    expect(await result).toEqual({ ...LOST, stdout: '', stderr: '' })
  })

  it('is never started, and its connection is cut', async () => {
    await using made = await makeFaulty({ commands: { touch: { stall: true, dropMs: 900 } } })
    await using shell = await made.logIn()
    const { result } = await shell.start('touch /tmp/file')
    made.clock.wake(900)
    expect(await result).toMatchObject(LOST)
    await using other = await made.logIn()
    expect((await other.run('ls /tmp')).stdout).toBe('')
  })

  it('costs the machine its power', async () => {
    await using made = await makeFaulty({ commands: { sleep: { losePowerMs: 300 } } })
    await using shell = await made.logIn()
    const { channel, result } = await shell.start('echo started; sleep 1000')
    await once(channel, 'data')
    made.clock.wake(300)
    expect(await result).toMatchObject(LOST)
    expect(made.machine.running).toBe(false)
  })

  it('may be a shell', async () => {
    await using made = await makeFaulty({ commands: { '': { losePowerMs: 300 } } })
    await using shell = await made.logIn()
    const channel = await new Promise<ssh2.ClientChannel>((resolve, reject) => {
      shell.client.shell((error, opened) => (error === undefined ? resolve(opened) : reject(error)))
    })
    const gone = once(channel, 'close')
    channel.resume()
    expect(made.asked.commands).toEqual([''])
    made.clock.wake(300)
    await gone
    expect(made.machine.running).toBe(false)
  })

  it.each([
    ['a byte', 'printf abcd | dd of=/dev/sda status=none', 2, ['a', 'b', 'c'.charCodeAt(0) ^ 0xff, 'd']],
    ['a byte of a disk that was shortened', ': > /dev/sda', 2, [0, 0, 0xff, 0]],
    ['no byte behind the disk', 'printf abcd | dd of=/dev/sda status=none', 8 * MIB, ['a', 'b', 'c', 'd']],
    ['no byte before the disk', 'printf abcd | dd of=/dev/sda status=none', -1, ['a', 'b', 'c', 'd']],
  ])('alters %s once it has ended', async (_what, command, corruptByte, expected) => {
    await using made = await makeFaulty({ commands: { '/dev/sda': { corruptByte } } })
    await using shell = await made.logIn()
    expect(await shell.run(command)).toMatchObject({ status: 0 })
    const disk = await readFile(made.diskFile)
    const start = Buffer.from(expected.map((byte) => (typeof byte === 'string' ? byte.charCodeAt(0) : byte)))
    expect(disk.equals(Buffer.concat([start, Buffer.alloc(8 * MIB - 4)]))).toBe(true)
  })

  it('alters the last byte of the disk, which other commands then read', async () => {
    await using made = await makeFaulty({ commands: { true: { corruptByte: 8 * MIB - 1 } } })
    await using shell = await made.logIn()
    await shell.run('true')
    const read = `dd if=/dev/sda iflag=direct bs=1M status=none | tail -c 2 | od -An -tx1`
    expect((await shell.run(read)).stdout).toBe(' 00 ff\n')
  })
})

describe.runIf(process.platform === 'linux')('switching off in the middle of faults', SLOW, () => {
  it('ends all of them, and all that waits', async () => {
    await using made = await makeFaulty({
      boots: [{ losePowerMs: 500 }],
      connections: ['silent'],
      commands: {
        'sleep 1001': { dropMs: 700, losePowerMs: 800, corruptByte: 0 },
        stalled: { stall: true, dropMs: 900 },
      },
    })
    const silent = dial(made.machine)
    await silent.connected
    await using shell = await made.logIn()
    const running = await shell.start('echo started; sleep 1001')
    await once(running.channel, 'data')
    const stalled = await shell.start('stalled')
    // The fault and the owner at once.
    made.clock.wake(500)
    await Promise.all([made.machine.powerOff(), made.machine.powerOff()])
    expect(made.machine.running).toBe(false)
    expect(await Promise.all([running.result, stalled.result])).toMatchObject([LOST, LOST])
    await silent.ended
    expect(made.clock.sleepers.map(({ ms }) => ms)).toEqual([500, 700, 800, 900])
    expect(made.clock.sleepers.every(({ signal }) => signal?.aborted)).toBe(true)
    for (const ms of [700, 800, 900]) made.clock.wake(ms)
    await made.machine.powerOn(made.target)
    await using again = await made.logIn()
    expect(await again.run('true')).toMatchObject({ status: 0 })
  })
})
