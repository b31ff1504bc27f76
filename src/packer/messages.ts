/** What Packer's messages tell of the progress of a build. */

import type { BuildStep } from '../run/events.ts'

/** The messages at the beginning of each step. Source: Packer 1.6.6, and the plugin for Hetzner Cloud up to 1.8. */
const STEP_MESSAGES: readonly (readonly [RegExp, BuildStep])[] = [
  [/^(?:(?:pre)?validating|creating server|(?:creating|uploading) .*ssh key)/i, 'server'],
  [/^(?:Enabling rescue mode|Using ssh communicator|Waiting for SSH)/i, 'boot'],
  [/^Connected to SSH/i, 'write'],
  [/^(?:Shutting down server|Creating snapshot)/i, 'snapshot'],
  [/^(?:Destroying server|Deleting temporary ssh key)/i, 'clean-up'],
]

/** The step that begins with this message; undefined for other messages. */
export function stepOf(text: string): BuildStep | undefined {
  return STEP_MESSAGES.find(([words]) => words.test(text))?.[1]
}

/** The address of the server that a target talks to, if this message names it. */
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

/** Whether a line may explain a failure: not the dots of a download. */
export const isInformative = (text: string): boolean => text.trim() !== '' && readDownload(text) === undefined
