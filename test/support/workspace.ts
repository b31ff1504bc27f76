/** A directory as a user has it: a copy of `_packer`, their own files beside it, and a place for the sandbox. */

import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { judgeRecord } from '../../packages/hcloud-sandbox/test/openapi/verdict.ts'
import { type CommandOptions, type CommandResult, ROOT, runCommand } from './command.ts'

export interface Workspace extends AsyncDisposable {
  /** Holds `_packer`; commands run here. */
  readonly root: string
  /**
   * Environment of commands with `--sandbox`: state of its own, disk images of 16 MiB, and a record of all answers,
   * which are held against the published document in the end.
   */
  readonly sandboxEnv: Readonly<
    Record<'XDG_STATE_HOME' | 'TALOS_IMAGE_SANDBOX_IMAGE_MIB' | 'TALOS_IMAGE_SANDBOX_RECORD', string>
  >
  /** Where such a sandbox keeps its state. */
  readonly stateDir: string
  /** Writes a file below the root, and gives its full path. */
  write(path: string, content: string | Uint8Array): Promise<string>
}

/** @param files path below the root, and content; `_packer/hcloud.auto.pkrvars.hcl` holds a user's variables */
export async function createWorkspace(files: Readonly<Record<string, string>> = {}): Promise<Workspace> {
  const root = await mkdtemp(join(tmpdir(), 'talos-image-e2e-'))
  // Beside the workspace, so that it does not disturb.
  const record = `${root}.answers.jsonl`
  const write: Workspace['write'] = async (path, content) => {
    const full = join(root, path)
    await mkdir(dirname(full), { recursive: true })
    await writeFile(full, content)
    return full
  }
  await cp(join(ROOT, '_packer'), join(root, '_packer'), { recursive: true })
  for (const [path, content] of Object.entries(files)) await write(path, content)
  return {
    root,
    sandboxEnv: {
      XDG_STATE_HOME: join(root, 'state'),
      TALOS_IMAGE_SANDBOX_IMAGE_MIB: '16',
      TALOS_IMAGE_SANDBOX_RECORD: record,
    },
    stateDir: join(root, 'state', 'talos-image', 'sandbox'),
    write,
    async [Symbol.asyncDispose]() {
      try {
        await judgeRecord(record)
      } finally {
        await rm(record, { force: true })
        await rm(root, { recursive: true, force: true })
      }
    },
  }
}

/** Runs a command in a workspace of its own, which is gone afterwards. */
export async function runInWorkspace(
  args: readonly string[],
  options: Omit<CommandOptions, 'cwd'> & { readonly files?: Readonly<Record<string, string>> },
): Promise<CommandResult> {
  await using workspace = await createWorkspace(options.files)
  return await runCommand(args, { ...options, cwd: workspace.root })
}

/** Where a user of `_packer` keeps variables. */
export const VAR_FILE = '_packer/hcloud.auto.pkrvars.hcl'
