import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { listenToSignals } from '../../../src/cli/signals.ts'

/** What came of signals. @param signals with the millisecond of each */
function after(...signals: readonly (readonly [ms: number, signal: NodeJS.Signals])[]): readonly string[] {
  const said: string[] = []
  const source = new EventEmitter()
  let time = 0
  const reactions = {
    first: (code: number) => said.push(`stop ${code}`),
    again: (code: number) => said.push(`leave ${code}`),
  }
  listenToSignals(source, reactions, () => time)
  for (const [ms, signal] of signals) {
    time = ms
    source.emit(signal)
  }
  return said
}

test('the signals of timeout, to a program and to its group, are one', () => {
  expect(after([1000, 'SIGTERM'], [1001, 'SIGTERM'])).toEqual(['stop 143'])
  expect(after([1000, 'SIGTERM'], [1001, 'SIGHUP'], [1300, 'SIGHUP'])).toEqual(['stop 143'])
})

test('a terminal that is gone says so more than once, and the clean-up goes on', () => {
  expect(after([1000, 'SIGHUP'], [2500, 'SIGHUP'], [2600, 'SIGHUP'])).toEqual(['stop 129'])
  expect(after([1000, 'SIGINT'], [2500, 'SIGHUP'])).toEqual(['stop 130'])
})

test("a person's second Ctrl-C is another one", () => {
  expect(after([1000, 'SIGINT'], [1301, 'SIGINT'])).toEqual(['stop 130', 'leave 130'])
  expect(after([1000, 'SIGHUP'], [1001, 'SIGHUP'], [2000, 'SIGTERM'])).toEqual(['stop 129', 'leave 143'])
})
