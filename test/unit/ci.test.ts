import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import configuration from '../../vitest.config.ts'

const run = readFileSync('.ci/run', 'utf8')
const steps = (/^STEPS=\((.*)\)$/m.exec(run)?.[1] ?? '').split(' ')
const Workflow = v.object({
  jobs: v.object({ ci: v.object({ strategy: v.object({ matrix: v.object({ step: v.array(v.string()) }) }) }) }),
})

describe('.ci/run', () => {
  test('has the steps that the workflow runs side by side', () => {
    const { jobs } = v.parse(Workflow, parse(readFileSync('.github/workflows/ci.yml', 'utf8')))
    expect(jobs.ci.strategy.matrix.step).toEqual(steps)
  })

  test('has a budget for each step, which is an hour together', () => {
    const budgets = [...(/BUDGET=\((.*)\)/.exec(run)?.[1] ?? '').matchAll(/\[(\w+)\]=(\d+)/g)]
    expect(budgets.map(([, name]) => name)).toEqual(['setup', ...steps])
    expect(budgets.reduce((sum, [, , minutes]) => sum + Number(minutes), 0)).toBeLessThan(60)
  })

  test('runs every kind of test, and all but the reliability matrix with the list of allowed skips', () => {
    const projects = (configuration.test?.projects ?? []).map((project) =>
      v.parse(v.object({ test: v.object({ name: v.string() }) }), project),
    )
    const ran = [...run.matchAll(/run_tests ([a-z0-9 ]+)/g)].flatMap(([, names = '']) => names.trim().split(' '))
    expect([...ran, 'reliability'].toSorted()).toEqual(projects.map(({ test: { name } }) => name).toSorted())
  })
})
