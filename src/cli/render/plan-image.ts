/** One image of a plan as people read it: a line or two, or everything. */

import { EMPTY_SCHEMATIC, schematicId } from 'talos-schematic'
import type { Placement } from '../../plan/placement.ts'
import type { PlannedImage } from '../../plan/plan.ts'
import { type ServerSettings, SYSTEM_IMAGE } from '../../plan/server-settings.ts'
import { toSourceRecord } from '../../report/result.ts'
import { printable } from '../../util/printable.ts'
import { foldHanging } from './fold.ts'
import { formatRow } from './row.ts'
import { formatBytes, formatPrice } from './units.ts'

/** How many further placements are named. */
const MOST_FALLBACKS = 3

const INDENT = '    '

/** What, where, for how much, and from what; and what is unusual about it. @param width of the terminal */
export function formatBrief(image: PlannedImage, currency: string | undefined, width: number): string[] {
  if (image.existing !== undefined) return skipped(image, currency, width)
  const [first, ...others] = image.placements
  const more = others.length === 0 ? '' : ` (or ${others.length} ${others.length === 1 ? 'other' : 'others'})`
  const where =
    first === undefined
      ? 'build; nothing is in stock'
      : `build on ${placeOf(first)}${more}${formatHourly(first, currency)}`
  return [
    ...title(image, where, width),
    ...formatAside(`from ${formatOrigin(image)}`, width),
    ...formatServer(image.server).flatMap((text) => formatAside(`server: ${text}`, width)),
    ...formatBootTest(image, currency).flatMap((text) => formatAside(`boot test: ${text}`, width)),
    ...image.replaces.flatMap((old) => formatAside(`replaces ${replaced(old)}`, width)),
    ...image.notes.flatMap((note) => formatAside(`note: ${note}`, width)),
  ]
}

/** All of it. @param width of the terminal */
export function formatDetails(image: PlannedImage, currency: string | undefined, width: number): string[] {
  if (image.existing !== undefined) return skipped(image, currency, width)
  const row = (name: string, value: string): string[] => formatRow(name, value, width, INDENT)
  const [first, ...others] = image.placements
  const labels = Object.entries(image.labels).map((label) => label.join('='))
  const always = image.source.kind === 'template' ? 'it' : 'standard input'
  return [
    ...title(image, `build "${image.description}"`, width),
    ...row('from', formatSource(image) + formatSizes(image)),
    ...(image.schematicFile === undefined ? [] : row('schematic', image.schematicFile)),
    ...row(
      'on',
      first === undefined
        ? 'nothing in stock'
        : `${placeOf(first)} (${first.diskGb} GB disk${formatHourly(first, currency)})`,
    ),
    ...(others.length > 0 ? row('else on', formatFallbacks(others)) : []),
    ...formatServer(image.server).flatMap((text) => row('server', text)),
    ...formatBootTest(image, currency).flatMap((text) => row('boot test', text)),
    ...row('labels', labels.join(', ')),
    ...row('identity', image.identity ?? `none: ${always} is always built`),
    ...(image.installer === undefined ? [] : row('installer', image.installer)),
    ...image.replaces.flatMap((old) => row('replaces', replaced(old))),
    ...image.notes.flatMap((note) => row('note', note)),
  ]
}

const title = ({ name }: PlannedImage, text: string, width: number): string[] =>
  formatAside(`${name}: ${text}`, width, '  ')

/** A line of its own, which goes on with an indent. */
const formatAside = (text: string, width: number, indent = INDENT): string[] =>
  foldHanging(indent + printable(text), width, `${indent}  `).split('\n')

function skipped(image: PlannedImage, currency: string | undefined, width: number): string[] {
  const [test] = formatBootTest(image, currency)
  const what = test === undefined ? 'skip' : 'build nothing'
  const lines = title(image, `${what}, snapshot ${image.existing?.id} is the same (--force builds it anew)`, width)
  return [...lines, ...(test === undefined ? [] : formatAside(`boot test: ${test}`, width))]
}

/** A line, or none. */
function formatBootTest({ bootTest }: PlannedImage, currency: string | undefined): string[] {
  if (bootTest === undefined) return []
  const [first] = bootTest.placements
  return [first === undefined ? 'nothing is in stock for it' : `on ${placeOf(first)}${formatHourly(first, currency)}`]
}

const replaced = ({ id }: { readonly id: number }): string => `snapshot ${id}, once the new one is published`

/** The schematic's file where there is one, since its ID says little to people; and what is to be transferred. */
function formatOrigin(image: PlannedImage): string {
  const { source, schematicFile, sourceFacts } = image
  const size = sourceFacts.transferBytes === undefined ? '' : `, ${formatBytes(sourceFacts.transferBytes)}`
  if (source.kind !== 'factory') return formatSource(image) + size
  const isDefault = source.asset.schematicId === schematicId(EMPTY_SCHEMATIC)
  const name = schematicFile ?? (isDefault ? 'the default image (no extensions)' : undefined)
  if (name === undefined) return formatSource(image) + size
  return name + (source.factory === undefined ? '' : ` at ${new URL(source.factory).host}`) + size
}

/** The URL, or whatever else it is. */
function formatSource(image: PlannedImage): string {
  const unnamed = image.source.kind === 'template' ? 'what the template names by itself' : 'standard input'
  return toSourceRecord(image).from ?? unnamed
}

function formatSizes({ sourceFacts: { compression, transferBytes, rawBytes } }: PlannedImage): string {
  const sizes = [
    ...(transferBytes === undefined ? [] : [formatBytes(transferBytes)]),
    ...(rawBytes === undefined || compression === 'none' ? [] : [`${formatBytes(rawBytes)} unpacked`]),
  ]
  return sizes.length === 0 ? '' : ` (${sizes.join(', ')})`
}

const placeOf = ({ serverType, location }: Placement): string => `${serverType} in ${location}`

const formatHourly = ({ pricePerHour }: Placement, currency: string | undefined): string =>
  pricePerHour === undefined || currency === undefined ? '' : `, ${formatPrice(pricePerHour, currency)} an hour`

function formatFallbacks(others: readonly Placement[]): string {
  const named = others.slice(0, MOST_FALLBACKS).map(placeOf)
  const more = others.length - named.length
  return named.join(', ') + (more > 0 ? ` and ${more} more` : '')
}

const WAYS = { ipv4: 'IPv4', ipv6: 'IPv6', private: 'its network' } as const

/** What is special about a build server: a line, or none for a server as it usually is. */
export function formatServer(server: ServerSettings): string[] {
  const { ipv4, ipv6, networkNames, firewallNames, labels, sshOver, systemImage, downloadProxy } = server
  const usual = ipv4 ? 'ipv4' : ipv6 ? 'ipv6' : 'private'
  const parts = [
    ...(ipv4 ? (ipv6 ? ['IPv4 and IPv6'] : []) : [ipv6 ? 'IPv6 alone' : 'no public address']),
    ...networkNames.map((name) => `network ${printable(name)}`),
    ...firewallNames.map((name) => `firewall ${printable(name)}`),
    ...(sshOver === usual && usual !== 'private' ? [] : [`SSH over ${WAYS[sshOver]}`]),
    ...Object.entries(labels).map(([key, value]) => `label ${key}=${value}`),
    ...(downloadProxy === undefined ? [] : [`download through ${downloadProxy.url}`]),
    ...(systemImage === SYSTEM_IMAGE ? [] : [`made from ${systemImage}`]),
  ]
  return parts.length === 0 ? [] : [parts.join(', ')]
}
