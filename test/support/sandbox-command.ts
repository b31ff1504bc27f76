/** `talos-image sandbox` as a process, for tests that point other people's programs at it. */

import { startCommand } from './command.ts'
import { createWorkspace, type Workspace } from './workspace.ts'

export interface SandboxCommand extends AsyncDisposable {
  /** Where it runs; goes with it. */
  readonly workspace: Workspace
  /** What it prints: the environment that points programs at it. */
  readonly env: Readonly<
    Record<'HCLOUD_ENDPOINT' | 'HCLOUD_TOKEN' | 'TALOS_IMAGE_FACTORY_URL' | 'TALOS_IMAGE_TALOS_PORT', string>
  >
  readonly sshPort: number
  /**
   * Asks the cloud for something, past the program that is tested.
   * @param path what follows `/v1`
   * @returns the parsed body
   */
  look(path: string): Promise<unknown>
}

const TIMEOUT_MS = 10 * 60_000

/**
 * Starts it in a workspace of its own. Its answers are recorded, and judged when it has ended. Use it with `await using`.
 * @param args what follows `talos-image sandbox`
 * @param env beside the workspace's own
 * @param timeoutMs when it is killed; longer than any test by default
 */
export async function startSandboxCommand(
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
  timeoutMs = TIMEOUT_MS,
): Promise<SandboxCommand> {
  const workspace = await createWorkspace()
  let stdout = ''
  const command = startCommand(['sandbox', ...args], {
    cwd: workspace.root,
    env: { ...workspace.sandboxEnv, ...env },
    timeoutMs,
    onStdout: (text) => {
      stdout = text
    },
  })
  const end = async (): Promise<void> => {
    command.kill('SIGINT')
    await command.result.catch(() => undefined)
    await workspace[Symbol.asyncDispose]()
  }
  try {
    const notes = await command.waitForStderr(/Ctrl-C ends it/)
    const printed = readEnvironment(stdout)
    return {
      workspace,
      env: printed,
      sshPort: Number(/SSH.* port (\d+)/.exec(notes)?.[1]),
      async look(path) {
        const headers = { Authorization: `Bearer ${printed.HCLOUD_TOKEN}` }
        return (await fetch(`${printed.HCLOUD_ENDPOINT}${path}`, { headers })).json()
      },
      [Symbol.asyncDispose]: end,
    }
  } catch (error) {
    await end()
    throw error
  }
}

/** Lines as `NAME=value`, with or without `export` in front. */
function readEnvironment(text: string): SandboxCommand['env'] {
  const printed = new Map([...text.matchAll(/^(?:export )?(\w+)=(\S+)$/gm)].map(([, name, value]) => [name, value]))
  const read = (name: string): string => {
    const value = printed.get(name)
    if (value === undefined) throw new Error(`the sandbox has printed no ${name}:\n${text}`)
    return value
  }
  return {
    HCLOUD_ENDPOINT: read('HCLOUD_ENDPOINT'),
    HCLOUD_TOKEN: read('HCLOUD_TOKEN'),
    TALOS_IMAGE_FACTORY_URL: read('TALOS_IMAGE_FACTORY_URL'),
    TALOS_IMAGE_TALOS_PORT: read('TALOS_IMAGE_TALOS_PORT'),
  }
}
