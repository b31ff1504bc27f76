/** What `talos-image boot-test` does: a run of one image, whose snapshot is there. */

import { planBootTest } from '../library/boot-test.ts'
import { type ProjectAccess, toRunDocument } from '../report/projects.ts'
import { recordTimeline } from '../report/timeline.ts'
import { startBuild } from '../run/build.ts'
import type { RunningBuild } from '../run/result.ts'
import type { BootTestFlags } from './boot-test-flags.ts'
import { openProgress } from './build-view.ts'
import type { CommandResult } from './command-result.ts'
import { exitCodeOfRun } from './exit-codes.ts'
import type { Io } from './io.ts'
import { openProject, toCloudOptions } from './open-project.ts'
import { abandon, finish, withToken } from './project-run.ts'
import { formatBootTest } from './render/boot-test.ts'
import { findFailures, findLeftovers, formatInterrupted } from './render/summary.ts'
import { readServerFlags } from './server-flags.ts'
import { showWarning } from './show-problem.ts'

export async function runBootTest(io: Io, flags: BootTestFlags): Promise<CommandResult> {
  const { id, location, waitForStock: waitMs = 0, bootTimeout, ...rest } = flags
  const { server, problems } = readServerFlags(rest)
  const { inProject } = await toCloudOptions(io, rest)
  await using cloud = await openProject(io, rest, problems)
  const { hetzner, talosPort } = cloud
  const plan = await planBootTest(id, hetzner, { server, location, signal: io.signal })
  for (const warning of plan.warnings) showWarning(io, warning)
  const access: ProjectAccess = {
    project: inProject?.name,
    variable: flags.sandbox === true ? undefined : inProject?.variable,
  }
  const { currency, addressPerHour } = plan.cost
  const view = await openProgress(io, currency === undefined ? undefined : { currency, addressPerHour })
  const timeline = recordTimeline()
  try {
    const building: RunningBuild = startBuild({
      ...{ hetzner, plan, talosPort, signal: io.signal },
      timeouts: bootTimeout === undefined ? {} : { bootTestMs: bootTimeout },
      stock: { waitMs, look: async ({ placements }) => placements },
      onEvent: (event) => {
        timeline.add(event, Date.now())
        view.onEvent(withToken(event, access, () => building.run))
      },
    })
    const running = { access, timeline, plan, building }
    io.onSecondSignal(() => abandon(running))
    const result = await finish(io, running, cloud.factoryUrl)
    const { snapshots } = result
    return {
      document: toRunDocument([result]),
      text: (width) => snapshots.map((snapshot) => formatBootTest(snapshot, width)).join(''),
      problems: [...findFailures([result]), ...findLeftovers([result])],
      note: formatInterrupted([result]),
      finish: async () => exitCodeOfRun([result]),
    }
  } finally {
    view.close()
  }
}
