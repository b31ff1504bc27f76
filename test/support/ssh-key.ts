import { join } from 'node:path'
import { runCommand } from './command.ts'

/**
 * Makes a key pair with the system's own `ssh-keygen`.
 * @param folder absolute path
 * @returns path of the private key; the public one lies beside it, with `.pub` behind its name
 */
export async function makeSshKey(folder: string): Promise<string> {
  const file = join(folder, 'key')
  const { code, stderr } = await runCommand(['-q', '-t', 'ed25519', '-N', '', '-C', 'judge', '-f', file], {
    cwd: folder,
    program: ['ssh-keygen'],
  })
  if (code !== 0) throw new Error(`ssh-keygen has failed: ${stderr}`)
  return file
}
