/** The options of curl and wget: which of them leave what is fetched as it is. */

import type { ParseArgsConfig } from 'node:util'

type Options = NonNullable<ParseArgsConfig['options']>

export interface OptionTable {
  /** For `parseArgs`. */
  readonly options: Options
  /** Those that change what the server answers, or how it is reached, by their long name. */
  readonly deciding: ReadonlySet<string>
}

/** @param words each `name`, or `name:x` with a short form; a `!` in front: it decides what is fetched */
function toTable(flags: string, valued: string): OptionTable {
  const options: Options = {}
  const deciding = new Set<string>()
  for (const [type, words] of [
    ['boolean', flags],
    ['string', valued],
  ] as const) {
    for (const word of words.trim().split(/\s+/)) {
      const [, isDeciding, name = '', short] = /^(!?)([^:]+)(?::(.+))?$/.exec(word) ?? []
      options[name] = { type, multiple: true, ...(short === undefined ? {} : { short }) }
      if (isDeciding === '!') deciding.add(name)
    }
  }
  return { options, deciding }
}

export const DOWNLOAD_OPTIONS = {
  curl: toTable(
    `fail:f fail-with-body fail-early silent:s show-error:S location:L location-trusted progress-bar:# compressed insecure:k
    ipv4:4 ipv6:6 remote-name:O remote-name-all create-dirs globoff:g verbose:v no-progress-meter no-keepalive tcp-nodelay
    http1.0:0 http1.1 http2 http3 tlsv1:1 tlsv1.2 tlsv1.3 ssl-reqd retry-connrefused retry-all-errors no-buffer:N parallel:Z
    disable:q remove-on-error tcp-fastopen head:I no-clobber remote-header-name:J !get:G !json`,
    `retry retry-delay retry-max-time connect-timeout max-time:m speed-limit:Y speed-time:y limit-rate max-redirs cacert capath
    user-agent:A output:o output-dir url write-out:w stderr continue-at:C keepalive-time interface dns-servers resolve proto
    proto-redir tls-max ciphers max-filesize parallel-max happy-eyeballs-timeout-ms noproxy
    !header:H !user:u !data:d !data-binary !data-raw !data-ascii !data-urlencode !form:F !request:X !cookie:b !oauth2-bearer !range:r
    !config:K !url-query !upload-file:T !referer:e !cert:E !key !aws-sigv4 !connect-to
    proxy:x !proxy-user:U !preproxy !socks5 !socks5-hostname !socks4 !proxy-header !proxy-insecure`,
  ),
  wget: toTable(
    `quiet:q verbose:v inet4-only:4 inet6-only:6 show-progress no-check-certificate continue:c no-clobber timestamping:N
    no-cache no-cookies no-hsts https-only debug:d content-disposition trust-server-names retry-connrefused retry-on-host-error
    no-proxy no-iri no-dns-cache no-directories no-netrc no-config force-directories:x server-response:S spider no-verbose
    !recursive:r !background:b !auth-no-challenge`,
    `no:n output-document:O directory-prefix:P timeout:T tries:t waitretry retry-on-http-error progress user-agent:U secure-protocol
    ca-certificate ca-directory dns-timeout connect-timeout read-timeout wait:w limit-rate max-redirect bind-address output-file:o
    append-output:a compression prefer-family execute:e
    !header !user !password !http-user !http-password !post-data !post-file !method !body-data !body-file !load-cookies !referer
    !input-file:i !start-pos !quota:Q !certificate !private-key !proxy-user !proxy-password`,
  ),
} as const satisfies Record<'curl' | 'wget', OptionTable>

/** What a request sends, so that it is one to the Factory for a schematic: `@FILE` or a text. */
export const BODIES: ReadonlySet<string> = new Set([
  ...['data', 'data-binary', 'data-raw', 'data-ascii', 'data-urlencode', 'upload-file', 'json', 'form'],
  ...['post-data', 'post-file', 'body-data', 'body-file'],
])
