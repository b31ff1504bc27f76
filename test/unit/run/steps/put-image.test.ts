import { describe, expect, test } from 'vitest'
import { downloadHint } from '../../../../src/run/steps/put-image.ts'
import { imageAt, rolesPlan } from '../../report/fixture.ts'

const image = imageAt(rolesPlan(), 0)
const hint = (message: string, ipv4: boolean, ipv6: boolean) =>
  downloadHint(message, { ...image, server: { ...image.server, ipv4, ipv6 } })

describe('a download from a host that cannot be reached', () => {
  test.each([
    'the download failed: curl: (6) Could not resolve host: factory.talos.dev',
    'the download failed: curl: (7) Failed to connect to factory.talos.dev port 443',
    'the download failed: curl: (28) Connection timed out',
  ])('hints at the addresses of the server: %s', (message) => {
    expect(hint(message, false, true)).toContain('--ip-family any')
    expect(hint(message, false, false)).toContain('does NAT')
    expect(hint(message, true, true)).toBeUndefined()
  })

  test('says nothing of them when the host did answer', () => {
    expect(hint('the download failed: curl: (22) The requested URL returned error: 404', false, true)).toBeUndefined()
  })
})
