import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { findKeyringArgv } from '../../../../src/machines/namespace/keyring.ts'

describe('findKeyringArgv', () => {
  it('has nothing to offer for a processor whose system calls it does not know', async () => {
    expect(await findKeyringArgv('mips')).toEqual([])
  })

  it('hands over arguments, output and status unchanged, also where it has nothing to offer', async () => {
    const [program = '', ...args] = [
      ...(await findKeyringArgv(process.arch)),
      'sh',
      '-c',
      'echo "$1"; exit 7',
      '-',
      '-e x',
    ]
    const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' })
    expect({ status, stdout, stderr }).toEqual({ status: 7, stdout: '-e x\n', stderr: '' })
  })
})
