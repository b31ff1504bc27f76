/** Reading what a script says about itself. */

/** The lines `talos-image KEY VALUE` of a script's output, as a map; a later line for a key wins. */
export function parseReport(stdout: string): ReadonlyMap<string, string> {
  const report = new Map<string, string>()
  for (const line of stdout.split('\n')) {
    const [, key, value] = /^talos-image ([a-z0-9-]+)(?: (.*))?$/.exec(line) ?? []
    if (key !== undefined) report.set(key, (value ?? '').trim())
  }
  return report
}

/** Follows dd's `status=progress` on standard error; calls back with the bytes so far. */
export function progressReader(onBytes: (bytes: number) => void): (text: string) => void {
  let rest = ''
  return (text) => {
    const lines = (rest + text).split(/[\r\n]/)
    rest = (lines.pop() ?? '').slice(-200)
    for (const line of lines) {
      const bytes = /^(\d+) bytes/.exec(line)?.[1]
      if (bytes !== undefined) onBytes(Number(bytes))
    }
  }
}
