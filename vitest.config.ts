import { defineConfig } from 'vitest/config'

/** Machines that are translated want both cores to themselves. */
const QEMU = ['test/e2e/qemu*.test.ts', 'test/e2e/judges/packer.test.ts', 'test/e2e/judges/qemu-build.test.ts']

/** What hangs is found all the same; a machine that is merely busy is not called broken. */
const PATIENT = { testTimeout: 60_000, hookTimeout: 60_000, expect: { poll: { timeout: 30_000 } } }

/** Our own packages, as they stand in packages/. */
const SOURCES = { conditions: ['source', 'module', 'node', 'development|production'] }
const RESOLVING = { resolve: SOURCES, ssr: { resolve: SOURCES } }

export default defineConfig({
  test: {
    projects: [
      {
        ...RESOLVING,
        test: { ...PATIENT, name: 'unit', include: ['test/unit/**/*.test.ts', 'packages/*/test/**/*.test.ts'] },
      },
      { ...RESOLVING, test: { ...PATIENT, name: 'contract', include: ['test/contract/**/*.test.ts'] } },
      {
        ...RESOLVING,
        test: {
          ...PATIENT,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: QEMU,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
          // One after the other: the e2e tests want both cores for the command that they run.
          sequence: { groupOrder: 1 },
        },
      },
      {
        ...RESOLVING,
        test: {
          ...PATIENT,
          name: 'qemu',
          include: QEMU,
          testTimeout: 900_000,
          hookTimeout: 900_000,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
      {
        ...RESOLVING,
        test: {
          ...PATIENT,
          name: 'reliability',
          include: ['test/reliability/**/*.test.ts'],
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
})
