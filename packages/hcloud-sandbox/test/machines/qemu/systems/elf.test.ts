import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { readNeeds } from '../../../../src/machines/qemu/systems/elf.ts'

describe('readNeeds', () => {
  it.runIf(process.platform === 'linux')('reads the libraries and the loader of a program', async () => {
    const { libraries, loader } = readNeeds(await readFile(process.execPath))
    expect(libraries).toContain('libc.so.6')
    expect(loader).toMatch(/^\/lib.*\/ld-linux/)
  })

  it('finds nothing in what is no program', () => {
    expect(readNeeds(Buffer.from('#!/bin/sh\n'))).toEqual({ libraries: [], loader: undefined })
  })

  it('refuses a program that is cut off', async () => {
    expect(() => readNeeds(Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1]), Buffer.alloc(20)]))).toThrow(
      RangeError,
    )
  })
})
