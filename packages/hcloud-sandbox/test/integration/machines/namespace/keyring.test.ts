import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { findKeyringArgv } from '../../../../src/machines/namespace/keyring.ts'

describe('findKeyringArgv', () => {
  it('hands over arguments, output and status unchanged', async () => {
    const [program = '', ...args] = [...(await findKeyringArgv()), 'sh', '-c', 'echo "$1"; exit 7', '-', '-e x']
    const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' })
    expect({ status, stdout, stderr }).toEqual({ status: 7, stdout: '-e x\n', stderr: '' })
  })
})
