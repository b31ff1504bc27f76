import { describe, expect, it } from 'vitest'
import { mountProblems, parseMountinfo, toMountList } from '../../../src/machines/namespace/mounts.ts'

const GOOD = `114 45 0:40 / / ro,nosuid,nodev,relatime - tmpfs rescue rw,mode=755
116 114 254:0 /usr /usr ro,nosuid,nodev,relatime - ext4 /dev/vda rw
117 114 0:41 /tmp /tmp rw,nosuid,nodev,relatime - tmpfs writable rw
118 114 0:41 /run /run rw,nosuid,nodev,relatime - tmpfs writable rw
119 114 0:41 /root /root rw,nosuid,nodev,relatime - tmpfs writable rw
120 114 0:41 /etc /etc rw,nosuid,nodev,relatime - tmpfs writable rw
121 120 0:40 /x /etc/ld.so.preload ro,nosuid,nodev,relatime - tmpfs rescue rw
122 120 0:40 /y /etc/ld.so.cache ro,nosuid,nodev,relatime - tmpfs rescue rw
123 114 0:42 / /dev ro,nosuid,noexec,relatime - tmpfs dev rw
124 123 0:5 /null /dev/null ro,nosuid,noexec,relatime - devtmpfs devtmpfs rw
125 123 254:0 /state/disk.raw//deleted /dev/sda rw,nosuid,nodev,noexec,relatime - ext4 /dev/vda rw
126 114 0:43 / /proc ro,nosuid,nodev,noexec,relatime - proc proc rw
`

const problemsWith = (line: string) => mountProblems(parseMountinfo(GOOD + line))
const problemsAfter = (from: string, to: string) => mountProblems(parseMountinfo(GOOD.replace(from, to)))

describe('mountProblems', () => {
  it('accepts what a machine is made of', () => {
    expect(mountProblems(parseMountinfo(GOOD))).toEqual([])
  })

  it.each([
    ['the old root', '130 114 254:0 / /old ro,nosuid,nodev - ext4 /dev/vda rw', '/old'],
    ['a folder of the host', '130 114 254:0 /home /home ro,nosuid,nodev - ext4 /dev/vda rw', '/home'],
    ['a device', '130 123 0:5 /vda /dev/vda ro,nosuid,noexec - devtmpfs devtmpfs rw', '/dev/vda'],
    ['/sys', '130 114 0:20 / /sys ro,nosuid,nodev,noexec - sysfs sysfs rw', '/sys'],
    ['something over the disk', '130 125 0:5 /vda /dev/sda rw,nosuid,nodev,noexec - ext4 /dev/vda rw', '/dev/sda'],
    ['a line that makes no sense', 'what is this', ''],
  ])('refuses %s', (_, line, point) => {
    expect(problemsWith(`${line}\n`)).toEqual([expect.stringContaining(point)])
  })

  it.each([
    ['a writable root', '/ / ro,', '/ / rw,'],
    ['writable programs', '/usr ro,', '/usr rw,'],
    ['set-user-ID programs', '/usr ro,nosuid,', '/usr ro,'],
    ['device nodes in /tmp', '/tmp rw,nosuid,nodev', '/tmp rw,nosuid'],
    ['a writable /proc', '/proc ro', '/proc rw'],
    ['a writable /dev', '/dev ro', '/dev rw'],
    ['a /dev of the host', '- tmpfs dev', '- devtmpfs dev'],
    ['a disk that is a device', 'noexec,relatime - ext4 /dev/vda', 'noexec,relatime - devtmpfs /dev/vda'],
    ['devices on the file system of the disk', '/dev/sda rw,nosuid,nodev', '/dev/sda rw,nosuid'],
    ['another file system at /proc', '- proc proc', '- ext4 proc'],
    ['libraries of a command', '/etc/ld.so.preload ro', '/etc/ld.so.preload rw'],
    ['what the host mounts later', '/usr ro,nosuid,nodev,relatime', '/usr ro,nosuid,nodev,relatime master:2'],
    ['what the host would see', '/tmp rw,nosuid,nodev,relatime', '/tmp rw,nosuid,nodev,relatime shared:1'],
  ])('refuses %s', (_, from, to) => {
    expect(problemsAfter(from, to)).toHaveLength(1)
  })

  it('misses what has to be there', () => {
    expect(mountProblems([])).toContain('/dev/sda is not mounted')
  })
})

describe('toMountList', () => {
  it('leaves out what may change without touching the machine', () => {
    const list = toMountList(parseMountinfo(GOOD))
    expect(list).toContain('125 254:0 /dev/sda rw,nosuid,nodev,noexec,relatime\n')
    expect(toMountList(parseMountinfo(GOOD.replace('/state/disk.raw//deleted', '/elsewhere')))).toBe(list)
    expect(toMountList(parseMountinfo(GOOD.replace('/dev/sda rw', '/dev/sda ro')))).not.toBe(list)
  })
})
