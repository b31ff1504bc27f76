import { createHash } from 'node:crypto'
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { describeCompression } from '../../../src/compressions.ts'
import { quote } from '../../../src/remote/quote.ts'
import { writeScript } from '../../../src/remote/write-script.ts'
import { USER_AGENT } from '../../../src/util/user-agent.ts'
import { dataHash } from '../../support/data-hash.ts'
import { openOwnFactory } from '../../support/own-factory.ts'
import { bzip2, diskImage, gzip, xz, zstd } from '../../unit/source/fixture.ts'
import { serveLoopback } from '../util/loopback-server.ts'
import { type Bench, bench, leftMemory, MIB } from './fixture.ts'

const DISK = diskImage(3 * MIB, 700_000)
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const serve = (bytes: Uint8Array) => serveLoopback((_, response) => response.writeHead(200).end(bytes))

async function expectWritten(room: Bench, image: Uint8Array, deviceBytes: number): Promise<void> {
  const disk = await readFile(room.device)
  expect(disk.length).toBe(deviceBytes)
  expect(disk.subarray(0, image.length).equals(image)).toBe(true)
  expect(disk.subarray(image.length).equals(Buffer.alloc(deviceBytes - image.length))).toBe(true)
  expect(await readdir(room.file('tmp'))).toEqual([])
}

/** Each compression, and what packs so. */
const PACKERS = [
  ['zst', zstd],
  ['xz', xz],
  ['gz', gzip],
  ['bz2', bzip2],
  ['none', (bytes: Uint8Array) => bytes],
] as const

const PACKED = [
  ['zst', zstd(DISK)],
  ['zst', zstd(DISK, '--long=31')],
  ['xz', xz(DISK)],
  ['xz', Buffer.concat([xz(DISK.subarray(0, MIB)), xz(DISK.subarray(MIB))])],
  ['gz', gzip(DISK)],
  ['bz2', bzip2(DISK)],
  ['none', DISK],
  ...(
    [
      ['zst', zstd],
      ['gz', gzip],
      ['bz2', bzip2],
    ] as const
  ).map(([name, pack]) => [name, Buffer.concat([pack(DISK.subarray(0, MIB)), pack(DISK.subarray(MIB))])] as const),
] as const

describe.each(['sparse', 'plain'] as const)('writing a disk (%s)', (mode) => {
  test.each(PACKED)('of %s from a URL', async (compression, bytes) => {
    await using room = await bench()
    await using server = await serve(bytes)
    await room.insert(Buffer.alloc(5 * MIB, 'old data'))
    const url = `${server.url}/it's%20$x?a=[1]&b={c}`
    const { exitCode, report, stderr } = await room.run(writeScript({ from: { url }, device: room.device, mode }))
    expect(exitCode).toBe(0)
    expect(Object.fromEntries(report)).toEqual({
      discard: mode === 'sparse' ? 'ok' : 'zeroed',
      compression,
      'source-sha256': sha256(bytes),
      'data-hash': dataHash(DISK),
      'disk-bytes': String(DISK.length),
    })
    expect(stderr).toContain(`${bytes.length} bytes`)
    await expectWritten(room, DISK, 5 * MIB)
    expect(server.requests.map(({ path, headers }) => [path, headers['user-agent']])).toEqual([
      ["/it's%20$x?a=[1]&b={c}", USER_AGENT],
    ])
  })

  test('from standard input', async () => {
    await using room = await bench()
    await room.insert(Buffer.alloc(5 * MIB, 'old data'))
    const packed = zstd(DISK)
    const { report } = await room.run(writeScript({ from: 'stdin', device: room.device, mode }), { stdin: packed })
    expect(report.get('source-sha256')).toBe(sha256(packed))
    await expectWritten(room, DISK, 5 * MIB)
  })

  test.each([512, 511, 1, MIB + 1, 2 * MIB - 512])('of %i bytes', async (bytes) => {
    await using room = await bench()
    await room.insert(Buffer.alloc(3 * MIB, 'x'))
    const image = Buffer.alloc(bytes, 'y')
    const script = writeScript({ from: 'stdin', device: room.device, mode })
    const { exitCode, report } = await room.run(script, { stdin: image })
    expect(exitCode).toBe(0)
    if (bytes > 1) expect(report.get('disk-bytes')).toBe(String(bytes))
    await expectWritten(room, image, 3 * MIB)
  })
})

