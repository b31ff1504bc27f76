/** Build servers with few addresses, in private networks, behind firewalls, and with labels. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { InterceptedRequest } from 'hcloud-sandbox'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { Server } from '../../src/hetzner/wire.ts'
import { type CommandResult, runCommand } from '../support/command.ts'
import { createHeldProject } from '../support/held-build.ts'
import { createProject, type Project, publicLabels } from '../support/project.ts'
import { createWorkspace, runInWorkspace } from '../support/workspace.ts'

const SSH = { direction: 'in', protocol: 'tcp', port: '22', source_ips: ['0.0.0.0/0', '::/0'] }
const WithId = v.object({ id: v.number() })

const build = (project: Project, ...args: string[]): Promise<CommandResult> =>
  runInWorkspace(['build', '--arch', 'arm', ...project.sshFlags, ...args], { env: project.env })

/** A network in which the sandbox's machines can be reached. */
async function makeNetwork(project: Project, name: string, routes: readonly object[] = []): Promise<number> {
  const subnets = [{ type: 'cloud', network_zone: 'eu-central' }]
  const body = { name, ip_range: '127.210.0.0/16', subnets, routes }
  return (await project.api(v.object({ network: WithId }), 'POST', '/networks', body)).network.id
}

async function makeFirewall(
  project: Project,
  name: string,
  rules: readonly object[],
  selector?: string,
): Promise<number> {
  const apply_to = selector === undefined ? [] : [{ type: 'label_selector', label_selector: { selector } }]
  const body = { name, rules, apply_to }
  return (await project.api(v.object({ firewall: WithId }), 'POST', '/firewalls', body)).firewall.id
}

/** Notes the bodies of all orders of servers. */
function notingOrders() {
  const orders: unknown[] = []
  const intercept = ({ method, path, body }: InterceptedRequest) => {
    if (method === 'POST' && path === '/servers') orders.push(body)
    return undefined
  }
  return { orders, intercept }
}

describe('a build server', () => {
  it('with IPv6 alone costs less, and is logged in to over IPv6', async () => {
    const { orders, intercept } = notingOrders()
    await using project = await createProject({ intercept, limits: { primaryIps: 1 } })
    const { code, stdout, stderr } = await build(project, '--ip-family', 'ipv6')
    expect(code, stderr).toBe(0)
    expect(stderr).toContain('server: IPv6 alone')
    expect(stdout).toMatch(/^\d+ +arm /m)
    expect(orders).toMatchObject([{ public_net: { enable_ipv4: false, enable_ipv6: true } }])
    expect(await project.remains()).toEqual([])
    const dear = await runInWorkspace(['plan', '--arch', 'arm', '--force', '--output', 'json'], { env: project.env })
    const cheap = await runInWorkspace(
      ['plan', '--arch', 'arm', '--force', '--ip-family', 'ipv6', '--output', 'json'],
      { env: project.env },
    )
    const Plan = v.object({
      cost: v.object({ build: v.number() }),
      images: v.array(v.object({ identity: v.string(), server: v.looseObject({}) })),
    })
    const [before, after] = [dear, cheap].map((result) => v.parse(Plan, JSON.parse(result.stdout)))
    expect(after?.cost.build).toBeLessThan(before?.cost.build ?? 0)
    expect(after?.images[0]?.identity).toBe(before?.images[0]?.identity)
    expect(after?.images[0]?.server).toMatchObject({ ipv4: false, ipv6: true, sshOver: 'ipv6' })
  })

  it('in a private network alone is logged in to there', async () => {
    const { orders, intercept } = notingOrders()
    await using project = await createProject({ intercept })
    const id = await makeNetwork(project, 'inner')
    const args = ['--ip-family', 'none', '--network', 'inner', '--debug-log', 'trace.jsonl']
    await using workspace = await createWorkspace()
    const result = await runCommand(['build', '--arch', 'arm', ...project.sshFlags, ...args], {
      cwd: workspace.root,
      env: project.env,
    })
    expect(result.code, result.stderr).toBe(0)
    expect(result.stderr).toContain('no network of it has a route to the Internet')
    expect(result.stderr).toContain(`server: no public address, network inner, SSH over its network`)
    expect(orders).toMatchObject([{ networks: [id], public_net: { enable_ipv4: false, enable_ipv6: false } }])
    expect(await readFile(join(workspace.root, 'trace.jsonl'), 'utf8')).toContain('"host":"127.210.0.2"')
    expect(await project.remains()).toEqual([])
  })

  it('with a way out of its network is warned of for its rescue system alone', async () => {
    await using project = await createProject({ machines: 'none' })
    await makeNetwork(project, 'inner', [{ destination: '0.0.0.0/0', gateway: '127.210.0.2' }])
    const args = ['plan', '--ip-family', 'none', '--network', 'inner']
    const { code, stderr } = await runInWorkspace(args, { env: project.env })
    expect(code, stderr).toBe(0)
    expect(stderr.match(/warning: .*$/gm)).toEqual([
      expect.stringContaining('the rescue system may not have the private network'),
    ])
  })

  it('has its firewalls and labels while it is there, and the snapshot has none of them', async () => {
    await using project = await createHeldProject({ command: '*boot-sector*' })
    const [named, selecting] = [
      await makeFirewall(project, 'wall', [SSH]),
      await makeFirewall(project, 'builders', [SSH], 'team=infra'),
    ]
    await makeNetwork(project, 'inner')
    await using workspace = await createWorkspace()
    const flags = ['--firewall', 'wall', '--network', 'inner', '--server-label', 'team=infra', '--server-label', 'ci']
    const { build: held } = await project.startHeldBuild(workspace, flags)
    const { servers } = await project.api(v.object({ servers: v.array(WallServer) }), 'GET', '/servers')
    expect(servers).toMatchObject([
      {
        labels: {
          team: 'infra',
          ci: '',
          'talos-image/run': expect.any(String),
          'talos-image/lease': expect.any(String),
        },
        public_net: { firewalls: [{ id: named }, { id: selecting }] },
        private_net: [{ ip: '127.210.0.2' }],
      },
    ])
    held.kill('SIGINT')
    const { code, stderr } = await held.result
    expect(code, stderr).toBe(130)
    expect(await project.remains()).toEqual([])
    const again = await build(project, ...flags)
    expect(again.code, again.stderr).toBe(0)
    const [snapshot] = await project.snapshots()
    expect(publicLabels(snapshot?.labels ?? {})).toEqual({
      os: 'talos',
      arch: 'arm',
      version: 'v1.12.2',
      creator: 'hcloud-talos',
      type: 'infra',
    })
  })

  it('that no firewall lets SSH to is told of before, and of what was tried after', async () => {
    await using project = await createProject()
    await makeFirewall(project, 'wall', [{ ...SSH, port: '443' }])
    const { code, stderr } = await build(project, '--firewall', 'wall', '--ssh-over', 'ipv6', '--ssh-timeout', '1s')
    expect(code, stderr).toBe(1)
    expect(stderr).toContain('no rule lets SSH in over IPv6: firewall "wall"')
    expect(stderr).toMatch(/no SSH login at ::ffff:7f40:1 port \d+ over IPv6 within 1 s/)
    expect(await project.remains()).toEqual([])
  })
})

