/** What a person at a terminal sees of a build. */

import { describe, expect, it } from 'vitest'
import { createProject, type Project } from '../support/project.ts'
import { createSlowProject } from '../support/slow-project.ts'
import { hasTerminal, runAtTerminal, type TerminalOptions } from '../support/terminal.ts'
import { createWorkspace } from '../support/workspace.ts'

/** Builds one image at a terminal, and gives the exit code and what was shown. */
async function build(project: Project, options: Pick<TerminalOptions, 'type' | 'size'>) {
  await using workspace = await createWorkspace()
  const args = ['build', '--arch', 'arm', ...project.sshFlags]
  const { code, stdout } = await runAtTerminal(args, { cwd: workspace.root, env: project.env, ...options })
  return { code, shown: stdout.replaceAll('\r\n', '\n') }
}

describe.runIf(hasTerminal())('a build at a terminal', () => {
  it('has a line that changes, and stays when it is done', async () => {
    await using project = await createProject()
    const { code, shown } = await build(project, {})
    expect(code, shown).toBe(0)
    expect(shown).toMatch(/ arm {2}booting the rescue system \d\.\d s\n/)
    expect(shown).toMatch(/✔ arm {2}snapshot \d+ in \d+\.\d s\n/)
    expect(shown).not.toMatch(/^\d\d:\d\d:\d\d/m)
  })

  it('without a size has plain lines', async () => {
    await using project = await createProject()
    const { code, shown } = await build(project, { size: [0, 0] })
    expect(code, shown).toBe(0)
    expect(shown).toMatch(/^\d\d:\d\d:\d\d \[arm\] done: snapshot \d+/m)
  })

  it('that Ctrl-C stops says so, and that nothing is left, in lines that stay', async () => {
    await using project = await createSlowProject()
    const { code, shown } = await build(project, { type: { when: /writing the disk/, keys: '\u0003' } })
    expect(code, shown).toBe(130)
    const [, after = ''] = shown.split('Stopping and cleaning up; once more leaves at once.\n')
    const [beforeNextFrame = ''] = after.split('removing the build server')
    expect(after).toContain('removing the build server')
    // This goes up a line, to draw over it.
    expect(beforeNextFrame).not.toContain('\u001b[1A')
    expect(after).toContain('Interrupted: arm was not built. Nothing is left behind.\n')
    expect(await project.remains()).toEqual([])
  })
})
