/** Whether machines in namespaces can run on this computer at all. */

import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SandboxError } from '../../errors.ts'
import { findMissingPrograms, toInstallHint } from '../programs.ts'
import { CLEAN_ENVIRONMENT, NEEDED_PROGRAMS } from './argv.ts'
import { openIsolation } from './isolation.ts'

/**
 * Opens a machine on a small disk of its own, and closes it again.
 * @param platform as `process.platform` says
 * @throws SandboxError `sandbox` when this is not Linux, when programs are missing, or when the machine cannot be
 *   isolated
 */
export async function checkNamespaces(platform: NodeJS.Platform): Promise<void> {
  if (platform !== 'linux') {
    throw new SandboxError({
      code: 'sandbox',
      message: `machines in namespaces need Linux; this is ${platform}`,
      hint: 'use `--machines qemu`',
    })
  }
  const missing = await findMissingPrograms(NEEDED_PROGRAMS, CLEAN_ENVIRONMENT.PATH)
  if (missing.length > 0) {
    throw new SandboxError({
      code: 'sandbox',
      message: `machines in namespaces need programs that are missing: ${missing.join(', ')}`,
      hint: `${toInstallHint(missing)}; or use \`--machines qemu\``,
    })
  }
  const folder = await mkdtemp(join(tmpdir(), 'talos-image-check-')).catch((cause: unknown) => {
    const message = `the folder for temporary files cannot be written to: ${tmpdir()}`
    throw new SandboxError({ code: 'sandbox', message, hint: 'name another one with TMPDIR=DIR' }, { cause })
  })
  try {
    const diskFile = join(folder, 'disk.raw')
    const handle = await open(diskFile, 'wx')
    await handle.truncate(1024 * 1024)
    await handle.close()
    const isolation = await openIsolation({ diskFile, hostName: 'rescue', system: 'rescue' })
    await isolation.close()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
