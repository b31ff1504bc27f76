/** A server made from a snapshot, started: what is on its disk really runs. Skipped where QEMU is not installed. */

import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import * as v from 'valibot'
import { expect, it } from 'vitest'
import { createQemuMachines } from '../../src/machines/qemu/machines.ts'
import { CACHE_DIR, WHY_NOT } from '../machines/qemu/fixture.ts'
import { testSandbox } from '../support/sandbox.ts'

const MINUTES = 60_000

const Created = v.object({
  server: v.object({ id: v.number(), public_net: v.object({ ipv4: v.object({ ip: v.string() }) }) }),
})
const Looked = v.object({ server: v.object({ status: v.string() }) })
const Saved = v.object({ image: v.object({ id: v.number(), status: v.string() }) })

/**
 * The first sector of a disk: a program of 22 bytes that prints a text on the serial console, and the mark at its end
 * without which no BIOS starts it.
 */
function toBootSector(text: string): Buffer {
  const sector = Buffer.alloc(512)
  const program = [
    [0xfc], // cld
    [0x31, 0xc0], // xor ax, ax
    [0x8e, 0xd8], // mov ds, ax
    [0xbe, 0x16, 0x7c], // mov si, 0x7c16: the text; a BIOS puts the sector at 0x7c00
    [0xba, 0xf8, 0x03], // mov dx, 0x3f8: the first serial port
    [0xac], // next: lodsb
    [0x84, 0xc0], // test al, al
    [0x74, 0x03], // jz done
    [0xee], // out dx, al
    [0xeb, 0xf8], // jmp next
    [0xf4], // done: hlt
    [0xeb, 0xfd], // jmp done
  ].flat()
  sector.set(program)
  sector.write(`\n${text}\n`, program.length)
  sector.set([0x55, 0xaa], 510)
  return sector
}

it.skipIf(WHY_NOT !== undefined)(
  `a server in QEMU boots the disk of the snapshot that it is made from${WHY_NOT === undefined ? '' : ` (skipped: ${WHY_NOT})`}`,
  { timeout: 10 * MINUTES },
  async () => {
    const lines: string[] = []
    const onConsole = (_: string, line: string) => lines.push(line)
    await using sandbox = await testSandbox({ machines: createQemuMachines({ cacheDir: CACHE_DIR, onConsole }) })
    const order = {
      name: 'first',
      server_type: 'cx23',
      location: 'fsn1',
      image: 'debian-13',
      start_after_create: false,
    }
    const first = await sandbox.api(Created, 'POST', '/servers', order)
    const server = `/servers/${first.server.id}`
    await expect.poll(async () => (await sandbox.api(Looked, 'GET', server)).server.status).toBe('off')
    await using disk = await open(join(sandbox.cloudDir, 'disks', `server-${first.server.id}.raw`), 'r+')
    await disk.write(toBootSector('hello from the snapshot'))
    const { image } = await sandbox.api(Saved, 'POST', `${server}/actions/create_image`, { type: 'snapshot' })
    await expect
      .poll(async () => (await sandbox.api(Saved, 'GET', `/images/${image.id}`)).image.status)
      .toBe('available')
    const second = await sandbox.api(Created, 'POST', '/servers', {
      ...order,
      name: 'second',
      image: image.id,
      start_after_create: true,
    })
    await expect.poll(() => lines.join('\n'), { timeout: MINUTES }).toContain('hello from the snapshot')
    // Whether there is an answer depends on the system on the disk, but the connection is possible.
    const client = connect({ host: second.server.public_net.ipv4.ip, port: sandbox.sshPort })
    await once(client, 'connect')
    client.destroy()
  },
)
