/** Keeps the kernel's keys of this session (Kerberos tickets, passphrases of disks) from the commands of a machine. */

import { access, constants } from 'node:fs/promises'

const PERL = '/usr/bin/perl'

/** Number of the system call keyctl(2) by the processor that Perl is made for (asm/unistd_64.h, asm-generic/unistd.h). */
const KEYCTL = 'x86_64 => 250, aarch64 => 219'
/** Perl knows its own: this program may run on an emulated processor, and what it starts on the real one. */
const PROGRAM = `
  use Config;
  my $call = { ${KEYCTL} }->{(split /-/, $Config{archname})[0]};
  !defined $call or syscall($call, 1, 0) >= 0 or $! == 1 or $! == 38 or exit 126;
  exec {$ARGV[0]} @ARGV`

/**
 * What to put in front of a command line so that it runs with an empty session keyring of its own (operation 1,
 * KEYCTL_JOIN_SESSION_KEYRING). Where the kernel has no keys, or does not give access to them (ENOSYS, EPERM), there is nothing
 * to keep; any other error ends the command.
 *
 * No program of coreutils or util-linux can do this, and `keyctl` prints to the output of the command.
 * On another processor, commands keep the keyring.
 * @returns an empty list where there is no Perl; they keep it then, too
 */
export async function findKeyringArgv(): Promise<string[]> {
  const hasPerl = await access(PERL, constants.X_OK).then(
    () => true,
    () => false,
  )
  return hasPerl ? [PERL, '-e', PROGRAM] : []
}
