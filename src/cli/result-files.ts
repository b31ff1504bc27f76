/** The files in which `build` leaves what it came to, beside what it prints. */

import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Problem, TalosImageError } from '../errors.ts'
import type { ProjectsPlan } from '../plan/plan-projects.ts'
import { addToPackerManifest, type PackerManifest, parsePackerManifest } from '../report/packer-manifest.ts'
import { type ProjectResult, toRunDocument } from '../report/projects.ts'
import type { Outcome } from '../report/result.ts'
import { toTfvars } from '../report/tfvars.ts'
import { errorCode } from '../util/error-code.ts'
import { ProblemCollector } from '../util/problem-collector.ts'
import type { ResultFileFlags } from './build-flags.ts'
import type { Io } from './io.ts'
import { showError } from './show-problem.ts'
import { checkWritable, notWritable, writeJsonFile, writeTextFile } from './write-file.ts'

const REPORT = '--report'
const TFVARS = '--tfvars'
const PACKER_MANIFEST = '--packer-manifest'

interface ResultFile {
  readonly flag: string
  readonly path: string
  /** Beyond that it can be written. @throws TalosImageError `usage` */
  readonly check: (io: Io, path: string) => Promise<void>
  /** @throws TalosImageError when it cannot be written */
  readonly write: (io: Io, path: string, result: ProjectResult, planned: ProjectsPlan) => Promise<void>
}

/**
 * Everything that is wrong with the files, before there is something to write.
 * @param projects the names of the projects; none when the only one was not named
 */
export async function findFileProblems(
  io: Io,
  flags: ResultFileFlags,
  projects: readonly string[] = [],
): Promise<readonly Problem[]> {
  if (projects.length === 0) return checkFiles(io, flags)
  const { tfvars, packerManifest } = flags
  const problems = new ProblemCollector()
  for (const [flag, path] of Object.entries({ [TFVARS]: tfvars, [PACKER_MANIFEST]: packerManifest })) {
    if (path !== undefined) problems.add(findPathProblem(flag, path, projects.length))
  }
  for (const one of [commonFiles(flags), ...projects.map((project) => filesOf(flags, project))]) {
    problems.add(...(await checkFiles(io, one)))
  }
  return problems.all
}

async function checkFiles(io: Io, flags: ResultFileFlags): Promise<readonly Problem[]> {
  const problems = new ProblemCollector()
  const files = toFiles(flags)
  for (const { flag, path, check } of files) {
    await problems.attempt(async () => {
      await checkWritable(io, path, flag)
      await check(io, path)
    })
    const other = files.find((one) => resolve(io.cwd, one.path) === resolve(io.cwd, path))
    if (path !== '' && other !== undefined && other.flag !== flag) problems.add(sameFile(flag, other.flag, path))
  }
  return problems.all
}

/**
 * Writes the files of each project, and those that hold all of them. Comes last, so that a disk that has become full
 * does not hide what was built. Whether all of them were written; what could not be is shown.
 */
export async function writeResultFiles(
  io: Io,
  flags: ResultFileFlags,
  results: readonly ProjectResult[],
  planned: ProjectsPlan,
): Promise<boolean> {
  const { manifest, report } = commonFiles(flags)
  const writes = [
    ...(manifest === undefined ? [] : [() => writeJsonFile(io, manifest, '--manifest', toRunDocument(results))]),
    ...(report === undefined ? [] : [() => writePage(io, report, results, planned)]),
    ...results.flatMap((result) =>
      toFiles(filesOf(flags, result.project)).map(
        ({ path, write }) =>
          () =>
            write(io, path, result, planned),
      ),
    ),
  ]
  let written = true
  for (const write of writes) {
    try {
      await write()
    } catch (error) {
      if (!(error instanceof TalosImageError)) throw error
      for (const problem of error.problems) showError(io, problem)
      written = false
    }
  }
  return written
}

/** `{project}` in the path of a flag stands for the project's name. */
const PLACE = '{project}'

/** The manifest and the page of all projects, unless each has its own. */
function commonFiles({ manifest, report }: ResultFileFlags): ResultFileFlags {
  return {
    ...(manifest === undefined || manifest.includes(PLACE) ? {} : { manifest }),
    ...(report === undefined || report.includes(PLACE) ? {} : { report }),
  }
}

/** The files of one project. @param project a valid name, so that the path leads nowhere else; undefined: not named */
function filesOf(flags: ResultFileFlags, project: string | undefined): ResultFileFlags {
  const { manifest, report, tfvars, packerManifest } = flags
  const own = (path: string): string => (project === undefined ? path : path.replaceAll(PLACE, project))
  return {
    ...(manifest?.includes(PLACE) === true ? { manifest: own(manifest) } : {}),
    ...(report?.includes(PLACE) === true ? { report: own(report) } : {}),
    ...(tfvars === undefined ? {} : { tfvars: own(tfvars) }),
    ...(packerManifest === undefined ? {} : { packerManifest: own(packerManifest) }),
  }
}

