/** Packer with the old template. */

import { rm } from 'node:fs/promises'
import { ARCHITECTURES, type Role } from '../../src/domain.ts'
import { runCommand } from '../../test/support/command.ts'
import type { Scene } from './scene.ts'
import { type Step, type Timed, toSteps } from './steps.ts'

/** A build with the old template on emulated processors may take hours; what is known after this is a lower bound. */
const PATIENCE_MS = 8 * 60_000

/** What Packer says when a step begins. */
const FIRST_LINES: readonly (readonly [RegExp, Step])[] = [
  [/Creating server\.\.\./, 'server'],
  [/Enabling Rescue Mode/, 'boot'],
  [/Connected to SSH!/, 'write'],
  [/Shutting down server/, 'snapshot'],
  [/Destroying server/, 'clean-up'],
]

/** As `packer build -only=hcloud.talos-x86` for one image, or for both architectures of a role. */
export async function buildWithPacker(
  scene: Scene,
  role: Role | undefined,
  only?: 'x86',
): Promise<Timed & { readonly isWhole: boolean }> {
  const urls = ARCHITECTURES.flatMap((one) => ['-var', `image_url_${one}=${scene.assetUrl(role, one, 'xz')}`])
  const chosen = only === undefined ? [] : [`-only=hcloud.talos-${only}`]
  const beganMs = performance.now()
  const { code, stdout, stderr } = await runCommand(
    ['build', '-timestamp-ui', '-color=false', ...chosen, ...urls, scene.directory],
    {
      cwd: scene.directory,
      program: ['packer'],
      // It would ask its maker for news.
      env: { ...scene.env, HOME: scene.sandbox.workspace.root, CHECKPOINT_DISABLE: '1' },
      timeoutMs: PATIENCE_MS,
    },
  )
  const ms = performance.now() - beganMs
  const isWhole = code !== null
  if (isWhole && code !== 0) throw new Error(`packer ended with ${code}:\n${stdout.slice(-2000)}${stderr}`)
  await rm(`${scene.directory}/packer_cache`, { recursive: true, force: true })
  return { ms, steps: isWhole ? readSteps(stdout) : new Map(), isWhole }
}

/** Of the x86 image: lines such as `2026-11-24T02:17:24Z: ==> hcloud.talos-x86: Enabling Rescue Mode...`. */
function readSteps(stdout: string): Map<Step, number> {
  const lines = stdout.split('\n').flatMap((line) => {
    const [, time = '', text = ''] = /^(\S+Z): (?:==> )?hcloud\.talos-x86: (.*)$/.exec(line) ?? []
    return time === '' ? [] : [{ ms: Date.parse(time), text }]
  })
  const beginnings = FIRST_LINES.flatMap(([words, step]): [Step, number][] => {
    const found = lines.find(({ text }) => words.test(text))
    return found === undefined ? [] : [[step, found.ms]]
  })
  const [finished = ''] = stdout.match(/^\S+Z(?=: Build 'hcloud\.talos-x86' finished)/m) ?? []
  return toSteps(beginnings, Date.parse(finished))
}
