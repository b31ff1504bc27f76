/** Boots a snapshot on a server of its own, and asks what comes up. */

import { TalosImageError } from '../../errors.ts'
import type { Image } from '../../hetzner/wire.ts'
import { lookUpBootPlacements } from '../../plan/look-up-placements.ts'
import type { BootTest, PlannedImage } from '../../plan/plan.ts'
import type { TalosFailure } from '../../remote/talos/ask-talos.ts'
import type { TalosOutcome } from '../../remote/talos/wait-for-talos.ts'
import type { BootProof, NoBootProof } from '../boot-proof.ts'
import { describeContradictions, judgeFacts, namesOf } from '../judge-boot.ts'
import { runAction } from '../repeat-failing.ts'
import type { ImageBuild } from '../run.ts'
import { type BuildServer, createServer } from './server.ts'

/** How often it is booted when nothing answers. */
const MOST_BOOTS = 2

/** What another boot may change. */
const PASSING: ReadonlySet<TalosFailure | 'off'> = new Set(['refused', 'timed out', 'broken off', 'off'])

/**
 * Makes a server from the snapshot, switches it on, and waits until Talos answers. The server has no configuration, so that
 * Talos waits for one and lets everybody ask. It has the run's SSH key, which Talos has no use for: for a server without one,
 * Hetzner sends a password by mail.
 * @param freed ends when the server that the snapshot was taken of is gone
 * @throws TalosImageError `boot` when Talos does not answer, or is not the one that was asked for; `stock` when there is no
 * server to boot it on; `limit`; errors of the API
 */
export async function bootTest(
  build: ImageBuild,
  image: PlannedImage,
  { snapshot, only }: { readonly snapshot: Pick<Image, 'id' | 'disk_size'> } & Pick<BootTest, 'only'>,
  freed?: Promise<void>,
): Promise<BootProof | NoBootProof> {
  const server = await createBootServer(build, image, snapshot, only, freed)
  if ('reason' in server) return server
  build.emit({
    type: 'server-created',
    image: image.name,
    name: server.name,
    placement: server.placement,
    ipv4: image.server.ipv4,
  })
  const { seen, ms } = await bootUntilSeen(build, image, server, snapshot.id)
  const facts = judgeFacts(seen.facts, image, server.id)
  const { fingerprint, namesAddress } = seen.certificate
  const wrong = describeContradictions(facts)
  if (wrong.length > 0) throw notAsAsked(snapshot.id, wrong)
  // Its clean-up waits for the end.
  void server.beginRemoval()
  const told = (verdict: 'proven' | 'unreadable') => namesOf(facts, verdict).join(', ') || 'nothing'
  const text = `the snapshot ${snapshot.id} has booted: Talos${facts.version.found === undefined ? '' : ` ${facts.version.found}`} answers; proven: ${told('proven')}; not told: ${told('unreadable')}`
  build.emit({ type: 'note', image: image.name, text })
  return { facts, fingerprint, namesAddress, ms }
}

/** A server that is switched off, with the snapshot on its disk. */
async function createBootServer(
  build: ImageBuild,
  image: PlannedImage,
  { id, disk_size: diskGb }: Pick<Image, 'id' | 'disk_size'>,
  only: string | undefined,
  freed: Promise<void> | undefined,
): Promise<BuildServer | NoBootProof> {
  const { hetzner, stock } = build
  const { architecture, preferred, server } = image
  const wish = { architecture, diskGb, location: preferred.location.value, networkZones: server.networkZones, only }
  const look = (_: PlannedImage, signal: AbortSignal) => lookUpBootPlacements(wish, { hetzner, signal })
  const placements = await look(image, build.signal)
  try {
    const wanted = { ...image, placements, notes: [], server: { ...server, systemImage: String(id) } }
    const made = await createServer({ ...build, stock: { ...stock, look } }, wanted, '--boot', freed)
    // Nothing can log in to it.
    build.live.length = 0
    return made
  } catch (error) {
    if (!(error instanceof TalosImageError) || error.code !== 'stock') throw error
    const reason = `no server to boot the snapshot on is in stock: ${error.message}`
    if (stock.allowUnproven !== true) throw noServer(error)
    build.emit({ type: 'note', image: image.name, text: `${reason}; it is published unproven` })
    return { reason }
  }
}

function noServer(error: TalosImageError): TalosImageError {
  return new TalosImageError(
    {
      code: 'stock',
      message: `no server to boot the snapshot on: ${error.message}`,
      hint: 'try again later, wait with --wait-for-stock 30m, publish it unproven with --allow-unproven, or leave --boot-test out',
    },
    { cause: error },
  )
}

type Seen = Extract<TalosOutcome, { kind: 'talos' }>

