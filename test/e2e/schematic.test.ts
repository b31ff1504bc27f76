/** `talos-image schematic check`, `push` and `show`. */

import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CommandOptions, type CommandResult, runCommand } from '../support/command.ts'
import { createProject, type Project } from '../support/project.ts'
import { expectFailure, expectRefusal } from '../support/refusal.ts'
import { listen } from '../support/web.ts'
import { createWorkspace, runInWorkspace, VAR_FILE } from '../support/workspace.ts'

const EMPTY = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba'
const TAILSCALE = 'customization:\n  systemExtensions:\n    officialExtensions: [siderolabs/tailscale]\n'
const FILES = {
  'good.yaml': TAILSCALE,
  'field.yaml': 'customization:\n  systemExtension: {}\n',
  'extension.yaml': TAILSCALE.replace('tailscale', 'tailscal'),
}

let project: Project
beforeAll(async () => {
  project = await createProject({ machines: 'none' })
})
afterAll(() => project.close())

type Options = Pick<CommandOptions, 'stdin'> & { readonly files?: Readonly<Record<string, string>> }

/** No token is needed. */
const run = (args: readonly string[], options: Options = {}): Promise<CommandResult> =>
  runInWorkspace(['schematic', ...args], {
    ...options,
    env: { TALOS_IMAGE_FACTORY_URL: project.factoryUrl },
    files: { ...FILES, ...options.files },
  })

describe('schematic check', () => {
  it('finds nothing wrong with what a build takes', async () => {
    project.forget()
    const { code, stdout, stderr } = await run(['check', 'good.yaml', '_packer/schematic.yaml'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(
      /^good\.yaml: good for Talos v1\.12\.2; ID [0-9a-f]{64}\n_packer\/schematic\.yaml: good .*\n$/,
    )
    expect(project.log.map(({ method }) => method)).not.toContain('POST')
  })

  it('says all that is wrong with all files, and which are right', async () => {
    const { code, stdout, stderr } = await run(['check', 'field.yaml', 'extension.yaml', 'good.yaml', 'none.yaml'])
    expect(code).toBe(2)
    expect(stdout).toMatch(/^good\.yaml: good for Talos v1\.12\.2; ID [0-9a-f]{64}\n$/)
    for (const text of [
      'error: field.yaml:2:3: unknown field "systemExtension"\n  hint: did you mean "systemExtensions"?',
      'error: extension.yaml:3:26: Talos v1.12.2 has no system extension "siderolabs/tailscal"\n  hint: did you mean "siderolabs/tailscale"?',
      'error: none.yaml: does not exist',
    ])
      expect(stderr).toContain(text)
  })

  it('takes the version of the variables, else that of the flag', async () => {
    const versionOf = async (...args: string[]): Promise<unknown> => {
      const files = { [VAR_FILE]: 'talos_version = "v1.11"\n' }
      const { stdout } = await run(['check', '-', ...args, '--output', 'json'], { files, stdin: TAILSCALE })
      return JSON.parse(stdout).talosVersion
    }
    expect(await versionOf()).toBe('v1.11.6')
    expect(await versionOf('--talos-version', 'latest')).toBe('v1.13.9')
    expect(await versionOf('--directory', '.')).toBe('v1.12.2')
  })

  it('gives JSON', async () => {
    const { stdout } = await run(['check', 'good.yaml', 'good.yaml', '--output', 'json'])
    expect(JSON.parse(stdout)).toEqual({
      talosVersion: 'v1.12.2',
      schematics: [
        {
          file: 'good.yaml',
          id: expect.stringMatching(/^[0-9a-f]{64}$/),
          extensions: [{ name: 'siderolabs/tailscale' }],
        },
      ],
    })
    const bad = await run(['check', 'good.yaml', 'field.yaml', '--output', 'json'])
    expect(bad.code).toBe(2)
    expect(JSON.parse(bad.stdout)).toMatchObject({ error: { problems: [{ at: { file: 'field.yaml', line: 2 } }] } })
  })

  it.each([
    ['1.13', '"1.13" is not a Talos version'],
    ['v1.99.0', 'the Image Factory has no Talos v1.99.0'],
  ])('refuses the version %s', async (version, text) => {
    expectRefusal(await run(['check', 'good.yaml', '--talos-version', version]), `error: --talos-version: ${text}`)
  })
})

describe('schematic push', () => {
  it('prints the ID, under which the Factory then has it', async () => {
    const pushed = await run(['push', '-'], { stdin: TAILSCALE })
    expect(pushed).toEqual({ code: 0, stdout: expect.stringMatching(/^[0-9a-f]{64}\n$/), stderr: '' })
    const shown = await run(['show', pushed.stdout.trim()])
    const text =
      'customization:\n    systemExtensions:\n        officialExtensions:\n            - siderolabs/tailscale\n'
    expect(shown).toEqual({ code: 0, stdout: text, stderr: '' })
    const id = await run(['id', '-'], { stdin: shown.stdout })
    expect(id.stdout).toBe(pushed.stdout)
  })

  it('says when the Factory gives another ID than the content has', async () => {
    const id = 'a'.repeat(64)
    const server = createServer((_, response) =>
      response.writeHead(201).end(JSON.stringify({ id, schematic: `owner: somebody\n${TAILSCALE}` })),
    )
    const url = await listen(server)
    try {
      const args = ['push', 'good.yaml', '--factory-url', url]
      const { code, stdout, stderr } = await run(args)
      expect({ code, stdout }).toEqual({ code: 0, stdout: `${id}\n` })
      expect(stderr).toContain(`warning: good.yaml: the Image Factory gave the schematic the ID ${id}, but`)
      expect(stderr).toContain('the Factory added an owner')
      const json = JSON.parse((await run([...args, '--output', 'json'])).stdout)
      expect(json).toEqual({ id, computed: expect.stringMatching(/^[0-9a-f]{64}$/), factory: url })
      expect(json.computed).not.toBe(id)
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })

  it('submits nothing that is wrong', async () => {
    project.forget()
    expectRefusal(await run(['push', 'field.yaml']), 'error: field.yaml:2:3: unknown field')
    expect(project.log).toEqual([])
  })
})

describe('schematic show', () => {
  it('shows it in a sandbox, too', async () => {
    await using workspace = await createWorkspace()
    const { code, stdout } = await runCommand(['schematic', 'show', EMPTY, '--sandbox', '--output', 'json'], {
      cwd: workspace.root,
      env: workspace.sandboxEnv,
    })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ id: EMPTY, canonical: 'customization: {}\n' })
  })

  it('says when the Factory does not have it', async () => {
    const result = await run(['show', '0'.repeat(64)])
    expectFailure(1, result, `has no schematic ${'0'.repeat(64)}`, 'talos-image schematic push FILE')
  })

  it('warns when what comes is not what was asked for', async () => {
    const server = createServer((_, response) => response.end('customization: {}\n'))
    const url = await listen(server)
    try {
      const { code, stdout, stderr } = await run(['show', 'b'.repeat(64), '--factory-url', url])
      expect({ code, stdout }).toEqual({ code: 0, stdout: 'customization: {}\n' })
      expect(stderr).toContain(`warning: the Image Factory's answer has the ID ${EMPTY}`)
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })

  it('refuses what is no ID', async () => {
    expectRefusal(await run(['show', 'schematic.yaml']), 'A schematic ID has 64 hexadecimal digits')
  })
})
