/** The resources that Packer has created and not removed yet, by its requests. */

import type { Architecture, Labels } from '../domain.ts'
import type { Deletion } from '../util/cleanup-scope.ts'

export type ResourceKind = 'server' | 'SSH key' | 'snapshot'

export interface CreatedResource {
  readonly kind: ResourceKind
  readonly id: number
  readonly name: string
  /** Packer's own; empty for keys. */
  readonly labels: Labels
  /** Of a server: of its type. Of a snapshot: of its server. */
  readonly architecture?: Architecture | undefined
  /** Of a server; undefined when it has none. */
  readonly address?: string | undefined
}

const COMMANDS: Readonly<Record<ResourceKind, string>> = {
  server: 'hcloud server delete',
  'SSH key': 'hcloud ssh-key delete',
  snapshot: 'hcloud image delete',
}

/** A resource in words, and the command that deletes it. */
export function describeResource({ kind, id, name }: Pick<CreatedResource, 'kind' | 'id' | 'name'>) {
  return { name: `${kind} ${id} (${name})`, command: `${COMMANDS[kind]} ${id}` }
}

export class CreatedResources {
  readonly #created = new Map<string, CreatedResource>()
  readonly #done = new Set<string>()
  /** Requests to create something whose answer has not come yet, by the name that they give. */
  readonly #pending = new Map<number, { readonly kind: ResourceKind; readonly name: string }>()
  #next = 0

  /** From now on it may exist. The function that is returned takes the answer: what was created, or undefined. */
  expect(kind: ResourceKind, name: string): (created: CreatedResource | undefined) => void {
    const key = this.#next++
    this.#pending.set(key, { kind, name })
    return (created) => {
      this.#pending.delete(key)
      if (created !== undefined) this.#created.set(keyOf(created), created)
    }
  }

  /** It was deleted, or is published and not to be removed. */
  markDone(kind: ResourceKind, id: number): void {
    this.#done.add(keyOf({ kind, id }))
  }

  isDone(kind: ResourceKind, id: number): boolean {
    return this.#done.has(keyOf({ kind, id }))
  }

  get all(): readonly CreatedResource[] {
    return [...this.#created.values()]
  }

  /** What would stay now, newest first. */
  get pending(): readonly Pick<Deletion, 'name' | 'command'>[] {
    const created = this.all.filter(({ kind, id }) => !this.isDone(kind, id)).map(describeResource)
    const expected = [...this.#pending.values()].map(({ kind, name }) => ({
      name: `perhaps the ${kind} ${name}`,
      command: `${COMMANDS[kind]} ${name}`,
    }))
    return [...created, ...expected].reverse()
  }

  /** The architecture of the server with this address. */
  architectureAt(address: string): Architecture | undefined {
    return this.all.find((one) => one.kind === 'server' && one.address === address)?.architecture
  }
}

const keyOf = ({ kind, id }: Pick<CreatedResource, 'kind' | 'id'>): string => `${kind} ${id}`
