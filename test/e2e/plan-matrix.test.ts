/** `plan --matrix github`: one line of JSON, out of which the same images come as out of one build. */

import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { COMMAND_LINE, runCommand } from '../support/command.ts'
import { createProject } from '../support/project.ts'
import { createWorkspace } from '../support/workspace.ts'

const Matrix = v.object({ include: v.array(v.object({ name: v.string(), args: v.string() })) })
const Plan = v.object({
  images: v.array(v.object({ image: v.string(), identity: v.string(), placements: v.array(v.unknown()) })),
})

const SCHEMATIC = 'it\'s $(touch pwned) `here` "now".yaml'
const FLAGS = [
  ...['--schematic', SCHEMATIC, '--var-file', 'my vars.hcl', '--var', 'server_location=nbg1'],
  ...['--var', 'talos_version=latest', '--no-fallback', '--allow-bigger-disk', '--force', '--directory', '_packer'],
]

describe('a matrix', () => {
  it('holds what a shell and build make the very same plan of, whatever names there are', async () => {
    await using project = await createProject({ machines: 'none' })
    await using workspace = await createWorkspace({
      [SCHEMATIC]: 'customization:\n  extraKernelArgs: [quiet]\n',
      'my vars.hcl': 'server_type_x86 = "cx33"\n',
    })
    const options = { cwd: workspace.root, env: project.env }
    const { code, stdout, stderr } = await runCommand(['plan', '--matrix', 'github', ...FLAGS], options)
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(/^\{"include":\[.*\]\}\n$/)
    expect(stderr).toContain('Plan: Talos v1.13.9, 2 images')
    const { include } = v.parse(Matrix, JSON.parse(stdout))
    const whole = await runCommand(['plan', '--output', 'json', ...FLAGS], options)
    const { images } = v.parse(Plan, JSON.parse(whole.stdout))
    expect(include.map(({ name }) => name)).toEqual(['arm', 'x86'])
    for (const [index, { args }] of include.entries()) {
      const line = `exec ${COMMAND_LINE} plan --output json ${args}`
      const one = await runCommand([line], { ...options, program: ['bash', '-c'] })
      expect(one.code, one.stderr).toBe(0)
      expect(v.parse(Plan, JSON.parse(one.stdout)).images).toEqual([images[index]])
    }
  })

  it('is empty when everything exists', async () => {
    await using project = await createProject()
    await using workspace = await createWorkspace()
    const options = { cwd: workspace.root, env: project.env }
    await runCommand(['build', '--arch', 'x86', ...project.sshFlags], options)
    const { stdout } = await runCommand(['plan', '--matrix', 'github', '--arch', 'x86'], options)
    expect(stdout).toBe('{"include":[]}\n')
    const both = await runCommand(['plan', '--matrix', 'github', '--sandbox'], {
      ...options,
      env: workspace.sandboxEnv,
    })
    expect(v.parse(Matrix, JSON.parse(both.stdout)).include.map(({ args }) => args)).toEqual([
      '--arch=arm --var=talos_version=v1.12.2 --sandbox',
      '--arch=x86 --var=talos_version=v1.12.2 --sandbox',
    ])
  })

  it.each([
    [
      ['--matrix', 'github', '--image-file', '-', '--arch', 'x86'],
      '--matrix: standard input cannot be given to another job',
    ],
    [['--matrix', 'jenkins'], "'jenkins' is invalid. Allowed choices are github, gitlab."],
    [['--matrix', 'github', '--sha256', 'ab'], 'Use 64 hexadecimal digits'],
  ])('cannot be made of %j', async (flags, text) => {
    await using workspace = await createWorkspace()
    const { code, stdout, stderr } = await runCommand(['plan', ...flags], {
      cwd: workspace.root,
      env: { HCLOUD_TOKEN: 'unknown-token', HCLOUD_ENDPOINT: 'http://127.0.0.1:1' },
    })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(text)
  })
})
