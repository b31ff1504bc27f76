/** The picture of a build against a build: what it shows in the end is what the command prints today. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../support/command.ts'
import { findTexts } from '../support/svg.ts'
import { hasTerminal, runAtTerminal } from '../support/terminal.ts'
import { createWorkspace } from '../support/workspace.ts'

/** Numbers, sizes and times are those of a run. */
const withoutFigures = (text: string): string =>
  text
    .replaceAll(/\d[\d.]*( min \d\d)? s\b/g, 'TIME')
    .replaceAll(/(< )?\d[\d.]* [kMG]B\b/g, 'SIZE')
    .replaceAll(/[\d.:]*\d+/g, '0')

describe.runIf(hasTerminal())('the picture in docs', () => {
  it('shows what a build prints; if not, `npm run picture` takes a new one', async () => {
    await using workspace = await createWorkspace()
    const env = { ...workspace.sandboxEnv, HOME: workspace.root }
    const { code, stdout } = await runAtTerminal(['build', '--sandbox'], { cwd: workspace.root, env, size: [110, 30] })
    expect(code, stdout).toBe(0)
    const printed = new Set(
      stripVTControlCharacters(stdout)
        .split(/\r?\n|\r/)
        .flatMap((line) => line.trim().split(/ {2,}/))
        .map(withoutFigures),
    )
    const [title, ...texts] = findTexts(await readFile(join(ROOT, 'docs', 'build.svg'), 'utf8')).atEnd
    expect(title).toBe('./talos-image build --sandbox')
    expect(texts.length).toBeGreaterThan(40)
    // A mark and a name have looks of their own, so each is a piece of its own.
    const isPrinted = (text: string): boolean => text === '✔' || printed.has(text) || printed.has(`✔ ${text}`)
    expect(texts.map(withoutFigures).filter((text) => !isPrinted(text))).toEqual([])
  })
})
