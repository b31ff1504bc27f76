/** Why a kernel forbids user namespaces, and what to do about it. */

import { readFile } from 'node:fs/promises'

/** Settings of the kernel; undefined where it has no such setting. */
export interface KernelSettings {
  /** kernel.unprivileged_userns_clone (Debian, Arch) */
  readonly unprivilegedUserns?: string | undefined
  /** kernel.apparmor_restrict_unprivileged_userns (Ubuntu since 23.10) */
  readonly apparmorRestricts?: string | undefined
  /** user.max_user_namespaces */
  readonly maxUserNamespaces?: string | undefined
}

/** What a user can do so that machines can be isolated; the same machines in QEMU need none of it. */
export function toRemedy(settings: KernelSettings): string {
  const otherwise = 'or use `--machines qemu`'
  if (settings.unprivilegedUserns === '0') {
    return `allow user namespaces (sysctl -w kernel.unprivileged_userns_clone=1), ${otherwise}`
  }
  if (settings.maxUserNamespaces === '0') {
    return `allow user namespaces (sysctl -w user.max_user_namespaces=10000), ${otherwise}`
  }
  if (settings.apparmorRestricts === '1') {
    return `allow user namespaces (sysctl -w kernel.apparmor_restrict_unprivileged_userns=0), ${otherwise}`
  }
  return `machines of this kind need user namespaces, which containers often forbid: run this outside of one, ${otherwise}`
}

/** The remedy for this computer. Never fails. */
export async function findRemedy(): Promise<string> {
  const read = (path: string) =>
    readFile(`/proc/sys/${path}`, 'utf8').then(
      (text) => text.trim(),
      () => undefined,
    )
  const [unprivilegedUserns, apparmorRestricts, maxUserNamespaces] = await Promise.all([
    read('kernel/unprivileged_userns_clone'),
    read('kernel/apparmor_restrict_unprivileged_userns'),
    read('user/max_user_namespaces'),
  ])
  return toRemedy({ unprivilegedUserns, apparmorRestricts, maxUserNamespaces })
}
