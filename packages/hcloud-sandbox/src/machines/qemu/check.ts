/** Whether machines of QEMU can run on this computer at all. */

import { SandboxError } from '../../errors.ts'
import { findMissingPrograms } from '../programs.ts'
import { PLATFORMS } from './platform.ts'

/** Each program that is needed, and the Debian package that holds it. */
const NEEDED: Readonly<Record<string, string>> = {
  [PLATFORMS.x86.program]: PLATFORMS.x86.package,
  'apt-get': 'apt',
  'dpkg-deb': 'dpkg',
  xz: 'xz-utils',
  zstd: 'zstd',
  flock: 'util-linux',
  setpriv: 'util-linux',
}

/**
 * @param platform as `process.platform` says
 * @throws SandboxError `sandbox` that names what is missing, and how to get it
 */
export async function requirePrograms(platform: NodeJS.Platform): Promise<void> {
  if (platform !== 'linux') {
    throw new SandboxError({
      code: 'sandbox',
      message: `machines in QEMU need Debian packages, and therefore Linux; this is ${platform}`,
      hint: 'run the sandbox in a virtual machine with Debian',
    })
  }
  const missing = await findMissingPrograms(Object.keys(NEEDED))
  if (missing.length === 0) return
  throw new SandboxError({
    code: 'sandbox',
    message: `machines in QEMU need programs that are missing: ${missing.join(', ')}`,
    hint: toInstallHint(missing),
  })
}

/** What to install, on Debian, for these programs. */
export function toInstallHint(missing: readonly string[]): string {
  const packages = new Set(missing.map((program) => NEEDED[program] ?? program))
  // Without apt this is another system, which cannot do what the rescue system is made with.
  if (packages.has('apt')) return 'Machines in QEMU need Debian; use `--machines namespace` here.'
  return `Run: apt-get install --no-install-recommends ${[...packages].join(' ')}`
}
