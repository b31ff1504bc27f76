/** Follows a run of Packer by its output: the result of each target, and the progress of each image. */

import type { Architecture } from '../domain.ts'
import type { BuildStep, EventListener } from '../run/events.ts'
import type { Clock } from '../util/clock.ts'
import { addressOf, isInformative, readDownload, stepOf } from './messages.ts'
import { parsePackerLine } from './output.ts'

/** How many of the last lines of a target are kept, to explain a failure. */
const KEPT_LINES = 5

export interface TargetState {
  readonly target: string
  readonly architecture: Architecture | undefined
  readonly snapshots: ReadonlySet<number>
  /** Why it failed; undefined when it did not say that. */
  readonly error: string | undefined
  readonly lastLines: readonly string[]
}

export interface ProgressOptions {
  readonly clock: Clock
  readonly emit: EventListener
  /** The image that a target makes, by its architecture. */
  readonly imageOf: (architecture: Architecture) => string | undefined
  /** By the template; undefined when that does not tell. */
  readonly architectureOf: (target: string) => Architecture | undefined
  /** By the address of its server. */
  readonly architectureAt: (address: string) => Architecture | undefined
}

interface Progress {
  architecture: Architecture | undefined
  readonly snapshots: Set<number>
  error: string | undefined
  lastLines: string[]
  step: { readonly name: BuildStep; readonly beganMs: number } | undefined
  totalBytes: number | undefined
  percent: number
}

export class ProgressTracker {
  readonly #options: ProgressOptions
  readonly #targets = new Map<string, Progress>()
  /** Errors that are of no target, such as a template that is wrong. */
  readonly #errors: string[] = []

  constructor(options: ProgressOptions) {
    this.#options = options
  }

  /** Takes a line of Packer's standard output. */
  onLine(line: string): void {
    const parsed = parsePackerLine(line)
    switch (parsed.kind) {
      case 'message':
        if (parsed.target !== undefined) this.#onMessage(this.#target(parsed.target), parsed.text)
        else if (parsed.isError && isInformative(parsed.text)) this.#errors.push(parsed.text.trim())
        return
      case 'finished':
        this.#startStep(this.#target(parsed.target), undefined)
        return
      case 'failed': {
        const target = this.#target(parsed.target)
        target.error ??= parsed.message
        target.step = undefined
        return
      }
      case 'artifact':
        this.#target(parsed.target).snapshots.add(parsed.id)
        return
      case 'other':
    }
  }

  get targets(): readonly TargetState[] {
    return [...this.#targets].map(([target, state]) => ({ ...state, target }))
  }

  get errors(): readonly string[] {
    return this.#errors
  }

  #target(name: string): Progress {
    const found = this.#targets.get(name)
    if (found !== undefined) return found
    const created: Progress = {
      architecture: this.#options.architectureOf(name),
      snapshots: new Set(),
      error: undefined,
      lastLines: [],
      step: undefined,
      totalBytes: undefined,
      percent: 0,
    }
    this.#targets.set(name, created)
    return created
  }

  #onMessage(target: Progress, text: string): void {
    if (isInformative(text)) target.lastLines = [...target.lastLines, text.trim()].slice(-KEPT_LINES)
    const address = addressOf(text)
    if (address !== undefined) target.architecture ??= this.#options.architectureAt(address)
    const step = stepOf(text)
    if (step !== undefined) this.#startStep(target, step)
    else this.#onDownload(target, text)
  }

  /** Ends the step of a target, and begins the next one, if there is one. */
  #startStep(target: Progress, next: BuildStep | undefined): void {
    const { clock, emit } = this.#options
    const image = this.#imageOf(target)
    const now = clock.now()
    if (target.step?.name === next) return
    // A step that is followed by the clean-up, and is not the last before it, has failed.
    const isDone = next !== 'clean-up' || target.step?.name === 'snapshot'
    if (image !== undefined && target.step !== undefined && isDone) {
      emit({ type: 'step-finished', image, step: target.step.name, ms: now - target.step.beganMs })
    }
    target.step = next === undefined ? undefined : { name: next, beganMs: now }
    if (image !== undefined && next !== undefined) emit({ type: 'step-started', image, step: next })
  }

  #onDownload(target: Progress, text: string): void {
    const image = this.#imageOf(target)
    const download = readDownload(text)
    if (image === undefined || download === undefined || target.step?.name !== 'write') return
    if ('totalBytes' in download) target.totalBytes = download.totalBytes
    else if (target.totalBytes !== undefined && download.percent > target.percent) {
      target.percent = download.percent
      const bytes = Math.round((target.totalBytes * target.percent) / 100)
      const { totalBytes } = target
      this.#options.emit({ type: 'progress', image, step: 'write', bytes, totalBytes })
    }
  }

  #imageOf({ architecture }: Progress): string | undefined {
    return architecture === undefined ? undefined : this.#options.imageOf(architecture)
  }
}