/** For files that cannot hold several projects: that there are several, and one path for all of them. */
function findPathProblem(flag: string, path: string, projects: number): Problem | undefined {
  if (projects < 2 || path.includes(PLACE)) return undefined
  return {
    code: 'usage',
    message: `${projects} projects cannot write to the same file, ${path}`,
    at: { kind: 'flag', name: flag },
    hint: `put ${PLACE} where the name of the project belongs, such as ${flag} ${PLACE}/${path.split('/').at(-1)}`,
  }
}

function toFiles({ manifest, report, tfvars, packerManifest }: ResultFileFlags): ResultFile[] {
  const files: ResultFile[] = []
  const nothing = async (): Promise<void> => undefined
  if (manifest !== undefined) files.push({ flag: '--manifest', path: manifest, check: nothing, write: writeManifest })
  if (report !== undefined) files.push({ flag: REPORT, path: report, check: nothing, write: writeOwnPage })
  if (tfvars !== undefined) files.push({ flag: TFVARS, path: tfvars, check: checkTfvarsName, write: writeTfvars })
  if (packerManifest !== undefined) {
    files.push({ flag: PACKER_MANIFEST, path: packerManifest, check: checkPackerManifest, write: writePackerManifest })
  }
  return files
}

const sameFile = (flag: string, other: string, path: string): Problem => ({
  code: 'usage',
  message: `${path} is the file of ${other}, too`,
  at: { kind: 'flag', name: flag },
  hint: 'give each a file of its own',
})

/** That Terraform's variables would be those of a part of the images. @param why it is a part; undefined: it is all of them */
export function findPartProblems({ tfvars }: ResultFileFlags, why: string | undefined): Problem[] {
  if (tfvars === undefined || why === undefined) return []
  const hint = 'write them once, from the results of all shards: `talos-image merge-results --tfvars FILE RESULT...`'
  return [{ code: 'usage', message: `${why}, and Terraform needs all`, at: { kind: 'flag', name: TFVARS }, hint }]
}

/** Writes the document as it is. */
async function writeManifest(io: Io, path: string, document: Outcome): Promise<void> {
  await writeJsonFile(io, path, '--manifest', document)
}

const writeOwnPage: ResultFile['write'] = (io, path, result, planned) => writePage(io, path, [result], planned)

async function writePage(
  io: Io,
  path: string,
  results: readonly ProjectResult[],
  planned: ProjectsPlan,
): Promise<void> {
  // Only who wants a page loads what makes it.
  const { formatPage } = await import('./render/page/page.ts')
  await writeTextFile(io, path, REPORT, formatPage({ results, planned }))
}

async function checkTfvarsName(_io: Io, path: string): Promise<void> {
  if (path.endsWith('.json')) return
  throw new TalosImageError({
    code: 'usage',
    message: `Terraform would not read ${path} as JSON, which it holds`,
    at: { kind: 'flag', name: TFVARS },
    hint: 'end its name in .auto.tfvars.json, which Terraform reads by itself, or in .tfvars.json',
  })
}

/** Writes Terraform's variables. When an image failed, what was there stays, and it is said. */
async function writeTfvars(io: Io, path: string, document: Outcome): Promise<void> {
  const variables = toTfvars(document)
  if (variables !== undefined) await writeJsonFile(io, path, TFVARS, variables)
  else {
    const isThere = (await readIfFile(resolve(io.cwd, path)).catch(() => 'unreadable')) !== ''
    io.err(`${path} was not written, since an image is missing${isThere ? '; it stays as it was' : ''}.\n`)
  }
}

async function checkPackerManifest(io: Io, path: string): Promise<void> {
  await readPackerManifest(io, path)
}

/** Adds what was built or existed to what is there by now, which another run may have written to meanwhile. */
async function writePackerManifest(io: Io, path: string, document: ProjectResult): Promise<void> {
  const manifest = await readPackerManifest(io, path)
  if (document.snapshots.length === 0) return
  await writeJsonFile(io, path, PACKER_MANIFEST, addToPackerManifest(manifest, document))
}

/** @throws TalosImageError `usage` when it is something else, which would be lost */
async function readPackerManifest(io: Io, path: string): Promise<PackerManifest> {
  const manifest = parsePackerManifest(
    await readIfFile(resolve(io.cwd, path)).catch((error: unknown) => {
      throw notWritable(path, PACKER_MANIFEST, error)
    }),
  )
  if (typeof manifest !== 'string') return manifest
  throw new TalosImageError({
    code: 'usage',
    message: `${path} ${manifest}, so nothing can be added to it`,
    at: { kind: 'flag', name: PACKER_MANIFEST },
    hint: "name a file that Packer's manifest post-processor has written, or one that is not there yet",
  })
}

/** What is in a file; nothing where there is none, or a device or a pipe, which may never end. */
async function readIfFile(path: string): Promise<string> {
  try {
    return (await stat(path)).isFile() ? await readFile(path, 'utf8') : ''
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return ''
    throw error
  }
}
