/** Reads one rule, and finds everything that is wrong with it. */

import * as v from 'valibot'
import { didYouMean } from '../near.ts'
import { nameOption, OPTIONS } from './options.ts'
import { FaultRule, SHAPES, type Shape, type Subject } from './rule.ts'
import { SUBJECTS, TARGETS } from './targets.ts'
import type { Mistake, Word } from './words.ts'

/** A rule, or all that is wrong with it. */
export type Reading =
  | { readonly rule: FaultRule; readonly mistakes?: undefined }
  | { readonly mistakes: readonly [Mistake, ...Mistake[]] }

type Values = Map<string, string | number | true>

/**
 * @param words at least one
 * @param end where the line ends, for what is missing
 */
export function readRule(words: readonly [Word, ...Word[]], end: number): Reading {
  const [first] = words
  const mistakes: Mistake[] = []
  const subject = SUBJECTS.findLast((known) => beginsWith(words, known))
  if (subject === undefined) {
    const text = spell(first)
    const message = `no rule begins with "${text}"`
    return { mistakes: [{ offset: first.offset, message, hint: suggest(text, SUBJECTS) }] }
  }
  const values: Values = new Map([['subject', subject]])
  const rest = words.slice(subject.split(' ').length)
  const shape = readTarget(subject, rest, end, values, mistakes)
  readOptions(rest.slice(TARGETS[subject].length + 1), shape, end, values, mistakes)
  if (shape !== undefined) mistakes.push(...findContradictions(values, first.offset))
  const [one, ...more] = mistakes
  if (one !== undefined) return { mistakes: [one, ...more] }
  return { rule: v.parse(FaultRule, Object.fromEntries(values)) }
}

/** Reads what stands before the options. @returns undefined when the effect is missing or unknown */
function readTarget(
  subject: Subject,
  words: readonly Word[],
  end: number,
  values: Values,
  mistakes: Mistake[],
): Shape | undefined {
  const targets = TARGETS[subject]
  const shapes = SHAPES.filter((shape) => shape.entries.subject.literal === subject)
  const effects = shapes.map(({ entries }) => (entries.effect.literal === 'status' ? '500' : entries.effect.literal))
  for (const [index, { key, read }] of targets.entries()) {
    const word = words[index]
    if (word === undefined) break
    const value = read(spell(word))
    if (typeof value === 'string') values.set(key, value)
    else mistakes.push({ offset: word.offset, ...value })
  }
  const word = words[targets.length]
  if (word === undefined) {
    const usage = [subject, ...targets.map((target) => target.usage), 'EFFECT [OPTIONS]'].join(' ')
    const hint = `write ${usage}; effects are ${effects.join(', ')}`
    mistakes.push({ offset: end, message: 'the rule ends before its effect', hint })
    return undefined
  }
  const text = spell(word)
  const isStatus = /^\d+$/.test(text) && (subject === 'api' || subject === 'factory')
  const shape = shapes.find(({ entries }) => entries.effect.literal === (isStatus ? 'status' : text))
  if (shape === undefined || (text === 'status' && !isStatus)) {
    mistakes.push({
      offset: word.offset,
      message: `"${text}" is nothing that happens to ${subject} rules`,
      hint: suggest(text, effects),
    })
    return undefined
  }
  if (isStatus && !(Number(text) >= 400 && Number(text) <= 599)) {
    mistakes.push({
      offset: word.offset,
      message: `"${text}" is not an error status`,
      hint: 'write one from 400 to 599',
    })
  }
  values.set('effect', shape.entries.effect.literal)
  if (isStatus) values.set('status', Number(text))
  return shape
}

function readOptions(
  words: readonly Word[],
  shape: Shape | undefined,
  end: number,
  values: Values,
  mistakes: Mistake[],
): void {
  const entries = new Map<string, { readonly type: string }>(Object.entries(shape?.entries ?? {}))
  const allowed = OPTIONS.filter(({ key }) => shape === undefined || entries.has(key))
  const names = allowed.map(nameOption)
  const all = `here may stand ${names.join(' ')}`
  for (const word of words) {
    const option = OPTIONS.find(({ name, value }) => (value === undefined ? isPlain(word, name) : word.name === name))
    const complain = (message: string, hint: string) => mistakes.push({ offset: word.offset, message, hint })
    const written = word.name === undefined ? word.text : `${word.name}=`
    if (option === undefined) complain(`unknown option "${written}"`, didYouMean(written, names) ?? all)
    else if (!allowed.includes(option)) complain(`"${written}" does not go with this effect`, all)
    else if (values.has(option.key)) complain(`"${written}" is there twice`, 'leave one of them out')
    else {
      const value = option.value === undefined ? true : option.value.parse(word.text)
      if (value === undefined)
        complain(`"${word.text}" is not a value for ${written}`, `it takes ${option.value?.what}`)
      values.set(option.key, value ?? '')
    }
  }
  for (const option of allowed) {
    if (values.has(option.key) || (entries.get(option.key)?.type ?? 'optional') === 'optional') continue
    const hint = `give it ${option.value?.what}`
    mistakes.push({ offset: end, message: `${nameOption(option)} is missing, which this effect needs`, hint })
  }
}

/** A word as it was before a name was found in it. */
const spell = ({ name, text }: Word): string => (name === undefined ? text : `${name}=${text}`)

const beginsWith = (words: readonly Word[], subject: Subject): boolean =>
  subject.split(' ').every((text, index) => words[index] !== undefined && isPlain(words[index], text))

const isPlain = (word: Word, text: string): boolean => word.name === undefined && word.text === text

const suggest = (text: string, known: readonly string[]): string =>
  didYouMean(text, known) ?? `write one of ${known.join(', ')}`

const SMALLEST_DISK_BYTES = 1024 * 1024
const SECTOR_BYTES = 512

/** Options that cannot be combined, which the shapes of rules cannot say. @param offset where the rule begins */
function findContradictions(values: ReadonlyMap<string, string | number | true>, offset: number): Mistake[] {
  const mistakes: Mistake[] = []
  const add = (message: string, hint: string) => mistakes.push({ offset, message, hint })
  if (values.has('body') && (values.has('code') || values.has('message'))) {
    add('body= takes the place of the error that code= and message= are part of', 'leave out body=, or those')
  }
  if (values.has('resetInMs') && values.get('status') !== 429) {
    add('reset-in= says when requests are allowed again, which only 429 is about', 'leave it out, or write 429')
  }
  if (values.has('seed') && !values.has('chance')) {
    add('seed= says how chances fall, and the rule has none', 'leave it out, or give chance= a share such as 5%')
  }
  const size = values.get('sizeBytes')
  if (typeof size === 'number' && (size < SMALLEST_DISK_BYTES || size % SECTOR_BYTES !== 0)) {
    add(`no disk can have ${size} bytes`, 'give size= at least 1MiB, in whole sectors of 512 bytes')
  }
  return mistakes
}