describe('with little memory', () => {
  test.each(PACKERS)('leaves holes when it unpacks %s', async (name, pack) => {
    await using room = await bench()
    const image = Buffer.alloc(6 * MIB)
    DISK.copy(image, 0, 0, MIB)
    const { command } = describeCompression(name)
    const { exitCode } = await room.run(`{ ${command}; } >${room.file('unpacked')}`, { stdin: pack(image) })
    expect(exitCode).toBe(0)
    expect((await readFile(room.file('unpacked'))).equals(image)).toBe(true)
    expect((await stat(room.file('unpacked'))).blocks * 512).toBeLessThan(1.2 * MIB)
  })

  // More of it is data than the file in memory may hold.
  const BIG = diskImage(75 * MIB, 70 * MIB)

  test.each([
    ['zst', zstd(BIG)],
    ['none', BIG],
  ])('writes %s, gives the memory back, and waits for that', async (_, stdin) => {
    await using room = await bench()
    await room.insert(Buffer.alloc(80 * MIB, 'x'))
    const script = writeScript({ from: 'stdin', device: room.device, mode: 'sparse' })
    const { report } = await room.run(script, { stdin, before: leftMemory(4096) })
    expect(report.get('data-hash')).toBe(dataHash(BIG))
    await expectWritten(room, BIG, 80 * MIB)
    expect(await readFile(room.file('bin/fallocate.log'), 'utf8')).toMatch(
      /^--punch-hole --offset 0 --length 3355\d{4} /m,
    )
  })

  test('says so when what is unpacked does not fit at all', async () => {
    await using room = await bench()
    await room.insert(Buffer.alloc(5 * MIB))
    const script = writeScript({ from: 'stdin', device: room.device, mode: 'sparse' })
    await writeFile(room.file('bin/zstd'), "#!/bin/bash\necho 'zstd: error 70: No space left on device' >&2\nexit 70\n")
    await chmod(room.file('bin/zstd'), 0o755)
    const { report } = await room.run(script, { stdin: zstd(DISK) })
    expect(report.get('error')).toMatch(/^memory .*No space left/)
  })

  test('says so when the kernel kills what unpacks', async () => {
    await using room = await bench()
    await room.insert(Buffer.alloc(5 * MIB))
    const script = writeScript({ from: 'stdin', device: room.device, mode: 'sparse' })
    await writeFile(room.file('bin/zstd'), '#!/bin/bash\nkill -KILL $$\n')
    await chmod(room.file('bin/zstd'), 0o755)
    const { report } = await room.run(script, { stdin: zstd(DISK) })
    expect(report.get('error')).toMatch(/^memory/)
  })

  test('says so when the folder is really full', async () => {
    await using room = await bench()
    await room.insert(Buffer.alloc(80 * MIB))
    const script = writeScript({ from: 'stdin', device: room.device, mode: 'sparse' })
    // 75 MiB of which nothing is zero, in a few KiB: all of it is unpacked before the memory is looked at again.
    const packed = zstd(Buffer.alloc(75 * MIB, 'x'))
    const { stdout, stderr } = await inSmallFolder(room, script, packed)
    expect(`${stdout}${stderr}`).toMatch(/^talos-image error memory .*No space left/m)
  })
})

/** Runs a script whose folder is a file system of 2 MiB, in a namespace of its own; giving memory back does nothing there. */
async function inSmallFolder(room: Bench, script: string, stdin: Uint8Array) {
  await writeFile(room.file('script'), script)
  await writeFile(room.file('bin/fallocate'), '#!/bin/bash\nexit 1\n')
  const mount = `mount -t tmpfs -o size=2m tmpfs ${quote(room.file('tmp'))} && exec bash ${quote(room.file('script'))}`
  return await room.run(`exec unshare --user --map-root-user --mount bash -c ${quote(mount)}`, { stdin })
}

/** All of it; what follows the first MiB comes only when that has been taken in. */
const slowly = (bytes: Uint8Array) =>
  async function* (hasSaid: (text: string) => Promise<void>) {
    yield bytes.subarray(0, MIB)
    await hasSaid(`${MIB} bytes\n`)
    yield bytes.subarray(MIB)
  }

describe('what comes bit by bit', () => {
  test.each(PACKERS)('is written as it is: %s', async (_, pack) => {
    await using room = await bench()
    const image = diskImage(9 * MIB, 4 * MIB)
    await room.insert(Buffer.alloc(10 * MIB, 'x'))
    const script = writeScript({ from: 'stdin', device: room.device, mode: 'sparse' })
    const { report } = await room.run(script, { stdin: slowly(pack(image)) })
    expect(report.get('data-hash')).toBe(dataHash(image))
    await expectWritten(room, image, 10 * MIB)
  })

  test('takes what zstd seeks over, and has not written yet, for zeros', async () => {
    await using room = await bench()
    await room.insert(Buffer.alloc(MIB))
    // 32 KiB of data, then more than 1 GiB of zeros, over which zstd seeks when it has decompressed so much.
    const script = writeScript({ from: 'stdin', device: room.device, mode: 'sparse' })
    const pack = `head -c 32768 /dev/urandom >${room.file('data')}
{ cat ${room.file('data')}; head -c ${1536 * MIB} /dev/zero; } | zstd -q -c >${room.file('packed')}
truncate -s 2G "${room.device}"
exec <${room.file('packed')}
`
    const { report, exitCode } = await room.run(script, { before: pack })
    expect(exitCode).toBe(0)
    expect(report.get('data-hash')).toBe(
      dataHash(Buffer.concat([await readFile(room.file('data')), Buffer.alloc(32_768)])),
    )
  })
})

