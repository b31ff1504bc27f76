/** What may be mounted in a machine, and nothing else. */

/** One line of /proc/PID/mountinfo, see proc(5). */
export interface Mount {
  readonly id: string
  /** `major:minor` of the file system. */
  readonly device: string
  readonly point: string
  /** Of this mount, as written: comma separated. */
  readonly options: string
  /** The optional fields, which say what else sees changes of this mount, or changes it: `shared:1`, `master:2`. */
  readonly ties: readonly string[]
  readonly type: string
}

/** Reads /proc/PID/mountinfo. A line that does not look like one becomes a mount that no policy allows. */
export function parseMountinfo(text: string): Mount[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [head = '', tail = ''] = line.split(' - ', 2)
      const [id = '', , device = '', , point = '', options = '', ...ties] = head.split(' ')
      return { id, device, point, options, ties, type: tail.split(' ')[0] ?? '' }
    })
}

/**
 * The mounts as the entry script reads them, for an exact comparison. Left out is what may change under a machine
 * without touching it: the path of the disk file, and the options of whole file systems.
 */
export function toMountList(mounts: readonly Mount[]): string {
  return mounts.map(({ id, device, point, options }) => `${id} ${device} ${point} ${options}\n`).join('')
}

interface Rule {
  readonly points: RegExp
  readonly options: readonly string[]
  readonly type?: RegExp
}

/** The first rule that names the point of a mount applies to it. */
const RULES: readonly Rule[] = [
  { points: /^\/$/, options: ['ro', 'nosuid', 'nodev'], type: /^tmpfs$/ },
  { points: /^\/(tmp|run|root|etc|var|dev\/shm)$/, options: ['rw', 'nosuid', 'nodev'], type: /^tmpfs$/ },
  { points: /^\/(usr|bin|sbin|lib(32|64|x32)?)(\/.*)?$/, options: ['ro', 'nosuid', 'nodev'] },
  {
    points: /^\/etc\/ld(\.so\.(preload|cache)|-musl-[^/]+\.path)$/,
    options: ['ro', 'nosuid', 'nodev'],
    type: /^tmpfs$/,
  },
  {
    points: /^\/etc\/(ssl\/certs|pki|ca-certificates|crypto-policies|alternatives)(\/.*)?$/,
    options: ['ro', 'nosuid', 'nodev'],
  },
  { points: /^\/proc$/, options: ['ro', 'nosuid', 'nodev', 'noexec'], type: /^proc$/ },
  { points: /^\/dev$/, options: ['ro', 'nosuid', 'noexec'], type: /^tmpfs$/ },
  { points: /^\/dev\/(null|zero|full|random|urandom|tty)$/, options: ['ro', 'nosuid', 'noexec'] },
  {
    points: /^\/dev\/sda$/,
    options: ['rw', 'nosuid', 'nodev', 'noexec'],
    type: /^(?!(devtmpfs|proc|sysfs|devpts)$)/,
  },
]

const REQUIRED = [
  '/',
  '/tmp',
  '/run',
  '/root',
  '/etc',
  '/etc/ld.so.preload',
  '/etc/ld.so.cache',
  '/proc',
  '/dev',
  '/dev/sda',
]

/** What is wrong with the mounts of a machine; empty when nothing of the host can be reached through them. */
export function mountProblems(mounts: readonly Mount[]): string[] {
  const problems: string[] = []
  const points = new Set<string>()
  for (const { point, options, ties, type } of mounts) {
    if (points.has(point)) problems.push(`${point} is mounted twice`)
    points.add(point)
    if (ties.length > 0) problems.push(`${point} is tied to other mounts: ${ties.join(', ')}`)
    const rule = RULES.find((candidate) => candidate.points.test(point))
    if (rule === undefined) {
      problems.push(`${point} does not belong into a machine`)
      continue
    }
    const given = new Set(options.split(','))
    const missing = rule.options.filter((option) => !given.has(option))
    if (missing.length > 0) problems.push(`${point} is not mounted ${missing.join(', ')}`)
    if (rule.type !== undefined && !rule.type.test(type)) problems.push(`${point} is a ${type} file system`)
  }
  for (const point of REQUIRED) if (!points.has(point)) problems.push(`${point} is not mounted`)
  return problems
}
