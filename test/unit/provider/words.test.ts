import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, test } from 'vitest'
import { toDiagnostic } from '../../../src/provider/place.ts'
import { inTerraform, rememberConfigured } from '../../../src/provider/words.ts'

afterEach(() => rememberConfigured({ sandbox: false, given: new Set() }))

/** What is said of templates, of Packer, and of snapshots that Terraform does not delete reaches no user of it. */
const ELSEWHERE =
  /\/(template-\w+|unbootable|choose-images|create-plan|doctor|merge-results|projects|contradictions)\.ts$/
const ROOMS = ['src/factory', 'src/hetzner', 'src/source', 'src/plan', 'src/remote', 'src/run']

const FLAGS = [...readFileSync('docs/commands.md', 'utf8').matchAll(/^\| `(--[a-z0-9-]+)/gm)].map(([, flag]) => flag)

/** Texts in which a flag of the command stands. */
function textsWithFlags(): string[] {
  const files = ROOMS.flatMap((room) =>
    readdirSync(room, { recursive: true, encoding: 'utf8' }).map((name) => join(room, name)),
  ).filter((file) => file.endsWith('.ts') && !ELSEWHERE.test(file))
  const lines = files.flatMap((file) => readFileSync(file, 'utf8').split('\n'))
  const texts = lines.flatMap((line) => line.match(/'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|"[^"]*"/g) ?? [])
  return texts.filter((text) => hasFlag(text) && !/^[`'"](curl|fallocate|zstd|hcloud|blockdev| *--)/.test(text))
}

const hasFlag = (text: string): boolean =>
  FLAGS.some((flag) => new RegExp(`${flag}(?![\\w-])`).test(text.replaceAll(/`(?:talos-image|hcloud) [^`]*`/g, '')))

test('flags are found', () => {
  expect(FLAGS).toContain('--image-file')
  expect(textsWithFlags().length).toBeGreaterThan(15)
})

test.each(textsWithFlags())('there is no flag in what Terraform tells of %s', (text) => {
  expect(hasFlag(inTerraform(text)), inTerraform(text)).toBe(false)
})

test('what Terraform cannot do is a command', () => {
  expect(inTerraform('for a file on this computer use --image-file PATH')).toBe(
    'for a file on this computer use `talos-image build --image-file PATH`',
  )
})

describe('settings are called as they were given', () => {
  const check = 'check the network, and --factory-url or TALOS_IMAGE_FACTORY_URL if you set one'

  it('by attributes of the provider', () => {
    rememberConfigured({ sandbox: false, given: new Set(['token', 'factory_url']) })
    expect(inTerraform(check)).toBe('check the network, and factory_url of the provider if you set one')
    const origin = { kind: 'env', name: 'HCLOUD_TOKEN' } as const
    const problem = { code: 'token', message: 'wrong', at: origin, hint: 'set HCLOUD_TOKEN again' } as const
    expect(toDiagnostic(problem)).toMatchObject({ path: ['token'], detail: 'Set token of the provider again.' })
  })

  it('by variables, without a place, since the attribute is not there', () => {
    expect(inTerraform(check)).toBe('check the network, and TALOS_IMAGE_FACTORY_URL if you set one')
    const origin = { kind: 'env', name: 'HCLOUD_ENDPOINT' } as const
    expect(toDiagnostic({ code: 'usage', message: 'wrong', at: origin, hint: 'leave it out' })).toEqual({
      severity: 'error',
      summary: 'wrong',
      detail: 'HCLOUD_ENDPOINT: Leave it out.',
    })
  })
})

test('commands look at the sandbox when the provider is in it', () => {
  const hint = 'see what there is: `talos-image list`'
  expect(inTerraform(hint)).toBe(hint)
  rememberConfigured({ sandbox: true, given: new Set(['sandbox']) })
  expect(inTerraform(hint)).toBe('see what there is: `talos-image list --sandbox`')
})
