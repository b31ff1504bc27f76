import { describe, expect, it } from 'vitest'
import { MACHINE_USER, toEntryArgv, toInitArgv } from '../../../src/machines/namespace/argv.ts'

const expected = { namespaces: 'ns', user: MACHINE_USER, disk: '1:2', mounts: 'm', diskBytes: 1025 }
const keyring = ['own-keyring']
const init = {
  keyring,
  hostName: 'rescue',
  rootName: 'rescue',
  disk: 'sda',
  passwordHash: '*',
  hostKey: '',
  standIns: { dd: 'text' },
}

/** Closing files comes before all else. */
const CLOSE_INHERITED = [
  'bash',
  '--noprofile',
  '--norc',
  '-c',
  expect.stringContaining('exec {fd}>&-'),
  'close-inherited',
]
const FIRST = [...CLOSE_INHERITED, ...keyring, 'setpriv', '--pdeathsig=KILL']

/** What comes before the first namespace is made or entered. */
const upTo = (argv: readonly string[], program: string) => argv.slice(0, argv.indexOf(program))

describe('the way into a machine', () => {
  it('gives up all rights of root before anything else', () => {
    const drop = [
      '--reuid=65527',
      '--regid=65527',
      '--clear-groups',
      '--bounding-set=-all',
      '--inh-caps=-all',
      '--no-new-privs',
    ]
    expect(upTo(toInitArgv({ ...init, user: MACHINE_USER }), 'unshare')).toEqual([...FIRST, ...drop])
    const entry = toEntryArgv({ user: MACHINE_USER, keyring, initPid: 7, expected, command: 'true' })
    expect(upTo(entry, 'nsenter')).toEqual([...FIRST, ...drop])
  })

  it('leaves an ordinary user as it is', () => {
    expect(upTo(toInitArgv({ ...init, user: undefined }), 'unshare')).toEqual(FIRST)
    const entry = toEntryArgv({ user: undefined, keyring, initPid: 7, expected, command: 'true' })
    expect(upTo(entry, 'nsenter')).toEqual(FIRST)
  })

  it('hands the command over as one argument, whatever is in it', () => {
    const command = `'"; $(touch /tmp/x) \n --help`
    const argv = toEntryArgv({ user: undefined, keyring, initPid: 7, expected, command })
    expect(argv.slice(-2)).toEqual(['command', command])
    expect(toEntryArgv({ user: undefined, keyring, initPid: 7, expected, command: undefined }).at(-1)).toBe('shell')
  })
})
