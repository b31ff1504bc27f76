/** What the sandbox knows of a kind of machines before it loads its code. */

import type { Clock } from '../clock.ts'
import type { MachineFaults } from './faults.ts'
import type { MachineKind } from './machine.ts'

export interface CreateOptions {
  /** Absolute path of a folder for what is worth keeping between sandboxes. */
  readonly cacheDir?: string | undefined
  /** What goes wrong, and when; undefined when nothing does. */
  readonly faults?: MachineFaults | undefined
  /** Is told what is being prepared, where that takes a while: a line each, for people. */
  readonly onProgress?: ((line: string) => void) | undefined
  /** From power-on until SSH answers. */
  readonly bootMs: number
  readonly clock: Clock
  readonly signal?: AbortSignal | undefined
}

/** A kind of machines. Its file must load nothing that a program without a sandbox does not need. */
export interface MachineKindDefinition<Name extends string = string> {
  readonly name: Name
  /** Whether its machines have a rescue system that runs commands, as a build needs it. */
  readonly runsCommands: boolean
  /** Whether the sandbox sees these commands, so that faults can be about them. */
  readonly seesCommands: boolean
  /** Whether the sandbox plays Talos on them, so that it can be another one than on the disk. */
  readonly playsTalos: boolean
  /** What this computer must have for it; left out when that is nothing. */
  readonly requirements?: {
    readonly name: string
    /** What is said when all is there. */
    readonly met: string
    /** @throws SandboxError `sandbox` that says what is missing and what to do */
    check(platform: NodeJS.Platform): Promise<void>
  }
  create(options: CreateOptions): Promise<MachineKind>
}

/** Keeps the name as a type. */
export const defineMachineKind = <const Name extends string>(
  definition: MachineKindDefinition<Name>,
): MachineKindDefinition<Name> => definition
