/** Tells the caller of every answer that the cloud itself gives; what an interceptor says in its place is not told. */

import type { AnsweredExchange, CloudOptions } from './options.ts'

/** Is told of a request and its answer; resolves when the caller has been told. */
export type TellAnswer = (request: Request, response: Response) => Promise<void>

/** @returns undefined when nobody wants to know, so that no body is read twice for nothing */
export function createTeller(onAnswer: CloudOptions['onAnswer']): TellAnswer | undefined {
  if (onAnswer === undefined) return undefined
  return async ({ method, url }, response) => {
    const path = new URL(url).pathname.replace(/^\/v1(?=\/|$)/, '')
    onAnswer({ method, path, status: response.status, body: readJson(await response.clone().text()) })
  }
}

function readJson(text: string): AnsweredExchange['body'] {
  return text === '' ? undefined : JSON.parse(text)
}
