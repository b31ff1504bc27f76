/**
 * Kinds of resources that the sandbox has none of: their lists are empty, single ones are not found. The commands that list
 * everything in a project ask for them.
 */

import { defineResource, type Resource } from '../resource.ts'

export const emptyResources: readonly Resource[] = [
  emptyResource('isos', 'iso', 'ISO'),
  emptyResource('load_balancers', 'load_balancer', 'load balancer'),
  emptyResource('load_balancer_types', 'load_balancer_type', 'load balancer type'),
  emptyResource('certificates', 'certificate', 'certificate'),
  emptyResource('zones', 'zone', 'zone'),
  emptyResource('storage_boxes', 'storage_box', 'storage box'),
  emptyResource('storage_box_types', 'storage_box_type', 'storage box type'),
]

function emptyResource(path: string, key: string, title: string): Resource {
  return defineResource({
    path,
    key,
    title,
    partial: { [`GET /${path}`]: 'always empty', [`GET /${path}/{id}`]: 'always not found' },
    all: () => [],
    labels: () => ({}),
    filters: { name: () => null },
    sort: { id: () => 0, name: () => null, created: () => 0 },
    show: () => ({}),
  })
}
