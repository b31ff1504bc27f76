/** What a command of the stand-in for Packer is given, and what the environment says to it. */

import type { Io } from '../io.ts'
import { readSwitch } from '../switches.ts'
import type { PackerFlagValues } from './flags.ts'
import type { PackerUi } from './ui.ts'

/** Gives the exit code. @throws TalosImageError what is wrong */
export type RunPackerCommand = (
  io: Io,
  ui: PackerUi,
  given: { readonly flags: PackerFlagValues; readonly template: string },
) => Promise<number>

/** What to do about a template that is none, or is not there: Packer's commands have no default for it. */
export const TEMPLATE_HINT = 'name a template (*.pkr.hcl, *.pkr.json), or the directory that it is in'

/** Whether it is to be built in the sandbox, for which Packer has no flag. */
export const isSandbox = ({ env }: Pick<Io, 'env'>): boolean => readSwitch(env, 'TALOS_IMAGE_SANDBOX') === true
