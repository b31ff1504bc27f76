/** Writing the disk: the pipelines that there are, and ours, which also reads the disk back. */

import type { MachineKindName } from 'hcloud-sandbox'
import { type Benchmark, formatSeconds, ratioGoal } from './bench.ts'
import { openPlace } from './pipelines/place.ts'
import { type Extent, HOW_MEASURED, measureWriting, ourMs, type Writing } from './pipelines/writing.ts'

/** Sizes in MiB: Talos for amd64 since 1.11, for arm64, and both before 1.10. */
const [TODAY, TODAY_ARM, BEFORE] = [4247, 2246, 1246]
const DATA_MIB = 200
/** In MiB: the most that the old disk holds, too, whose partitions are smaller; one that boots holds less. */
const DATA_OF_BOTH_MIB = { namespace: 100, qemu: 70 } as const

export const pipelines: Benchmark = {
  name: 'pipelines',
  title: 'Writing the disk',
  async run(say) {
    const measure = async (
      machines: MachineKindName,
      imageMib: number,
      extent: Extent,
      rounds: number,
      dataMib = DATA_MIB,
    ): Promise<Writing> => {
      const told = (text: string): void => say(`${imageMib} MiB, ${machines}: ${text}`)
      told('starting a server')
      await using place = await openPlace({ machines, imageMib, dataMib })
      return await measureWriting(place, extent, rounds, told)
    }
    const measureGrowth = async (machines: 'namespace' | 'qemu', rounds: number) => {
      const dataMib = DATA_OF_BOTH_MIB[machines]
      const before = await measure(machines, BEFORE, 'ours', rounds, dataMib)
      const today = await measure(machines, TODAY, 'ours', rounds, dataMib)
      const share = today.dataBytes / before.dataBytes
      if (Math.abs(share - 1) > 0.03) throw new Error(`one disk has ${share.toFixed(2)} x as much data as the other`)
      return [before, today] as const
    }
    const native = await measure('namespace', TODAY, 'all', 3)
    const nativeArm = await measure('namespace', TODAY_ARM, 'quick', 3)
    const nativePair = await measureGrowth('namespace', 3)
    // The old pipeline and the one that writes all zeros take half an hour there.
    const emulated = await measure('qemu', TODAY, 'quick', 1)
    const emulatedPair = await measureGrowth('qemu', 1)
    const all = [native, nativeArm, ...nativePair, emulated, ...emulatedPair]
    const [first, ...tables] = all.map(({ table }) => table)
    const toUpload = (writing: Writing): number => ourMs(writing) / writing.ms.upload
    const growthOf = ([before, today]: readonly [Writing, Writing]): number => ourMs(today) / ourMs(before)
    const why = `reading back takes ${formatSeconds(emulated.ms.readBack)} of ${formatSeconds(ourMs(emulated))}, since an emulated processor looks at all that is zero; nothing else reads back`
    const growth = 'from 1246 to 4247 MiB with the same data, writing and reading back'
    return {
      tables: [{ ...(first ?? native.table), text: HOW_MEASURED }, ...tables],
      goals: [
        ratioGoal("writing and reading back, compared with hcloud-upload-image's pipeline", toUpload(native), 1),
        ratioGoal('the same on a machine in QEMU', toUpload(emulated), 1, why),
        ratioGoal('writing alone, compared with the old pipeline', native.ms.write / native.ms.old, 0.15),
        ratioGoal(growth, growthOf(nativePair), 1.6),
        ratioGoal(`${growth}, in QEMU`, growthOf(emulatedPair), 2),
        ratioGoal("what is allocated, compared with the image's data", native.allocation, 1.05),
      ],
    }
  },
}
