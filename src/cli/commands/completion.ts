/** `talos-image completion bash|zsh|fish`: the script that makes a shell complete commands and flags. */

import type { Command } from 'commander'
import { toBashScript } from '../completion/bash.ts'
import { toFishScript } from '../completion/fish.ts'
import { type CommandOutline, outline } from '../completion/outline.ts'
import { toZshScript } from '../completion/zsh.ts'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'

/** The shells that there are scripts for. */
export type Shell = 'bash' | 'zsh' | 'fish'

const WRITERS: Readonly<Record<Shell, (program: CommandOutline) => string>> = {
  bash: toBashScript,
  zsh: toZshScript,
  fish: toFishScript,
}

/** Prints the script of a shell for the commands and flags of a program. */
export function runCompletion(io: Io, shell: Shell, program: Command): number {
  io.out(WRITERS[shell](outline(program)))
  return EXIT.success
}
