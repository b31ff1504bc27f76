/** Reads a `source "hcloud"` block, with what a build adds to it. */

import type { SshOver } from '../../domain.ts'
import type { Origin, Problem } from '../../errors.ts'
import { isPort, MOST_WAIT_MS } from '../../util/limits.ts'
import { didYouMean } from '../../util/near.ts'
import { PACKER_HINT } from '../expression/failure.ts'
import { NOW, parseGoDuration } from '../expression/functions/times.ts'
import type { Sourced } from '../variables.ts'
import type { Attribute, Body } from './block.ts'
import type { TemplateImage, TemplateServer } from './images.ts'
import { type HonouredKey, KEY_NAMES, useOf } from './source-keys.ts'
import type { AttributeReader } from './values.ts'

/** What a source says of its image; the disk comes from the provisioners. */
export type SourceSettings = Omit<TemplateImage, 'source' | 'build' | 'disk' | 'sha256' | 'urlVariable'>

export interface Findings {
  readonly problems: Problem[]
  readonly warnings: Problem[]
}

/**
 * @param bodies the source block, then what a build puts over it
 * @returns undefined when something that it needs is missing or wrong; then there is a problem
 */
export function readSource(
  bodies: readonly Body[],
  origin: Origin,
  reader: AttributeReader,
  findings: Findings,
): SourceSettings | undefined {
  const before = findings.problems.length
  const given = sortAttributes(bodies, findings)
  const get = <T>(key: HonouredKey, read: (attribute: Attribute) => T): T | undefined => {
    const attribute = given.get(key)
    return attribute && read(attribute)
  }
  const text = (key: HonouredKey): Sourced<string> | undefined => get(key, (attribute) => reader.text(attribute))
  checkLogin(given, reader)
  const serverType = text('server_type')
  const location = text('location') ?? get('datacenter', (one) => readDatacenter(one, reader, findings))
  const named = text('snapshot_name')
  // As Packer names it.
  const standard = { value: `packer-${Math.floor(NOW.getTime() / 1000)}`, origin }
  const description = named === undefined || named.value === '' ? standard : named
  const labels = get('snapshot_labels', (one) => reader.textMap(one)) ?? new Map()
  const server = readServer(given, reader)
  const token = text('token')
  const missing = [
    ['server_type', serverType],
    ['location', location],
  ].flatMap(([name, value]) => (value === undefined ? [name] : []))
  if (findings.problems.length === before && missing.length > 0) {
    findings.problems.push({
      code: 'config',
      message: `the source has no ${missing.join(' and no ')}`,
      at: origin,
      hint: 'write it, as server_type = "cx23" or location = "fsn1"',
    })
  }
  if (serverType === undefined || location === undefined) return undefined
  return { description, labels, serverType, location, server, token }
}

/** The attributes that count, the last of each name; what is to be said of the others goes to the findings. */
function sortAttributes(bodies: readonly Body[], findings: Findings): ReadonlyMap<HonouredKey, Attribute> {
  const given = new Map<HonouredKey, Attribute>()
  const attributes = bodies.flatMap((body) => body.attributes)
  const blocks = bodies.flatMap((body) => body.blocks)
  for (const { name, origin } of [...attributes, ...blocks.map(({ type, origin }) => ({ name: type, origin }))]) {
    const found = useOf(name)
    const problem = (message: string, hint: string): Problem => ({ code: 'config', message, at: origin, hint })
    if (found.use === 'honoured') {
      const attribute = attributes.findLast((one) => one.name === name)
      if (attribute !== undefined) given.set(found.key, attribute)
    } else if (found.use === 'without effect') {
      findings.warnings.push(problem(`"${name}" has no effect: ${found.why}`, 'leave it out'))
    } else if (found.use === 'refused') {
      findings.problems.push(problem(`"${name}" is not supported: ${found.why}`, PACKER_HINT))
    } else if (found.use === 'unknown') {
      const hint = didYouMean(name, KEY_NAMES)
      findings.problems.push(problem(`"${name}" is not a setting of a source "hcloud"`, hint ?? PACKER_HINT))
    }
  }
  return given
}

