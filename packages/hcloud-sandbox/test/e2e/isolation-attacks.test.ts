/** Ways out of a machine that once were open, or could be: what it inherits, and what it does to its own keepers. */

import { execFile, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'rolldown'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MIB, makeDisk, makeIsolation } from '../machines/fixture.ts'

const run = promisify(execFile)
const SECRET = 'the secret of a decoy'
/** Numbers of system calls (asm/unistd_64.h, asm-generic/unistd.h). */
const SYSCALLS = new Map([
  ['x64', { ptrace: 101, addKey: 248, keyctl: 250 }],
  ['arm64', { ptrace: 117, addKey: 217, keyctl: 219 }],
]).get(process.arch)
const PTRACE_SEIZE = 0x4206

function hasPerl(): boolean {
  try {
    execFileSync('/usr/bin/perl', ['-e', '1'])
    return true
  } catch {
    return false
  }
}

describe.runIf(process.platform === 'linux')('what the owner of a machine was started with', () => {
  let folder: string
  let program: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lodger-'))
    program = join(folder, 'lodger.mjs')
    const entry = fileURLToPath(new URL('../machines/run-command.ts', import.meta.url))
    await build({ input: entry, platform: 'node', output: { file: program, codeSplitting: false } })
    await writeFile(join(folder, 'decoy'), SECRET)
    await makeDisk(join(folder, 'disk.raw'), MIB)
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  /** The output of a command in a machine whose owner is started by a script, as `"$@"`. */
  async function lodge(script: string, command: string): Promise<string> {
    const owner = [process.execPath, program, join(folder, 'disk.raw'), command]
    return (await run('bash', ['-c', script, 'start', ...owner], { cwd: folder })).stdout
  }

  it('is shown to reach its children, so that it could reach a machine', async () => {
    const child = `require("child_process").spawnSync("bash", ["-c", "cat <&200"], { stdio: "inherit" })`
    const { stdout } = await run('bash', ['-c', 'exec 200<decoy; "$@"', '-', process.execPath, '-e', child], {
      cwd: folder,
    })
    expect(stdout).toBe(SECRET)
  })

  it('is not there for its commands: no open file', async () => {
    const look = 'cat /proc/[0-9]*/fd/200/decoy /proc/[0-9]*/fd/201 <&- 2> /dev/null; ls /proc/1/fd /proc/self/fd'
    const stdout = await lodge('exec 17<. 63<. 200<. 201<decoy; "$@"', look)
    expect(stdout).not.toContain(SECRET)
    // `ls` itself opens the folder that it lists.
    expect(stdout).toBe('/proc/1/fd:\n0\n1\n2\n\n/proc/self/fd:\n0\n1\n2\n3\n')
  })

  it.runIf(hasPerl() && SYSCALLS !== undefined)('is not there for its commands: no key of the session', async () => {
    // A session of its own, so that the decoy is in no other: KEYCTL_JOIN_SESSION_KEYRING, then into that keyring (-3).
    const enter = `syscall(${SYSCALLS?.keyctl}, 1, 0) >= 0 or die`
    const names = 'my ($type, $name, $key) = ("user", "decoy-key", "x")'
    const add = `${names}; syscall(${SYSCALLS?.addKey}, $type, $name, $key, 1, -3) >= 0 or die`
    const script = `exec perl -e '${enter}; ${add}; exec {$ARGV[0]} @ARGV' -- "$@"`
    // KEYCTL_SEARCH: finds what the caller may use, and not only see.
    const find = `${names}; my $found = syscall(${SYSCALLS?.keyctl}, 10, -3, $type, $name, 0)`
    const search = `${find}; print $found > 0 ? "found" : "none"`
    const { stdout: outside } = await run('bash', ['-c', script, 'start', 'perl', '-e', search])
    expect(outside).toBe('found')
    expect(await lodge(script, `perl -e '${search}'`)).toBe('none')
  })
})

