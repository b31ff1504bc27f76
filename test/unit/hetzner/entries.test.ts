import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { entriesOf, readEntry } from '../../../src/hetzner/entries.ts'
import {
  Image,
  PrimaryIp,
  Server,
  ServerType,
  TemporarySnapshot,
  UNKNOWN_IMAGE,
  UNKNOWN_SERVER,
  UNKNOWN_SERVER_TYPE,
  UNKNOWN_TEMPORARY_SNAPSHOT,
} from '../../../src/hetzner/wire.ts'

const SERVER = {
  id: 7,
  name: 'build',
  status: 'running',
  created: '2026-11-01T00:00:00Z',
  public_net: { ipv4: { ip: '203.0.113.7' }, ipv6: null },
  private_net: [],
  server_type: { id: 1, name: 'cx23' },
  location: { id: 1, name: 'fsn1' },
  rescue_enabled: false,
  labels: { 'talos-image/run': 'abc' },
}

/** What no property of an entry is. */
const ODD = ['odd']

const IMAGE = {
  id: 9,
  type: 'snapshot',
  status: 'available',
  name: null,
  description: 'Talos',
  image_size: 0.2,
  disk_size: 40,
  created: '2026-11-01T00:00:00Z',
  created_from: null,
  architecture: 'arm',
  os_flavor: 'unknown',
  protection: { delete: false },
  labels: {},
}

describe('an odd entry', () => {
  test('of which enough is known for clean-up is there', () => {
    const { id, name, labels } = SERVER
    const odd = Object.fromEntries(Object.keys(Server.entries).map((key) => [key, ODD]))
    expect(readEntry(Server, { ...odd, id, name, labels }, UNKNOWN_SERVER)).toMatchObject({
      entry: { id: 7, name: 'build', labels: SERVER.labels, server_type: { name: 'unknown' } },
    })
    const snapshot = { ...Object.fromEntries(Object.keys(Image.entries).map((key) => [key, ODD])), id: 9, labels }
    expect(readEntry(TemporarySnapshot, snapshot, UNKNOWN_TEMPORARY_SNAPSHOT)).toMatchObject({
      entry: { id: 9, labels },
    })
    expect(readEntry(PrimaryIp, { id: 3, ip: ODD })).toEqual({ entry: { id: 3, assignee_id: null } })
  })

  test('is not available, and not to be deleted, when status and protection are unheard-of', () => {
    const odd = { ...IMAGE, status: 'archived', protection: null }
    expect(readEntry(Image, odd, UNKNOWN_IMAGE)).toMatchObject({
      entry: { id: 9, status: 'unknown', protection: { delete: true } },
    })
  })

  test('is left out with a reason when it cannot be used', () => {
    expect(readEntry(Image, { ...IMAGE, architecture: 'riscv' }, UNKNOWN_IMAGE)).toMatchObject({
      problem: expect.stringMatching(/^architecture: .*riscv/),
    })
    expect(readEntry(Server, { ...SERVER, labels: null }, UNKNOWN_SERVER)).toMatchObject({
      problem: expect.stringMatching(/^labels: /),
    })
    expect(readEntry(Server, null, UNKNOWN_SERVER)).toMatchObject({
      problem: expect.stringMatching(/^Invalid type: .*null/),
    })
  })

  test('inside an entry is left out of that one', () => {
    const place = { id: 1, name: 'fsn1', available: true, recommended: true, deprecation: null }
    const price = { location: 'fsn1', price_hourly: { net: '1', gross: '1' }, price_monthly: { net: '1', gross: '1' } }
    const type = { id: 1, name: 'cx23', disk: 40, architecture: null, locations: [place, null], prices: [null, price] }
    const odd = {
      ...type,
      locations: [place, { ...place, name: 'nbg1', available: 'soon' }, null, { ...place, name: 5 }],
    }
    expect(readEntry(ServerType, odd, UNKNOWN_SERVER_TYPE)).toMatchObject({
      entry: {
        architecture: 'unknown',
        locations: [place, { name: 'nbg1', available: false }],
        prices: [price],
      },
    })
    expect(readEntry(ServerType, { ...type, architecture: 'x86', locations: null }, UNKNOWN_SERVER_TYPE)).toMatchObject(
      {
        entry: { locations: [] },
      },
    )
  })

  test('does not spoil the others, but a list that is none is no list', () => {
    const Numbers = v.object({ all: entriesOf(v.number()) })
    expect(v.parse(Numbers, { all: [1, 'two', 3] })).toEqual({ all: [1, 3] })
    expect(v.safeParse(Numbers, { all: null }).success).toBe(false)
  })

  test('in an answer about one thing is an error as ever', () => {
    expect(v.safeParse(Image, { ...IMAGE, architecture: 'riscv' }).success).toBe(false)
    expect(v.safeParse(Server, { ...SERVER, public_net: null }).success).toBe(false)
  })
})
