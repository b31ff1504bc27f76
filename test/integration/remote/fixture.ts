/** Runs the scripts for real, by bash, on a plain file in the place of the disk. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { parseReport } from '../../../src/remote/script-report.ts'
import { type TempDir, tempDir } from '../../unit/util/temp-dir.ts'

export const MIB = 1 << 20

/** What only works on block devices, for a file. */
const STAND_INS = {
  blockdev: 'exec stat -c %s "$2"\n',
  blkdiscard: `echo "$*" >>"$0.log"
[ ! -e "$0.fails" ] || { echo 'blkdiscard: Operation not supported' >&2; exit 1; }
for last; do :; done
exec /usr/bin/fallocate --punch-hole --keep-size --length "$(stat -c %s "$last")" "$last"
`,
  fallocate: 'echo "$*" >>"$0.log"\nexec /usr/bin/fallocate "$@"\n',
} as const

export interface Outcome {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly report: ReadonlyMap<string, string>
  readonly stdout: string
  readonly stderr: string
}

/** Standard input that waits for what the script says on standard error. */
type Input = (hasSaid: (text: string) => Promise<void>) => AsyncIterable<Uint8Array>

export interface Bench extends TempDir {
  /** The file that stands for the disk. */
  readonly device: string
  /** Makes or replaces the disk. */
  insert(disk: Uint8Array): Promise<void>
  /** Runs a script. `before` is put in front of it, such as a limit. */
  run(script: string, options?: { stdin?: Uint8Array | Input; before?: string }): Promise<Outcome>
}

/** A line in front of a script: so much memory is left, in KiB. */
export const leftMemory = (kib: number): string => `df() { echo; echo fs 0 0 ${kib}; }\n`

/** A folder with a disk file in it, and stand-ins first in PATH. */
export async function bench(): Promise<Bench> {
  const dir = await tempDir()
  const bin = dir.file('bin')
  await mkdir(bin)
  await mkdir(dir.file('tmp'))
  for (const [name, body] of Object.entries(STAND_INS)) {
    await writeFile(`${bin}/${name}`, `#!/bin/bash\n${body}`)
    await chmod(`${bin}/${name}`, 0o755)
  }
  const device = dir.file("a disk's file")
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, TMPDIR: dir.file('tmp') }
  return {
    ...dir,
    device,
    insert: (disk) => writeFile(device, disk),
    async run(script, { stdin = new Uint8Array(), before = '' } = {}) {
      const child = spawn('bash', ['-c', `${before}${script}`], { env })
      const [stdout, stderr] = ['', '']
      const output = { stdout, stderr }
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output.stdout += text
      })
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        output.stderr += text
      })
      // A script that ends early does not read all of it.
      child.stdin.on('error', () => undefined)
      if (stdin instanceof Uint8Array) child.stdin.end(stdin)
      else {
        const hasSaid = async (text: string): Promise<void> => {
          while (!output.stderr.includes(text) && child.exitCode === null) await once(child.stderr, 'data')
        }
        Readable.from(stdin(hasSaid)).pipe(child.stdin)
      }
      await once(child, 'close')
      return { ...output, exitCode: child.exitCode, signal: child.signalCode, report: parseReport(output.stdout) }
    },
  }
}
