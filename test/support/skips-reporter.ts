/** Lets a run of the tests fail when something was skipped that is not on the list, or when the list is not true. */

import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import * as v from 'valibot'
import type { TestModule } from 'vitest/node'
import { missing } from './programs.ts'
import { AllowedSkips, checkSkips } from './skips.ts'

const LIST = process.env.TALOS_IMAGE_ALLOWED_SKIPS ?? 'test/allowed-skips.json'

/** When the tests of a project began and ended, in milliseconds since the epoch. */
interface Span {
  readonly beganMs: number
  endedMs: number
}

export default class SkipsReporter {
  readonly #spans = new Map<string, Span>()

  onTestModuleStart({ project }: TestModule): void {
    if (this.#spans.has(project.name)) return
    this.#spans.set(project.name, { beganMs: Date.now(), endedMs: Date.now() })
  }

  onTestModuleEnd({ project }: TestModule): void {
    const span = this.#spans.get(project.name)
    if (span !== undefined) span.endedMs = Date.now()
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const outcomes = modules.flatMap((module) =>
      [...module.children.allTests()].map((test) => ({
        file: relative(process.cwd(), module.moduleId),
        // The reason why it is skipped is part of some names.
        name: test.fullName.replace(/ \(skipped: .*\)/, ''),
        skipped: test.result().state === 'skipped',
      })),
    )
    const problems = checkSkips(outcomes, v.parse(AllowedSkips, JSON.parse(readFileSync(LIST, 'utf8'))), {
      user: process.getuid?.() === 0 ? 'root' : 'other',
      has: (program) => missing(program) === undefined,
      exists: existsSync,
    })
    const skipped = outcomes.filter((outcome) => outcome.skipped)
    for (const { file, name } of skipped) process.stdout.write(`skipped: ${file}: ${name}\n`)
    process.stdout.write(`${outcomes.length} tests, ${skipped.length} skipped\n`)
    for (const [name, { beganMs, endedMs }] of this.#spans) {
      process.stdout.write(`${name}: ${Math.round((endedMs - beganMs) / 1000)} s\n`)
    }
    for (const problem of problems) process.stderr.write(`error: ${problem}\n`)
    if (problems.length > 0) process.exitCode = 1
  }
}
