/** Where a raw disk comes from, and what can be known of it before anything is paid for. */

import type { Compression } from '../compressions.ts'
import type { FactoryAsset } from '../factory/asset.ts'

/** Where a raw disk comes from. */
export type Source =
  /** An asset of the Image Factory; the same disk however it is compressed. */
  | {
      readonly kind: 'factory'
      readonly url: string
      readonly asset: FactoryAsset
      /** Which Factory, unless it is the public one. */
      readonly factory?: string
    }
  /** Any other address. */
  | {
      readonly kind: 'url'
      readonly url: string
      /** The address that it has elsewhere, when it is at another one here: that of the sandbox. */
      readonly publicUrl?: string
    }
  /** A file on this computer, streamed over SSH. `sha256` is that of the file as it is. */
  | { readonly kind: 'file'; readonly path: string; readonly sha256: string }
  /** The default image of a Packer template, which was not looked at. */
  | { readonly kind: 'template' }
  /** Standard input: cannot be read twice, so it has no identity and no second try. */
  | { readonly kind: 'stdin' }

/** What was found out about a source by looking at its beginning and end. */
export interface SourceFacts {
  readonly compression: Compression
  /** Bytes to transfer; undefined when unknown. */
  readonly transferBytes: number | undefined
  /** Bytes of the unpacked disk; undefined when the format does not say. */
  readonly rawBytes: number | undefined
}
