import { describe, expect, it } from 'vitest'
import { chooseAccelerator, printsWithin } from '../../../../src/machines/qemu/accelerator.ts'
import { PLATFORMS } from '../../../../src/machines/qemu/platform.ts'

describe('the proof that guests run', () => {
  it('is what is printed, and ends the program', async () => {
    expect(
      await printsWithin(['sh', '-c', 'printf "Kernel "; echo panic; exec sleep 1000'], 'Kernel panic', 30_000),
    ).toBe(true)
  })

  it('is missing when the program hangs, fails, or is not there', async () => {
    expect(await printsWithin(['sleep', '1000'], 'Kernel panic', 20)).toBe(false)
    expect(await printsWithin(['false'], 'Kernel panic', 30_000)).toBe(false)
    expect(await printsWithin(['no-such-program-at-all'], 'Kernel panic', 30_000)).toBe(false)
  })

  it('is not looked for where the processor is another', async () => {
    expect(await chooseAccelerator(PLATFORMS.arm, '/nonexistent', 'x64')).toEqual({
      name: 'tcg',
      reason: 'because the processor of this computer is another',
    })
  })
})
