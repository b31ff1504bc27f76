import { X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { expect, it } from 'vitest'
import { createCertificate } from '../../../../src/provider/protocol/certificate.ts'

const NOW = Date.parse('2026-11-29T12:00:00Z')

it('a certificate is for localhost alone, signed by itself, and valid for two days', () => {
  const { key, certificate, der } = createCertificate(NOW)
  const read = new X509Certificate(der)
  expect(read.verify(read.publicKey)).toBe(true)
  expect(read.checkIssued(read)).toBe(true)
  expect(read.ca).toBe(true)
  expect(read.checkHost('localhost')).toBe('localhost')
  expect(read.checkHost('example.com')).toBeUndefined()
  expect(read.validFrom).toBe('Nov 29 11:00:00 2026 GMT')
  expect(read.validTo).toBe('Dec  1 12:00:00 2026 GMT')
  expect(new X509Certificate(certificate).fingerprint256).toBe(read.fingerprint256)
  // It refuses a key of another certificate.
  expect(() => createSecureContext({ key, cert: certificate })).not.toThrow()
})

it('each is another one', () => {
  const serials = new Set(
    Array.from({ length: 20 }, () => new X509Certificate(createCertificate(NOW).der).serialNumber),
  )
  expect(serials.size).toBe(20)
  // Positive, and of 16 bytes: it may be no shorter than it is written.
  for (const serial of serials) expect(serial).toMatch(/^[4-7][0-9A-F]{31}$/)
})
