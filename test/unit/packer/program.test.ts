import { expect, test } from 'vitest'
import { withoutSecrets } from '../../../src/packer/program.ts'

test('Packer gets the environment without what is for this program alone', () => {
  const kept = {
    PATH: '/bin',
    HOME: '/root',
    PKR_VAR_a: '1',
    PACKER_LOG: '1',
    HTTPS_PROXY: 'http://p',
    AWS_REGION: 'x',
  }
  const secret = {
    TALOS_IMAGE_FACTORY_PASSWORD: 'a',
    TALOS_IMAGE_FACTORY_TOKEN: 'b',
    HCLOUD_TOKEN: 'c',
    HCLOUD_TOKEN_PRODUCTION: 'd',
    ACTIONS_RUNTIME_TOKEN: 'e',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'f',
  }
  expect(withoutSecrets({ ...kept, ...secret })).toEqual(kept)
})
