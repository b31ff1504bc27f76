/**
 * What has been made and must go again. Deletions are registered next to the creation, before any wait, and run last
 * in, first out, under a deadline of their own, whatever has become of the caller's signal.
 */

import { ignoreErrors } from './ignore-errors.ts'

/** Something that will be removed. */
export interface Deletion {
  /** What goes: "server 42 (talos-image-x-arm)". */
  readonly name: string
  /** How a user removes it by hand. */
  readonly command: string
  /** Removes it; 'not there' is as good, and gives false. */
  readonly run: (signal: AbortSignal) => Promise<boolean>
}

/** Something that could not be removed. */
export interface Leftover {
  /** "server 42 (talos-image-x-arm)" */
  readonly name: string
  /** How a user removes it by hand. */
  readonly command: string
  /** Why it is still there. */
  readonly reason: string
}

/**
 * Is told of what happens; what it throws is ignored, since nothing may stop the removing.
 * @internal
 */
export interface CleanupListener {
  readonly onRemoving?: (deletion: Deletion) => void
  readonly onRemoved?: (deletion: Deletion) => void
}

/** @internal */
export class CleanupScope {
  readonly #deletions = new Map<number, Deletion>()
  readonly #running = new Map<number, Promise<Leftover | undefined>>()
  readonly #timeoutMs: number
  readonly #listener: Required<CleanupListener>
  #next = 0

  /** @param timeoutMs how long each deletion may take, in milliseconds */
  constructor(timeoutMs: number, listener: CleanupListener = {}) {
    this.#timeoutMs = timeoutMs
    const { onRemoving = () => {}, onRemoved = () => {} } = listener
    this.#listener = { onRemoving: ignoreErrors(onRemoving), onRemoved: ignoreErrors(onRemoved) }
  }

  /** Registers a deletion. The function that comes back takes it off the list again, when the thing is to stay. */
  add(deletion: Deletion): () => void {
    const key = this.#next++
    this.#deletions.set(key, deletion)
    return () => {
      this.#deletions.delete(key)
    }
  }

  /** What is still there, newest first. */
  get pending(): readonly Deletion[] {
    return [...this.#deletions.values()].reverse()
  }

  /** Removes everything, newest first, one after the other. Never throws; says what is left. */
  async close(): Promise<Leftover[]> {
    const leftovers: Leftover[] = []
    for (const key of [...this.#deletions.keys()].reverse()) {
      const leftover = await this.#remove(key)
      if (leftover !== undefined) leftovers.push(leftover)
    }
    return leftovers
  }

  #remove(key: number): Promise<Leftover | undefined> {
    const running = this.#running.get(key) ?? this.#run(key)
    this.#running.set(key, running)
    return running
  }

  async #run(key: number): Promise<Leftover | undefined> {
    const deletion = this.#deletions.get(key)
    if (deletion === undefined) return undefined
    this.#listener.onRemoving(deletion)
    let wasThere: boolean
    try {
      wasThere = await withinTime(deletion.run, this.#timeoutMs)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      return { name: deletion.name, command: deletion.command, reason }
    }
    this.#deletions.delete(key)
    if (wasThere) this.#listener.onRemoved(deletion)
    return undefined
  }
}

/** Runs a deletion until its end or its deadline; one that does not heed its signal must not keep the others waiting. */
async function withinTime(run: Deletion['run'], timeoutMs: number): Promise<boolean> {
  const deadline = AbortSignal.timeout(timeoutMs)
  return new Promise((resolve, reject) => {
    const tooLate = (): void => reject(new Error(`it took longer than ${timeoutMs / 1000} s`))
    // A turn later, so that a deletion that heeds the signal can say why it had not succeeded.
    deadline.addEventListener('abort', () => setImmediate(tooLate), { once: true })
    run(deadline).then(resolve, reject)
  })
}
