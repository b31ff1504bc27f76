import { describe, expect, test } from 'vitest'
import type { ImageRequest } from '../../../src/plan/request.ts'
import { PLAIN_SERVER } from '../../../src/plan/server-settings.ts'
import { chooseSystemImage, isNamedImage } from '../../../src/plan/system-image.ts'
import { snapshot, sourced } from './fixture.ts'

const AT = { kind: 'file', file: 'a.pkr.hcl', line: 3, column: 5 } as const

const imageWith = (name: string): ImageRequest => ({
  name: 'arm',
  architecture: 'arm',
  role: undefined,
  choice: { kind: 'schematic', schematic: undefined },
  sha256: undefined,
  server: { ...PLAIN_SERVER, systemImage: sourced(name, AT) },
  serverType: sourced('cax11'),
  location: sourced('fsn1'),
  template: undefined,
})

const system = (name: string, architecture: 'arm' | 'x86') => snapshot({ type: 'system', name, architecture })
const OFFERED = [system('debian-12', 'arm'), system('alma-9', 'x86')]
const choose = (name: string) => chooseSystemImage(imageWith(name), OFFERED)

describe('the system of a build server', () => {
  test.each(['debian-13', '15512617'])('%s is not looked up', (name) => {
    expect(isNamedImage(imageWith(name))).toBe(false)
    expect(choose(name)).toEqual({ name, warning: undefined })
  })

  test('is what was asked for, when there is one', () => {
    expect(isNamedImage(imageWith('debian-12'))).toBe(true)
    expect(choose('debian-12')).toEqual({ name: 'debian-12', warning: undefined })
  })

  test.each([
    ['debian-11', 'did you mean "debian-12"?'],
    ['alma-9', 'write "debian-13"'],
  ])('is the usual one in the place of %s, which there is none of', (name, hint) => {
    expect(choose(name)).toEqual({
      name: 'debian-13',
      warning: {
        code: 'config',
        message: `Hetzner Cloud has no image "${name}" for ARM servers, so debian-13 is taken: it is never booted`,
        at: AT,
        hint,
      },
    })
  })
})
