/** Writes the image to the disk of a build server. */

import { Readable } from 'node:stream'
import { TalosImageError } from '../../errors.ts'
import { curlConfig, curlProxyConfig } from '../../factory/access.ts'
import type { PlannedImage } from '../../plan/plan.ts'
import { parseReport, progressReader } from '../../remote/script-report.ts'
import type { Session } from '../../remote/session.ts'
import { writeScript } from '../../remote/write-script.ts'
import { isLoopbackHost, type ProxyServer } from '../../util/proxies.ts'
import { redact } from '../../util/redact.ts'
import type { ImageBuild } from '../run.ts'
import { DEVICE } from './check-rescue.ts'
import { sendLocal } from './send-local.ts'

/** @internal */
export type WriteMode = 'sparse' | 'plain'

/** What was written, as the server reports it. */
export interface WrittenDisk {
  /** SHA-256 of the source as it arrived, in hexadecimal. */
  readonly sourceSha256: string
  /** BLAKE2b of the unpacked disk's data, in hexadecimal: of each block of 64 KiB that is not all zeros, behind its place. */
  readonly dataHash: string
  readonly diskBytes: number
}

/**
 * Writes the image.
 * @throws TalosImageError `source` when the source is at fault, `write` when the disk is, `ssh` or `timeout`
 * @internal
 */
export async function writeDisk(
  build: ImageBuild,
  image: PlannedImage,
  session: Session,
  mode: WriteMode,
): Promise<WrittenDisk> {
  const { source, sourceFacts } = image
  if (source.kind === 'template') throw new RangeError('only Packer knows what its template downloads')
  const local = source.kind === 'file' || source.kind === 'stdin'
  const sent = local ? sendLocal(source.kind === 'file' ? source.path : build.openStdin()) : undefined
  const onBytes = (bytes: number): void =>
    build.emit({ type: 'progress', image: image.name, step: 'write', bytes, totalBytes: sourceFacts.transferBytes })
  const { ca, login } = local ? {} : await build.accessFor(source.url, build.signal)
  const proxy = local ? undefined : proxyOf(image, source.url)
  const config = [
    ...(login === undefined ? [] : [curlConfig(login)]),
    ...(proxy === undefined ? [] : [curlProxyConfig(proxy)]),
  ]
  const from = local ? 'stdin' : ({ url: source.url, ca, hasConfig: config.length > 0 } as const)
  const script = writeScript({ from, device: DEVICE, mode })
  const result = await session
    .run(script, {
      signal: build.signal,
      timeoutMs: build.timeouts.writeMs,
      // No output comes while a whole disk is zeroed, or while standard input has nothing to read.
      silenceMs: mode === 'plain' || source.kind === 'stdin' ? undefined : build.timeouts.silenceMs,
      name: 'writing the disk',
      stdin: sent?.stream ?? (config.length > 0 ? Readable.from(config) : undefined),
      onStderr: progressReader(onBytes),
    })
    // An error of the local file is the reason why the command failed, so it is reported first.
    .finally(() => sent?.assertWhole())
  const report = parseReport(result.stdout)
  const error = report.get('error')
  if (error !== undefined) throw explain(error, image)
  if (result.exitCode !== 0)
    throw failed(`the script ended with ${result.exitCode}: ${result.stderr.slice(-300).trim()}`)
  if (report.get('discard') === 'failed') {
    build.emit({
      type: 'note',
      image: image.name,
      text: 'the disk could not be discarded; the check afterwards finds old data',
    })
  }
  const written = {
    sourceSha256: report.get('source-sha256') ?? '',
    dataHash: report.get('data-hash') ?? '',
    diskBytes: Number(report.get('disk-bytes')),
  }
  if (written.sourceSha256 === '' || written.dataHash === '' || !(written.diskBytes > 0)) {
    throw failed('the server did not report what it wrote')
  }
  checkSource(image, written, sent?.sha256())
  return written
}

/** The proxy that the build server downloads through. A host of this computer is one of a sandbox, whose servers reach it. */
function proxyOf({ server: { downloadProxy } }: PlannedImage, url: string): ProxyServer | undefined {
  return isLoopbackHost(new URL(url).hostname) ? undefined : downloadProxy
}

function checkSource(image: PlannedImage, written: WrittenDisk, sent: string | undefined): void {
  const { rawBytes } = image.sourceFacts
  if (sent !== undefined && sent !== written.sourceSha256) {
    throw failed('what arrived at the server is not what was sent')
  }
  const expected = image.sha256 ?? (image.source.kind === 'file' ? image.source.sha256 : undefined)
  if (expected !== undefined && expected !== written.sourceSha256) {
    throw new TalosImageError({
      code: 'source',
      message: `the source has the SHA-256 ${written.sourceSha256}, not the pinned ${expected}`,
      hint: 'either the pin is wrong, or the source is not the one that was pinned',
    })
  }
  if (rawBytes !== undefined && written.diskBytes < rawBytes) {
    throw failed(`the image has ${rawBytes} bytes, but only ${written.diskBytes} were written`)
  }
}

const failed = (message: string): TalosImageError => new TalosImageError({ code: 'write', message })

/** The script's `error KIND TEXT`, in words. */
function explain(error: string, image: PlannedImage): TalosImageError {
  const [, kind = '', text = ''] = /^(\S+) ?(.*)$/.exec(error) ?? []
  const url = image.source.kind === 'factory' || image.source.kind === 'url' ? image.source.url : undefined
  const proxy = url === undefined ? undefined : proxyOf(image, url)
  const from = url === undefined ? '' : ` from ${redact(url)}${proxy === undefined ? '' : ` through ${proxy.url}`}`
  switch (kind) {
    case 'download':
      return new TalosImageError({ code: 'source', message: `the download${from} failed: ${text}` })
    case 'empty':
      return new TalosImageError({
        code: 'source',
        message: `the source${from} is empty`,
        hint: from === '' ? 'name a disk image' : undefined,
      })
    case 'memory':
      return new TalosImageError({
        code: 'source',
        message: `the data received${from} does not fit into the memory of the build server while it is unpacked`,
        hint: `choose a server type with more memory (server_type_${image.architecture})`,
      })
    case 'program':
      return new TalosImageError({ code: 'write', message: `the rescue system lacks a program: ${text}` })
    case 'unpack':
      return new TalosImageError({
        code: 'source',
        message: `the data received${from} is damaged: ${text}`,
        // A download is tried again; what is here stays damaged.
        hint: from === '' ? 'get or pack the image anew' : undefined,
      })
    default:
      // ENOSPC at the end of a disk, EFBIG when the disk is a file.
      if (!/no space left|file too large/i.test(text)) return failed(`the disk could not be written: ${text}`)
      return new TalosImageError({
        code: 'source',
        message: 'the image is bigger than the disk of the build server',
        hint: `choose a server type with a bigger disk (server_type_${image.architecture})`,
      })
  }
}
