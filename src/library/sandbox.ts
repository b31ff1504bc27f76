/** The sandbox, for a program: its options and what it gives, without the hooks that only its own tests need. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { FaultRule } from 'hcloud-sandbox'
import type { MachineKindName } from 'hcloud-sandbox/machines'
import { toTalosImageError } from '../errors.ts'
import { FACTORY_URL } from '../factory/asset.ts'
import { createFactoryClient, type FactoryClient } from '../factory/client.ts'
import { createHetznerClient, type HetznerClient } from '../hetzner/client.ts'
import { ProblemCollector } from '../util/problem-collector.ts'

/** How the sandbox is to be. All of it may be left out. */
export interface SandboxOptions {
  /** Where its state is kept, and found by the next one; by default a temporary directory that goes when it is closed. */
  readonly stateDir?: string | undefined
  /**
   * What its servers are: commands in namespaces of this computer, which need Linux; real machines in QEMU; or nothing
   * that could run a build. `namespace` by default.
   */
  readonly machines?: MachineKindName | undefined
  /** Where `qemu` machines keep their systems; needed for them. */
  readonly cacheDir?: string | undefined
  /** How long everything takes: next to nothing, or as long as in the real cloud. `instant` by default. */
  readonly latency?: 'instant' | 'realistic' | undefined
  /** Port of the cloud on 127.0.0.1; any that is free by default. */
  readonly port?: number | undefined
  /** Port of the Image Factory on 127.0.0.1; any that is free by default. */
  readonly factoryPort?: number | undefined
  /** Port of every machine's SSH server; any that is free by default. */
  readonly sshPort?: number | undefined
  /** Size of the Factory's raw disks, in bytes; by default that of Talos's, by version and architecture: up to 4247 MiB. */
  readonly imageDiskBytes?: number | undefined
  /** What cannot be had: `cax11@fsn1`, `cax11` (everywhere) or `@fsn1` (everything there). */
  readonly outOfStock?: readonly string[] | undefined
  /** Requests that a project may send: so many at once, refilled by so many a second. 3600 and 1 by default. */
  readonly rateLimit?: { readonly limit: number; readonly perSecond: number } | undefined
  /** What goes wrong, in the words of `talos-image sandbox --fault`, such as `ssh refuse times=1`. */
  readonly faults?: readonly string[] | undefined
  /** Is told what is being prepared, where that takes a while, as for `qemu` machines: a line each, for people. */
  readonly onProgress?: ((line: string) => void) | undefined
  /** Ends the waiting for another owner of the state directory; a running sandbox does not listen to it. */
  readonly signal?: AbortSignal | undefined
}

/** An emulated cloud, Image Factory and machines on this computer. */
export interface Sandbox extends AsyncDisposable {
  /** Its project. */
  readonly hetzner: HetznerClient
  /** Its Image Factory. */
  readonly factory: FactoryClient
  /** Port of SSH on its servers; `build` must be told. */
  readonly sshPort: number
  /** Port at which servers that run Talos answer, as at 50000 in the real cloud; `build` must be told for a boot test. */
  readonly talosPort: number
  /** Where its API is: what HCLOUD_ENDPOINT is to other programs. */
  readonly endpoint: string
  /** What HCLOUD_TOKEN is to other programs. */
  readonly token: string
  /** Where its Image Factory is. */
  readonly factoryUrl: string
  /** Absolute path of its state. */
  readonly stateDir: string
  /** Whether it ran already, for other programs: then only `stateDir` of the options was listened to. */
  readonly attached: boolean
  /**
   * Leaves the sandbox. When no other program uses it, that stops answering, takes the power from all machines and writes the
   * state, or removes it when it is temporary.
   */
  close(): Promise<void>
}

/**
 * Starts a sandbox, or attaches to the one that runs on the state directory. Close it, or use it with `await using`.
 * @throws ProblemsError `usage` with everything that is wrong with the faults, or with the stock
 * @throws TalosImageError `sandbox` when it cannot run here, and says what to do
 * @example
 * ```ts
 * const { hetzner, factory, sshPort, close } = await startSandbox()
 * const made = await plan(await readPlanRequest(), { hetzner, factory })
 * await build({ hetzner, plan: made, sshPort })
 * await close()
 * ```
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  // Programs that never start one need not load it.
  const { startSandbox: startOwn, startSharedSandbox } = await import('hcloud-sandbox')
  const faults = await readFaults(options.faults ?? [])
  const temporary = options.stateDir === undefined ? await mkdtemp(join(tmpdir(), 'talos-image-sandbox-')) : undefined
  const removeTemporary = async (): Promise<void> => {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true })
  }
  try {
    const { stateDir: named, cacheDir, outOfStock, ...rest } = options
    // One that nothing else can find is best a part of this program.
    const start = temporary === undefined ? startSharedSandbox : startOwn
    const sandbox = await start({
      ...rest,
      stateDir: temporary ?? resolve(named ?? ''),
      cacheDir: cacheDir === undefined ? undefined : resolve(cacheDir),
      outOfStock: outOfStock === undefined ? undefined : [...outOfStock],
      faults: [...faults],
    })
    const { endpoint, token, factoryUrl, sshPort, talosPort, stateDir, attached } = sandbox
    const close = async (): Promise<void> => {
      try {
        await sandbox.close()
      } finally {
        await removeTemporary()
      }
    }
    return {
      hetzner: createHetznerClient({ endpoint, token }),
      factory: createFactoryClient({ url: factoryUrl, publicUrl: FACTORY_URL }),
      ...{ sshPort, talosPort, endpoint, token, factoryUrl, stateDir, attached },
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await removeTemporary()
    throw toTalosImageError(error)
  }
}

async function readFaults(texts: readonly string[]): Promise<readonly FaultRule[]> {
  const { parseFaultFlag } = await import('hcloud-sandbox')
  const problems = new ProblemCollector()
  const rules = await Promise.all(texts.map((text) => problems.attempt(async () => parseFaultFlag(text))))
  problems.throw()
  return rules.filter((rule) => rule !== undefined)
}
