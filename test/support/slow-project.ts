/** A project in which a build never gets beyond writing the disk. */

import type { SandboxOptions } from 'hcloud-sandbox'
import { createProject, type Project } from './project.ts'

/** The Factory begins to send a disk, and never goes on. */
export function createSlowProject(options: Partial<SandboxOptions> = {}): Promise<Project> {
  return createProject({
    ...options,
    interceptFactory: (request) => {
      const isDownload = request.method === 'GET' && request.url.includes('/image/') && !request.headers.has('range')
      return isDownload ? new Response(beginForEver()) : undefined
    },
  })
}

function beginForEver(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(1 << 16)) })
}