/** Boots until Talos answers; once more when nothing does. */
async function bootUntilSeen(
  build: ImageBuild,
  image: PlannedImage,
  server: BuildServer,
  snapshot: number,
): Promise<{ readonly seen: Seen; readonly ms: number }> {
  const { hetzner, signal, clock, timeouts, trace, talosPort } = build
  const { waitForTalos } = await import('../../remote/talos/wait-for-talos.ts')
  const { id, name, host } = server
  const act = (what: string, start: 'powerOn' | 'powerOff') =>
    runAction(build, image.name, `server ${name} to be switched ${what}`, () => hetzner.servers[start](id, { signal }))
  for (let boots = 1; ; boots++) {
    await act('on', 'powerOn')
    const began = clock.now()
    const wait = { clock, signal, trace, timeoutMs: timeouts.bootTestMs, beforeTry: createLookout(build, server) }
    const outcome = await waitForTalos({ host, port: talosPort }, wait).catch((error: unknown) => {
      if (error instanceof WentOff) return { kind: 'nothing', last: 'off', seen: new Map() } as const
      throw error
    })
    const ms = clock.now() - began
    if (outcome.kind === 'talos') return { seen: outcome, ms }
    const told = `${describeOutcome(outcome, `${host} port ${talosPort}`)}, ${Math.round(ms / 1000)} s after power-on`
    if (boots === MOST_BOOTS || !PASSING.has(outcome.last))
      throw notBooted(image, { snapshot, told, boots, last: outcome.last })
    build.emit({ type: 'note', image: image.name, text: `${told}; booting it once more` })
    if (outcome.last !== 'off') await act('off', 'powerOff')
  }
}

/** The server is off though it was switched on. */
class WentOff extends Error {}

/** Looks at the server now and then while Talos does not answer: one that is off does not begin to. */
function createLookout({ hetzner, clock, signal, timeouts }: ImageBuild, { id }: BuildServer): () => Promise<void> {
  let next = clock.now() + timeouts.bootLookMs
  return async () => {
    if (clock.now() < next) return
    next = clock.now() + timeouts.bootLookMs
    // What cannot be seen now may be seen at the next look.
    const seen = await hetzner.servers.get(id, { signal }).catch(() => undefined)
    signal.throwIfAborted()
    if (seen?.status === 'off') throw new WentOff('the server is off again')
  }
}

interface Nothing {
  readonly last: TalosFailure | 'off'
  readonly seen: ReadonlyMap<TalosFailure, number>
}

function describeOutcome({ last, seen }: Nothing, where: string): string {
  if (last === 'off') return 'the server is off again'
  const tries = [...seen].map(([failure, count]) => `${WORDS[failure]} ${count === 1 ? 'once' : `${count} times`}`)
  return `Talos does not answer at ${where} (${tries.join(', ')})`
}

/** How a failure is called in a message. */
const WORDS: Readonly<Record<TalosFailure, string>> = {
  refused: 'refused',
  'timed out': 'timed out',
  'no route': 'no route',
  'broken off': 'broken off',
  'no TLS': 'answered without TLS',
  'no gRPC': 'answered with TLS, but not with gRPC',
  'not Talos': 'answered with gRPC, but not as Talos does',
  'client certificate wanted': 'a client certificate wanted',
}

const CONSOLE =
  'build without --boot-test, make a server from the snapshot, and look at its console in the Hetzner Console: it shows how far the boot comes'

const NOT_TALOS = 'something that is not Talos answers there: is it a Talos image, and for Hetzner Cloud?'

/** What to do, by what was seen last. */
const HINTS: Readonly<Record<TalosFailure | 'off', string>> = {
  refused: CONSOLE,
  'broken off': CONSOLE,
  off: CONSOLE,
  'timed out': `a firewall may keep port 50000 closed: let incoming TCP to it in from here; or it does not boot: ${CONSOLE}`,
  'no route': 'there is no way from here to the server: --ssh-over and --ip-family choose its address',
  'no TLS': NOT_TALOS,
  'no gRPC': NOT_TALOS,
  'not Talos': NOT_TALOS,
  'client certificate wanted':
    'Talos has a configuration in its image, so it answers only those that it knows: leave --boot-test out',
}

function notBooted(
  image: PlannedImage,
  { snapshot, told, boots, last }: { snapshot: number; told: string; boots: number; last: Nothing['last'] },
): TalosImageError {
  const times = boots === 1 ? '' : ` (the last of ${boots} boots)`
  const firewalls = image.server.firewallNames.map((name) => `"${name}"`).join(' and ')
  const hint = firewalls === '' || !PASSING.has(last) ? '' : `does ${firewalls} let port 50000 in? Else: `
  return new TalosImageError({
    code: 'boot',
    message: `the snapshot ${snapshot} ${PASSING.has(last) ? 'does not boot' : 'has not proven to boot'}: ${told}${times}`,
    hint: `${hint}${HINTS[last]}`,
  })
}

const notAsAsked = (snapshot: number, wrong: readonly string[]): TalosImageError =>
  new TalosImageError({
    code: 'boot',
    message: `the snapshot ${snapshot} boots, but not what was asked for: ${wrong.join(', ')}`,
    hint: 'the disk is another one than its labels would say: check talos_version, the image URL and the schematic',
  })
