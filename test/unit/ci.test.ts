import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import configuration from '../../vitest.config.ts'

const run = readFileSync('.ci/run', 'utf8')
const words = (name: string): string[] => (new RegExp(`^${name}=\\((.*)\\)$`, 'm').exec(run)?.[1] ?? '').split(' ')
const all = words('ALL')
const parts = words('PARTS')
const budgets = new Map(
  [...run.matchAll(/BUDGET\+?=\((.*)\)/g)].flatMap(([, list = '']) =>
    [...list.matchAll(/\[(\w+)\]=(\d+)/g)].map(([, name = '', minutes]) => [name, Number(minutes)] as const),
  ),
)
const minutesOf = (names: readonly string[]): number => names.reduce((sum, name) => sum + (budgets.get(name) ?? NaN), 0)
const Workflow = v.object({
  jobs: v.object({ ci: v.object({ strategy: v.object({ matrix: v.object({ step: v.array(v.string()) }) }) }) }),
})

describe('.ci/run', () => {
  test('has the steps that the workflow runs side by side', () => {
    const { jobs } = v.parse(Workflow, parse(readFileSync('.github/workflows/ci.yml', 'utf8')))
    expect(jobs.ci.strategy.matrix.step).toEqual(all.flatMap((name) => (name === 'tests' ? parts : [name])))
  })

  test('has a budget for each step, which is an hour together', () => {
    expect(minutesOf(['setup', ...all])).toBeLessThan(60)
    expect(minutesOf(['tests'])).toBe(minutesOf(parts))
  })

  test('runs the command of the README, with the list of allowed skips', () => {
    expect(run).toMatch(/npm test -- "\$\{REPORTERS\[@\]\}"/)
    expect(readFileSync('README.md', 'utf8')).toContain('npm ci && npm test')
  })

  test('runs every kind of test with the list of allowed skips', () => {
    const projects = (configuration.test?.projects ?? []).map((project) =>
      v.parse(v.object({ test: v.object({ name: v.string() }) }), project),
    )
    const ran = [...run.matchAll(/run_tests ([a-z0-9 ]+)/g)].flatMap(([, names = '']) => names.trim().split(' '))
    const matrix = [...run.matchAll(/npm run test:(\w+) -- "\$\{REPORTERS\[@\]\}"/g)].map(([, name = '']) => name)
    expect([...ran, ...matrix].toSorted()).toEqual(projects.map(({ test: { name } }) => name).toSorted())
  })
})
