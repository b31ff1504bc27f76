/** The certificate that a machine makes for itself, as Talos does in maintenance mode: X.509 in DER, with an Ed25519 key. */

import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/** Both in PEM. */
export interface OwnCertificate {
  readonly key: string
  readonly cert: string
}

const DAY_MS = 24 * 60 * 60 * 1000

/**
 * Makes a certificate that nothing vouches for.
 * @param addresses IPv4 addresses that it is for
 * @param nowMs from when on it is valid, for a day
 */
export function makeCertificate(addresses: readonly string[], nowMs: number): OwnCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const ed25519 = der(0x30, der(0x06, Buffer.from([0x2b, 0x65, 0x70])))
  const name = der(0x30)
  const names = addresses.map((address) => der(0x87, Buffer.from(address.split('.').map(Number))))
  // id-ce-subjectAltName
  const alternativeNames = der(0x30, der(0x06, Buffer.from([0x55, 0x1d, 0x11])), der(0x04, der(0x30, ...names)))
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(15)])
  const content = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    ed25519,
    name,
    der(0x30, time(nowMs - DAY_MS), time(nowMs + DAY_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(0x30, alternativeNames)),
  )
  const signature = Buffer.concat([Buffer.from([0]), sign(null, content, privateKey)])
  const cert = der(0x30, content, ed25519, der(0x03, signature))
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert: toPem(cert) }
}

/** A value with its tag and its length. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const value = Buffer.concat(parts)
  const { length } = value
  const head = length < 0x80 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from(head), value])
}

/** GeneralizedTime, in seconds. */
const time = (ms: number): Buffer =>
  der(0x18, Buffer.from(`${new Date(ms).toISOString().replaceAll(/[-:T]|\..*/g, '')}Z`, 'latin1'))

const toPem = (bytes: Buffer): string =>
  [
    '-----BEGIN CERTIFICATE-----',
    ...(bytes.toString('base64').match(/.{1,64}/g) ?? []),
    '-----END CERTIFICATE-----',
    '',
  ].join('\n')
