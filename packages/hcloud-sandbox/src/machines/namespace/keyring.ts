/** Keeps the kernel's keys of this session (Kerberos tickets, passphrases of disks) from the commands of a machine. */

import { access, constants } from 'node:fs/promises'

const PERL = '/usr/bin/perl'

/** Number of the system call keyctl(2) by `process.arch` (asm/unistd_64.h, asm-generic/unistd.h). */
const KEYCTL: Readonly<Record<string, number>> = { x64: 250, arm64: 219 }

/**
 * What to put in front of a command line so that it runs with an empty session keyring of its own (operation 1,
 * KEYCTL_JOIN_SESSION_KEYRING). Where the kernel has no keys, or does not give access to them (ENOSYS, EPERM), there is nothing
 * to keep; any other error ends the command.
 *
 * No program of coreutils or util-linux can do this, and `keyctl` prints to the output of the command.
 * @param arch as `process.arch` says
 * @returns an empty list where there is no Perl; commands keep the keyring then
 */
export async function findKeyringArgv(arch: string): Promise<string[]> {
  const call = KEYCTL[arch]
  const hasPerl = await access(PERL, constants.X_OK).then(
    () => true,
    () => false,
  )
  if (call === undefined || !hasPerl) return []
  return [PERL, '-e', `syscall(${call}, 1, 0) >= 0 or $! == 1 or $! == 38 or exit 126; exec {$ARGV[0]} @ARGV`]
}
