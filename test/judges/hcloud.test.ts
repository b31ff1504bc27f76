/** The official command line client, `hcloud`, against the emulated cloud: what it says, and what is there afterwards. */

import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type CommandResult, runCommand } from '../support/command.ts'
import { missing, named } from '../support/programs.ts'
import { type SandboxCommand, startSandboxCommand } from '../support/sandbox-command.ts'
import { makeSshKey } from '../support/ssh-key.ts'

const WHY_NOT = missing('hcloud', 'ssh-keygen')

interface Judge extends SandboxCommand {
  /** Path of a public key. */
  readonly publicKey: string
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<CommandResult>
  /** Runs a command line that must succeed, and gives what it prints. */
  ok(line: string): Promise<string>
  /** Runs a command line that must fail with the client's exit code 1, and gives its message. */
  fails(line: string): Promise<string>
}

async function createJudge(): Promise<Judge> {
  const sandbox = await startSandboxCommand()
  const { root } = sandbox.workspace
  const { HCLOUD_ENDPOINT, HCLOUD_TOKEN } = sandbox.env
  const key = await makeSshKey(root)
  const run: Judge['run'] = (args, env = { HCLOUD_ENDPOINT, HCLOUD_TOKEN }) =>
    runCommand(['--poll-interval', '50ms', ...args], {
      cwd: root,
      program: ['hcloud'],
      env: { HCLOUD_CONFIG: join(root, 'cli.toml'), ...env },
    })
  return {
    ...sandbox,
    publicKey: `${key}.pub`,
    run,
    async ok(line) {
      const { code, stdout, stderr } = await run(line.split(' '))
      expect(`hcloud ${line}: ${code} ${stderr}`).toContain(': 0 ')
      return stdout
    },
    async fails(line) {
      const { code, stdout, stderr } = await run(line.split(' '))
      expect(`hcloud ${line}: ${code} ${stdout}`).toBe(`hcloud ${line}: 1 `)
      return stderr.trim()
    },
  }
}

const columns = (table: string): string[][] =>
  table
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/\s{2,}/).filter((cell) => cell !== ''))

