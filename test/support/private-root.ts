/** This computer as it is, with changes that only the test sees: packages are installed and removed in it. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type CommandResult, runCommand } from './command.ts'

export interface PrivateRoot extends AsyncDisposable {
  /** Runs a command in there, in an empty folder, as root. What tests gave to {@link openPrivateRoot} is at `/mnt`. */
  run(program: string, ...args: string[]): Promise<CommandResult>
  /** Files and folders that were made in there and are still there, but for those of the package managers. */
  findAdded(): Promise<string[]>
}

/** All that is written goes to memory: `/srv/changes` shows what is there, and `/srv/home` is where commands run. */
const OPEN = `
set -e
mount -t tmpfs none "$1"
cd "$1"
mkdir changes work home root
mount -t overlay none -o lowerdir=/,upperdir=changes,workdir=work root
for at in proc sys dev; do mount --rbind "/$at" "root/$at"; done
mount --bind . root/srv
mount --bind "$2" root/mnt
mount -t tmpfs none root/tmp
mkdir root/tmp/outside
cd root
pivot_root . tmp/outside
umount -l /tmp/outside
cd /srv/home
echo
exec cat
`

const OF_MANAGERS = /^(?:var\/(?:lib\/(?:dpkg|rpm)|log|cache)|tmp|srv|mnt)(?:\/|$)/

/**
 * @param folder empty, for the mounts; takes root
 * @param shown is there as `/mnt`
 */
export async function openPrivateRoot(folder: string, shown: string): Promise<PrivateRoot> {
  await mkdir(folder)
  const holder = spawn('unshare', ['--mount', 'sh', '-c', OPEN, 'sh', folder, shown], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(holder, 'exit')
  const opened = await Promise.race([once(holder.stdout, 'data'), ended.then(() => undefined)])
  if (opened === undefined) throw new Error('there is no private root')
  const inside = ['--mount', '--root', '--wd', '--target', `${holder.pid}`]
  return {
    run: (program, ...args) =>
      runCommand([...inside, program, ...args], {
        program: ['nsenter'],
        cwd: '/',
        env: { HOME: '/srv/home', TALOS_IMAGE_SANDBOX_IMAGE_MIB: '16', TALOS_IMAGE_CALLED_AS: '' },
        timeoutMs: 120_000,
      }),
    async findAdded() {
      const paths = await readdir(`/proc/${holder.pid}/root/srv/changes`, { recursive: true })
      return paths.filter((path) => !OF_MANAGERS.test(path) && !existsSync(join('/', path))).toSorted()
    },
    async [Symbol.asyncDispose]() {
      holder.stdin.end()
      await ended
    },
  }
}
