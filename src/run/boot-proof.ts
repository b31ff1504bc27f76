/** What a boot test has shown. */

/** What Talos may tell of itself, in the order in which it is shown. */
export type BootFactName = 'version' | 'architecture' | 'platform' | 'schematic' | 'server'

/** `unreadable`: Talos does not tell it to everybody, as some releases do. */
export type BootVerdict = 'proven' | 'contradicted' | 'unreadable'

/** @internal */
export const BOOT_VERDICTS = ['proven', 'contradicted', 'unreadable'] as const satisfies readonly BootVerdict[]

/** What was read of one fact, and what it should be. */
export interface BootFact {
  readonly verdict: BootVerdict
  /** undefined when there is nothing to hold it against: then what was read counts as proven. */
  readonly expected: string | undefined
  readonly found: string | undefined
}

/** A snapshot that has booted: Talos answered on a server that was made from it. */
export interface BootProof {
  readonly facts: Readonly<Record<BootFactName, BootFact>>
  /** SHA-256 of the public key of its certificate in base64, as Talos prints it on its console. */
  readonly fingerprint: string
  /** Whether the certificate was made for the address that was asked. */
  readonly namesAddress: boolean
  /** From power-on until it answered, in milliseconds. */
  readonly ms: number
}

/** That there was no server to boot the snapshot on, and that it was to be published all the same. */
export interface NoBootProof {
  readonly reason: string
}