describe('writing sparsely', () => {
  test('leaves out what is zero', async () => {
    await using room = await bench()
    await room.insert(Buffer.alloc(8 * MIB, 'x'))
    const image = Buffer.alloc(6 * MIB)
    DISK.copy(image, 0, 0, MIB)
    await room.run(writeScript({ from: 'stdin', device: room.device, mode: 'sparse' }), { stdin: zstd(image) })
    expect((await stat(room.device)).blocks * 512).toBeLessThan(1.2 * MIB)
    await expectWritten(room, image, 8 * MIB)
  })

  test('goes on when nothing can be discarded, and says so', async () => {
    await using room = await bench()
    await room.insert(Buffer.alloc(4 * MIB))
    const script = writeScript({ from: 'stdin', device: room.device, mode: 'sparse' })
    const { exitCode, report } = await room.run(script, {
      stdin: DISK,
      before: `: >${room.file('bin')}/blkdiscard.fails\n`,
    })
    expect(exitCode).toBe(0)
    expect(report.get('discard')).toBe('failed')
    expect(await readFile(room.file('bin/blkdiscard.log'), 'utf8')).toBe(`-f ${room.device}\n-f -z ${room.device}\n`)
  })
})

test('writing plainly zeros the disk by itself when nothing can be discarded', async () => {
  await using room = await bench()
  await room.insert(Buffer.alloc(5 * MIB + 512, 'old data'))
  const script = writeScript({ from: 'stdin', device: room.device, mode: 'plain' })
  const { report } = await room.run(script, { stdin: DISK, before: `: >${room.file('bin')}/blkdiscard.fails\n` })
  expect(report.get('discard')).toBe('zeroed')
  await expectWritten(room, DISK, 5 * MIB + 512)
})

