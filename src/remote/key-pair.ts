/** The SSH key of a run: made in memory, and written nowhere unless a server is kept to be looked at. */

import { registerSecret } from '../util/redact.ts'

export interface KeyPair {
  /** An OpenSSH public key line. */
  readonly publicKey: string
  /** In OpenSSH's own format. */
  readonly privateKey: string
}

/** A new ed25519 key pair. @param comment what the public key line ends with */
export async function createKeyPair(comment: string): Promise<KeyPair> {
  const { default: ssh2 } = await import('ssh2')
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment })
    // ssh2 1.17 drops a leading zero byte of the public half, about once in 256 pairs, and then cannot read it itself.
    if (ssh2.utils.parseKey(pair.private) instanceof Error) continue
    registerSecret(pair.private)
    return { publicKey: pair.public, privateKey: pair.private }
  }
}
