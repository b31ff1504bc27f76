import { expect, test } from 'vitest'
import { readHostProof } from '../../../src/cli/run-build.ts'

const read = (text: string | undefined, requireHostProof?: boolean): boolean | undefined =>
  readHostProof(
    { env: text === undefined ? {} : { TALOS_IMAGE_REQUIRE_HOST_PROOF: text } },
    requireHostProof === undefined ? {} : { requireHostProof },
  ).requireHostProof

test('whether a host key must be proven is what the flag says, else the environment', () => {
  expect([read(undefined), read('')]).toEqual([undefined, undefined])
  expect([read('1'), read('true')]).toEqual([true, true])
  expect([read('0'), read('false')]).toEqual([undefined, undefined])
  expect([read('0', true), read(undefined, true)]).toEqual([true, true])
})
