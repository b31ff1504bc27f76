/** Recognises `wget` and `curl` with one URL, and where they put what they fetch. */

import type { SimpleCommand } from './commands.ts'

/** A download: to a file, or on to the next program. */
export interface Download {
  readonly url: string
  /** undefined: standard output. */
  readonly file: string | undefined
}

/** Options without which the server would answer something else, so that only the program itself can do it. */
const DECIDING = {
  wget: /^--(?:header|user|password|http-user|http-password|post-|method|body-|load-cookies|referer|input-file|range|start-pos)|^-[iB]/,
  curl: /^--(?:header|user|data|form|request|cookie|oauth2|range|config|url-query|json|get|upload)|^-[HudFXbrKGT]$/,
} as const

/** The download of a command, or why it is not known. */
export function readDownload(command: SimpleCommand): Download | string {
  const program = command.program === 'wget' ? 'wget' : 'curl'
  const deciding = command.args.find((arg) => DECIDING[program].test(arg))
  if (deciding !== undefined) return `the option ${deciding} of ${program}`
  const urls = command.args.filter((arg) => /^(?:https?|ftp|file):/i.test(arg))
  const [url] = urls
  if (url === undefined || urls.length > 1) return `${program} with ${urls.length === 0 ? 'no' : 'several'} URLs`
  const output = program === 'wget' ? wgetOutput(command.args) : curlOutput(command.args, url)
  const redirected = command.redirects.find(({ operator }) => operator === '>' || operator === '1>')
  if (output === '-') return { url, file: redirected?.target }
  return { url, file: output ?? nameOf(url) }
}

function wgetOutput(args: readonly string[]): string | undefined {
  return optionOf(args, /^--output-document(?:=(.*))?$/, /^-[A-Za-z]*O(.*)$/)
}

function curlOutput(args: readonly string[], url: string): string | undefined {
  const given = optionOf(args, /^--output(?:=(.*))?$/, /^-[A-Za-z#]*o(.*)$/)
  if (given !== undefined) return given
  return args.some((arg) => arg === '--remote-name' || /^-[A-Za-z#]*O$/.test(arg)) ? nameOf(url) : '-'
}

/** The value of an option, in the same word or the next. */
function optionOf(args: readonly string[], long: RegExp, short: RegExp): string | undefined {
  for (const [index, arg] of args.entries()) {
    const match = arg.startsWith('--') ? long.exec(arg) : short.exec(arg)
    if (match === null) continue
    return match[1] === undefined || match[1] === '' ? args[index + 1] : match[1]
  }
  return undefined
}

const nameOf = (url: string): string => new URL(url).pathname.split('/').pop() ?? ''
