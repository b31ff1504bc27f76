/** `talos-image delete ID...` */

import { type Problem, throwProblems } from '../../errors.ts'
import type { Image } from '../../hetzner/wire.ts'
import { doEach } from '../../util/problem-collector.ts'
import { withProblems } from '../command-result.ts'
import { defineCommand } from '../define-command.ts'
import { openProject } from '../open-project.ts'
import { idsArgument, projectFlags } from '../shared-flags.ts'
import { getSnapshot } from '../snapshots-by-id.ts'

export const command = defineCommand({
  description: 'Delete snapshots by ID.',
  notes: 'When one of them is protected or not there, none is deleted.',
  examples: ['talos-image delete 400000001', 'talos-image delete 400000002 400000003 --output json'],
  parameters: { ...idsArgument, ...projectFlags, '--force': 'also snapshots without the label os=talos' },
  run: async (io, { id: ids, force = false, ...flags }) => {
    await using cloud = await openProject(io, flags)
    const { hetzner } = cloud
    const images = await Promise.all([...new Set(ids)].map((id) => getSnapshot(hetzner, id, io.signal)))
    throwProblems(images.flatMap((image) => findRefusals(image, force)))
    const { done, problems } = await doEach(images, ({ id }) => hetzner.images.delete(id, { signal: io.signal }))
    return {
      document: withProblems({ deleted: done.map(({ id }) => id) }, problems),
      text: done.map(({ id, description }) => `Deleted snapshot ${id} (${description})\n`).join(''),
      problems,
    }
  },
})

function findRefusals(image: Image, force: boolean): Problem[] {
  const name = `${image.id} (${image.description})`
  const refuse = (message: string, hint: string): Problem[] => [{ code: 'usage', message, hint }]
  if (image.type !== 'snapshot') {
    return refuse(`${name} is not a snapshot but a ${image.type} image`, 'only snapshots can be deleted')
  }
  if (image.labels.os !== 'talos' && !force) {
    return refuse(
      `${name} does not look like a Talos snapshot: it has no label os=talos`,
      'if it is the one you mean, add --force',
    )
  }
  if (!image.protection.delete) return []
  return refuse(
    `${name} is protected against deletion`,
    `take the protection off first: talos-image unprotect ${image.id}`,
  )
}
