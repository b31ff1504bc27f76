/** A real build at a pseudo-terminal, with the times at which it showed what. */

import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { startSandbox } from 'hcloud-sandbox'
import { runAtTerminal } from '../../test/support/terminal.ts'
import { createWorkspace } from '../../test/support/workspace.ts'
import type { Shown } from './frames.ts'

/** What a build server gets from the Image Factory, about; on the own computer it would be a matter of one second. */
const BYTES_A_SECOND = 9e6
const TICK_MS = 50

/** @throws Error when the build fails, or leaves something behind */
export async function recordBuild(
  args: readonly string[],
  { columns, rows }: { readonly columns: number; readonly rows: number },
): Promise<Shown[]> {
  await using workspace = await createWorkspace()
  // Where the command looks for it by itself.
  const stateDir = join(workspace.root, '.local/state/talos-image/sandbox')
  await using _sandbox = await startSandbox({
    stateDir,
    latency: 'realistic',
    interceptFactory: async (request, answer) => {
      const isDownload = request.method === 'GET' && request.url.includes('/image/') && !request.headers.has('range')
      return isDownload ? slowDown(await answer()) : undefined
    },
  })
  const recording: Shown[] = []
  const began = performance.now()
  let seen = 0
  const { code, stdout } = await runAtTerminal(args, {
    cwd: workspace.root,
    env: { HOME: workspace.root, TERM: 'xterm-256color' },
    size: [columns, rows],
    timeoutMs: 600_000,
    onShown: (shown) => {
      recording.push({ atMs: performance.now() - began, text: shown.slice(seen) })
      seen = shown.length
    },
  })
  if (code !== 0) throw new Error(`the build ended with ${code}:\n${stdout}`)
  return recording
}

/** The same answer at the pace of a network. */
function slowDown(answer: Response): Response {
  const began = performance.now()
  let bytes = 0
  const pace = new TransformStream<Uint8Array, Uint8Array>({
    async transform(chunk, controller) {
      bytes += chunk.length
      while (performance.now() - began < (bytes / BYTES_A_SECOND) * 1000) await setTimeout(TICK_MS)
      controller.enqueue(chunk)
    },
  })
  return new Response(answer.body?.pipeThrough(pace) ?? null, { status: answer.status, headers: answer.headers })
}
