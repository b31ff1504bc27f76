/** What `init` takes. */

import type { Parameters, Values } from '../define-command.ts'
import { archFlag, cloudFlags } from '../shared-flags.ts'

export const initParameters = {
  '[dir]': { text: 'a folder, which may be new', default: '_packer' },
  ...cloudFlags,
  '--talos-version <version>': 'v1.13.9, v1.13 or latest; default: the newest stable one',
  '--extension <name>': { text: 'a system extension, such as iscsi-tools; repeatable', repeatable: true },
  '--no-extensions': 'no system extensions',
  ...archFlag({ after: '; default: both' }),
  '--location <name>': 'where the build servers stand; default: fsn1',
  '-y, --yes': 'ask nothing, take the defaults',
  '--adapt': 'change what is there to the answers, and keep the rest',
  '--force': 'overwrite the files that it writes, and no others',
} as const satisfies Parameters
export type InitFlags = Values<typeof initParameters>
