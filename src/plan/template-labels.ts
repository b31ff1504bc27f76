/** The labels that a template gives to its snapshots. */

import type { TemplateImage } from '../config/template/images.ts'
import type { Sourced } from '../config/variables.ts'
import type { Problem } from '../errors.ts'
import { findLabelProblem } from './server-label.ts'

/** Labels that the API would refuse, after the image has been paid for. */
export function findTemplateLabelProblems(labels: ReadonlyMap<string, Sourced<string>>): Problem[] {
  return [...labels].flatMap(([key, { value, origin }]) => findLabelProblem(key, value, origin, 'snapshot') ?? [])
}

/** That the other commands do not see such snapshots. */
export function findTemplateLabelWarnings({ labels, description }: TemplateImage): Problem[] {
  if (labels.get('os')?.value === 'talos') return []
  return [
    {
      code: 'config',
      message: 'the snapshots do not get the label os=talos, so list, prune, outdated and the like will not see them',
      at: [...labels.values()][0]?.origin ?? description.origin,
      hint: 'add os = "talos" to snapshot_labels',
    },
  ]
}
