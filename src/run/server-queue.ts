/** The servers of one run: where the project's limit on servers is reached, an image waits for another one's removal. */

import { EventEmitter, once } from 'node:events'

type State = 'creating' | 'created' | 'waiting'

export class ServerQueue {
  readonly #states = new Map<string, State>()
  readonly #changes = new EventEmitter().setMaxListeners(0)

  /** Notes that an image's server is being created; other images may wait for it from now on. */
  creating(image: string): void {
    this.#set(image, 'creating')
  }

  /** Notes that an image's server exists. */
  created(image: string): void {
    this.#set(image, 'created')
  }

  /** Notes that an image has no server, or none any more. */
  removed(image: string): void {
    if (this.#states.delete(image)) this.#changes.emit('change')
  }

  /** Whether no other image has a server or is creating one. */
  isAlone(image: string): boolean {
    return this.#others(image).length === 0
  }

  /**
   * Waits until the server of another image is removed.
   * @returns false when no other image has one
   * @throws the signal's reason when it aborts
   */
  async waitForRemoval(image: string, signal: AbortSignal): Promise<boolean> {
    this.#set(image, 'waiting')
    for (let before = this.#others(image); before.length > 0; before = this.#others(image)) {
      // What `once` rejects with is not the signal's own reason.
      await once(this.#changes, 'change', { signal }).catch(() => signal.throwIfAborted())
      if (before.every((other) => this.#states.has(other))) continue
      this.#set(image, 'creating')
      return true
    }
    return false
  }

  /** The images that have a server or are creating one. */
  #others(image: string): string[] {
    return [...this.#states].filter(([other, state]) => other !== image && state !== 'waiting').map(([other]) => other)
  }

  #set(image: string, state: State): void {
    this.#states.set(image, state)
    this.#changes.emit('change')
  }
}
