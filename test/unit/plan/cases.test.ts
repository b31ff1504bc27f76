/** Directories as people have them, and what is right for each. */

import { join, relative } from 'node:path'
import { EMPTY_SCHEMATIC, schematicId } from 'talos-schematic'
import { expect, test } from 'vitest'
import { formatOrigin, ProblemsError } from '../../../src/errors.ts'
import { type PlanRequestOptions, readPlanRequest } from '../../../src/library/read-plan-request.ts'
import { chooseImages } from '../../../src/plan/choose-images.ts'
import type { ImageRequest } from '../../../src/plan/request.ts'
import { ROOT } from '../../support/command.ts'

const CASES = join(ROOT, 'test/fixtures/cases')

/** What an image comes to, a line for each thing. */
function describe({ name, choice, serverType, template, sha256 }: ImageRequest, version: string): readonly string[] {
  const labels = Object.entries(template?.labels ?? {}).map((label) => label.join('='))
  const pinned = sha256 === undefined ? '' : ` with the SHA-256 ${sha256}`
  const summary = `${version} from ${describeSource(choice)}${pinned}`
  return [`${name} on ${serverType.value}: ${template?.description}`, labels.join(','), summary]
}

function describeSource(choice: ImageRequest['choice']): string {
  if (choice.kind === 'url') return choice.url
  if (choice.kind === 'file') return relative(CASES, choice.path)
  return choice.kind === 'schematic' ? (choice.schematic?.file ?? 'the default image') : 'standard input'
}

/** The images, and the warnings; or what is wrong, each with its place and hint. */
async function planCase(path: string, options: PlanRequestOptions): Promise<readonly (readonly string[])[]> {
  try {
    const request = await readPlanRequest({ directory: path, cwd: CASES, ...options })
    const { images, problems, warnings } = chooseImages(request)
    if (problems.length > 0) throw new ProblemsError(problems)
    return [
      ...images.map((image) => describe(image, request.variables.talosVersion.value)),
      ...[...request.variables.warnings, ...warnings].map(({ message }) => [message]),
    ]
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error
    return error.problems.map(({ at, message, hint = '' }) => [`${formatOrigin(at)}: ${message}`, hint])
  }
}

interface Case {
  readonly path: string
  readonly options?: PlanRequestOptions
  readonly is: readonly (readonly string[])[]
}

const EXAMPLE = 'https://example.com/v1.11.5/hcloud-amd64.raw.xz'
const VERSION = { variables: { talos_version: 'v1.11.5' } }

const BUILT = ['x86 on cx23: Talos v1.11.5', 'os=talos,version=v1.11.5']
const GENERIC = `https://factory.talos.dev/image/${schematicId(EMPTY_SCHEMATIC)}/v1.11.5/hcloud-amd64.raw.xz`

