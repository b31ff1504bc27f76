/** The servers of one run, seen together: who meets the project's limit on servers waits for another one's end. */

import { EventEmitter, once } from 'node:events'

type State = 'creating' | 'there' | 'waiting'

export class Crowd {
  readonly #states = new Map<string, State>()
  readonly #changes = new EventEmitter().setMaxListeners(0)

  /** From now on others of the run may wait for this one. */
  creating(name: string): void {
    this.#set(name, 'creating')
  }

  /** Its server is there. */
  there(name: string): void {
    this.#set(name, 'there')
  }

  /** Its server is gone, or it never had one. */
  gone(name: string): void {
    if (this.#states.delete(name)) this.#changes.emit('change')
  }

  /** Whether no other server of the run is there or on its way. */
  isAlone(name: string): boolean {
    return this.#others(name).length === 0
  }

  /**
   * Waits until another server of the run has gone, and one more may fit.
   * @returns false when there is no other to wait for
   */
  async waitForAnother(name: string, signal: AbortSignal): Promise<boolean> {
    this.#set(name, 'waiting')
    for (let before = this.#others(name); before.length > 0; before = this.#others(name)) {
      // What it rejects with is not the signal's own reason.
      await once(this.#changes, 'change', { signal }).catch(() => signal.throwIfAborted())
      if (before.every((other) => this.#states.has(other))) continue
      this.#set(name, 'creating')
      return true
    }
    return false
  }

  /** Those that have a server or may get one; who waits, too, is none. */
  #others(name: string): string[] {
    return [...this.#states].filter(([other, state]) => other !== name && state !== 'waiting').map(([other]) => other)
  }

  #set(name: string, state: State): void {
    this.#states.set(name, state)
    this.#changes.emit('change')
  }
}
