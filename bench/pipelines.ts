/** Writing the disk: the pipelines that there are, ours, and what it costs to be sure of the result. */

import { type Benchmark, ratioGoal } from './bench.ts'
import { openDisk } from './pipelines/disk.ts'
import { measureHashing } from './pipelines/hashing.ts'
import { openPlace } from './pipelines/place.ts'
import { measureVerifying } from './pipelines/verifying.ts'
import { measureWriting } from './pipelines/writing.ts'

export const pipelines: Benchmark = {
  name: 'pipelines',
  title: 'Writing the disk',
  async run(say) {
    say('starting a server')
    await using place = await openPlace({ machines: 'namespace', imageMib: 4247, dataMib: 200 })
    const disk = openDisk(place)
    const writing = await measureWriting(place, disk, say)
    const hashing = await measureHashing(place, disk, say)
    const verifying = await measureVerifying(place, say)
    const [bare, downloadOnly] = [hashing.bareMs, hashing.downloadOnlyMs].map((ms) => (ms / writing.oldMs).toFixed(2))
    const why = `hashing takes the time: without any hash ours comes to ${bare} x, with that of the download to ${downloadOnly} x; the old pipeline hashes nothing`
    return {
      tables: [writing.table, hashing.table, verifying],
      goals: [
        ratioGoal('writing the disk, compared with the old pipeline', writing.ourMs / writing.oldMs, 0.2, why),
        ratioGoal("what is allocated, compared with the image's data", writing.allocation, 1.05),
      ],
    }
  },
}
