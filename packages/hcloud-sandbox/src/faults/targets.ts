/** The words of a rule between its subject and its effect: which requests, which actions. */

import { ACTION_COMMANDS, COVERAGE } from '../cloud/resources/index.ts'
import { didYouMean } from '../near.ts'
import { matchesText } from './glob.ts'
import type { Subject } from './rule.ts'
import type { Mistake } from './words.ts'

/** One such word: the key in a rule, how usage calls it, and what it must be like. */
export interface Target {
  readonly key: string
  readonly usage: string
  /** @returns the value, or what is wrong with it */
  read(text: string): string | Omit<Mistake, 'offset'>
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', '*']

const METHOD: Target = {
  key: 'method',
  usage: 'METHOD',
  read(text) {
    const method = text.toUpperCase()
    if (METHODS.includes(method)) return method
    const hint = didYouMean(method, METHODS) ?? 'write GET, POST, PUT, DELETE, or * for all'
    return { message: `"${text}" is not an HTTP method`, hint }
  },
}

const toBeginnings = (paths: readonly string[]): string[] => [...new Set(paths.map((path) => path.split('/')[1] ?? ''))]

const BEGINNINGS = {
  api: toBeginnings([...Object.keys(COVERAGE).map((operation) => operation.replace(/^\S+ /, '')), '/datacenters']),
  factory: ['schematics', 'versions', 'version', 'image'],
}

/** @param service whose paths */
function toPath(service: 'api' | 'factory'): Target {
  return {
    key: 'path',
    usage: 'PATH',
    read(text) {
      const known = BEGINNINGS[service]
      const example = service === 'api' ? '/servers/*' : '/image/**'
      if (text === '**') return text
      if (!text.startsWith('/'))
        return { message: `"${text}" is not a path`, hint: `write ${example}, or ** for any path` }
      if (/[?&]/.test(text)) return { message: `"${text}" has a query in it`, hint: 'rules look at the path alone' }
      const [, beginning = ''] = text.split('/')
      if (service === 'api' && beginning === 'v1') {
        return { message: `"${text}" begins with /v1`, hint: `leave that out: ${text.slice(3) || '/**'}` }
      }
      if (beginning.includes('*') || known.includes(beginning)) return text
      const near = didYouMean(
        `/${beginning}`,
        known.map((name) => `/${name}`),
      )
      return {
        message: `nothing here has a path like "${text}"`,
        hint: near ?? `paths begin with /${known.join(', /')}`,
      }
    },
  }
}

const ACTION: Target = {
  key: 'action',
  usage: 'COMMAND',
  read(text) {
    if (ACTION_COMMANDS.some((command) => matchesText(text, command))) return text
    const hint = didYouMean(text, ACTION_COMMANDS) ?? `there are ${ACTION_COMMANDS.join(', ')}, and * for all`
    return { message: `no action is called "${text}"`, hint }
  },
}

/** What stands between each subject and its effect. */
export const TARGETS: Readonly<Record<Subject, readonly Target[]>> = {
  api: [METHOD, toPath('api')],
  factory: [METHOD, toPath('factory')],
  'factory disk': [],
  action: [ACTION],
  ssh: [],
  talos: [],
  disk: [],
  power: [],
  rescue: [],
  'rescue-address': [],
  'ssh-port': [],
  'primary-ip': [],
}

/** In the order of the documentation; one that begins like another stands behind it. */
export const SUBJECTS: readonly Subject[] = [
  'api',
  'factory',
  'factory disk',
  'action',
  'ssh',
  'talos',
  'disk',
  'power',
  'rescue',
  'rescue-address',
  'ssh-port',
  'primary-ip',
]
