/**
 * An emulated Talos Image Factory (docs/api.md of siderolabs/image-factory, v1.5.0, 2026): the Community edition's
 * schematics, versions, official extensions, and disk images for Hetzner Cloud. Errors are plain text.
 */

import { createHash } from 'node:crypto'
import { join, relative } from 'node:path'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { SchematicError, type YamlRelease } from 'talos-schematic'
import { type Clock, systemClock } from '../clock.ts'
import type { Architecture } from '../domain.ts'
import { intercept as interceptWith } from '../intercept.ts'
import type { BootSystem } from '../machines/machine.ts'
import { formatAssetPath } from './asset-path.ts'
import { type AssertSpace, type AssetRequest, createAssets } from './assets.ts'
import { canBoot } from './disk-layout.ts'
import { sizeOf } from './disk-size.ts'
import { findMissingExtension, listExtensions } from './extensions.ts'
import { refuse, refuseSchematic, requireDisk, requireVersion, toErrorAnswer } from './refusals.ts'
import { createSchematics } from './schematics.ts'
import { serveFile } from './serve-file.ts'
import { type DiskOrder, toTalosDisk } from './talos-disk.ts'
import { BROKEN_VERSIONS, VERSIONS } from './versions.ts'

/**
 * Answers in the place of the Factory, or lets it answer (undefined).
 * `answer` makes the Factory do the work: a fault can let it happen and still lose the answer.
 * `signal` aborts when the client goes away, or the sandbox closes, before the answer. That of the request itself, which
 * is a copy, is no good: Node.js 20 may collect what makes it abort.
 */
export type FactoryIntercept = (
  request: Request,
  answer: () => Promise<Response>,
  signal: AbortSignal,
) => Response | undefined | Promise<Response | undefined>

export interface FactoryOptions {
  /** The sandbox's state directory; the Factory keeps to the folder `factory` in it. */
  readonly stateDir: string
  /** Size of the raw disks, at least 8 MiB; by default that of Talos's, by version and architecture. */
  readonly diskBytes?: number | undefined
  /** How much of a disk is data; by default as much as in Talos's, or a quarter of a disk of another size. */
  readonly dataBytes?: number | undefined
  /** How long making an asset takes beyond the work itself; 0 by default. */
  readonly makingMs?: number | undefined
  readonly clock?: Clock | undefined
  readonly intercept?: FactoryIntercept | undefined
  /** Asked for each schematic that is submitted: whose style its canonical text has; undefined: that of the Factory 1.5. */
  readonly yamlRelease?: ((request: Request) => YamlRelease | undefined) | undefined
  /** Asked when a disk is first asked for: whether it is one that does not boot. `name` is for people. */
  readonly spoilsDisk?: ((architecture: Architecture, name: string) => boolean) | undefined
  /** What disks boot from on the machines that get them; left out where these boot no disks. */
  readonly bootSystem?: ((architecture: Architecture) => Promise<BootSystem>) | undefined
  readonly assertSpace?: AssertSpace | undefined
}

export interface Factory {
  readonly app: Hono
  /** Removes what a killed run left half made; call it once, before the first request. */
  load(): Promise<void>
  /** Stops what is being made. */
  close(): Promise<void>
}

