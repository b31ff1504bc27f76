/** A build that is held at a step, so that what happens there is deterministic. */

import type { InterceptedRequest, SandboxOptions } from 'hcloud-sandbox'
import { type RunningCommand, startCommand } from './command.ts'
import { createProject, type Project } from './project.ts'
import type { Workspace } from './workspace.ts'

/** Where a build can be held: at a request to the cloud, before or after the cloud does what it says; or at the machine. */
export type Hold =
  | {
      readonly request: RegExp
      readonly when: 'before' | 'after'
      /** What goes on beside it: it counts as held once the cloud has done this, too. */
      readonly beside?: RegExp
    }
  | { readonly download: true }
  | { readonly command: string }

export interface HeldProject extends Project {
  /** Holds what comes next; resolves when it is held. */
  hold(): Promise<void>
  /** Builds for ARM, with more flags if need be, and resolves when it is held. */
  startHeldBuild(
    workspace: Workspace,
    flags?: readonly string[],
  ): Promise<{ readonly build: RunningCommand; readonly run: string }>
  /** Lets the held request go on. */
  release(): void
  /** The held request is answered with an error, and never done if it was held before; nothing is held any more. */
  refuse(): void
}

/** Starts a project that holds the next build, once. */
export async function createHeldProject(hold: Hold): Promise<HeldProject> {
  let isArmed = false
  let onHeld = (): void => undefined
  let go = (_: Response | undefined): void => undefined
  const beside = 'request' in hold ? hold.beside : undefined
  let onBeside = (): void => undefined
  const besideIsDone = new Promise<void>((resolve) => {
    onBeside = resolve
  })
  if (beside === undefined) onBeside()
  const held = (): Promise<Response | undefined> => {
    isArmed = false
    void besideIsDone.then(() => onHeld())
    return new Promise((resolve) => {
      go = resolve
    })
  }
  const matches = ({ method, path }: InterceptedRequest): boolean =>
    isArmed && 'request' in hold && hold.request.test(`${method} ${path}`)
  const options: Partial<SandboxOptions> = {
    async intercept(request, answer) {
      if (beside?.test(`${request.method} ${request.path}`)) {
        const done = await answer()
        onBeside()
        return done
      }
      if (!matches(request)) return undefined
      // The answer is lost, too, when the one who asked is gone.
      if ('when' in hold && hold.when === 'after') await answer()
      return held()
    },
    interceptFactory(request) {
      const isDownload = request.method === 'GET' && request.url.includes('/image/') && !request.headers.has('range')
      if (!isArmed || !('download' in hold) || !isDownload) return undefined
      isArmed = false
      onHeld()
      return new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(1 << 16)) }))
    },
    ...('command' in hold
      ? {
          faults: [{ subject: 'ssh', effect: 'stall', command: hold.command, times: 1 }],
          onFault: () => onHeld(),
        }
      : {}),
  }
  const project = await createProject(options)
  const holdNext = (): Promise<void> => {
    isArmed = true
    return new Promise<void>((resolve) => {
      onHeld = resolve
    })
  }
  return {
    ...project,
    hold: holdNext,
    async startHeldBuild(workspace, flags = []) {
      const reached = holdNext()
      const build = startCommand(['build', '--arch', 'arm', ...project.sshFlags, ...flags], {
        cwd: workspace.root,
        env: project.env,
      })
      const ended = build.result.then(({ stderr }) => Promise.reject(new Error(`it ended before:\n${stderr}`)))
      await Promise.race([reached, ended])
      const [, run = ''] = /\brun ([a-z0-9]{8})\b/.exec(await build.waitForStderr(/\brun [a-z0-9]{8}\b/)) ?? []
      return { build, run }
    },
    release: () => go(undefined),
    refuse: () => go(Response.json({ error: { code: 'unavailable', message: 'too late' } }, { status: 503 })),
  }
}
