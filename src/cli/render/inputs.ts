/** Which files a plan was read from, in a line. */

import { isAbsolute } from 'node:path'
import type { Inputs } from '../../config/inputs.ts'
import { printable } from '../../util/printable.ts'

/** Such as `Read from _packer: talos-hcloud.pkr.hcl, hcloud.auto.pkrvars.hcl`; names in the directory are without it. */
export function formatInputs({ directory, templates, varFiles, settings, schematics }: Inputs): string {
  const files = [...templates, ...varFiles, ...(settings === null ? [] : [settings]), ...schematics]
  if (directory === null && files.length === 0) {
    return 'Read no files, since there is no template here and no _packer: the defaults count'
  }
  const from = directory === null ? '' : ` from ${directory === '.' ? 'this directory' : directory}`
  const names = files.map((file) => nameIn(directory, file)).join(', ')
  const parts = [names, templates.length > 0 ? '' : 'no template, so the usual images']
  return printable(`Read${from}: ${parts.filter((part) => part !== '').join('; ')}`)
}

function nameIn(directory: string | null, file: string): string {
  if (directory === null || directory === '.' || isAbsolute(file)) return file
  return file.startsWith(`${directory}/`) ? file.slice(directory.length + 1) : `./${file}`
}
