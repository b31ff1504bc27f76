/** Which driver files are to be loaded, in which order. */

/** A driver as its package holds it. */
export interface ModuleFile {
  /** With underscores, as the kernel writes names. */
  readonly name: string
  readonly content: Buffer
}

/** `virtio-rng.ko.xz` is the module `virtio_rng`; undefined for what is no module. */
export function toModuleName(fileName: string): string | undefined {
  return /^([\w-]+)\.ko(\.xz|\.zst|\.gz)?$/.exec(fileName)?.[1]?.replaceAll('-', '_')
}

/** What a module's file says that it needs: `depends=a,b` among its other properties, each ended by a zero byte. */
export function readDependencies(content: Buffer): string[] {
  const key = Buffer.from('\0depends=')
  const at = content.indexOf(key)
  if (at < 0) return []
  const start = at + key.length
  const list = content.toString('latin1', start, content.indexOf(0, start))
  return list === '' ? [] : list.split(',').map((name) => name.replaceAll('-', '_'))
}

/**
 * The wanted modules, each after those that it needs, none twice. What `load` does not know is part of the kernel.
 * @param load gives a module's file, unpacked
 */
export async function orderModules(
  wanted: readonly string[],
  load: (name: string) => Promise<Buffer | undefined>,
): Promise<ModuleFile[]> {
  const seen = new Set<string>()
  const ordered: ModuleFile[] = []
  const visit = async (name: string): Promise<void> => {
    if (seen.has(name)) return
    seen.add(name)
    const content = await load(name)
    if (content === undefined) return
    for (const dependency of readDependencies(content)) await visit(dependency)
    ordered.push({ name, content })
  }
  for (const name of wanted) await visit(name)
  return ordered
}
