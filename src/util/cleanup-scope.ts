/**
 * Clean-up of temporary resources. A deletion is registered next to the creation, before any wait. Deletions run last in,
 * first out, each with its own deadline; the caller's signal does not stop them.
 */

import { ignoreErrors } from './ignore-errors.ts'

/** A resource that will be removed. */
export interface Deletion {
  /** Such as "server 42 (talos-image-x-arm)". */
  readonly name: string
  /** The command that removes it by hand. */
  readonly command: string
  /** Removes it; gives false when it did not exist. */
  readonly run: (signal: AbortSignal) => Promise<boolean>
}

/**
 * A deletion that is registered.
 * @internal
 */
export interface Registered {
  /** Cancels the deletion. */
  readonly forget: () => void
  /** Begins it now, once; closing the scope waits for its end, too, and tells of its failure. Resolves at its end, however that is. */
  readonly begin: () => Promise<void>
}

/** A resource that could not be removed. */
export interface Leftover {
  /** Such as "server 42 (talos-image-x-arm)". */
  readonly name: string
  /** The command that removes it by hand. */
  readonly command: string
  /** Why it could not be removed. */
  readonly reason: string
}

/**
 * Is called for each removal; what it throws is ignored, so that it cannot stop the clean-up.
 * @internal
 */
export interface CleanupListener {
  readonly onRemoving?: (deletion: Deletion) => void
  readonly onRemoved?: (deletion: Deletion) => void
}

/**
 * Gives the command that must come before the one that removes something by hand, where its deletion has failed with an error
 * that says so.
 * @internal
 */
type CommandBefore = (error: unknown) => string | undefined

/** @internal */
export class CleanupScope {
  readonly #deletions = new Map<number, Deletion>()
  readonly #running = new Map<number, Promise<Leftover | undefined>>()
  readonly #timeoutMs: number
  readonly #commandBefore: CommandBefore
  readonly #listener: Required<CleanupListener>
  #next = 0

  /** @param timeoutMs how long each deletion may take, in milliseconds */
  constructor(timeoutMs: number, listener: CleanupListener = {}, commandBefore: CommandBefore = () => undefined) {
    this.#timeoutMs = timeoutMs
    this.#commandBefore = commandBefore
    const { onRemoving = () => {}, onRemoved = () => {} } = listener
    this.#listener = { onRemoving: ignoreErrors(onRemoving), onRemoved: ignoreErrors(onRemoved) }
  }

  /** Registers a deletion. */
  add(deletion: Deletion): Registered {
    const key = this.#next++
    this.#deletions.set(key, deletion)
    return {
      forget: () => {
        this.#deletions.delete(key)
      },
      begin: async () => {
        await this.#remove(key)
      },
    }
  }

  /** The resources that are not removed yet, newest first. */
  get pending(): readonly Deletion[] {
    return [...this.#deletions.values()].reverse()
  }

  /** Removes all resources, newest first, one after the other. Never throws. @returns what could not be removed */
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
      const before = this.#commandBefore(error)
      const command = before === undefined ? deletion.command : `${before} && ${deletion.command}`
      return { name: deletion.name, command, reason }
    }
    this.#deletions.delete(key)
    if (wasThere) this.#listener.onRemoved(deletion)
    return undefined
  }
}

/** Waits for a deletion until its deadline, even when it ignores its signal. */
async function withinTime(run: Deletion['run'], timeoutMs: number): Promise<boolean> {
  const deadline = AbortSignal.timeout(timeoutMs)
  return new Promise((resolve, reject) => {
    const tooLate = (): void => reject(new Error(`it took longer than ${timeoutMs / 1000} s`))
    // One turn later, so that a deletion that listens to the signal can reject with its own reason first.
    deadline.addEventListener('abort', () => setImmediate(tooLate), { once: true })
    run(deadline).then(resolve, reject)
  })
}
