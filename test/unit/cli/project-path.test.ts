import { expect, test } from 'vitest'
import { findPathProblem, hasProjectPlace, toProjectPath } from '../../../src/cli/project-path.ts'

test('a path with a place for the project is one for each', () => {
  expect(hasProjectPlace('out/{project}/a.json')).toBe(true)
  expect(hasProjectPlace('out/a.json')).toBe(false)
  expect(toProjectPath('out/{project}/{project}.json', 'prod')).toBe('out/prod/prod.json')
})

test('one path for several projects is refused where it must hold one', () => {
  expect(findPathProblem('--tfvars', 'out/talos.tfvars', 2)).toEqual({
    code: 'usage',
    message: '2 projects cannot write to the same file, out/talos.tfvars',
    at: { kind: 'flag', name: '--tfvars' },
    hint: 'put {project} where the name of the project belongs, such as --tfvars {project}/talos.tfvars',
  })
  expect(findPathProblem('--tfvars', 'out/talos.tfvars', 1)).toBeUndefined()
  expect(findPathProblem('--tfvars', '{project}.tfvars', 2)).toBeUndefined()
})
