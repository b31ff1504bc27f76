/** Rules at work: answers the questions that the emulations ask about what goes wrong with them. */

import type { YamlRelease } from 'talos-schematic'
import type { Clock } from '../clock.ts'
import type { FailAction, Intercept } from '../cloud/options.ts'
import type { Architecture } from '../domain.ts'
import type { FactoryIntercept } from '../factory/factory.ts'
import type { MachineFaults, RescueFaults } from '../machines/faults.ts'
import type { MachineSpec } from '../machines/machine.ts'
import { matchesPath, matchesText } from './glob.ts'
import { createMachineFaults } from './machines.ts'
import { createMatcher, type OnFault } from './matcher.ts'
import { SCRIPTED } from './refusals.ts'
import { answerFaulty } from './requests.ts'
import { createRescueFaults } from './rescue.ts'
import { type FaultRule, type RequestRule, YAML_EFFECTS } from './rule.ts'

export interface Faults {
  readonly api: Intercept
  readonly factory: FactoryIntercept
  readonly action: FailAction
  /** Asked for each schematic that is submitted: as which release of its YAML library the Factory writes it down. */
  readonly yamlRelease: (request: Request) => YamlRelease | undefined
  readonly machines: MachineFaults
  /** Asked for each server that is deleted: whether its primary IPs stay. */
  readonly addressesStay: (server: string) => boolean
  /** Asked for each boot into the rescue system. */
  readonly rescue: (machine: MachineSpec) => RescueFaults
  /** Asked when a disk of the Factory is first asked for, told by its name: whether it is one that does not boot. */
  readonly spoilsDisk: (architecture: Architecture, name: string) => boolean
  /** Asked for each server that is made: the size of its disk; undefined for that of its type. */
  readonly diskBytes: (architecture: Architecture) => number | undefined
}

export interface FaultsOptions {
  readonly clock: Clock
  readonly onFault?: OnFault | undefined
}

const isFor =
  (wanted: Architecture) =>
  ({ architecture = wanted }: { readonly architecture?: Architecture | undefined }): boolean =>
    architecture === wanted

/** Makes the rules take effect; each counts for itself from here on. */
export function createFaults(rules: readonly FaultRule[], { clock, onFault }: FaultsOptions): Faults {
  const isAbout = (rule: RequestRule, method: string, path: string): boolean =>
    (rule.method === '*' || rule.method === method) && matchesPath(rule.path, path)
  const match = <Rule extends FaultRule>(some: readonly Rule[]) => createMatcher(some, onFault)
  const api = match(rules.filter((rule) => rule.subject === 'api'))
  const factoryRules = rules.filter((rule) => rule.subject === 'factory')
  const yaml = match(factoryRules.filter((rule) => rule.effect in YAML_EFFECTS))
  const factory = match(factoryRules.filter((rule) => !(rule.effect in YAML_EFFECTS)))
  const actions = match(rules.filter((rule) => rule.subject === 'action'))
  const machineRules = rules.filter(
    (rule) => rule.subject === 'ssh' || rule.subject === 'disk' || rule.subject === 'power' || rule.subject === 'talos',
  )
  const rescueRules = rules.filter(
    (rule) => rule.subject === 'rescue' || rule.subject === 'rescue-address' || rule.subject === 'ssh-port',
  )
  const stays = match(rules.filter((rule) => rule.subject === 'primary-ip'))
  const disks = match(machineRules.filter((rule) => rule.effect === 'too-small'))
  const spoiling = match(rules.filter((rule) => rule.subject === 'factory disk'))
  return {
    async api({ method, path, signal }, answer) {
      const rule = api.first((candidate) => isAbout(candidate, method, path), `${method} ${path}`)
      return rule === undefined ? undefined : answerFaulty(rule, { answer, signal, clock })
    },
    async factory({ method, url, headers }, answer, signal) {
      const { pathname } = new URL(url)
      const isOfAgent = (rule: RequestRule): boolean =>
        !('agent' in rule) || rule.agent === undefined || matchesText(rule.agent, headers.get('User-Agent') ?? '')
      const rule = factory.first(
        (candidate) => isAbout(candidate, method, pathname) && isOfAgent(candidate),
        `${method} ${pathname}`,
      )
      return rule === undefined ? undefined : answerFaulty(rule, { answer, signal, clock })
    },
    yamlRelease({ method, url }) {
      const { pathname } = new URL(url)
      const rule = yaml.first((candidate) => isAbout(candidate, method, pathname), `${method} ${pathname}`)
      return Object.entries(YAML_EFFECTS).find(([effect]) => effect === rule?.effect)?.[1]
    },
    action(command, resources) {
      const about = resources.map(({ type, id }) => `${type} ${id}`).join(' and ')
      const rule = actions.first((candidate) => matchesText(candidate.action, command), `${command} of ${about}`)
      if (rule === undefined) return undefined
      if (rule.effect === 'never-ends') return 'never ends'
      return { code: rule.code ?? 'action_failed', message: rule.message ?? SCRIPTED }
    },
    machines: createMachineFaults(machineRules, onFault),
    rescue: createRescueFaults(rescueRules, onFault),
    addressesStay: (server) => stays.first(() => true, `the deletion of server ${server}`) !== undefined,
    spoilsDisk: (architecture, name) => spoiling.first(isFor(architecture), `the disk ${name}`) !== undefined,
    diskBytes(architecture) {
      return disks.first(isFor(architecture), `the making of a server for ${architecture}`)?.sizeBytes
    },
  }
}
