/** What a sandbox shows of its requests with `--verbose`. */

import type { AnsweredRequest } from 'hcloud-sandbox'

/** `21:30:01  cloud    201  POST    /v1/servers  12 ms` */
export function formatRequestLine({ server, method, path, search, status, ms }: AnsweredRequest, now: Date): string {
  const code = status === 0 ? '---' : String(status)
  return `${formatClock(now)}  ${server.padEnd(7)}  ${code}  ${method.padEnd(6)}  ${path}${decode(search)}  ${Math.round(ms)} ms`
}

/** `21:30:01  fault    api DELETE /servers/* 500` */
export function formatFaultLine(text: string, now: Date): string {
  return `${formatClock(now)}  fault    ${text}`
}

const formatClock = (now: Date): string => now.toTimeString().slice(0, 8)

/** As a person writes it, unless that could not be told from the rest of the line. */
function decode(search: string): string {
  try {
    const text = decodeURIComponent(search)
    return /^[\x21-\x7e]*$/.test(text) ? text : search
  } catch {
    return search
  }
}
