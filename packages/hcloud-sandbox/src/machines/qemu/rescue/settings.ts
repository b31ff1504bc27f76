/** What the rescue system lets in, and whom it trusts. */

import { isProgram } from '../systems/assemble.ts'
import type { ArchiveEntry } from '../systems/cpio.ts'
import type { PackageTree } from '../systems/package-tree.ts'
import { toTextEntry } from '../systems/recipe.ts'

const SSHD_SETTINGS = [
  'HostKey /etc/ssh/ssh_host_ed25519_key',
  'PidFile /run/sshd.pid',
  'PermitRootLogin yes',
  'PasswordAuthentication yes',
  'KbdInteractiveAuthentication no',
  'UsePAM no',
  'UseDNS no',
  'PrintMotd no',
  // A client that looks whether SSH answers yet is no attacker.
  'MaxStartups 100',
  'Subsystem sftp /usr/lib/openssh/sftp-server',
]

/** OpenSSH 9.8 and newer punish clients that hang up early; older ones do not know the word. */
const SSHD_PATIENCE = 'PerSourcePenalties no'

/** The settings of SSH, as far as this release knows them, and the certificates of well-known authorities. */
export async function takeSettings(tree: PackageTree): Promise<ArchiveEntry[]> {
  const sshd = tree.pathsOf('openssh-server').filter((path) => /\/sshd(-session)?$/.test(path) && isProgram(path))
  const knowsPenalties = (await Promise.all(sshd.map((path) => tree.read(path)))).some((program) =>
    program.includes('persourcepenalties'),
  )
  const certificates: Buffer[] = []
  for (const path of tree.pathsOf('ca-certificates')) {
    if (path.endsWith('.crt')) certificates.push(await tree.read(path), Buffer.from('\n'))
  }
  const settings = [...SSHD_SETTINGS, ...(knowsPenalties ? [SSHD_PATIENCE] : []), ''].join('\n')
  return [
    toTextEntry('etc/ssh/sshd_config', settings),
    { kind: 'file', path: 'etc/ssl/certs/ca-certificates.crt', mode: 0o644, content: Buffer.concat(certificates) },
  ]
}
