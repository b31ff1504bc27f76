/** Which part of the images is asked for: by `--shard`, or by the environment of a job. */

import type { Sourced } from '../config/variables.ts'
import type { Problem } from '../errors.ts'
import { parseShard, type Shard } from '../plan/shard.ts'
import type { PlanFlags } from './build-flags.ts'
import type { Io } from './io.ts'

/** `INDEX/COUNT`, as the flag takes it. */
const SHARD = 'TALOS_IMAGE_SHARD'
/** How many pods a Job of Kubernetes has, whose pods know no more than their index. */
const COUNT = 'TALOS_IMAGE_SHARD_COUNT'
/** The index of a pod, which Kubernetes sets in a Job with `completionMode: Indexed`. It counts from 0. */
const POD_INDEX = 'JOB_COMPLETION_INDEX'

interface Read {
  readonly shard: Sourced<Shard> | undefined
  readonly problems: readonly Problem[]
}

/** The flag's shard, else that of TALOS_IMAGE_SHARD, else that of the pod; which is counted from 1, too, from here on. */
export function readShard({ shard: flag }: Pick<PlanFlags, 'shard'>, env: Io['env']): Read {
  const [text = '', count = '', podIndex = ''] = [SHARD, COUNT, POD_INDEX].map((name) => env[name]?.trim())
  if (flag !== undefined) return found(flag, { kind: 'flag', name: '--shard' })
  if (text !== '') {
    const shard = parseShard(text)
    return shard === undefined
      ? wrong(SHARD, `"${text}" is not a shard`, 'use INDEX/COUNT, such as 1/4 for the first of four')
      : found(shard, { kind: 'env', name: SHARD })
  }
  if (count === '') return { shard: undefined, problems: [] }
  if (!/^[1-9]\d{0,8}$/.test(count)) {
    return wrong(COUNT, `"${count}" is not a number of shards`, 'give the completions of the Job, such as 8')
  }
  if (!/^\d{1,9}$/.test(podIndex)) {
    const isThere = podIndex === '' ? 'is not set' : `is "${podIndex}"`
    const hint = `a Job sets it with "completionMode: Indexed"; elsewhere use ${SHARD}=INDEX/COUNT`
    return wrong(COUNT, `there are ${count} shards, and ${POD_INDEX} ${isThere}`, hint)
  }
  const shard = { index: Number(podIndex) + 1, count: Number(count) }
  if (shard.index <= shard.count) return found(shard, { kind: 'env', name: POD_INDEX })
  const hint = `it counts from 0: set ${COUNT} to the completions of the Job`
  return wrong(POD_INDEX, `there is no pod ${podIndex} of ${count}`, hint)
}

const found = (value: Shard, origin: Sourced<Shard>['origin']): Read => ({ shard: { value, origin }, problems: [] })

const wrong = (name: string, message: string, hint: string): Read => ({
  shard: undefined,
  problems: [{ code: 'usage', message, at: { kind: 'env', name }, hint }],
})
