/** `/ssh_keys` */

import { createHash } from 'node:crypto'
import * as v from 'valibot'
import { invalidField, invalidInput, notUnique } from '../errors.ts'
import { LabelsInput } from '../labels.ts'
import { defineNamedResource, requireUniqueName } from '../resource.ts'
import type { Store } from '../table.ts'
import { defineTable, NAMED } from '../table.ts'
import { formatTime } from '../time.ts'

export const sshKeys = defineTable('sshKey', {
  title: 'SSH key',
  firstId: 20_000_000,
  schema: v.object({ ...NAMED, fingerprint: v.string(), publicKey: v.string() }),
})

const Name = v.pipe(v.string('Not a valid string.'), v.trim(), v.nonEmpty('must not be empty'), v.maxLength(255))
const CreateInput = v.object({
  name: Name,
  public_key: v.string('Not a valid string.'),
  labels: v.optional(LabelsInput, {}),
})

export const sshKeyResource = defineNamedResource(sshKeys, Name, {
  path: 'ssh_keys',
  key: 'ssh_key',
  filters: { name: ({ name }) => name, fingerprint: ({ fingerprint }) => fingerprint },
  sort: { id: ({ id }) => id, name: ({ name }) => name },
  show: ({ id, name, fingerprint, publicKey, labels, created }) => ({
    id,
    name,
    fingerprint,
    public_key: publicKey,
    labels,
    created: formatTime(created),
  }),
  async create({ cloud, project, body }) {
    const { store, options } = cloud
    const { name, public_key, labels } = await body(CreateInput)
    const fingerprint = md5Fingerprint(public_key)
    if (fingerprint === undefined) throw invalidField('public_key', 'SSH key is invalid')
    requireUniqueName(sshKeys, cloud, project, name)
    if (sshKeys.of(store, project).some((key) => key.fingerprint === fingerprint)) {
      throw notUnique('public_key', 'SSH key with the same fingerprint already exists')
    }
    const id = sshKeys.nextId(store)
    const created = options.clock.now()
    const made = { id, project, name, fingerprint, publicKey: public_key, labels, created }
    sshKeys.add(store, made)
    return { made }
  },
  remove(key, { cloud }) {
    sshKeys.remove(cloud.store, key)
    return undefined
  },
})

/**
 * The public key lines of the project's keys with these IDs or names.
 * @throws ApiFault 422 `invalid_input` for a key that the project does not have
 */
export function resolveSshKeys(store: Store, project: string, wanted: readonly (string | number)[]): string[] {
  const keys = sshKeys.of(store, project)
  return wanted.map((idOrName) => {
    const key = keys.find(({ id }) => String(id) === String(idOrName)) ?? keys.find(({ name }) => name === idOrName)
    if (key === undefined) throw invalidInput(`SSH key '${idOrName}' not found`)
    return key.publicKey.trim()
  })
}

const TYPES =
  /^(ssh-(rsa|ed25519|dss)|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)$/

/** The MD5 fingerprint in pairs of hexadecimal digits, or undefined when the line is not an OpenSSH public key. */
function md5Fingerprint(line: string): string | undefined {
  const [type = '', base64 = ''] = line.trim().split(/\s+/)
  if (line.trim().includes('\n') || !TYPES.test(type) || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined
  const blob = Buffer.from(base64, 'base64')
  // The blob begins with its type's name: four bytes of length, then the text.
  if (blob.length < 4 + type.length || blob.readUInt32BE(0) !== type.length) return undefined
  if (blob.toString('latin1', 4, 4 + type.length) !== type) return undefined
  return createHash('md5').update(blob).digest('hex').match(/../g)?.join(':')
}
