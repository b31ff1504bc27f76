/** `TALOS_IMAGE_FACTORY_CA`, `..._USER`, `..._PASSWORD` and `..._TOKEN`: a Factory of one's own. */

import { X509Certificate } from 'node:crypto'
import { resolve } from 'node:path'
import type { Problem } from '../errors.ts'
import { authorizationOf, type FactoryAccess, type FactoryLogin, findLoginFault } from '../factory/access.ts'
import { readTextFileSync } from '../util/read-text.ts'
import { registerSecret } from '../util/redact.ts'
import type { Io } from './io.ts'

const CA = 'TALOS_IMAGE_FACTORY_CA'
const USER = 'TALOS_IMAGE_FACTORY_USER'
const PASSWORD = 'TALOS_IMAGE_FACTORY_PASSWORD'
const TOKEN = 'TALOS_IMAGE_FACTORY_TOKEN'

/** In bytes: it is handed to build servers in a command, which may not be longer than 128 KiB. */
const LONGEST_CA = 64 << 10

/** Which of them is set, if any is. */
export function findAccessVariable(env: Io['env']): string | undefined {
  return [CA, USER, PASSWORD, TOKEN].find((name) => (env[name] ?? '') !== '')
}

/** What the environment says of the Factory's login and certificate authority, and all that is wrong with it. */
export function readFactoryAccess(
  io: Io,
  factoryUrl: string,
): {
  /** With what Node.js trusts besides: its own list of that is not to be had before Node.js 22.15. */
  readonly access: FactoryAccess & { readonly extraCa: string | undefined }
  readonly problems: readonly Problem[]
} {
  const problems: Problem[] = []
  const wrong: Wrong = (name, message, hint) => {
    problems.push({ code: 'usage', message, at: { kind: 'env', name }, hint })
  }
  const ca = readCa(io, wrong)
  const login = readLogin(io, factoryUrl, wrong)
  return { access: { ca, login, extraCa: readExtraCa(io) }, problems }
}

type Wrong = (name: string, message: string, hint: string) => undefined

/** The certificates of the file only: a private key in it is not read. */
function readCa({ env, cwd }: Io, wrong: Wrong): string | undefined {
  const path = env[CA] ?? ''
  if (path === '') return undefined
  let text: string
  try {
    text = readTextFileSync(resolve(cwd, path))
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/,.*/s, '') : String(error)
    return wrong(CA, `${path} cannot be read: ${why}`, 'name a file with certificates in PEM')
  }
  const certificates = certificatesIn(text)
  if (certificates.length === 0 || !certificates.every(isCertificate)) {
    const hint = 'it should hold "-----BEGIN CERTIFICATE-----"; from DER: openssl x509 -inform der -in FILE'
    return wrong(CA, `${path} holds no certificate in PEM, or a damaged one`, hint)
  }
  const ca = `${certificates.join('\n')}\n`
  if (ca.length <= LONGEST_CA) return ca
  const message = `${path} holds ${certificates.length} certificates, more than can be given to a build server`
  return wrong(CA, message, 'name a file with your own ones alone: the usual ones are trusted anyhow')
}

/** As Node.js does, which warns by itself of a file that is not there. */
function readExtraCa({ env, cwd }: Io): string | undefined {
  try {
    const certificates = certificatesIn(readTextFileSync(resolve(cwd, env.NODE_EXTRA_CA_CERTS ?? '')))
    return certificates.length === 0 ? undefined : certificates.join('\n')
  } catch {
    return undefined
  }
}

const certificatesIn = (text: string): readonly string[] =>
  text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? []

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== ''
  } catch {
    return false
  }
}

function readLogin({ env }: Io, factoryUrl: string, wrong: Wrong): FactoryLogin | undefined {
  const [user = '', password = '', token = ''] = [USER, PASSWORD, TOKEN].map((name) => env[name]?.trim())
  for (const secret of [password, token]) registerSecret(secret)
  if (token === '' && user === '' && password === '') return undefined
  if (token !== '' && (user !== '' || password !== '')) {
    const hint = `keep one way to log in: ${TOKEN}, or ${USER} with ${PASSWORD}`
    return wrong(TOKEN, 'there is a token, and a user or a password, too', hint)
  }
  if (token === '' && user === '') return wrong(USER, `${PASSWORD} has no user`, `set ${USER}, too`)
  if (token === '' && password === '') return wrong(PASSWORD, `${USER} has no password`, `set ${PASSWORD}, too`)
  const login = token === '' ? { user, password } : { token }
  const fault = findLoginFault(login, factoryUrl)
  if (fault !== undefined) {
    const address = token === '' ? USER : TOKEN
    return wrong({ user: USER, password: PASSWORD, token: TOKEN, address }[fault.part], fault.message, fault.hint)
  }
  registerSecret(authorizationOf(login).replace(/^\w+ /, ''))
  return login
}
