/** Reads OpenSSH public key lines. */

import { createHash } from 'node:crypto'

const TYPES =
  /^(ssh-(rsa|ed25519|dss)|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)$/

/** The MD5 fingerprint in pairs of hexadecimal digits, or undefined when the line is no public key. */
export function md5Fingerprint(line: string): string | undefined {
  const [type = '', base64 = ''] = line.trim().split(/\s+/)
  if (line.trim().includes('\n') || !TYPES.test(type) || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined
  const blob = Buffer.from(base64, 'base64')
  // The blob begins with its type's name: four bytes of length, then the text.
  if (blob.length < 4 + type.length || blob.readUInt32BE(0) !== type.length) return undefined
  if (blob.toString('latin1', 4, 4 + type.length) !== type) return undefined
  return createHash('md5').update(blob).digest('hex').match(/../g)?.join(':')
}
