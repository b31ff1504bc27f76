/** `packer init`: there is nothing to install. */

import { readWrittenTemplate } from '../../config/load.ts'
import type { Block } from '../../config/template/block.ts'
import { type Problem, throwProblems } from '../../errors.ts'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { type RunPackerCommand, TEMPLATE_HINT } from './command.ts'
import { readRequiredPlugins } from './plugins.ts'

export const run: RunPackerCommand = async (io, ui, { template }) => {
  const { replaced, problems } = readRequiredPlugins(await readBlocks(io, template))
  throwProblems(problems)
  if (replaced.length === 0) ui.say('The template requires no plugins, and none are needed.')
  for (const source of replaced) ui.say(`${source}: nothing is installed, since talos-image does its work.`)
  return EXIT.success
}

/** The blocks of a template, of whose values nothing is known yet. @throws ProblemsError with what cannot be read */
export async function readBlocks({ cwd, env, signal }: Io, template: string): Promise<readonly Block[]> {
  const written = await readWrittenTemplate({ directory: template, varFiles: [], vars: [], env, cwd, signal })
  throwProblems(written?.problems ?? [toNoTemplate(template)])
  return written?.blocks ?? []
}

/** What is named as a template is none, or says nothing of what is built. */
export function toNoTemplate(file: string): Problem {
  const message = 'there is no template here that says what is to be built'
  return { code: 'config', message, at: { kind: 'file', file }, hint: TEMPLATE_HINT }
}
