/** Flags with `--engine packer`: those that Packer has no equivalent for are refused before anything happens. Pure. */

import type { Problem } from '../errors.ts'
import type { Template } from '../packer/template.ts'
import type { BuildFlags } from './build-flags.ts'

/** The flags of a build that mean something else with `--engine packer`, or nothing. */
export type PackerFlags = Omit<BuildFlags, 'output' | 'engine' | 'fallback'>

/** Timeouts that count after Packer is done. */
const HONOURED_TIMEOUTS = new Set(['removeMs', 'actionMs'])

/** The given flags that Packer has no equivalent for, and why. */
export function findFlagProblems(flags: PackerFlags): Problem[] {
  const refused: readonly (readonly [isGiven: boolean, name: string, why: string])[] = [
    [
      flags.imageFile !== undefined,
      '--image-file',
      'Packer downloads images by itself: give it an address with -var image_url_x86=URL',
    ],
    [flags.sha256 !== undefined, '--sha256', 'Packer does not check what it downloads'],
    [flags.allowBiggerDisk === true, '--allow-bigger-disk', 'Packer takes the one server type that the template names'],
    [flags.waitForStock !== undefined, '--wait-for-stock', 'Packer tries once, at one place'],
    ...findServerFlags(flags).map((name) => [true, name, 'write it into the source blocks of the template'] as const),
    [flags.sshTimeout !== undefined, '--ssh-timeout', 'write ssh_timeout into the source blocks of the template'],
    [
      (flags.timeout ?? []).flatMap(Object.keys).some((name) => !HONOURED_TIMEOUTS.has(name)),
      '--timeout',
      'Packer has timeouts of its own; only remove and action count, for what comes after it',
    ],
  ]
  return refused
    .filter(([isGiven]) => isGiven)
    .map(([, name, why]) => ({
      code: 'usage',
      message: 'it cannot go together with --engine packer',
      at: { kind: 'flag', name },
      hint: why,
    }))
}

/** The flags given that say what the build servers are: a template has its own words for that. */
function findServerFlags({ ipFamily, network, sshOver, firewall, serverLabel }: PackerFlags): string[] {
  const flags = {
    '--ip-family': ipFamily,
    '--network': network,
    '--ssh-over': sshOver,
    '--firewall': firewall,
    '--server-label': serverLabel,
  }
  return Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : [name]))
}

/** What the template cannot do that the flags ask for. */
export function findTemplateProblems(flags: PackerFlags, template: Template): Problem[] {
  const problems: Problem[] = []
  const refuse = (message: string, hint: string): void => {
    problems.push({ code: 'packer', message, at: { kind: 'flag', name: '--engine' }, hint })
  }
  if (template.targets.length === 0) {
    refuse(
      'no build block in the directory uses a source "hcloud"',
      'name the directory with such a template: --directory DIR',
    )
    return problems
  }
  const unclear = template.targets.filter(({ architecture }) => architecture === undefined).map(({ name }) => name)
  if (flags.arch !== undefined && unclear.length > 0) {
    refuse(
      `the template does not tell the architecture of ${unclear.join(', ')}, so --arch cannot choose`,
      'give the snapshot_labels of each source an arch = "arm" or arch = "x86"',
    )
  }
  for (const architecture of unclear.length > 0 ? [] : (flags.arch ?? [])) {
    if (template.targets.some((target) => target.architecture === architecture)) continue
    refuse(`the template has no source for ${architecture}`, 'leave it out of --arch')
  }
  return problems
}
