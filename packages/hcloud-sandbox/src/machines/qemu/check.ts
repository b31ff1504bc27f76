/** Whether machines of QEMU can run on this computer at all. */

import { SandboxError } from '../../errors.ts'
import { findMissingPrograms, toInstallHint } from '../programs.ts'
import { PLATFORMS } from './platform.ts'

/** Programs that are needed on this computer. */
const NEEDED = [
  PLATFORMS.x86.program,
  'apt-get',
  'dpkg-deb',
  'grub-mkimage',
  'mformat',
  'mcopy',
  'xz',
  'zstd',
  'flock',
  'setpriv',
]
/** The Debian packages of those that no other kind of machines needs. */
const PACKAGES = new Map([
  [PLATFORMS.x86.program, PLATFORMS.x86.package],
  ['apt-get', 'apt'],
  ['dpkg-deb', 'dpkg'],
  ['grub-mkimage', 'grub-common'],
  ['mformat', 'mtools'],
  ['mcopy', 'mtools'],
])

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
  const missing = await findMissingPrograms(NEEDED)
  if (missing.length === 0) return
  throw new SandboxError({
    code: 'sandbox',
    message: `machines in QEMU need programs that are missing: ${missing.join(', ')}`,
    hint: toQemuHint(missing),
  })
}

/** What to install, on Debian, for these programs. */
export function toQemuHint(missing: readonly string[]): string {
  // Without apt this is another system, which cannot do what the rescue system is made with.
  if (missing.includes('apt-get')) return 'machines in QEMU need Debian; use `--machines namespace` here'
  return toInstallHint(missing.map((program) => PACKAGES.get(program) ?? program))
}