describe.skipIf(WHY_NOT !== undefined)(named('the hcloud command', WHY_NOT), () => {
  it('keeps SSH keys', async () => {
    await using judge = await createJudge()
    const { ok, fails, look, publicKey } = judge
    expect(await ok(`ssh-key create --name first --public-key-from-file ${publicKey} --label a=b`)).toMatch(
      /^SSH key \d+ created\n$/,
    )
    expect(columns(await ok('ssh-key list -o noheader -o columns=name,labels'))).toEqual([['first', 'a=b']])
    expect(await ok('ssh-key describe first')).toMatch(/Name:\s+first\n[\s\S]*Fingerprint:\s+([0-9a-f]{2}:){15}/)
    await ok('ssh-key add-label first c=d')
    await ok('ssh-key remove-label first a')
    expect(await ok('ssh-key update first --name second')).toBe('SSHKey first updated\n')
    expect(await look('/ssh_keys')).toMatchObject({ ssh_keys: [{ name: 'second', labels: { c: 'd' } }] })
    expect(await fails(`ssh-key create --name second --public-key-from-file ${publicKey}`)).toBe(
      'hcloud: SSH key name is already used (uniqueness_error)',
    )
    expect(await fails(`ssh-key create --name third --public-key-from-file ${publicKey}`)).toBe(
      'hcloud: SSH key with the same fingerprint already exists (uniqueness_error)',
    )
    expect(await ok('ssh-key delete second')).toBe('SSH Key second deleted\n')
    expect(await look('/ssh_keys')).toMatchObject({ ssh_keys: [] })
  })

  it('makes servers, switches them on and off, changes and deletes them', async () => {
    await using judge = await createJudge()
    const { ok, fails, look, publicKey } = judge
    const status = async () => (await ok('server list -o noheader -o columns=status')).trim()
    await ok(`ssh-key create --name key --public-key-from-file ${publicKey}`)
    const made = await ok(
      'server create --name one --type cx23 --image debian-13 --location nbg1 --ssh-key key --label run=1',
    )
    expect(made).toMatch(/to have started \.+ done\nServer 40000001 created\nIPv4: 127\.64\.\d+\.\d+\nIPv6: /)
    expect(made).not.toContain('Root password')
    const address = (await ok('server ip one')).trim()
    expect(made).toContain(`IPv4: ${address}\n`)
    expect(columns(await ok('server list -o columns=name,status,ipv4,type'))).toEqual([
      ['NAME', 'STATUS', 'IPV4', 'TYPE'],
      ['one', 'running', address, 'cx23'],
    ])
    expect(JSON.parse(await ok('server list -o json'))).toMatchObject([
      { name: 'one', status: 'running', public_net: { ipv4: { ip: address } }, image: { name: 'debian-13' } },
    ])
    expect(JSON.parse(await ok('server describe one -o json'))).toMatchObject({
      labels: { run: '1' },
      location: { name: 'nbg1' },
    })
    expect(columns(await ok('primary-ip list -o noheader'))[0]?.slice(1, 5)).toEqual([
      'ipv4',
      'primary_ip-90000001',
      address,
      'Server one',
    ])

    expect(await ok('server enable-rescue one --ssh-key key')).toMatch(/^Rescue enabled for server 40000001/)
    expect(await ok('server describe one')).toMatch(/Rescue System:\s+enabled/)
    expect(await ok('server reset one')).toBe('Server 40000001 reset\n')
    expect(await ok('server describe one')).toMatch(/Rescue System:\s+disabled/)
    for (const [command, after] of [
      ['poweroff', 'off'],
      ['poweron', 'running'],
      ['reboot', 'running'],
      ['shutdown', 'off'],
    ] as const) {
      await ok(`server ${command} one`)
      expect(`${command}: ${await status()}`).toBe(`${command}: ${after}`)
    }

    await ok('server enable-protection one delete rebuild')
    expect(await fails('server delete one')).toBe(
      'hcloud: deleting Server one failed: server deletion is protected (protected)',
    )
    await ok('server disable-protection one delete rebuild')
    await ok('server add-label one os=talos')
    await ok('server remove-label one run')
    expect(await ok('server update one --name uno')).toBe('Server one updated\n')
    expect((await ok('server list -l os=talos,!run -o noheader -o columns=name')).trim()).toBe('uno')
    expect(await fails('server create --name uno --type cx23 --image debian-13')).toBe(
      'hcloud: server name is already used (uniqueness_error)',
    )
    expect(await ok('server delete uno')).toBe('Server uno deleted\n')
    // This client does not wait until the server is gone.
    await expect.poll(() => look('/servers'), { timeout: 20_000 }).toMatchObject({ servers: [] })
    expect(await ok('primary-ip list -o noheader')).toBe('')
  })

  it('makes networks and firewalls, and servers with them', async () => {
    await using judge = await createJudge()
    const { ok, fails, look } = judge
    expect(await ok('network create --name inner --ip-range 127.200.0.0/16')).toBe('Network 4000001 created\n')
    await ok('network add-subnet inner --type cloud --network-zone eu-central --ip-range 127.200.0.0/24')
    await ok('network add-route inner --destination 0.0.0.0/0 --gateway 127.200.0.9')
    expect(await ok('network describe inner')).toMatch(
      /Network Zone:\s+eu-central\n\s+IP Range:\s+127\.200\.0\.0\/24\n\s+Gateway:\s+127\.200\.0\.1\n/,
    )
    expect(await ok('firewall create --name wall --label a=b')).toBe('Firewall 2000001 created\n')
    await ok('firewall add-rule wall --direction in --protocol tcp --port 22 --source-ips 0.0.0.0/0 --source-ips ::/0')
    await ok('firewall apply-to-resource wall --type label_selector --label-selector purpose=image')
    expect(await look('/firewalls')).toMatchObject({
      firewalls: [{ labels: { a: 'b' }, rules: [{ port: '22', source_ips: ['0.0.0.0/0', '::/0'] }] }],
    })
    const made = await ok(
      'server create --name one --type cx23 --image debian-13 --network inner --without-ipv4 --label purpose=image',
    )
    expect(made).toContain('- 127.200.0.2 (inner)')
    expect(made).not.toContain('IPv4:')
    expect(await look('/servers')).toMatchObject({
      servers: [
        {
          public_net: {
            ipv4: null,
            ipv6: { ip: '::ffff:7f40:0/120' },
            firewalls: [{ id: 2000001, status: 'applied' }],
          },
          private_net: [{ network: 4000001, ip: '127.200.0.2' }],
        },
      ],
    })
    expect(columns(await ok('network list -o noheader -o columns=name,servers'))).toEqual([['inner', '1 server']])
    expect(await fails('firewall delete wall')).toMatch(/\(resource_in_use\)$/)
    await ok('server delete one')
    await expect.poll(() => look('/servers'), { timeout: 20_000 }).toMatchObject({ servers: [] })
    await ok('firewall remove-from-resource wall --type label_selector --label-selector purpose=image')
    expect(await ok('firewall delete wall')).toBe('firewall wall deleted\n')
    expect(await ok('network delete inner')).toBe('Network inner deleted\n')
    expect(await look('/networks')).toMatchObject({ networks: [] })
  })

  it('puts servers into groups and networks, gives them volumes and floating IPs, and changes what they are', async () => {
    await using judge = await createJudge()
    const { ok, look } = judge
    await ok('server create --name one --type cx23 --image debian-13 --location fsn1 --start-after-create=false')
    for (const line of [
      'placement-group create --name apart --type spread',
      'server add-to-placement-group one --placement-group apart',
      'network create --name inner --ip-range 10.0.0.0/16',
      'network add-subnet inner --type server --network-zone eu-central --ip-range 10.0.1.0/24',
      'server attach-to-network one --network inner --ip 10.0.1.7 --alias-ips 10.0.1.8',
      'volume create --name store --size 10 --server one',
      'floating-ip create --type ipv4 --server one --name front',
      'server set-rdns one --hostname one.example.com',
      'server change-type one cx33 --keep-disk',
      'server rebuild one --image debian-12',
    ]) {
      await ok(line)
    }
    expect(await look('/servers')).toMatchObject({
      servers: [
        {
          server_type: { name: 'cx33' },
          primary_disk_size: 40,
          image: { name: 'debian-12' },
          placement_group: { name: 'apart' },
          volumes: [expect.any(Number)],
          public_net: { ipv4: { dns_ptr: 'one.example.com' }, floating_ips: [expect.any(Number)] },
          private_net: [{ ip: '10.0.1.7', alias_ips: ['10.0.1.8'] }],
        },
      ],
    })
    expect(columns(await ok('volume list -o noheader -o columns=name,server'))).toEqual([['store', 'one']])
    for (const line of [
      'server detach-from-network one --network inner',
      'network remove-subnet inner --ip-range 10.0.1.0/24',
      'server remove-from-placement-group one',
      'volume detach store',
      'floating-ip unassign front',
    ]) {
      await ok(line)
    }
    expect(await look('/servers')).toMatchObject({
      servers: [{ placement_group: null, volumes: [], private_net: [], public_net: { floating_ips: [] } }],
    })
  })

  it('makes snapshots, starts servers from them, protects and deletes them', async () => {
    await using judge = await createJudge()
    const { ok, fails, look } = judge
    await ok('server create --name one --type cx33 --image debian-13 --start-after-create=false')
    const description = await judge.run(['server', 'create-image', 'one', '--type', 'snapshot', '--description', 'a b'])
    expect(description).toMatchObject({ code: 0, stdout: 'Image 400000001 created from server 40000001\n' })
    await ok('image add-label 400000001 os=talos')
    expect(columns(await ok('image list --type snapshot -l os=talos -o columns=id,description,disk_size'))).toEqual([
      ['ID', 'DESCRIPTION', 'DISK SIZE'],
      ['400000001', 'a b', '80 GB'],
    ])
    expect(await ok('image describe 400000001')).toMatch(/Type:\s+snapshot\nStatus:\s+available/)
    await ok('image update 400000001 --description new')
    expect(await look('/images/400000001')).toMatchObject({ image: { description: 'new', labels: { os: 'talos' } } })

    await ok('image enable-protection 400000001 delete')
    expect(await fails('image delete 400000001')).toBe(
      'hcloud: deleting image 400000001 failed: image deletion is protected (protected)',
    )
    await ok('image disable-protection 400000001 delete')
    expect(await fails('server create --name two --type cx23 --image 400000001')).toBe(
      "hcloud: image disk is bigger than the server type's disk (invalid_input)",
    )
    await ok('server create --name two --type cx33 --image 400000001 --without-ipv6')
    expect(JSON.parse(await ok('server describe two -o json'))).toMatchObject({
      status: 'running',
      image: { id: 400000001 },
      public_net: { ipv6: null },
    })
    expect(await ok('image delete 400000001')).toBe('image 400000001 deleted\n')
    expect(columns(await ok('image list --type snapshot -o columns=id'))).toEqual([['ID']])
    // What was made from it lives on, and can still be looked at.
    expect(columns(await ok('server list -o noheader -o columns=name,status'))).toEqual([
      ['one', 'off'],
      ['two', 'running'],
    ])
    expect(await ok('server describe two')).toMatch(/Image:\s+No Image/)
    expect(await look('/images?type=snapshot')).toMatchObject({ images: [] })
  })

  it('lists what there is to be had', async () => {
    await using judge = await createJudge()
    const { ok, fails } = judge
    expect(await ok('server-type list -o noheader -o columns=name,cores,disk')).toMatch(/^cax11 +2 +40 GB\s*$/m)
    expect(await ok('server-type describe cx23')).toMatch(/ID:\s+114\n[\s\S]*Location:\s+fsn1/)
    expect(columns(await ok('location list -o noheader -o columns=name')).flat()).toEqual([
      'fsn1',
      'nbg1',
      'hel1',
      'ash',
      'hil',
      'sin',
    ])
    expect(await ok('location describe fsn1')).toMatch(/City:\s+Falkenstein/)
    expect(await ok('image list --type system -o noheader -o columns=name')).toContain('debian-13')
    for (const kind of ['iso', 'firewall', 'primary-ip', 'network', 'volume', 'placement-group']) {
      expect(`${kind}: ${(await ok(`${kind} list -o noheader`)).trim()}`).toBe(`${kind}: `)
    }
    expect(await fails('datacenter list')).toBe(
      'hcloud: API functionality was removed: use locations (deprecated_api_endpoint)',
    )
    expect(await fails('certificate create --name one --type managed --domain a.example.com')).toBe(
      'hcloud: the sandbox has no POST /certificates (not_implemented)',
    )
  })

  it('says what is wrong', async () => {
    await using judge = await createJudge()
    const { env, fails, run } = judge
    for (const line of ['server describe', 'server poweron', 'server delete', 'server create-image --type snapshot']) {
      expect((await fails(`${line} missing`)).toLowerCase()).toBe('hcloud: server not found: missing')
    }
    expect(await fails('image describe 7')).toBe('hcloud: image not found: 7')
    expect(await fails('server create --name no_host --type cx23 --image debian-13')).toBe(
      "hcloud: invalid input in field 'name': must be a valid hostname as per RFC 1123 (invalid_input)",
    )
    expect(await fails('server create --name one --type cx23 --image debian-13 --location ash')).toBe(
      'hcloud: unsupported location for server type (invalid_input)',
    )
    const unauthorized = { HCLOUD_ENDPOINT: env.HCLOUD_ENDPOINT, HCLOUD_TOKEN: 'x'.repeat(64) }
    expect(await run(['server', 'list'], unauthorized)).toMatchObject({
      code: 1,
      stderr: 'hcloud: unable to authenticate (unauthorized)\n',
    })
  })

  it('takes the token from the context that is in use', async () => {
    await using judge = await createJudge()
    const { env, run, workspace } = judge
    const contexts = { known: env.HCLOUD_TOKEN, unknown: 'x'.repeat(64) }
    const entries = Object.entries(contexts).map(
      ([name, token]) => `[[contexts]]\n  name = "${name}"\n  token = "${token}"\n`,
    )
    await workspace.write('cli.toml', `active_context = "unknown"\n\n${entries.join('\n')}`)
    const endpoint = { HCLOUD_ENDPOINT: env.HCLOUD_ENDPOINT }
    expect(await run(['location', 'list'], endpoint)).toMatchObject({
      code: 1,
      stderr: 'hcloud: unable to authenticate (unauthorized)\n',
    })
    expect(await run(['context', 'use', 'known'], endpoint)).toMatchObject({ code: 0 })
    expect(await run(['context', 'active'], endpoint)).toMatchObject({ code: 0, stdout: 'known\n' })
    expect(await run(['location', 'list'], endpoint)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('fsn1'),
    })
  })
})
