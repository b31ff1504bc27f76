/** How the parts of a shell call each other. */

import type { Command, CommandNode, CompoundList, Statement } from 'unbash'
import type { Origin } from '../../errors.ts'
import type { Content, Script, TextScript, Value } from './values.ts'
import type { World } from './world.ts'

/** What is known of the machine that the commands run on. */
export interface Machine {
  /** As `uname -m` says it; undefined when nothing tells. */
  readonly architecture: 'x86_64' | 'aarch64' | undefined
  /** A file on this computer that was uploaded, as a script. @throws NotKnown when it is no text */
  readonly readLocal: (path: string) => TextScript
}

/** Where a command runs. */
export interface Setting {
  readonly machine: Machine
  readonly script: Script
  readonly world: World
  readonly input: Content
  /** Whether it is asked if the command succeeds: then each answer is followed. */
  readonly isCondition: boolean
  readonly shell: Shell
}

/** One way in which a command may end. */
export interface Path {
  readonly world: World
  /** undefined: the next command follows. */
  readonly flow: 'break' | 'continue' | 'return' | 'exit' | undefined
  readonly isTrue: boolean
  readonly output: Content
}

export interface Shell {
  /** Commands one after the other. */
  readonly runList: (commands: readonly Statement[], setting: Setting) => Path[]
  /** The same, in a shell of its own: its variables and its end do not count outside. */
  readonly runSubshell: (commands: readonly Statement[], setting: Setting) => Path[]
  readonly runNode: (node: CommandNode | CompoundList, setting: Setting) => Path[]
  /** A text of its own, such as that of another script. */
  readonly runText: (text: string, script: Script, setting: Setting) => Path[]
}

export type RunCommand = (node: Command, setting: Setting) => Path[]

/** A program or builtin that is called. */
export interface Call extends Setting {
  readonly program: string
  readonly args: readonly Value[]
  /** As it is shown. */
  readonly text: string
  readonly at: Origin
}

/** Whether a command succeeds: for certain, as it is meant to, or one cannot tell. */
export type Status = boolean | 'likely' | 'unlikely' | 'open'

/** What a program does: it prints `output`, and is meant to succeed unless `status` says something else. */
export interface Result {
  readonly output?: Content
  readonly status?: Status
}

export type Program = (call: Call) => Result | Path[]