const cases: readonly Case[] = [
  {
    path: 'other-labels',
    options: { variables: { cluster: 'alpha' } },
    is: [['x86 on cx23: Talos of alpha', 'os=talos,cluster=alpha', 'v1.11.5 from the default image']],
  },
  {
    path: 'one-file-each/image_amd64.pkr.hcl',
    options: VERSION,
    is: [['x86 on cx23: Talos v1.11.5', 'os=talos,arch=amd64,version=v1.11.5', 'v1.11.5 from the default image']],
  },
  {
    path: 'one-file-each/image_arm64.pkr.hcl',
    options: VERSION,
    is: [['arm on cax11: Talos v1.11.5', 'os=talos,arch=arm64,version=v1.11.5', 'v1.11.5 from the default image']],
  },
  {
    path: 'one-file-each',
    options: VERSION,
    is: [
      [
        'one-file-each/image_arm64.pkr.hcl:1:1: "talos_version" is declared twice',
        'remove this one or the one at one-file-each/image_amd64.pkr.hcl:1:1; if each file is a template of its own, name one, as for packer build: one-file-each/image_arm64.pkr.hcl',
      ],
    ],
  },
  {
    path: 'token-variable',
    options: { env: { HCLOUD_TOKEN: 'x' } },
    is: [['x86 on cx23: Talos v1.11.5', 'os=talos,version=v1.11.5', 'v1.11.5 from the default image']],
  },
  {
    path: 'bare-version',
    is: [['x86 on cx23: Talos 1.11.5', 'os=talos,version=1.11.5', 'v1.11.5 from the default image']],
  },
  {
    path: 'other-version-label',
    is: [
      ['x86 on cx23: Talos', 'os=talos,talos_version=v1.11.5', 'v1.11.5 from https://example.com/hcloud-amd64.raw.xz'],
    ],
  },
  {
    path: 'functions',
    is: [
      [
        'x86 on cx23: talos-amd64 10',
        'os=talos,version=v1.11.5,complete=true',
        'v1.11.5 from https://example.com/v1.11.5/hcloud-amd64.raw.xz',
      ],
    ],
  },
  {
    path: 'manifest',
    is: [['x86 on cx23: Talos v1.11.5', 'os=talos,version=v1.11.5', `v1.11.5 from ${EXAMPLE}`]],
  },
  {
    path: 'isotime',
    is: [[`x86 on cx23: talos-${new Date().getUTCFullYear()}`, 'os=talos,version=v1.11.5', `v1.11.5 from ${EXAMPLE}`]],
  },
  {
    path: 'expanded',
    is: [
      [
        'arm on cax11: talos-arm TALOS-ARM',
        'os=talos,version=v1.11.5,reader=packer-1',
        'v1.11.5 from https://example.com/v1.11.5/hcloud-arm64.raw.xz',
      ],
      ['x86 on cx23: talos-x86 TALOS-X86', 'os=talos,version=v1.11.5,reader=packer-1', `v1.11.5 from ${EXAMPLE}`],
    ],
  },
  ...[{ only: ['disks.hcloud.talos-x86'] }, { only: ['*.talos-x*'] }, { except: ['*-arm'] }].map((options) => ({
    path: 'expanded',
    options,
    is: [['x86 on cx23: talos-x86 TALOS-X86', 'os=talos,version=v1.11.5,reader=packer-1', `v1.11.5 from ${EXAMPLE}`]],
  })),
  {
    path: 'expanded',
    options: { only: ['hcloud.talos-x86'] },
    is: [[': "hcloud.talos-x86" of only is no build of the template', 'did you mean "disks.hcloud.talos-x86"?']],
  },
  {
    path: 'expanded',
    options: { except: ['disks.*'] },
    is: [
      [': only and except leave no build of the template', 'there are disks.hcloud.talos-arm, disks.hcloud.talos-x86'],
    ],
  },
  {
    path: 'uploaded-image',
    is: [[...BUILT, 'v1.11.5 from uploaded-image/hcloud-amd64.raw.xz']],
  },
  {
    path: 'missing-upload',
    is: [
      [
        `missing-upload/talos.pkr.hcl:14:19: ${join(CASES, 'hcloud-amd64.raw.xz')} does not exist`,
        'correct the path, which starts from the working directory or the template, or name the disk image with --image-file',
      ],
    ],
  },
  {
    path: 'missing-upload',
    options: { imageFile: 'uploaded-image/hcloud-amd64.raw.xz', architectures: ['x86'] },
    is: [[...BUILT, 'v1.11.5 from uploaded-image/hcloud-amd64.raw.xz']],
  },
  {
    path: 'script',
    is: [[...BUILT, 'v1.11.5 from the default image']],
  },
  {
    path: 'architecture-in-shell',
    is: [[...BUILT, 'v1.11.5 from the default image']],
  },
  {
    path: 'schematic-in-shell',
    is: [
      [
        'schematic-in-shell/talos.pkr.hcl:19:8: the commands send a schematic to the Image Factory, which only a build server would do',
        'give --schematic schematic-in-shell/schematic.yaml: then the image is made of it, with what the template says of the snapshot',
      ],
    ],
  },
  {
    path: 'schematic-in-shell',
    options: { schematicFile: 'schematic-in-shell/schematic.yaml' },
    is: [[...BUILT, 'v1.11.5 from schematic-in-shell/schematic.yaml']],
  },
  {
    path: 'checked-download',
    is: [[...BUILT, `v1.11.5 from ${GENERIC} with the SHA-256 ${'5d'.repeat(32)}`]],
  },
  {
    path: 'checked-download',
    options: { sha256: { x86: 'aa'.repeat(32) }, architectures: ['x86'] },
    is: [
      [
        `checked-download/talos.pkr.hcl:16:8: the template checks its image for the SHA-256 ${'5d'.repeat(32)}, but another one is given`,
        'leave --sha256 out, or correct one of them',
      ],
    ],
  },
  {
    path: 'data-http',
    is: [
      [
        'data-http/talos.pkr.hcl:1:1: data "http" is not looked up here',
        'leave it out, and set talos_version = "latest": the newest version is looked up then',
      ],
    ],
  },
  ...[`factory.talos.dev/hcloud-installer/${'5e'.repeat(32)}:v1.11.5`].map((image_url_x86) => ({
    path: '../templates/debian-13',
    options: { variables: { talos_version: 'v1.11.5', image_url_x86 }, architectures: ['x86' as const] },
    is: [
      [
        'x86 on cx23: Talos Linux v1.11.5 x86 by hcloud-talos',
        'type=infra,os=talos,version=v1.11.5,arch=x86,creator=hcloud-talos',
        `v1.11.5 from https://factory.talos.dev/image/${'5e'.repeat(32)}/v1.11.5/hcloud-amd64.raw.xz`,
      ],
    ],
  })),
  {
    path: 'empty-schematic',
    options: { roles: ['worker'] },
    is: [
      [
        'empty-schematic/schematic-worker.yaml:1:1: the schematic is empty',
        'write "customization: {}" for one that changes nothing',
      ],
    ],
  },
  ...['legacy-json', 'legacy-json/image.json'].map((path) => ({
    path,
    is: [
      [
        'legacy-json/image.json: "legacy-json/image.json" is a template in Packer\'s legacy JSON, which is not read',
        "make a newer one of it with HashiCorp's Packer: packer hcl2_upgrade legacy-json/image.json",
      ],
    ],
  })),
]

test.each(cases)('$path', async ({ path, options = {}, is }) => {
  expect(await planCase(path, options)).toEqual(is)
})
