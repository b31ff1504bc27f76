import { describe, expect, test } from 'vitest'
import { formatAnnotation, formatGroup, imageStory } from '../../../../src/cli/render/github.ts'
import type { Problem } from '../../../../src/errors.ts'
import type { BuildEvent } from '../../../../src/run/events.ts'
import { registerSecret } from '../../../../src/util/redact.ts'

const PATHS = { cwd: '/home/runner/work/infra/infra/talos', workspace: '/home/runner/work/infra/infra' }
const annotate = (problem: Problem, kind: 'error' | 'warning' = 'error') => formatAnnotation(problem, kind, PATHS)

describe('an annotation', () => {
  test('stands at its line of the file, as seen from the repository', () => {
    const at = { kind: 'file', file: '_packer/a.pkrvars.hcl', line: 3, column: 17 } as const
    expect(annotate({ code: 'config', message: 'no such variable', at, hint: 'leave it out' })).toBe(
      '::error title=talos-image,file=talos/_packer/a.pkrvars.hcl,line=3,col=17::no such variable%0Ahint: leave it out\n',
    )
  })

  test('names a file outside of the repository as it is, and one without a line', () => {
    expect(annotate({ code: 'config', message: 'x', at: { kind: 'file', file: '/etc/x' } }, 'warning')).toBe(
      '::warning title=talos-image,file=/etc/x::x\n',
    )
  })

  test.each([
    [{ kind: 'flag', name: '--sha256' } as const, '--sha256: x'],
    [{ kind: 'env', name: 'HCLOUD_TOKEN' } as const, 'HCLOUD_TOKEN: x'],
    [{ kind: 'default' } as const, 'x'],
    [undefined, 'x'],
  ])('says what else it is about: %j', (at, text) => {
    expect(annotate({ code: 'usage', message: 'x', at })).toBe(`::error title=talos-image::${text}\n`)
  })

  test('escapes what the runner would take for its own', () => {
    const at = { kind: 'file', file: '/a:b,c%d' } as const
    const message = '100% wrong\n::add-mask::x, y: z'
    expect(annotate({ code: 'api', message, at })).toBe(
      '::error title=talos-image,file=/a%3Ab%2Cc%25d::100%25 wrong%0A::add-mask::x, y: z\n',
    )
  })

  test('keeps secrets and obeys nothing', () => {
    registerSecret('a-secret-in-an-annotation')
    const message = 'a-secret-in-an-annotation \u001b[2J\r'
    expect(annotate({ code: 'api', message })).toBe('::error title=talos-image::[redacted] \\u001b[2J\\u000d\n')
  })
})

describe('a group', () => {
  test('holds its lines, none of which is a command', () => {
    expect(formatGroup('arm\ndone', ['one', '::endgroup::', '  ::error::x', 'a::b'])).toBe(
      '::group::arm done\none\n: :endgroup::\n  : :error::x\na::b\n::endgroup::\n',
    )
  })

  test('of an image tells how long its steps took', () => {
    const placement = { serverType: 'cax11', location: 'fsn1', diskGb: 40, pricePerHour: 0.006 }
    const events: readonly BuildEvent[] = [
      { type: 'step-started', image: 'arm', step: 'server' },
      { type: 'placement-failed', image: 'arm', placement, code: 'stock', reason: 'x', last: false },
      { type: 'step-finished', image: 'arm', step: 'server', ms: 1200 },
      { type: 'server-created', image: 'arm', name: 'talos-image-abcd2345-arm', placement, ipv4: true },
      { type: 'note', image: 'arm', text: 'by the way' },
      { type: 'image-built', image: 'arm', snapshot: 5, ms: 60_000 },
    ]
    expect(imageStory(events)).toEqual([
      'cax11 in fsn1: not in stock, trying the next',
      'creating the build server: 1.2 s',
      'server talos-image-abcd2345-arm: cax11 in fsn1',
      'by the way',
    ])
  })
})
