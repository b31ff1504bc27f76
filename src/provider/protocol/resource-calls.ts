/** Terraform's calls that are about resources. */

import * as v from 'valibot'
import { type Diagnostic, DiagnosticsError, type Outcome, type Path, type ResourceDefinition } from '../definition.ts'
import type { State } from '../schema.ts'
import { check } from './check.ts'
import { attempt, telling, toPathMessage } from './diagnostics.ts'
import { Message, type Received } from './message.ts'
import { replacedPaths, withOpenComputed } from './plan.ts'
import type { Calls, Session } from './session.ts'
import { readOpen, readState, readStored, toDynamicValue } from './values.ts'

export function resourceCalls(resourceOf: (request: Received) => ResourceDefinition, session: Session): Calls {
  return {
    async ValidateResourceConfig(request) {
      return new Message().message(1, ...(await check(resourceOf(request), request.message(2))))
    },

    async UpgradeResourceState(request) {
      const resource = resourceOf(request)
      const { attributes } = resource
      const [state, said] = await attempt(null, async () =>
        readStored(upgrade(resource, request.integer(2), request.message(3).string(1)), attributes),
      )
      return new Message().message(1, toDynamicValue(state, attributes, state)).message(2, ...said)
    },

    ReadResource: telling(2, async (request) => {
      const resource = resourceOf(request)
      const { attributes } = resource
      const prior = readState(request.message(2), attributes)
      const [state, said] = await attempt(prior, async (say) => {
        const outcome = prior === null ? { state: null } : await resource.read(prior, session)
        say(outcome.diagnostics)
        return outcome.state
      })
      const value = toDynamicValue(state, attributes, prior)
      return new Message()
        .message(1, value)
        .message(2, ...said)
        .bytes(3, request.bytes(3))
    }),

    PlanResourceChange: telling(4, async (request) => {
      const resource = resourceOf(request)
      const { attributes } = resource
      const prior = readState(request.message(2), attributes)
      const proposed = readOpen(request.message(3), attributes)
      const config = readOpen(request.message(4), attributes)
      let replaced: readonly Path[] = []
      let hidden = request.bytes(5)
      const [planned, said] = await attempt(proposed, async (say) => {
        if (proposed === null || config === null) {
          if (prior !== null) say(await resource.planDelete?.(prior, session))
          return null
        }
        const whole = prior === null ? withOpenComputed(proposed, attributes) : proposed
        const plan = (await resource.plan?.({ config, prior, proposed: whole }, session)) ?? { planned: whole }
        say(plan.diagnostics)
        if (plan.expected !== undefined) hidden = new TextEncoder().encode(plan.expected)
        if (prior === null) return plan.planned
        replaced = [...replacedPaths(prior, plan.planned, attributes), ...(plan.replace ?? [])]
        if (replaced.length > 0) say(await resource.planDelete?.(prior, session))
        return plan.planned
      })
      return new Message()
        .message(1, toDynamicValue(planned, attributes, config, prior))
        .message(2, ...replaced.map((path) => toPathMessage(path, attributes)))
        .bytes(3, hidden)
        .message(4, ...said)
    }),

    ApplyResourceChange: telling(3, async (request) => {
      const resource = resourceOf(request)
      const { attributes } = resource
      const prior = readState(request.message(2), attributes)
      const planned = readOpen(request.message(3), attributes)
      const config = readState(request.message(4), attributes)
      const [state, said] = await attempt(prior, async (say) => {
        const outcome =
          planned === null || config === null
            ? await remove(resource, prior, session)
            : prior === null
              ? await resource.create({ config, planned, expected: request.string(5) }, session)
              : await resource.update({ config, prior, planned }, session)
        say(outcome.diagnostics)
        return outcome.state
      })
      const value = toDynamicValue(state, attributes, config, planned, prior)
      return new Message()
        .message(1, value)
        .bytes(2, request.bytes(5))
        .message(3, ...said)
    }),

    async ImportResourceState(request) {
      const resource = resourceOf(request)
      const { attributes } = resource
      const [state, said] = await attempt(null, async (say) => {
        const outcome: Outcome<typeof attributes> = (await resource.import?.(request.string(2), session)) ?? {
          state: null,
          diagnostics: [refusal(`${request.string(1)} cannot be imported`)],
        }
        say(outcome.diagnostics)
        return outcome.state
      })
      const imported = new Message().string(1, request.string(1)).message(2, toDynamicValue(state, attributes))
      return new Message().message(1, ...(state === null ? [] : [imported])).message(2, ...said)
    },

    async MoveResourceState(request) {
      const [, said] = await attempt(undefined, async (say) => {
        say([refusal(`${request.string(2)} cannot become ${request.string(5)}`)])
      })
      return new Message().message(2, ...said)
    },
  }
}

const refusal = (summary: string): Diagnostic => ({ severity: 'error', summary })

async function remove(
  resource: ResourceDefinition,
  prior: State<ResourceDefinition['attributes']> | null,
  session: Session,
): Promise<Outcome<ResourceDefinition['attributes']>> {
  const diagnostics = prior === null ? [] : await resource.delete(prior, session)
  return { state: diagnostics.some(({ severity }) => severity === 'error') ? prior : null, diagnostics }
}

/** @param stored the state, as JSON */
function upgrade(resource: ResourceDefinition, version: number, stored: string): unknown {
  if (version > resource.version) {
    const detail = 'Update the provider to the version that was used before, or a newer one.'
    throw new DiagnosticsError([{ ...refusal('the state was written by a newer version of the provider'), detail }])
  }
  const state = v.parse(v.nullable(v.record(v.string(), v.unknown())), JSON.parse(stored))
  return state === null || version === resource.version ? state : (resource.upgrade?.(version, state) ?? state)
}
