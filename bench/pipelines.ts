/** Writing the disk: the pipelines that there are, and ours, which also reads the disk back. */

import type { MachineKindName } from 'hcloud-sandbox'
import { type Benchmark, ratioGoal } from './bench.ts'
import { openPlace } from './pipelines/place.ts'
import { type Extent, HOW_MEASURED, measureWriting, ourMs, type Writing } from './pipelines/writing.ts'

/** Sizes in MiB: Talos for amd64 since 1.11, for arm64, and both before 1.10. All with the same data. */
const [TODAY, TODAY_ARM, BEFORE] = [4247, 2246, 1246]
const DATA_MIB = 200

export const pipelines: Benchmark = {
  name: 'pipelines',
  title: 'Writing the disk',
  async run(say) {
    const measure = async (
      machines: MachineKindName,
      imageMib: number,
      extent: Extent,
      rounds: number,
    ): Promise<Writing> => {
      const told = (text: string): void => say(`${imageMib} MiB, ${machines}: ${text}`)
      told('starting a server')
      await using place = await openPlace({ machines, imageMib, dataMib: DATA_MIB })
      return await measureWriting(place, extent, rounds, told)
    }
    const native = await measure('namespace', TODAY, 'all', 3)
    const nativeArm = await measure('namespace', TODAY_ARM, 'quick', 3)
    const nativeBefore = await measure('namespace', BEFORE, 'ours', 3)
    // The old pipeline and the one that writes all zeros take half an hour there.
    const emulated = await measure('qemu', TODAY, 'quick', 1)
    const emulatedBefore = await measure('qemu', BEFORE, 'ours', 1)
    const [first, ...tables] = [native, nativeArm, nativeBefore, emulated, emulatedBefore].map(({ table }) => table)
    const toUpload = (writing: Writing): number => ourMs(writing) / writing.ms.upload
    const growth = 'from 1246 to 4247 MiB with the same data, writing and reading back'
    return {
      tables: [{ ...(first ?? native.table), text: HOW_MEASURED }, ...tables],
      goals: [
        ratioGoal("writing and reading back, compared with hcloud-upload-image's pipeline", toUpload(native), 1),
        ratioGoal('the same on a machine in QEMU', toUpload(emulated), 1),
        ratioGoal('writing alone, compared with the old pipeline', native.ms.write / native.ms.old, 0.15),
        ratioGoal(growth, ourMs(native) / ourMs(nativeBefore), 1.6),
        ratioGoal(`${growth}, in QEMU`, ourMs(emulated) / ourMs(emulatedBefore), 2),
        ratioGoal("what is allocated, compared with the image's data", native.allocation, 1.05),
      ],
    }
  },
}
