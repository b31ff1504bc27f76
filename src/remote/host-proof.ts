/**
 * Proof that what answers SSH is the server that the API speaks of. Its host key cannot be known beforehand, but the API and
 * the rescue system share a secret: the root password in the answer that enables rescue. The machine shows that it knows it, by
 * an HMAC of a nonce and its own host key. The key of the HMAC follows from the password's hash, as it stands in /etc/shadow:
 * password and hash are never sent, only what the hash was made with.
 */

import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** `missing`: it cannot be had; `wrong`: what answered gave another one. */
export type HostProof =
  | { readonly kind: 'proven' }
  | { readonly kind: 'missing'; readonly reason: string }
  | { readonly kind: 'wrong' }

/** What the proof is about. */
export interface HostProofQuestion {
  /** Never used before; letters and digits. */
  readonly nonce: string
  /** As the API told it; undefined when it told none. */
  readonly rootPassword: string | undefined
  /** The key that the connection showed, as SSH sends it; undefined when that is not known. */
  readonly hostKey: Buffer | undefined
}

/**
 * Reports `password SETTING`, which is what root's password was hashed with (`none` when there is no such hash), and
 * `host-key-macs MAC ...`, one for each public host key. Takes nothing but bash, sha256sum and cut.
 */
export function hostProofScript(nonce: string): string {
  return `hash=
while IFS=: read -r name field _; do if [ "$name" = root ]; then hash=$field; fi; done 2>/dev/null </etc/shadow
case $hash in
'$'*'$'*'$'*)
  key=$(printf %s "$hash" | sha256sum | cut -c1-64)
  pad() {
    local at code
    for ((at = 0; at < 64; at++)); do
      printf -v code %d "'\${key:at:1}"
      printf -v code %x $((code ^ $1))
      printf "\\\\x$code"
    done
  }
  bytes() { local at; for ((at = 0; at < 64; at += 2)); do printf "\\\\x\${1:at:2}"; done; }
  macs=
  for file in /etc/ssh/ssh_host_*_key.pub; do
    read -r _ blob _ <"$file" || continue
    inner=$({ pad 0x36; printf %s ${nonce}" $blob"; } | sha256sum | cut -c1-64)
    macs="$macs $({ pad 0x5c; bytes "$inner"; } | sha256sum | cut -c1-64)"
  done 2>/dev/null
  say password "\${hash%\\$*}"
  say host-key-macs $macs
  ;;
*) say password none ;;
esac
`
}

/**
 * What the machine's report proves. What answers may be anybody: it chooses how the password is said to be hashed, so only
 * ways count that cannot be known without the password, and none that takes long.
 * @param report of the lines that `hostProofScript` prints
 */
export async function judgeHostProof(
  report: ReadonlyMap<string, string>,
  { nonce, rootPassword, hostKey }: HostProofQuestion,
): Promise<HostProof> {
  const missing = (reason: string): HostProof => ({ kind: 'missing', reason })
  if (rootPassword === undefined) return missing('the API told no root password')
  const setting = report.get('password') ?? 'none'
  if (setting === 'none') return missing('the rescue system has no root password')
  const macs = (report.get('host-key-macs') ?? '').split(' ').filter((mac) => mac !== '')
  if (macs.length === 0 || hostKey === undefined) return missing('the rescue system has no host key in /etc/ssh')
  if (!isKnown(setting)) return missing('the rescue system hashes passwords in a way that is not known here')
  const { encrypt } = await import('unixcrypt')
  const key = createHash('sha256').update(encrypt(rootPassword, setting)).digest('hex')
  const expected = createHmac('sha256', key)
    .update(`${nonce} ${hostKey.toString('base64')}`)
    .digest()
  const isEqual = (mac: string): boolean => {
    const bytes = Buffer.from(mac, 'hex')
    return bytes.length === expected.length && timingSafeEqual(bytes, expected)
  }
  return { kind: macs.some(isEqual) ? 'proven' : 'wrong' }
}

/** The most rounds that are computed here: some 0.2 s. What systems set by themselves is 5000. */
const MOST_ROUNDS = 50_000

/** crypt(5): SHA-256 or SHA-512, with their limits. */
function isKnown(setting: string): boolean {
  const [, rounds] = /^\$[56]\$(?:rounds=([1-9]\d{3,5})\$)?[./0-9A-Za-z]{1,16}$/.exec(setting) ?? ['', '0']
  return rounds === undefined || (Number(rounds) > 0 && Number(rounds) <= MOST_ROUNDS)
}
