/** Var files, templates, variables of the environment and flags that were made wrong. */

import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { VariableSources } from '../../../src/config/load.ts'
import { createDirectory, type Directory } from '../config/fixture.ts'
import { mutateBytes, mutateJson, mutateText } from './mutate.ts'
import { checkPositions } from './position.ts'
import { fuzz, type Random } from './random.ts'
import { problemsOf } from './verdict.ts'

vi.setConfig({ testTimeout: 120_000 })

const TEMPLATE = `variable "talos_version" {
  type        = string
  default     = "v1.12.2"
  description = "é \${env("HOME")} /* */"
}
variable "image_url_arm" { default = null }
locals { x = [for k, v in { a = 1 } : "\${k}-%{if v > 1}yes%{else}no%{endif}"] }
`
const VAR_FILE = `# comment
talos_version   = "v1.\${12}.2" // another
image_url_arm = null /* several
lines */
server_location = <<-EOT
  fsn1
  EOT
server_type_arm = "caé11"
`
const JSON_VARS = { talos_version: 'v1.12.2', image_url_arm: null, server_location: 'fsn1', server_type_x86: 'cx23' }
const JSON_TEMPLATE = {
  variable: { talos_version: { type: 'string', default: 'v1.0.0' }, image_url_arm: [{ default: null }] },
}

let directory: Directory

beforeAll(async () => {
  directory = await createDirectory({})
})
afterAll(() => directory[Symbol.asyncDispose]())

/** Reads one file that is beside no other. */
async function tryFile(name: string, content: Uint8Array, more: Partial<VariableSources> = {}): Promise<void> {
  await using alone = await createDirectory({})
  await writeFile(`${alone.path}/${name}`, content)
  const problems = await problemsOf(async () => {
    const { talosVersion, imageUrls } = await alone.load(more)
    expect(talosVersion.value).toBeTypeOf('string')
    expect([null, 'string']).toContain(imageUrls.arm.value === null ? null : typeof imageUrls.arm.value)
  })
  checkPositions(problems, {
    [name]: Buffer.from(content)
      .toString()
      .replace(/^\uFEFF/, ''),
  })
}

const changed = (random: Random, text: string): Uint8Array =>
  random.chance(0.7) ? Buffer.from(mutateText(random, text)) : mutateBytes(random, Buffer.from(text))

it.each([
  ['a.auto.pkrvars.hcl', 100, VAR_FILE],
  ['t.pkr.hcl', 60, TEMPLATE],
  ['a.auto.pkrvars.json', 400, JSON.stringify(JSON_VARS, null, 2)],
  ['t.pkr.json', 200, JSON.stringify(JSON_TEMPLATE)],
])('%s of another text is read, or refused where it is wrong', async (name, count, text) => {
  await fuzz(count, (random) => tryFile(name, changed(random, text)))
})

it.each([
  ['a.auto.pkrvars.json', JSON_VARS],
  ['t.pkr.json', JSON_TEMPLATE],
])('%s of another structure is read, or refused where it is wrong', async (name, document) => {
  await fuzz(20, (random) => tryFile(name, Buffer.from(JSON.stringify(mutateJson(random, document)) ?? '')))
})

it('variables of flags and of the environment are taken, or refused', async () => {
  await fuzz(400, async (random) => {
    const value = mutateText(random, random.pick(['v1.12.2', '["a", {b = 1}]', 'null', '"quoted"']))
    const flag = random.chance(0.5) ? `talos_version=${value}` : mutateText(random, `talos_version=${value}`)
    await problemsOf(() => directory.load({ vars: [flag], env: { PKR_VAR_image_url_arm: value } }))
  })
})