const WallServer = v.object({
  ...Server.entries,
  public_net: v.looseObject({ firewalls: v.array(v.looseObject({ id: v.number() })) }),
})

describe('what cannot be', () => {
  it('is told before anything is made: names that nothing has', async () => {
    await using project = await createProject({ machines: 'none' })
    await makeNetwork(project, 'inner')
    const flags = ['--network', 'iner', '--firewall', 'wall', '--var', 'talos_version=v9.9.9']
    const { code, stderr } = await build(project, ...flags)
    expect(code).toBe(2)
    expect(stderr).toContain('the project has no network "iner"\n  hint: did you mean "inner"?')
    expect(stderr).toContain('the project has no firewall "wall"\n  hint: it has no firewalls')
    expect(stderr).toContain('the Image Factory has no Talos v9.9.9')
    expect(project.attempts()).toEqual(['POST /networks'])
  })

  it('is told before anything is asked: flags that contradict each other', async () => {
    await using project = await createProject({ machines: 'none' })
    const flags = [
      '--ip-family',
      'ipv6',
      '--ssh-over',
      'private',
      '--server-label',
      'talos-image/run=x',
      '--server-label',
      'a b',
    ]
    const { code, stderr } = await build(project, ...flags, '--roles', '--schematic', 'x.yaml')
    expect(code).toBe(2)
    for (const text of [
      'SSH is to go over a private network, but the build server is in no network',
      'the label "talos-image/run" of the build server cannot be set',
      '"a b" cannot be the key of a label',
      '--schematic is for generic images',
    ]) {
      expect(stderr).toContain(text)
    }
    expect(project.log).toEqual([])
  })

  it('is told of a network that does not reach the location', async () => {
    await using project = await createProject({ machines: 'none' })
    await makeNetwork(project, 'inner')
    const { code, stderr } = await build(project, '--network', 'inner', '--var', 'server_location=ash')
    expect(code).toBe(2)
    expect(stderr).toContain('the location "ash" is in the network zone us-east')
    expect(project.attempts()).toEqual(['POST /networks'])
  })
})
