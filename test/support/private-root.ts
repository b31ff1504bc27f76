/** Roots that only the test sees, made of mounts: this computer as it is, where packages are installed, and that of a container. */

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
  const { pid, ...held } = await hold(OPEN, [folder, shown])
  const env = { HOME: '/srv/home', TALOS_IMAGE_SANDBOX_IMAGE_MIB: '16', TALOS_IMAGE_CALLED_AS: '' }
  return {
    ...held,
    run: (...command) => enter(pid, command, env),
    async findAdded() {
      const paths = await readdir(`/proc/${pid}/root/srv/changes`, { recursive: true })
      return paths.filter((path) => !OF_MANAGERS.test(path) && !existsSync(join('/', path))).toSorted()
    },
  }
}

/** The root of a container, as runtimes make it: read-only, with /dev, /proc and /tmp of its own. The network is that of this computer. */
export interface Container extends AsyncDisposable {
  /** Runs a command in there, in /work, as the user of the image, who has no rights of root and cannot get them. */
  run(program: string, ...args: string[]): Promise<CommandResult>
}

const OPEN_CONTAINER = `
set -e
mount --bind "$1" "$1"
cd "$1"
mkdir -p dev
mount -t proc none proc
[ "$2" = whole ] || mount -t tmpfs -o ro none proc/acpi
mount -t tmpfs none dev
for device in null zero full random urandom tty; do
  touch "dev/$device"
  mount --bind "/dev/$device" "dev/$device"
done
ln -s /proc/self/fd dev/fd
mount -t tmpfs -o mode=1777 none tmp
mkdir tmp/outside
pivot_root . tmp/outside
umount -l /tmp/outside
rmdir /tmp/outside
mount -o remount,ro,bind /
cd "$3"
echo
exec cat
`

/**
 * @param root its files; takes root
 * @param image what its configuration says
 * @param proc whether /proc is whole, or has the places hidden that runtimes hide unless they are told otherwise
 */
export async function openContainer(
  root: string,
  image: { readonly user: string; readonly env: Readonly<Record<string, string>>; readonly workingDir: string },
  proc: 'whole' | 'masked',
): Promise<Container> {
  const { pid, ...held } = await hold(OPEN_CONTAINER, [root, proc, image.workingDir])
  const [uid, gid] = image.user.split(':')
  const rights = ['--clear-groups', '--inh-caps=-all', '--bounding-set=-all', '--no-new-privs']
  const asUser = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, ...rights]
  const env = { ...image.env, TALOS_IMAGE_SANDBOX_IMAGE_MIB: '16', TALOS_IMAGE_CALLED_AS: '' }
  return { ...held, run: (...command) => enter(pid, [...asUser, ...command], env) }
}

/** Mounts of its own for as long as it is held, as the script makes them, which ends with `echo; exec cat`. */
async function hold(script: string, args: readonly string[]): Promise<AsyncDisposable & { readonly pid: string }> {
  const holder = spawn('unshare', ['--mount', 'sh', '-c', script, 'sh', ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(holder, 'exit')
  const opened = await Promise.race([once(holder.stdout, 'data'), ended.then(() => undefined)])
  if (opened === undefined) throw new Error('the mounts could not be made')
  return {
    pid: `${holder.pid}`,
    async [Symbol.asyncDispose]() {
      holder.stdin.end()
      await ended
    },
  }
}

const enter = (
  pid: string,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<CommandResult> =>
  runCommand(['--mount', '--root', '--wd', '--target', pid, ...command], {
    program: ['nsenter'],
    cwd: '/',
    env,
    timeoutMs: 120_000,
  })
