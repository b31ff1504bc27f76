/** Kinds of resources that the sandbox has none of: their lists are empty, single ones are not found. */

import { defineResource, type Resource } from '../resource.ts'

export const emptyResources: readonly Resource[] = [emptyResource('isos', 'ISO'), emptyResource('volumes', 'volume')]

function emptyResource(path: string, title: string): Resource {
  return defineResource({
    path,
    key: path.slice(0, -1),
    title,
    partial: { [`GET /${path}`]: 'always empty', [`GET /${path}/{id}`]: 'always not found' },
    all: () => [],
    show: () => ({}),
  })
}
