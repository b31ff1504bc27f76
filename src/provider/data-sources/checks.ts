/** What can be wrong with the attributes that several data sources have, without any look-up. */

import { checkVersionForm, isFloating } from '../../plan/version.ts'
import type { Diagnostic } from '../definition.ts'
import { at, toDiagnostic, wrong } from '../place.ts'
import type { OpenValue } from '../schema.ts'

/** How `talos_version` is written. @param mustBeWhole whether "v1.13" and "latest" do not do */
export function findVersionProblems(version: OpenValue | undefined, mustBeWhole: boolean): readonly Diagnostic[] {
  if (typeof version !== 'string') return []
  const problem = checkVersionForm({ value: version, origin: at('talos_version') })
  if (problem !== undefined) return [toDiagnostic(problem)]
  if (!mustBeWhole || !isFloating(version)) return []
  const detail = 'Write it whole, or take it from the data source talosimage_versions.'
  return [wrong(['talos_version'], `"${version}" is not a whole version`, detail)]
}
