import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { findHcloudContext } from '../../../src/cli/hcloud-context.ts'
import { tempDir } from '../util/temp-dir.ts'

const TOKEN = 'a'.repeat(64)
const FILE = `active_context = "prod"

[preferences]
  quiet = true

[[contexts]]
  name = "prod"
  token = "${TOKEN}"

  [contexts.preferences]
    endpoint = "https://api.example/v1"

[[contexts]]
  name = "dev"
  token = "${'b'.repeat(64)}"

[[contexts]]
  name = "vault"
  token_command = "pass show hcloud"
`

async function find(text: string | undefined, env: Record<string, string> = {}, mode = 0o600) {
  await using dir = await tempDir()
  const path = dir.file('.config/hcloud/cli.toml')
  await mkdir(dirname(path), { recursive: true })
  if (text !== undefined) {
    await writeFile(path, text)
    await chmod(path, mode)
  }
  const found = findHcloudContext({ cwd: dir.path, home: dir.path, env })
  return { path, found }
}

test('is the active one, with its endpoint', async () => {
  const { path, found } = await find(FILE)
  expect(found).toEqual({ name: 'prod', token: TOKEN, endpoint: 'https://api.example/v1', path, isOpen: false })
})

test('is the one that HCLOUD_CONTEXT names, in the file of HCLOUD_CONFIG', async () => {
  const env = { HCLOUD_CONTEXT: 'dev', HCLOUD_CONFIG: '.config/hcloud/cli.toml' }
  expect((await find(FILE, env, 0o640)).found).toMatchObject({ name: 'dev', endpoint: undefined, isOpen: true })
})

test('is none without a file, or without an active one', async () => {
  expect((await find(undefined)).found).toBeUndefined()
  expect((await find(FILE.replace('prod"', '"'))).found).toBeUndefined()
  expect((await find('')).found).toBeUndefined()
})

test.each<[string, string, Record<string, string>, string, object?]>([
  ['another name', FILE, { HCLOUD_CONTEXT: 'prd' }, 'hcloud has no context "prd"', { hint: /did you mean "prod"/ }],
  [
    'a command',
    FILE,
    { HCLOUD_CONTEXT: 'vault' },
    'the context "vault" of hcloud gets its token from a command, which is not run here',
  ],
  ['no token', FILE.replace(TOKEN, ''), {}, 'the context "prod" of hcloud has no token'],
  [
    'another endpoint',
    FILE.replace('https:', 'ftp:'),
    {},
    'the endpoint of the context "prod" of hcloud is not an http or https URL',
  ],
  ['no TOML', `a = 1\ntoken = ${TOKEN}`, {}, 'this is not TOML'],
  ['other TOML', 'contexts = 1', {}, 'this is not a configuration of hcloud'],
  ['no file', FILE, { HCLOUD_CONFIG: 'none.toml' }, 'the configuration of hcloud cannot be read'],
])('%s is said, and no token shown', async (_, text, env, message) => {
  const { found } = await find(text, env)
  expect(found).toMatchObject({ code: 'token', message, at: { kind: 'file' } })
  expect(found).toHaveProperty('hint', expect.stringMatching(/, or set HCLOUD_TOKEN$/))
  expect(JSON.stringify(found)).not.toContain(TOKEN)
})
