/** `talos-image merge-results FILE...` */

import { throwProblems } from '../../errors.ts'
import { imagesOf, mergeResults } from '../../report/merge-results.ts'
import { resultFileFlags } from '../build-flags.ts'
import { defineCommand } from '../define-command.ts'
import { parseCount } from '../flags.ts'
import { checkOutputs } from '../job-outputs.ts'
import { readResultFiles } from '../read-result-files.ts'
import { findFileProblems, findPartProblems } from '../result-files.ts'
import { toRunResult } from '../run-result.ts'
import { outputFlag } from '../shared-flags.ts'

export const command = defineCommand({
  description: 'Make one result, with one exit code, of those of shards and of matrix jobs.',
  notes: `A file is what \`build --manifest FILE\` or \`build --output json\` wrote, or a
log that holds lines of \`build --output jsonl\`; - is standard input. Of a folder
all files are read whose names end in .json, .jsonl or .log. A shard that has no
result has failed.`,
  examples: [
    'talos-image merge-results results/*.json',
    'talos-image merge-results results --manifest all.json',
    'cat *.log | talos-image merge-results -',
  ],
  parameters: {
    '<files...>': 'the results, or folders of them',
    ...outputFlag,
    '--expect <images>': { text: 'how many images there must be; shards know by themselves', parse: parseCount },
    ...resultFileFlags,
  },
  run: async (io, { files, expect, ...flags }) => {
    await checkOutputs(io)
    const { given, errors, problems } = await readResultFiles(io, files)
    const names = new Set(given.flatMap(({ result: { project } }) => project ?? []))
    const isPart = expect === undefined && given.some(({ result: { shard } }) => shard === undefined)
    throwProblems([
      ...problems,
      ...(await findFileProblems(io, flags, [...names])),
      ...findPartProblems(flags, isPart ? 'without shards and --expect, images may be missing' : undefined),
    ])
    const { results, warnings } = mergeResults(given, expect)
    const [{ talosVersion, inputs } = { talosVersion: '', inputs: undefined }] = results
    const images = [...new Set(results.flatMap(imagesOf))]
    const planned = { talosVersion, inputs, images, projects: [], warnings: [...errors, ...warnings] }
    return toRunResult(io, results, planned, flags, planned.warnings)
  },
})
