/** The API token that a template gives: it counts, as for Packer's plugin, before that of HCLOUD_TOKEN. */

import { loadConfiguration } from '../../config/load.ts'
import { evaluateTemplate } from '../../config/template/evaluate-template.ts'
import { TalosImageError } from '../../errors.ts'
import type { BuildFlags } from '../build-flags.ts'
import type { Io } from '../io.ts'
import { toNoTemplate } from './init.ts'

/**
 * The process with that token in its environment; as it is when the template gives none, or several.
 * @throws TalosImageError `config` when there is no template that says what is built
 */
export async function withTemplateToken(
  io: Io,
  {
    directory,
    varFile = [],
    var: vars = [],
    only = [],
    except = [],
    sandbox,
  }: BuildFlags & { readonly directory: string },
): Promise<Io> {
  const { cwd, env, signal } = io
  const selection = { only: only.flat(), except: except.flat() }
  // What is wrong with the template is said by what reads all of it.
  const read = await loadConfiguration({ directory, varFiles: varFile, vars, env, cwd, signal, selection }).catch(
    () => undefined,
  )
  if (read === undefined) return io
  if (read.template === undefined) throw new TalosImageError(toNoTemplate(directory))
  if (sandbox === true) return io
  const [token, ...others] = new Set(
    evaluateTemplate(read.template).images.flatMap((image) => image.token?.value || []),
  )
  return token === undefined || others.length > 0 ? io : { ...io, env: { ...env, HCLOUD_TOKEN: token } }
}
