import { describe, expect, test } from 'vitest'
import { readShard } from '../../../src/cli/read-shard.ts'

const flag = { shard: { index: 2, count: 4 } }

describe('the shard of a job', () => {
  test.each([
    ['the flag', flag, { TALOS_IMAGE_SHARD: '1/3' }, 2, 4, '--shard'],
    ['the environment', {}, { TALOS_IMAGE_SHARD: ' 1/3 ', TALOS_IMAGE_SHARD_COUNT: '8' }, 1, 3, 'TALOS_IMAGE_SHARD'],
    ['the first pod', {}, { TALOS_IMAGE_SHARD_COUNT: '8', JOB_COMPLETION_INDEX: '0' }, 1, 8, 'JOB_COMPLETION_INDEX'],
    ['the last pod', {}, { TALOS_IMAGE_SHARD_COUNT: '8', JOB_COMPLETION_INDEX: '7' }, 8, 8, 'JOB_COMPLETION_INDEX'],
  ])('is that of %s', (_, flags, env, index, count, name) => {
    expect(readShard(flags, env)).toEqual({
      shard: { value: { index, count }, origin: { kind: name.startsWith('--') ? 'flag' : 'env', name } },
      problems: [],
    })
  })

  test.each([
    ['nothing', {}],
    ['empty variables', { TALOS_IMAGE_SHARD: '', TALOS_IMAGE_SHARD_COUNT: ' ' }],
    ['a pod that was not told how many there are', { JOB_COMPLETION_INDEX: '3' }],
  ])('is none for %s', (_, env) => {
    expect(readShard({}, env)).toEqual({ shard: undefined, problems: [] })
  })

  test.each([
    [{ TALOS_IMAGE_SHARD: '1 of 3' }, 'TALOS_IMAGE_SHARD', '"1 of 3" is not a shard'],
    [{ TALOS_IMAGE_SHARD_COUNT: '0' }, 'TALOS_IMAGE_SHARD_COUNT', '"0" is not a number of shards'],
    [
      { TALOS_IMAGE_SHARD_COUNT: '8' },
      'TALOS_IMAGE_SHARD_COUNT',
      'there are 8 shards, and JOB_COMPLETION_INDEX is not',
    ],
    [
      { TALOS_IMAGE_SHARD_COUNT: '8', JOB_COMPLETION_INDEX: '-1' },
      'TALOS_IMAGE_SHARD_COUNT',
      'there are 8 shards, and JOB_COMPLETION_INDEX is "-1"',
    ],
    [{ TALOS_IMAGE_SHARD_COUNT: '8', JOB_COMPLETION_INDEX: '8' }, 'JOB_COMPLETION_INDEX', 'there is no pod 8 of 8'],
  ])('is a mistake in %j', (env, name, message) => {
    const { shard, problems } = readShard({}, env)
    expect(shard).toBeUndefined()
    expect(problems).toMatchObject([
      { code: 'usage', message: expect.stringContaining(message), at: { kind: 'env', name }, hint: expect.any(String) },
    ])
  })
})
