import { describe, expect, test } from 'vitest'
import { findMatrixProblems } from '../../../src/cli/build-matrix.ts'
import { findAddressProblems, publicFactoryUrlOf } from '../../../src/cli/connection.ts'
import { createHetznerClient } from '../../../src/hetzner/client.ts'
import { testIo } from './fixture.ts'

const problemsOf = (env: Readonly<Record<string, string>>, allowHttp?: boolean) =>
  findAddressProblems(testIo({ env }), allowHttp === undefined ? {} : { allowHttp }).map(({ message }) => message)

describe('the address of the API', () => {
  const HTTP = { HCLOUD_ENDPOINT: 'http://api.example/v1' }

  test('may not be plain http of another computer, unless that is allowed', () => {
    expect(findAddressProblems(testIo({ env: HTTP }), {})).toEqual([
      {
        code: 'usage',
        message: 'the token would be sent to http://api.example/v1 without encryption',
        at: { kind: 'env', name: 'HCLOUD_ENDPOINT' },
        hint: 'use https, or allow it in a network that you trust: --allow-http, or TALOS_IMAGE_ALLOW_HTTP=1',
      },
    ])
    expect(problemsOf(HTTP, true)).toEqual([])
    expect(problemsOf({ ...HTTP, TALOS_IMAGE_ALLOW_HTTP: '1' })).toEqual([])
    expect(problemsOf({ ...HTTP, TALOS_IMAGE_ALLOW_HTTP: '0' })).toHaveLength(1)
  })

  test.each(['http://127.0.0.1.example/v1', 'http://10.0.0.1', 'http://localhost.example', 'http://0.0.0.0:80'])(
    '%s is of another computer',
    (endpoint) => {
      expect(problemsOf({ HCLOUD_ENDPOINT: endpoint })).toHaveLength(1)
      expect(() => createHetznerClient({ token: 'a', endpoint })).toThrow('without encryption')
      expect(createHetznerClient({ token: 'a', endpoint, allowHttp: true }).endpoint).toBe(endpoint)
    },
  )

  test.each(['http://127.0.0.1:1/v1', 'http://localhost:1', 'http://[::1]:1', 'https://api.example/v1'])(
    '%s is fine',
    (endpoint) => {
      expect(problemsOf({ HCLOUD_ENDPOINT: endpoint })).toEqual([])
      expect(createHetznerClient({ token: 'a', endpoint }).endpoint).toBe(endpoint)
    },
  )

  test('has no query, and what stands in one is not shown', () => {
    for (const name of ['HCLOUD_ENDPOINT', 'TALOS_IMAGE_FACTORY_URL']) {
      expect(problemsOf({ [name]: 'https://api.example/v1?token=sesame' })).toEqual([
        '"https://api.example/v1?token=[redacted]" is not an http or https URL without credentials and a query',
      ])
    }
  })
})

test('a secret in a variable is not given to the jobs of a matrix', () => {
  const flags = { output: 'text', fallback: true, var: ['image_url_x86=https://a.example/x.raw?sig=sesame', 'a=b'] }
  expect(findMatrixProblems(flags, false)).toMatchObject([
    {
      message:
        'image_url_x86=https://a.example/x.raw?sig=[redacted] cannot be given to other jobs: the secret would stand in the log',
      hint: 'set it in each job instead, from a secret: PKR_VAR_image_url_x86',
    },
  ])
})

test('a Factory that stands for another one is called like that, unless a flag names another', () => {
  const env = { TALOS_IMAGE_FACTORY_URL: 'http://127.0.0.1:4000/', TALOS_IMAGE_FACTORY_EMULATES: 'https://a.example/' }
  const name = (factoryUrl?: string): string =>
    publicFactoryUrlOf(testIo({ env }), factoryUrl === undefined ? {} : { factoryUrl })
  expect([name(), name('http://127.0.0.1:4000')]).toEqual(['https://a.example', 'https://a.example'])
  expect(name('https://own.example')).toBe('https://own.example')
  expect(problemsOf({ ...env, TALOS_IMAGE_FACTORY_EMULATES: 'talos' })).toHaveLength(1)
})
