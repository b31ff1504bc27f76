/** A disk image on this computer, on its way to a server: what that takes here. */

import { createReadStream } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { startSandboxCommand } from '../../test/support/sandbox-command.ts'
import { measurePeak } from './peak.ts'

const MIB = 1024 * 1024
/** The last two bytes of a boot sector. */
const BOOT_MARK = Buffer.from([0x55, 0xaa])

export interface Streamed {
  /** From a file, in bytes of memory. */
  readonly file: number
  /** From standard input. */
  readonly stdin: number
}

/**
 * Sends raw images of these sizes to machines of a sandbox, which is a process of its own.
 * @param sizes in MiB
 * @returns the most memory that each build had
 */
export async function measureStreaming(sizes: readonly number[], say: (text: string) => void): Promise<Streamed[]> {
  await using sandbox = await startSandboxCommand(['--machines', 'namespace'])
  const { workspace, env, sshPort } = sandbox
  const streamed: Streamed[] = []
  for (const size of sizes) {
    const image = join(workspace.root, `${size}.raw`)
    await makeImage(image, size * MIB)
    const build = (source: string): Promise<number> =>
      measurePeak(['build', '--arch', 'x86', '--force', '--ssh-port', String(sshPort), '--image-file', source], {
        cwd: workspace.root,
        env,
        ...(source === '-' ? { stdin: createReadStream(image) } : {}),
      })
    say(`a local image of ${size} MiB`)
    const file = await build(image)
    say(`the same from standard input`)
    streamed.push({ file, stdin: await build('-') })
    await rm(image)
  }
  return streamed
}

/** It takes no room on this disk, since what it holds does not matter: all of it is sent. */
async function makeImage(path: string, bytes: number): Promise<void> {
  await using file = await open(path, 'w')
  await file.truncate(bytes)
  await file.write(BOOT_MARK, 0, BOOT_MARK.length, 510)
}
