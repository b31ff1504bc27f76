/** Terraform itself, with our provider, and with a toy that has attributes of every kind: what the protocol is judged by. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLog } from '../../src/provider/protocol/log.ts'
import { serveProvider } from '../../src/provider/protocol/serve.ts'
import { SOURCE } from '../../src/provider/provider.ts'
import { missing, named } from '../support/programs.ts'
import { prepareTerraform, REQUIRED_PROVIDERS, type Terraform } from '../support/terraform.ts'
import { createToy, type ToyOptions } from '../support/toy-provider.ts'
import { createWorkspace, type Workspace } from '../support/workspace.ts'

const WHY_NOT = missing('terraform')

let workspace: Workspace
beforeEach(async () => {
  workspace = await createWorkspace()
})
afterEach(() => workspace[Symbol.asyncDispose]())

describe.skipIf(WHY_NOT !== undefined)(named('our provider', WHY_NOT), () => {
  it('is installed from a mirror, and tells its schema', async () => {
    const { write, ok, fails } = await prepareTerraform(workspace)
    await write('main.tf', `${REQUIRED_PROVIDERS}\nprovider "talosimage" {}\n`)
    expect(await ok('init')).toContain(`Installed ${SOURCE}`)
    await ok('validate')
    const { provider_schemas: schemas } = JSON.parse(await ok('providers', 'schema', '-json'))
    expect(schemas[`registry.terraform.io/${SOURCE}`].provider).toMatchObject({ version: 0 })
    await write('wrong.tf', 'resource "talosimage_nothing" "x" {}\n')
    expect(await fails('validate')).toContain('does not support resource type "talosimage_nothing"')
  })
})

describe.skipIf(WHY_NOT !== undefined)(named('a provider of any kind', WHY_NOT), () => {
  /** Serves a toy in this process, as for a debugger, and prepares a Terraform that finds it. */
  async function prepareToy(options?: ToyOptions): Promise<Terraform & AsyncDisposable> {
    const stop = new AbortController()
    let found: (variable: string) => void
    const printed = new Promise<string>((resolve) => {
      found = resolve
    })
    const served = serveProvider({
      definition: createToy(options),
      env: {},
      platform: process.platform,
      print: (line) => found(line),
      log: createLog(() => undefined),
      signal: stop.signal,
      debug: { source: SOURCE, pid: process.pid },
    })
    const [, value = ''] = /^TF_REATTACH_PROVIDERS='(.*)'\n$/.exec(await printed) ?? []
    const terraform = await prepareTerraform(workspace, { TF_REATTACH_PROVIDERS: value })
    await terraform.write('provider.tf', `${REQUIRED_PROVIDERS}\nprovider "talosimage" {\n  prefix = "id-"\n}\n`)
    await terraform.ok('init')
    return {
      ...terraform,
      async [Symbol.asyncDispose]() {
        stop.abort()
        await served
      },
    }
  }

  const RICH = `
resource "talosimage_thing" "rich" {
  name     = "rich"
  size     = 0.1
  secret   = "hidden-value"
  labels   = { a = "1", b = "zwei" }
  tags     = ["y", "x", "y"]
  document = { list = [1, true, null], text = "t" }
  timeouts = { create = "1h" }
  parts    = [{ kind = "head" }, { kind = "tail" }]
}
`

  it('keeps values of every kind, and finds nothing to change afterwards', async () => {
    await using toy = await prepareToy()
    await toy.write('main.tf', RICH)
    const planned = await toy.ok('apply', '-auto-approve')
    expect(planned).not.toContain('hidden-value')
    expect((await toy.values())['talosimage_thing.rich']).toEqual({
      id: 'id-rich',
      name: 'rich',
      size: 0.1,
      secret: 'hidden-value',
      old: null,
      labels: { a: '1', b: 'zwei' },
      tags: ['x', 'y'],
      document: { list: [1, true, null], text: 't' },
      zone: 'here',
      timeouts: { create: '1h' },
      parts: [{ kind: 'head' }, { kind: 'tail' }],
      revision: 1,
    })
    expect(await toy.ok('plan', '-detailed-exitcode')).toContain('No changes.')
  })
})
