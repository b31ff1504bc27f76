/** Packer's builds, with the template as users have it. */

import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ARCHITECTURES, HCLOUD_TALOS_ROLES, type Role } from '../../src/domain.ts'
import { runCommand } from '../../test/support/command.ts'
import type { Beginning, Place, Wanted } from './place.ts'

/** The template says nothing of a port, so the machines must have the usual one. */
export const PACKER_SSH_PORT = 22
const PATIENCE_MS = 5 * 60_000

/**
 * One image with the first of its builds, or four with two Packers at once, one a role.
 * @throws Error with what Packer said when it fails
 */
export async function buildWithPacker({ sandbox }: Place, wanted: Wanted, beginning: Beginning): Promise<void> {
  const roles = wanted === 'one' ? [undefined] : HCLOUD_TALOS_ROLES
  await Promise.all(roles.map((role) => runPacker(sandbox, role, beginning)))
}

async function runPacker(
  sandbox: Place['sandbox'],
  role: Role | undefined,
  { folder, paths }: Beginning,
): Promise<void> {
  const cwd = join(folder, `packer-${role ?? 'one'}`)
  await mkdir(cwd)
  await cp('_packer', join(cwd, '_packer'), { recursive: true })
  // Packers before 1.7 know Hetzner Cloud without a plugin, and cannot read the block that asks for one.
  await rm(join(cwd, '_packer', 'requirements.pkr.hcl'))
  const architectures = role === undefined ? (['x86'] as const) : ARCHITECTURES
  const only = role === undefined ? ['-only=hcloud.talos-x86'] : []
  const urls = architectures.flatMap((architecture) => {
    const path = paths.get(role === undefined ? architecture : `${architecture} ${role}`)
    return ['-var', `image_url_${architecture}=${sandbox.factoryUrl}${path}`]
  })
  const { code, stdout, stderr } = await runCommand(['build', '-color=false', ...only, ...urls, '_packer'], {
    cwd,
    program: ['packer'],
    // It would ask its maker for news.
    env: { HOME: cwd, CHECKPOINT_DISABLE: '1', HCLOUD_ENDPOINT: sandbox.endpoint, HCLOUD_TOKEN: sandbox.token },
    timeoutMs: PATIENCE_MS,
  })
  if (code !== 0) throw new Error(`packer ended with ${code}:\n${stdout.slice(-2000)}${stderr}`)
}
