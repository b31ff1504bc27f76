/** What Packer's words mean: where an image is on its way. */

import type { BuildStep } from '../run/events.ts'

/** What is said when a step begins. Source: Packer 1.6.6, and the plugin for Hetzner Cloud up to 1.8. */
const MARKS: readonly (readonly [RegExp, BuildStep])[] = [
  [/^(?:(?:pre)?validating|creating server|(?:creating|uploading) .*ssh key)/i, 'server'],
  [/^(?:Enabling rescue mode|Using ssh communicator|Waiting for SSH)/i, 'boot'],
  [/^Connected to SSH/i, 'write'],
  [/^(?:Shutting down server|Creating snapshot)/i, 'snapshot'],
  [/^(?:Destroying server|Deleting temporary ssh key)/i, 'clean-up'],
]

/** The step that begins with these words, if one does. */
export function stepOf(text: string): BuildStep | undefined {
  return MARKS.find(([words]) => words.test(text))?.[1]
}

/** The address of the server that a target talks to, if these words name it. */
export function addressOf(text: string): string | undefined {
  return /^Using ssh communicator to connect: (\S+)/i.exec(text)?.[1]
}

/** What wget tells of a download, line by line: how large it is, and now and then how much of it is there. */
export type Download = { readonly totalBytes: number } | { readonly percent: number }

export function readDownload(text: string): Download | undefined {
  const [, total] = /^\s*Length: (\d+)/.exec(text) ?? []
  if (total !== undefined) return { totalBytes: Number(total) }
  const [, percent] = /^\s*\d+[KMG] [ .]+ (\d{1,3})% /.exec(text) ?? []
  return percent === undefined ? undefined : { percent: Number(percent) }
}

/** Whether a line helps to understand a failure; the dots of a download do not. */
export const isTelling = (text: string): boolean => text.trim() !== '' && readDownload(text) === undefined
