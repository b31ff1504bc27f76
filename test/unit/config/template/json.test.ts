import { expect, it } from 'vitest'
import { loadConfiguration } from '../../../../src/config/load.ts'
import { evaluateTemplate } from '../../../../src/config/template/evaluate-template.ts'
import { formatOrigin } from '../../../../src/errors.ts'
import { catchProblems, createDirectory } from '../fixture.ts'

const TEMPLATE = {
  packer: { required_plugins: {} },
  variable: {
    talos_version: { type: 'string', default: 'v1.12.2' },
    tags: { type: 'map(string)', default: { a: 'b' } },
  },
  locals: {
    url: `https://example.com/\${var.talos_version}/hcloud-amd64.raw.xz`,
    labels: `\${merge({os = "talos"}, var.tags)}`,
  },
  source: {
    hcloud: {
      talos: {
        server_type: 'cx23',
        location: 'fsn1',
        snapshot_name: `Talos \${upper("x86")} "quoted"`,
        snapshot_labels: `\${local.labels}`,
        networks: ['inner', 5],
      },
    },
  },
  build: {
    sources: ['source.hcloud.talos'],
    provisioner: [
      { shell: { inline: [`wget -O /tmp/a.xz \${local.url}`, 'xz -dc /tmp/a.xz | dd of=/dev/sda\nsync'] } },
    ],
  },
}

async function load(template: unknown) {
  await using directory = await createDirectory({ 't.pkr.json': JSON.stringify(template, null, 2) })
  const sources = { directory: directory.path, varFiles: [], vars: ['tags={ a = "c" }'], env: {}, cwd: directory.path }
  const { template: loaded } = await loadConfiguration(sources)
  if (loaded === undefined) throw new Error('there is no template')
  return evaluateTemplate(loaded)
}

it('reads the JSON form like the other one', async () => {
  const { images, problems, warnings } = await load(TEMPLATE)
  expect([problems, warnings]).toEqual([[], []])
  expect(images).toMatchObject([
    {
      source: 'talos',
      description: { value: 'Talos X86 "quoted"' },
      disk: { value: { kind: 'url', url: 'https://example.com/v1.12.2/hcloud-amd64.raw.xz' } },
      server: { networks: [{ value: 'inner' }, { value: '5' }] },
    },
  ])
  const [image] = images
  expect([...(image?.labels ?? [])].map(([name, { value }]) => `${name}=${value}`)).toEqual(['os=talos', 'a=c'])
})

it('knows names that every object has', async () => {
  const locals = { constructor: 'x86', toString: 'Talos' }
  const talos = { ...TEMPLATE.source.hcloud.talos, snapshot_name: `\${local.toString} \${local.constructor}` }
  const { images } = await load({
    ...TEMPLATE,
    locals: { ...TEMPLATE.locals, ...locals },
    source: { hcloud: { talos } },
  })
  expect(images.map(({ description }) => description.value)).toEqual(['Talos x86'])
})

it('warns of what a manifest does not have', async () => {
  const manifest = { output: 'a.json', strip_path: true, custom_data: { a: 'b' } }
  const { warnings } = await load({ ...TEMPLATE, build: { ...TEMPLATE.build, 'post-processor': [{ manifest }] } })
  expect(warnings.map(({ message }) => message)).toEqual([
    'custom_data of the post-processor "manifest" has no effect: every build is listed, with what Packer itself tells',
  ])
})

it('points at mistakes in it', async () => {
  const problems = await catchProblems(
    load({ ...TEMPLATE, locals: { url: `\${var.nope}`, labels: `\${` }, builders: [{ type: 'hcloud' }] }),
  )
  expect(problems.map(({ at, message }) => `${formatOrigin(at)}: ${message}`)).toEqual([
    't.pkr.json:19:15: the expression of "labels" cannot be read here',
    't.pkr.json:50:3: "builders" blocks are not known here',
  ])
})

it('knows an older form for what it is', async () => {
  const problems = await catchProblems(load({ builders: [{ type: 'hcloud' }], variable: { tags: {} } }))
  expect(problems.map(({ message, hint }) => [message, hint])).toEqual([
    ['"builders" blocks are not known here', "packer hcl2_upgrade of HashiCorp's Packer makes a newer template of it"],
  ])
})

it('says at once what a shell command in it is not known for', async () => {
  const build = { ...TEMPLATE.build, provisioner: { shell: { inline: ['reboot'] }, file: {} } }
  const problems = await catchProblems(load({ ...TEMPLATE, build }))
  expect(problems.map(({ message }) => message)).toEqual([
    'unsupported command: "reboot"',
    'a file needs a destination',
  ])
})
