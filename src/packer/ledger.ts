/** What Packer has made in the project and not removed yet: noted as its requests pass by. */

import type { Architecture, Labels } from '../domain.ts'
import type { Deletion } from '../util/cleanup-scope.ts'

export type Kind = 'server' | 'SSH key' | 'snapshot'

export interface Made {
  readonly kind: Kind
  readonly id: number
  readonly name: string
  /** What Packer gave it; undefined for keys, which are made without. */
  readonly labels: Labels
  /** Of a server: of its type. Of a snapshot: of its server. */
  readonly architecture?: Architecture | undefined
  /** Of a server; undefined when it has none. */
  readonly address?: string | undefined
}

const COMMANDS: Readonly<Record<Kind, string>> = {
  server: 'hcloud server delete',
  'SSH key': 'hcloud ssh-key delete',
  snapshot: 'hcloud image delete',
}

export class Ledger {
  readonly #made = new Map<string, Made>()
  readonly #gone = new Set<string>()
  /** Requests to create something whose answer has not come yet, by the name that they give. */
  readonly #asked = new Map<number, { readonly kind: Kind; readonly name: string }>()
  #next = 0

  /** Something may exist from now on. The function that comes back notes the answer: what was made, or undefined. */
  ask(kind: Kind, name: string): (made: Made | undefined) => void {
    const key = this.#next++
    this.#asked.set(key, { kind, name })
    return (made) => {
      this.#asked.delete(key)
      if (made !== undefined) this.#made.set(keyOf(made), made)
    }
  }

  /** It was deleted, or is published and stays. */
  gone(kind: Kind, id: number): void {
    this.#gone.add(keyOf({ kind, id }))
  }

  isGone(kind: Kind, id: number): boolean {
    return this.#gone.has(keyOf({ kind, id }))
  }

  get made(): readonly Made[] {
    return [...this.#made.values()]
  }

  /** What would stay now, newest first. */
  get pending(): readonly Pick<Deletion, 'name' | 'command'>[] {
    const made = this.made
      .filter(({ kind, id }) => !this.isGone(kind, id))
      .map(({ kind, id, name }) => ({ name: `${kind} ${id} (${name})`, command: `${COMMANDS[kind]} ${id}` }))
    const asked = [...this.#asked.values()].map(({ kind, name }) => ({
      name: `perhaps the ${kind} ${name}`,
      command: `${COMMANDS[kind]} ${name}`,
    }))
    return [...made, ...asked].reverse()
  }

  /** The architecture of the server with this address. */
  architectureAt(address: string): Architecture | undefined {
    return this.made.find((one) => one.kind === 'server' && one.address === address)?.architecture
  }
}

const keyOf = ({ kind, id }: Pick<Made, 'kind' | 'id'>): string => `${kind} ${id}`
