/** What reading the disk back takes as a whole, and which part of it takes how long. */

import { verifyScript } from '../../src/remote/verify-script.ts'
import type { Table } from '../bench.ts'
import { inTurns } from './in-turns.ts'
import { DEVICE, DOWNLOAD, type Place } from './place.ts'

const ROUNDS = 3

/** As far as the system that a new server comes with may reach: a Debian of 5 GB. */
const OLD_BYTES = 5 * 1000 ** 3

/** Measures on a disk that holds the image and is zero otherwise. */
export async function measureVerifying(place: Place, say: (text: string) => void): Promise<Table> {
  const { imageBytes: diskBytes } = place
  const ways = [
    ['ours: all of the script, all of the disk', verifyScript({ device: DEVICE, diskBytes, oldBytes: undefined })],
    ['ours: the same, but samples beyond 5 GB', verifyScript({ device: DEVICE, diskBytes, oldBytes: OLD_BYTES })],
    ['zeros behind the image, all of them: one `dd conv=sparse` into memory', readRest(place, 1)],
    ['the same, two of them', readRest(place, 2)],
    ['the image: `dd conv=sparse` into memory', copyImage(place)],
    ['the same, `tar --sparse` of it into `b2sum`', hashCopy(place)],
    ['the same without a hash, the download unpacked into memory meanwhile, `cmp` of the two', compareCopies(place)],
    ['the image: `zstd -dc` of the download piped into `cmp`', compareStreams(place)],
  ].map(([name = '', script = '']) => ({ name, measure: () => place.run(name, script) }))
  await place.run('keeping the download', `${DOWNLOAD} ${place.url('.raw.zst')} >/tmp/kept`)
  const timed = await inTurns(ways, ROUNDS, (text) => say(`reading back, ${text}`))
  return {
    title: 'Reading the disk back',
    text: `The same disk, with direct I/O; medians of ${ROUNDS}. The parts run alone; in ours hashing and looking for zeros overlap.`,
    columns: ['what', 'median', 'processors'],
    rows: timed.map(({ way, timing }) => [way.name, timing.seconds, timing.processorSeconds]),
  }
}

/** As ours looks for data where there should be zeros: a sparse copy of them takes no space. */
function readRest({ imageBytes, diskBytes }: Place, readers: number): string {
  const stretch = Math.ceil((diskBytes - imageBytes) / readers)
  const reads = Array.from(
    { length: readers },
    (_, reader) =>
      `dd if=${DEVICE} bs=1M skip=${imageBytes + reader * stretch} count=${stretch} iflag=direct,skip_bytes,count_bytes of=/tmp/rest${reader} conv=sparse status=none &`,
  )
  return `rm -f /tmp/rest*\n${reads.join('\n')}\nwait\n[ "$(stat -c %b /tmp/rest* | sort -u)" = 0 ]`
}

const imageOf = ({ imageBytes }: Place): string =>
  `dd if=${DEVICE} bs=1M count=${imageBytes} iflag=direct,count_bytes status=none`

const copyImage = (place: Place): string => `rm -f /tmp/read; ${imageOf(place)} conv=sparse of=/tmp/read`

/** An archive of a sparse file holds where its data is, and the data; the rest of its header is made the same each time. */
const hashCopy = (place: Place): string => `set -o pipefail
${copyImage(place)}
tar --sparse --format=gnu --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=0600 -C /tmp -cf - read | b2sum`

const compareCopies = (place: Place): string => `rm -f /tmp/unpacked
zstd -dc --sparse /tmp/kept >/tmp/unpacked &
${copyImage(place)} && wait $! && cmp /tmp/unpacked /tmp/read`

const compareStreams = (place: Place): string => `set -o pipefail
zstd -dc /tmp/kept | cmp - <(${imageOf(place)})`
