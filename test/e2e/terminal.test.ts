/** What a person at a terminal sees of a build. */

import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createProject, type Project } from '../support/project.ts'
import { createSlowProject } from '../support/slow-project.ts'
import { hasTerminal, runAtTerminal, type TerminalOptions } from '../support/terminal.ts'
import { createWorkspace } from '../support/workspace.ts'

/** Builds one image at a terminal, and gives the exit code and what was shown. */
async function build(project: Project, { env, ...options }: Pick<TerminalOptions, 'type' | 'size' | 'env'>) {
  await using workspace = await createWorkspace()
  const args = ['build', '--arch', 'arm', ...project.sshFlags]
  const all = { cwd: workspace.root, env: { ...project.env, ...env }, ...options }
  const { code, stdout } = await runAtTerminal(args, all)
  const shown = stdout.replaceAll('\r\n', '\n')
  return { code, shown, text: stripVTControlCharacters(shown) }
}

const COLOR = '\u001b[32m'

describe.runIf(hasTerminal())('a build at a terminal', () => {
  it('has a line that changes, and stays when it is done', async () => {
    await using project = await createProject()
    const { code, shown, text } = await build(project, {})
    expect(code, shown).toBe(0)
    expect(text).toMatch(/ arm {2}booting the rescue system +0:\d\d\n/)
    expect(text).toMatch(
      /✔ arm {2}snapshot \d+ in \d+(\.\d)? s, 0\.\d{4} EUR\n {2}1 of 1 done {2}0:\d\d {2}0\.\d{4} EUR\n/,
    )
    expect(text).not.toMatch(/^\d\d:\d\d:\d\d/m)
    expect(shown).toContain(`${COLOR}✔`)
  })

  it('of 40 columns has no wider line, no color with NO_COLOR, and only ASCII where there is no more', async () => {
    await using project = await createProject()
    const { code, shown, text } = await build(project, { size: [40, 20], env: { NO_COLOR: '1', LANG: 'C' } })
    expect(code, shown).toBe(0)
    const lines = text.split('\n').filter((line) => /^[|/\\.+x-] arm| of 1 done/.test(line))
    expect(lines.join('\n')).toMatch(/[|/\\-] arm {2}booting +0:\d\d\n/)
    expect(lines.join('\n')).toMatch(/\+ arm {2}snapshot \d+/)
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(40)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colors are control characters
    expect(shown).not.toMatch(/\u001b\[\d+m/)
    expect(shown).not.toMatch(/\P{ASCII}/u)
    expect(text).toMatch(/^ID +ARCH +ROLE +VERSION +SIZE$/m)
  })

  it.each([
    ['without a size', { size: [0, 0], env: {} }],
    ['that is dumb', { size: [100, 40], env: { TERM: 'dumb' } }],
    ['in CI', { size: [100, 40], env: { CI: 'true' } }],
  ] as const)('%s has plain lines', async (_, options) => {
    await using project = await createProject()
    const { code, shown, text } = await build(project, options)
    expect(code, shown).toBe(0)
    expect(text).toMatch(/^\d\d:\d\d:\d\d \[arm\] done: snapshot \d+/m)
    expect(shown).not.toContain('\u001b[1A')
  })

  it('that Ctrl-C stops says so, and that nothing is left, in lines that stay', async () => {
    await using project = await createSlowProject()
    const { code, shown } = await build(project, { type: { when: /writing the disk/, keys: '\u0003' } })
    expect(code, shown).toBe(130)
    const [, after = ''] = shown.split('Stopping, and removing what was made. Press Ctrl-C again to leave at once.\n')
    const [beforeNextFrame = ''] = after.split('removing the build server')
    expect(after).toContain('removing the build server')
    // This goes up a line, to draw over it.
    expect(beforeNextFrame).not.toContain('\u001b[1A')
    expect(after).toContain('Interrupted: arm was not built. Nothing is left behind.\n')
    expect(await project.remains()).toEqual([])
  })
})
