/** The hash of a password, as a system keeps it in /etc/shadow. */

import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { CLEAN_ENVIRONMENT } from './argv.ts'

/** What stands there for a user who has none. */
export const NO_PASSWORD = '*'

const SCRIPT = 'chomp(my $password = <STDIN>); print crypt($password, $ARGV[0])'

/**
 * By this computer's own crypt(3), which Perl has; SHA-512.
 * @returns `*` for an empty password, and where there is no Perl
 */
export async function hashPassword(password: string): Promise<string> {
  if (password === '') return NO_PASSWORD
  const setting = `$6$${randomBytes(8).toString('hex')}`
  return new Promise((resolve) => {
    const child = execFile('perl', ['-e', SCRIPT, setting], { env: CLEAN_ENVIRONMENT }, (_error, hash) =>
      resolve(hash.startsWith(`${setting}$`) ? hash : NO_PASSWORD),
    )
    // Where it could not be started, the callback says so.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(`${password}\n`)
  })
}
