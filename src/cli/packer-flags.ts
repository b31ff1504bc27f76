/** Flags with `--engine packer`: those that Packer has no equivalent for are refused before anything happens. Pure. */

import type { Problem } from '../errors.ts'
import type { Template } from '../packer/template.ts'
import type { BuildFlags } from './build-flags.ts'

/** The flags of a build that mean something else with `--engine packer`, or nothing. */
export type PackerFlags = Omit<BuildFlags, 'output' | 'engine' | 'fallback'>

const IN_TEMPLATE = 'write it into the source blocks of the template'
/** Flags that Packer has no equivalent for, and why. */
const REFUSED = {
  '--image-file': ['imageFile', 'Packer downloads images by itself: give it an address with -var image_url_x86=URL'],
  '--sha256': ['sha256', 'Packer does not check what it downloads'],
  '--allow-bigger-disk': ['allowBiggerDisk', 'Packer takes the one server type that the template names'],
  '--wait-for-stock': ['waitForStock', 'Packer tries once, at one place'],
  '--allow-older': ['allowOlder', 'Packer tries once, at one place'],
  '--allow-unproven': ['allowUnproven', 'Packer publishes a snapshot as soon as it is made'],
  '--label': ['label', IN_TEMPLATE],
  '--description': ['description', IN_TEMPLATE],
  '--ip-family': ['ipFamily', IN_TEMPLATE],
  '--network': ['network', IN_TEMPLATE],
  '--ssh-over': ['sshOver', IN_TEMPLATE],
  '--firewall': ['firewall', IN_TEMPLATE],
  '--server-label': ['serverLabel', IN_TEMPLATE],
  '--require-host-proof': ['requireHostProof', 'Packer takes any host key'],
  '--download-proxy': ['downloadProxy', 'the commands of the template download by themselves: set it there'],
  '--on-error': ['onError', 'Packer removes its server by itself'],
  '--ssh-timeout': ['sshTimeout', 'write ssh_timeout into the source blocks of the template'],
} as const satisfies Record<string, readonly [keyof PackerFlags, string]>

/** Timeouts that count after Packer is done. */
const HONOURED_TIMEOUTS = new Set(['removeMs', 'actionMs'])

/** The given flags that Packer has no equivalent for. */
export function findFlagProblems(flags: PackerFlags): Problem[] {
  // `cleanup` is what happens anyhow.
  const given = Object.entries(REFUSED).filter(([, [key]]) => flags[key] && flags[key] !== 'cleanup')
  const problems = given.map(([name, [, hint]]) => toProblem(name, hint))
  if ((flags.timeout ?? []).flatMap(Object.keys).every((name) => HONOURED_TIMEOUTS.has(name))) return problems
  const hint = 'Packer has timeouts of its own; only remove and action count, for what comes after it'
  return [...problems, toProblem('--timeout', hint)]
}

function toProblem(name: string, hint: string): Problem {
  return { code: 'usage', message: 'it cannot be used together with --engine packer', at: { kind: 'flag', name }, hint }
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