/** Makes an emulated Image Factory; nothing is written before the first request. */
export function createFactory(options: FactoryOptions): Factory {
  const { diskBytes, dataBytes, makingMs = 0, clock = systemClock, intercept, assertSpace } = options
  const size = { diskBytes, dataBytes }
  const folder = join(options.stateDir, 'factory')
  const schematics = createSchematics(join(folder, 'schematics'))
  const delay = (signal: AbortSignal) => clock.sleep(makingMs, signal)
  const assets = createAssets({ folder, size, delay, assertSpace })
  const spoilt = new Map<string, boolean>()

  /** Decided when a disk is first asked for: all of its compressions hold the same. */
  function isSpoilt(order: DiskOrder): boolean {
    const name = [order.schematicId, order.version, formatAssetPath(order, 'none')].join('/')
    const known = spoilt.get(name) ?? options.spoilsDisk?.(order.architecture, name) ?? false
    spoilt.set(name, known)
    return known
  }

  const app = new Hono()
  app.use(requestId)
  if (intercept !== undefined) {
    app.use((context, next) => {
      const { raw } = context.req
      return interceptWith(context, next, (answer) => intercept(raw.clone(), answer, raw.signal))
    })
  }
  app.notFound((context) => context.text('404 page not found\n', 404))
  app.onError(toErrorAnswer)

  app.post('/schematics', async (context) => {
    try {
      const { raw } = context.req
      return context.json(await schematics.submit(await raw.text(), options.yamlRelease?.(raw)), 201)
    } catch (error) {
      if (!(error instanceof SchematicError)) throw error
      throw refuse(400, `invalid schematic: ${error.message}`)
    }
  })
  app.get('/schematics/:schematic', async (context) => {
    const text = await schematics.read(context.req.param('schematic'))
    if (text === undefined) throw refuseSchematic(context.req.param('schematic'))
    return context.body(text, 200, { 'Content-Type': 'application/yaml' })
  })
  app.get('/versions', (context) => context.json(context.req.query('broken') === 'true' ? BROKEN_VERSIONS : VERSIONS))
  app.get('/version/:version/extensions/official', (context) =>
    context.json(listExtensions(requireVersion(context.req.param('version')))),
  )
  app.get('/image/:schematic/:version/:path', (context) => serveImage(context))

  // Where GitHub has the images of a release, which are those without extensions.
  app.get('/siderolabs/talos/releases/download/:version/:path', async (context) => {
    const { id } = await schematics.submit('customization: {}\n')
    const { version, path } = context.req.param()
    return context.redirect(`/image/${id}/${encodeURIComponent(version)}/${encodeURIComponent(path)}`)
  })

  async function serveImage(context: Context): Promise<Response> {
    const { schematic: schematicId = '', version: wanted = '', path = '' } = context.req.param()
    const schematic = await schematics.find(schematicId)
    if (schematic === undefined) throw refuseSchematic(schematicId)
    const version = requireVersion(wanted)
    const { compression, ...variant } = requireDisk(path, version)
    const missing = findMissingExtension(schematic.customization.systemExtensions.officialExtensions, version)
    if (missing !== undefined) {
      throw refuse(400, `official extension "${missing}" is not available for Talos version ${version}`)
    }
    const order = { schematicId, schematic, version, ...variant }
    const boot = await options.bootSystem?.(order.architecture)
    const bytes = sizeOf(version, order.architecture, size)
    const disk = toTalosDisk(order, isSpoilt(order) || (boot !== undefined && !canBoot(bytes, boot.bytes)))
    const asset = await assets.get({ disk, boot: disk.boots ? boot : undefined, compression })
    const name = formatAssetPath(disk, compression)
    return serveFile(context.req.raw, {
      ...asset,
      name,
      etag: `"${createHash('sha256').update(relative(folder, asset.path)).digest('hex').slice(0, 32)}"`,
      contentType: CONTENT_TYPES[compression],
    })
  }

  return { app, load: () => assets.removeUnfinished(), close: () => assets.close() }
}

const CONTENT_TYPES: Readonly<Record<AssetRequest['compression'], string>> = {
  none: 'application/octet-stream',
  zst: 'application/zstd',
  xz: 'application/x-xz',
  gz: 'application/gzip',
}

const REQUEST_ID = 'X-Request-ID'

/** Every answer has the request's own ID, or a new one. */
const requestId: MiddlewareHandler = async (context, next) => {
  await next()
  context.header(REQUEST_ID, context.req.header(REQUEST_ID) ?? crypto.randomUUID())
  context.header('Server', 'Image Factory (emulated)')
}