/** How Packer would log in must be how it is done here: as root, by SSH, in the rescue system. */
function checkLogin(given: ReadonlyMap<HonouredKey, Attribute>, reader: AttributeReader): void {
  const only = (key: HonouredKey, wanted: string, why: string): void => {
    const attribute = given.get(key)
    const value = attribute && reader.text(attribute)?.value
    if (attribute !== undefined && value !== undefined && value !== wanted) {
      reader.fail(attribute, `${key} is "${value}", but ${why}`)
    }
  }
  only('communicator', 'ssh', 'build servers are reached by SSH only')
  only('ssh_username', 'root', 'in the rescue system there is only "root"')
  only('rescue', 'linux64', 'the disk is always written from the rescue system "linux64"')
}

/** `fsn1-dc14` was a place in `fsn1`, until there were no datacenters any more. */
function readDatacenter(
  attribute: Attribute,
  reader: AttributeReader,
  { warnings }: Findings,
): Sourced<string> | undefined {
  const datacenter = reader.text(attribute)
  if (datacenter === undefined) return undefined
  const location = datacenter.value.replace(/-dc\d+$/, '')
  warnings.push({
    code: 'config',
    message: `Hetzner Cloud has no datacenters any more: "${datacenter.value}" is taken for the location "${location}"`,
    at: datacenter.origin,
    hint: `write location = "${location}"`,
  })
  return { value: location, origin: datacenter.origin }
}

function readServer(given: ReadonlyMap<HonouredKey, Attribute>, reader: AttributeReader): TemplateServer {
  const get = <T>(key: HonouredKey, read: (attribute: Attribute) => T): T | undefined => {
    const attribute = given.get(key)
    return attribute && read(attribute)
  }
  const not = (disabled: Sourced<boolean> | undefined): Sourced<boolean> | undefined =>
    disabled && { value: !disabled.value, origin: disabled.origin }
  return {
    systemImage: get('image', (one) => reader.text(one)),
    labels: get('server_labels', (one) => reader.textMap(one)) ?? new Map(),
    firewalls: get('firewalls', (one) => reader.texts(one)) ?? [],
    networks: get('networks', (one) => reader.texts(one)) ?? [],
    ipv4: not(get('public_ipv4_disabled', (one) => reader.bool(one))),
    ipv6: not(get('public_ipv6_disabled', (one) => reader.bool(one))),
    sshOver: get('ssh_interface', (one) => readInterface(one, reader)),
    sshPort: get('ssh_port', (one) => readPort(one, reader)),
    sshTimeoutMs:
      get('ssh_timeout', (one) => readDuration(one, reader)) ??
      get('ssh_wait_timeout', (one) => readDuration(one, reader)),
  }
}

const INTERFACES: ReadonlyMap<string, SshOver> = new Map([
  ['public_ipv4', 'ipv4'],
  ['public_ipv6', 'ipv6'],
  ['private', 'private'],
])

function readInterface(attribute: Attribute, reader: AttributeReader): TemplateServer['sshOver'] {
  const read = reader.text(attribute)
  if (read === undefined || read.value === '') return undefined
  const over = INTERFACES.get(read.value)
  if (over !== undefined) return { value: over, origin: read.origin }
  reader.fail(attribute, `"${read.value}" is not an ssh_interface`, `there are ${[...INTERFACES.keys()].join(', ')}`)
  return undefined
}

/** 0 stands for the usual one, as for Packer. */
function readPort(attribute: Attribute, reader: AttributeReader): Sourced<number> | undefined {
  const read = reader.number(attribute)
  if (read === undefined || read.value === 0) return undefined
  if (isPort(read.value)) return read
  reader.fail(attribute, `${read.value} is not a port`, 'write a number from 1 to 65535')
  return undefined
}

function readDuration(attribute: Attribute, reader: AttributeReader): Sourced<number> | undefined {
  const read = reader.text(attribute)
  if (read === undefined) return undefined
  const ms = parseGoDuration(read.value)
  if (ms !== undefined && ms > 0) return { value: Math.min(ms, MOST_WAIT_MS), origin: read.origin }
  reader.fail(attribute, `${attribute.name} is "${read.value}", which is not a duration`, 'write it as "5m" or "90s"')
  return undefined
}
