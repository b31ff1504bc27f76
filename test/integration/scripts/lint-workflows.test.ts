import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { ROOT } from '../../support/command.ts'

/** What the script says about a file; nothing when all is in order. */
async function lint(name: string, text: string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'talos-image-lint-'))
  try {
    await writeFile(join(folder, name), text)
    return await run(join(folder, name)).then(
      () => [],
      (error: { readonly code: number; readonly stderr: string }) => {
        expect(error.code).toBe(1)
        return error.stderr.trim().replaceAll(`${folder}/`, '').split('\n')
      },
    )
  } finally {
    await rm(folder, { recursive: true })
  }
}

const run = (...files: string[]): Promise<{ stdout: string }> =>
  promisify(execFile)(process.execPath, ['scripts/lint-workflows.mjs', ...files], { cwd: ROOT })

const workflow = (steps: string, head = 'permissions: {contents: read}'): string =>
  `on: push\n${head}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - ${steps}\n`

const expression = (text: string): string => `$\{{ ${text} }}`

describe('the linter of workflows', () => {
  test('has nothing to say about those of this repository', async () => {
    expect((await run()).stdout).toMatch(/^Checked \d+ workflow files, all in order\.\n$/)
  })

  test('lets a good one pass', async () => {
    expect(await lint('good.yml', workflow('run: echo'))).toEqual([])
  })

  test.each([
    ['a.yml', workflow('runs: echo'), 'a.yml:7:9: Unexpected value'],
    ['a.yml', workflow('run: echo', 'permissions: {content: read}'), "a.yml:2:15: Unexpected value 'content'"],
    ['a.yml', workflow('run: echo', ''), 'a.yml:1:1: the workflow says no permissions'],
    ['a.yml', workflow('uses: actions/checkout@main'), 'a.yml:7:15: "actions/checkout@main" is not pinned'],
    ['a.yml', workflow('{uses: OWNER/talos-image@v1, with: {tokn: x}}'), "Invalid action input 'tokn'"],
    ['a.yml', workflow(`{run: "echo ${expression('github.ref')}"}`), 'a.yml:7:15: an expression within a script'],
    ['a.yml', workflow(`{run: a, env: {X: "${expression('secret.X')}"}}`), "Unrecognized named-value: 'secret'"],
    ['action.yml', 'name: a\ndescription: b\nruns: {using: composite, steps: [{run: a}]}\n', 'missing: shell'],
    ['action.yml', 'name: a\nruns: {using: composite, steps: []}\n', 'missing: description'],
  ])('finds the mistake in %s, %j', async (name, text, finding) => {
    expect((await lint(name, text)).join('\n')).toContain(finding)
  })
})
