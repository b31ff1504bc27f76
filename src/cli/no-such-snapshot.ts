/** That a project has no such snapshot, which another one may have. */

import { TalosImageError } from '../errors.ts'

/** What surprises those who have several projects. */
export const STAYS =
  'snapshots cannot move between projects, each needs its own (--project NAME looks into another one)'

/** The error for an ID that nothing in the project has. */
export function noSuchSnapshot(id: number): TalosImageError {
  return new TalosImageError({
    code: 'not-found',
    message: `there is no snapshot ${id} in this project`,
    hint: `\`talos-image list\` shows what there is; ${STAYS}`,
  })
}
