/** `provisioner "file"`: what is uploaded, and where to. */

import type { Origin } from '../../errors.ts'
import type { Finding, Recogniser } from '../shell/recognise.ts'
import { NotKnown } from '../shell/values.ts'
import type { Sourced } from '../variables.ts'
import { type Block, findAttribute } from './block.ts'
import { findLocalFile, listUploads } from './local-files.ts'
import type { Template } from './template.ts'
import type { AttributeReader } from './values.ts'

export interface Uploading {
  readonly template: Template
  readonly reader: AttributeReader
}

/** @returns what is not known about it */
export function upload(block: Block, recogniser: Recogniser, { template, reader }: Uploading): Finding[] {
  const text = (name: string): Sourced<string> | undefined => {
    const attribute = findAttribute(block, name)
    return attribute && reader.text(attribute)
  }
  const direction = text('direction')
  if (direction !== undefined && direction.value !== 'upload') {
    const message = `direction = "${direction.value}" is not supported: nothing is fetched from a build server`
    return [{ message, at: direction.origin }]
  }
  const destination = text('destination')
  if (destination === undefined) return [{ message: 'a file needs a destination', at: block.origin }]
  const content = text('content')
  if (content !== undefined) {
    const place = (): Origin => content.origin
    const file = { kind: 'text', text: content.value, script: { place } } as const
    return [recogniser.put(destination.value, file, content.origin)].filter((found) => found !== undefined)
  }
  const list = findAttribute(block, 'sources')
  const single = text('source')
  return [...(list === undefined ? [] : reader.texts(list)), ...(single === undefined ? [] : [single])].flatMap(
    ({ value, origin }) => {
      try {
        const local = findLocalFile(template, value)
        return listUploads(value, local, destination.value).flatMap(([path, file]) => {
          const image = { kind: 'image', source: { kind: 'file', path: file }, at: origin, isUnpacked: false } as const
          return recogniser.put(path, image, origin) ?? []
        })
      } catch (error) {
        if (!(error instanceof NotKnown)) throw error
        return [{ message: error.message, at: origin }]
      }
    },
  )
}
