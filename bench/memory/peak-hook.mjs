/**
 * Loaded into a process that is measured (`node --import`): leaves the most memory that it ever had, in KiB, in a file.
 * The kernel's `VmHWM` begins anew with each program; `ru_maxrss` does not, and would tell that of who started it.
 */

import { readFileSync, writeFileSync } from 'node:fs'

process.on('exit', () => {
  const [, kib = ''] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  writeFileSync(process.env.TALOS_IMAGE_BENCH_PEAK, kib)
})
