/** Images: snapshots, and the systems that servers are created from. */

import * as v from 'valibot'
import type { Labels } from '../../domain.ts'
import { listAll } from '../pages.ts'
import type { Call, RequestOptions } from '../transport/transport.ts'
import { Action, Image, TemporarySnapshot, UNKNOWN_IMAGE, UNKNOWN_TEMPORARY_SNAPSHOT } from '../wire.ts'
import { unlessNotFound, wasFound } from './outcome.ts'

const WithImage = v.object({ image: Image })
const WithLabels = v.object({ image: v.pick(Image, ['id', 'labels']) })
const WithAction = v.object({ action: Action })

export function imagesClient(call: Call) {
  return {
    listSnapshots: (query: { labelSelector?: string }, options: RequestOptions = {}): Promise<Image[]> =>
      listAll(
        call,
        {
          path: '/images',
          query: { type: 'snapshot', label_selector: query.labelSelector, sort: 'created:desc' },
          ...options,
        },
        'images',
        Image,
        UNKNOWN_IMAGE,
      ),

    /** As `listSnapshots`, but only what clean-up needs, so that it finds odd ones as well. */
    listTemporary: (labelSelector: string, options: RequestOptions = {}): Promise<TemporarySnapshot[]> =>
      listAll(
        call,
        {
          path: '/images',
          query: { type: 'snapshot', label_selector: labelSelector, sort: 'created:desc' },
          ...options,
        },
        'images',
        TemporarySnapshot,
        UNKNOWN_TEMPORARY_SNAPSHOT,
      ),

    /** The labels of an image, however odd the rest of it is. @returns undefined when it does not exist */
    findLabels: async (id: number, options: RequestOptions = {}): Promise<Labels | undefined> =>
      (await unlessNotFound(call({ method: 'GET', path: `/images/${id}`, ...options }, WithLabels)))?.image.labels,

    /** What servers can be created from: systems and apps, including deprecated ones. */
    listSystems: (options: RequestOptions = {}): Promise<Image[]> =>
      listAll(
        call,
        { path: '/images', query: { type: ['system', 'app'], include_deprecated: 'true' }, ...options },
        'images',
        Image,
        UNKNOWN_IMAGE,
      ),

    /** @throws ApiFailure `not_found` */
    get: async (id: number, options: RequestOptions = {}): Promise<Image> =>
      (await call({ method: 'GET', path: `/images/${id}`, ...options }, WithImage)).image,

    /** Replaces description and all labels in one request. */
    update: async (
      id: number,
      change: { description?: string; labels: Labels },
      options: RequestOptions = {},
    ): Promise<Image> =>
      (await call({ method: 'PUT', path: `/images/${id}`, body: change, ...options }, WithImage)).image,

    /** Starts to protect an image against deletion, or to remove the protection. */
    protect: async (id: number, isProtected: boolean, options: RequestOptions = {}): Promise<Action> => {
      const body = { delete: isProtected }
      const path = `/images/${id}/actions/change_protection`
      return (await call({ method: 'POST', path, body, repeatable: true, ...options }, WithAction)).action
    },

    /** @returns whether it existed */
    delete: (id: number, options: RequestOptions = {}): Promise<boolean> =>
      wasFound(call({ method: 'DELETE', path: `/images/${id}`, ...options }, v.unknown())),
  }
}
