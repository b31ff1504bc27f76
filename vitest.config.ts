import { defineConfig } from 'vitest/config'

/** Machines that are translated want both cores to themselves. */
const QEMU = [
  'test/e2e/qemu*.test.ts',
  'packages/hcloud-sandbox/test/e2e/qemu*.test.ts',
  'test/judges/packer.test.ts',
  'test/judges/qemu-build.test.ts',
]

/** What hangs is found all the same; a machine that is merely busy is not called broken. */
const PATIENT = { testTimeout: 60_000, hookTimeout: 60_000, expect: { poll: { timeout: 30_000 } } }
/** For tests that wait for other programs. */
const VERY_PATIENT = { ...PATIENT, testTimeout: 180_000, hookTimeout: 180_000 }

/** Much of a test is waiting: by itself vitest leaves one of two cores free. */
const SIDE_BY_SIDE = { maxWorkers: 2 }

/** Our own packages, as they stand in packages/. */
const SOURCES = { conditions: ['source', 'module', 'node', 'development|production'] }
const RESOLVING = { resolve: SOURCES, ssr: { resolve: SOURCES } }

/** The tests of one kind, of the command and of the packages. */
const of = (kind: string) => [`test/${kind}/**/*.test.ts`, `packages/*/test/${kind}/**/*.test.ts`]

/** Projects of a later group wait for those before them: they want both cores for the programs that they run. */
export default defineConfig({
  test: {
    projects: [
      {
        ...RESOLVING,
        test: {
          ...PATIENT,
          ...SIDE_BY_SIDE,
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
          exclude: ['packages/*/test/{integration,contract,e2e,judges,executables,reliability}/**'],
          setupFiles: ['test/support/unit-only.ts'],
        },
      },
      { ...RESOLVING, test: { ...PATIENT, ...SIDE_BY_SIDE, name: 'integration', include: of('integration') } },
      { ...RESOLVING, test: { ...PATIENT, ...SIDE_BY_SIDE, name: 'contract', include: of('contract') } },
      {
        ...RESOLVING,
        test: {
          ...VERY_PATIENT,
          name: 'e2e',
          include: of('e2e'),
          exclude: QEMU,
          ...SIDE_BY_SIDE,
          sequence: { groupOrder: 1 },
        },
      },
      {
        ...RESOLVING,
        test: {
          ...VERY_PATIENT,
          name: 'judges',
          include: of('judges'),
          exclude: QEMU,
          ...SIDE_BY_SIDE,
          sequence: { groupOrder: 2 },
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
          sequence: { groupOrder: 3 },
        },
      },
      {
        ...RESOLVING,
        test: {
          ...VERY_PATIENT,
          name: 'executables',
          include: of('executables'),
          maxWorkers: 1,
          sequence: { groupOrder: 4 },
        },
      },
      {
        ...RESOLVING,
        test: { ...PATIENT, name: 'reliability', include: of('reliability'), sequence: { groupOrder: 5 } },
      },
    ],
  },
})
