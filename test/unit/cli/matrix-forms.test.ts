import { describe, expect, test } from 'vitest'
import type { MatrixEntry } from '../../../src/cli/build-matrix.ts'
import { MATRIX_FORMS, toMatrixForm } from '../../../src/cli/matrix-forms.ts'

const entry = (args: string, name = 'x86 worker'): MatrixEntry => ({
  name,
  architecture: 'x86',
  role: 'worker',
  talosVersion: 'v1.13.9',
  args,
})

test('a matrix is printed for these', () => {
  expect(MATRIX_FORMS).toEqual(['github', 'gitlab'])
})

describe('a matrix for GitLab', () => {
  test('has a name and the arguments, with every $ doubled', () => {
    expect(toMatrixForm('gitlab', [entry("worker --var='a$b$$c'")])).toEqual([
      { TALOS_IMAGE_NAME: 'x86 worker', TALOS_IMAGE_ARGS: "worker --var='a$$b$$$$c'" },
    ])
  })

  test('is an empty list when everything exists', () => {
    expect(toMatrixForm('gitlab', [])).toEqual([])
    expect(toMatrixForm('github', [])).toEqual({ include: [] })
  })

  test('is refused with all names that would be too long, and with too many jobs', () => {
    const fits = entry('a'.repeat(190))
    expect(toMatrixForm('gitlab', [fits])).toHaveLength(1)
    expect(() => toMatrixForm('gitlab', [entry('a'.repeat(191)), fits, entry('b'.repeat(300), 'arm')])).toThrow(
      /^the name of GitLab's job for x86 worker would hold .* of 201 characters, and 200 fit\nthe name .* for arm .* 303/,
    )
    expect(toMatrixForm('gitlab', Array(200).fill(entry('a')))).toHaveLength(200)
    expect(() => toMatrixForm('gitlab', Array(201).fill(entry('a')))).toThrow(
      'GitLab takes 200 jobs of a matrix, and there are 201',
    )
    expect(toMatrixForm('github', [entry('a'.repeat(300))])).toHaveProperty('include')
  })
})
