/** The command as a user runs it. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { runCommand } from '../../test/support/command.ts'
import type { Scene } from './scene.ts'
import type { Step, Timed } from './steps.ts'

const PATIENCE_MS = 40 * 60_000

const Finished = v.object({ type: v.literal('step-finished'), step: v.string(), image: v.string(), ms: v.number() })

const NAMES: Readonly<Record<string, Step>> = {
  server: 'server',
  boot: 'boot',
  write: 'write',
  verify: 'read back',
  snapshot: 'snapshot',
  publish: 'snapshot',
  'clean-up': 'clean-up',
}

/** @param args such as `--arch x86`, or `--roles` */
export async function buildWithOurs(scene: Scene, args: readonly string[]): Promise<Timed> {
  const log = join(scene.sandbox.workspace.root, 'debug.log')
  const beganMs = performance.now()
  const { code, stderr } = await runCommand(['build', '--directory', scene.directory, '--debug-log', log, ...args], {
    cwd: scene.directory,
    env: scene.env,
    timeoutMs: PATIENCE_MS,
  })
  const ms = performance.now() - beganMs
  if (code !== 0) throw new Error(`the build ended with ${code}:\n${stderr.slice(-2000)}`)
  return { ms, steps: toSteps(await readFile(log, 'utf8'), ms) }
}

/** The debug log has every event as JSON; see docs/output.md. */
function toSteps(log: string, ms: number): Map<Step, number> {
  const byImage = new Map<string, Map<Step, number>>()
  for (const [, json = ''] of log.matchAll(/^\S+ event (\{.*\})$/gm)) {
    const event = v.safeParse(Finished, JSON.parse(json))
    if (!event.success) continue
    const { image, step, ms: took } = event.output
    const name = NAMES[step]
    if (name === undefined) throw new Error(`unknown step ${step}`)
    const steps = byImage.get(image) ?? new Map<Step, number>()
    byImage.set(image, steps.set(name, (steps.get(name) ?? 0) + took))
  }
  const sum = (steps: Map<Step, number>): number => [...steps.values()].reduce((all, one) => all + one, 0)
  const [slowest = new Map<Step, number>()] = [...byImage.values()].sort((a, b) => sum(b) - sum(a))
  return new Map([['look-ups', ms - sum(slowest)], ...slowest])
}
