/** The official Python library against the emulated cloud: every list, and an image that is built by hand. */

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { runCommand } from '../support/command.ts'
import { readDisk, readFactoryDisk, snapshotDisk } from '../support/disk-content.ts'
import { missing, named } from '../support/programs.ts'
import { startSandboxCommand } from '../support/sandbox-command.ts'
import { makeSshKey } from '../support/ssh-key.ts'

/** Debian's Python: the library is a package of its own there, which other Pythons in PATH do not see. */
const PYTHON = '/usr/bin/python3'
const WALK = fileURLToPath(new URL('walk.py', import.meta.url))

const WHY_NOT =
  missing('ssh', 'ssh-keygen', 'curl', 'xz') ??
  (spawnSync(PYTHON, ['-c', 'import hcloud']).status === 0 ? undefined : 'there is no python3-hcloud here')

/** The image without extensions. */
const SCHEMATIC = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba'
const VERSION = 'v1.12.2'

const Report = v.looseObject({ build: v.looseObject({ image: v.looseObject({ id: v.number() }) }) })

describe.skipIf(WHY_NOT !== undefined)(named('the hcloud library for Python', WHY_NOT), () => {
  it('walks through all pages of all lists, and builds an image by hand', async () => {
    await using sandbox = await startSandboxCommand()
    const { workspace, env, sshPort } = sandbox
    const key = await makeSshKey(workspace.root)
    const { code, stdout, stderr } = await runCommand([WALK], {
      cwd: workspace.root,
      program: [PYTHON],
      env: {
        ...env,
        IMAGE_URL: `${env.TALOS_IMAGE_FACTORY_URL}/image/${SCHEMATIC}/${VERSION}/hcloud-amd64.raw.xz`,
        SSH_PORT: String(sshPort),
        KEY: key,
      },
      timeoutMs: 150_000,
    })
    expect(code, stderr).toBe(0)
    const report = v.parse(Report, JSON.parse(stdout))

    const names = Array.from({ length: 60 }, (_, number) => `key-${String(number).padStart(2, '0')}`)
    expect(report.keys).toEqual({
      names,
      odd: names.filter((_, number) => number % 2 === 1),
      last_page: names.slice(50),
      total: 60,
      renamed: [true, 'renamed', {}],
      same: 'key-07',
      left: 0,
    })
    expect(report.build).toMatchObject({
      server: { name: 'build', root_password: null, taken: 'uniqueness_error', protected: 'protected' },
      rescue: [true, false, true],
      status: ['off', 'running'],
      hostname: 'rescue',
      primary_ips: [true, true],
      actions: ['create_image'],
      image: { same: true, status: 'available', disk: 40 },
      labels: { os: 'talos', arch: 'x86' },
      left: [0, 0, 0],
    })
    expect(report).toMatchObject({
      lists: {
        certificates: 0,
        firewalls: 0,
        floating_ips: 0,
        isos: 0,
        load_balancers: 0,
        locations: 6,
        networks: 0,
        servers: 0,
        ssh_keys: 0,
        volumes: 0,
      },
      deprecated: ['debian-11', 'debian-11'],
      wrong_token: 'unauthorized',
    })

    const image = await readFactoryDisk(workspace.stateDir, SCHEMATIC, VERSION, 'amd64')
    const disk = await readDisk(snapshotDisk(workspace.stateDir, report.build.image.id), image.length)
    expect(disk.image.equals(image)).toBe(true)
    expect(disk.bytesBehind).toBe(0)
  })
})