describe('a source that is not right', () => {
  const write = async (room: Bench, from: Parameters<typeof writeScript>[0]['from'], stdin?: Uint8Array) => {
    await room.insert(Buffer.alloc(5 * MIB))
    const { exitCode, report } = await room.run(
      writeScript({ from, device: room.device, mode: 'sparse' }),
      stdin === undefined ? {} : { stdin },
    )
    expect(exitCode).toBe(3)
    expect(report.has('data-hash')).toBe(false)
    expect(await readdir(room.file('tmp'))).toEqual([])
    return report.get('error') ?? ''
  }

  test.each([
    ['zst', zstd(DISK)],
    ['xz', xz(DISK)],
    ['gz', gzip(DISK)],
    ['bz2', bzip2(DISK)],
  ])('is found: truncated %s', async (_, bytes) => {
    await using room = await bench()
    expect(await write(room, 'stdin', bytes.subarray(0, bytes.length - 10))).toMatch(/^unpack +\S/)
  })

  test.each([
    ['zst', zstd(DISK)],
    ['xz', xz(DISK)],
    ['gz', gzip(DISK)],
  ])('is found: %s with garbage in it, or behind it', async (_, bytes) => {
    await using room = await bench()
    const damaged = Buffer.from(bytes)
    damaged.fill(0xa5, 1000, 1100)
    expect(await write(room, 'stdin', damaged)).toMatch(/^unpack +\S/)
    expect(await write(room, 'stdin', Buffer.concat([bytes, Buffer.from('garbage')]))).toMatch(/^unpack +\S/)
  })

  test('is found: bzip2 with a damaged stream that is not the first one', async () => {
    await using room = await bench()
    const [first, second] = [bzip2(DISK.subarray(0, MIB)), bzip2(DISK.subarray(MIB))]
    second[1] = 0
    expect(await write(room, 'stdin', Buffer.concat([first, second]))).toMatch(/^unpack .*trailing garbage/)
    expect(await write(room, 'stdin', Buffer.concat([bzip2(DISK), Buffer.from('garbage')]))).toMatch(/^unpack +\S/)
  })

  test.each([
    ['zst', zstd(Buffer.alloc(0))],
    ['xz', xz(Buffer.alloc(0))],
    ['gz', gzip(Buffer.alloc(0))],
    ['bz2', bzip2(Buffer.alloc(0))],
  ])('is found: %s of nothing', async (_, bytes) => {
    await using room = await bench()
    expect(await write(room, 'stdin', bytes)).toMatch(/^empty/)
  })

  test('is found: packed with what the server has no program for', async () => {
    await using room = await bench()
    await writeFile(room.file('bin/bzip2'), '#!/no/such/shell\n')
    await chmod(room.file('bin/bzip2'), 0o755)
    expect(await write(room, 'stdin', bzip2(DISK))).toMatch(/^program .*bzip2/)
  })

  test('is found: nothing at all', async () => {
    await using room = await bench()
    await using server = await serve(new Uint8Array())
    expect(await write(room, 'stdin')).toMatch(/^empty/)
    expect(await write(room, { url: server.url })).toMatch(/^empty/)
  })

  test('is found: not there', async () => {
    await using room = await bench()
    await using server = await serveLoopback((_, response) => response.writeHead(404).end('no such image'))
    expect(await write(room, { url: `${server.url}/x` })).toMatch(/^download .*404/)
  })

  test('is found: a download that breaks off', async () => {
    await using room = await bench()
    for (const bytes of [DISK, zstd(DISK)]) {
      await using server = await serveLoopback((_, response) => {
        response.writeHead(200, { 'content-length': String(bytes.length) })
        response.write(bytes.subarray(0, 400_000), () => response.destroy())
      })
      expect(await write(room, { url: server.url })).toMatch(/^download curl/)
    }
  })

  test('is not taken from anywhere but the web', async () => {
    await using room = await bench()
    await using server = await serveLoopback((_, response) =>
      response.writeHead(302, { location: 'file:///etc/hostname' }).end(),
    )
    expect(await write(room, { url: 'file:///etc/hostname' })).toMatch(/^download .*protocol/i)
    expect(await write(room, { url: server.url })).toMatch(/^download .*protocol/i)
  })

  test('is not taken without encryption when it was asked for with it', async () => {
    await using room = await bench()
    await using plain = await serve(DISK)
    await using server = await openOwnFactory('http://127.0.0.1:1', {
      intercept: (_, response) => {
        response.writeHead(302, { location: plain.url }).end()
        return true
      },
    })
    expect(await write(room, { url: server.url, ca: server.ca })).toMatch(/^download .*protocol/i)
  })
})

describe('a disk that is not right', () => {
  test.each([
    ['sparse', DISK],
    ['sparse', zstd(DISK)],
    ['plain', DISK],
  ] as const)('is found: too small (%s)', async (mode, stdin) => {
    await using room = await bench()
    await room.insert(Buffer.alloc(300_000))
    const script = writeScript({ from: 'stdin', device: room.device, mode })
    // In blocks of 1024 bytes; without the trap a signal would end dd before it could say anything.
    const { exitCode, report } = await room.run(script, { stdin, before: "trap '' XFSZ\nulimit -f 400\n" })
    expect(exitCode).toBe(3)
    expect(report.get('error')).toMatch(/^write .*File too large/)
  })

  test('is found: too small for zeros at the end of the image', async () => {
    await using room = await bench()
    await room.insert(Buffer.alloc(2 * MIB))
    const image = Buffer.alloc(3 * MIB)
    DISK.copy(image, 0, 0, MIB)
    const script = writeScript({ from: 'stdin', device: room.device, mode: 'sparse' })
    const { report } = await room.run(script, { stdin: zstd(image) })
    expect(report.get('error')).toMatch(/^write No space left/)
  })

  test('is found: not there', async () => {
    await using room = await bench()
    const script = writeScript({ from: 'stdin', device: `${room.path}/no/such/disk`, mode: 'sparse' })
    const { exitCode, report } = await room.run(script, { stdin: DISK })
    expect(exitCode).toBe(3)
    expect(report.get('error')).toMatch(/^write .*No such file/)
  })
})

test('bytes that printf would take for its own come through', async () => {
  await using room = await bench()
  for (const head of ['%d%s%n', '\\x41\\', '-- -v ', '\'"$(id)', '\0\0\0\0\0\0', '\xff\x00\x25\x5c\x0a\x0d']) {
    await room.insert(Buffer.alloc(2 * MIB))
    const image = Buffer.alloc(MIB, 'z')
    image.write(head, 'latin1')
    await room.run(writeScript({ from: 'stdin', device: room.device, mode: 'sparse' }), { stdin: image })
    await expectWritten(room, image, 2 * MIB)
  }
})
