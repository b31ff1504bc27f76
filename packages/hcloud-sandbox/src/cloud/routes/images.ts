/** `/images`: the project's snapshots and the system images. */

import { rm } from 'node:fs/promises'
import { type Context, Hono } from 'hono'
import * as v from 'valibot'
import { readBody } from '../body.ts'
import { findSystemImage, SYSTEM_IMAGES } from '../catalogue/system-images.ts'
import type { StoredImage } from '../entities.ts'
import type { CloudContext, CloudEnv } from '../environment.ts'
import { ApiFault, isProtected, locked, notFound } from '../errors.ts'
import { formatAction } from '../formatters/action.ts'
import { formatSnapshot, formatSystemImage } from '../formatters/image.ts'
import { LabelsInput } from '../labels.ts'
import {
  booleanParameter,
  pageResponse,
  type SortFields,
  selectByLabels,
  selectByParameter,
  sortItems,
} from '../list.ts'
import { removeItem } from '../store.ts'
import { resourceActionRoutes } from './actions.ts'

type WireImage = ReturnType<typeof formatSnapshot> | ReturnType<typeof formatSystemImage>

const UpdateInput = v.object({
  description: v.optional(v.string('Not a valid string.')),
  type: v.optional(v.literal('snapshot', 'must be snapshot')),
  labels: v.optional(LabelsInput),
})
const ProtectionInput = v.object({ delete: v.optional(v.boolean('Not a valid boolean.')) })

const SORT: SortFields<WireImage> = {
  id: ({ id }) => id,
  name: ({ name }) => name,
  created: ({ created }) => created,
}

export function imageRoutes(cloud: CloudContext): Hono<CloudEnv> {
  const { options, store, engine } = cloud
  const findSnapshot = (project: string, id: string) =>
    store.state.images.find((image) => image.project === project && String(image.id) === id)

  function requireImage(project: string, id: string): WireImage {
    const snapshot = findSnapshot(project, id)
    if (snapshot !== undefined) return formatSnapshot(snapshot)
    const system = findSystemImage(id)
    if (system !== undefined) return formatSystemImage(system)
    throw notFound('image', id)
  }

  /** The snapshot that a change is about: system images belong to everybody, and nobody may change them. */
  function requireSnapshot(context: Context<CloudEnv>, id: string): StoredImage {
    const snapshot = findSnapshot(context.get('project'), id)
    if (snapshot !== undefined) return snapshot
    if (findSystemImage(id) === undefined) throw notFound('image', id)
    throw new ApiFault(403, 'forbidden', 'system images cannot be changed')
  }

  return new Hono<CloudEnv>()
    .route('/', resourceActionRoutes(cloud, 'image', requireImage))
    .get('/', (context) => listImages(context, cloud))
    .get('/:id{[0-9]+}', (context) =>
      context.json({ image: requireImage(context.get('project'), context.req.param('id')) }),
    )
    .put('/:id{[0-9]+}', async (context) => {
      const image = requireSnapshot(context, context.req.param('id'))
      const input = await readBody(context, UpdateInput)
      image.description = input.description ?? image.description
      image.labels = input.labels ?? image.labels
      store.touch()
      return context.json({ image: formatSnapshot(image) })
    })
    .delete('/:id{[0-9]+}', async (context) => {
      const image = requireSnapshot(context, context.req.param('id'))
      if (image.protection.delete) throw isProtected('image')
      if (engine.isLocked('image', image.id)) throw locked('image')
      removeItem(store.state.images, image)
      store.touch()
      await rm(store.imageDisk(image.id), { force: true })
      return context.body(null, 204)
    })
    .post('/:id{[0-9]+}/actions/change_protection', async (context) => {
      const image = requireSnapshot(context, context.req.param('id'))
      const input = await readBody(context, ProtectionInput)
      if (engine.isLocked('image', image.id)) throw locked('image')
      const { action } = engine.start({
        project: image.project,
        command: 'change_protection',
        resources: [{ id: image.id, type: 'image' }],
        async work(latency) {
          await latency()
          image.protection.delete = input.delete ?? image.protection.delete
        },
      })
      return context.json({ action: formatAction(action, options.clock.now()) }, 201)
    })
}

function listImages(context: Context<CloudEnv>, { store }: CloudContext): Response {
  const project = context.get('project')
  const deprecatedToo = booleanParameter(context, 'include_deprecated')
  const all: WireImage[] = [
    ...SYSTEM_IMAGES.filter((image) => deprecatedToo || image.deprecated === null).map(formatSystemImage),
    ...store.state.images.filter((image) => image.project === project).map(formatSnapshot),
  ]
  const labelled = selectByLabels(context, all)
  const filters: readonly [string, (image: WireImage) => string | null][] = [
    ['type', ({ type }) => type],
    ['status', ({ status }) => status],
    ['name', ({ name }) => name],
    ['architecture', ({ architecture }) => architecture],
    // Only backups are bound to a server, and the sandbox makes none.
    ['bound_to', () => null],
  ]
  const selected = filters.reduce((images, [name, of]) => selectByParameter(context, name, images, of), labelled)
  return pageResponse(context, 'images', sortItems(context, selected, SORT), (image) => image)
}
