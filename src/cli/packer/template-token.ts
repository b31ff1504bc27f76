/** The API token that a template gives: it counts, as for Packer's plugin, before that of HCLOUD_TOKEN. */

import { loadConfiguration } from '../../config/load.ts'
import { evaluateTemplate } from '../../config/template/evaluate-template.ts'
import type { BuildFlags } from '../build-flags.ts'
import type { Io } from '../io.ts'

/** The process with that token in its environment; as it is when the template gives none, or several. */
export async function withTemplateToken(io: Io, flags: BuildFlags): Promise<Io> {
  const { cwd, env, signal } = io
  const { directory, varFile = [], var: vars = [], only = [], except = [], sandbox } = flags
  if (sandbox === true) return io
  const selection = { only: only.flat(), except: except.flat() }
  // What is wrong with the template is said by what reads all of it.
  const read = await loadConfiguration({ directory, varFiles: varFile, vars, env, cwd, signal, selection }).catch(
    () => undefined,
  )
  const images = read?.template === undefined ? [] : evaluateTemplate(read.template).images
  const [token, ...others] = new Set(images.flatMap((image) => image.token?.value || []))
  return token === undefined || others.length > 0 ? io : { ...io, env: { ...env, HCLOUD_TOKEN: token } }
}
