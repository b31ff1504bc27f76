/** A certificate for the connection to one process, which trusts just this one: Node.js makes keys, but no certificates. */

import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import {
  type AsnType,
  BitString,
  Boolean as Bool,
  Constructed,
  fromBER,
  Integer,
  ObjectIdentifier,
  OctetString,
  Primitive,
  Sequence,
  Set as SetOf,
  UTCTime,
  Utf8String,
} from 'asn1js'

export interface Certificate {
  /** In PEM. */
  readonly key: string
  readonly certificate: string
  readonly der: Uint8Array
}

const HOST = 'localhost'
const HOUR_MS = 3_600_000
/** ASN.1's class of what is named by its number in its context. */
const CONTEXT = 3
/** What may have begun before midnight, and a run of Terraform, are shorter. */
const VALID_MS = 48 * HOUR_MS

const OID = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  serverAuthentication: '1.3.6.1.5.5.7.3.1',
  clientAuthentication: '1.3.6.1.5.5.7.3.2',
  alternativeName: '2.5.29.17',
} as const

/** digitalSignature and keyCertSign: the first and the sixth bit. */
const KEY_USAGE = new Uint8Array([0b1000_0100])

/** Signed by itself, for `localhost`, with a key on P-256. */
export function createCertificate(now = Date.now()): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = sequence(new SetOf({ value: [sequence(oid('commonName'), new Utf8String({ value: HOST }))] }))
  const signedBy = sequence(oid('ecdsaWithSha256'))
  const content = sequence(
    tagged(0, new Integer({ value: 2 })),
    new Integer({ valueHex: positive(randomBytes(16)) }),
    signedBy,
    name,
    sequence(time(now - HOUR_MS), time(now + VALID_MS)),
    name,
    fromBER(publicKey.export({ type: 'spki', format: 'der' })).result,
    tagged(
      3,
      sequence(
        extension('basicConstraints', sequence(new Bool({ value: true }))),
        extension('keyUsage', new BitString({ valueHex: KEY_USAGE, unusedBits: 2 })),
        extension('extendedKeyUsage', sequence(oid('serverAuthentication'), oid('clientAuthentication'))),
        extension(
          'alternativeName',
          sequence(new Primitive({ idBlock: { tagClass: CONTEXT, tagNumber: 2 }, valueHex: Buffer.from(HOST) })),
        ),
      ),
    ),
  )
  const signature = sign('sha256', Buffer.from(content.toBER()), privateKey)
  const der = Buffer.from(sequence(content, signedBy, new BitString({ valueHex: signature })).toBER())
  const key = String(privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const lines = Buffer.from(der).toString('base64').replaceAll(/.{64}/g, '$&\n')
  return { key, der, certificate: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n` }
}

const sequence = (...value: AsnType[]): Sequence => new Sequence({ value })
const oid = (name: keyof typeof OID): ObjectIdentifier => new ObjectIdentifier({ value: OID[name] })
const time = (ms: number): UTCTime => new UTCTime({ valueDate: new Date(ms) })
/** A part that is named by its number. */
const tagged = (tagNumber: number, value: AsnType): Constructed =>
  new Constructed({ idBlock: { tagClass: CONTEXT, tagNumber }, value: [value] })
const extension = (name: keyof typeof OID, value: AsnType): Sequence =>
  sequence(oid(name), new OctetString({ valueHex: value.toBER() }))

/** A number that cannot be negative. */
function positive(bytes: Buffer): Buffer {
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return bytes
}