describe.runIf(process.platform === 'linux')('the first process of a machine', () => {
  it('is out of reach of commands, and still ends the machine when one asks for it', async () => {
    await using room = await makeIsolation()
    expect(await room.run('readlink /proc/self/fd/0')).toMatchObject({ status: 0 })
    expect(await room.run('readlink /proc/1/fd/0 /proc/1/cwd /proc/1/root')).toMatchObject({ status: 1, stdout: '' })
    await room.run('kill -STOP 1; poweroff')
    expect(await room.isolation.ended).toBe('poweroff')
  })

  it.runIf(hasPerl() && SYSCALLS !== undefined)('cannot be traced', async () => {
    await using room = await makeIsolation()
    const perl = `perl -e 'exit(syscall(${SYSCALLS?.ptrace}, ${PTRACE_SEIZE}, $ARGV[0] + 0, 0, 0) != 0)'`
    const own = `sleep 9 < /dev/null &> /dev/null & ${perl} $! && kill $!`
    expect(await room.run(own)).toMatchObject({ status: 0 })
    expect(await room.run(`${perl} 1`)).toMatchObject({ status: 1 })
  })

  it.each([
    ['with all of its rights', '--bounding-set=-all,+wake_alarm', '--bounding-set=+all'],
    ['without any', '--bounding-set=-all,+wake_alarm', '--bounding-set=-all'],
  ])('is refused %s', async (_, from, to) => {
    const init = (argv: readonly string[]) => argv.map((argument) => argument.replace(from, to))
    await expect(makeIsolation({ sabotage: { init } })).rejects.toThrow('the first process')
  })

  it('is refused with an open file', async () => {
    const init = (argv: readonly string[]) =>
      argv.map((argument) => argument.replace('exec setpriv', 'exec 9< /proc; exec setpriv'))
    await expect(makeIsolation({ sabotage: { init } })).rejects.toThrow('open')
  })
})

describe.runIf(process.platform === 'linux')('a command', () => {
  it('cannot tell the loader of another C library where to look', async () => {
    // Not below /tmp, which the machine's root covers while it is made.
    const folder = await mkdtemp('/var/tmp/decoy-')
    try {
      await chmod(folder, 0o755)
      await writeFile(join(folder, 'ld-musl-decoy.so.1'), '')
      const init = (argv: readonly string[]) =>
        argv.map((argument) => argument.replace('/lib/ld-musl', `${folder}/ld-musl`))
      await using room = await makeIsolation({ sabotage: { init } })
      const path = '/etc/ld-musl-decoy.path'
      expect(await room.run(`cat ${path}; echo /tmp > ${path} || rm -f ${path}`)).toMatchObject({
        status: 1,
        stdout: '/lib:/usr/local/lib:/usr/lib\n',
      })
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  it('has limits', async () => {
    await using room = await makeIsolation()
    const { stdout } = await room.run('cat /proc/self/limits /proc/self/oom_score_adj; df --output=itotal /tmp')
    expect(Number(/Max processes +(\d+) +\1 /.exec(stdout)?.[1])).toBeLessThanOrEqual(4096)
    expect(stdout).toMatch(/Max core file size +([01]) +\1 /)
    expect(stdout).toMatch(/\n1000\n/)
    expect(Number(stdout.trim().split('\n').at(-1))).toBeLessThanOrEqual(102_400)
  })

  it('is refused with an open file', async () => {
    const entry = (argv: readonly string[]) =>
      argv.map((argument) => argument.replace(/^(?=\nPATH=)/, 'exec 9< /etc/passwd'))
    await expect(makeIsolation({ sabotage: { entry } })).rejects.toThrow('open')
  })

  it('leaves its disk to the owner alone', async () => {
    await using room = await makeIsolation()
    const mode = () => (statSync(room.diskFile).mode & 0o7777).toString(8)
    expect(await room.run('chmod 6777 /dev/sda')).toMatchObject({ status: 0 })
    await room.isolation.restoreDisk()
    expect(mode()).toBe('600')
    await room.run('chmod 6777 /dev/sda')
    await room.isolation.close()
    expect(mode()).toBe('600')
  })

  const stateOf = (pid: number | undefined) => /\) (.)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]

  it('that is stopped does not keep the machine', async () => {
    await using room = await makeIsolation()
    const command = room.isolation.start('kill -STOP $$')
    const exited = once(command, 'exit')
    await expect.poll(() => stateOf(command.pid), { timeout: 10_000 }).toBe('T')
    const began = performance.now()
    await room.isolation.close()
    await exited
    expect(performance.now() - began).toBeLessThan(3_000)
  })

  it('that stops again and again does not keep the machine from going off', async () => {
    await using room = await makeIsolation()
    const command = room.isolation.start('while :; do kill -STOP $$; done')
    await expect.poll(() => stateOf(command.pid), { timeout: 10_000 }).toBe('T')
    await room.run('poweroff')
    expect(await room.isolation.ended).toBe('poweroff')
  })
})
